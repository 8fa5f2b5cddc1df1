"""Python sources by the standard library's parser: imports, strings that may name something, guarded lines.

Fast enough for every file; what calls mean needs names to be resolved, and is `python_calls`'s work.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from layerlint._dataclass import dataclass
from layerlint.programs.facts import Imported, line_at
from layerlint.programs.python_shorten import MODULES, nested, shorten, telling_lines

_DEEPEST = 200
"""Nested nodes of a tree that is read further: libcst takes quadratic time and the C stack for depth."""
_MAX_NODES = 100_000
"""Of a file of 256 KiB as people write it there are some 60,000."""
_MAX_DOTS = 5_000
"""In a line: CPython joins dotted names in quadratic time."""
_MAX_WORDS = 5_000
_WORD = re.compile(r"[A-Za-z_][\w.+:/-]{0,199}")
_ABSENT = frozenset(("ImportError", "ModuleNotFoundError", "Exception", "BaseException"))
_NO_PROGRAM = frozenset(
    ("FileNotFoundError", "OSError", "IOError", "EnvironmentError", "Exception", "BaseException")
)
_LOADERS = frozenset(("import_module", "__import__"))


@dataclass(frozen=True, slots=True)
class Outline:
    imports: tuple[Imported, ...]
    words: frozenset[str]
    """Strings without blanks that look like the name of a module, an address or a file."""
    dead: tuple[tuple[int, int], ...]
    """First and last line of what never runs on Linux, nor outside a type checker."""
    tolerant: tuple[tuple[int, int], ...]
    """Lines of ``try`` whose handler takes a missing file or program."""
    main: tuple[tuple[int, int], ...]
    """Lines that run only where the file itself is started."""
    computed: tuple[int, ...]
    """Lines that import a module by a computed name."""
    deep: bool
    """Nested too deeply to be looked at further."""
    telling: str
    """The source as far as its calls may need something; empty if none does."""


def outline(text: str, lines: list[str]) -> Outline:
    """SyntaxError, ValueError, RecursionError or MemoryError for what this Python cannot parse."""
    if any(line.count(".") > _MAX_DOTS for line in lines):
        raise ValueError("dotted names")
    return _Reader(lines).read(ast.parse(text))


@dataclass(frozen=True, slots=True)
class _Context:
    certain: bool
    dead: bool


class _Reader:
    def __init__(self, lines: list[str]) -> None:
        self._lines = lines
        self._imports: list[Imported] = []
        self._words: set[str] = set()
        self._dead: list[tuple[int, int]] = []
        self._tolerant: list[tuple[int, int]] = []
        self._main: list[tuple[int, int]] = []
        self._computed: list[int] = []
        self._calls: dict[str, list[int]] = {}
        self._renamed = False

    def read(self, tree: ast.Module) -> Outline:
        deep, count = False, 0
        stack: list[tuple[ast.AST, _Context, int]] = [(tree, _Context(True, False), 0)]
        while stack:
            node, context, depth = stack.pop()
            count += 1
            if depth > _DEEPEST or count > _MAX_NODES:
                deep = True
                continue
            deep = deep or nested(node, self._lines) > _DEEPEST
            if not context.dead:
                if isinstance(node, ast.Call):
                    self._note(node)
                self._visit(node, context)
            stack.extend((child, inner, depth + 1) for child, inner in self._children(node, context))
        return Outline(
            tuple(sorted(self._imports, key=lambda each: (each.line, each.module, each.names))),
            frozenset(self._words),
            tuple(sorted(self._dead)),
            tuple(sorted(self._tolerant)),
            tuple(sorted(self._main)),
            tuple(sorted(self._computed)),
            deep,
            self._telling(tree),
        )

    def _telling(self, tree: ast.Module) -> str:
        modules = frozenset(each.module.partition(".")[0] for each in self._imports if not each.level)
        telling = telling_lines(self._calls, modules, self._renamed)
        return shorten(tree, self._lines, telling) if telling else ""

    def _children(self, node: ast.AST, context: _Context) -> Iterator[tuple[ast.AST, _Context]]:
        never = _Context(False, True)
        doubtful = _Context(False, context.dead)
        match node:
            case ast.If(
                test=ast.Compare(left=ast.Name("__name__"), ops=[ast.Eq()]), body=body, orelse=orelse
            ):
                self._main.append((body[0].lineno, _end(body)))
                for statement in (*body, *orelse):
                    yield statement, doubtful
            case ast.If(test, body, orelse):
                truth = _holds_on_linux(test)
                yield test, context
                yield from self._branch(body, never if truth is False else context if truth else doubtful)
                yield from self._branch(orelse, never if truth else context if truth is False else doubtful)
            case ast.Try(body, handlers, orelse, finalbody):
                caught = {name for handler in handlers for name in _names(handler.type)}
                if body and caught & _NO_PROGRAM:
                    self._tolerant.append((body[0].lineno, _end(body)))
                absent = bool(caught & _ABSENT)
                for statement in (*body, *orelse):
                    yield statement, doubtful if absent else context
                for handler in handlers:
                    yield handler, doubtful
                for statement in finalbody:
                    yield statement, context
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Lambda():
                for child in ast.iter_child_nodes(node):
                    yield child, doubtful
            case ast.With(items=items) if any(_suppresses(item.context_expr) for item in items):
                self._tolerant.append((node.lineno, node.end_lineno or node.lineno))
                for child in ast.iter_child_nodes(node):
                    yield child, doubtful
            case _:
                for child in ast.iter_child_nodes(node):
                    yield child, context

    def _branch(self, body: list[ast.stmt], context: _Context) -> Iterator[tuple[ast.AST, _Context]]:
        if body and context.dead:
            self._dead.append((body[0].lineno, _end(body)))
        for statement in body:
            yield statement, context

    def _visit(self, node: ast.AST, context: _Context) -> None:
        match node:
            case ast.Import(names):
                for alias in names:
                    self._add(alias.name, (), node.lineno, 0, context.certain)
            case ast.ImportFrom(module, names, level):
                listed = tuple(sorted(alias.name for alias in names))
                self._add(module or "", listed, node.lineno, level, context.certain)
                if not level and (module or "").partition(".")[0] in MODULES:
                    self._renamed |= any(alias.asname not in (None, alias.name) for alias in names)
            case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name), args=[argument, *_]) if (
                name in _LOADERS
            ):
                self._load(argument, node.lineno)
            case ast.Constant(value=str(value)):
                if len(self._words) < _MAX_WORDS and _WORD.fullmatch(value):
                    self._words.add(value)
            case _:
                pass

    def _note(self, node: ast.Call) -> None:
        match node.func:
            case ast.Name("open") | ast.Attribute(ast.Name("io"), "open"):
                if _may_be_a_system_file(node.args):
                    self._calls.setdefault("open", []).append(node.lineno)
            case ast.Attribute(attr="open"):
                pass
            case ast.Name(name) | ast.Attribute(attr=name):
                self._calls.setdefault(name, []).append(node.lineno)
            case _:
                pass

    def _load(self, argument: ast.expr, line: int) -> None:
        match argument:
            case ast.Constant(value=str(value)):
                name = value.lstrip(".")
                self._add(name, (), line, len(value) - len(name), False)
            case ast.JoinedStr(values=[ast.Constant(value=str(head)), *_]) if head.startswith("."):
                pass
            case ast.Name("__name__") | ast.Attribute():
                pass
            case _:
                self._computed.append(line)

    def _add(self, module: str, names: tuple[str, ...], line: int, level: int, certain: bool) -> None:
        self._imports.append(Imported(module, names, line, line_at(self._lines, line), level, certain))


def _may_be_a_system_file(arguments: list[ast.expr]) -> bool:
    match arguments:
        case [ast.Constant(value=str(path)), *_]:
            return path.startswith("/")
        case [ast.Name(name), *_]:
            return name.isupper()
        case _:
            return False


def _names(node: ast.expr | None) -> Iterator[str]:
    match node:
        case None:
            yield "BaseException"
        case ast.Name(name) | ast.Attribute(attr=name):
            yield name
        case ast.Tuple(elts):
            for each in elts:
                if isinstance(each, (ast.Name, ast.Attribute)):
                    yield from _names(each)
        case _:
            pass


def _suppresses(node: ast.expr) -> bool:
    match node:
        case ast.Call(func=ast.Name("suppress") | ast.Attribute(attr="suppress")):
            return True
        case _:
            return False


def _end(body: list[ast.stmt]) -> int:
    return body[-1].end_lineno or body[-1].lineno


def _holds_on_linux(test: ast.expr) -> bool | None:
    """What a condition comes to on Linux with Python 3.8 or later; None where that depends on more."""
    match test:
        case (
            ast.Name("TYPE_CHECKING" | "PY2" | "WINDOWS" | "IS_WINDOWS" | "WIN")
            | ast.Attribute(attr="TYPE_CHECKING" | "PY2")
        ):
            return False
        case ast.Name("PY3") | ast.Attribute(attr="PY3"):
            return True
        case ast.Constant(value=bool() | int() as value):
            return bool(value)
        case ast.UnaryOp(ast.Not(), operand):
            truth = _holds_on_linux(operand)
            return None if truth is None else not truth
        case ast.BoolOp(operator, values):
            truths = [_holds_on_linux(value) for value in values]
            decisive = isinstance(operator, ast.Or)
            if decisive in truths:
                return decisive
            return None if None in truths else not decisive
        case ast.Call(
            func=ast.Attribute(value=left, attr="startswith"), args=[ast.Constant(value=str(value))]
        ):
            known = _platform(left)
            return None if known is None else known.startswith(value)
        case ast.Compare(left, [ast.Eq() | ast.NotEq() as operator], [ast.Constant(value=str(value))]):
            known = _platform(left)
            return None if known is None else (known == value) is isinstance(operator, ast.Eq)
        case ast.Compare(left, [ast.In() | ast.NotIn() as operator], [ast.Tuple(elts) | ast.List(elts)
            | ast.Set(elts)]):  # fmt: skip
            known = _platform(left)
            values_ = [each.value for each in elts if isinstance(each, ast.Constant)]
            return None if known is None else (known in values_) is isinstance(operator, ast.In)
        case ast.Compare(left, [operator], [right]) if _is_version(left):
            return _on_three(operator, right)
        case _:
            return None


def _platform(node: ast.expr) -> str | None:
    """The value on Linux of what programs ask for the platform."""
    match node:
        case ast.Attribute(ast.Name("sys"), "platform"):
            return "linux"
        case ast.Attribute(ast.Name("os"), "name"):
            return "posix"
        case ast.Call(ast.Attribute(ast.Name("platform"), "system")):
            return "Linux"
        case ast.Call(ast.Attribute(inner, "lower")):
            known = _platform(inner)
            return None if known is None else known.lower()
        case _:
            return None


def _is_version(node: ast.expr) -> bool:
    match node:
        case ast.Attribute(ast.Name("sys"), "version_info") | ast.Attribute(attr="major"):
            return True
        case ast.Subscript(ast.Attribute(ast.Name("sys"), "version_info"), ast.Constant(value=0)):
            return True
        case _:
            return False


def _on_three(operator: ast.cmpop, right: ast.expr) -> bool | None:
    match right:
        case ast.Constant(value=int(major)):
            bound: tuple[int, ...] = (major,)
        case ast.Tuple(elts):
            numbers = [each.value for each in elts if isinstance(each, ast.Constant)]
            bound = tuple(number for number in numbers if isinstance(number, int))
        case _:
            return None
    if not bound or bound >= (3, 9):
        return None
    match operator:
        case ast.GtE() | ast.Gt():
            return (
                True if bound < (3, 8) and bound != (3,) else True if isinstance(operator, ast.GtE) else None
            )
        case ast.Lt() | ast.LtE():
            return (
                False if bound < (3, 8) and bound != (3,) else False if isinstance(operator, ast.Lt) else None
            )
        case ast.Eq():
            return (bound == (3,)) if len(bound) == 1 else None
        case ast.NotEq():
            return (bound != (3,)) if len(bound) == 1 else None
        case _:
            return None
