"""What ``dnf install`` comes to where the user has fetched the index of the release."""

from __future__ import annotations

from pathlib import Path

import pytest

from layerlint.analysis.forecast import forecast
from layerlint.linter import Settings, analyse
from layerlint.report import LayerRecord
from layerlint.source import SourceFile
from tests.indexes.mirror import Mirror, repository, rpm
from tests.test_cli import Ran

OS, UPDATES = "/releases/41/Everything/x86_64/os", "/updates/41/Everything/x86_64"


def needs(*words: str, recommends: str = "", provides: str = "") -> str:
    def entries(names: tuple[str, ...]) -> str:
        return "".join(f'<rpm:entry name="{name}"/>' for name in names)

    return (
        f"<rpm:requires>{entries(words)}</rpm:requires>"
        f"<rpm:recommends>{entries((recommends,) if recommends else ())}</rpm:recommends>"
        f"<rpm:provides>{entries((provides,) if provides else ())}</rpm:provides>"
    )


PACKAGES = (
    rpm("bash", size=500_000, formats=needs("libc.so.6")),
    rpm("glibc", size=2_000_000, formats=needs(provides="libc.so.6")),
    rpm("git", size=1_000_000, formats=needs("libc.so.6", "git-core", "perl(Git)", recommends="less-fancy")),
    rpm("git-core", size=3_000_000, formats=needs("git")),
    rpm("perl-Git", size=10_000, formats=needs("perl-nothing", provides="perl(Git)")),
    rpm("perl-Git-other", size=900_000, formats=needs(provides="perl(Git)")),
    rpm("less-fancy", size=40_000),
)


@pytest.fixture
def fetched(cache: Path, mirror: Mirror, capfd: pytest.CaptureFixture[str]) -> None:
    mirror.answers |= repository(OS, *PACKAGES) | repository(UPDATES)
    assert Ran(capfd, "index", "update", "fedora:41", "--url", mirror.url).code == 0


def layer(run: str, base: str = "fedora:41") -> LayerRecord:
    source = SourceFile("Dockerfile", f"FROM {base}\nRUN {run}\n")
    report = forecast(analyse(source, None, Settings()).trace, changes=True)
    assert report is not None
    return report.layers[-1]


def brought(record: LayerRecord) -> dict[str, int]:
    """What stands under /usr: the likely bytes of each package with what came along."""
    return {
        change.path.rpartition("/")[2].strip("<>"): change.bytes.likely
        for change in record.changes
        if change.path.startswith("/usr/<")
    }


@pytest.mark.usefixtures("fetched")
def test_a_package_brings_what_it_requires_and_the_image_has_not() -> None:
    """rpm's installed size is three times the download here; glibc is in the image, as bash needs it."""
    found = layer("dnf install -y git && dnf clean all")
    assert brought(found) == {"git": 3 * (1_000_000 + 3_000_000 + 10_000 + 40_000)}
    assert found.complete
    bare = layer("dnf install -y --setopt=install_weak_deps=False git")
    assert brought(bare) == {"git": 3 * (1_000_000 + 3_000_000 + 10_000)}
    assert brought(layer("dnf install -y bash")) == {}


@pytest.mark.usefixtures("fetched")
def test_a_capability_or_a_second_command_brings_the_rest_alone() -> None:
    assert brought(layer("dnf install -y 'perl(Git)'")) == {"perl(Git)": 30_000}
    twice = brought(layer("dnf install -y perl-Git && dnf install -y --setopt=install_weak_deps=0 git"))
    assert twice == {"perl-Git": 30_000, "git": 12_000_000}


@pytest.mark.usefixtures("fetched")
def test_a_name_that_the_index_has_not_is_estimated() -> None:
    found = layer("dnf install -y git frobnicate")
    assert not found.complete
    assert set(brought(found)) == {"git", "frobnicate"}


@pytest.mark.usefixtures("fetched")
@pytest.mark.parametrize("base", ["fedora:40", "rockylinux:9", "centos:7"])
def test_the_index_of_another_release_is_not_used(base: str) -> None:
    assert not layer("yum install -y perl-Git", base).complete


def test_without_an_index_it_is_an_estimate(cache: Path) -> None:
    assert not layer("dnf install -y git").complete


def test_a_rebuild_answers_for_what_it_is_made_from(
    cache: Path, mirror: Mirror, capfd: pytest.CaptureFixture[str]
) -> None:
    for name in ("BaseOS", "AppStream", "extras"):
        mirror.answers |= repository(f"/9/{name}/x86_64/os", *(PACKAGES if name == "BaseOS" else ()))
    assert Ran(capfd, "index", "update", "almalinux:9", "--url", mirror.url).code == 0
    for base in ("almalinux:9", "rockylinux:9", "oraclelinux:9"):
        assert brought(layer("dnf install -y perl-Git", base)) == {"perl-Git": 30_000}


def test_a_ring_of_requirements_ends(cache: Path, mirror: Mirror, capfd: pytest.CaptureFixture[str]) -> None:
    ring = [rpm(f"p{n}", size=1000, formats=needs(f"p{(n + 1) % 500}")) for n in range(500)]
    mirror.answers |= repository(OS, *ring) | repository(UPDATES)
    assert Ran(capfd, "index", "update", "fedora:41", "--url", mirror.url).code == 0
    assert brought(layer("dnf install -y p7")) == {"p7": 500 * 3000}
