"""The verb ``check``."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from layerlint import __version__
from layerlint.batch import Job, Result, lint_all
from layerlint.checks import CHECKS
from layerlint.cli.inputs import find_inputs, read_config, read_settings
from layerlint.cli.output import BUG, FINDINGS, OK, USAGE, complain, style_of, write
from layerlint.cli.shellcheck import read_shellcheck
from layerlint.config import Config
from layerlint.report import FileReport, Report, Severity
from layerlint.reporters import reporter
from layerlint.ruleset.active import active_rules
from layerlint.ruleset.baseline import Known, Ran, apply_baseline, read_baseline, written_baseline
from layerlint.ruleset.loader import load
from layerlint.ruleset.reserved import SHELL_SCRIPT


def check(options: argparse.Namespace) -> int:
    config = read_config(options)
    inputs, missing = find_inputs(options.paths, config)
    active = active_rules(load(CHECKS, config.rules), config, inputs)
    baseline = _baseline(options, config)
    program, absent = read_shellcheck(options)
    active = active if program is not None else active.without(SHELL_SCRIPT)
    settings = replace(read_settings(config, options), shellcheck=program)
    if options.format == "html":
        from layerlint.reporters.html.limits import paths_of_each

        settings = replace(settings, files=paths_of_each(len(inputs)))
    job = Job(settings, active)
    jobs = 1 if options.online else options.jobs  # one file after the other asks
    results = lint_all(inputs, job, jobs=jobs, progress=sys.stderr.isatty() and not options.quiet)
    problems = [*missing, *(problem for result in results for problem in result.problems)]
    files = tuple(result.report for result in results if result.report is not None)
    for file in files:
        for note in file.notes:
            complain(f"{file.path}: {note}")
    if options.write_baseline is not None:
        _write_baseline(options.write_baseline, files, baseline, active.ran)
        return _outcome(results, problems) or OK
    notes: tuple[str, ...] = ()
    if config.baseline is not None:
        files, notes = apply_baseline(files, baseline, config.baseline.parent, active.ran)
    infos = active.infos(finding for file in files for finding in file.findings)
    report = Report(files, infos, __version__, (*active.notes, *absent, *notes))
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
