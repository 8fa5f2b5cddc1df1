"""The verbs ``explain`` and ``rules``."""

from __future__ import annotations

import argparse
from pathlib import Path

from layerlint.cli.inputs import folder_of, read_config, read_input, read_settings
from layerlint.cli.output import OK, style_of, write
from layerlint.errors import UsageError


def explain_rule(options: argparse.Namespace) -> int:
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
    write(options.output, "\n".join(texts))
    return OK


def _explain_line(options: argparse.Namespace) -> int:
    """What the instruction of a line adds, and what that rests on."""
    from layerlint.analysis.evidence import steps_at
    from layerlint.linter import analyse, read_source
    from layerlint.reporters import steps_reporter

    if len(options.paths) != 1:
        raise UsageError("--line takes one Dockerfile")
    settings = read_settings(read_config(options), options)
    path = options.paths[0]
    source = read_source(path, read_input(path))
    steps = steps_at(analyse(source, folder_of(path), settings).trace, options.line)
    if not steps:
        raise UsageError(f"{source.path}:{options.line}: no instruction of a stage stands on this line")
    write(options.output, steps_reporter(options.format)(steps, style_of(options)))
    return OK


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
