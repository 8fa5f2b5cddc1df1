"""The command line: arguments in, text out, an exit code.

0: nothing at or above ``--fail-on``; 1: findings; 2: wrong usage, configuration, rule file or input;
3: a bug of layerlint.  This is the only module that prints.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from layerlint import __version__
from layerlint.errors import LayerlintError, UsageError

if TYPE_CHECKING:
    from layerlint.config import Config
    from layerlint.dockerfile.syntax import Problem
    from layerlint.linter import Settings
    from layerlint.reporters.style import Style
    from layerlint.source import SourceFile

OK, FINDINGS, USAGE, BUG = 0, 1, 2, 3

VERBS = ("check", "explain", "graph", "index", "layers", "parse", "rules")

_EPILOG = """\
examples:
  layerlint                        every Dockerfile below the current directory
  layerlint Dockerfile             findings, and what every layer will weigh
  layerlint layers -v Dockerfile   the layers alone, with what hides the most
  layerlint explain DL3009         a rule by its name or by a peer's number
  layerlint explain --line 7 Dockerfile   what line 7 adds, and what that rests on
  layerlint --format sarif -o layerlint.sarif .

exit codes: 0 nothing at or above --fail-on, 1 findings, 2 wrong usage or input, 3 a bug of layerlint
"""


class _Parser(argparse.ArgumentParser):
    """Errors in one line, with where to read on."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message} (see `{self.prog} --help`)")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; the exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        return _run(given)
    except LayerlintError as error:
        _complain(str(error))
        return USAGE
    except BrokenPipeError:
        # The reader went away (``| head``): nothing is left to say, and nobody to say it to.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK
    except KeyboardInterrupt:
        return 130


def _complain(message: str) -> None:
    for line in message.splitlines():
        print(f"layerlint: {line}", file=sys.stderr)


def _run(given: list[str]) -> int:
    if not given or given[0] not in (*VERBS, "-h", "--help", "--version"):
        given.insert(0, "check")
    options = _parser(given[0]).parse_args(given)
    match options.verb:
        case "check":
            return _check(options)
        case "layers":
            return _layers(options)
        case "graph" | "parse":
            return _show(options)
        case "explain":
            return _explain(options)
        case "index":
            from layerlint.indexes.command import run

            return run(options, partial(_write, None), _complain)
        case _:
            return _rules(options)


# ------------------------------------------------------------------------- arguments


def _parser(verb: str) -> argparse.ArgumentParser:
    parser = _Parser(
        prog="layerlint",
        description="Forecast what each instruction of a Dockerfile puts into its layer, and lint what is wasted.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"layerlint {__version__}")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", parser_class=_Parser)

    check = verbs.add_parser("check", help="lint Dockerfiles (what happens without a verb)")
    _add_inputs(check)
    check.add_argument(
        "--format",
        choices=("github", "json", "markdown", "sarif", "text"),
        default="text",
        help="default: text",
    )
    _add_output(check)
    rules = check.add_argument_group("rules")
    _add_profile(rules)
    rules.add_argument(
        "--select",
        action="append",
        default=None,
        metavar="RULE,…",
        help="run these only: names, aliases, categories, all, opt-in",
    )
    rules.add_argument("--ignore", action="append", default=[], metavar="RULE,…", help="do not run these")
    rules.add_argument(
        "--severity", action="append", default=[], metavar="RULE=LEVEL", help="off, info, warning or error"
    )
    _add_own_rules(rules)
    rules.add_argument(
        "--fail-on",
        choices=("info", "warning", "error", "off"),
        help="least severity for exit code 1 (default: warning)",
    )
    check.add_argument(
        "--jobs", type=int, default=0, metavar="N", help="processes for many files (default: one a core)"
    )
    _add_build(check)

    layers = verbs.add_parser("layers", help="forecast the layers, without linting")
    _add_inputs(layers)
    layers.add_argument("--format", choices=("json", "text"), default="text", help="default: text")
    layers.add_argument("--changes", action="store_true", help="list every entry of each layer")
    _add_output(layers)
    _add_build(layers)

    graph = verbs.add_parser("graph", help="show stages, and what each takes from where")
    _add_inputs(graph)
    graph.add_argument(
        "--format", choices=("dot", "json", "mermaid", "text"), default="text", help="default: text"
    )
    _add_output(graph)
    _add_build(graph)

    if verb in ("index", "-h", "--help"):
        from layerlint.indexes.arguments import add_index  # a few milliseconds, for the others nothing

        add_index(verbs)

    parse = verbs.add_parser("parse", help="print the syntax as JSON")
    _add_inputs(parse)
    parse.add_argument("--format", choices=("json",), default="json", help=argparse.SUPPRESS)
    _add_output(parse)
    _add_build(parse)

    explain = verbs.add_parser(
        "explain",
        help="explain a rule (by its name or a peer's number), or the forecast of a line (--line)",
    )
    explain.add_argument(
        "paths", nargs="+", metavar="RULE", help="a rule; with --line a Dockerfile, or - for standard input"
    )
    explain.add_argument(
        "--line", type=int, metavar="N", help="say what the instruction of a line adds, and why"
    )
    explain.add_argument("--format", choices=("json", "text"), default="text", help="default: text")
    _add_output(explain)
    _add_own_rules(explain)
    _add_build(explain)

    listing = verbs.add_parser("rules", help="list the rules")
    listing.add_argument(
        "--format", choices=("json", "markdown", "text"), default="text", help="default: text"
    )
    _add_rule_sources(listing)
    return parser


def _add_inputs(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "paths",
        nargs="*",
        metavar="PATH",
        help="a Dockerfile, a folder to search, or - for standard input (default: .)",
    )


def _add_output(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("output")
    group.add_argument(
        "-o", "--output", type=Path, metavar="FILE", help="write there instead of to standard output"
    )
    group.add_argument("--no-color", action="store_true", help="never paint (NO_COLOR does the same)")
    group.add_argument("-q", "--quiet", action="store_true", help="findings only")
    group.add_argument(
        "-v", "--verbose", action="count", default=0, help="more: what hides the most, reasons, notes"
    )


def _add_build(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("build")
    group.add_argument(
        "--config", type=Path, metavar="FILE", help="instead of the nearest .layerlint.yaml or pyproject.toml"
    )
    group.add_argument(
        "--context", type=Path, metavar="DIR", help="the build context (default: the Dockerfile's folder)"
    )
    group.add_argument(
        "--build-arg", action="append", default=[], metavar="KEY=VALUE", help="the value of an ARG"
    )
    group.add_argument(
        "--build-context", action="append", default=[], metavar="NAME=DIR", help="a named context"
    )
    group.add_argument("--target", metavar="STAGE", help="the stage that is built (default: the last)")
    group.add_argument("--platform", metavar="OS/ARCH", help="default: linux/amd64")
    group.add_argument(
        "--differ",
        choices=("buildkit", "native", "naive"),
        help="how unchanged files ship (default: buildkit)",
    )


def _add_rule_sources(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--config", type=Path, metavar="FILE", help="instead of the nearest .layerlint.yaml or pyproject.toml"
    )
    _add_own_rules(parser)
    _add_profile(parser)


def _add_profile(parser: argparse._ActionsContainer) -> None:
    parser.add_argument(
        "--profile", metavar="NAME", help="default, strict, hadolint, or one of your own folder of rules"
    )


def _add_own_rules(parser: argparse._ActionsContainer) -> None:
    parser.add_argument(
        "--rules", action="append", default=[], type=Path, metavar="DIR", help="a folder of rules of your own"
    )


# ----------------------------------------------------------------------------- verbs


def _check(options: argparse.Namespace) -> int:
    from layerlint.batch import Job, lint_all
    from layerlint.checks import CHECKS
    from layerlint.report import Report, Severity
    from layerlint.reporters import reporter
    from layerlint.ruleset.loader import load
    from layerlint.ruleset.profiles import load_profile
    from layerlint.ruleset.selection import select_rules

    config = _config(options)
    known = load(CHECKS, config.rules)
    profile = load_profile(config.profile, config.rules, known)
    active = select_rules(known, profile.selection, config.selection, config.arguments)
    inputs, missing = _inputs(options.paths, config)
    job = Job(_settings(config, options), known, active)
    results = lint_all(inputs, job, jobs=options.jobs, progress=sys.stderr.isatty() and not options.quiet)
    problems = [*missing, *(problem for result in results for problem in result.problems)]
    report = Report(
        tuple(result.report for result in results if result.report is not None),
        tuple(rule.info() for rule in active),
        __version__,
    )
    style = _style(options)
    if report.files or options.format in ("json", "sarif"):
        _write(options.output, reporter(options.format)(report, style))
    summary = os.environ.get("GITHUB_STEP_SUMMARY")
    if options.format == "github" and summary:
        with open(summary, "a", encoding="utf-8") as stream:
            stream.write(reporter("markdown")(report, style))
    for problem in problems:
        _complain(problem)
    if any(result.bug for result in results):
        return BUG
    if problems:
        return USAGE
    worst = max((f.severity.rank for file in report.files for f in file.findings), default=-1)
    limit = config.fail_on
    return FINDINGS if limit is not Severity.OFF and worst >= limit.rank else OK


def _layers(options: argparse.Namespace) -> int:
    from layerlint.analysis.forecast import forecast
    from layerlint.linter import analyse, read_source
    from layerlint.reporters import layers_reporter

    config = _config(options)
    settings = _settings(config, options)
    inputs, problems = _inputs(options.paths, config)
    reports = []
    for path in inputs:
        try:
            source, folder = read_source(path, _read(path)), _folder(path)
        except UsageError as error:
            problems.append(str(error))
            continue
        analysis = analyse(source, folder, settings)
        problems += _located(source, (*analysis.refusals(), *analysis.graph.problems))
        report = forecast(analysis.trace, changes=options.changes)
        if report is not None:
            reports.append(report)
    if reports:
        _write(options.output, layers_reporter(options.format)(reports, _style(options)))
    for message in problems:
        _complain(message)
    return USAGE if problems else OK


def _located(source: SourceFile, problems: Iterable[Problem]) -> Iterator[str]:
    """Faults of a file, as a line each."""
    for problem in problems:
        if not problem.certain:
            continue
        line, column = source.position(problem.span.start)
        yield f"{source.path}:{line}:{column}: {problem.message}"


def _show(options: argparse.Namespace) -> int:
    """``graph`` and ``parse``: one document a file."""
    import json

    from layerlint.diagram import DIAGRAMS
    from layerlint.dockerfile.dump import to_json
    from layerlint.dockerfile.grammar import parse_all
    from layerlint.dockerfile.parser import parse
    from layerlint.linter import link, read_source

    config = _config(options)
    settings = _settings(config, options)
    inputs, problems = _inputs(options.paths, config)
    texts: list[str] = []
    for path in inputs:
        try:
            source = read_source(path, _read(path))
        except UsageError as error:
            problems.append(str(error))
            continue
        document = parse(source)
        if options.verb == "parse":
            texts.append(json.dumps(to_json(document), ensure_ascii=True) + "\n")
            continue
        instructions, _ = parse_all(document)
        graph = link(document, instructions, settings)
        problems += _located(source, graph.problems)
        texts.append(DIAGRAMS[options.format](source, graph))
    if texts:
        _write(options.output, "".join(texts))
    for message in problems:
        _complain(message)
    return USAGE if problems else OK


def _explain(options: argparse.Namespace) -> int:
    from layerlint.checks import CHECKS
    from layerlint.config import load_config
    from layerlint.config.located import suggestion
    from layerlint.ruleset.describe import explain, explain_json
    from layerlint.ruleset.loader import load

    if options.line is not None:
        return _explain_line(options)
    rules = load(CHECKS, (*load_config(Path(), options.config).rules, *options.rules))
    texts: list[str] = []
    for word in options.paths:
        rule = rules.find(word)
        if rule is None:
            near = suggestion(word, rules.names()) or "; `layerlint rules` lists them"
            raise UsageError(f'there is no rule "{word}"{near}')
        texts.append((explain_json if options.format == "json" else explain)(rule))
    _write(options.output, "\n".join(texts))
    return OK


def _explain_line(options: argparse.Namespace) -> int:
    """What the instruction of a line adds, and what that rests on."""
    from layerlint.analysis.evidence import steps_at
    from layerlint.linter import analyse, read_source
    from layerlint.reporters import steps_reporter

    if len(options.paths) != 1:
        raise UsageError("--line takes one Dockerfile")
    settings = _settings(_config(options), options)
    path = options.paths[0]
    source = read_source(path, _read(path))
    steps = steps_at(analyse(source, _folder(path), settings).trace, options.line)
    if not steps:
        raise UsageError(f"{source.path}:{options.line}: no instruction of a stage stands on this line")
    _write(options.output, steps_reporter(options.format)(steps, _style(options)))
    return OK


def _rules(options: argparse.Namespace) -> int:
    from layerlint.checks import CHECKS
    from layerlint.config import load_config
    from layerlint.ruleset.describe import table, table_json, table_markdown
    from layerlint.ruleset.loader import load

    folders = (*load_config(Path(), options.config).rules, *options.rules)
    rules = load(CHECKS, folders)
    if options.profile is not None:
        from layerlint.config.located import Location, Scalar
        from layerlint.ruleset.profiles import load_profile
        from layerlint.ruleset.selection import select_rules

        word = Scalar(options.profile, Location("--profile"))
        rules = select_rules(rules, load_profile(word, folders, rules).selection)
    form = {"json": table_json, "markdown": table_markdown, "text": table}[options.format]
    _write(None, form(rules))
    return OK


# -------------------------------------------------------------------- inputs, outputs


def _config(options: argparse.Namespace) -> Config:
    from layerlint.config import Selection, argument_names, argument_severity, load_config, override
    from layerlint.config.located import Location, Scalar
    from layerlint.report import Severity

    first = next((Path(path) for path in options.paths if path != "-"), Path())
    start = first if first.is_dir() else first.parent
    config = load_config(start, options.config)
    if options.context is not None and not options.context.is_dir():
        raise UsageError(f"--context: {options.context.as_posix()} is not a folder")
    arguments: dict[str, object] = {}
    if options.verb == "check":
        arguments = {
            "profile": None if options.profile is None else Scalar(options.profile, Location("--profile")),
            "arguments": Selection(
                None if options.select is None else argument_names("--select", options.select),
                argument_names("--ignore", options.ignore),
                argument_severity("--severity", options.severity),
            ),
            "rules": tuple(options.rules),
            "fail_on": None if options.fail_on is None else Severity(options.fail_on),
        }
    return override(
        config,
        differ=options.differ,
        context=options.context,
        target=options.target,
        platform=options.platform,
        build_args=tuple(_pair("--build-arg", text) for text in options.build_arg),
        **arguments,  # type: ignore[arg-type]
    )


def _pair(option: str, text: str) -> tuple[str, str]:
    """``KEY=VALUE``; as with ``docker build``, ``KEY`` alone takes the value of the environment."""
    key, equals, value = text.partition("=")
    if not key:
        raise UsageError(f'{option}: write KEY=VALUE, not "{text}"')
    return key, value if equals else os.environ.get(key, "")


def _settings(config: Config, options: argparse.Namespace) -> Settings:
    from layerlint.filesystem.layer import Differ
    from layerlint.graph import DEFAULT_PLATFORM
    from layerlint.linter import Settings

    contexts: dict[str, Path] = {}
    for text in options.build_context:
        name, _, folder = text.partition("=")
        if not name or not Path(folder).is_dir():
            raise UsageError(f'--build-context: write NAME=DIR with a folder that is there, not "{text}"')
        contexts[name] = Path(folder)
    return Settings(
        config.context,
        contexts,
        dict(config.build_args),
        config.target,
        config.platform or DEFAULT_PLATFORM,
        Differ(config.differ),
    )


def _inputs(paths: Sequence[str], config: Config) -> tuple[list[str], list[str]]:
    from layerlint.discovery import find_dockerfiles

    return find_dockerfiles(paths or ["."], config.excludes)


def _read(path: str) -> bytes:
    from layerlint.discovery import read_dockerfile

    return sys.stdin.buffer.read() if path == "-" else read_dockerfile(path)


def _folder(path: str) -> Path | None:
    return None if path == "-" else Path(path).parent


def _style(options: argparse.Namespace) -> Style:
    import shutil

    from layerlint.reporters.style import Style

    terminal = options.output is None and sys.stdout.isatty()
    colour = (
        terminal
        and not options.no_color
        and not os.environ.get("NO_COLOR")
        and os.environ.get("TERM") != "dumb"
    )
    width = min(shutil.get_terminal_size((100, 24)).columns, 120) if terminal else 100
    return Style(colour, width, options.verbose, options.quiet, getattr(options, "changes", False))


def _write(output: Path | None, text: str) -> None:
    if output is not None:
        try:
            output.write_text(text, encoding="utf-8", errors="backslashreplace")
        except OSError as error:
            raise UsageError(f"--output: {output.as_posix()} cannot be written: {error.strerror}") from error
        return
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace"))
    sys.stdout.buffer.flush()
