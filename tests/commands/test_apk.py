"""apk: command lines to effects."""

from __future__ import annotations

import shlex

import pytest

from layerlint.commands.apk import apk
from layerlint.domain.size import Size
from layerlint.domain.text import UNKNOWN, Text
from layerlint.domain.truth import Truth
from layerlint.effects import (
    CleanCache,
    InstallPackages,
    Invocation,
    Outcome,
    Populate,
    RemovePackages,
    Unmodelled,
    UpdateIndex,
    UpgradePackages,
    Write,
)
from layerlint.execution.view import SystemView
from layerlint.filesystem.union import FileSystem


def run(*argv: Text) -> Outcome:
    return apk(Invocation(("apk", *argv), "/w", {}, None, SystemView(FileSystem.scratch())))


def add(*names: str, virtual: str = "", cache: bool = True, problem: str = "") -> InstallPackages:
    return InstallPackages(
        "apk", names, recommends=False, virtual=virtual, cache=cache, problem=problem
    )


UPDATE = UpdateIndex("apk")
CASES = {
    "add curl git": (add("curl", "git"),),
    "add --no-cache curl": (add("curl", cache=False),),
    "--no-cache add curl": (add("curl", cache=False),),
    "add -U curl": (UPDATE, add("curl")),
    "--update add curl": (UPDATE, add("curl")),
    "add --update --no-cache curl": (add("curl", cache=False),),
    "add --no-cache --virtual .build-deps gcc musl-dev": (
        add("gcc", "musl-dev", virtual=".build-deps", cache=False),
    ),
    "add -t .build-deps gcc": (add("gcc", virtual=".build-deps"),),
    "add --virtual=.run-deps=1 so:libz.so.1": (add("so:libz.so.1", virtual=".run-deps"),),
    "add --virtual .empty": (add(virtual=".empty"),),
    "add 'a=1.2-r0' 'b~1.2' 'c>1' d@edge !e": (add("a=1.2-r0", "b~1.2", "c>1", "d@edge", "!e"),),
    "add --allow-untrusted glibc.apk /tmp/b.apk": (add("/w/glibc.apk", "/tmp/b.apk"),),
    "add -u curl": (add("curl"), UpgradePackages("apk")),
    "add": (),
    "add --simulate curl": (),
    "del .build-deps": (RemovePackages("apk", (".build-deps",)),),
    "del --purge -r curl": (RemovePackages("apk", ("curl",), purge=True, dependents=True),),
    "del": (),
    "update": (UPDATE,),
    "update --no-cache": (),
    "-U upgrade": (UPDATE, UpgradePackages("apk", may_remove=True)),
    "upgrade --no-cache --available": (UpgradePackages("apk", may_remove=True),),
    "cache clean": (CleanCache("apk"),),
    "fix": (),
    "fix --reinstall bash": (InstallPackages("apk", ("bash",), recommends=False, reinstall=True),),
    "fetch -o /out curl": (InstallPackages("apk", ("curl",), recommends=False, directory="/out"),),
    "index -o i.tar.gz a.apk": (Write("/w/i.tar.gz", Size(200, 700, None)),),
    "info": (),
    "search -x curl": (),
    "policy curl": (),
    "version -t 1.0 1.1": (),
}


@pytest.mark.parametrize(("line", "effects"), CASES.items(), ids=CASES)
def test_effects(line: str, effects: tuple[object, ...]) -> None:
    outcome = run(*shlex.split(line))
    assert outcome.effects == effects
    assert outcome.status is Truth.YES


def test_repositories_are_kept() -> None:
    (effect,) = run("add", "-X", "https://a", "--repository", "https://b", "x").effects
    assert isinstance(effect, InstallPackages)
    assert effect.repositories == ("https://b", "https://a")


def test_words_that_are_not_known_are_told() -> None:
    assert run("add", "curl", UNKNOWN).effects == (add("curl", problem="packages that are not known"),)
    assert run("del", UNKNOWN).effects[-1] == Unmodelled("packages that are not known")
    assert isinstance(run(UNKNOWN).effects[0], Unmodelled)


def test_another_root_is_filled_without_knowing_with_what() -> None:
    (effect,) = run("add", "--root", "/rootfs", "--initdb", "alpine-base").effects
    assert isinstance(effect, Populate)
    assert (effect.directory, bool(effect.reason)) == ("/rootfs", True)


def test_architecture_is_printed() -> None:
    assert run("--print-arch").stdout.size == Size.exact(len("x86_64\n"))


def test_questions_may_be_answered_by_the_status() -> None:
    assert run("info", "-e", "curl").status is Truth.MAYBE
    assert run("frobnicate").status is Truth.NO
