"""The command line: arguments in, text out, an exit code.

0: nothing at or above ``--fail-on``; 1: findings; 2: wrong usage, configuration, rule file or input;
3: a bug of layerlint.  This is the only package that prints.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence

from layerlint.errors import LayerlintError, UsageError

VERBS = (
    "base",
    "check",
    "checks",
    "explain",
    "explore",
    "graph",
    "image",
    "index",
    "layers",
    "parse",
    "rules",
    "verify",
)
COLLECT_AFTER = 50_000
"""New objects after which cycles of them are looked for: trees of files are large, and have none."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; the exit code."""
    from layerlint.cli.output import OK, USAGE, complain

    gc.set_threshold(COLLECT_AFTER, 10, 10)
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


def with_verb(given: list[str]) -> list[str]:
    """The arguments with the verb that stands for none; raises UsageError for a word that is nearly one."""
    if given and given[0] in (*VERBS, "-h", "--help"):
        return given
    word = given[0] if given else "."
    if not word.startswith("-") and not os.path.lexists(word):
        from layerlint.cli.mistakes import meant_verb

        if (verb := meant_verb(word, VERBS)) is not None:
            raise UsageError(f'there is no verb and no file "{word}"; did you mean `layerlint {verb}`?')
    return ["check", *given]


def _run(given: list[str]) -> int:
    if given[:1] == ["--version"]:
        from layerlint.cli.shellcheck import tell_versions

        return tell_versions()
    from layerlint.cli.arguments import parse

    given = with_verb(given)
    options = parse(given)
    # Each verb's imports are its own: a run needs those of one, and start-up is felt.
    match options.verb:
        case "check":
            from layerlint.cli.check import check

            return check(options)
        case "base":
            from layerlint.cli.base import base

            return base(options)
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
        case "explore":
            from layerlint.cli.explore import explore

            return explore(options)
        case "image":
            from layerlint.cli.image import image

            return image(options)
        case "verify":
            from layerlint.cli.image import verify

            return verify(options)
        case "index":
            from functools import partial

            from layerlint.cli.output import complain, write
            from layerlint.indexes.command import run

            return run(options, partial(write, None), complain)
        case _:
            from layerlint.cli.rules import rules

            return rules(options)
