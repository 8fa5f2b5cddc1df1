"""Whether an image has what is needed: an answer for each need, asked of the Dockerfile as it runs on that image."""

from __future__ import annotations

import posixpath
from collections.abc import Sequence
from typing import Final, assert_never

from layerlint.catalog.distributions import measured
from layerlint.domain.text import UNKNOWN
from layerlint.domain.truth import Truth
from layerlint.execution.packages.database import PackageDatabase
from layerlint.execution.trace import Base, State, Trace
from layerlint.execution.view import read_data
from layerlint.filesystem.node import Inode
from layerlint.programs.model import Need, NeedKind
from layerlint.rootfs.facts import Contents, adds_program, contents_of, glibc_of, interpreter_version
from layerlint.rootfs.model import MET, Answer, Requirement, Status
from layerlint.rootfs.program_names import interpreter_of
from layerlint.rootfs.providers import MANAGERS, package_of_library, package_of_program
from layerlint.rootfs.stages import command_at, state_at, step_at

_PATH: Final = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_LIBRARIES: Final = (
    "/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu", "/lib64", "/lib", "/usr/lib", "/usr/local/lib",
)  # fmt: skip
_CERTIFICATES: Final = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/ssl/cert.pem",
    "/etc/pki/tls/certs/ca-bundle.crt",
)
_LONGEST: Final = 1 << 20


def same_manager(one: str | None, other: str) -> bool:
    """``dnf`` handles what ``yum`` does, and is called by its name."""
    return {"yum": "dnf"}.get(one or "", one) == {"yum": "dnf"}.get(other, other)


def no_manager(reference: str, name: str, other: str | None) -> str:
    has = f"its packages are {other}'s" if other else "it has no package manager"
    return f"{name} is not in {reference}: {has}"


class Ground:
    """One run of the Dockerfile, on one base."""

    def __init__(self, trace: Trace, reference: str) -> None:
        assert trace.target is not None
        self.trace: Trace = trace
        self.reference: str = reference
        self.base: Base = trace.target.base
        self.contents: Contents | None = contents_of(reference)
        self.manager: str | None = None if self.base.image is None else self.base.image.manager
        self.libc: str | None = None if self.base.image is None else self.base.image.libc

    def answer(self, requirement: Requirement) -> Answer:
        need, state = requirement.need, state_at(self.trace, requirement.at)
        if state is None:
            return Answer(Status.UNKNOWN, "the step is not known")
        if not self.base.known:
            return Answer(Status.UNKNOWN, f"what {self.reference} holds is not known")
        step = None if requirement.at is None else step_at(self.trace, requirement.at)
        if step is not None and requirement.at is not None and requirement.at.command >= 0:
            if command_at(step, requirement.at) is None:
                return MET  # on this base the step does not come to it
            if need.kind is NeedKind.BINARY and self._on_path(need.name, step.after) is Truth.YES:
                return MET
        match need.kind:
            case NeedKind.BINARY | NeedKind.SHELL:
                return self._program(need.name, state)
            case NeedKind.INTERPRETER:
                return self._interpreter(need, state)
            case NeedKind.PACKAGE_MANAGER:
                return self._manager(need.name)
            case NeedKind.LIBC:
                return self._libc(need)
            case NeedKind.LIBRARY:
                return self._library(need.name, state)
            case NeedKind.CERTIFICATES:
                return self._data(
                    "certificates of public authorities", _CERTIFICATES, "ca-certificates", state
                )
            case NeedKind.TIME_ZONES:
                return self._data("time zones", ("/usr/share/zoneinfo",), "tzdata", state)
            case NeedKind.LOCALE:
                return self._locale(need.name, state)
            case NeedKind.USER:
                return self._user(need.name, state)
            case NeedKind.DATA:
                return self._path(need.name, state)
            case NeedKind.TEMPORARY_FOLDER:
                return MET if self.reference != "scratch" else self._path("/tmp", state)
            case NeedKind.EXTENSION:
                return Answer(
                    Status.UNKNOWN, f"whether {self.reference} has the extension {need.name} is not known"
                )
            case NeedKind.PYTHON_DISTRIBUTION | NeedKind.ARCHITECTURE:
                return MET  # the same steps install it, and each candidate is for the same platform
            case _:
                assert_never(need.kind)

    def _lacks(self, what: str) -> Answer:
        """What is missing in an image of which all is known: its packages are not, where it has a manager."""
        if self.manager is None:
            return Answer(Status.MISSING, f"{self.reference} has no {what}")
        return Answer(Status.UNKNOWN, f"whether a package of {self.reference} has {what} is not known")

    # --------------------------------------------------------------------- programs

    def _program(self, name: str, state: State) -> Answer:
        if "/" in name:
            return self._program_path(name, state)
        if self._on_path(name, state) is Truth.YES:
            return MET
        if self.contents is not None:
            if name in self.contents.programs or name in self.contents.shells:
                return MET
            if self._on_path(name, state) is Truth.NO or not state.filesystem.vague:
                return self._lacks(name)
            return Answer(Status.UNKNOWN, f"whether a step brings {name} is not known")
        if adds_program(self.reference, name):
            return MET
        if self._installed_by_steps(name):
            return MET
        package = None if state.database is None else package_of_program(state.database, name)
        if package is not None and state.database is not None:
            if package in state.database.installed:
                return MET
            return self._with_package(package, f"{self.reference} has no {name}")
        if self._on_path(name, state) is Truth.NO:
            return Answer(Status.MISSING, f"{self.reference} has no {name}")
        return Answer(Status.UNKNOWN, f"whether {self.reference} has {name} is not known")

    def _program_path(self, path: str, state: State) -> Answer:
        full = path if path.startswith("/") else f"{state.workdir.rstrip('/')}/{path}"
        presence = state.filesystem.presence(full)
        if presence is Truth.YES:
            return MET
        folder, name = posixpath.split(posixpath.normpath(full))
        if folder in _PATH.split(":"):
            return self._program(name, state)
        if (
            self.base.filesystem.presence(full) is Truth.NO
            or self.base.filesystem.presence(folder) is Truth.NO
        ):
            return MET if presence is Truth.MAYBE else Answer(Status.MISSING, f"nothing puts {full} there")
        if (
            self.contents is not None
            and presence is Truth.MAYBE
            and not folder.startswith(("/usr", "/bin", "/sbin"))
        ):
            return MET
        return Answer(Status.UNKNOWN, f"whether {full} is there is not known")

    def _on_path(self, name: str, state: State) -> Truth:
        if name.startswith("/"):
            return state.filesystem.presence(name)
        found = Truth.NO
        for folder in self.path(state):
            found = found | state.filesystem.presence(f"{folder.rstrip('/')}/{name}")
        return found

    def path(self, state: State) -> list[str]:
        """The folders of PATH."""
        path = state.environment.get("PATH", _PATH)
        folders = _PATH if path is UNKNOWN else str(path)
        return [folder for folder in folders.split(":")[:64] if folder.startswith("/")]

    def _installed_by_steps(self, name: str) -> bool:
        """A step installs a distribution of pip that has the program, or a package of that very name."""
        assert self.trace.target is not None
        for step in self.trace.target.chain():
            for command in step.commands:
                if command.name not in (
                    "pip",
                    "pip3",
                    "npm",
                    "yarn",
                    "pnpm",
                    "gem",
                    "poetry",
                    "uv",
                    "pipenv",
                ):
                    continue
                words = {
                    str(word).partition("=")[0].partition("@")[0].partition("[")[0]
                    for word in command.argv[1:]
                }
                if name in words:
                    return True
                if command.name in ("pip", "pip3", "poetry", "uv", "pipenv") and name in _python_programs():
                    return True
        return False

    def _interpreter(self, need: Need, state: State) -> Answer:
        name = posixpath.basename(need.name)
        family = interpreter_of(name)
        if self.contents is not None:
            has = dict(self.contents.versions).get(family)
            if has is None:
                return self._program(need.name, state)
            if need.version and not _fits(family, has, need.version):
                return Answer(Status.MISSING, f"{self.reference} has {family} {has}, not {need.version}")
            if name not in self.contents.programs:
                return Answer(Status.MISSING, f"{self.reference} has no {name}")
            return MET
        version = interpreter_version(self.reference, family)
        if version is not None and need.version and not _fits(family, version, need.version):
            return Answer(Status.MISSING, f"{self.reference} has {family} {version}, not {need.version}")
        return self._program(need.name, state)

    def _manager(self, name: str) -> Answer:
        if same_manager(self.manager, name):
            return MET
        if self.manager is None and self.contents is None and self.reference != "scratch":
            return Answer(Status.UNKNOWN, f"the package manager of {self.reference} is not known")
        return Answer(Status.MISSING, no_manager(self.reference, name, self.manager))

    def _with_package(self, package: str, text: str) -> Answer:
        user = self.base.image.user if self.base.image is not None else ""
        if self.manager in MANAGERS and user in ("", "0", "root"):
            headers = {"apk": "musl-dev", "apt": "libc6-dev"}.get(self.manager)
            with_headers = package in ("gcc", "g++") and headers is not None
            return Answer(
                Status.PACKAGES, text, (package, headers) if with_headers and headers else (package,)
            )
        return Answer(Status.MISSING, text)

    # ------------------------------------------------------------------------- the rest

    def _libc(self, need: Need) -> Answer:
        if self.reference == "scratch" or (
            self.contents is not None and "libc.so.6" not in self.contents.libraries
        ):
            return Answer(Status.MISSING, f"{self.reference} has no C library")
        if self.libc is None:
            return Answer(Status.UNKNOWN, f"the C library of {self.reference} is not known")
        if self.libc != need.name:
            return Answer(Status.MISSING, f"{self.reference} has {self.libc}, not {need.name}")
        if not need.version or need.name != "glibc":
            return MET
        has = glibc_of(self.base.image)
        if has is None:
            return Answer(Status.UNKNOWN, f"the version of glibc in {self.reference} is not known")
        if _number(has) >= _number(need.version):
            return MET
        text = f"{self.reference} has glibc {has}, which is older than {need.version}"
        return Answer(Status.UNKNOWN if need.because else Status.MISSING, text)

    def _library(self, soname: str, state: State) -> Answer:
        if self.contents is not None:
            return MET if soname in self.contents.libraries else self._lacks(soname)
        if any(state.filesystem.presence(f"{folder}/{soname}") is Truth.YES for folder in _LIBRARIES):
            return MET
        if state.database is None:
            return Answer(Status.UNKNOWN, f"whether {self.reference} has {soname} is not known")
        package = package_of_library(state.database, soname)
        if package is None:
            return Answer(Status.UNKNOWN, f"which package has {soname} is not known")
        if _has(state.database, package):
            return MET
        return self._with_package(package, f"{self.reference} has no {soname}")

    def _data(self, what: str, paths: Sequence[str], package: str, state: State) -> Answer:
        contents = self.contents
        if contents is not None:
            has = contents.certificates if package == "ca-certificates" else contents.time_zones
            if has or any(state.filesystem.lookup(path) is not None for path in paths):
                return MET
            return self._lacks(what)
        if any(state.filesystem.presence(path) is Truth.YES for path in paths):
            return MET
        if state.database is not None and _has(state.database, package):
            return MET
        if state.database is None:
            return Answer(Status.UNKNOWN, f"whether {self.reference} has {what} is not known")
        return self._with_package(package, f"{self.reference} has no {what}")

    def _locale(self, name: str, state: State) -> Answer:
        if name.upper().replace("-", "") in ("C.UTF8", "C", "POSIX"):
            return MET
        if self.libc == "musl":
            return Answer(Status.UNKNOWN, f"musl knows the locale {name} by name only")
        if state.database is not None and {"locales", "locales-all"} & state.database.installed.keys():
            return MET
        if state.database is None:
            return Answer(Status.UNKNOWN, f"whether {self.reference} has the locale {name} is not known")
        return Answer(Status.MISSING, f"{self.reference} has not the locale {name}")

    def _user(self, name: str, state: State) -> Answer:
        if self.contents is not None and name in self.contents.users:
            return MET
        node = state.filesystem.lookup("/etc/passwd")
        data = read_data(node, _LONGEST) if isinstance(node, Inode) else None
        if data is not None:
            if any(line.partition(b":")[0] == name.encode() for line in data.splitlines()):
                return MET
            return Answer(Status.MISSING, f"{self.reference} has no user {name}")
        if self.contents is not None and node is None:
            return Answer(Status.MISSING, f"{self.reference} has no user {name}")
        return Answer(Status.UNKNOWN, f"whether {self.reference} has the user {name} is not known")

    def _path(self, path: str, state: State) -> Answer:
        presence = state.filesystem.presence(path)
        if presence is Truth.YES:
            return MET
        if presence is Truth.NO:
            return Answer(Status.MISSING, f"nothing puts {path} into {self.reference}")
        return Answer(Status.UNKNOWN, f"whether {self.reference} has {path} is not known")


def _has(database: PackageDatabase, package: str) -> bool:
    return package in database.installed or f"{package}-bundle" in database.installed


def _python_programs() -> frozenset[str]:
    return frozenset(script for each in measured().values() for script, _ in each.scripts)


def _fits(family: str, has: str, wanted: str) -> bool:
    """Of Java and Node a later release does; of Python and Ruby the library folders are a release's own."""
    if family == "java":
        return _number(has) >= _number(wanted)
    count = 1 if family == "node" else 2
    return _number(has)[:count] == _number(wanted)[:count]


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdecimal() and len(part) < 9)
