"""Findings less those that a comment of the file silences, plus what is wrong with these comments."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Final, TypeAlias

from layerlint._dataclass import dataclass
from layerlint.config.located import shortened, suggestion
from layerlint.dockerfile.check_directive import EXPERIMENTAL, check_value
from layerlint.dockerfile.check_directive import RULES as BUILDKIT_RULES
from layerlint.dockerfile.syntax import Document, Node
from layerlint.report import Finding
from layerlint.ruleset.findings import Remark, in_order, remark_cases, to_findings
from layerlint.ruleset.ignore_comments import (
    BUILDKIT_ALL,
    HADOLINT_CODE,
    Malformed,
    Request,
    Scope,
    read_check_comment,
    read_check_directive,
    read_comment,
)
from layerlint.ruleset.model import RuleSet
from layerlint.ruleset.reserved import INVALID_SUPPRESSION, UNUSED_HADOLINT_SUPPRESSION, UNUSED_SUPPRESSION
from layerlint.source import Span

Lines: TypeAlias = tuple[int, int]
"""First and last, from 1."""

_WHOLE_FILE: Final[Lines] = (0, 0)
"""In place of lines: findings past the last instruction are in the file too."""

_SUGGESTED: Final = 100
"""Unknown names with a suggestion in one file; each costs a comparison with every known name."""


@dataclass(frozen=True, slots=True)
class Suppression:
    """One name of one ignore comment: the rules that it stands for, and where it silences them."""

    word: str
    rules: frozenset[str]
    """Names of rules, or one code of ShellCheck's."""
    lines: Lines
    span: Span
    """The comment."""
    own: bool
    of_hadolint: bool


def apply_comments(
    findings: Iterable[Finding],
    document: Document,
    known: RuleSet,
    active: RuleSet,
    build_arguments: Mapping[str, str] = MappingProxyType({}),
) -> tuple[tuple[Finding, ...], int]:
    """The findings that are left, with those of the rules on ignore comments, and how many were silenced.

    A finding is silenced if all of it lies in what the comment is for.  ``known`` are all rules, ``active``
    those that ran: a comment for a rule that did not run is not called unused.  A build argument may
    take the place of BuildKit's directive.
    """
    suppressions, invalid = read_suppressions(document, known, build_arguments)
    silencing = {(rule, item.lines) for item in suppressions for rule in item.rules}
    regions = _Regions(document)
    kept: list[Finding] = []
    used: set[tuple[str, Lines]] = set()
    silenced = 0
    for finding in findings:
        around = list(regions.around(finding))
        keys = {(name, lines) for name in (finding.rule, finding.name) for lines in around} & silencing
        used |= keys
        silenced += bool(keys)
        if not keys:
            kept.append(finding)
    on = {rule.name for rule in active}
    unused = [
        item
        for item in suppressions
        if (item.rules & on or (item.own and active.code(item.word)))
        and not any((rule, item.lines) in used for rule in item.rules)
    ]
    own = (_unused(item) for item in unused if item.own)
    of_hadolint = (_unused(item) for item in unused if item.of_hadolint)
    cases = [
        *remark_cases(INVALID_SUPPRESSION, invalid, active),
        *remark_cases(UNUSED_HADOLINT_SUPPRESSION, of_hadolint, active),
        *remark_cases(UNUSED_SUPPRESSION, own, active),
    ]
    return in_order((*kept, *to_findings(cases, document.source))), silenced


def read_suppressions(
    document: Document, known: RuleSet, build_arguments: Mapping[str, str] = MappingProxyType({})
) -> tuple[tuple[Suppression, ...], tuple[Remark, ...]]:
    """What the comments silence, and a remark for each fault of a comment in layerlint's own form."""
    suppressions: list[Suppression] = []
    invalid: list[Remark] = []
    regions = _Regions(document)
    for span, line, request in _requests(document, build_arguments):
        if isinstance(request, Malformed):
            invalid.append(_invalid(span, request.problem))
            continue
        problems = (_unread(word, request) for word in request.names)
        invalid += [_invalid(span, problem) for problem in problems if problem]
        lines = regions.of(request.scope, line)
        if lines is None:
            invalid += [_invalid(span, "no instruction follows")] if request.own else []
            continue
        for word in request.names:
            rules = _rules(word, known, request) - _spared(request, known)
            if rules:
                suppressions.append(Suppression(word, rules, lines, span, request.own, request.of_hadolint))
            elif request.own:
                near = suggestion(word, known.words()) if len(invalid) < _SUGGESTED else ""
                near = near or "; `layerlint rules` lists them"
                problem = f'there is no rule, alias or category "{shortened(word)}"{near}'
                invalid.append(_invalid(span, problem))
    return tuple(suppressions), tuple(invalid)


def _requests(
    document: Document, build_arguments: Mapping[str, str]
) -> Iterator[tuple[Span, int, Request | Malformed]]:
    """What each comment asks for, with its span and line."""
    directives = {directive.span for directive in document.directives}
    value, span = check_value(document.source.text, build_arguments)
    if request := read_check_directive(value):
        yield span, 1, request
    for node in document.nodes:
        if request := read_check_comment(node.comments):
            yield node.keyword_span, node.start_line, request
    for comment in document.comments:
        if comment.span not in directives and (found := read_comment(comment.text)):
            yield comment.span, comment.line, found
    for node in document.nodes:
        if node.keyword.upper() == "RUN":
            yield from _in_heredocs(document, node)


def _in_heredocs(document: Document, node: Node) -> Iterator[tuple[Span, int, Request | Malformed]]:
    """Of comments in the script of a RUN, which are no comments of the Dockerfile."""
    for heredoc in node.heredocs:
        start = heredoc.span.start
        for line in document.source.text[start : heredoc.span.end].split("\n"):
            text = line.strip()
            if text.startswith("#") and (request := read_comment(text.lstrip("#").strip())):
                yield Span(start + line.index("#"), start + len(line.rstrip())), node.start_line, request
            start += len(line) + 1


def _rules(word: str, known: RuleSet, request: Request) -> frozenset[str]:
    """Names of the rules that a word stands for, or a code."""
    if request.own:
        return frozenset(known.code(word) or rule.name for rule in known.group(word))
    if request.of_buildkit:
        return frozenset(rule.name for rule in known if any(_skips(word, alias) for alias in rule.aliases))
    return frozenset(known.code(word) or rule.name for rule in known.named(word))


def _skips(word: str, alias: str) -> bool:
    return word == alias if word != BUILDKIT_ALL else alias in BUILDKIT_RULES - EXPERIMENTAL


def _spared(request: Request, known: RuleSet) -> frozenset[str]:
    if not request.spares:
        return frozenset()
    return frozenset(rule.name for rule in known if request.spares & set(rule.aliases))


def _unread(word: str, request: Request) -> str | None:
    """Why the tool that a comment is for makes nothing of it, which that tool does not say."""
    if request.of_hadolint and not HADOLINT_CODE.fullmatch(word):
        return f'hadolint does not read it, for "{shortened(word)}" is no code'
    if request.of_buildkit and word not in (BUILDKIT_ALL, *BUILDKIT_RULES):
        return f'BuildKit has no rule "{shortened(word)}"{suggestion(word, sorted(BUILDKIT_RULES))}'
    return None


def _unused(item: Suppression) -> Remark:
    return Remark(item.span, {"names": shortened(item.word)})


def _invalid(span: Span, problem: str) -> Remark:
    return Remark(span, {"problem": problem})


class _Regions:
    """Lines of the instructions and stages of a file."""

    def __init__(self, document: Document) -> None:
        self._nodes = [(node.start_line, node.end_line) for node in document.nodes]
        self._starts = [first for first, _ in self._nodes]
        self._froms = [node.start_line for node in document.nodes if node.keyword.upper() == "FROM"]

    def of(self, scope: Scope, line: int) -> Lines | None:
        """The lines that a comment on a line is for; None where nothing follows it."""
        match scope:
            case Scope.FILE:
                return _WHOLE_FILE
            case Scope.STAGE:
                index = bisect_right(self._froms, line)
                return self._stage(self._froms[index]) if index < len(self._froms) else None
            case Scope.INSTRUCTION:
                index = bisect_right(self._starts, line)
                if index and line <= self._nodes[index - 1][1]:
                    return self._nodes[index - 1]
                return self._nodes[index] if index < len(self._nodes) else None

    def around(self, finding: Finding) -> Iterator[Lines]:
        """Everything that a finding lies in."""
        yield _WHOLE_FILE
        first, last = finding.place.line, finding.place.end_line
        index = bisect_right(self._starts, first) - 1
        if index >= 0 and last <= self._nodes[index][1]:
            yield self._nodes[index]
        stage = bisect_right(self._froms, first) - 1
        if stage >= 0 and first > self._froms[stage]:
            yield self._stage(self._froms[stage])

    def _stage(self, start: int) -> Lines:
        """Of the stage with a FROM on a line, less the FROM: hadolint's pragma does not reach that."""
        after = bisect_right(self._froms, start)
        return start + 1, self._froms[after] - 1 if after < len(self._froms) else -1
