"""conda, mamba and micromamba: environments, and the archives and indexes that they keep.

No conda package was measured.  An archive is kept in ``pkgs`` and unpacked there, and an environment holds
hard links to that (conda's manual, "Managing packages"): each file ships once, beside its archive.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from layerlint._dataclass import dataclass
from layerlint.catalog.distributions import measured, normalised
from layerlint.commands._outcome import FAILURE, SUCCESS, unmodelled
from layerlint.commands._paths import basename, clean, join, parent
from layerlint.commands._pypi import Place, closure, effects_of
from layerlint.commands._python import home_of, variable
from layerlint.commands._requirements import Requirement, text_of
from layerlint.commands._requirements import parse as parse_requirement
from layerlint.domain.size import Size, total
from layerlint.domain.text import UNKNOWN, Text
from layerlint.effects import Effect, Invocation, MakeDirectory, Outcome, Populate, Remove, Stream, Write
from layerlint.filesystem.node import Directory, Inode

_ANSWER = Outcome(stdout=Stream(Size(0, 1_000, None)))
_VALUED = frozenset(
    {"-n", "--name", "-p", "--prefix", "-c", "--channel", "-f", "--file", "-r", "--root-prefix", "--solver",
     "--experimental-solver", "--override-channels-and", "--rc-file", "--platform", "--subdir", "--clone"}
)  # fmt: skip
_NAME = re.compile(r"(?:[A-Za-z0-9_/.-]+::)?([A-Za-z0-9][A-Za-z0-9._-]{0,99})\s*(?:[=<>! ~\[].*)?", re.DOTALL)

_PYTHON = Size(60_000_000, 160_000_000, 300_000_000)
"""Python with what it needs: openssl, sqlite, tk, ncurses, ca-certificates, pip and setuptools."""
_LARGE = {
    "cudatoolkit": Size(900_000_000, 1_600_000_000, 3_500_000_000),
    "gcc": Size(150_000_000, 300_000_000, 600_000_000),
    "gdal": Size(80_000_000, 250_000_000, 600_000_000),
    "mkl": Size(400_000_000, 700_000_000, 1_000_000_000),
    "nodejs": Size(50_000_000, 130_000_000, 250_000_000),
    "openjdk": Size(150_000_000, 300_000_000, 500_000_000),
    "python": _PYTHON,
    "pytorch": Size(300_000_000, 1_500_000_000, 6_000_000_000),
    "r-base": Size(150_000_000, 500_000_000, 1_200_000_000),
    "tensorflow": Size(500_000_000, 1_500_000_000, 5_000_000_000),
}
_ONE = Size(100_000, 25_000_000, 800_000_000)
"""A package that was not measured, with what it requires; by the sizes that Python distributions have."""
_ARCHIVE = 0.28
"""An archive (``.conda``: zstd) over its files."""
_INDEX = Size(1_000_000, 60_000_000, 500_000_000)
"""What channels say of their packages, kept in ``pkgs/cache``."""


@dataclass(frozen=True, slots=True)
class _Line:
    words: tuple[str, ...]
    options: dict[str, tuple[str, ...]]
    known: bool

    def value(self, *names: str) -> str | None:
        return next((self.options[name][-1] for name in names if name in self.options), None)

    def has(self, *names: str) -> bool:
        return any(name in self.options for name in names)


def conda(invocation: Invocation) -> Outcome:
    """The sub-commands that install, create, update, remove and clean up."""
    line = _parse(invocation.argv[1:])
    if not line.words:
        return _ANSWER if line.known else unmodelled("conda with words that are not known")
    verb, *rest = line.words
    if verb == "env" and rest:
        verb, rest = (
            {"create": "create", "update": "install", "remove": "remove"}.get(rest[0], "env"),
            rest[1:],
        )
    root = _root(invocation)
    match verb:
        case "create" | "install" | "update" | "upgrade":
            return _installed(invocation, line, root, rest, makes=verb == "create")
        case "clean":
            return _cleaned(invocation, line, root)
        case "config":
            return _configured(invocation, line)
        case "init":
            return Outcome((Write(join(home_of(invocation), ".bashrc"), Size(0, 520, 700), append=True),))
        case "remove" | "uninstall":
            return _removed(invocation, line, root, rest)
        case "activate" | "deactivate" | "env" | "info" | "list" | "search" | "shell" | "compare" | "doctor":
            return _ANSWER
        case _:
            return unmodelled(f"conda {verb[:60]}")


def _parse(given: Sequence[Text]) -> _Line:
    words: list[str] = []
    options: dict[str, tuple[str, ...]] = {}
    known = True
    waiting = list(given)
    while waiting:
        word = waiting.pop(0)
        if word is UNKNOWN:
            known = False
        elif not word.startswith("-") or word == "-":
            words.append(word)
        else:
            name, equals, value = word.partition("=")
            if name in _VALUED and not equals and waiting and isinstance(waiting[0], str):
                value = str(waiting.pop(0))
            names = (
                [name] if name.startswith("--") or name in _VALUED else [f"-{letter}" for letter in name[1:]]
            )
            for each in names:
                options[each] = (*options.get(each, ()), value)
    return _Line(tuple(words), options, known)


def _root(invocation: Invocation) -> str:
    """The prefix of conda itself: by the path that it is run by, or as the usual images have it."""
    named = variable(invocation, "MAMBA_ROOT_PREFIX") or variable(invocation, "CONDA_DIR")
    if named.startswith("/"):
        return clean(named)
    program = str(invocation.argv[0])
    path = invocation.path(program) if "/" in program else None
    if path is not None and basename(parent(clean(path))) in ("bin", "condabin"):
        prefix = parent(parent(clean(path)))
        return prefix if prefix not in ("/", "/usr", "/usr/local") else "/opt/conda"
    for place in ("/opt", home_of(invocation), "/usr/local", "/"):
        for name, node in invocation.view.children(place).items():
            if isinstance(node, Directory) and "conda" in name and "bin" in node.children:
                return join(place, name)
    return "/opt/conda"


def _prefix(invocation: Invocation, line: _Line, root: str, name: str | None = None) -> str | None:
    path = line.value("-p", "--prefix")
    if path is not None:
        return invocation.path(path)
    named = line.value("-n", "--name") or name
    if named is None:
        named = variable(invocation, "CONDA_DEFAULT_ENV")
    return root if not named or named in ("base", "root") else join(root, f"envs/{named}")


def _installed(
    invocation: Invocation, line: _Line, root: str, names: Sequence[str], *, makes: bool
) -> Outcome:
    if line.has("--dry-run", "-d"):
        return _ANSWER
    files = [value for name in ("-f", "--file") for value in line.options.get(name, ())]
    wanted, from_pip, gaps, env = list(names), [], [], None
    for file in files or (["environment.yml"] if makes and not names and not line.has("--clone") else []):
        path = invocation.path(file)
        text = None if path is None else text_of(invocation, path)
        if text is None:
            gaps.append(file)
            continue
        if file.endswith((".yml", ".yaml")):
            found = _environment_file(text)
            env = found[0] or env
            wanted += found[1]
            from_pip += found[2]
        else:
            wanted += [
                each for each in map(str.strip, text.splitlines()) if each and not each.startswith(("#", "@"))
            ]
    prefix = _prefix(invocation, line, root, env)
    if prefix is None:
        return unmodelled("conda: which environment it changes is not known")
    if not line.known:
        gaps.append("a word")
    if not (wanted or gaps or from_pip or line.has("--all", "--clone")) and not makes:
        return FAILURE
    effects: list[Effect] = [MakeDirectory(join(prefix, "conda-meta"))]
    packages = list(dict.fromkeys(filter(None, map(_name_of, wanted))))
    sizes: list[Size] = []
    for package in packages:
        size = _size_of(package)
        sizes.append(size)
        label = f"conda:{package}"
        reason = f"conda's {package} was not measured"
        effects.append(Populate(prefix, package, size, Size(1, 300, None), reason=reason, label=label))
    for gap in (
        *gaps,
        *(["--all"] if line.has("--all") else []),
        *(["a clone"] if line.has("--clone") else []),
    ):
        size = Size(0, 500_000_000, None)
        sizes.append(size)
        effects.append(
            Populate(prefix, gap, size, Size(1, 5_000, None), reason=f"what {gap} names is not known")
        )
    title = " ".join(packages)[:60] or "packages"
    pkgs = join(root, "pkgs")
    if sizes:
        archives = total(sizes).scaled(_ARCHIVE)
        effects.append(Populate(pkgs, f"archives of {title}", archives, Size(1, len(sizes) * 8, None)))
        if not any(
            isinstance(node, Inode) for node in invocation.view.children(join(pkgs, "cache")).values()
        ):
            effects.append(Populate(join(pkgs, "cache"), "index", _INDEX, Size(2, 6, 30)))
    effects += _with_pip(prefix, from_pip)
    return Outcome(tuple(effects))


def _with_pip(prefix: str, wanted: Sequence[Requirement]) -> tuple[Effect, ...]:
    """The ``pip:`` part of an environment file."""
    site = f"{prefix.rstrip('/')}/lib/python3/site-packages"
    place = Place(site, join(prefix, "bin"), join(prefix, "share"), join(site, "__pycache__"))
    return effects_of(closure(wanted), place, "pip")


def _name_of(spec: str) -> str | None:
    match = _NAME.fullmatch(spec.strip().strip("'\""))
    return None if match is None else match[1].lower()


def _size_of(package: str) -> Size:
    """Of a Python distribution of the same name the size is about the same; bounds are wide."""
    if package in _LARGE:
        return _LARGE[package]
    known = measured().get(normalised(package))
    if known is None:
        return _ONE
    likely = known.files + known.code + known.rest
    return Size(likely // 4, likely, max(likely * 20, 400_000_000))


def _environment_file(text: str) -> tuple[str | None, list[str], list[Requirement]]:
    """Name, packages and pip's part of an ``environment.yml``, by its lines: no YAML of others is loaded."""
    name, packages, from_pip = None, [], []
    section, depth = "", 0
    for raw in text.splitlines()[:5_000]:
        line = raw[:500].partition(" #")[0].rstrip()
        stripped = line.strip()
        indent = len(line) - len(line.lstrip())
        if not stripped or stripped.startswith("#"):
            continue
        if not stripped.startswith("-"):
            key, _, value = stripped.partition(":")
            if indent == 0:
                section = key
                name = value.strip() or name if key == "name" else name
            continue
        if section != "dependencies":
            continue
        item = stripped[1:].strip()
        if item.rstrip(":") == "pip" and item.endswith(":"):
            depth = indent + 1
        elif depth and indent >= depth:
            found = parse_requirement(item.strip("'\""), None)
            from_pip += [found] if found is not None else []
        else:
            packages.append(item)
    return name, packages, from_pip


def _cleaned(invocation: Invocation, line: _Line, root: str) -> Outcome:
    """Archives and the index; what environments use stays, for it is linked."""
    everything = line.has("-a", "--all")
    if line.has("--dry-run", "-d"):
        return _ANSWER
    pkgs = join(root, "pkgs")
    effects: list[Effect] = []
    if everything or line.has("-t", "--tarballs", "-f", "--force-pkgs-dirs"):
        effects += (Remove(path) for path in _archives(invocation, pkgs))
    if everything or line.has("-i", "--index-cache"):
        effects += (
            Remove(join(pkgs, f"cache/{name}"), recursive=True)
            for name in invocation.view.children(join(pkgs, "cache"))
        )
    return Outcome(tuple(effects))


def _archives(invocation: Invocation, pkgs: str) -> Iterator[str]:
    for name, node in invocation.view.children(pkgs).items():
        if isinstance(node, Inode) and name.startswith("<archives"):
            yield join(pkgs, name)


def _removed(invocation: Invocation, line: _Line, root: str, names: Sequence[str]) -> Outcome:
    prefix = _prefix(invocation, line, root)
    if prefix is None:
        return unmodelled("conda: which environment it changes is not known")
    if line.has("--all") or (not names and prefix != root):
        return Outcome((Remove(prefix, recursive=True),))
    wanted = {f"conda:{name}" for spec in names if (name := _name_of(spec)) is not None}
    children = invocation.view.children(prefix)
    return Outcome(
        tuple(
            Remove(join(prefix, name))
            for name, node in children.items()
            if getattr(node, "label", None) in wanted
        )
    )


def _configured(invocation: Invocation, line: _Line) -> Outcome:
    """``config --set``, ``--add``, ``--append``: a line in ``.condarc``."""
    if not line.has("--set", "--add", "--append", "--prepend", "--system", "--env"):
        return _ANSWER if line.has("--show", "--get", "--show-sources", "--describe") else SUCCESS
    path = join(home_of(invocation), ".condarc")
    return Outcome((Write(path, Size(0, 25, 200), append=True),))
