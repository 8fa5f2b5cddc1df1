"""One file of a program to facts: read within bounds, told by name and first bytes, never run."""

from __future__ import annotations

import os
import re
import warnings
from io import BytesIO
from typing import BinaryIO, Final

from layerlint.filesystem.host_files import NotRegularError, open_regular
from layerlint.programs import elf, golang, java, java_sources, manifests, node, scripts
from layerlint.programs.cache import Store
from layerlint.programs.facts import FileFacts, Language
from layerlint.programs.model import ProgramFile
from layerlint.programs.python_declared import is_declaration, read_declaration
from layerlint.programs.python_source import read_python
from layerlint.programs.shell_commands import SHELLS

MAX_TEXT: Final = 256 << 10
"""Bytes of a source: libcst takes some seconds for that much."""
MAX_MANIFEST: Final = 4 << 20
"""Bytes of a lock file."""
MAX_ARCHIVE: Final = 1 << 30
_HEAD = 256
_MAX_WORDS = 5_000
_WORD = re.compile(r"[A-Za-z_][\w.-]{1,99}")

_BY_SUFFIX: Final = {
    ".bash": Language.SHELL,
    ".cfg": Language.DATA,
    ".cjs": Language.JAVASCRIPT,
    ".conf": Language.DATA,
    ".ear": Language.JAVA,
    ".env": Language.DATA,
    ".go": Language.GO,
    ".ini": Language.DATA,
    ".jar": Language.JAVA,
    ".java": Language.JVM,
    ".js": Language.JAVASCRIPT,
    ".json": Language.DATA,
    ".ksh": Language.SHELL,
    ".kt": Language.JVM,
    ".mjs": Language.JAVASCRIPT,
    ".php": Language.PHP,
    ".py": Language.PYTHON,
    ".pyw": Language.PYTHON,
    ".rb": Language.RUBY,
    ".rs": Language.RUST,
    ".sh": Language.SHELL,
    ".toml": Language.DATA,
    ".ts": Language.JAVASCRIPT,
    ".txt": Language.DATA,
    ".war": Language.JAVA,
    ".yaml": Language.DATA,
    ".yml": Language.DATA,
}
_MANIFESTS: Final = frozenset(
    (
        "build.gradle",
        "build.gradle.kts",
        "cargo.lock",
        "composer.json",
        "gemfile.lock",
        "package.json",
        "pom.xml",
    )
)
_INTERPRETERS: Final = {"node": Language.JAVASCRIPT, "php": Language.PHP, "ruby": Language.RUBY}
_FOREIGN = frozenset(
    (".git", "__pycache__", "dist-packages", "node_modules", "site-packages", ".venv", "venv")
)
"""Folders of what others wrote and a package manager put there."""


def examine(file: ProgramFile, store: Store | None = None) -> FileFacts:
    """Never raises: what cannot be read is a gap."""
    try:
        data = open_regular(file.path)
    except NotRegularError:
        return FileFacts(gaps=((0, "it is no regular file"),))
    except (OSError, ValueError):
        return FileFacts(gaps=((0, "it cannot be opened"),))
    with data:
        try:
            return _examined(file, data, os.fstat(data.fileno()).st_size, store)
        except OSError:
            return FileFacts(gaps=((0, "it cannot be read"),))


def _examined(file: ProgramFile, data: BinaryIO, size: int, store: Store | None) -> FileFacts:
    head = data.read(_HEAD)
    data.seek(0)
    language = kind_of(file.image_path, head)
    if language is Language.UNKNOWN:
        return FileFacts()
    if language is Language.BINARY:
        return _binary(data)
    if language is Language.JAVA:
        if size > MAX_ARCHIVE:
            return FileFacts(language, gaps=((0, "the archive is larger than is read"),))
        return java.read_jar(data)
    limit = MAX_MANIFEST if language is Language.MANIFEST else MAX_TEXT
    if size > limit:
        gaps = (
            ()
            if language is Language.DATA
            else ((0, f"it is larger than the {limit >> 10} KiB that are read"),)
        )
        return FileFacts(language, gaps=gaps)
    content = data.read(limit + 1)
    if len(content) > limit:
        return FileFacts(language, gaps=((0, "it grows while it is read"),))
    parts = file.image_path.rsplit("/", 2)
    name = "/".join(parts[-2:])
    key = None if store is None else store.key(language.value, name, content)
    if store is not None and key is not None:
        kept = store.load(key)
        if kept is not None:
            return kept
    facts = read_text(language, name, content)
    if store is not None and key is not None:
        store.save(key, facts)
    return facts


def _binary(data: BinaryIO) -> FileFacts:
    try:
        return elf.read_elf(data)
    except ImportError:
        missing = "pyelftools is not installed (pip install 'layerlint[python]'): its header is not read"
        return FileFacts(Language.BINARY, gaps=((0, missing),))


def kind_of(image_path: str, head: bytes) -> Language:
    """By the first bytes and the name."""
    folders = set(image_path.split("/")[:-1])
    base = image_path.rpartition("/")[2].lower()
    if head.startswith(elf.MAGIC):
        return Language.UNKNOWN if base.endswith((".o", ".ko")) else Language.BINARY
    if folders & _FOREIGN:
        return Language.UNKNOWN
    if is_declaration(image_path) or base in _MANIFESTS:
        return Language.MANIFEST
    suffix = base[base.rindex(".") :] if "." in base else ""
    if suffix in (".jar", ".war", ".ear"):
        return Language.JAVA if head.startswith(b"PK") else Language.UNKNOWN
    first = head.split(b"\n", 1)[0].decode("ascii", "replace").rstrip("\r")
    interpreter = scripts.interpreter_of(first)
    if interpreter.startswith(("python", "pypy")):
        return Language.PYTHON
    if interpreter in SHELLS:
        return Language.SHELL
    if interpreter:
        return _INTERPRETERS.get(interpreter, Language.SCRIPT)
    if base in ("procfile", "makefile"):
        return Language.DATA
    return _BY_SUFFIX.get(suffix, Language.UNKNOWN)


def read_text(language: Language, name: str, content: bytes) -> FileFacts:
    """Facts of a text; ``name`` is its last two path components."""
    text = content.decode("utf-8-sig", "replace").replace("\r\n", "\n").replace("\r", "\n")
    lines = text.split("\n")
    base = name.rpartition("/")[2].lower()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the parser, about the source that it reads
        match language:
            case Language.PYTHON:
                return read_python(text, lines)
            case Language.MANIFEST:
                return _manifest(name, base, text, lines)
            case Language.SHELL:
                return scripts.read_shell(text, lines)
            case Language.JAVASCRIPT:
                facts = node.read_javascript(text, lines)
                return FileFacts(
                    language,
                    (*scripts.shebang_needs(lines), *facts.found),
                    words=facts.words,
                    gaps=facts.gaps,
                )
            case Language.GO:
                return FileFacts(language) if base.endswith("_test.go") else golang.read_go(text, lines)
            case Language.JVM:
                return java_sources.read_source(text, lines)
            case Language.RUST:
                return manifests.read_rust(lines)
            case Language.RUBY:
                return manifests.read_ruby(lines, scripts.shebang_needs(lines))
            case Language.PHP:
                return manifests.read_php(lines, scripts.shebang_needs(lines))
            case Language.SCRIPT:
                return scripts.read_script(lines, _words(text))
            case Language.DATA:
                return FileFacts(language, words=_words(text))
            case Language.BINARY | Language.JAVA | Language.UNKNOWN:
                return FileFacts(language)


def _manifest(name: str, base: str, text: str, lines: list[str]) -> FileFacts:
    if is_declaration(name):
        facts = read_declaration(name, text)
        if base != "setup.py":
            return facts
        source = read_python(text, lines)
        return FileFacts(Language.MANIFEST, (), source.imports, facts.declared, gaps=facts.gaps)
    match base:
        case "package.json":
            return node.read_package_json(text, lines)
        case "cargo.lock":
            return manifests.read_cargo_lock(lines)
        case "gemfile.lock":
            return manifests.read_gemfile_lock(lines)
        case "composer.json":
            return manifests.read_composer_json(text, lines)
        case _:
            return java_sources.read_build("pom.xml" if base == "pom.xml" else "build.gradle", lines)


def _words(text: str) -> tuple[str, ...]:
    return tuple(sorted({match[0] for match in _WORD.finditer(text)})[:_MAX_WORDS])


def from_bytes(image_path: str, content: bytes) -> FileFacts:
    """Of a file that is at hand already (a test, a file of an image): as `examine`, within the same bounds."""
    language = kind_of(image_path, content[:_HEAD])
    if language is Language.BINARY:
        return _binary(BytesIO(content))
    if language is Language.JAVA:
        return java.read_jar(BytesIO(content))
    if language is Language.UNKNOWN:
        return FileFacts()
    return read_text(language, "/".join(image_path.rsplit("/", 2)[-2:]), content[:MAX_TEXT])
