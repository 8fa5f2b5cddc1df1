"""Android's ``sdkmanager``, and ``android update sdk`` before it.

Bytes of the archives as Google's repository lists had them (build-tools 28.0.3: 58 MB, platform 28: 76 MB, tools
26.1.1: 155 MB, NDK r17: 710 MB, the Android support repository: 356 MB), times what zip files unpack to.
"""

from __future__ import annotations

from layerlint.commands._outcome import SUCCESS
from layerlint.commands._paths import locate
from layerlint.commands._toolchain import ANSWER, first_word, scan, variable
from layerlint.domain.size import Size
from layerlint.domain.text import UNKNOWN, Text
from layerlint.effects import Effect, Invocation, Outcome, Populate

_PARTS = (
    ("build-tools", 130_000_000, 350),
    ("platform-tools", 25_000_000, 60),
    ("platforms", 110_000_000, 3500),
    ("android-", 110_000_000, 3500),
    ("cmdline-tools", 150_000_000, 250),
    ("tools", 220_000_000, 1500),
    ("emulator", 500_000_000, 800),
    ("ndk", 2_700_000_000, 12_000),
    ("cmake", 60_000_000, 3000),
    ("lldb", 150_000_000, 4000),
    ("extra-google-m2repository", 330_000_000, 6000),
    ("extras;google;m2repository", 330_000_000, 6000),
    ("extra-android-m2repository", 380_000_000, 6000),
    ("extras;android;m2repository", 380_000_000, 6000),
    ("extra", 40_000_000, 1500),
    ("sys", 1_200_000_000, 40),
    ("add", 250_000_000, 3000),
    ("source", 160_000_000, 8000),
    ("patcher", 2_000_000, 5),
    ("doc", 500_000_000, 20_000),
)
"""Start of a package's name, its bytes and its files."""
_VALUES = frozenset(
    (
        "-t",
        "--filter",
        "-p",
        "--path",
        "-n",
        "--name",
        "--target",
        "-s",
        "--proxy-host",
        "--proxy-port",
        "-k",
        "--package",
    )
)


def sdkmanager(invocation: Invocation) -> Outcome:
    """``y`` is piped in to accept the licences."""
    line = scan(invocation.argv[1:], _VALUES - {"-s", "-t", "-p", "-n"})
    if line.has("--list", "--version", "--list_installed", "--help"):
        return ANSWER
    given = line.value("--sdk_root")
    root = (None if given is None else locate(invocation, given)) or _root(invocation)
    if line.has("--licenses"):
        return Outcome((Populate(f"{root}/licenses", "licenses", Size(40, 300, 1000), Size(1, 7, 10)),))
    if line.has("--uninstall"):
        return SUCCESS
    if line.has("--update") or not line.words:
        return Outcome((_part(root, "tools" if line.has("--update") else "", True),))
    return Outcome(_installed(root, line.words))


def _root(invocation: Invocation) -> str:
    names = ("ANDROID_SDK_ROOT", "ANDROID_HOME", "ANDROID_SDK", "ANDROID_SDK_HOME")
    return next((path for name in names if (path := variable(invocation, name))), None) or "/opt/android-sdk"


def _installed(root: str, words: tuple[Text, ...]) -> tuple[Effect, ...]:
    parts: list[Effect] = []
    for word in words[:100]:
        if word is UNKNOWN:
            parts.append(_part(root, "", True))
        else:
            parts += [_part(root, name, False) for name in word.replace(",", " ").split()[:100]]
    return tuple(parts)


def _part(root: str, name: str, unknown: bool) -> Effect:
    reason = "which parts of the SDK are installed is not known" if unknown or not name else ""
    for start, amount, count in _PARTS:
        if name.startswith(start):
            size = Size(amount // 3, amount, amount * 5 // 2)
            return Populate(
                root,
                first_word(name, "sdk"),
                size.or_nothing() if unknown else size,
                Size(1, count, count * 10),
                reason,
            )
    return Populate(root, first_word(name, "sdk"), Size(0, 250_000_000, None), Size(0, 4000, None), reason)


def android(invocation: Invocation) -> Outcome:
    """``update sdk`` installs what ``--filter`` names, separated by commas, or all."""
    line = scan(invocation.argv[1:], _VALUES - {"-s"})
    match line.known[:2]:
        case ("update", "sdk"):
            wanted = line.value("-t", "--filter")
            root = _root(invocation)
            return Outcome((_part(root, "", True),) if wanted is None else _installed(root, (wanted,)))
        case ("update" | "create", *_):
            return SUCCESS
        case _:
            return ANSWER
