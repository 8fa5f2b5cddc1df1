"""python itself, virtual environments and byte-code: what is known of ``-m``, ``-c`` and ``setup.py``."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Callable, Sequence

from layerlint import commands
from layerlint._dataclass import replace
from layerlint.commands._environment import bundled, environment
from layerlint.commands._options import Grammar, parse
from layerlint.commands._outcome import SUCCESS, unmodelled
from layerlint.commands._paths import basename, clean, join, parent, show
from layerlint.commands._project import own_size, project
from layerlint.commands._pypi import Place, closure, effects_of, title_of
from layerlint.commands._python import running
from layerlint.commands._requirements import parse as parse_requirement
from layerlint.domain.size import Size, total
from layerlint.domain.text import UNKNOWN, Text
from layerlint.effects import (
    Effect,
    Invocation,
    Outcome,
    Populate,
    Stream,
    Unmodelled,
)
from layerlint.filesystem.node import Inline, Inode

_ANSWER = Outcome(stdout=Stream(Size(0, 1_000, None)))
_ALONE_SINCE = 12
"""From Python 3.12 on get-pip.py brings neither setuptools nor wheel."""
MAX_CODE = 20_000
"""Bytes of a program on the command line that are looked at."""
_WITH_VALUE = frozenset("WXQ")
_TOOLS = frozenset({"conda", "easy_install", "jupyter", "pdm", "pipenv", "pipx", "poetry", "uv"})
_KERNEL = Size.around(13_350, 0.1, 0.2)
"""A kernel's description and its pictures: ipykernel 7."""
_HARMLESS = frozenset(
    {"ast", "calendar", "cProfile", "dis", "doctest", "http.server", "json.tool", "platform", "pydoc", "site",
     "sysconfig", "tabnanny", "this", "timeit", "tokenize", "trace"}
)  # fmt: skip
"""Modules that only print or serve when they are run."""


def python(invocation: Invocation) -> Outcome:
    """An interpreter: a module or a program whose doings are known, or else anything."""
    words = list(invocation.argv[1:])
    while words:
        word = words.pop(0)
        if word is UNKNOWN:
            return unmodelled("python: what it runs is not known")
        if word in ("-V", "-VV", "--version", "-h", "--help", "--help-all"):
            return _ANSWER
        if word == "-":
            break
        if not word.startswith("-"):
            return _script(invocation, word, words)
        if word.startswith("--"):
            if "=" not in word and word == "--check-hash-based-pycs" and words:
                words.pop(0)
            continue
        for at, letter in enumerate(word[1:], start=2):
            rest = word[at:]
            if letter == "m":
                return _module(invocation, rest or (words.pop(0) if words else UNKNOWN), words)
            if letter == "c":
                return _code(rest or (words.pop(0) if words else UNKNOWN))
            if letter in _WITH_VALUE:
                if not rest and words:
                    words.pop(0)
                break
    if invocation.stdin is None:
        return SUCCESS
    content = invocation.stdin.content
    return _code(content.data.decode("utf-8", "replace") if isinstance(content, Inline) else UNKNOWN)


def _module(invocation: Invocation, name: Text, words: Sequence[Text]) -> Outcome:
    """``-m NAME``: as the command of that name, or one of the standard library's."""
    if name is UNKNOWN:
        return unmodelled("python: which module it runs is not known")
    if name in ("pip", "pip.__main__"):
        model = commands.find("pip")
        assert model is not None
        return model(replace(invocation, argv=(invocation.argv[0], *words)))
    inner = _MODULES.get(name)
    if inner is not None:
        return inner(replace(invocation, argv=(invocation.argv[0], *words)))
    if name in _HARMLESS:
        return _ANSWER
    if name in _TOOLS:
        model = commands.find(name)
        assert model is not None
        return model(replace(invocation, argv=(name, *words)))
    if name in ("ipykernel", "ipykernel.kernelspec"):
        kernels = join(running(invocation).prefix, "share/jupyter/kernels")
        return Outcome((Populate(kernels, "python3", _KERNEL, Size.exact(4)),))
    if name in ("venv", "virtualenv"):
        return virtualenv(replace(invocation, argv=(invocation.argv[0], *words)))
    return unmodelled(f"python: what module {name[:60]} does is not known")


def _code(code: Text) -> Outcome:
    """A program that only imports, assigns plain values and prints writes nothing; any other is not followed."""
    if code is UNKNOWN:
        return unmodelled("python: the program is not known")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            body = ast.parse(code[:MAX_CODE]).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return unmodelled("python: a program that is not followed")
    if all(_only_prints(statement) for statement in body):
        return _ANSWER
    return unmodelled("python: a program that is not followed")


def _only_prints(statement: ast.stmt) -> bool:
    match statement:
        case ast.Import() | ast.ImportFrom() | ast.Assert() | ast.Pass():
            return True
        case ast.Expr(value=ast.Call(func=ast.Name(id="print"), args=arguments)):
            return not any(isinstance(node, ast.Call) for one in arguments for node in ast.walk(one)) or all(
                _is_question(node)
                for one in arguments
                for node in ast.walk(one)
                if isinstance(node, ast.Call)
            )
        case ast.Expr(value=ast.Attribute() | ast.Name() | ast.Constant()):
            return True
        case _:
            return False


def _is_question(call: ast.Call) -> bool:
    """A call that is known to only answer."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    return name in {
        "get",
        "get_config_var",
        "get_path",
        "get_paths",
        "getattr",
        "join",
        "len",
        "str",
        "version",
    }


# ----------------------------------------------------------------- setup.py and others


def _script(invocation: Invocation, name: str, words: Sequence[Text]) -> Outcome:
    last = basename(name)
    verbs = [word for word in words if isinstance(word, str) and not word.startswith("-")]
    if last == "setup.py" and verbs:
        return _setup(invocation, name, verbs)
    if last in ("pip", "pip2", "pip3"):
        return _module(invocation, "pip", words)
    if last == "get-pip.py":
        return _get_pip(invocation, words)
    if last == "manage.py" and verbs[:1] in (["check"], ["showmigrations"], ["help"], ["version"]):
        return _ANSWER
    if last == "manage.py" and verbs[:1] == ["collectstatic"]:
        return unmodelled("python: where manage.py collects static files, and how many, is not known")
    return unmodelled(f"python: what {show(last)[:60]} does is not known")


def _setup(invocation: Invocation, name: str, verbs: Sequence[str]) -> Outcome:
    """``setup.py install``, ``develop``, ``build``: the project's own packages; what it compiles is not known."""
    path = invocation.path(name)
    if path is None:
        return unmodelled("python: which project setup.py is of is not known")
    directory = parent(clean(path))
    target = running(invocation)
    size = own_size(invocation, directory)
    found = project(invocation, directory, version=target.version)
    label = f"pip:{found.name}"
    reason = "what setup.py compiles and requires is not known"
    effects: list[Effect] = []
    if {"build", "install", "bdist_wheel", "build_ext", "sdist"} & set(verbs):
        effects.append(Populate(directory, "build", _unbounded(size), Size(1, 30, None), reason=reason))
    if {"install", "develop"} & set(verbs):
        whole = _unbounded(size) if "install" in verbs else Size(100, 2_000, None)
        effects.append(
            Populate(target.site, found.name, whole, Size(1, 30, None), reason=reason, label=label)
        )
        code = join(target.site, "__pycache__")
        if "install" in verbs:
            amount = size.scaled(0.7).or_nothing()
            effects.append(Populate(code, f"{found.name} *.pyc", _unbounded(amount), label=label))
        chosen = closure(found.requires)
        place = Place(target.site, target.scripts, join(target.prefix, "share"), code)
        effects += effects_of(chosen, place, title_of(each.name for each in found.requires))
    return Outcome(tuple(effects)) if effects else unmodelled("python: what setup.py does is not known")


def _unbounded(size: Size) -> Size:
    return Size(0, size.likely, None)


def _get_pip(invocation: Invocation, words: Sequence[Text]) -> Outcome:
    """The script brings the newest pip, which then installs itself, and setuptools and wheel on old Pythons."""
    target = running(invocation)
    names = [word for word in words if isinstance(word, str) and not word.startswith("-")] or ["pip"]
    if target.minor is not None and target.minor < _ALONE_SINCE:
        names += [name for name in ("setuptools", "wheel") if f"--no-{name}" not in words]
    options = ("--no-cache-dir",) if "--no-cache-dir" in words else ()
    model = commands.find("pip")
    assert model is not None
    argv = (invocation.argv[0], "install", *options, *dict.fromkeys(names))
    return model(replace(invocation, argv=argv))


# -------------------------------------------------------------- virtual environments

_VENV = Grammar(
    "venv",
    "hp:qv",
    {
        "activators": "-:", "always-copy": "copies", "app-data": "-:", "clear": "-", "copies": "copies",
        "copy": "copies", "creator": "-:", "discovery": "-:", "distribute": "-", "download": "-",
        "extra-search-dir": "-:", "never-download": "-", "no-download": "-", "no-periodic-update": "-",
        "no-pip": "bare", "no-seed": "bare", "no-setuptools": "-", "no-site-packages": "-", "no-vcs-ignore": "-",
        "no-wheel": "-", "pip": "-:", "prompt": "-:", "python": "p:", "quiet": "-", "relocatable": "-",
        "seeder": "-:", "setuptools": "-:", "symlinks": "-", "system-site-packages": "-",
        "unzip-setuptools": "-", "upgrade": "-", "upgrade-deps": "upgrade", "use-distribute": "-",
        "verbose": "-", "wheel": "-:", "without-pip": "bare", "without-scm-ignore-files": "-",
    },
)  # fmt: skip


def virtualenv(invocation: Invocation) -> Outcome:
    """``python -m venv`` and ``virtualenv``: links to an interpreter, and a pip of its own."""
    options = parse(_VENV, invocation.argv[1:])
    if isinstance(options, Outcome):
        return options
    if options.has("h"):
        return _ANSWER
    base = running(invocation)
    chosen = options.value("p")
    if isinstance(chosen, str):
        named = chosen if chosen.startswith(("python", "/")) else f"python{chosen}"
        base = running(replace(invocation, argv=(named,)))
    effects: list[Effect] = []
    for word in options.operands:
        path = invocation.path(word)
        if path is None:
            return unmodelled("venv: where the environment is made is not known", *effects)
        effects += environment(clean(path), base, bare=options.has("bare"), newest=options.has("upgrade"))
    return Outcome(tuple(effects))


def _ensurepip(invocation: Invocation) -> Outcome:
    base = running(invocation)
    return Outcome(tuple(bundled(base.site, base.scripts, base)))


# ------------------------------------------------------------------------ byte-code

_COMPILED = 0.92
"""Byte-code over source, in bytes: the middle half of the distributions that were measured has 0.7 to 1.1."""


def _compileall(invocation: Invocation) -> Outcome:
    """Byte-code of sources under directories; of files that are known only in sum, at most what pip compiles."""
    effects: list[Effect] = []
    skip = False
    for word in invocation.argv[1:]:
        if skip or word is UNKNOWN or word.startswith("-"):
            skip = not skip and word in (
                "-d",
                "-x",
                "-i",
                "-j",
                "-r",
                "-s",
                "-p",
                "-e",
                "-o",
                "--invalidation-mode",
            )
            continue
        path = invocation.path(word)
        if path is None:
            continue
        nodes = [
            node.size
            for count, (below, node) in enumerate(invocation.view.walk(path))
            if count < 100_000 and isinstance(node, Inode) and below.endswith(".py")
        ]
        likely = total(nodes).scaled(_COMPILED)
        low = likely.scaled(0.4).low
        effects.append(
            Populate(
                join(path, "__pycache__"), "*.pyc", Size(low, likely.likely, None), Size(0, len(nodes), None)
            )
        )
    return (
        Outcome(tuple(effects))
        if effects
        else Outcome((Unmodelled("python: what it compiles is not known"),))
    )


_MODULES: dict[str, Callable[[Invocation], Outcome]] = {
    "compileall": _compileall,
    "ensurepip": _ensurepip,
}


# ------------------------------------------------------------------------ easy_install


def easy_install(invocation: Invocation) -> Outcome:
    """Eggs of distributions and what they require: as large as pip's, without a cache."""
    target = running(invocation)
    names = [word for word in invocation.argv[1:] if isinstance(word, str) and not word.startswith("-")]
    wanted = [found for name in names if (found := parse_requirement(name, invocation.cwd)) is not None]
    code = join(target.site, "__pycache__")
    place = Place(target.site, target.scripts, join(target.prefix, "share"), code)
    return Outcome(effects_of(closure(wanted), place, title_of(names)))
