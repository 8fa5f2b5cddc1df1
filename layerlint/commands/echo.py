"""echo, as the shells have it."""

from __future__ import annotations

from layerlint.commands._escapes import unescape
from layerlint.commands._streams import WORD, of_text
from layerlint.domain.size import Size, total
from layerlint.domain.text import Text
from layerlint.effects import Invocation, Outcome, Stream

_FLAGS = frozenset("neE")


def echo(invocation: Invocation) -> Outcome:
    """The words, with blanks between.

    bash, BusyBox and coreutils take ``-n``, ``-e`` and ``-E``, and read backslashes with ``-e`` only; dash
    takes ``-n`` alone and always reads them.  Which shell runs is not asked: where the two print the same
    it is known, else its size is within both.
    """
    words = invocation.argv[1:]
    plain = tuple(word for word in words if isinstance(word, str))
    if len(plain) < len(words):
        return Outcome(stdout=_unknown(words))
    if invocation.environment.get("BASH_VERSION") is not None:
        return Outcome(stdout=of_text(_bash(plain)))
    one, other = of_text(_dash(plain)), of_text(_bash(plain))
    return Outcome(stdout=one if one == other else Stream(one.size.join(other.size)))


def _dash(words: tuple[str, ...]) -> str:
    newline = words[:1] != ("-n",)
    text, stopped = unescape(" ".join(words if newline else words[1:]), octal="\\0")
    return text + ("\n" if newline and not stopped else "")


def _bash(words: tuple[str, ...]) -> str:
    newline, escapes = True, False
    start = 0
    for word in words:
        if not (word.startswith("-") and len(word) > 1 and _FLAGS.issuperset(word[1:])):
            break
        start += 1
        for flag in word[1:]:
            newline = newline and flag != "n"
            escapes = flag == "e" or (escapes and flag != "E")
    text, stopped = " ".join(words[start:]), False
    if escapes:
        text, stopped = unescape(text, octal="\\0", hexadecimal=True)
    return text + ("\n" if newline and not stopped else "")


def _unknown(words: tuple[Text, ...]) -> Stream:
    """About as long as the words and the blanks between them."""
    newline = words[0] not in ("-n", "-ne", "-en")
    sizes = [of_text(word).size if isinstance(word, str) else WORD for word in words]
    size = total([*sizes, Size.exact(len(words) - 1 + newline)])
    return Stream(Size(0, size.likely, size.high))
