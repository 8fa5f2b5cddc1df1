"""Alpine's indexes: records, versions, look-ups."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layerlint.catalog.alpine import COMMUNITY, NAMES, AlpineIndex, decode, encode, open_index
from layerlint.catalog.alpine_versions import satisfies, version_key


def index(name: str) -> AlpineIndex:
    found = open_index(name)
    assert found is not None
    return found


@pytest.mark.parametrize("name", NAMES)
def test_records_are_read_as_they_were_written(name: str) -> None:
    bundled = index(name)
    names = bundled.names()
    assert len(names) > 4700
    assert names == tuple(sorted(names))
    for package in map(bundled.get, names[::97]):
        assert package is not None
        assert package.exact
        assert decode(encode(package)) == package


def test_sizes_of_the_newest_index_are_exact() -> None:
    bundled = index("alpine-3.22")
    sizes = [package.bytes.is_exact for package in map(bundled.get, bundled.names()) if package is not None]
    assert sum(sizes) >= 0.98 * len(sizes)


def test_what_main_has_not_is_of_another_release() -> None:
    ffmpeg = index("alpine-3.22").get("ffmpeg")
    assert ffmpeg is not None
    assert not ffmpeg.exact
    assert index(COMMUNITY).get("ffmpeg") is not None
    assert index("alpine-3.22").get("no-such-package") is None
    assert open_index("alpine-3.1") is None


def test_libraries_are_found_by_another_version_of_their_interface() -> None:
    assert index("alpine-3.22").providers("so:libssl.so.3") == ("libssl3",)
    assert index("alpine-3.22").providers("so:libssl.so.1.1") == ("libssl3",)
    assert index("alpine-3.22").providers("so:libnever.so.1") == ()


def test_index_files_have_the_names_that_apk_gives_them() -> None:
    # "Ignoring APKINDEX.2c4ac24e.tar.gz" is what apk says of Alpine 3.12's main where it is not there.
    assert next(file.path for file in index(COMMUNITY).files()) == "/var/cache/apk/APKINDEX.2c4ac24e.tar.gz"


def test_versions_are_in_order() -> None:
    ordered = ["1.0_alpha1", "1.0_rc1", "1.0_rc2", "1.0", "1.0-r1", "1.0_p1", "1.0a", "1.0.1", "1.2", "1.10"]
    assert sorted(ordered, key=version_key) == ordered


@pytest.mark.parametrize(
    ("version", "operator", "bound", "holds"),
    [
        ("1.2.3-r0", "~", "1.2", True),
        ("1.20-r0", "~", "1.2", False),
        ("1.2-r0", "=~", "1.2", True),
        ("1.2-r1", ">=", "1.2-r1", True),
        ("1.2-r0", ">", "1.2-r1", False),
        ("1.2-r0", "<", "1.2-r1", True),
        ("1.2-r0", "=", "1.2-r0", True),
        ("1.2-r0", "", "", True),
    ],
)
def test_relations(version: str, operator: str, bound: str, holds: bool) -> None:
    assert satisfies(version, operator, bound) is holds


@given(st.text(max_size=300), st.sampled_from(["", "=", "<", ">", "~", "><", "<="]), st.text(max_size=40))
def test_no_text_is_too_odd_for_a_version(version: str, operator: str, bound: str) -> None:
    assert satisfies(version, operator, bound) in (True, False)
