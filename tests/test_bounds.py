"""Every bound that a Dockerfile, a context or a rule file can reach: what is within it is read whole, and
what is past it is told.

docs/bounds.md is written from the table here: LAYERLINT_UPDATE_SNAPSHOTS=1 writes it anew.
"""

from __future__ import annotations

import ast
import os
import tarfile
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from layerlint.checks import CHECKS
from layerlint.config.yaml_values import parse_yaml
from layerlint.discovery import read_dockerfile
from layerlint.dockerfile.dockerignore import Matcher
from layerlint.dockerfile.dockerignore import read as read_ignore
from layerlint.dockerfile.expand import expand
from layerlint.dockerfile.parser import parse
from layerlint.domain.text import UNKNOWN
from layerlint.errors import InvalidFileError, UsageError
from layerlint.ruleset.loader import load
from layerlint.source import SourceFile
from tests.execution.dockerfiles import gaps_of, trace_of, tree_of
from tests.shared import CHECKOUT

PAGE = CHECKOUT / "docs" / "bounds.md"


@dataclass(frozen=True)
class Bound:
    subject: str
    place: str
    """``module:NAME`` of the figure."""
    unit: str
    past: str
    """What is said, or done, past it."""
    whole: Callable[[int, Path], bool]
    """Whether something of that many units is read whole; False too only where it is told."""
    tried: int = 0
    """The figure for the test where the true one takes long."""

    @property
    def figure(self) -> int:
        module, name = self.place.split(":")
        value = getattr(import_module(module), name)
        assert isinstance(value, int)
        return value


def scripted(script: Callable[[int], str], told: str) -> Callable[[int, Path], bool]:
    """A RUN that ends in a file: whole, or there is a gap of that reason."""

    def whole(size: int, folder: Path) -> bool:
        trace = trace_of(f"FROM scratch\nRUN {script(size)}\n")
        gaps = gaps_of(trace)
        assert all(told in gap for gap in gaps), gaps
        return not gaps

    return whole


def dockerfile_bytes(size: int, folder: Path) -> bool:
    file = folder / "Dockerfile"
    file.write_bytes(b"#" * size)
    try:
        return len(read_dockerfile(str(file))) == size
    except UsageError as error:
        return "not a Dockerfile" not in str(error)


def line_bytes(size: int, folder: Path) -> bool:
    document = parse(SourceFile("Dockerfile", "FROM scratch\n#" + "x" * (size - 1) + "\nUSER a\n"))
    assert all("greater than max allowed size" in problem.message for problem in document.problems)
    return not document.problems


def substitutions(size: int, folder: Path) -> bool:
    expansion = expand("${b:-" * size + "x" + "}" * size, lambda name: None, "\\")
    assert expansion.error is None or "nested deeper" in expansion.error
    return expansion.error is None


def variable_characters(size: int, folder: Path) -> bool:
    text = f"FROM scratch\nENV a={'x' * (size // 8)}\nENV b=$a$a$a$a$a$a$a$a{'y' * (size % 8)}\n"
    environment = trace_of(text).target.final.environment  # type: ignore[union-attr]
    return len(str(environment["b"])) == size if environment["b"] is not UNKNOWN else False


def ignored_path(size: int, folder: Path) -> bool:
    patterns, _ = read_ignore("**/a*\n")
    return Matcher(patterns).matches("a" * size)


def yaml_bytes(size: int, folder: Path) -> bool:
    problems: list[Any] = []
    parse_yaml("x.yaml", b"a: " + b"x" * (size - 3), problems)
    assert all("larger than" in problem.message for problem in problems)
    return not problems


def yaml_levels(size: int, folder: Path) -> bool:
    problems: list[Any] = []
    parse_yaml("x.yaml", b"[" * size + b"]" * size, problems)
    assert all("nested deeper" in problem.message for problem in problems)
    return not problems


def rule_files(size: int, folder: Path) -> bool:
    category = folder / "waste"
    category.mkdir()
    for number in range(size):
        (category / f"rule-{number}.yaml").touch()
    try:
        load(CHECKS, [folder])
    except InvalidFileError as error:
        return not any("rule files" in problem.message for problem in error.problems)
    return True


def context_entries(size: int, folder: Path) -> bool:
    for number in range(size - 1):  # the folder is an entry too
        (folder / str(number)).touch()
    trace = trace_of("FROM scratch\nCOPY . /\n", folder)
    return told_of_context(trace, "entries of the build context")


def context_folders(size: int, folder: Path) -> bool:
    (folder.joinpath(*["d"] * size)).mkdir(parents=True)
    return told_of_context(trace_of("FROM scratch\nCOPY . /\n", folder), "deep")


def told_of_context(trace: Any, reason: str) -> bool:
    return not any(reason in note for note in trace.notes)


def context_links(size: int, folder: Path) -> bool:
    (folder / "0").write_text("text")
    for number in range(size):
        (folder / str(number + 1)).symlink_to(str(number))
    trace = trace_of(f"FROM scratch\nCOPY {size} /file\n", folder)
    return tree_of(trace).get("/file") == "4 bytes"


def archive_members(size: int, folder: Path) -> bool:
    with tarfile.open(folder / "a.tar", "w") as archive:
        for number in range(size):
            archive.addfile(tarfile.TarInfo(str(number)), BytesIO())
    trace = trace_of("FROM scratch\nADD a.tar /\n", folder)
    return not gaps_of(trace)


def requirements(size: int, folder: Path) -> bool:
    (folder / "requirements.txt").write_text("".join(f"distribution-{number}\n" for number in range(size)))
    trace = trace_of("FROM python:3.12\nCOPY requirements.txt /\nRUN pip install -r /requirements.txt\n", folder)
    effects = [effect for step in trace.steps() for command in step.commands for effect in command.effects]
    return not any("the rest of" in str(getattr(effect, "reason", "")) for effect in effects)


def linked(size: int, folder: Path) -> bool:
    links = "".join(f"; ln -s /{number} /{number + 1}" for number in range(size))
    trace = trace_of(f"FROM scratch\nRUN echo x > /0{links}; cp /{size} /out || touch /fails\n")
    return "/fails" not in tree_of(trace)


def loops(size: int) -> str:
    return "for i in " + " ".join(map(str, range(size))) + "; do touch /$i; done"


def while_loops(size: int) -> str:
    return f"i=0; while [ $i -lt {size - 1} ]; do i=$((i+1)); done"


def commands(size: int) -> str:
    """As many as are asked for, in loops of a hundred rounds."""
    hundreds, rest = divmod(size, 100)
    loop = f"for i in {' '.join(map(str, range(hundreds)))}; do {'true; ' * 100}done; "
    return loop + "true; " * rest


def doubled(size: int) -> str:
    """A variable of that many characters."""
    parts = "; ".join(f"a{power}=$a{power - 1}$a{power - 1}" for power in range(1, size.bit_length()))
    value = "".join(f"$a{power}" for power in range(size.bit_length()) if size >> power & 1)
    return f"a0=x; {parts}; b={value}; touch /${{#b}}"


def nested(size: int) -> str:
    """Substitutions inside one another, as deep as the shell is read."""
    return "x=" + "$(echo " * size + "a" + ")" * size


BOUNDS = (
    Bound("a Dockerfile", "layerlint.discovery:MAX_BYTES", "bytes",
          "exit code 2: not a Dockerfile", dockerfile_bytes),
    Bound("a line of a Dockerfile", "layerlint.dockerfile.lexer:MAX_LINE", "bytes",
          "BuildKit's error, whose bound it is; the lines after it are read", line_bytes),
    Bound("substitutions in one another, in an instruction", "layerlint.dockerfile.expand:MAX_DEPTH", "levels",
          "an error at the instruction", substitutions),
    Bound("what the variables in one text come to", "layerlint.dockerfile.expand:MAX_VALUES", "characters",
          "the value is not known", variable_characters),
    Bound("a path under the patterns of `.dockerignore`", "layerlint.dockerfile.globs:MAX_PATH", "characters",
          "matches nothing: Linux has no such path", ignored_path),
    Bound("a rule file or configuration", "layerlint.config.yaml_values:MAX_BYTES", "bytes",
          "exit code 2, with the file", yaml_bytes),
    Bound("nesting of YAML", "layerlint.config.yaml_values:MAX_DEPTH", "levels",
          "exit code 2, with the line; anchors and aliases are refused whatever they come to", yaml_levels),
    Bound("rule files in one folder", "layerlint.ruleset.loader:MAX_FILES", "files",
          "exit code 2: a wrong folder", rule_files),
    Bound("entries of a build context", "layerlint.execution.context:MAX_FILES", "entries",
          "a note; what was not read is not known", context_entries, 50),
    Bound("folders in one another, in a build context", "layerlint.execution.context:_MAX_DEPTH", "levels",
          "a note with the path", context_folders),
    Bound("symbolic links on one path of a build context", "layerlint.filesystem.host_files:_MAX_LINKS", "links",
          "leads nowhere, as in Linux (`MAXSYMLINKS`)", context_links),
    Bound("symbolic links on one path of the image", "layerlint.filesystem.tree:MAX_SYMLINKS", "links",
          "leads nowhere, as in Linux", linked),
    Bound("members of an archive that ADD or tar unpacks", "layerlint.execution.archives:MAX_MEMBERS", "members",
          "the step says that the archive is not known in full", archive_members, 100),
    Bound("folders in one another, in the image", "layerlint.filesystem.tree:MAX_DEPTH", "levels",
          "the step says that it is not followed",
          scripted(lambda size: "mkdir -p " + "/d" * size, "folders deep is not followed")),
    Bound("the script of a RUN", "layerlint.shell.grammar:LONGEST", "characters",
          "the step says that its syntax is not understood",
          scripted(lambda size: "true #" + "x" * (size - 6), "syntax is not understood")),
    Bound("`<`, `>`, `|` and backquotes of a script", "layerlint.shell.grammar:MOST_AMBIGUOUS", "characters",
          "the step says that its syntax is not understood",
          scripted(lambda size: "true " + ">a " * size, "syntax is not understood")),
    Bound("compound commands and substitutions in one another", "layerlint.shell.words:DEEPEST", "levels",
          "the inner part is opaque, and the step says so",
          scripted(nested, "syntax is not understood")),
    Bound("operators of a list of `&&` and `||`", "layerlint.shell.parser:LONGEST_LIST", "operators",
          "the rest is opaque, and the step says so",
          scripted(lambda size: "true && " * size + "true", "syntax is not understood")),
    Bound("words of `{1..n}`", "layerlint.shell.braces:LONGEST_SEQUENCE", "words",
          "not spelt out: the step says that they are not known",
          scripted(lambda size: f"touch /{{1..{size}}}", "is not known")),
    Bound("rounds of `for`", "layerlint.execution.shell:MAX_ROUNDS", "rounds",
          "the step says how many are followed", scripted(loops, "rounds are not followed")),
    Bound("rounds of `while` and `until`", "layerlint.execution.shell:MAX_ROUNDS", "rounds",
          "the step says how many are followed", scripted(while_loops, "rounds are not followed")),
    Bound("commands of one step", "layerlint.execution.recorder:MAX_COMMANDS", "commands",
          "the step says that it has too many", scripted(commands, "too many commands")),
    Bound("words of one command line", "layerlint.execution.expansion:MAX_FIELDS", "words",
          "the step says that the rest is not known",
          scripted(lambda size: "touch " + " ".join(f"/{number}" for number in range(size - 1)), "is not known")),
    Bound("a value of the shell", "layerlint.execution.expansion:_MAX_VALUE", "characters",
          "not known, and so is what it names", scripted(doubled, "is not known")),
    Bound("requirements of one pip command", "layerlint.commands._requirements:MAX_REQUIREMENTS", "requirements",
          "the rest is an interval with a reason", requirements),
)  # fmt: skip

ELSEWHERE = (
    ("an archive that unpacks to many times its size", "tests/images/test_hostile.py",
     "test_a_bomb_of_gzip_ends_at_the_ratio"),
    ("an image of ten million entries", "tests/images/test_hostile.py",
     "test_ten_million_entries_end_at_the_limit_in_bounded_memory"),
    ("an image of a million layers", "tests/images/test_hostile.py", "test_a_million_layers"),
    ("indexes of an image that name themselves", "tests/images/test_hostile.py",
     "test_indexes_that_name_themselves_or_never_end"),
    ("FIFOs, devices and sockets where a file is meant", "tests/test_security.py", "test_files_that_are_none"),
    ("files that change or vanish while they are read", "tests/test_security.py",
     "test_files_that_change_between_listing_and_reading"),
    ("folders that may not be read", "tests/test_security.py", "test_folders_that_may_not_be_read_are_told"),
    ("loops of links in a context", "tests/test_security.py",
     "test_a_context_of_loops_and_100_000_names_that_are_deep"),
    ("a full disk", "tests/test_security.py", "test_a_full_disk_leaves_what_was_there"),
    ("a reader that goes away", "tests/test_batch.py", "test_a_reader_that_goes_away_ends_all"),
    ("Ctrl-C", "tests/test_batch.py", "test_ctrl_c_ends_all_at_once"),
    ("a process that is killed", "tests/test_batch.py", "test_a_killed_process_costs_its_file_alone"),
    ("scripts made to take time, memory or the stack", "tests/execution/test_hostile.py", "test_ends_soon"),
)  # fmt: skip


@pytest.mark.parametrize("bound", BOUNDS, ids=lambda bound: bound.subject)
def test_what_is_within_is_whole_and_what_is_past_is_told(
    bound: Bound, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    figure = bound.figure
    if bound.tried:
        module, name = bound.place.split(":")
        monkeypatch.setattr(f"{module}.{name}", figure := bound.tried)
    within, past = tmp_path / "within", tmp_path / "past"
    within.mkdir()
    past.mkdir()
    assert bound.whole(figure, within)
    assert not bound.whole(figure + 1, past)


def test_the_page_has_every_bound() -> None:
    if os.environ.get("LAYERLINT_UPDATE_SNAPSHOTS"):
        PAGE.write_text(page())
    assert PAGE.read_text() == page()


def test_what_is_shown_elsewhere_is_there() -> None:
    for _, file, name in ELSEWHERE:
        tree = ast.parse((CHECKOUT / file).read_text())
        assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}, name


def page() -> str:
    rows = [f"| {bound.subject} | {bound.figure:,} {bound.unit} | {bound.past} |" for bound in BOUNDS]
    others = [f"- {subject}: `{file}::{name}`" for subject, file, name in ELSEWHERE]
    return "\n".join(
        (
            "# Bounds",
            "",
            "What is read of hostile or merely huge input, and what happens past it.  Written from the table of",
            "`tests/test_bounds.py`, which reads one piece of just that size whole, and one that is larger by one.",
            "",
            "| what | bound | past it |",
            "| --- | --- | --- |",
            *rows,
            "",
            "Shown by other tests:",
            "",
            *others,
            "",
        )
    )
