"""The verbs ``rules`` and ``checks``."""

from __future__ import annotations

import argparse
from pathlib import Path

from layerlint.cli.output import OK, write


def rules(options: argparse.Namespace) -> int:
    from layerlint.checks import CHECKS
    from layerlint.config import load_config
    from layerlint.ruleset.describe import table, table_json, table_markdown
    from layerlint.ruleset.loader import load

    folders = (*load_config(Path(), options.config).rules, *options.rules)
    rules = load(CHECKS, folders)
    if options.imported is not None:
        from layerlint.config import import_hadolint
        from layerlint.ruleset.written import written

        write(None, written(import_hadolint(options.imported), rules))
        return OK
    if options.pages is not None:
        from layerlint.ruleset.pages import pages

        for name, text in pages(rules).items():
            write(options.pages / name, text, "--pages")
        return OK
    if options.peers:
        from layerlint.ruleset.peers import load_peers, peers_page

        write(None, peers_page(load_peers(), rules))
        return OK
    if options.schema is not None:
        from layerlint.ruleset.reserved import RESERVED
        from layerlint.ruleset.schema import configuration_schema, profile_schema

        of = {"configuration": configuration_schema, "profile": profile_schema}[options.schema]
        write(None, of(rules, {**RESERVED, **CHECKS}))
        return OK
    if options.profile is not None:
        from layerlint.config.located import Location, Scalar
        from layerlint.ruleset.profiles import load_profile
        from layerlint.ruleset.selection import select_rules

        word = Scalar(options.profile, Location("--profile"))
        rules = select_rules(rules, load_profile(word, folders, rules).selection)
    form = {"json": table_json, "markdown": table_markdown, "text": table}[options.format]
    write(None, form(rules))
    return OK


def checks(options: argparse.Namespace) -> int:
    from layerlint.checks import CHECKS
    from layerlint.ruleset.checks_page import checks_json, checks_table
    from layerlint.ruleset.reserved import RESERVED
    from layerlint.ruleset.schema import rule_schema

    form = rule_schema if options.schema else {"json": checks_json, "text": checks_table}[options.format]
    write(None, form({**RESERVED, **CHECKS}))
    return OK
