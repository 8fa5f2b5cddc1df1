"""Inputs that BuildKit's tests want refused, or accepted."""

from __future__ import annotations

from collections import Counter
from typing import Any

from layerlint.dockerfile.flags import FlagKind, flag_problems
from layerlint.dockerfile.grammar import parse_all
from layerlint.dockerfile.mounts import Device, parse_device
from layerlint.dockerfile.syntax import Flag, Problem
from layerlint.dockerfile.values import port_error
from layerlint.source import Span
from tests.conformance.dockerfiles import read, refusals
from tests.shared import rows

NOWHERE = Span(0, 0)


def _problems(text: str) -> tuple[Problem, ...]:
    return parse_all(read(text))[1]


def _check_refused(row: dict[str, Any]) -> bool:
    problems = _problems(row["dockerfile"])
    # The tests of instructions have no FROM.
    whole = ("no build stage", "dockerfile contains no stages")
    messages = [problem.message for problem in problems if not problem.message.startswith(whole)]
    if row["error"] is None:
        return not messages
    equal = row["match"] == "equals"
    return messages[0] == row["error"] if equal else row["error"] in messages[0]


def _check_lines(row: dict[str, Any]) -> bool:
    """Only two of these fail before something is built or fetched."""
    document = read(row["dockerfile"])
    lines = [document.source.position(problem.span.start)[0] for problem in parse_all(document)[1]]
    here = row["id"].rpartition("/")[2] in ("invalidenv", "invalidflag")
    return lines == (row["error_lines"] if here else [])


def _check_device(row: dict[str, Any]) -> bool:
    text = row["input"]
    found = parse_device(Flag("device", text, f"--device={text}", NOWHERE, NOWHERE))
    if row["error"]:
        return isinstance(found, Problem) and found.message == row["error"]
    return found == Device(row["device"]["Name"], row["device"]["Required"])


def _check_flags(row: dict[str, Any]) -> bool:
    kinds = {"bool": FlagKind.BOOL, "string": FlagKind.TEXT}
    table = {name: kinds[kind] for name, kind, _ in row["flags"]}
    given = []
    for text in row["args"]:
        if text == "--":
            break
        name, equals, value = text[2:].partition("=")
        given.append(Flag(name, value if equals else None, text, NOWHERE, NOWHERE))
    return bool(list(flag_problems(tuple(given), table))) == bool(row["error"])


def _check_json(row: dict[str, Any]) -> bool:
    quoted = ", ".join(f'"{arg}"' for arg in row["args"])
    document = read(f"FROM a\nCMD {f'[{quoted}]' if row['json'] else ' '.join(row['args'])}")
    return bool([word.value for word in document.nodes[1].args] == row["result"])


def _check_port(row: dict[str, Any]) -> bool:
    return bool(port_error(row["case"]["spec"]) == row["case"].get("expError"))


def _check_converted(row: dict[str, Any]) -> bool:
    """What the stages come to: circles, targets, base images, values."""
    found = refusals(row["dockerfile"], {"target": row["target"]} if row["target"] else None)
    messages = [finding.message for finding in found]
    return row["error"] in messages if row["match"] == "equals" else bool(messages) == bool(row["error"])


def _check_no_crash(row: dict[str, Any]) -> bool:
    """Whether these are refused is in the syntax trees' rows."""
    return len(read(row["dockerfile"]).nodes) == 2


CHECKS = {
    "convert": _check_converted,
    "error_lines": _check_lines,
    "expose": _check_port,
    "flags": _check_flags,
    "handle_json_args": _check_json,
    "instruction_error": _check_refused,
    "interval": _check_refused,
    "must_not_crash": _check_no_crash,
    "run_device": _check_device,
}


def test_every_error() -> None:
    counts: Counter[str] = Counter()
    failed: list[str] = []
    for row in rows("conformance/errors.jsonl.gz"):
        counts[row["kind"]] += 1
        if not CHECKS[row["kind"]](row):
            failed.append(row["id"])
    print(f"{sum(counts.values())} error cases: {dict(sorted(counts.items()))}")
    assert failed == []
    assert sum(counts.values()) == 165
