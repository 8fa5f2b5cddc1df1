"""The verb ``check``."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from layerlint import __version__
from layerlint._dataclass import dataclass, field, replace
from layerlint.batch import ENOUGH, Job, Result, lint_all
from layerlint.cli.inputs import find_inputs, read_config, read_contexts, read_settings
from layerlint.cli.kept import kept_reports
from layerlint.cli.output import (
    BUG,
    FINDINGS,
    OK,
    USAGE,
    Counter,
    complain,
    style_of,
    write,
    writing,
)
from layerlint.cli.shellcheck import read_shellcheck
from layerlint.config import Config
from layerlint.report import FileReport, Report, RuleInfo, Severity
from layerlint.reporters import STREAMS, reporter, stream

if TYPE_CHECKING:
    from layerlint.results.kept import Kept
    from layerlint.ruleset.active import Active
    from layerlint.ruleset.baseline import Known, Ran


def check(options: argparse.Namespace) -> int:
    config = read_config(options)
    inputs, missing = find_inputs(options.paths, config)
    baseline = _baseline(options, config)
    program, absent = read_shellcheck(options)
    read_contexts(options)
    rules = _Rules(config, inputs, shellcheck=program is not None)
    kept = kept_reports(options, config, program, len(inputs))
    if kept is None or not inputs or config.borrowed:
        rules.active  # noqa: B018  # wrong names are told before all else
    counter = Counter(len(inputs), shown=len(inputs) > ENOUGH and sys.stderr.isatty() and not options.quiet)
    run = _Run(config, {} if options.write_baseline else baseline, rules, counter, list(missing))
    notes = (*rules.notes(), *absent)
    with closing(_results(inputs, rules, program, kept, options)) as results:
        files = run.reports(results)
        if options.write_baseline is not None:
            bare = tuple(replace(file, layers=None) for file in files)
            _write_baseline(options.write_baseline, bare, baseline, rules.active.ran)
        elif options.format in STREAMS and not _summary(options):
            _tell_each(files, run, notes, len(inputs), options)
        else:
            _tell_whole(files, run, notes, options)
    for problem in run.problems:
        complain(problem)
    if run.bug or run.problems:
        return BUG if run.bug else USAGE
    limit = config.fail_on
    return (
        FINDINGS
        if options.write_baseline is None and limit is not Severity.OFF and run.worst >= limit.rank
        else OK
    )


class _Rules:
    """The rules of the run, loaded where something asks for them: kept reports need none."""

    def __init__(self, config: Config, inputs: Sequence[str], *, shellcheck: bool) -> None:
        self.config = config
        self._inputs = inputs
        self._shellcheck = shellcheck

    @cached_property
    def active(self) -> Active:
        from layerlint.checks import CHECKS
        from layerlint.ruleset.active import active_rules
        from layerlint.ruleset.loader import load
        from layerlint.ruleset.reserved import SHELL_SCRIPT

        active = active_rules(load(CHECKS, self.config.rules), self.config, self._inputs)
        return active if self._shellcheck else active.without(SHELL_SCRIPT)

    def notes(self) -> tuple[str, ...]:
        """Only a peer's file has names that need the rules to be judged, and are told in a note."""
        return self.active.notes if self.config.borrowed else self.config.notes


def _results(
    inputs: Sequence[str],
    rules: _Rules,
    shellcheck: Path | None,
    kept: Kept | None,
    options: argparse.Namespace,
) -> Generator[Result, None, None]:
    """Of each file, in order: those that are kept, up to the first that must be linted, without the linter."""
    told = 0
    if kept is not None:
        for path in inputs:
            report = kept.find(path)
            if report is None:
                break
            yield Result(report)
            told += 1
    if told == len(inputs):
        return
    settings = replace(read_settings(rules.config, options), shellcheck=shellcheck)
    if options.format == "html":
        from layerlint.reporters.html.limits import paths_of_each

        settings = replace(settings, files=paths_of_each(len(inputs)))
    jobs = 1 if options.online else options.jobs  # one file after the other asks
    with closing(lint_all(inputs[told:], Job(settings, rules.active, kept), jobs=jobs)) as results:
        yield from results


@dataclass(slots=True)
class _Run:
    """What is kept of files whose reports are told."""

    config: Config
    baseline: Known
    rules: _Rules
    counter: Counter
    problems: list[str]
    bug: bool = False
    worst: int = -1
    """Rank of the worst finding."""
    gone: list[str] = field(default_factory=list)
    """Notes of known findings that are gone."""

    def reports(self, results: Iterable[Result]) -> Iterator[FileReport]:
        """The reports of the files that have one, less what is known."""
        folder = None if self.config.baseline is None else self.config.baseline.parent
        for number, result in enumerate(results, 1):
            self.problems += result.problems
            self.bug |= result.bug
            file = result.report
            if file is not None:
                if file.notes:
                    self.counter.clear()
                for note in file.notes:
                    complain(f"{file.path}: {note}")
                if folder is not None:
                    from layerlint.ruleset.baseline import without_known

                    file, gone = without_known(file, self.baseline, folder, self.rules.active.ran)
                    self.gone += gone
                ranks = (finding.severity.rank for finding in file.findings)
                self.worst = max(self.worst, *ranks, -1)
                yield file
            self.counter.at(number)
        self.counter.clear()
        if folder is not None:
            from layerlint.ruleset.baseline import gone_files

            self.gone += gone_files(self.baseline, folder)


def _summary(options: argparse.Namespace) -> str:
    """The file of the job summary, which is told beside annotations."""
    return os.environ.get("GITHUB_STEP_SUMMARY", "") if options.format == "github" else ""


def _tell_each(
    files: Iterable[FileReport], run: _Run, notes: tuple[str, ...], count: int, options: argparse.Namespace
) -> None:
    """Each file as soon as it is there; nothing of it is kept."""
    told = stream(options.format, style_of(options), count)
    some = False
    with writing(options.output) as put:
        for file in files:
            some = True
            if text := told.file(file):
                run.counter.clear()
                put(text)
        if some:
            put(told.end((*notes, *run.gone)))


def _tell_whole(
    files: Iterable[FileReport], run: _Run, notes: tuple[str, ...], options: argparse.Namespace
) -> None:
    if options.format == "sarif":
        files = (replace(file, layers=None) for file in files)  # it does not tell them
    kept = tuple(files)
    infos: tuple[RuleInfo, ...] = ()
    if options.format == "sarif":  # the others tell none
        infos = run.rules.active.infos(finding for file in kept for finding in file.findings)
    report = Report(kept, infos, __version__, (*notes, *run.gone))
    style = style_of(options)
    if report.files or options.format in ("json", "sarif"):
        write(options.output, reporter(options.format)(report, style))
    if summary := _summary(options):
        with open(summary, "a", encoding="utf-8") as page:
            page.write(reporter("markdown")(report, style))


def _baseline(options: argparse.Namespace, config: Config) -> Known:
    """What is known: by the file that is to be written too, if it is there."""
    file: Path | None = options.write_baseline or config.baseline
    if file is None or (options.write_baseline and not file.exists()):
        return {}
    from layerlint.ruleset.baseline import read_baseline

    return read_baseline(file)


def _write_baseline(file: Path, files: Sequence[FileReport], old: Known, ran: Ran) -> None:
    from layerlint.ruleset.baseline import written_baseline

    write(file, written_baseline(files, old, file.parent, ran), "--write-baseline")
    count = sum(len(each.findings) for each in files)
    complain(f"{file.as_posix()}: {count} findings of {len(files)} files are known from now on")
