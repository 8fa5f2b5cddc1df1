"""The verbs ``layers``, ``graph`` and ``parse``."""

from __future__ import annotations

import argparse

from layerlint.cli.inputs import analyses, find_inputs, read_config, read_input, read_settings
from layerlint.cli.output import OK, USAGE, complain, located, style_of, write
from layerlint.errors import UsageError


def layers(options: argparse.Namespace) -> int:
    from layerlint import __version__
    from layerlint._dataclass import replace
    from layerlint.analysis.fleet_forecast import fleet_forecast
    from layerlint.analysis.forecast import forecast
    from layerlint.analysis.gates import judge, of_forecast
    from layerlint.analysis.shown_text import shown_text
    from layerlint.cli.gates import bounds, exit_code
    from layerlint.report import FileReport, Report
    from layerlint.reporters import (
        FLEET_FORECAST_REPORTERS,
        fleet_forecast_reporter,
        layers_reporter,
        reporter,
    )

    if options.fleet and options.format not in FLEET_FORECAST_REPORTERS:
        raise UsageError(f"--fleet is told as {', '.join(FLEET_FORECAST_REPORTERS)}, not as {options.format}")
    asked = bounds(options)
    config = read_config(options)
    settings = read_settings(config, options)
    inputs, problems = find_inputs(options.paths, config)
    if options.format == "html":
        from layerlint.reporters.html.limits import paths_of_each

        settings = replace(settings, files=paths_of_each(len(inputs)))
    reports = []
    traces = []
    texts = []
    notes: list[str] = []
    for source, analysis in analyses(inputs, settings, problems):
        notes += (f"{source.path}: {note}" for note in analysis.unanswered)
        report = forecast(analysis.trace, changes=options.changes, files=settings.files)
        if report is None:
            continue
        if asked and (figures := of_forecast(analysis.trace, exact=options.gate_figures == "exact")):
            report = replace(report, gates=judge(figures, asked))
        reports.append(report)
        if options.fleet:
            traces.append(analysis.trace)
        texts.append(shown_text(analysis.trace) if settings.files else "")
    if reports and options.fleet:
        write(
            options.output,
            fleet_forecast_reporter(options.format)(fleet_forecast(traces), style_of(options)),
        )
    elif reports and options.format == "html":
        # The page shows the text too, and so takes whole files.
        pages = zip(reports, texts, strict=True)
        files = tuple(FileReport(each.dockerfile, (), each, text=text) for each, text in pages)
        write(options.output, reporter("html")(Report(files, (), __version__), style_of(options)))
    elif reports:
        write(options.output, layers_reporter(options.format)(reports, style_of(options)))
    for message in (*notes, *problems):
        complain(message)
    return USAGE if problems else exit_code(gate for report in reports for gate in report.gates)


def show(options: argparse.Namespace) -> int:
    """``graph`` and ``parse``: one document a file."""
    import json

    from layerlint.diagram import DIAGRAMS
    from layerlint.dockerfile.dump import to_json
    from layerlint.dockerfile.grammar import parse_all
    from layerlint.dockerfile.parser import parse
    from layerlint.linter import link_on_bases, read_source

    config = read_config(options)
    settings = read_settings(config, options)
    inputs, problems = find_inputs(options.paths, config)
    texts: list[str] = []
    for path in inputs:
        try:
            source = read_source(path, read_input(path))
        except UsageError as error:
            problems.append(str(error))
            continue
        document = parse(source)
        if options.verb == "parse":
            texts.append(json.dumps(to_json(document), ensure_ascii=True) + "\n")
            continue
        instructions, _ = parse_all(document)
        graph, _, _ = link_on_bases(document, instructions, settings)
        problems += located(source, graph.problems)
        texts.append(DIAGRAMS[options.format](source, graph))
    if texts:
        write(options.output, "".join(texts))
    for message in problems:
        complain(message)
    return USAGE if problems else OK
