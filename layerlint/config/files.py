"""Finding and reading the configuration: ``.layerlint.yaml``, a table in ``pyproject.toml``, or hadolint's file."""

from __future__ import annotations

import os
from collections.abc import Mapping as Keys
from pathlib import Path
from typing import Final

from layerlint._dataclass import replace
from layerlint._pattern import pattern
from layerlint.config.hadolint import FILE_NAMES, read_hadolint
from layerlint.config.located import Location, Mapping, Scalar, Value, kind
from layerlint.config.model import DIFFERS, Config, Override
from layerlint.config.reader import Reader
from layerlint.config.selection import LEVELS, SELECTION_KEYS, read_entries, read_selection
from layerlint.config.toml_values import parse_toml
from layerlint.config.yaml_values import MAX_BYTES, parse_yaml
from layerlint.errors import UsageError
from layerlint.report import Severity

_NAMES: Final = (".layerlint.yaml", ".layerlint.yml")
_PYPROJECT: Final = "pyproject.toml"
_TABLE: Final = ("tool", "layerlint")
KEYS: Final = (
    "profile", *SELECTION_KEYS, "overrides", "rules", "fail-on", "differ", "context", "target", "platform",
    "build-args", "exclude", "baseline", "ignore-comments",
)  # fmt: skip
_PLATFORM: Final = pattern(r"[a-z0-9_.-]{1,32}/[a-z0-9_.-]{1,32}(?:/[a-z0-9_.-]{1,32})?")


def load_config(start: Path, file: Path | None = None) -> Config:
    """The configuration of ``file``, or of the nearest one from the folder ``start`` upward; else defaults.

    The search goes no higher than the root of the repository (a folder with ``.git``).  In one folder
    ``.layerlint.yaml`` goes before ``.layerlint.yml``, and this before ``pyproject.toml``.  Where there is none
    of ours, the nearest ``.hadolint.yaml`` (or ``.yml``) is taken for one.

    Raises `UsageError` if ``file`` cannot be read, `InvalidFileError` with every fault of the file.
    """
    if file is not None:
        return import_hadolint(file) if file.name in FILE_NAMES else _read(file, _read_bytes(file))
    peers: list[Path] = []
    folder = start.resolve()
    for candidate in (folder, *folder.parents):
        for name in _NAMES:
            if (candidate / name).is_file():
                return _read(candidate / name, _read_bytes(candidate / name))
        project = candidate / _PYPROJECT
        # A project's other settings are not ours to judge: only a file that may have the table is parsed.
        if project.is_file() and b"layerlint" in (data := _read_bytes(project)):
            config = _read(project, data, required=False)
            if config.path:
                return config
        peers += (candidate / name for name in FILE_NAMES if (candidate / name).is_file())
        if (candidate / ".git").exists():
            break
    if not peers:
        return Config()
    config = import_hadolint(peers[0])
    note = (
        f"settings are those of {config.path}; `layerlint rules --import {config.path}` prints ours for them"
    )
    return replace(config, notes=(note, *config.notes))


def import_hadolint(file: Path) -> Config:
    """The configuration that hadolint's file means."""
    return read_hadolint(shown(file), _read_bytes(file))


def shown(file: Path) -> str:
    """How messages name a file: from the current directory."""
    return Path(os.path.relpath(file)).as_posix()


def _read_bytes(file: Path) -> bytes:
    try:
        with open(file, "rb", opener=_without_waiting) as stream:
            return stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{file.as_posix()}: the configuration cannot be read: {error.strerror}") from error


def _without_waiting(path: str, flags: int) -> int:
    """A FIFO that nobody writes to, in the place of a file that was one, is empty."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _read(file: Path, data: bytes, *, required: bool = True) -> Config:
    """The configuration of a file; the default one where a TOML file need not have the table and has not."""
    path = shown(file)
    reader = Reader()
    value: Value | None
    if file.suffix == ".toml":
        value = parse_toml(path, data, _TABLE, reader.problems)
        if value is None and required and not reader.problems:
            reader.problems.append(Location(path).problem(f"there is no table [{'.'.join(_TABLE)}]"))
    else:
        value = parse_yaml(path, data, reader.problems)
        if value is None or (isinstance(value, Scalar) and value.is_null):  # empty: all defaults
            value = Mapping((), Location(path))
    config = Config() if value is None else _config(path, value, reader)
    reader.finish()
    return config


def _config(path: str, value: Value, reader: Reader) -> Config:
    folder = Path(path).parent
    given = reader.fields(value, KEYS)
    default = Config()
    fail_on = _choice("fail-on", given, LEVELS, reader)
    return Config(
        path=path,
        folder=folder,
        profile=_profile(given, reader),
        selection=read_selection(given, reader),
        overrides=_overrides(given, reader),
        rules=tuple(
            folder / name.text
            for name in _lines("rules", given, reader)
            if _is_folder(folder / name.text, name, reader)
        ),
        fail_on=Severity(fail_on) if fail_on else default.fail_on,
        differ=_choice("differ", given, DIFFERS, reader) or default.differ,
        context=_context(folder, given, reader),
        target=reader.line("target", given["target"]) if "target" in given else None,
        platform=_platform(given, reader),
        build_args=_build_args(given, reader),
        exclude=tuple(glob.text for glob in _lines("exclude", given, reader)),
        baseline=_file("baseline", folder, given, reader),
        ignore_comments=_truth("ignore-comments", given, reader, default=default.ignore_comments),
    )


def _lines(key: str, given: Keys[str, Value], reader: Reader) -> tuple[Scalar, ...]:
    return reader.lines(key, given[key]) if key in given else ()


def _choice(key: str, given: Keys[str, Value], choices: tuple[str, ...], reader: Reader) -> str | None:
    return reader.choice(key, given[key], choices) if key in given else None


def _overrides(given: Keys[str, Value], reader: Reader) -> tuple[Override, ...]:
    overrides = []
    for item in reader.sequence("overrides", given["overrides"]) if "overrides" in given else ():
        entry = reader.fields(item, ("files", *SELECTION_KEYS), ("files",))
        files = tuple(glob.text for glob in _lines("files", entry, reader))
        overrides.append(Override(files, read_selection(entry, reader)))
    return tuple(overrides)


def _truth(key: str, given: Keys[str, Value], reader: Reader, *, default: bool) -> bool:
    read = reader.boolean(key, given[key]) if key in given else None
    return default if read is None else read


def _profile(given: Keys[str, Value], reader: Reader) -> Scalar | None:
    value = given.get("profile")
    return value if value and reader.line("profile", value) and isinstance(value, Scalar) else None


def _build_args(given: Keys[str, Value], reader: Reader) -> tuple[tuple[str, str], ...]:
    read = (
        (name.text, reader.scalar(f"the value of {name.text}", value))
        for name, value in read_entries("build-args", given, reader)
    )
    return tuple((name, value.text) for name, value in read if value)


def _platform(given: Keys[str, Value], reader: Reader) -> str | None:
    platform = reader.line("platform", given["platform"]) if "platform" in given else None
    if platform and not _PLATFORM.fullmatch(platform):
        reader.fault(given["platform"], f'platform must be like "linux/amd64", not {kind(given["platform"])}')
    return platform


def _context(folder: Path, given: Keys[str, Value], reader: Reader) -> Path | None:
    name = reader.line("context", given["context"]) if "context" in given else None
    if name is None or not _is_folder(folder / name, given["context"], reader):
        return None
    return folder / name


def _file(key: str, folder: Path, given: Keys[str, Value], reader: Reader) -> Path | None:
    name = reader.line(key, given[key]) if key in given else None
    return None if name is None else folder / name


def _is_folder(path: Path, value: Value, reader: Reader) -> bool:
    if path.is_dir():
        return True
    reader.fault(value, f"there is no folder {kind(value)}")
    return False
