"""BuildKit's own parser tests."""

from __future__ import annotations

from collections import Counter
from typing import Any

from layerlint.dockerfile.directives import detect_syntax, lookup
from layerlint.dockerfile.grammar import parse_all
from layerlint.dockerfile.heredocs import chomped, opening, openings
from layerlint.dockerfile.instructions import Copy, Run
from layerlint.dockerfile.words import Token, json_strings, quoted_words
from tests.conformance.dockerfiles import dump, read
from tests.shared import rows


def _check_dump(row: dict[str, Any]) -> bool:
    document = read(row["dockerfile"])
    return bool("\n".join(f"({dump(node)})" for node in document.nodes) == row["result"].strip())


def _check_negative(row: dict[str, Any]) -> bool:
    return bool(parse_all(read(row["dockerfile"]))[1])


def _check_lines(row: dict[str, Any]) -> bool:
    nodes = read(row["dockerfile"]).nodes
    ends = [nodes[0].start_line, nodes[-1].end_line]
    return bool(
        [[n.start_line, n.end_line] for n in nodes] == row["child_lines"] and ends == row["ast_lines"]
    )


def _check_warnings(row: dict[str, Any]) -> bool:
    document = read(row["dockerfile"])
    found = [
        node.text
        for node in document.nodes
        if any(node.span.start < blank.start < node.span.end for blank in document.empty_continuations)
    ]
    return bool(found == row["warnings_contain"])


def _check_words(row: dict[str, Any]) -> bool:
    text = row["input"]
    return bool([word.value for word in quoted_words(text, 0, len(text), "\\")] == row["words"])


def _check_heredocs(row: dict[str, Any]) -> bool:
    nodes = read(row["dockerfile"]).nodes[row["heredocs_from_child"] :]
    found = [
        [
            {
                "Name": heredoc.name,
                "Content": heredoc.content,
                "Expand": heredoc.expand,
                "Chomp": heredoc.chomp,
                "FileDescriptor": heredoc.file_descriptor,
            }
            for heredoc in node.heredocs
        ]
        for node in nodes
    ]
    expected = [
        [{"Expand": False, "Chomp": False, "FileDescriptor": 0} | heredoc for heredoc in heredocs or []]
        for heredocs in row["heredocs"]
    ]
    return found == expected


def _check_heredoc_word(row: dict[str, Any]) -> bool:
    found = opening(row["input"])
    if row["negative"]:  # odd quotes: BuildKit's parser refuses, its instructions see no heredoc
        return found is None
    return bool((found.name if found else None) == row["name"])


def _check_heredoc_line(row: dict[str, Any]) -> bool:
    return bool([found.name for found, _ in openings(row["input"])] == row["names"])


def _check_directives(row: dict[str, Any]) -> bool:
    text = row["dockerfile"]
    if row["function"] == "ParseAll":
        return bool([[d.name, d.value] for d in lookup(text)] == row["directives"])
    if row["function"] == "DetectSyntax":
        return detect_syntax(text) == (row["ref"] if row["ok"] else None)
    found = next((d for d in lookup(text) if d.name == row["key"]), None)
    if found is None or not row["ok"]:
        return found is None and not row["ok"]
    line = read(text).source.position(found.span.start)[0]
    whole = row.get("cmdline") or row["ref"]
    return (found.value, found.value.split(" ")[0], line) == (whole, row["ref"], row["line"])


def _check_json(row: dict[str, Any]) -> bool:
    text = row["input"].rstrip()
    found = json_strings(text, 0, len(text))
    if found is None:
        return False
    strings, other = found
    if row["negative"]:
        return isinstance(other, Token)
    return bool([string.value for string in strings] == row["value"])


def _check_name_value(row: dict[str, Any]) -> bool:
    document = read(f"FROM a\n{row['instruction']} {row['input']}")
    if row["negative"]:
        return bool(document.problems[0].message == row["error"])
    args = [word.value for word in document.nodes[1].args]
    return args == [part for pair in row["pairs"] for part in pair]


def _check_instruction(row: dict[str, Any]) -> bool:
    (instruction,), _ = parse_all(read(row["dockerfile"]))
    match instruction:
        case Copy(transfer=transfer):
            contents = [
                {
                    "Path": heredoc.name,
                    "Data": chomped(heredoc.content) if heredoc.chomp else heredoc.content,
                    "Expand": heredoc.expand,
                }
                for heredoc in transfer.heredocs
            ]
            sources = [word.value for word in transfer.sources]
            return (sources, contents, transfer.destination.value) == (
                row["sources"],
                row["contents"],
                row["dest"],
            )
        case Run(node=node, exec_form=exec_form):
            files = [{"Name": h.name, "Data": h.content, "Chomp": h.chomp} for h in node.heredocs]
            command = [word.value for word in node.args]
            return (command, files, exec_form is None) == (row["command"], row["files"], row["shell_form"])
        case _:
            return False


CHECKS = {
    "directive": _check_directives,
    "dump": _check_dump,
    "heredoc_chomp": lambda row: chomped(row["input"]) == row["output"],
    "heredoc_line": _check_heredoc_line,
    "heredoc_word": _check_heredoc_word,
    "heredocs": _check_heredocs,
    "instruction": _check_instruction,
    "json": _check_json,
    "lines": _check_lines,
    "name_val": _check_name_value,
    "negative": _check_negative,
    "parse_words": _check_words,
    "warnings": _check_warnings,
}


def test_every_case_of_the_parser() -> None:
    counts: Counter[str] = Counter()
    failed: list[str] = []
    for row in rows("conformance/parser.jsonl.gz"):
        counts[row["kind"]] += 1
        if not CHECKS[row["kind"]](row):
            failed.append(row["id"])
    print(f"{sum(counts.values())} parser cases: {dict(sorted(counts.items()))}")
    assert failed == []
    assert sum(counts.values()) == 131
