"""A need of a program, with the place that proves it."""

from __future__ import annotations

from enum import Enum
from pathlib import Path

from layerlint._dataclass import dataclass
from layerlint.report import Confidence, Evidence


class NeedKind(Enum):
    ARCHITECTURE = "architecture"
    """The machine that a binary is made for: ``amd64``, ``arm64`` …"""
    BINARY = "binary"
    """A program that is started, by name or by path: ``git``, ``/usr/bin/ffmpeg``."""
    CERTIFICATES = "certificates"
    """Certificates of public authorities: it talks TLS to others.  The name is empty."""
    DATA = "data"
    """Another file or folder that must be there: its path."""
    EXTENSION = "extension"
    """Of an interpreter, which its image has or not: ``ext-gd`` of PHP."""
    INTERPRETER = "interpreter"
    """A run-time that runs it: ``python3``, ``node``, ``java``, or the path of a ``#!`` line."""
    LIBC = "libc"
    """``glibc`` or ``musl``; ``version`` is the least one, where it is known (``2.34``)."""
    LIBRARY = "library"
    """A shared library by its soname: ``libpq.so.5``."""
    LOCALE = "locale"
    PACKAGE_MANAGER = "package manager"
    """A package manager that a step of the final stage calls: ``apt``, ``apk`` …"""
    PYTHON_DISTRIBUTION = "python distribution"
    """A distribution that must be installed: its normalised name."""
    SHELL = "shell"
    """A POSIX shell (``sh``), or one by name (``bash``)."""
    TEMPORARY_FOLDER = "temporary folder"
    TIME_ZONES = "time zones"
    """The database of zones; the name is a zone, or empty."""
    USER = "user"
    """An account or a group by name; empty for the one that it runs as."""


@dataclass(frozen=True, slots=True)
class Need:
    kind: NeedKind
    name: str
    evidence: Evidence
    confidence: Confidence = Confidence.HIGH
    """HIGH where it certainly runs; MEDIUM where it may never (inside a function of a module that is not
    imported), LOW for a guess."""
    version: str = ""
    because: str = ""
    """What lies between the evidence and the need, where that is not plain: ``psycopg2 is built against libpq``."""


@dataclass(frozen=True, slots=True)
class ProgramFile:
    """A file of the build context that is in the final image."""

    image_path: str
    """Absolute, in the image."""
    name: str
    """Relative to the build context: what evidence calls it."""
    path: Path
    """On this machine: within the context, symbolic links resolved."""


@dataclass(frozen=True, slots=True)
class PythonUse:
    """Imports against declared distributions."""

    declared: tuple[tuple[str, Evidence], ...]
    """Normalised names of distributions out of requirement and lock files (direct ones only)."""
    imported: tuple[tuple[str, Evidence], ...]
    """Distributions that imports come to, where that is known."""
    unused: tuple[tuple[str, Evidence], ...]
    """Declared, and certainly not imported, nor run, nor a plugin of what is."""
    undeclared: tuple[tuple[str, Evidence], ...]
    """Imported modules that neither the program, the standard library nor what is declared has."""


@dataclass(frozen=True, slots=True)
class ProgramFacts:
    needs: tuple[Need, ...]
    """Sorted by kind, name and evidence; one for each place."""
    python: PythonUse | None
    """None where no Python program is among the files."""
    gaps: tuple[str, ...]
    """What could not be read, or is not known, each in a sentence: a module that is loaded by a computed name …"""
