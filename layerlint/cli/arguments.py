"""The arguments of every verb."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeAlias

from layerlint.errors import UsageError

if TYPE_CHECKING:
    _Verbs: TypeAlias = argparse._SubParsersAction[Any]

_EPILOG = """\
examples:
  layerlint                        every Dockerfile below the current directory
  layerlint Dockerfile             findings, and what every layer will weigh
  layerlint layers -v Dockerfile   the layers alone, with what hides the most
  layerlint base Dockerfile        which smaller base would do, and why
  layerlint explain DL3009         a rule by its name or by a peer's number
  layerlint explain --line 7 Dockerfile   what line 7 adds, and what that rests on
  layerlint explain layers         what a layer is, shown on your Dockerfile
  layerlint --format sarif -o layerlint.sarif .

exit codes: 0 nothing at or above --fail-on, 1 findings, 2 wrong usage or input, 3 a bug of layerlint
"""


class _Parser(argparse.ArgumentParser):
    """Errors in one line, with where to read on."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message} (see `{self.prog} --help`)")


def parse(given: list[str]) -> argparse.Namespace:
    """The options of a command line that begins with its verb; raises UsageError for what is no argument.

    Paths may stand between options: argparse takes those of one run only.
    """
    top = parser(given[0])
    options, rest = top.parse_known_args(given)
    wrong = [word for word in rest if word.startswith("-") and word != "-"]
    if rest and not wrong and hasattr(options, "paths"):
        options.paths = [*options.paths, *rest]
    elif rest:
        from layerlint.cli.mistakes import near

        verb = _verbs(top).get(given[0])
        known = [] if verb is None else [each for action in verb._actions for each in action.option_strings]
        word = (wrong or rest)[0]
        meant = near(word.partition("=")[0], known)
        also = f"; did you mean {meant}?" if meant else ""
        if given[0] == "rules" and not wrong:
            also = f"; `layerlint explain {word}` explains a rule"
        raise UsageError(f"unrecognized argument: {word}{also} (see `layerlint {given[0]} --help`)")
    return options


def _verbs(top: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    actions = (action for action in top._actions if isinstance(action, argparse._SubParsersAction))
    return dict(next(actions).choices)


def parser(verb: str) -> argparse.ArgumentParser:
    parser = _Parser(
        prog="layerlint",
        description="Forecast what each instruction of a Dockerfile puts into its layer, and lint what is wasted.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="store_true", help="show the version, and ShellCheck's")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", parser_class=_Parser)
    # What only the help of layerlint itself lists is not made for a verb: it takes longer than to read a file.
    for add in (_VERBS[verb],) if verb in _VERBS else dict.fromkeys(_VERBS.values()):
        add(verbs)
    return parser


def _add_check(verbs: _Verbs) -> None:
    check = verbs.add_parser("check", help="lint Dockerfiles (what happens without a verb)")
    _add_inputs(check)
    check.add_argument(
        "--format",
        choices=("github", "html", "json", "markdown", "sarif", "text"),
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
    known = check.add_argument_group("known findings")
    known.add_argument(
        "--baseline", type=Path, metavar="FILE", help="leave out the findings that this file has"
    )
    known.add_argument(
        "--write-baseline",
        type=Path,
        metavar="FILE",
        help="write the findings there, to be left out from now on",
    )
    check.add_argument(
        "--shellcheck",
        metavar="PROGRAM",
        help="use this ShellCheck, or off (default: that of the extra layerlint[shellcheck])",
    )
    check.add_argument(
        "--jobs", type=int, default=0, metavar="N", help="processes for many files (default: one a core)"
    )
    check.add_argument(
        "--no-cache",
        action="store_true",
        help="neither use nor keep results of earlier runs (LAYERLINT_NO_CACHE=1 does the same)",
    )
    _add_build(check)


def _add_layers(verbs: _Verbs) -> None:
    from layerlint.cli.image_arguments import add_gates

    layers = verbs.add_parser("layers", help="forecast the layers, without linting")
    _add_inputs(layers)
    layers.add_argument(
        "--format",
        choices=("html", "json", "markdown", "svg", "text"),
        default="text",
        help="default: text; html is one page to look around in, svg a picture",
    )
    layers.add_argument("--changes", action="store_true", help="list every entry of each layer")
    layers.add_argument(
        "--fleet", action="store_true", help="compare several: which layers their images keep once"
    )
    add_gates(layers)
    _add_output(layers)
    _add_build(layers)


def _add_base(verbs: _Verbs) -> None:
    base = verbs.add_parser("base", help="say which base image would do, why, and what it saves")
    _add_inputs(base)
    base.add_argument(
        "--format", choices=("json", "markdown", "sarif", "text"), default="text", help="default: text"
    )
    base.add_argument(
        "--today", metavar="YYYY-MM-DD", help="judge by this date whether the base is still supported"
    )
    base.add_argument(
        "--jobs", type=int, default=0, metavar="N", help="processes for many files (default: one a core)"
    )
    _add_output(base)
    _add_build(base)


def _add_graph(verbs: _Verbs) -> None:
    graph = verbs.add_parser("graph", help="show stages, and what each takes from where")
    _add_inputs(graph)
    graph.add_argument(
        "--format", choices=("dot", "json", "mermaid", "text"), default="text", help="default: text"
    )
    _add_output(graph)
    _add_build(graph)


def _add_parse(verbs: _Verbs) -> None:
    parse = verbs.add_parser("parse", help="print the syntax as JSON")
    _add_inputs(parse)
    parse.add_argument("--format", choices=("json",), default="json", help=argparse.SUPPRESS)
    _add_output(parse)
    _add_build(parse)


def _add_explain(verbs: _Verbs) -> None:
    explain = verbs.add_parser(
        "explain",
        help="explain a rule, the forecast of a line (--line), or layers, whiteouts, copy-up, rootfs",
        description="Explain a rule by its name or a peer's number; what a line adds, and what that rests on (--line);"
        " or an idea on your own file: layers, whiteouts, copy-up, rootfs.",
    )
    explain.add_argument(
        "paths",
        nargs="+",
        metavar="RULE|IDEA",
        help="rules; an idea, then a Dockerfile; with --line a Dockerfile, or - for standard input",
    )
    explain.add_argument(
        "--line", type=int, metavar="N", help="say what the instruction of a line adds, and why"
    )
    explain.add_argument(
        "--format", choices=("json", "markdown", "text"), default="text", help="default: text"
    )
    _add_output(explain)
    _add_own_rules(explain)
    _add_build(explain)


def _add_explore(verbs: _Verbs) -> None:
    explore = verbs.add_parser("explore", help="walk through the layers and their files on a terminal")
    explore.add_argument(
        "paths",
        nargs="*",
        metavar="PATH",
        help="a Dockerfile, or a folder with one (default: .); or an image, and behind it its Dockerfile",
    )
    group = explore.add_argument_group("output")
    group.add_argument("-q", "--quiet", action="store_true", help="show no progress")
    _add_build(explore)


def _add_rules(verbs: _Verbs) -> None:
    listing = verbs.add_parser("rules", help="list the rules")
    listing.add_argument(
        "--format", choices=("json", "markdown", "text"), default="text", help="default: text"
    )
    listing.add_argument(
        "--import",
        dest="imported",
        type=Path,
        metavar="FILE",
        help="print our configuration for one of hadolint's (.hadolint.yaml)",
    )
    listing.add_argument(
        "--pages", type=Path, metavar="DIR", help="write a page in Markdown for each rule into a folder"
    )
    listing.add_argument(
        "--peers", action="store_true", help="print what other tools check, and the rules that stand for it"
    )
    listing.add_argument(
        "--schema",
        nargs="?",
        const="configuration",
        choices=("configuration", "profile"),
        help="print the JSON Schema of a configuration, or of a profile",
    )
    _add_rule_sources(listing)


def _add_checks(verbs: _Verbs) -> None:
    checks = verbs.add_parser("checks", help="list the checks that a rule may use, with their parameters")
    checks.add_argument("--format", choices=("json", "text"), default="text", help="default: text")
    checks.add_argument("--schema", action="store_true", help="print the JSON Schema of a rule file")


def _add_images(verbs: _Verbs) -> None:
    from layerlint.cli.image_arguments import add_image

    add_image(verbs, _add_output, _add_build)


def _add_index(verbs: _Verbs) -> None:
    from layerlint.indexes.arguments import add_index

    add_index(verbs)


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
        "--config",
        type=Path,
        metavar="FILE",
        help="instead of the nearest .layerlint.yaml, pyproject.toml or .hadolint.yaml",
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
    group.add_argument(
        "--base",
        action="append",
        default=[],
        metavar="REF=SOURCE",
        help="take this image for a FROM: docker-archive:FILE, oci:DIR, docker://REF …",
    )
    group.add_argument(
        "--online",
        action="store_true",
        help="ask registries (Python, npm, images of --base) and servers of downloads for sizes: docs/online.md",
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
        "--config",
        type=Path,
        metavar="FILE",
        help="instead of the nearest .layerlint.yaml, pyproject.toml or .hadolint.yaml",
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


_VERBS: Final[Mapping[str, Callable[[_Verbs], None]]] = {
    "check": _add_check,
    "layers": _add_layers,
    "base": _add_base,
    "graph": _add_graph,
    "image": _add_images,
    "verify": _add_images,
    "index": _add_index,
    "parse": _add_parse,
    "explain": _add_explain,
    "explore": _add_explore,
    "rules": _add_rules,
    "checks": _add_checks,
}
"""In the order of the help."""
