"""What is fetched from the net and used as it comes: unchecked, in clear text, or checked by a weak sum."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from layerlint._dataclass import dataclass
from layerlint._pattern import pattern
from layerlint.analysis.command_lines import command_lines
from layerlint.analysis.context_copies import reachable_steps
from layerlint.analysis.downloads import downloads
from layerlint.checks._lines import text_of
from layerlint.checks.model import Check, NoParams, Observation
from layerlint.dockerfile.expand import expand
from layerlint.dockerfile.instructions import Add
from layerlint.dockerfile.syntax import Word
from layerlint.execution.instructions import lookup
from layerlint.execution.trace import Step, Trace
from layerlint.filesystem.layer import EntryKind
from layerlint.report import Confidence
from layerlint.source import Span

_WEB: Final = pattern(r"(?i)(?:https?|ftp)://")
_CLEAR: Final = pattern(r"(?i)(?:http|ftp|git)://")
_HERE: Final = pattern(r"(?i)[a-z]+://(?:[^/@]*@)?(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?:[:/]|\Z)")
"""What is fetched from the build's own machine goes over no network."""
_OWN: Final = (
    "-d", "-F", "-H", "-T", "-u", "-X", "--data", "--form", "--header", "--http-password", "--http-user", "--netrc",
    "--password", "--post-data", "--request", "--upload-file", "--user",
)  # fmt: skip
"""Options of a request that ADD cannot make."""


@dataclass(frozen=True, slots=True)
class Uses:
    uses: tuple[str, ...] = ("run", "unpacked", "installed")
    """What becomes of the file."""


def _unverified(trace: Trace, params: Uses) -> Iterator[Observation]:
    for found in downloads(trace):
        if found.user is None or found.use not in params.uses or found.strong or found.weak is not None:
            continue
        text = text_of(trace, found.line)
        values = {"command": text, "use": found.use, "user": text_of(trace, found.user)}
        related = ((found.user.span, f"it is {found.use} here"),)
        yield Observation(found.line.span, values, related=related)


def _weakly(trace: Trace, params: NoParams) -> Iterator[Observation]:
    told: set[Span] = set()
    for found in downloads(trace):
        if found.weak is not None and not found.strong and found.weak.span not in told:
            told.add(found.weak.span)
            values = {"name": found.weak.name, "command": text_of(trace, found.weak)}
            yield Observation(found.weak.span, values)


def _clear(trace: Trace, params: NoParams) -> Iterator[Observation]:
    for found in downloads(trace):
        # Whoever is on the way can make no other file of a given sum, be it of MD5.
        if _is_clear(found.address) and not found.strong and found.weak is None:
            # A program that is not known may check what came.
            sure = all(run.modelled for run in found.line.place.step.commands)
            confidence = None if sure else Confidence.MEDIUM
            yield Observation(found.address_span, {"address": _shown(found.address)}, confidence=confidence)
    for line in command_lines(trace):
        if line.place.built and line.name == "git" and not line.wraps:
            for word in line.arguments:
                if isinstance(word.text, str) and _is_clear(word.text):
                    yield Observation(word.span, {"address": _shown(word.text)})
    for step, source, address in _added(trace):
        if _is_clear(address) and not _has_checksum(step):
            yield Observation(source.span, {"address": _shown(address)})


def _unchecked_add(trace: Trace, params: NoParams) -> Iterator[Observation]:
    for step, word, address in _added(trace):
        if not _has_checksum(step):
            yield Observation(word.span, {"address": _shown(address)})


def _avoidable(trace: Trace, params: NoParams) -> Iterator[Observation]:
    """A download that ADD makes as well: one address, to a file that stays."""
    for found in downloads(trace):
        step = found.line.place.step
        kept = {
            entry.path.rpartition("/")[2]
            for entry in (() if step.layer is None else step.layer.entries)
            if entry.kind is EntryKind.FILE
        }
        plain = not any(str(word.text).partition("=")[0] in _OWN for word in found.line.arguments)
        if found.address and plain and len(found.names) == 1 and found.names <= kept and not found.use:
            yield Observation(found.line.span, {"command": text_of(trace, found.line)})


def _added(trace: Trace) -> Iterator[tuple[Step, Word, str]]:
    """The addresses of ADD."""
    for step in reachable_steps(trace):
        if isinstance(step.instruction, Add):
            look = lookup(step.before, known_base=False)
            for word in step.instruction.transfer.sources:
                # Of an address with a variable its beginning is known.
                text = expand(word.value, look, trace.document.escape).text
                address = text if isinstance(text, str) else word.value
                if _WEB.match(address):
                    yield step, word, address


def _has_checksum(step: Step) -> bool:
    return isinstance(step.instruction, Add) and step.instruction.checksum is not None


def _is_clear(address: str) -> bool:
    return bool(_CLEAR.match(address)) and not _HERE.match(address)


def _shown(address: str) -> str:
    """Without what may be a password."""
    return re.sub(r"://[^/@]{0,300}@", "://", address, count=1)


AVOIDABLE = Check(NoParams, _avoidable, ("command",))
CLEAR_TEXT = Check(NoParams, _clear, ("address",))
UNCHECKED_ADD = Check(NoParams, _unchecked_add, ("address",))
UNVERIFIED = Check(Uses, _unverified, ("command", "use", "user"))
WEAK = Check(NoParams, _weakly, ("name", "command"))
