"""The verb ``check``."""

from __future__ import annotations

import argparse
import os
import sys

from layerlint import __version__
from layerlint.batch import Job, lint_all
from layerlint.checks import CHECKS
from layerlint.cli.inputs import find_inputs, read_config, read_settings
from layerlint.cli.output import BUG, FINDINGS, OK, USAGE, complain, style_of, write
from layerlint.report import Report, Severity
from layerlint.reporters import reporter
from layerlint.ruleset.loader import load
from layerlint.ruleset.profiles import load_profile
from layerlint.ruleset.selection import known_part, select_rules
from layerlint.ruleset.written import unknown_notes


def check(options: argparse.Namespace) -> int:
    config = read_config(options)
    known = load(CHECKS, config.rules)
    profile = load_profile(config.profile, config.rules, known)
    selection, unknown = known_part(config.selection, known) if config.borrowed else (config.selection, ())
    active = select_rules(known, profile.selection, selection, config.arguments)
    inputs, missing = find_inputs(options.paths, config)
    job = Job(read_settings(config, options), known, active)
    results = lint_all(inputs, job, jobs=options.jobs, progress=sys.stderr.isatty() and not options.quiet)
    problems = [*missing, *(problem for result in results for problem in result.problems)]
    report = Report(
        tuple(result.report for result in results if result.report is not None),
        tuple(rule.info() for rule in active),
        __version__,
        (*config.notes, *unknown_notes(unknown)),
    )
    style = style_of(options)
    if report.files or options.format in ("json", "sarif"):
        write(options.output, reporter(options.format)(report, style))
    summary = os.environ.get("GITHUB_STEP_SUMMARY")
    if options.format == "github" and summary:
        with open(summary, "a", encoding="utf-8") as stream:
            stream.write(reporter("markdown")(report, style))
    for problem in problems:
        complain(problem)
    if any(result.bug for result in results):
        return BUG
    if problems:
        return USAGE
    worst = max((f.severity.rank for file in report.files for f in file.findings), default=-1)
    limit = config.fail_on
    return FINDINGS if limit is not Severity.OFF and worst >= limit.rank else OK
