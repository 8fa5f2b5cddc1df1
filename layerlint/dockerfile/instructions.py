"""Typed instructions: the grammar of each keyword, over the nodes of the parser.

Values are texts before variable expansion; expanding them is the graph's and the interpreter's work.
"""

from __future__ import annotations

from typing import TypeAlias

from layerlint._dataclass import dataclass
from layerlint.dockerfile.syntax import Heredoc, Node, SourceMap, Word
from layerlint.domain.credentials import redact
from layerlint.source import Span


@dataclass(frozen=True, slots=True)
class From:
    node: Node
    image: Word
    name: Word | None
    platform: Word | None


@dataclass(frozen=True, slots=True)
class KeyValue:
    """``KEY=value`` of ARG, ENV or LABEL; ``value`` is None for ``ARG KEY``; quotes still in place."""

    key: Word
    value: Word | None


@dataclass(frozen=True, slots=True)
class Arg:
    node: Node
    pairs: tuple[KeyValue, ...]


@dataclass(frozen=True, slots=True)
class Env:
    node: Node
    pairs: tuple[KeyValue, ...]
    legacy: bool
    """``ENV key the rest`` with blanks instead of ``=``."""


@dataclass(frozen=True, slots=True)
class Label:
    node: Node
    pairs: tuple[KeyValue, ...]
    legacy: bool


@dataclass(frozen=True, slots=True)
class Mount:
    """One ``RUN --mount``; texts before expansion."""

    type: str
    """bind, cache, tmpfs, secret or ssh."""
    source: str
    target: str
    from_: str
    read_only: bool
    options: tuple[tuple[str, str], ...]
    """Every key as written, in order."""
    span: Span
    from_span: Span
    """Of the field with ``from``; the whole flag where there is none."""


@dataclass(frozen=True, slots=True)
class Run:
    node: Node
    mounts: tuple[Mount, ...]
    network: str | None
    security: str | None
    exec_form: tuple[Word, ...] | None
    """The words of the JSON form; None in shell form."""
    script: str
    """Shell form: the text that the shell gets (with the heredocs put back, or the body alone if the
    command is one heredoc and nothing else).  Empty in exec form."""
    script_map: SourceMap
    """From offsets in ``script`` to the source."""


@dataclass(frozen=True, slots=True)
class Transfer:
    """What COPY and ADD have in common."""

    sources: tuple[Word, ...]
    """Paths, globs, URLs; heredocs are in ``heredocs``."""
    heredocs: tuple[Heredoc, ...]
    destination: Word
    chown: Word | None
    chmod: Word | None
    link: bool
    exclude: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class Copy:
    node: Node
    transfer: Transfer
    from_: Word | None
    parents: bool


@dataclass(frozen=True, slots=True)
class Add:
    node: Node
    transfer: Transfer
    checksum: Word | None
    keep_git_dir: bool | None
    unpack: bool | None


@dataclass(frozen=True, slots=True)
class Workdir:
    node: Node
    path: Word


@dataclass(frozen=True, slots=True)
class User:
    node: Node
    user: Word


@dataclass(frozen=True, slots=True)
class Shell:
    node: Node
    words: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class Cmd:
    node: Node
    words: tuple[Word, ...]
    exec_form: bool


@dataclass(frozen=True, slots=True)
class Entrypoint:
    node: Node
    words: tuple[Word, ...]
    exec_form: bool


@dataclass(frozen=True, slots=True)
class Healthcheck:
    node: Node
    kind: str
    """NONE, CMD or CMD-SHELL."""
    words: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class Expose:
    node: Node
    ports: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class Volume:
    node: Node
    paths: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class StopSignal:
    node: Node
    signal: Word


@dataclass(frozen=True, slots=True)
class Maintainer:
    node: Node
    name: Word


@dataclass(frozen=True, slots=True)
class OnBuild:
    node: Node
    instruction: Instruction
    """The trigger; an `UnknownInstruction` where its grammar is broken (BuildKit looks at it only
    in the child build)."""


@dataclass(frozen=True, slots=True)
class UnknownInstruction:
    """An unknown keyword, or an instruction whose grammar is broken: nothing can be said of it."""

    node: Node


Instruction: TypeAlias = (
    From
    | Arg
    | Env
    | Label
    | Run
    | Copy
    | Add
    | Workdir
    | User
    | Shell
    | Cmd
    | Entrypoint
    | Healthcheck
    | Expose
    | Volume
    | StopSignal
    | Maintainer
    | OnBuild
    | UnknownInstruction
)


def one_line(instruction: Instruction) -> str:
    """The instruction on one line, without the bodies of here-documents and the values of secrets."""
    text = redact(" ".join(instruction.node.text.split()))
    return f"ONBUILD {text}" if instruction.node.elsewhere else text
