"""Shell text to a tree of commands: never raises, keeps what stands around a fault.

tree-sitter-bash finds where commands begin and end and how they nest.  Its lists are read here as a
flat run of commands and operators, because it nests them otherwise than POSIX (``a | b && c`` is one
pipeline to it, ``a && b >f`` one redirected list); words are read by `WordReader`.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Sequence as Run
from functools import lru_cache
from typing import TYPE_CHECKING, assert_never

from layerlint._dataclass import replace
from layerlint.shell.grammar import is_readable
from layerlint.shell.here_documents import Region, find_here_documents
from layerlint.shell.syntax import (
    AndOr,
    Case,
    CaseItem,
    Command,
    For,
    Function,
    Group,
    If,
    Literal,
    Opaque,
    Pipeline,
    Redirect,
    Script,
    Sequence,
    SimpleCommand,
    Subshell,
    Test,
    While,
    Word,
)
from layerlint.shell.words import DEEPEST, HereDocument, WordReader
from layerlint.source import Span

if TYPE_CHECKING:
    from tree_sitter import Node, Tree

LONGEST_LIST = 200
"""Operators of one and-or list; what follows them is opaque, so that the left spine of the tree is short."""

_SIMPLE = frozenset(
    ("command", "declaration_command", "unset_command", "variable_assignment", "variable_assignments")
)
_REDIRECTS = frozenset(("file_redirect", "herestring_redirect"))
_FLAT = frozenset(
    ("list", "pipeline", "redirected_statement", "negated_command", "ERROR", "heredoc_redirect")
)
_COMPOUND = frozenset(
    ("subshell", "compound_statement", "if_statement", "for_statement", "c_style_for_statement",
     "while_statement", "case_statement", "function_definition", "test_command")
)  # fmt: skip
_AND_OR = frozenset(("&&", "||"))
_PIPES = frozenset(("|", "|&"))
_SEPARATORS = frozenset((";", "&", "\n"))
_OPERATORS = _AND_OR | _PIPES | _SEPARATORS
_KNOWN = _SIMPLE | _REDIRECTS | _COMPOUND | _OPERATORS
_ITEM_ENDS = frozenset((";;", ";&", ";;&"))
_RESERVED = frozenset(
    ("{", "}", "!", "if", "then", "elif", "else", "fi", "for", "do", "done", "while", "until", "case",
     "esac", "function", "select", "coproc")
)  # fmt: skip
"""Words that the grammar took for a command although a shell cannot."""


KEPT = 256
"""Scripts whose trees are worth keeping once a file is done."""


@lru_cache(maxsize=8192)  # a script is parsed where it is run, and where its commands are listed
def parse(text: str) -> Script:
    """The tree of a shell text (POSIX sh with the common forms of bash); never raises.

    Spans are offsets in characters of ``text``.  ``complete`` is False if any part is opaque or
    was mended (a missing ``)``, an unclosed quote); a text past the bounds of `is_readable` is all
    opaque.
    """
    if not is_readable(text):
        return Script(text, Opaque(text, Span(0, len(text))), complete=False)
    tree, regions = find_here_documents(text)
    if tree is None:
        return Script(text, Opaque(text, Span(0, len(text))), complete=False)
    return _TreeReader(text, tree, regions).script()


def forget() -> None:
    """Let go of the trees of a file with very many scripts."""
    if parse.cache_info().currsize > KEPT:
        parse.cache_clear()


class _TreeReader:
    """Turns nodes of the syntax tree into commands; the `Structure` of its `WordReader`."""

    def __init__(self, text: str, tree: Tree, regions: dict[int, Region]) -> None:
        self._text = text
        self._tree = tree
        self._regions = regions
        self._words = WordReader(text, self)
        self._complete = True

    def script(self) -> Script:
        root = self._tree.root_node
        nodes = root.children if root.type == "program" else [root]
        body = self._sequence(nodes, 0, root.start_byte)
        return Script(self._text, body, self._complete and self._words.sound)

    # ------------------------------------------------------- what the words ask for

    def substitution(self, start: int, depth: int) -> tuple[Command, int] | None:
        node = self._starting(start, "command_substitution")
        if node is None:
            return self._empty_backquotes(start)
        end = node.end_byte
        backquoted = self._text[start] == "`"
        body = self._text[start + 1 : end - 1]
        if backquoted and any(escape in body for escape in ("\\`", "\\$", "\\\\")):
            return self._opaque(start, end), end
        return self._enclosed(node.children, depth, start + (1 if backquoted else 2)), end

    def _empty_backquotes(self, start: int) -> tuple[Command, int] | None:
        """Backquotes with only blanks between: one token of the grammar."""
        node = self._tree.root_node.descendant_for_byte_range(start, start + 1)
        if node is None or node.type != "``":
            return None
        return Sequence((), frozenset(), Span(start + 1, start + 1)), node.end_byte

    def extent(self, start: int, kind: str) -> int | None:
        node = self._starting(start, kind)
        return node.end_byte if node else None

    def here_document(self, operator: int, depth: int) -> HereDocument | None:
        region = self._regions.get(operator)
        if region is None:
            return None
        span = Span(region.body_start, region.body_end)
        if not region.quoted:
            inner = _TreeReader(self._text, region.tree, self._regions)
            body = inner._words.here_document_body(span, depth, strip_tabs=region.strip_tabs)
            self._complete = self._complete and inner._complete and inner._words.sound
            return HereDocument(region.operator_end, body)
        text = self._text[span.start : span.end]
        if region.strip_tabs:
            text = "".join(line.lstrip("\t") for line in text.splitlines(keepends=True))
        return HereDocument(region.operator_end, Word((Literal(text, True),), span))

    def _starting(self, start: int, kind: str) -> Node | None:
        """The node of a kind whose first token is (after blanks, in a string) at ``start``."""
        node = self._tree.root_node.descendant_for_byte_range(start, start + 1)
        parent = node.parent if node else None
        return parent if parent and parent.type == kind and parent.start_byte <= start else None

    # ------------------------------------------------------------------------ lists

    def _opaque(self, start: int, end: int) -> Opaque:
        self._complete = False
        return Opaque(self._text[start:end], Span(start, end))

    def _enclosed(self, children: Run[Node], depth: int, start: int) -> Command:
        """The commands between an opening and a closing token."""
        if children[-1].is_missing:
            self._complete = False
        return self._sequence(children[1:-1], depth, start)

    def _sequence(self, nodes: Iterable[Node], depth: int, start: int) -> Command:
        """Commands and separators; ``start`` is where an empty sequence is."""
        tokens = self._flatten(nodes)
        if not tokens:
            return Sequence((), frozenset(), Span(start, start))
        if depth > DEEPEST:
            return self._opaque(tokens[0].start_byte, tokens[-1].end_byte)
        commands: list[Command] = []
        background: set[int] = set()
        index = 0
        while index < len(tokens):
            kind = tokens[index].type
            if kind in _SEPARATORS:
                if kind == "&" and commands:
                    background.add(len(commands) - 1)
                index += 1
                continue
            command, index = self._and_or(tokens, index, depth)
            commands.append(command)
        if len(commands) == 1 and not background:
            return commands[0]
        if not commands:
            return self._opaque(tokens[0].start_byte, tokens[-1].end_byte)
        return Sequence(tuple(commands), frozenset(background), commands[0].span.cover(commands[-1].span))

    def _flatten(self, nodes: Iterable[Node]) -> list[Node]:
        """Commands, redirects and operators in the order of the text, whatever lists they are nested in."""
        tokens: list[Node] = []
        waiting = list(nodes)
        waiting.reverse()
        while waiting:
            node = waiting.pop()
            kind = node.type
            if kind in _FLAT:
                self._complete = self._complete and not _is_fault(node)
                waiting.extend(reversed(node.children))
            elif node.is_missing:
                self._complete = False
            elif kind != "comment" and not (kind in _SIMPLE and node.start_byte == node.end_byte):
                tokens.append(node)
        return tokens

    def _and_or(self, tokens: Run[Node], index: int, depth: int) -> tuple[Command, int]:
        left, index = self._pipeline(tokens, index, depth)
        operators = 0
        while index < len(tokens) and tokens[index].type in _AND_OR:
            operators += 1
            operator = tokens[index].type
            if operators > LONGEST_LIST:
                end = index
                while end < len(tokens) and tokens[end].type not in _SEPARATORS:
                    end += 1
                right: Command = self._opaque(tokens[index].start_byte, tokens[end - 1].end_byte)
                index = end
            else:
                right, index = self._pipeline(tokens, index + 1, depth)
            left = AndOr(left, operator, right, left.span.cover(right.span))
        return left, index

    def _pipeline(self, tokens: Run[Node], index: int, depth: int) -> tuple[Command, int]:
        bang = self._bang(tokens[index].start_byte) if index < len(tokens) else None
        command, index = self._command(tokens, index, depth)
        commands = [command]
        while index < len(tokens) and tokens[index].type in _PIPES:
            if tokens[index].type == "|&":
                commands[-1] = self._with_error_output(commands[-1], tokens[index])
            command, index = self._command(tokens, index + 1, depth)
            commands.append(command)
        if len(commands) == 1 and bang is None:
            return command, index
        span = commands[0].span.cover(commands[-1].span)
        if bang is not None:
            span = Span(bang, span.end)
        return Pipeline(tuple(commands), bang is not None, span), index

    def _bang(self, start: int) -> int | None:
        """Where the ``!`` before a pipeline is (the skeleton hides it): only blanks lie between."""
        text = self._text
        position = start - 1
        while position >= 0 and (text[position] in " \t" or text.startswith("\\\n", position - 1)):
            position -= 1 if text[position] in " \t" else 2
        return position if 0 <= position < start - 1 and text[position] == "!" else None

    def _with_error_output(self, command: Command, pipe: Node) -> Command:
        """``a |& b`` is ``a 2>&1 | b``."""
        span = Span(pipe.start_byte, pipe.end_byte)
        redirect = Redirect(2, ">&", Word((Literal("1", False),), span), span)
        if isinstance(command, Opaque | Function | Pipeline | AndOr | Sequence):
            return command
        return replace(command, redirects=(*command.redirects, redirect))

    # --------------------------------------------------------------------- commands

    def _command(self, tokens: Run[Node], index: int, depth: int) -> tuple[Command, int]:
        """One command with its redirects; an empty opaque one where an operand is missing."""
        if index == len(tokens) or tokens[index].type in _OPERATORS:
            at = tokens[index - 1].end_byte if index else tokens[index].start_byte
            return self._opaque(at, at), index
        first, start = tokens[index], index
        index += 1
        if first.type in _REDIRECTS and index < len(tokens) and tokens[index].type in _SIMPLE:
            index += 1
        elif first.type not in _KNOWN:
            while index < len(tokens) and tokens[index].type not in _KNOWN:
                index += 1
            return self._opaque(first.start_byte, tokens[index - 1].end_byte), index
        while index < len(tokens) and tokens[index].type in _REDIRECTS:
            index += 1
        end = tokens[index - 1].end_byte
        if first.type not in _COMPOUND:
            return self._simple(first.start_byte, end, depth), index
        command = self._compound(first, depth)
        if index > start + 1:
            command = self._redirected(command, tokens[start + 1].start_byte, end, depth)
        return command, index

    def _simple(self, start: int, end: int, depth: int) -> Command:
        stretch = self._words.stretch(start, end, depth)
        if stretch.words and not stretch.assignments:
            match stretch.words[0].parts:
                case (Literal(text=name, quoted=False),) if name in _RESERVED:
                    return self._opaque(stretch.span.start, stretch.span.end)
        if stretch.span.start == stretch.span.end:
            return self._opaque(start, end)
        return SimpleCommand(stretch.assignments, stretch.words, stretch.redirects, stretch.span)

    def _redirected(self, command: Command, start: int, end: int, depth: int) -> Command:
        """A compound command with the redirects after it."""
        stretch = self._words.stretch(start, end, depth)
        match command:
            case Opaque():
                return self._opaque(command.span.start, end)
            case Function():
                body = self._redirected(command.body, start, end, depth)
                return replace(command, body=body, span=command.span.cover(stretch.span))
            case SimpleCommand() | Subshell() | Group() | If() | For() | While() | Case() | Test():
                if stretch.words or stretch.assignments:
                    self._complete = False
                redirects = (*command.redirects, *stretch.redirects)
                return replace(command, redirects=redirects, span=command.span.cover(stretch.span))
            case Pipeline() | AndOr() | Sequence():
                return self._opaque(command.span.start, end)
            case _:
                assert_never(command)

    def _compound(self, node: Node, depth: int) -> Command:
        children = [child for child in node.children if child.type != "comment"]
        if any(child.is_missing or _is_fault(child) for child in children):
            self._complete = False
        span = Span(node.start_byte, node.end_byte)
        opening = children[0].type
        match node.type:
            case "subshell":
                return Subshell(self._sequence(children[1:-1], depth + 1, span.start + 1), (), span)
            case "compound_statement" if opening == "{":
                return Group(self._sequence(children[1:-1], depth + 1, span.start + 1), (), span)
            case "if_statement":
                return self._if(children, depth + 1, span)
            case "for_statement" if opening == "for":
                return self._for(children, depth + 1, span)
            case "while_statement":
                body = next((child for child in children if child.type == "do_group"), node)
                condition = self._sequence(_before(children[1:], "do_group"), depth + 1, span.start)
                return While(condition, opening == "until", self._do_group(body, depth + 1), (), span)
            case "case_statement":
                return self._case(children, depth + 1, span)
            case "function_definition":
                return self._function(node, depth + 1, span)
            case "test_command" if opening == "[[":
                words = self._words.words(span.start + 2, children[-1].start_byte, depth, stops=" \t\n")
                return Test(words, (), span)
            case "test_command" if opening == "[":
                return self._simple(span.start, span.end, depth)
            case _:
                return self._opaque(span.start, span.end)

    def _if(self, children: Run[Node], depth: int, span: Span) -> Command:
        clauses = [child for child in children if child.type in ("elif_clause", "else_clause")]
        if len(clauses) > LONGEST_LIST:
            return self._opaque(span.start, span.end)
        otherwise: Command | None = None
        for clause in reversed(clauses):
            if clause.type == "else_clause":
                otherwise = self._sequence(clause.children[1:], depth, clause.end_byte)
            else:
                condition, then = self._condition_and_body(clause.children, depth)
                otherwise = If(condition, then, otherwise, (), Span(clause.start_byte, span.end))
        head = [child for child in children if child not in clauses and child.type != "fi"]
        condition, then = self._condition_and_body(head, depth)
        return If(condition, then, otherwise, (), span)

    def _condition_and_body(self, children: Run[Node], depth: int) -> tuple[Command, Command]:
        """Of ``if`` or ``elif``, with that word as the first child."""
        condition = _before(children[1:], "then")
        body = children[len(condition) + 2 :]
        end = children[-1].end_byte
        return self._sequence(condition, depth, children[0].end_byte), self._sequence(body, depth, end)

    def _do_group(self, node: Node | None, depth: int) -> Command:
        children = node.children if node else []
        if node is None or len(children) < 2 or children[0].type not in ("do", "{"):
            at = node.end_byte if node else 0
            return self._opaque(at, at)
        return self._enclosed(children, depth, children[0].end_byte)

    def _for(self, children: Run[Node], depth: int, span: Span) -> Command:
        body = children[-1]
        variable = children[1]
        words: tuple[Word, ...] | None = None
        listed = _after(children[:-1], "in")
        if listed is not None:
            values = [child for child in listed if child.type not in _SEPARATORS]
            words = ()
            if values:
                words = self._words.words(values[0].start_byte, values[-1].end_byte, depth, braces=True)
        name = self._text[variable.start_byte : variable.end_byte]
        return For(name, words, self._do_group(body, depth), (), span)

    def _case(self, children: Run[Node], depth: int, span: Span) -> Command:
        subject = _before(children[1:], "in")
        items = [self._case_item(child, depth) for child in children if child.type == "case_item"]
        words = self._words.words(subject[0].start_byte, subject[-1].end_byte, depth) if subject else ()
        if len(words) != 1 or None in items:
            return self._opaque(span.start, span.end)
        return Case(words[0], tuple(item for item in items if item), (), span)

    def _case_item(self, node: Node, depth: int) -> CaseItem | None:
        children = node.children
        patterns = _before(children, ")")
        rest = children[len(patterns) + 1 :]
        if patterns and patterns[0].type == "(":
            patterns = patterns[1:]
        if not patterns:
            return None
        falls_through = any(child.type in (";&", ";;&") for child in rest)
        body = self._sequence([child for child in rest if child.type not in _ITEM_ENDS], depth, node.end_byte)
        words = self._words.words(
            patterns[0].start_byte, patterns[-1].end_byte, depth, separator="|", stops=" \t\n|()"
        )
        return CaseItem(words, body, falls_through)

    def _function(self, node: Node, depth: int, span: Span) -> Command:
        name = node.child_by_field_name("name")
        body = node.child_by_field_name("body")
        if name is None or body is None:
            return self._opaque(span.start, span.end)
        tokens = [body, *(child for child in node.children if child.type in _REDIRECTS)]
        command, _ = self._command(tokens, 0, depth)
        return Function(self._text[name.start_byte : name.end_byte], command, span)


def _is_fault(node: Node) -> bool:
    """Whether the parser had to mend here.  It also takes ``(a) done`` for a fault, which is none."""
    if node.type == "ERROR":
        return node.child_count != 1 or node.children[0].type not in ("subshell", "compound_statement")
    return node.type == "heredoc_redirect"


def _before(nodes: Run[Node], kind: str) -> list[Node]:
    """The nodes before the first of a kind; all if there is none."""
    end = next((index for index, node in enumerate(nodes) if node.type == kind), len(nodes))
    return list(nodes[:end])


def _after(nodes: Run[Node], kind: str) -> list[Node] | None:
    """The nodes after the first of a kind; None if there is none."""
    start = next((index for index, node in enumerate(nodes) if node.type == kind), None)
    return None if start is None else list(nodes[start + 1 :])
