"""Lock files and sources of Rust, Ruby and PHP: packages that are built against libraries of the system."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Final

from layerlint._dataclass import dataclass
from layerlint.programs.facts import FileFacts, Found, Language, line_at
from layerlint.programs.literals import STRING, certain, matches, program, script
from layerlint.programs.model import NeedKind
from layerlint.report import Confidence

_LIBRARY, _BINARY = NeedKind.LIBRARY, NeedKind.BINARY
_MEDIUM, _HIGH, _LOW = Confidence.MEDIUM, Confidence.HIGH, Confidence.LOW


@dataclass(frozen=True, slots=True)
class _Need:
    kind: NeedKind
    name: str
    because: str
    confidence: Confidence = _HIGH
    unless: str = ""
    """Another package of the lock, with which it needs nothing."""


_CRATES: Final[Mapping[str, _Need]] = {
    "libsqlite3-sys": _Need(_LIBRARY, "libsqlite3.so.0", "unless it is bundled by the feature", _LOW),
    "mysqlclient-sys": _Need(_LIBRARY, "libmariadb.so.3", "it is linked to MySQL's client", _MEDIUM),
    "native-tls": _Need(NeedKind.CERTIFICATES, "", "native-tls checks against the system's certificates"),
    "openssl-sys": _Need(_LIBRARY, "libssl.so.3", "it is linked to OpenSSL", _MEDIUM, "openssl-src"),
    "pq-sys": _Need(_LIBRARY, "libpq.so.5", "it is linked to libpq", _MEDIUM, "pq-src"),
    "rustls-native-certs": _Need(NeedKind.CERTIFICATES, "", "it reads the system's certificates"),
}
_GEMS: Final[Mapping[str, _Need]] = {
    "charlock_holmes": _Need(_LIBRARY, "libicui18n.so", "it is built against ICU", _MEDIUM),
    "curb": _Need(_LIBRARY, "libcurl.so.4", "it is built against libcurl", _MEDIUM),
    "ethon": _Need(_LIBRARY, "libcurl.so.4", "ethon loads libcurl"),
    "execjs": _Need(NeedKind.INTERPRETER, "node", "execjs runs JavaScript by a run-time", _LOW, "mini_racer"),
    "image_processing": _Need(_LIBRARY, "libvips.so.42", "it works with libvips or ImageMagick", _LOW),
    "mini_magick": _Need(_BINARY, "convert", "mini_magick starts ImageMagick", _MEDIUM),
    "mysql2": _Need(_LIBRARY, "libmariadb.so.3", "mysql2 is built against MySQL's client", _MEDIUM),
    "pg": _Need(_LIBRARY, "libpq.so.5", "pg is built against libpq"),
    "rmagick": _Need(_LIBRARY, "libMagickCore-6.Q16.so", "rmagick is built against ImageMagick", _MEDIUM),
    "ruby-vips": _Need(_LIBRARY, "libvips.so.42", "ruby-vips loads libvips"),
    "streamio-ffmpeg": _Need(_BINARY, "ffmpeg", "streamio-ffmpeg starts ffmpeg"),
    "tiny_tds": _Need(_LIBRARY, "libsybdb.so.5", "tiny_tds is built against FreeTDS", _MEDIUM),
    "tzinfo": _Need(NeedKind.TIME_ZONES, "", "tzinfo reads the system's zones", _HIGH, "tzinfo-data"),
}
_CRATE = re.compile(r'^name = "([\w-]{1,100})"\s*$')
_GEM = re.compile(r"^    ([\w.-]{1,100}) \(")
_RUBY = re.compile(r"^   ruby (\d+\.\d+)(?:\.\d+)?")
_LEAST = re.compile(r"(?:>=|\^|~)\s{0,9}(\d{1,2}(?:\.\d{1,2})?)")
_RUST_COMMAND = re.compile(r'\bCommand::new\(\s{0,9}"([^"\n]{1,255})"\s{0,9}\)')
_RUBY_CALL = re.compile(
    r"(?:^|[\s=(;{])(?:Kernel\.|Process\.)?(?P<call>system|exec|spawn|Open3\.\w{1,20}|IO\.popen)[( ]\s{0,9}"
    + STRING
    + r"(?P<more>\s{0,9},)?"
)
_PHP_CALL = re.compile(
    r"(?<![\w>:$])(?P<call>exec|shell_exec|system|passthru|popen|proc_open)\(\s{0,9}" + STRING
)


def _of_packages(names: Mapping[str, int], needs: Mapping[str, _Need], lines: list[str]) -> Iterator[Found]:
    for name in sorted(names):
        need = needs.get(name)
        if need is not None and (not need.unless or need.unless not in names):
            line = names[name]
            yield Found(
                need.kind, need.name, line, line_at(lines, line), need.confidence, because=need.because
            )


def _listed(lines: list[str], pattern: re.Pattern[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for number, line in enumerate(lines[:200_000], 1):
        match = pattern.match(line[:300])
        if match is not None:
            found.setdefault(match[1], number)
    return found


def read_cargo_lock(lines: list[str]) -> FileFacts:
    return FileFacts(Language.MANIFEST, tuple(_of_packages(_listed(lines, _CRATE), _CRATES, lines)))


def read_rust(lines: list[str]) -> FileFacts:
    found = (need for line, match in matches(lines, _RUST_COMMAND) for need in program(match[1], line, lines))
    return FileFacts(Language.RUST, certain(found))


def read_gemfile_lock(lines: list[str]) -> FileFacts:
    found = list(_of_packages(_listed(lines, _GEM), _GEMS, lines))
    for number, line in enumerate(lines[:200_000], 1):
        match = _RUBY.match(line[:100])
        if match is not None:
            found.append(
                Found(NeedKind.INTERPRETER, "ruby", number, line_at(lines, number), version=match[1])
            )
            break
    return FileFacts(Language.MANIFEST, tuple(found))


def read_ruby(lines: list[str], shebang: tuple[Found, ...]) -> FileFacts:
    found = list(shebang)
    for line, match in matches(lines, _RUBY_CALL):
        if match["more"]:
            found += program(match["text"], line, lines)
        else:
            found += script(match["text"], line, lines, f"{match['call']} runs a shell")
    return FileFacts(Language.RUBY, certain(found))


def read_php(lines: list[str], shebang: tuple[Found, ...]) -> FileFacts:
    found = list(shebang)
    for line, match in matches(lines, _PHP_CALL):
        found += script(match["text"], line, lines, f"{match['call']} runs a shell")
    return FileFacts(Language.PHP, certain(found))


def read_composer_json(text: str, lines: list[str]) -> FileFacts:
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError):
        return FileFacts(Language.MANIFEST, gaps=((0, "it is malformed: what it needs is not known"),))
    wanted = whole.get("require") if isinstance(whole, dict) else None
    found: list[Found] = []
    for name, bound in (
        sorted(wanted.items(), key=lambda item: str(item[0])) if isinstance(wanted, dict) else ()
    ):
        line = next((number for number, text_ in enumerate(lines, 1) if f'"{name}"' in text_), 0)
        if name == "php":
            least = _LEAST.search(bound[:100]) if isinstance(bound, str) else None
            found.append(
                Found(
                    NeedKind.INTERPRETER, "php", line, line_at(lines, line), version=least[1] if least else ""
                )
            )
        elif name.startswith("ext-") and len(name) < 60:
            found.append(
                Found(NeedKind.EXTENSION, name, line, line_at(lines, line), because="an extension of PHP")
            )
    return FileFacts(Language.MANIFEST, tuple(found))
