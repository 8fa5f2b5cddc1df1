"""One Dockerfile to one report: the stages of the pipeline in a row, and findings filtered in one place."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from layerlint._dataclass import dataclass, field, replace
from layerlint.analysis.forecast import forecast
from layerlint.analysis.shown_text import shown_text
from layerlint.catalog.model import BaseImage
from layerlint.checks import CHECKS, is_needed
from layerlint.dockerfile.check_directive import RULES, check_options
from layerlint.dockerfile.grammar import parse_all
from layerlint.dockerfile.instructions import Instruction
from layerlint.dockerfile.parser import parse
from layerlint.dockerfile.syntax import Document, Problem
from layerlint.errors import UsageError
from layerlint.execution import bases
from layerlint.execution.context import BuildContext, open_context
from layerlint.execution.interpreter import Options, run
from layerlint.execution.trace import Trace
from layerlint.filesystem.layer import Differ
from layerlint.graph import DEFAULT_PLATFORM, BuildGraph, ImageRef, build_graph, fragment_graph
from layerlint.report import Confidence, FileReport, Finding
from layerlint.ruleset.findings import Observed, Remark, in_order, remark_cases, to_findings
from layerlint.ruleset.loader import load_bundled
from layerlint.ruleset.model import Example, Rule, RuleSet
from layerlint.ruleset.reserved import GRAPH, SHELL_SCRIPT, SYNTAX
from layerlint.ruleset.suppressions import apply_comments
from layerlint.source import SourceFile, Span

if TYPE_CHECKING:
    from layerlint.online.registries import Online

FindBase: TypeAlias = Callable[[str], BaseImage | None]

STANDARD_INPUT = "-"


@dataclass(frozen=True, slots=True)
class Settings:
    """How a file is read, beside its text."""

    context: Path | None = None
    """The build context; None takes the folder of the Dockerfile."""
    contexts: Mapping[str, Path] = field(default_factory=dict)
    build_arguments: Mapping[str, str] = field(default_factory=dict)
    target: str | None = None
    platform: str = DEFAULT_PLATFORM
    differ: Differ = Differ.BUILDKIT
    ignore_comments: bool = True
    """Whether comments silence findings."""
    shellcheck: Path | None = None
    """The program; None leaves its findings out."""
    bases: tuple[tuple[str, str], ...] = ()
    """References of FROM, each with the source of the image that is taken for it (`images.opening`)."""
    files: int = 0
    """Tell as many files of the final root file system one by one, and the text; 0 leaves both out."""
    online: Online | None = None
    """What may be looked up outside, registries of images for ``bases`` too; None: nothing."""


@dataclass(frozen=True, slots=True)
class Analysis:
    """Everything that is known of a file before rules look at it."""

    document: Document
    instructions: tuple[Instruction, ...]
    problems: tuple[Problem, ...]
    """Of syntax and grammar."""
    graph: BuildGraph
    trace: Trace
    fragment: Trace | None
    """Of what stands in front of the first FROM, where that is more than ARG."""
    warnings_refused: Span | None
    """Where it stands that BuildKit refuses a file of which it warns (``# check=error=true``)."""
    unanswered: tuple[str, ...] = ()
    """What could not be looked up, and why."""

    def refusals(self) -> tuple[Problem, ...]:
        """Why BuildKit refuses instructions: their text, or what it comes to once variables are known."""
        found = [problem for trace in self.traces() for step in trace.steps() for problem in step.refusals]
        # A trigger of ONBUILD may be refused in several stages.
        return tuple(dict.fromkeys((*self.problems, *found)))

    def keywords(self) -> frozenset[str]:
        """Of the instructions of the file and of all that it runs, in upper case."""
        nodes = [
            *self.document.nodes,
            *(node.onbuild for node in self.document.nodes if node.onbuild is not None),
        ]
        nodes += (each.node for stage in self.graph.stages for each in stage.triggers)
        nodes += (step.instruction.node for trace in self.traces() for step in trace.steps())
        return frozenset(node.keyword.upper() for node in nodes)

    def traces(self) -> Iterator[Trace]:
        if self.fragment is not None:
            yield self.fragment
        yield self.trace


def read_source(path: str, data: bytes) -> SourceFile:
    """The text of a file; raises UsageError if it is no text at all."""
    if b"\0" in data[:8192]:
        raise UsageError(f"{path}: not a text file: it has NUL bytes")
    return SourceFile.from_bytes(path, data)


def analyse(source: SourceFile, folder: Path | None, settings: Settings) -> Analysis:
    """Parse, link and run a Dockerfile; ``folder`` is where it lies (None: nowhere, there is no context)."""
    document = parse(source)
    instructions, problems = parse_all(document)
    check, span, refused = check_options(source.text, settings.build_arguments)
    problems = problems if refused is None else (refused, *problems)
    graph, find_base, more = link_on_bases(document, instructions, settings)
    context, notes = _context(source, folder, settings)
    options = Options(
        context=context,
        contexts={name: BuildContext(path) for name, path in settings.contexts.items()},
        differ=settings.differ,
        platform=settings.platform,
        notes=(*notes, *more),
        find_base=find_base,
    )
    unanswered: tuple[str, ...] = ()
    if settings.online is None:
        trace = run(document, instructions, graph, options)
    else:
        from layerlint.online.rounds import run_informed

        trace, unanswered = run_informed(
            lambda lookup: run(document, instructions, graph, replace(options, lookup=lookup)),
            settings.online,
        )
    leading = fragment_graph(instructions, settings.build_arguments, settings.platform)
    fragment = None if leading is None else run(document, instructions, leading, options)
    warned = span if check.error else None
    return Analysis(document, instructions, problems, graph, trace, fragment, warned, unanswered)


def link_on_bases(
    document: Document, instructions: Sequence[Instruction], settings: Settings
) -> tuple[BuildGraph, FindBase, tuple[str, ...]]:
    """The graph of a file, for what is to be built, where base images are found, and notes on that.

    Raises UsageError for an image that is given and cannot be read.
    """
    find_base, notes = _bases(lambda: _link(document, instructions, settings, None), settings)
    return _link(document, instructions, settings, bases.triggers(find_base)), find_base, notes


def _link(
    document: Document,
    instructions: Sequence[Instruction],
    settings: Settings,
    triggers: Callable[[str], tuple[str, ...]] | None,
) -> BuildGraph:
    return build_graph(
        document,
        instructions,
        build_arguments=settings.build_arguments,
        contexts=tuple(settings.contexts),
        target=settings.target,
        platform=settings.platform,
        image_triggers=triggers,
    )


def _bases(plain: Callable[[], BuildGraph], settings: Settings) -> tuple[FindBase, tuple[str, ...]]:
    """Where base images are looked for: those that are given first.  Raises UsageError for a source.

    ``plain`` makes the graph without triggers of images: what it names is what is looked for.
    """
    if not settings.bases:
        return bases.find, ()
    from layerlint.images.base import open_base, same_image, with_near

    graph = plain()
    sources = [edge.source for edge in graph.edges] + [stage.base for stage in graph.stages]
    named = {source.reference for source in sources if isinstance(source, ImageRef)}
    known = {reference for reference in named if isinstance(reference, str)}
    given: list[tuple[str, BaseImage]] = []
    notes: list[str] = []
    for reference, place in settings.bases:
        if any(same_image(reference, name) for name in known):
            real = open_base(reference, place, settings.platform, online=settings.online is not None)
            given.append((reference, real.image))
            notes += real.notes
        else:
            notes.append(f"--base {reference}: no FROM names it")

    def find(wanted: str) -> BaseImage | None:
        for reference, image in given:
            if same_image(reference, wanted):
                return replace(with_near(image, bases.find(wanted)), reference=wanted)
        return bases.find(wanted)

    return find, tuple(notes)


def _context(
    source: SourceFile, folder: Path | None, settings: Settings
) -> tuple[BuildContext | None, tuple[str, ...]]:
    root = settings.context or folder
    if root is None:
        return None, ()
    dockerfile = None if folder is None else folder / Path(source.path).name
    return open_context(root, dockerfile)


def lint(
    source: SourceFile, folder: Path | None, settings: Settings, known: RuleSet, active: RuleSet
) -> FileReport:
    """The findings of the active rules, less those that comments silence, and the forecast."""
    analysis = analyse(source, folder, settings)
    cases: list[tuple[Rule, Observed]] = []
    keywords = analysis.keywords()
    for rule in active:
        if rule.check in CHECKS and is_needed(rule.check, keywords):
            cases += ((rule, case) for case in _observed(rule, analysis))
    named = {case.span for rule, case in cases if CHECKS[rule.check].refused}
    for check, problems in ((SYNTAX, analysis.refusals()), (GRAPH, analysis.graph.problems)):
        # What has a rule of its own is said in its words.
        remarks = [_remark(problem) for problem in problems if problem.span not in named]
        cases += remark_cases(check, remarks, active)
    notes: tuple[str, ...] = ()
    scripted = any(rule.check == SHELL_SCRIPT for rule in active)
    if scripted and settings.shellcheck is not None:
        from layerlint.shellcheck.cases import shell_cases

        told, notes = shell_cases(analysis.trace, active, settings.shellcheck)
        cases += told
    elif scripted:
        active = RuleSet(tuple(rule for rule in active if rule.check != SHELL_SCRIPT))
    findings = to_findings(cases, source)
    kept, silenced = findings, 0
    if settings.ignore_comments:
        kept, silenced = apply_comments(findings, analysis.document, known, active, settings.build_arguments)
    strict = to_findings(remark_cases(SYNTAX, _warnings_refused(analysis, kept), active), source)
    kept = in_order((*kept, *strict)) if strict else kept
    layers = forecast(analysis.trace, files=settings.files)
    text = shown_text(analysis.trace) if settings.files else ""
    return FileReport(source.path, kept, layers, silenced, notes=(*analysis.unanswered, *notes), text=text)


def _observed(rule: Rule, analysis: Analysis) -> Iterator[Observed]:
    """What a check sees in the file; what it sees in two traces of it, once."""
    from layerlint.checks.image_triggers import at_image  # a forecast needs no check

    check = CHECKS[rule.check]
    known: set[Span] = set()
    for trace in analysis.traces():
        cases = at_image(trace, check.run(trace, rule.params), told=check.of_image)
        found = [case for case in cases if case.span not in known]
        known |= {case.span for case in found}
        yield from found


def _warnings_refused(analysis: Analysis, kept: Sequence[Finding]) -> Iterator[Remark]:
    """``# check=error=true``: BuildKit refuses a file of which it warns."""
    if analysis.warnings_refused is not None:
        # What depends on a base that is not known may not be one.
        sure = (finding for finding in kept if finding.confidence is not Confidence.LOW)
        names = sorted({alias for finding in sure for alias in finding.aliases if alias in RULES})
        if names:
            message = f"lint violation found for rules: {', '.join(names)}"
            yield _remark(Problem(message, analysis.warnings_refused))


def _remark(problem: Problem) -> Remark:
    confidence = None if problem.certain else Confidence.MEDIUM
    return Remark(problem.span, {"problem": problem.message}, confidence=confidence)


def lint_example(example: Example, rule: Rule) -> tuple[Finding, ...]:
    """The findings of one rule on an example of a rule file, with every bundled rule on."""
    from layerlint.shellcheck.find import find_beside_interpreter

    known = load_bundled(CHECKS)
    rules = {each.name: each for each in known} | {rule.name: rule}
    active = RuleSet(tuple(rules[name] for name in sorted(rules)))
    source = SourceFile("Dockerfile", example.dockerfile)
    settings = Settings(shellcheck=find_beside_interpreter() if rule.check == SHELL_SCRIPT else None)
    if example.context is None:
        report = lint(source, None, settings, known, active)
    else:
        import tempfile

        with tempfile.TemporaryDirectory() as folder:
            _write_context(Path(folder), example)
            report = lint(source, Path(folder), settings, known, active)
    return tuple(finding for finding in report.findings if finding.rule == rule.name)


def _write_context(folder: Path, example: Example) -> None:
    for name, content in example.context or ():
        path = folder / name
        if name.endswith("/"):
            path.mkdir(parents=True, exist_ok=True)
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, int):
            with path.open("wb") as stream:
                stream.truncate(content)
        else:
            path.write_text(content, encoding="utf-8")
    if example.dockerignore is not None:
        (folder / ".dockerignore").write_text(example.dockerignore, encoding="utf-8")
