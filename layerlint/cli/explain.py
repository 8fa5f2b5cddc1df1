"""The verb ``explain``: a rule, the forecast of a line, or an idea."""

from __future__ import annotations

import argparse
from pathlib import Path

from layerlint.cli.inputs import find_inputs, folder_of, read_config, read_input, read_settings
from layerlint.cli.output import OK, complain, style_of, write
from layerlint.errors import UsageError


def explain(options: argparse.Namespace) -> int:
    if options.line is not None:
        return _explain_line(options)
    from layerlint.lessons import LESSONS

    if options.paths[0] in LESSONS:
        return _explain_idea(options)
    return _explain_rules(options)


def _explain_idea(options: argparse.Namespace) -> int:
    """A page on layers, whiteouts …, with the figures of a Dockerfile."""
    from layerlint.analysis.forecast import forecast
    from layerlint.lessons import find_lesson
    from layerlint.linter import analyse, read_source
    from layerlint.reporters import lesson_reporter

    topic, *paths = options.paths
    options.paths = paths
    config = read_config(options)
    found, problems = find_inputs(paths, config)
    if problems:
        raise UsageError(problems[0])
    if len(found) != 1:
        many = f"there are {len(found)} here" if found else "there is none here"
        raise UsageError(f"name one Dockerfile ({many}): `layerlint explain {topic} Dockerfile`")
    source = read_source(found[0], read_input(found[0]))
    trace = analyse(source, folder_of(found[0]), read_settings(config, options)).trace
    report = forecast(trace)
    if report is None:
        raise UsageError(f"{source.path}: has no FROM, and so no image")
    lesson = find_lesson(topic)(trace, report)
    write(options.output, lesson_reporter(options.format)(lesson, style_of(options)))
    return OK


def _explain_rules(options: argparse.Namespace) -> int:
    from layerlint.checks import CHECKS
    from layerlint.config import load_config
    from layerlint.config.located import suggestion
    from layerlint.lessons import LESSONS
    from layerlint.ruleset.describe import explain, explain_json
    from layerlint.ruleset.loader import load

    form = {"json": explain_json, "text": explain}.get(options.format)
    if form is None:
        raise UsageError("a rule is explained as json or text (docs/rules has the pages in Markdown)")
    rules = load(CHECKS, (*load_config(Path(), options.config).rules, *options.rules))
    texts: list[str] = []
    for word in options.paths:
        rule = rules.find(word)
        if rule is None:
            near = suggestion(word, (*rules.names(), *LESSONS)) or "; `layerlint rules` lists them"
            raise UsageError(f'there is no rule "{word}"{near}')
        texts.append(form(rule))
    write(options.output, "\n".join(texts))
    return OK


def _explain_line(options: argparse.Namespace) -> int:
    """What the instruction of a line adds, and what that rests on."""
    from layerlint.analysis.evidence import steps_at
    from layerlint.linter import analyse, read_source
    from layerlint.reporters import STEPS_REPORTERS, steps_reporter

    if options.format not in STEPS_REPORTERS:
        raise UsageError(f"--line is told as {' or '.join(STEPS_REPORTERS)}")
    if len(options.paths) != 1:
        raise UsageError("--line takes one Dockerfile")
    settings = read_settings(read_config(options), options)
    path = options.paths[0]
    source = read_source(path, read_input(path))
    analysis = analyse(source, folder_of(path), settings)
    for note in analysis.unanswered:
        complain(f"{source.path}: {note}")
    steps = steps_at(analysis.trace, options.line)
    if not steps:
        raise UsageError(f"{source.path}:{options.line}: no instruction of a stage stands on this line")
    write(options.output, steps_reporter(options.format)(steps, style_of(options)))
    return OK
