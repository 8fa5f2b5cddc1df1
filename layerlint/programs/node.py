"""Node.js: ``package.json``, and child processes of JavaScript sources."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Final

from layerlint.programs.facts import FileFacts, Found, Language, line_at
from layerlint.programs.literals import STRING, certain, matches, program, script
from layerlint.programs.model import NeedKind
from layerlint.programs.shell_commands import called
from layerlint.report import Confidence

_LIBC, _LIBRARY, _BINARY = NeedKind.LIBC, NeedKind.LIBRARY, NeedKind.BINARY
_MEDIUM = Confidence.MEDIUM
_CHROME = ("libnss3.so", "libatk-1.0.so.0", "libgbm.so.1", "libxkbcommon.so.0")

_NEEDS: Final[Mapping[str, tuple[tuple[NeedKind, str, Confidence, str], ...]]] = {
    "@tensorflow/tfjs-node": ((_LIBC, "glibc", Confidence.HIGH, "TensorFlow is published for glibc only"),),
    "canvas": ((_LIBC, "glibc", _MEDIUM, "canvas publishes binaries for glibc; elsewhere it is built against cairo"),),
    "fluent-ffmpeg": ((_BINARY, "ffmpeg", _MEDIUM, "fluent-ffmpeg starts ffmpeg"),),
    "gm": ((_BINARY, "gm", _MEDIUM, "gm starts GraphicsMagick or ImageMagick"),),
    "libpq": ((_LIBRARY, "libpq.so.5", Confidence.HIGH, "it is built against libpq"),),
    "onnxruntime-node": ((_LIBC, "glibc", Confidence.HIGH, "ONNX Runtime is published for glibc only"),),
    "pg-native": ((_LIBRARY, "libpq.so.5", Confidence.HIGH, "pg-native is built against libpq"),),
    "playwright": ((_BINARY, "chromium", _MEDIUM, "playwright drives a browser"),),
    "puppeteer": (
        (_LIBC, "glibc", _MEDIUM, "puppeteer downloads a Chrome that is made for glibc"),
        *((_LIBRARY, name, _MEDIUM, "the Chrome that puppeteer downloads needs it") for name in _CHROME),
    ),
    "puppeteer-core": ((_BINARY, "chromium", _MEDIUM, "puppeteer-core drives a browser that is there"),),
    "simple-git": ((_BINARY, "git", Confidence.HIGH, "simple-git starts git"),),
    "nodegit": ((_LIBC, "glibc", _MEDIUM, "nodegit publishes binaries for glibc"),),
    "youtube-dl-exec": ((NeedKind.INTERPRETER, "python3", Confidence.HIGH, "yt-dlp runs on Python"),),
}  # fmt: skip
"""Packages that need more than they bring.  sharp, bcrypt, better-sqlite3, sqlite3, argon2, re2 and node-sass
publish binaries for glibc and for musl, with their libraries in them."""
_BUILT = frozenset(("bindings", "nan", "node-addon-api", "node-gyp", "node-gyp-build", "node-pre-gyp",
                    "@mapbox/node-pre-gyp", "prebuild-install"))  # fmt: skip
_LEAST = re.compile(r"(?:>=|\^|~)\s*v?(\d{1,3}(?:\.\d{1,3})*)")
_CHILD = re.compile(r"child_process|\bexeca\b|\bshelljs\b|\bzx\b")
_CALL = re.compile(
    r"\b(?P<call>exec|execSync|execFile|execFileSync|spawn|spawnSync|execa|execaSync|execaCommand)\(\s{0,9}"
    + STRING
)
_SHELL_CALLS = frozenset(("exec", "execSync"))


def read_package_json(text: str, lines: list[str]) -> FileFacts:
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError):
        return FileFacts(Language.MANIFEST, gaps=((0, "it is malformed: what it needs is not known"),))
    whole = whole if isinstance(whole, dict) else {}
    found: list[Found] = []
    gaps: list[tuple[int, str]] = []
    engines = _mapping(whole.get("engines")).get("node")
    least = _LEAST.search(engines[:200]) if isinstance(engines, str) else None
    if least is not None:
        line = _line(lines, "node")
        found.append(Found(NeedKind.INTERPRETER, "node", line, line_at(lines, line), version=least[1]))
    wanted = {**_mapping(whole.get("dependencies")), **_mapping(whole.get("optionalDependencies"))}
    for name in sorted(wanted, key=str):
        line = _line(lines, name)
        for kind, need, confidence, because in _NEEDS.get(name, ()):
            found.append(Found(kind, need, line, line_at(lines, line), confidence, because=because))
        if name in _BUILT:
            gaps.append((line, f"it has an add-on in C or C++ ({name}): what that needs is not known"))
    start = _mapping(whole.get("scripts")).get("start")
    words: set[str] = set()
    if isinstance(start, str):
        line = _line(lines, "start")
        for each in called(start[:2_000])[0]:
            words.update(each.arguments)
            if each.name == "node":
                found.append(Found(NeedKind.INTERPRETER, "node", line, line_at(lines, line)))
    main = whole.get("main")
    words.update({main} if isinstance(main, str) else ())
    return FileFacts(Language.MANIFEST, certain(found), words=tuple(sorted(words)), gaps=tuple(gaps))


def _line(lines: list[str], key: str) -> int:
    quoted = f'"{key}"'
    return next(
        (
            number
            for number, line in enumerate(lines, 1)
            if quoted in line and ":" in line.partition(quoted)[2]
        ),
        0,
    )


def _mapping(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}


def read_javascript(text: str, lines: list[str]) -> FileFacts:
    """Literal commands of sources that use child processes."""
    if not _CHILD.search(text):
        return FileFacts(Language.JAVASCRIPT, words=_modules(lines))
    gaps = (
        ((0, "it is minified: which programs it starts is not known"),)
        if max(map(len, lines)) > 5_000
        else ()
    )
    return FileFacts(Language.JAVASCRIPT, certain(_started(lines)), words=_modules(lines), gaps=gaps)


def _started(lines: list[str]) -> Iterator[Found]:
    for number, match in matches(lines, _CALL):
        before = lines[number - 1][: match.start()]
        if before.endswith(".") and not re.search(
            r"(?:child_process|\bcp|childProcess|shell|child)\.$", before
        ):
            continue  # a method of something else: a regular expression's exec
        if match["call"] in _SHELL_CALLS or match["call"] == "execaCommand":
            yield from script(match["text"], number, lines, f"{match['call']} runs a shell")
        else:
            yield from program(match["text"], number, lines)


def _modules(lines: list[str]) -> tuple[str, ...]:
    """Own files that are required: ``./lib/x``."""
    pattern = re.compile(r"(?:require\(|from|import)\s{0,9}" + STRING)
    return tuple(sorted({match["text"] for _, match in matches(lines, pattern) if match["text"][0] == "."}))
