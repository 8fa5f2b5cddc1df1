from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layerlint.catalog.model import Footprint, Piece, Relation
from layerlint.catalog.records import (
    PackageRecord,
    decode_footprint,
    decode_package,
    encode_footprint,
    encode_package,
    parse_relations,
)
from layerlint.domain.size import Size

names = st.from_regex(r"[a-z0-9][a-z0-9.+-]{1,8}", fullmatch=True)
versions = st.from_regex(r"[0-9][0-9a-z.+~:-]{0,8}", fullmatch=True)
amounts = st.integers(0, 10**12)
relations = st.one_of(
    st.builds(Relation, names),
    st.builds(Relation, names, st.sampled_from(["<<", "<=", "=", ">=", ">>"]), versions),
)
groups = st.lists(st.lists(relations, min_size=1, max_size=3).map(tuple), max_size=4).map(tuple)
flat = st.lists(relations, max_size=3).map(tuple)
records = st.builds(
    PackageRecord,
    name=names,
    version=versions,
    architecture=st.sampled_from(["amd64", "all"]),
    installed_kib=amounts,
    download_size=amounts,
    priority=st.sampled_from(["optional", "required", "important", "standard", "extra"]),
    essential=st.booleans(),
    control_bytes=amounts,
    depends=groups,
    recommends=groups,
    provides=flat,
    conflicts=flat,
)
sizes = st.one_of(amounts.map(Size.exact), amounts.map(lambda likely: Size.around(likely, 0.5, 0.5)))
paths = st.from_regex(r"(/[A-Za-z0-9 ._@-]{1,6}){1,4}", fullmatch=True)
pieces = st.one_of(
    st.builds(Piece, paths, sizes, st.just(1), st.just(False)),
    st.builds(Piece, paths, sizes, st.integers(1, 99), st.just(True)),
)
footprints = st.builds(
    Footprint, st.lists(pieces, max_size=4).map(tuple), amounts, amounts, amounts, st.just(True), amounts
)


@given(records)
def test_package_record_round_trip(record: PackageRecord) -> None:
    assert decode_package(encode_package(record)) == record


@given(names, footprints)
def test_footprint_round_trip(name: str, footprint: Footprint) -> None:
    line = encode_footprint(name, footprint)
    assert "\n" not in line
    assert decode_footprint(line) == footprint


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("", ()),
        ("libc6 (>= 2.34)", ((Relation("libc6", ">=", "2.34"),),)),
        ("debconf (>= 0.5) | debconf-2.0", ((Relation("debconf", ">=", "0.5"), Relation("debconf-2.0")),)),
        ("python3:any, perl:any (>= 5.36)", ((Relation("python3"),), (Relation("perl", ">=", "5.36"),))),
        ("a (= 1:2.3-4~x), b", ((Relation("a", "=", "1:2.3-4~x"),), (Relation("b"),))),
    ],
)
def test_relations_of_a_control_field(field: str, expected: object) -> None:
    assert parse_relations(field) == expected
