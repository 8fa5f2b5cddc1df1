"""The command line: arguments in, text out, an exit code.

0: nothing at or above ``--fail-on``; 1: findings; 2: wrong usage, configuration, rule file or input;
3: a bug of layerlint.  This is the only package that prints.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from layerlint.errors import LayerlintError

VERBS = ("check", "checks", "explain", "graph", "index", "layers", "parse", "rules")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; the exit code."""
    from layerlint.cli.output import OK, USAGE, complain

    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        return _run(given)
    except LayerlintError as error:
        complain(str(error))
        return USAGE
    except BrokenPipeError:
        # The reader went away (``| head``): nothing is left to say, and nobody to say it to.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK
    except KeyboardInterrupt:
        return 130


def _run(given: list[str]) -> int:
    if given[:1] == ["--version"]:
        from layerlint.cli.shellcheck import tell_versions

        return tell_versions()
    from layerlint.cli.arguments import parser

    if not given or given[0] not in (*VERBS, "-h", "--help", "--version"):
        given.insert(0, "check")
    options = parser(given[0]).parse_args(given)
    # Each verb's imports are its own: a run needs those of one, and start-up is felt.
    match options.verb:
        case "check":
            from layerlint.cli.check import check

            return check(options)
        case "layers":
            from layerlint.cli.layers import layers

            return layers(options)
        case "graph" | "parse":
            from layerlint.cli.layers import show

            return show(options)
        case "checks":
            from layerlint.cli.rules import checks

            return checks(options)
        case "explain":
            from layerlint.cli.explain import explain

            return explain(options)
        case "index":
            from functools import partial

            from layerlint.cli.output import complain, write
            from layerlint.indexes.command import run

            return run(options, partial(write, None), complain)
        case _:
            from layerlint.cli.rules import rules

            return rules(options)
