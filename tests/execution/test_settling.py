"""Where the files of archives that are not known end up, as a whole script tells."""

from __future__ import annotations

from layerlint.linter import Settings, analyse
from layerlint.source import SourceFile

FETCH = "curl -fsSLo /tmp/foo.tar.gz https://example.org/foo-1.2.tar.gz && tar -xzf /tmp/foo.tar.gz -C /tmp"


def bytes_of(*lines: str) -> list[int]:
    """The likely bytes of each layer."""
    text = "FROM debian:bookworm-slim\n" + "".join(f"RUN {line}\n" for line in lines)
    trace = analyse(SourceFile("Dockerfile", text), None, Settings()).trace
    return [step.layer.bytes.likely for step in trace.steps() if step.layer is not None]


def test_what_is_unpacked_built_and_removed_again_is_gone() -> None:
    build = f"{FETCH} && cd /tmp/foo-1.2 && ./configure && make && cd / && rm -rf /tmp/foo-1.2 /tmp/foo.tar.gz"
    assert bytes_of(build) == [0]


def test_what_is_moved_is_counted_once() -> None:
    assert bytes_of(f"{FETCH} && rm /tmp/foo.tar.gz && mv /tmp/foo-1.2 /opt/foo") == [51_000_000]
    assert bytes_of(f"{FETCH} && rm /tmp/foo.tar.gz && mv /tmp/foo-1.2 /opt/foo && rm -rf /opt/foo") == [0]


def test_an_archive_that_is_kept_ships() -> None:
    assert bytes_of(FETCH) == [68_000_000]


def test_another_name_does_not_take_the_files_of_the_archive() -> None:
    assert bytes_of(f"{FETCH} && rm -rf /tmp/bar /tmp/foo.tar.gz") == [51_000_000]


def test_packages_marked_by_hand_before_are_kept() -> None:
    """The idiom of the official images: only what was installed for the build goes."""
    step = (
        'saved="$(apt-mark showmanual)"; apt-get update; apt-get install -y --no-install-recommends gcc; '
        "apt-mark auto '.*'; apt-mark manual $saved; apt-get purge -y --auto-remove; rm -rf /var/lib/apt/lists/*"
    )
    (left,) = bytes_of(step)
    assert left < 4_000_000
