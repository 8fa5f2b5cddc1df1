"""What the calls of a Python source need: programs, libraries, files, names of the system.  With libcst."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

import libcst as cst
from libcst.metadata import (
    BuiltinScope,
    MetadataWrapper,
    PositionProvider,
    QualifiedNameSource,
    Scope,
    ScopeProvider,
)

from layerlint._dataclass import dataclass
from layerlint.programs.facts import Found, line_at
from layerlint.programs.model import NeedKind
from layerlint.programs.python_values import Values
from layerlint.programs.shell_commands import called
from layerlint.report import Confidence

_ARGV: Final = "argv"
_SHELL: Final = "shell"
_WORD: Final = "word"

_STARTS: Mapping[str, tuple[str, int, str]] = {
    "anyio.open_process": (_ARGV, 0, "command"),
    "anyio.run_process": (_ARGV, 0, "command"),
    "asyncio.create_subprocess_exec": (_WORD, 0, "program"),
    "asyncio.create_subprocess_shell": (_SHELL, 0, "cmd"),
    "asyncio.subprocess.create_subprocess_exec": (_WORD, 0, "program"),
    "asyncio.subprocess.create_subprocess_shell": (_SHELL, 0, "cmd"),
    "os.execl": (_WORD, 0, "file"),
    "os.execle": (_WORD, 0, "file"),
    "os.execlp": (_WORD, 0, "file"),
    "os.execlpe": (_WORD, 0, "file"),
    "os.execv": (_WORD, 0, "path"),
    "os.execve": (_WORD, 0, "path"),
    "os.execvp": (_WORD, 0, "file"),
    "os.execvpe": (_WORD, 0, "file"),
    "os.popen": (_SHELL, 0, "cmd"),
    "os.posix_spawn": (_WORD, 0, "path"),
    "os.posix_spawnp": (_WORD, 0, "path"),
    "os.spawnl": (_WORD, 1, "file"),
    "os.spawnle": (_WORD, 1, "file"),
    "os.spawnlp": (_WORD, 1, "file"),
    "os.spawnlpe": (_WORD, 1, "file"),
    "os.spawnv": (_WORD, 1, "file"),
    "os.spawnve": (_WORD, 1, "file"),
    "os.spawnvp": (_WORD, 1, "file"),
    "os.spawnvpe": (_WORD, 1, "file"),
    "os.system": (_SHELL, 0, "command"),
    "psutil.Popen": (_ARGV, 0, "args"),
    "pty.spawn": (_ARGV, 0, "argv"),
    "subprocess.Popen": (_ARGV, 0, "args"),
    "subprocess.call": (_ARGV, 0, "args"),
    "subprocess.check_call": (_ARGV, 0, "args"),
    "subprocess.check_output": (_ARGV, 0, "args"),
    "subprocess.getoutput": (_SHELL, 0, "cmd"),
    "subprocess.getstatusoutput": (_SHELL, 0, "cmd"),
    "subprocess.run": (_ARGV, 0, "args"),
    "trio.run_process": (_ARGV, 0, "command"),
}
"""Where the command is: its form, position and keyword."""
_LOOKS_FOR = frozenset(("shutil.which", "distutils.spawn.find_executable"))
_LOADS = frozenset(("ctypes.CDLL", "ctypes.PyDLL", "ctypes.cdll.LoadLibrary", "ctypes.pydll.LoadLibrary"))
_TEMPORARY = frozenset(
    f"tempfile.{name}"
    for name in ("NamedTemporaryFile", "SpooledTemporaryFile", "TemporaryDirectory", "TemporaryFile",
                 "gettempdir", "mkdtemp", "mkstemp")
)  # fmt: skip
_TALKS_TLS: Mapping[str, str] = {
    "aiohttp.ClientSession": "aiohttp checks certificates against those of the system",
    "aiohttp.request": "aiohttp checks certificates against those of the system",
    "http.client.HTTPSConnection": "",
    "ssl.create_default_context": "",
    "ssl.get_default_verify_paths": "",
    "urllib3.PoolManager": "urllib3 checks certificates against those of the system",
    "urllib3.request": "urllib3 checks certificates against those of the system",
}
_SYSTEM = ("/usr/share/", "/usr/lib/", "/usr/local/share/", "/etc/")
"""Where data of packages lies; other places are volumes and the program's own as often as not."""
_PROGRAM = re.compile(r"[A-Za-z0-9_./+@-]{1,255}")
_LIBC = re.compile(r"libc\.so\.6|libpthread\.so\.0|libdl\.so\.2|librt\.so\.1|libm\.so\.6")
_SONAME = re.compile(r"[A-Za-z0-9_./+-]+\.so(?:\.[0-9.]+)?")
_LINK = {"c": "", "m": "", "pthread": "", "dl": "", "rt": ""}
_SONAMES: Mapping[str, str] = {
    "crypto": "libcrypto.so",
    "gobject-2.0": "libgobject-2.0.so.0",
    "magic": "libmagic.so.1",
    "pq": "libpq.so.5",
    "sodium": "libsodium.so",
    "z": "libz.so.1",
}
"""Of names as linkers take them, where one version has been in use for long."""


@dataclass(frozen=True, slots=True)
class CallFacts:
    found: tuple[Found, ...]
    gaps: tuple[tuple[int, str], ...]
    words: frozenset[str]


def read_calls(
    text: str, lines: list[str], dead: tuple[tuple[int, int], ...], tolerant: tuple[tuple[int, int], ...]
) -> CallFacts:
    """`libcst.ParserSyntaxError` for what is no Python 3."""
    wrapper = MetadataWrapper(cst.parse_module(text), unsafe_skip_copy=True)
    visitor = _Calls(lines, dead, tolerant)
    wrapper.visit(visitor)
    return visitor.facts()


class _Calls(cst.CSTVisitor):
    METADATA_DEPENDENCIES = (PositionProvider, ScopeProvider)

    def __init__(
        self,
        lines: list[str],
        dead: tuple[tuple[int, int], ...],
        tolerant: tuple[tuple[int, int], ...],
    ) -> None:
        super().__init__()
        self._lines = lines
        self._dead = dead
        self._tolerant = tolerant
        self._found: list[Found] = []
        self._gaps: list[tuple[int, str]] = []
        self._words: set[str] = set()
        self._asked: set[str] = set()
        self._values = Values(self._scope)

    def facts(self) -> CallFacts:
        found = tuple(
            Found(
                each.kind, each.name, each.line, each.text, Confidence.LOW, each.version, "looked for first"
            )
            if each.kind is NeedKind.BINARY and each.name in self._asked
            else each
            for each in self._found
        )
        return CallFacts(found, tuple(self._gaps), frozenset(self._words))

    def visit_Assign(self, node: cst.Assign) -> None:  # noqa: N802 (libcst's name)
        self._values.note(node)

    def visit_Call(self, node: cst.Call) -> None:  # noqa: N802 (libcst's name)
        names = self._qualified(node.func)
        if not names and not isinstance(node.func, cst.Attribute):
            return
        line = self.get_metadata(PositionProvider, node).start.line
        if any(first <= line <= last for first, last in self._dead):
            return
        for name in sorted(names):
            self._call(name, node, line)
        if isinstance(node.func, cst.Attribute) and node.func.attr.value == "dlopen" and node.args:
            self._library(node, line)

    # ------------------------------------------------------------------ what a call needs

    def _call(self, name: str, node: cst.Call, line: int) -> None:
        if name in _STARTS:
            self._start(name, node, line)
        elif name in _LOOKS_FOR:
            program = self._values.text(_argument(node, 0, "cmd"))
            if program is not None and _PROGRAM.fullmatch(program):
                self._asked.add(program)
                self._add(NeedKind.BINARY, program, line, Confidence.LOW, "looked for, and may be missing")
        elif name in _LOADS:
            self._library(node, line)
        elif name == "ctypes.util.find_library":
            self._linked(node, line)
        elif name in _TEMPORARY:
            if _argument(node, 99, "dir") is None:
                self._add(NeedKind.TEMPORARY_FOLDER, "/tmp", line)
        elif name in ("zoneinfo.ZoneInfo", "backports.zoneinfo.ZoneInfo"):
            zone = self._values.text(_argument(node, 0, "key")) or ""
            self._add(NeedKind.TIME_ZONES, zone, line, unless=("tzdata",))
        elif name == "locale.setlocale":
            wanted = self._values.text(_argument(node, 1, "locale"))
            if wanted and wanted.upper() not in ("C", "POSIX", "C.UTF-8", "C.UTF8"):
                self._add(NeedKind.LOCALE, wanted, line)
        elif name in ("pwd.getpwnam", "grp.getgrnam"):
            account = self._values.text(_argument(node, 0, "name"))
            if account:
                self._add(NeedKind.USER, account, line)
        elif name == "os.getlogin":
            self._add(NeedKind.USER, "", line, Confidence.MEDIUM, "the user that it runs as must have a name")
        else:
            self._talk_or_open(name, node, line)

    def _talk_or_open(self, name: str, node: cst.Call, line: int) -> None:
        if name in _TALKS_TLS:
            own = any(each.keyword and each.keyword.value in ("cafile", "cadata", "ca_certs", "context")
                      for each in node.args)  # fmt: skip
            if not own:
                self._add(NeedKind.CERTIFICATES, "", line, because=_TALKS_TLS[name])
        elif name == "urllib.request.urlopen":
            address = self._values.head(_argument(node, 0, "url"))
            if address.startswith("https:") or not address:
                sure = Confidence.HIGH if address else Confidence.MEDIUM
                self._add(NeedKind.CERTIFICATES, "", line, sure)
        elif name in ("builtins.open", "open", "io.open"):
            mode = self._values.text(_argument(node, 1, "mode"))
            path = self._values.text(_argument(node, 0, "file"))
            if path is not None and not (mode and set(mode) & set("wax")) and path.startswith(_SYSTEM):
                sure = Confidence.HIGH if path.startswith("/usr/") else Confidence.MEDIUM
                self._add(NeedKind.DATA, path, line, sure)

    def _start(self, name: str, node: cst.Call, line: int) -> None:
        form, index, keyword = _STARTS[name]
        command = _argument(node, index, keyword)
        if command is None:
            return
        shell = _argument(node, 99, "shell")
        if form == _ARGV and shell is not None:
            if isinstance(shell, cst.Name) and shell.value == "True":
                form = _SHELL
            elif not (isinstance(shell, cst.Name) and shell.value == "False"):
                self._gaps.append((line, f"whether {name} starts a shell is computed"))
                return
        if form == _SHELL:
            self._script(name, command, node, line)
            return
        words = (
            self._values.argv(command)
            if form == _ARGV
            else [self._values.text(each.value) for each in node.args[index:] if each.keyword is None]
        )
        self._words.update(word for word in words[1:] if word)
        program = words[0] if words else None
        if program is not None:
            self._program(program, line)
        elif not self._is_python(command):
            self._gaps.append((line, f"the program that {name} starts is computed"))

    def _program(self, program: str, line: int, because: str = "", sure: bool = True) -> None:
        if not _PROGRAM.fullmatch(program) or program.endswith((".exe", ".bat", ".cmd")):
            return
        relative = program.startswith(".")
        confidence = Confidence.HIGH if sure and not self._is_tolerant(line) else Confidence.MEDIUM
        self._add(NeedKind.BINARY, program, line, Confidence.LOW if relative else confidence, because)

    def _script(self, name: str, command: cst.BaseExpression, node: cst.Call, line: int) -> None:
        own = self._values.text(_argument(node, 99, "executable"))
        if own:
            self._program(own, line)
        shell = own.rpartition("/")[2] if own else "sh"
        tolerant = Confidence.MEDIUM if self._is_tolerant(line) else Confidence.HIGH
        self._add(NeedKind.SHELL, shell, line, tolerant, f"{name} runs a shell")
        text = self._values.script(command)
        programs, complete = called(text) if text.replace("$_", "").strip() else ([], False)
        for each in programs:
            if each.asked:
                self._asked.add(each.name)
                self._add(NeedKind.BINARY, each.name, line, Confidence.LOW, "looked for, and may be missing")
            else:
                self._program(each.name, line, sure=each.certain)
            self._words.update(each.arguments)
        if not complete or (not programs and "$_" in text):
            self._gaps.append((line, f"the script that {name} runs is not known in full"))

    def _library(self, node: cst.Call, line: int) -> None:
        argument = _argument(node, 0, "name")
        soname = self._values.text(argument)
        if soname is None:
            return
        if _LIBC.fullmatch(soname):
            self._add(NeedKind.LIBC, "glibc", line, because=f"musl has no {soname}")
        elif _SONAME.fullmatch(soname) and not soname.startswith("."):
            self._add(NeedKind.LIBRARY, soname, line, self._sureness(line))

    def _linked(self, node: cst.Call, line: int) -> None:
        name = self._values.text(_argument(node, 0, "name"))
        if name and name not in _LINK and _PROGRAM.fullmatch(name):
            soname = _SONAMES.get(name, f"lib{name}.so")
            self._add(NeedKind.LIBRARY, soname, line, Confidence.MEDIUM, f"looked for as -l{name}")

    # ---------------------------------------------------------------------- names and places

    def _add(
        self,
        kind: NeedKind,
        name: str,
        line: int,
        confidence: Confidence = Confidence.HIGH,
        because: str = "",
        unless: tuple[str, ...] = (),
    ) -> None:
        text = line_at(self._lines, line)
        self._found.append(Found(kind, name, line, text, confidence, because=because, unless=unless))

    def _sureness(self, line: int) -> Confidence:
        return Confidence.MEDIUM if self._is_tolerant(line) else Confidence.HIGH

    def _is_tolerant(self, line: int) -> bool:
        return any(first <= line <= last for first, last in self._tolerant)

    def _is_python(self, command: cst.BaseExpression) -> bool:
        """``[sys.executable, …]``: the interpreter that runs already."""
        first = self._values.first(command)
        return first is not None and "sys.executable" in self._qualified(first)

    def _scope(self, node: cst.CSTNode) -> Scope | None:
        return self.get_metadata(ScopeProvider, node, None)

    def _qualified(self, node: cst.CSTNode) -> set[str]:
        """Imported and built-in things that a name or an attribute of one stands for."""
        if not isinstance(node, (cst.Name, cst.Attribute)):
            return set()
        scope = self._scope(node)
        if scope is None or isinstance(scope, BuiltinScope):
            return set()
        wanted = (QualifiedNameSource.IMPORT, QualifiedNameSource.BUILTIN)
        return {each.name for each in scope.get_qualified_names_for(node) if each.source in wanted}


def _argument(node: cst.Call, index: int, keyword: str) -> cst.BaseExpression | None:
    """By keyword, else by position if no ``*arguments`` stand before it."""
    for each in node.args:
        if each.keyword is not None and each.keyword.value == keyword:
            return each.value
    for position, each in enumerate(node.args):
        if each.star or each.keyword is not None:
            return None
        if position == index:
            return each.value
    return None
