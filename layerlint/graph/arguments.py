"""ARGs in front of the first FROM, and the predefined ones of platforms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from layerlint._dataclass import dataclass
from layerlint.dockerfile.expand import Expansion, Lookup, expand
from layerlint.dockerfile.instructions import Arg, From, Instruction, KeyValue
from layerlint.dockerfile.syntax import Problem, Word
from layerlint.domain.text import UNKNOWN, Text

PROXIES = frozenset({"ALL_PROXY", "FTP_PROXY", "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY"})
"""Predefined ARGs, in lower case too; not set unless the builder has a proxy."""


def platform_arguments(platform: str) -> dict[str, Text]:
    """The predefined platform ARGs; the machine that builds is taken to be of the target's platform."""
    system, _, rest = platform.partition("/")
    architecture, _, variant = rest.partition("/")
    values: dict[str, Text] = {}
    for prefix in ("BUILD", "TARGET"):
        values[f"{prefix}PLATFORM"] = platform
        values[f"{prefix}OS"] = system
        values[f"{prefix}OSVERSION"] = ""
        values[f"{prefix}ARCH"] = architecture
        values[f"{prefix}VARIANT"] = variant
    return values


@dataclass(frozen=True, slots=True)
class GlobalArguments:
    """What FROM can read; it grows by `declare`."""

    known: dict[str, Text | None]
    """None for one that is not set."""
    predefined: Mapping[str, Text]
    given: Mapping[str, str]
    """``--build-arg``."""
    escape: str

    def lookup(self, name: str) -> Text | None:
        return self.known[name] if name in self.known else self.predefined.get(name)

    def declare(self, pair: KeyValue, problems: list[Problem]) -> None:
        name = pair.key.value
        if name in self.given:
            self.known[name] = self.given[name]
        elif pair.value is None:
            # It is there to be given: until it is, its value is not known.
            self.known[name] = self.predefined.get(name, None if name.upper() in PROXIES else UNKNOWN)
        else:
            value = self.expand(pair.value)
            if value.error is not None:
                problems.append(Problem(value.error, pair.value.span))
            self.known[name] = value.text

    def unset(self, name: str) -> Text | None:
        """As it is where no ``--build-arg`` gives it."""
        value = self.lookup(name)
        return None if value is UNKNOWN else value

    def expand(self, word: Word, lookup: Lookup | None = None) -> Expansion:
        return expand(word.value, lookup or self.lookup, self.escape)


def default_arguments(
    instructions: Iterable[Instruction], predefined: Mapping[str, Text], escape: str
) -> GlobalArguments:
    """As they are in a build that is given none."""
    defaults = GlobalArguments({}, predefined, {}, escape)
    for instruction in instructions:
        match instruction:
            case From():
                break
            case Arg(pairs=pairs):
                for pair in pairs:
                    defaults.declare(pair, [])
            case _:
                pass
    return defaults
