"""``python -m layerlint.catalog.snapshot.pypi PINS …``: measure Python distributions by installing them.

PINS are files of ``name==version`` lines (what ``uv pip compile --only-binary :all:`` writes for each name
of ``distributions.txt``).  Each wheel is installed alone by pip into an empty prefix, byte-compiled, and
counted.  Needs ``packaging`` (for markers) and reaches the Python package index.
"""

from __future__ import annotations

import argparse
import datetime
import email
import platform
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from packaging.markers import UndefinedEnvironmentName
from packaging.requirements import InvalidRequirement, Requirement

from layerlint.catalog.distributions import DATA, Distribution, encode, measured, normalised

_ENVIRONMENT = {
    "implementation_name": "cpython",
    "os_name": "posix",
    "platform_machine": "x86_64",
    "platform_python_implementation": "CPython",
    "platform_system": "Linux",
    "python_full_version": "3.11.7",
    "python_version": "3.11",
    "sys_platform": "linux",
}
_NOT_WANTED = re.compile(r"dev|test|doc|lint|all|complete|full|typing|bench|ci|check|cover|enabler|release")
"""Extras that images do not install."""
MAX_EXTRA = 12
"""Requirements of an extra that is kept."""
_SHEBANG = len("#!/usr/local/bin/python3.11\n")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("pins", nargs="+", type=Path)
    parser.add_argument("--work", type=Path, default=Path("snapshot-work"), help="a scratch directory")
    parser.add_argument("--add", action="store_true", help="keep the other rows of the table")
    arguments = parser.parse_args()
    wheels = arguments.work.resolve() / "wheels"
    wheels.mkdir(parents=True, exist_ok=True)
    pins = sorted({pin for path in arguments.pins for pin in _pins(path)})
    with ThreadPoolExecutor(2) as pool:
        found = [each for each in pool.map(lambda pin: _measure(pin, wheels), pins) if each is not None]
    kept = measured() if arguments.add else {}
    newest = {**kept, **{each.name: each for each in sorted(found, key=lambda each: each.version)}}
    date = datetime.date.today().isoformat()
    head = f"# Wheels of the Python Package Index, {date}, installed by pip on CPython {platform.python_version()}"
    lines = (encode(newest[name]) for name in sorted(newest))
    DATA.write_text("\n".join((f"{head}, linux/amd64", *lines)) + "\n", encoding="utf-8")


def _pins(path: Path) -> Iterator[str]:
    for line in path.read_text(encoding="utf-8").splitlines():
        pin = re.match(r"[A-Za-z0-9._-]+==[^\s;\\]+", line)
        if pin is not None:
            yield pin[0].lower()


def _measure(pin: str, wheels: Path) -> Distribution | None:
    folder = wheels / pin
    pip = [sys.executable, "-m", "pip", "-q", "--disable-pip-version-check"]
    if not any(folder.glob("*.whl")):
        command = [*pip, "download", "--no-deps", "--only-binary", ":all:", "-d", str(folder), pin]
        if subprocess.run(command, check=False).returncode:
            print(f"{pin}: cannot be downloaded", file=sys.stderr)
            return None
    wheel = next(folder.glob("*.whl"))
    with tempfile.TemporaryDirectory(dir=wheels.parent) as prefix:
        command = [
            *pip,
            "install",
            "--no-deps",
            "--no-index",
            "--ignore-installed",
            "--prefix",
            prefix,
            str(wheel),
        ]
        if subprocess.run(command, check=False).returncode:
            print(f"{pin}: cannot be installed", file=sys.stderr)
            return None
        return _counted(pin, wheel, Path(prefix))


def _counted(pin: str, wheel: Path, prefix: Path) -> Distribution:
    site = code = rest = 0
    site_count = code_count = rest_count = 0
    scripts: list[tuple[str, int]] = []
    for path in sorted(each for each in prefix.rglob("*") if each.is_file() and not each.is_symlink()):
        size, place = path.stat().st_size, path.relative_to(prefix).parts
        if path.suffix == ".pyc":
            code, code_count = code + size, code_count + 1
        elif place[0] == "bin":
            scripts.append((path.name, size - _longer(path)))
        elif place[0] == "lib":
            site, site_count = site + size, site_count + 1
        else:
            rest, rest_count = rest + size, rest_count + 1
    requires, extras = _requirements(wheel)
    name, _, version = pin.partition("==")
    return Distribution(
        name=normalised(name),
        version=version,
        files=site,
        count=site_count,
        code=code,
        code_count=code_count,
        rest=rest,
        rest_count=rest_count,
        download=wheel.stat().st_size,
        scripts=tuple(scripts),
        requires=requires,
        extras=extras,
    )


def _longer(path: Path) -> int:
    """Bytes by which the first line of a script is longer than that of the official images' Python."""
    with path.open("rb") as stream:
        line = stream.readline(4096)
    return len(line) - _SHEBANG if line.startswith(b"#!") and b"python" in line else 0


def _requirements(wheel: Path) -> tuple[tuple[str, ...], tuple[tuple[str, tuple[str, ...]], ...]]:
    with zipfile.ZipFile(wheel) as archive:
        member = next(name for name in archive.namelist() if re.fullmatch(r"[^/]+\.dist-info/METADATA", name))
        metadata = email.message_from_bytes(archive.read(member))
    lines = metadata.get_all("Requires-Dist") or []
    requires = tuple(_wanted(lines, ""))
    extras = []
    for extra in sorted(set(metadata.get_all("Provides-Extra") or [])):
        more = tuple(each for each in _wanted(lines, extra) if each not in requires)
        if more and len(more) <= MAX_EXTRA and not _NOT_WANTED.search(extra):
            extras.append((normalised(extra), more))
    return requires, tuple(extras)


def _wanted(lines: Iterable[str], extra: str) -> Iterator[str]:
    """The names, with extras, of the requirements that hold on Linux for this extra."""
    for line in lines:
        try:
            requirement = Requirement(line)
            holds = requirement.marker is None or requirement.marker.evaluate(_ENVIRONMENT | {"extra": extra})
        except (InvalidRequirement, UndefinedEnvironmentName):
            continue
        if holds:
            with_extras = ",".join(sorted(map(normalised, requirement.extras)))
            yield normalised(requirement.name) + (f"[{with_extras}]" if with_extras else "")


if __name__ == "__main__":
    main()
