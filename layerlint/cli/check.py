"""The verb ``check``."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from layerlint import __version__
from layerlint.batch import Job, Result, lint_all
from layerlint.checks import CHECKS
from layerlint.cli.inputs import find_inputs, read_config, read_settings
from layerlint.cli.output import BUG, FINDINGS, OK, USAGE, complain, style_of, write
from layerlint.config import Config
from layerlint.report import FileReport, Report, Severity
from layerlint.reporters import reporter
from layerlint.ruleset.baseline import Known, Ran, apply_baseline, read_baseline, written_baseline
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
    baseline = _baseline(options, config)
    inputs, missing = find_inputs(options.paths, config)
    job = Job(read_settings(config, options), known, active)
    results = lint_all(inputs, job, jobs=options.jobs, progress=sys.stderr.isatty() and not options.quiet)
    problems = [*missing, *(problem for result in results for problem in result.problems)]
    files = tuple(result.report for result in results if result.report is not None)
    notes = (*config.notes, *unknown_notes(unknown))

    def ran(name: str) -> bool:
        """A rule that is not there any more is gone with its findings."""
        return active.find(name) is not None or known.find(name) is None

    if options.write_baseline is not None:
        _write_baseline(options.write_baseline, files, baseline, ran)
        return _outcome(results, problems) or OK
    if config.baseline is not None:
        files, more = apply_baseline(files, baseline, config.baseline.parent, ran)
        notes += more
    report = Report(files, tuple(rule.info() for rule in active), __version__, notes)
    style = style_of(options)
    if report.files or options.format in ("json", "sarif"):
        write(options.output, reporter(options.format)(report, style))
    summary = os.environ.get("GITHUB_STEP_SUMMARY")
    if options.format == "github" and summary:
        with open(summary, "a", encoding="utf-8") as stream:
            stream.write(reporter("markdown")(report, style))
    if code := _outcome(results, problems):
        return code
    worst = max((f.severity.rank for file in report.files for f in file.findings), default=-1)
    limit = config.fail_on
    return FINDINGS if limit is not Severity.OFF and worst >= limit.rank else OK


def _outcome(results: Iterable[Result], problems: Iterable[str]) -> int:
    """The exit code of what went wrong, which is told; 0 if nothing did."""
    code = OK
    for problem in problems:
        complain(problem)
        code = USAGE
    return BUG if any(result.bug for result in results) else code


def _baseline(options: argparse.Namespace, config: Config) -> Known:
    """What is known: by the file that is to be written too, if it is there."""
    file: Path | None = options.write_baseline or config.baseline
    return {} if file is None or (options.write_baseline and not file.exists()) else read_baseline(file)


def _write_baseline(file: Path, files: Sequence[FileReport], old: Known, ran: Ran) -> None:
    write(file, written_baseline(files, old, file.parent, ran), "--write-baseline")
    count = sum(len(each.findings) for each in files)
    complain(f"{file.as_posix()}: {count} findings of {len(files)} files are known from now on")
