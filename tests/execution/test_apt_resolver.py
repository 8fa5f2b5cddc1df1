"""apt's rules for what a request comes to, on small indexes; real ones are held against apt itself."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layerlint.catalog.model import Footprint, Package, Relation
from layerlint.execution.packages.database import Installed
from layerlint.execution.packages.resolver import (
    Plan,
    plan_install,
    plan_removal,
    plan_unused,
    plan_upgrade,
)
from tests.execution.relations import groups

NO_FILES = Footprint((), 0, 0, 0, measured=False)


class Index:
    """An index of lines ``name version | field: relations | …``."""

    def __init__(self, text: str) -> None:
        self.packages = {p.name: p for p in map(_package, filter(None, map(str.strip, text.splitlines())))}

    def get(self, name: str) -> Package | None:
        return self.packages.get(name)

    def providers(self, name: str) -> tuple[str, ...]:
        found = (p for p in self.packages.values() if any(r.name == name for r in p.provides))
        return tuple(p.name for p in found if p.name != name)


def _package(line: str) -> Package:
    head, *fields = line.split("|>")
    name, version = head.split()
    values = {key.strip(): value for key, _, value in (field.partition(":") for field in fields)}

    def flat(key: str) -> tuple[Relation, ...]:
        return tuple(group[0] for group in groups(values.get(key, "")))

    return Package(
        name=name, version=version, architecture="amd64", installed_size=0, download_size=0,
        depends=groups(values.get("depends", "")), recommends=groups(values.get("recommends", "")),
        provides=flat("provides"), conflicts=flat("conflicts"), essential="essential" in values,
        priority=values.get("priority", "optional").strip(), footprint=NO_FILES,
    )


def installed(*names: str) -> dict[str, Installed]:
    """``name/version``; a star before it marks it automatic."""
    pairs = (name.lstrip("*").split("/") for name in names)
    return {
        name: Installed(name, version, word.startswith("*"))
        for word, (name, version) in zip(names, pairs, strict=True)
    }


def plan(
    index: str, *names: str, base: Mapping[str, Installed] | None = None, recommends: bool = False
) -> Plan:
    packages = Index(index)
    named = [packages.packages[name] for name in names]
    return plan_install(named, base or {}, packages, recommends=recommends)


def names(packages: tuple[Package, ...]) -> list[str]:
    return [package.name for package in packages]


@pytest.mark.parametrize(("index", "wanted"), [
    ("a 1 |> depends: b, c\nb 1 |> depends: d\nc 1\nd 1", ["a", "b", "d", "c"]),
    # cycles end
    ("a 1 |> depends: b\nb 1 |> depends: a", ["a", "b"]),
    # the first alternative, or the first that is there
    ("a 1 |> depends: b | c\nb 1\nc 1", ["a", "b"]),
    ("a 1 |> depends: x | c\nc 1", ["a", "c"]),
    ("a 1 |> depends: b (>= 2) | c\nb 1\nc 1", ["a", "c"]),
    # one that is marked already
    ("a 1 |> depends: c, b | c\nb 1\nc 1", ["a", "c"]),
    # a provider; the real package first; then by priority; then the last of them
    ("a 1 |> depends: v\nb 1 |> provides: v", ["a", "b"]),
    ("a 1 |> depends: v\nv 1\nb 1 |> provides: v", ["a", "v"]),
    ("a 1 |> depends: v\nb 1 |> provides: v |> priority: important\nc 1 |> provides: v", ["a", "b"]),
    ("a 1 |> depends: v\nc 1 |> provides: v\nb 1 |> provides: v", ["a", "b"]),
    ("a 1 |> depends: v\nb 1 |> provides: v\nc 1 |> provides: v", ["a", "c"]),
    # an unversioned provide does not satisfy a versioned relation
    ("a 1 |> depends: v (>= 1) | c\nb 1 |> provides: v\nc 1", ["a", "c"]),
    ("a 1 |> depends: v (>= 1) | c\nb 1 |> provides: v (= 2)\nc 1", ["a", "b"]),
    # an alternative that conflicts with what is marked, or with what is certain to come
    ("a 1 |> depends: b | c |> conflicts: b\nb 1\nc 1", ["a", "c"]),
    ("a 1 |> depends: b | c, d\nb 1\nc 1\nd 1 |> conflicts: b", ["a", "c", "d"]),
])
def test_dependencies_are_followed_as_apt_does(index: str, wanted: list[str]) -> None:
    assert names(plan(index, "a").install) == wanted


def test_recommendations_follow_dependencies() -> None:
    index = "a 1 |> depends: b |> recommends: r, x\nb 1 |> recommends: s\nr 1\ns 1"
    assert names(plan(index, "a").install) == ["a", "b"]
    assert names(plan(index, "a", recommends=True).install) == ["a", "b", "s", "r"]


def test_all_that_is_named_decides_alternatives() -> None:
    index = "a 1 |> depends: b | c\nb 1\nc 1"
    assert names(plan(index, "a", "c").install) == ["a", "c"]


def test_what_is_installed_is_left_alone_or_upgraded_where_needed() -> None:
    index = "a 1 |> depends: b (>= 2), c\nb 2\nc 2"
    result = plan(index, "a", base=installed("b/1", "c/1"))
    assert names(result.install) == ["a"]
    assert names(result.upgrade) == ["b"]


def test_a_conflict_with_an_installed_package_upgrades_or_removes_it() -> None:
    assert plan("a 1 |> conflicts: b\nb 1", "a", base=installed("b/1")).remove == ("b",)
    broken = plan("a 1 |> conflicts: b (<< 2)\nb 2", "a", base=installed("b/1"))
    assert (names(broken.upgrade), broken.remove) == (["b"], ())


def test_an_unmet_dependency_is_told() -> None:
    assert plan("a 1 |> depends: x", "a").unmet == ("a: x",)


def test_removal_takes_what_depends_on_it() -> None:
    index = Index("a 1 |> depends: b\nb 1\nc 1 |> depends: b | d\nd 1\ne 1 |> recommends: b")
    base = installed("a/1", "b/1", "c/1", "d/1", "e/1")
    assert plan_removal(["b"], base, index).remove == ("a", "b")
    assert plan_removal(["x"], base, index).remove == ()


def test_unused_packages_are_automatic_and_unreachable() -> None:
    index = Index(
        "a 1 |> depends: b |> recommends: r\nb 1\nr 1\nu 1 |> depends: w\nw 1\nq 1 |> priority: required\nz 1"
    )
    base = installed("a/1", "*b/1", "*r/1", "*u/1", "*w/1", "*q/1", "z/1")
    assert plan_unused(base, index).remove == ("u", "w")


def test_upgrade_holds_back_what_needs_a_new_package() -> None:
    index = Index("a 2 |> depends: n\nb 2\nn 1")
    base = installed("a/1", "b/1")
    assert names(plan_upgrade(base, index, may_change=False).upgrade) == ["b"]
    changed = plan_upgrade(base, index, may_change=True)
    assert (names(changed.upgrade), names(changed.install)) == (["a", "b"], ["n"])


NAMES = st.sampled_from("abcdefgh")
RELATIONS = st.lists(st.lists(NAMES, min_size=1, max_size=3), max_size=4)


@st.composite
def indexes(draw: st.DrawFn) -> Index:
    index = Index("")
    for name in "abcdefgh":
        depends, conflicts = draw(RELATIONS), draw(st.lists(NAMES, max_size=1))
        text = ", ".join(" | ".join(group) for group in depends)
        index.packages[name] = _package(f"{name} 1 |> depends: {text} |> conflicts: {', '.join(conflicts)}")
    return index


@given(indexes(), st.lists(NAMES, min_size=1, max_size=3, unique=True))
def test_every_hard_dependency_is_met_or_told(index: Index, wanted: list[str]) -> None:
    result = plan_install([index.packages[n] for n in wanted], {}, index, recommends=False)
    there = set(names(result.install))
    assert there >= set(wanted)
    told = {unmet.partition(":")[0] for unmet in result.unmet}
    for package in result.install:
        if package.name not in told:
            assert all(any(r.name in there for r in group) for group in package.depends)


@given(indexes(), st.lists(NAMES, min_size=1, max_size=3, unique=True))
def test_autoremove_undoes_an_install(index: Index, wanted: list[str]) -> None:
    """Installed, then its named packages removed: nothing automatic is left."""
    result = plan_install([index.packages[n] for n in wanted], {}, index, recommends=True)
    base = {p.name: Installed(p.name, "1", p.name not in wanted) for p in result.install}
    gone = set(plan_removal(wanted, base, index).remove)
    left = {name: package for name, package in base.items() if name not in gone}
    assert plan_unused(left, index).remove == tuple(sorted(left))
