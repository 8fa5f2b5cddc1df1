"""What strings and lists of a Python source come to, as far as constants and single assignments tell."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias

import libcst as cst
from libcst.metadata import Assignment, Scope

_DEEPEST = 12
_MAX_PARTS = 200

Parts: TypeAlias = "list[str | None]"
"""Pieces of a string; None for one that is not known."""


class Values:
    """Assignments are noted as the walk meets them: those behind a use, in another function, stay unknown."""

    def __init__(self, scope: Callable[[cst.CSTNode], Scope | None]) -> None:
        self._scope = scope
        self._assigned: dict[cst.CSTNode, cst.BaseExpression] = {}

    def note(self, node: cst.Assign) -> None:
        for target in node.targets:
            if isinstance(target.target, cst.Name):
                self._assigned[target.target] = node.value

    def text(self, node: cst.BaseExpression | None) -> str | None:
        """A string that is known in full."""
        parts = [None] if node is None else self._parts(node, 0)
        return "".join(part for part in parts if part) if None not in parts else None

    def head(self, node: cst.BaseExpression | None) -> str:
        """The known beginning of a string."""
        pieces = []
        for part in () if node is None else self._parts(node, 0):
            if part is None:
                break
            pieces.append(part)
        return "".join(pieces)

    def script(self, node: cst.BaseExpression) -> str:
        """A shell text; what is not known in it is the variable ``$_``."""
        words = self._items(node, 0)
        if words is not None:
            return self.script(words[0]) if words else ""
        return "".join("$_" if part is None else part for part in self._parts(node, 0))

    def argv(self, node: cst.BaseExpression) -> list[str | None]:
        """The words of a command given as a list, or as the one string that is its program."""
        node = self._followed(node, 0)
        if isinstance(node, cst.Call) and _name(node.func) == "shlex.split" and node.args:
            return self._split(node.args[0].value)
        if (
            isinstance(node, cst.Call)
            and isinstance(node.func, cst.Attribute)
            and node.func.attr.value == "split"
            and not node.args
        ):
            return self._split(node.func.value)
        items = self._items(node, 0)
        if items is None:
            return [self.text(node)]
        return [self.text(each) for each in items]

    def first(self, node: cst.BaseExpression) -> cst.BaseExpression | None:
        """The expression of the first word of a command."""
        node = self._followed(node, 0)
        items = self._items(node, 0)
        if items is None:
            return node
        return self._followed(items[0], 0) if items else None

    def _split(self, node: cst.BaseExpression) -> list[str | None]:
        head = self.script(node)
        try:
            words = shlex.split(head[:10_000])
        except ValueError:
            return [None]
        return [None if "$_" in word else word for word in words]

    def _items(self, node: cst.BaseExpression, depth: int) -> Sequence[cst.BaseExpression] | None:
        """Elements of a list display, up to the first that stands for several."""
        node = self._followed(node, depth)
        if depth > _DEEPEST:
            return None
        match node:
            case cst.List(elements) | cst.Tuple(elements):
                items: list[cst.BaseExpression] = []
                for element in elements[:_MAX_PARTS]:
                    if isinstance(element, cst.StarredElement):
                        inner = self._items(element.value, depth + 1)
                        items += inner if inner is not None else [element.value]
                        if inner is None:
                            break
                    else:
                        items.append(element.value)
                return items
            case cst.BinaryOperation(left=left, operator=cst.Add()):
                return self._items(left, depth + 1)
            case _:
                return None

    def _followed(self, node: cst.BaseExpression, depth: int) -> cst.BaseExpression:
        """What a name stands for, where it is assigned once."""
        for _ in range(max(0, _DEEPEST - depth)):
            if not isinstance(node, cst.Name):
                return node
            scope = self._scope(node)
            assignments = list(scope[node.value]) if scope is not None else []
            if len(assignments) != 1 or not isinstance(assignments[0], Assignment):
                return node
            value = self._assigned.get(assignments[0].node)
            if value is None:
                return node
            node = value
        return node

    def _parts(self, node: cst.BaseExpression, depth: int) -> Parts:
        if depth > _DEEPEST:
            return [None]
        node = self._followed(node, depth)
        match node:
            case cst.SimpleString():
                value = node.evaluated_value
                return [value.decode("utf-8", "replace") if isinstance(value, bytes) else value]
            case cst.ConcatenatedString(left=left, right=right):
                return [*self._parts(left, depth + 1), *self._parts(right, depth + 1)]
            case cst.FormattedString(parts=parts):
                return self._formatted(parts[:_MAX_PARTS], depth)
            case cst.BinaryOperation(left=left, operator=cst.Add(), right=right):
                return [*self._parts(left, depth + 1), *self._parts(right, depth + 1)]
            case cst.BinaryOperation(left=left, operator=cst.Modulo()):
                return self._filled(self._parts(left, depth + 1), "%")
            case cst.Call():
                return self._call(node, depth)
            case _:
                return [None]

    def _formatted(self, parts: Iterable[cst.BaseFormattedStringContent], depth: int) -> Parts:
        pieces: Parts = []
        for part in parts:
            match part:
                case cst.FormattedStringText(value=value):
                    pieces.append(value.replace("{{", "{").replace("}}", "}"))
                case cst.FormattedStringExpression(expression=expression):
                    pieces += self._parts(expression, depth + 1)
                case _:
                    pieces.append(None)
        return pieces

    def _filled(self, parts: Parts, mark: str) -> Parts:
        """A template up to its first place; what comes behind is known in pieces only."""
        pieces: Parts = []
        for part in parts:
            if part is None:
                pieces.append(None)
                continue
            first, *rest = part.split(mark)
            pieces.append(first)
            for piece in rest:
                known = piece.partition("}")[2] if mark == "{" else piece.lstrip("0123456789.-")[1:]
                pieces += [None, known]
        return pieces

    def _call(self, node: cst.Call, depth: int) -> Parts:
        arguments = [each.value for each in node.args if not each.star and each.keyword is None]
        match _name(node.func), arguments:
            case (("os.environ.get" | "os.getenv" | "environ.get" | "getenv"), [_, default]):
                return self._parts(default, depth + 1)
            case (("str" | "os.fspath" | "Path" | "pathlib.Path" | "shutil.which" | "which"), [only]):
                return self._parts(only, depth + 1)
            case ("os.path.join", [_, *_]):
                joined: Parts = []
                for each in arguments[:_MAX_PARTS]:
                    joined += ["/", *self._parts(each, depth + 1)] if joined else self._parts(each, depth + 1)
                return joined
            case _:
                if isinstance(node.func, cst.Attribute) and node.func.attr.value == "format":
                    return self._filled(self._parts(node.func.value, depth + 1), "{")
                return [None]


def _name(node: cst.BaseExpression) -> str:
    """A dotted name as written; empty for any other expression."""
    names: list[str] = []
    while isinstance(node, cst.Attribute) and len(names) < _DEEPEST:
        names.append(node.attr.value)
        node = node.value
    if not isinstance(node, cst.Name):
        return ""
    return ".".join((node.value, *reversed(names)))
