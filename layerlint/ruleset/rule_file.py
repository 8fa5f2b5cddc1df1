"""One rule file to one rule; the format is in docs/rules-format.md."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from layerlint._dataclass import dataclass
from layerlint._pattern import pattern
from layerlint.config.located import Location, Scalar, Value, kind
from layerlint.config.reader import Reader
from layerlint.config.yaml_values import parse_yaml
from layerlint.report import Confidence, Severity
from layerlint.ruleset.message import BYTES, Message, parse
from layerlint.ruleset.model import GROUPS, Example, Rule, Signature
from layerlint.ruleset.params import read_params

NAME: Final = pattern(r"[a-z0-9]{1,32}(?:-[a-z0-9]{1,32}){0,8}")
_ALIAS: Final = pattern(r"[A-Za-z0-9][A-Za-z0-9_.-]{1,63}")
_REQUIRED: Final = ("check", "severity", "confidence", "summary", "message", "why", "remedy")
_KEYS: Final = (*_REQUIRED, "params", "aliases", "examples", "references", "since")
_EXAMPLE_KEYS: Final = ("dockerfile", "context", "dockerignore", "expect")
_LARGEST_FILE: Final = 1 << 40
"""Bytes of a file of an example's context: more is a slip."""


@dataclass(frozen=True, slots=True)
class RuleFile:
    """A rule, and the places at which its names were given."""

    rule: Rule
    location: Location
    aliases: tuple[Scalar, ...]


def read_rule(
    path: str, data: bytes, category: str, name: str, checks: Mapping[str, Signature], reader: Reader
) -> RuleFile | None:
    """The rule of a file; None if it has a fault, which is then among the reader's problems."""
    faults = len(reader.problems)
    root = parse_yaml(path, data, reader.problems)
    if root is None:
        if len(reader.problems) == faults:
            reader.problems.append(Location(path).problem("the file is empty"))
        return None
    rule = rule_of(root, category, name, checks, reader)
    return rule if len(reader.problems) == faults else None


def rule_of(
    root: Value, category: str, name: str, checks: Mapping[str, Signature], reader: Reader
) -> RuleFile | None:
    """The rule of the value of a file; None if it has a fault."""
    faults = len(reader.problems)
    given = reader.fields(root, _KEYS, _REQUIRED)
    read = _Keys(given, reader)
    signature = _signature(given, checks, reader)
    params = None
    message = None
    if signature is not None:
        params = signature.params()
        if "params" in given:
            params = read_params(params, given["params"], reader)
    if "message" in given:
        message = _message(given["message"], signature, reader)
    aliases = tuple(alias for alias in read.lines("aliases") if _is_alias(alias, reader))
    examples = reader.fields(given["examples"], ("bad", "good")) if "examples" in given else {}
    bad, good = (_examples(key, examples, reader) for key in ("bad", "good"))
    severity = read.choice("severity", [level.value for level in Severity])
    confidence = read.choice("confidence", [level.value for level in Confidence])
    rule = Rule(
        name=name,
        category=category,
        check=read.line("check"),
        given=params,
        message=message or Message("", ()),
        severity=Severity(severity or Severity.OFF),
        confidence=Confidence(confidence or Confidence.LOW),
        summary=read.line("summary"),
        why=read.text("why"),
        remedy=read.text("remedy"),
        aliases=tuple(alias.text for alias in aliases),
        references=tuple(link.text for link in read.lines("references") if _is_address(link, reader)),
        bad=bad,
        good=good,
        since=read.line("since"),
        path=root.location.path,
    )
    return RuleFile(rule, root.location, aliases) if len(reader.problems) == faults else None


class _Keys:
    """The simple keys of a rule; one that is absent or wrong reads as empty."""

    def __init__(self, given: Mapping[str, Value], reader: Reader) -> None:
        self._given = given
        self._reader = reader

    def line(self, key: str) -> str:
        return self._read(key, self._reader.line)

    def text(self, key: str) -> str:
        return self._read(key, self._reader.text).strip()

    def lines(self, key: str) -> tuple[Scalar, ...]:
        return self._reader.lines(key, self._given[key]) if key in self._given else ()

    def choice(self, key: str, choices: list[str]) -> str:
        return self._read(key, lambda name, value: self._reader.choice(name, value, choices))

    def _read(self, key: str, read: Callable[[str, Value], str | None]) -> str:
        return (read(key, self._given[key]) or "") if key in self._given else ""


def _signature(
    given: Mapping[str, Value], checks: Mapping[str, Signature], reader: Reader
) -> Signature | None:
    if "check" not in given:
        return None
    name = reader.line("check", given["check"])
    if name is None or name in checks:
        return checks[name] if name else None
    reader.fault(given["check"], f"there is no check {kind(given['check'])}{reader.near(name, checks)}")
    return None


def _message(value: Value, signature: Signature | None, reader: Reader) -> Message | None:
    text = reader.line("message", value)
    if text is None:
        return None
    try:
        message = parse(text)
    except ValueError as error:
        reader.fault(value, f"message: {error}")
        return None
    if signature is not None:
        known = (*signature.fields, BYTES)
        for field in dict.fromkeys(message.fields):
            if field not in known:
                near = reader.near(field, known) or f": known are {', '.join(dict.fromkeys(known))}"
                reader.fault(value, f"message: the check has no field {{{field}}}{near}")
    return message


def _is_alias(alias: Scalar, reader: Reader) -> bool:
    if _ALIAS.fullmatch(alias.text) and alias.text.lower() not in GROUPS:
        return True
    reader.fault(alias, f"{kind(alias)} is not an alias: it is made of letters, digits, -, _ and .")
    return False


def _is_address(link: Scalar, reader: Reader) -> bool:
    if link.text.startswith("https://") and not any(char.isspace() for char in link.text):
        return True
    reader.fault(link, f"a reference must begin with https://, not {kind(link)}")
    return False


def _examples(key: str, given: Mapping[str, Value], reader: Reader) -> tuple[Example, ...]:
    if key not in given:
        return ()
    items = reader.sequence(key, given[key])
    examples = (_example(f"an entry of {key}", item, reader, expectable=key == "bad") for item in items)
    return tuple(example for example in examples if example is not None)


def _example(name: str, value: Value, reader: Reader, *, expectable: bool) -> Example | None:
    line = value.location.line
    if isinstance(value, Scalar):
        text = reader.scalar(name, value)
        return Example(text.text, line=line) if text else None
    keys = _EXAMPLE_KEYS if expectable else _EXAMPLE_KEYS[:-1]
    given = reader.fields(value, keys, ("dockerfile",))
    if "dockerfile" not in given:
        return None
    dockerfile = reader.scalar("dockerfile", given["dockerfile"])
    ignore = reader.scalar("dockerignore", given["dockerignore"]) if "dockerignore" in given else None
    context = _context(given["context"], reader) if "context" in given else () if ignore else None
    lines = [
        reader.integer("an entry of expect", item)
        for item in (reader.sequence("expect", given["expect"]) if "expect" in given else ())
    ]
    return Example(
        dockerfile.text if dockerfile else "",
        context=context,
        dockerignore=ignore.text if ignore else None,
        expect=tuple(sorted(line for line in lines if line is not None)) if "expect" in given else None,
        line=line,
    )


def _context(value: Value, reader: Reader) -> tuple[tuple[str, str | int], ...]:
    mapping = reader.mapping("context", value)
    files: list[tuple[str, str | int]] = []
    for key, item in mapping.entries if mapping else ():
        path = reader.relative_path("a path of context", key)
        content: str | int | None
        if isinstance(item, Scalar):
            content = "" if item.is_null else item.text
        else:
            given = reader.fields(item, ("size",), ("size",))
            content = reader.size("size", given["size"]) if "size" in given else None
            if content is not None and content > _LARGEST_FILE:
                reader.fault(item, "size must not be over 1 TiB")
        if path is not None and content is not None:
            files.append((path, content))
    return tuple(files)
