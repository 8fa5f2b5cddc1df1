"""A Python source without the functions that call nothing of interest: libcst is slow, and most say nothing.

Lines keep their numbers, names stay defined.
"""

from __future__ import annotations

import ast
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias

_DEEPEST = 20
_MUCH = 1_000
"""Characters of a literal beyond its value: quotes of some hundred parts, or escapes."""

TELLING: Final[Mapping[str, frozenset[str]]] = {
    **dict.fromkeys(
        ("Popen", "call", "check_call", "check_output", "getoutput", "getstatusoutput"),
        frozenset(("psutil", "subprocess")),
    ),
    **dict.fromkeys(
        ("execl", "execle", "execlp", "execlpe", "execv", "execve", "execvp", "execvpe", "getlogin", "popen",
         "posix_spawn", "posix_spawnp", "spawnl", "spawnle", "spawnlp", "spawnlpe", "spawnv", "spawnve", "spawnvp",
         "spawnvpe", "system"),
        frozenset(("os",)),
    ),
    **dict.fromkeys(
        ("NamedTemporaryFile", "SpooledTemporaryFile", "TemporaryDirectory", "TemporaryFile", "gettempdir", "mkdtemp",
         "mkstemp"),
        frozenset(("tempfile",)),
    ),
    **dict.fromkeys(("CDLL", "LoadLibrary", "PyDLL", "find_library"), frozenset(("ctypes",))),
    **dict.fromkeys(("create_subprocess_exec", "create_subprocess_shell"), frozenset(("asyncio",))),
    **dict.fromkeys(("open_process", "run_process"), frozenset(("anyio", "trio"))),
    **dict.fromkeys(("create_default_context", "get_default_verify_paths"), frozenset(("ssl",))),
    "ClientSession": frozenset(("aiohttp",)),
    "HTTPSConnection": frozenset(("http",)),
    "PoolManager": frozenset(("urllib3",)),
    "ZoneInfo": frozenset(("backports", "zoneinfo")),
    "dlopen": frozenset(("cffi",)),
    "find_executable": frozenset(("distutils",)),
    "getgrnam": frozenset(("grp",)),
    "getpwnam": frozenset(("pwd",)),
    "request": frozenset(("aiohttp", "urllib3")),
    "run": frozenset(("subprocess",)),
    "setlocale": frozenset(("locale",)),
    "spawn": frozenset(("pty",)),
    "urlopen": frozenset(("urllib",)),
    "which": frozenset(("shutil",)),
}  # fmt: skip
"""Last names of calls that may need something, and the modules one of which the file then imports."""

MODULES: Final = frozenset(module for wanted in TELLING.values() for module in wanted)

_Definition: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def telling_lines(calls: Mapping[str, Sequence[int]], modules: frozenset[str], renamed: bool) -> list[int]:
    """Lines of calls to look at, sorted; ``calls`` are lines by last name.

    With something of a module of `MODULES` ``renamed`` (``from os import system as run``), those of all calls.
    """
    if renamed:
        return sorted(line for lines in calls.values() for line in lines)
    return sorted(
        line for name, lines in calls.items() if modules & TELLING.get(name, frozenset()) or name == "open"
        for line in lines
    )  # fmt: skip


def nested(node: ast.AST, lines: Sequence[str]) -> int:
    """At most how deep libcst nests what is flat to `ast`: it overflows the stack on 3,000 of them,
    or takes quadratic time."""
    match node:
        case ast.BoolOp(values=values):
            return len(values)
        case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
            return len(node.generators)
        case ast.Compare(comparators=comparators):
            return len(comparators)
        case ast.Assign(targets=targets):
            return len(targets)
        case ast.Import(names):
            return max(alias.name.count(".") for alias in names)
        case ast.ImportFrom(module=module):
            return (module or "").count(".")
        case ast.Constant(value=str() | bytes()) | ast.JoinedStr():
            return _literals(node, lines)
        case _:
            return 0


def _literals(node: ast.expr, lines: Sequence[str]) -> int:
    """Neighbouring literals that make one string; 0 where they are surely few."""
    last = node.end_lineno or node.lineno
    if last == node.lineno:
        size = (node.end_col_offset or 0) - node.col_offset
    else:
        size = sum(map(len, lines[node.lineno - 1 : last]))
    value = node.value if isinstance(node, ast.Constant) else ""
    overhead = size - (len(value) if isinstance(value, (str, bytes)) else 0)
    if overhead < _MUCH:
        return 0
    return sum(line.count('"') + line.count("'") for line in lines[node.lineno - 1 : last]) // 8


def shorten(tree: ast.Module, lines: Sequence[str], telling: Sequence[int]) -> str:
    """The text with ``def name(): pass`` for each definition without a telling line."""
    kept = list(lines)
    waiting: list[tuple[ast.stmt, int]] = [(statement, 0) for statement in tree.body]
    while waiting:
        node, depth = waiting.pop()
        if not isinstance(node, _Definition):
            continue
        first = min((node.lineno, *(each.lineno for each in node.decorator_list)))
        last = node.end_lineno or node.lineno
        position = bisect_left(telling, first)
        if position < len(telling) and telling[position] <= last:
            if isinstance(node, ast.ClassDef) and depth < _DEEPEST:
                waiting += ((statement, depth + 1) for statement in node.body)
            continue
        indent = lines[first - 1][: len(lines[first - 1]) - len(lines[first - 1].lstrip(" \t"))]
        if len(indent) == node.col_offset and not any(
            isinstance(each, ast.Global) for each in ast.walk(node)
        ):
            kept[first - 1] = f"{indent}def {node.name}(): pass"
            kept[first:last] = [""] * (last - first)
    return "\n".join(kept)
