"""The scan as a whole: hostile files, order, processes, the cache."""

from __future__ import annotations

import json
import os
import random
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layerlint.programs import examine as examining
from layerlint.programs.cache import Store, decode, encode
from layerlint.programs.examine import MAX_TEXT, examine, from_bytes
from layerlint.programs.facts import FileFacts, Language
from layerlint.programs.model import ProgramFile
from layerlint.programs.python_calls import _LOADS, _LOOKS_FOR, _STARTS, _TALKS_TLS, _TEMPORARY
from layerlint.programs.python_shorten import TELLING
from layerlint.programs.scan import scan
from tests.programs.made import brief, facts_of, files, found

SOURCE = "import subprocess, redis\nsubprocess.run(['git'])\n"
NAMES = ["a.py", "requirements.txt", "pyproject.toml", "uv.lock", "Pipfile.lock", "setup.cfg", "setup.py", "a.sh", "a",
         "package.json", "a.js", "a.go", "Cargo.lock", "a.rs", "Gemfile.lock", "a.rb", "composer.json", "a.php",
         "pom.xml", "build.gradle", "a.jar", "a.yaml"]  # fmt: skip
HEADS = [b"", b"\x7fELF", b"PK\x03\x04", b"#!/bin/sh\n", b"#!/usr/bin/env python3\n", b"#!", b"\xef\xbb\xbf",
         b"# -*- coding: utf-7 -*-\n", b"import subprocess\nsubprocess.run("]  # fmt: skip


@settings(deadline=None)
@given(st.sampled_from(NAMES), st.sampled_from(HEADS), st.binary(max_size=200) | st.text(max_size=200))
def test_never_raises_on_any_bytes(name: str, head: bytes, body: bytes | str) -> None:
    data = head + (body if isinstance(body, bytes) else body.encode("utf-8", "surrogatepass"))
    facts = from_bytes(f"/app/{name}", data)
    assert decode(encode(facts)) == facts


@pytest.mark.parametrize(
    "text",
    [
        "(" * 100_000,
        "-" * 100_000 + "1",
        "not " * 50_000 + "x",
        "a" + "[0]" * 50_000,
        "1" + "+1" * 50_000,
        "if a:\n pass\n" + "elif a:\n pass\n" * 10_000,
        "x = '" + "\\" * 100_000,
        "subprocess.run('" + "$(" * 50_000,
        "import a." + "a." * 50_000 + "a",
        "from a." + "a." * 50_000 + "a import b",
        "x = a" + " and a" * 30_000,
        "x = " + "'a'" * 50_000,
        "x = " + "''" * 50_000,
        "x = (" + "f'a'\n" * 40_000 + ")",
        "x = [a " + "for a in b " * 20_000 + "]",
        "x = a" + " < a" * 50_000,
        "x = " + "a = " * 50_000 + "a",
        "x = a" + ".a" * 3_000,
        "x = a" + "[0]" * 900,
        "x = [" + "0," * 100_000 + "]",
        "x = " + "lambda: " * 900 + "1",
        "\0",
        "f" * MAX_TEXT,
    ],
    ids=range(23),
)
@pytest.mark.parametrize("name", ["a.py", "a.sh", "requirements.txt", "pyproject.toml", "package.json", "a.js", "a.go"])
def test_hostile_texts_end(name: str, text: str) -> None:
    head = "import subprocess\nsubprocess.run(['git'])\n" if name.endswith(".py") else ""
    from_bytes(f"/app/{name}", (head + text).encode())


def test_no_file_is_waited_for_or_followed(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.py")
    (tmp_path / "link.py").symlink_to("/etc/passwd")
    (tmp_path / "folder.py").mkdir()
    (tmp_path / "large.py").write_bytes(b"#" * (MAX_TEXT + 1))
    names = ("pipe.py", "link.py", "folder.py", "large.py", "none.py")
    facts = scan([ProgramFile(f"/app/{name}", name, tmp_path / name) for name in names])
    assert facts.gaps == (
        "folder.py: it is no regular file",
        "large.py: it is larger than the 256 KiB that are read",
        "link.py: it cannot be opened",
        "none.py: it cannot be opened",
        "pipe.py: it is no regular file",
    )


def test_nothing_of_the_program_runs(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    code = f"open({str(mark)!r}, 'w').close()\n"
    facts_of(tmp_path, {"setup.py": code, "a.py": code, "conftest.py": code, "sitecustomize.py": code})
    assert not mark.exists()


def test_the_order_of_files_is_of_no_matter(tmp_path: Path) -> None:
    sources = {f"m{number}.py": SOURCE for number in range(10)} | {"requirements.txt": "redis\npandas\n"}
    made = files(tmp_path, sources)
    expected = scan(made)
    assert expected.needs
    for seed in range(3):
        random.Random(seed).shuffle(made)
        assert scan(made) == expected
        assert scan(made + made) == expected


def test_processes_find_the_same_and_progress_is_told(tmp_path: Path) -> None:
    made = files(tmp_path, {f"m{number:03}.py": SOURCE for number in range(80)})
    told: list[tuple[int, int]] = []
    alone = scan(made, jobs=1)
    assert scan(made, jobs=2, progress=lambda done, count: told.append((done, count))) == alone
    assert told == [(number, 80) for number in range(1, 81)]
    assert len([each for each in alone.needs if each.kind.value == "binary"]) == 20


def test_facts_are_kept_by_content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = files(tmp_path / "context", {"a.py": SOURCE, "b.py": SOURCE + "\n", "requirements.txt": "redis\n"})
    first = scan(made, cache=tmp_path / "cache")
    read: list[str] = []
    original = examining.read_text
    monkeypatch.setattr(
        examining, "read_text", lambda language, name, data: read.append(name) or original(language, name, data)
    )
    assert scan(made, cache=tmp_path / "cache") == first == scan(made)
    assert len(read) == 3  # of the scan without a cache
    (tmp_path / "context" / "a.py").write_text("import os\n")
    read.clear()
    assert scan(made, cache=tmp_path / "cache") != first
    assert read == ["app/a.py"]


@pytest.mark.parametrize(
    "damage",
    [b"", b"{", b"[]", b"null", b"\xff", b'{"language": "python"}', b"[" * 100_000,
     json.dumps({"language": "python", "found": [["binary", 1, 2, 3, "high", "", "", []]], "imports": [],
                 "declared": [], "locked": [], "words": [], "gaps": []}).encode()],
)  # fmt: skip
def test_a_damaged_entry_is_read_anew(tmp_path: Path, damage: bytes) -> None:
    made = files(tmp_path / "context", {"a.py": SOURCE})
    first = scan(made, cache=tmp_path / "cache")
    [entry] = (path for path in (tmp_path / "cache").rglob("*") if path.is_file())
    entry.write_bytes(damage)
    assert scan(made, cache=tmp_path / "cache") == first


def test_the_cache_stays_small(tmp_path: Path) -> None:
    store = Store.at(tmp_path)
    for number in range(250):
        store.save(f"00{number:038}", FileFacts(Language.DATA))
    assert len(list((tmp_path / "programs" / "00").iterdir())) <= 100


def test_a_cache_that_cannot_be_written_is_no_fault(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    made = files(tmp_path, {"a.py": SOURCE})
    assert scan(made, cache=tmp_path / "file") == scan(made)


def test_without_libcst_imports_are_known_and_the_gap_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "libcst", None)
    facts = facts_of(tmp_path, {"a.py": SOURCE, "b.py": "import flask\n"})
    assert [gap for gap in facts.gaps if gap.startswith("b.py")] == []
    assert any(gap.startswith("a.py: libcst is not installed (pip install 'layerlint[python]')") for gap in facts.gaps)
    assert "python distribution redis a.py:1" in [brief(each) for each in facts.needs]


def test_libcst_is_for_files_that_need_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "libcst", None)
    quiet = "import os, shutil, subprocess\ndef f():\n    shutil.rmtree('x'); os.getcwd(); g.open('/usr/share/x')\n"
    assert from_bytes("/app/a.py", quiet.encode()).gaps == ()


def test_without_pyelftools_the_gap_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "elftools.elf.elffile", None)
    [(line, gap)] = from_bytes("/app/a", b"\x7fELF" + b"\0" * 100).gaps
    assert line == 0
    assert "pip install 'layerlint[python]'" in gap


def test_every_call_that_is_understood_is_looked_at() -> None:
    others = (
        *("zoneinfo.ZoneInfo", "locale.setlocale", "pwd.getpwnam", "grp.getgrnam", "os.getlogin"),
        *("urllib.request.urlopen", "ctypes.util.find_library"),
    )
    names = {*_STARTS, *_LOOKS_FOR, *_LOADS, *_TEMPORARY, *_TALKS_TLS, *others}
    for name in names:
        assert name.partition(".")[0] in TELLING[name.rpartition(".")[2]], name


def test_a_file_that_another_package_manager_put_there_is_left_alone(tmp_path: Path) -> None:
    sources = {"node_modules/x/package.json": '{"dependencies": {"simple-git": "1"}}', "venv/a.py": SOURCE}
    assert facts_of(tmp_path, sources).needs == ()


def test_one_file_by_itself(tmp_path: Path) -> None:
    [file] = files(tmp_path, {"a.py": SOURCE})
    assert found(examine(file)) == ["binary git 2"]
