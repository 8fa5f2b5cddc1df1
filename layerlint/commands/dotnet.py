"""The .NET tools: ``dotnet``, ``nuget``, ``msbuild`` and ``mono``."""

from __future__ import annotations

from layerlint.commands._outcome import SUCCESS, unmodelled
from layerlint.commands._paths import basename, join, locate
from layerlint.commands._toolchain import ANSWER, Line, again, first_word, here, home, program, scan, variable
from layerlint.domain.size import Size
from layerlint.domain.text import UNKNOWN, Text
from layerlint.effects import Effect, Invocation, Outcome, Populate, Remove
from layerlint.filesystem.node import Directory

_NEEDS = "which packages the project needs is not known"
_BUILDS = "what the project builds is not known"
_PACKAGES = Size(0, 70_000_000, None)
"""``~/.nuget/packages``, with every framework a package was built for; a web application of version 3 or
later needs few beside the shared framework, one of version 1 or 2 some hundred."""
_HTTP = Size(0, 8_000_000, None)
_OBJECTS = Size(5_000, 1_500_000, None)
_OUTPUT = Size(5_000, 5_000_000, None)
_SELF_CONTAINED = Size(30_000_000, 75_000_000, 250_000_000)
"""The runtime goes with it: 65 to 100 MB before what the program needs, 30 MB or less where it is trimmed."""
_TOOL = Size(50_000, 6_000_000, 120_000_000)
_VALUES = frozenset(
    ("-c", "--configuration", "-o", "--output", "-f", "--framework", "-r", "--runtime", "-v", "--verbosity",
     "-s", "--source", "--packages", "-n", "--name", "--version-suffix", "--os", "-a", "--arch", "--project",
     "-l", "--logger", "--tool-path", "--version", "--add-source", "--configfile", "-d", "--filter",
     "--settings", "--collect", "--results-directory", "--manifest", "-p")
)  # fmt: skip


def dotnet(invocation: Invocation) -> Outcome:
    line = scan(invocation.argv[1:], _VALUES)
    if line.has("--version", "--info", "--list-sdks", "--list-runtimes", "-h", "--help") and not line.words:
        return ANSWER
    match line.verb:
        case "restore":
            return Outcome(_restored(invocation, line))
        case "build" | "msbuild" | "pack" | "test" | "run":
            return _build(invocation, line)
        case "publish":
            return _publish(invocation, line)
        case "tool":
            return _tool(invocation, line)
        case "clean" | "sln" | "dev-certs" | "format" | "workload":
            return SUCCESS
        case "new" | "add" | "remove":
            return _new(invocation, line)
        case "nuget" if line.words[1:2] == ("locals",):
            return Outcome(
                (Remove(_packages(invocation), recursive=True), Remove(_http(invocation), recursive=True))
            )
        case "nuget" | "":
            return ANSWER
        case verb:
            return program(invocation, first_word(basename(verb), "dotnet"))


def _packages(invocation: Invocation) -> str:
    return variable(invocation, "NUGET_PACKAGES") or f"{home(invocation)}/.nuget/packages"


def _http(invocation: Invocation) -> str:
    return f"{home(invocation)}/.local/share/NuGet"


def _project(invocation: Invocation, line: Line) -> str | None:
    """The directory of the project or solution that is named."""
    words = [word for word in line.words[1:] if word is UNKNOWN or not word.startswith("/p:")]
    word: Text | None = words[0] if words else line.value("--project")
    path = here(invocation, word)
    if path is None or isinstance(invocation.view.lookup(path), Directory):
        return path
    return path.rpartition("/")[0] or "/" if path.endswith(("proj", ".sln", ".slnx")) else path


def _restored(invocation: Invocation, line: Line) -> tuple[Effect, ...]:
    """Where an earlier step restored, little is added."""
    given = line.value("--packages")
    packages = _packages(invocation) if given is None else locate(invocation, given)
    if packages is None or line.has("--no-restore"):
        return ()
    again = isinstance(invocation.view.lookup(packages), Directory)
    size = Size(0, 0, None) if again else _PACKAGES
    http = Size(0, 0, None) if again else _HTTP
    project = _project(invocation, line)
    objects = () if project is None else (
        Populate(join(project, "obj"), "restore", Size(0, 60_000, 20_000_000), Size(0, 5, 400)),
    )  # fmt: skip
    return (
        Populate(packages, "packages", size, Size(0, 2000, None), _NEEDS),
        Populate(_http(invocation), "v3-cache", http, Size(0, 200, None), _NEEDS),
        *objects,
    )


def _build(invocation: Invocation, line: Line) -> Outcome:
    restored = () if line.has("--no-build") else _restored(invocation, line)
    project = _project(invocation, line)
    if project is None:
        return unmodelled(_BUILDS, *restored)
    output = _output(invocation, line) or join(project, "bin")
    built: tuple[Effect, ...] = (
        Populate(join(project, "obj"), "build", _OBJECTS, Size(1, 60, None), _BUILDS),
        Populate(output, "build", _OUTPUT, Size(2, 25, None), _BUILDS),
    )
    if line.has("--no-build"):
        built = ()
    ran = program(invocation, f"dotnet {line.verb}").effects if line.verb in ("test", "run") else ()
    return Outcome((*restored, *built, *ran))


def _output(invocation: Invocation, line: Line) -> str | None:
    given = line.value("-o", "--output")
    return None if given is None else locate(invocation, given)


def _publish(invocation: Invocation, line: Line) -> Outcome:
    """It builds first, unless ``--no-build``; the output of ``-o`` is what a later stage copies."""
    restored, project = _restored(invocation, line), _project(invocation, line)
    if line.value("-o", "--output") is UNKNOWN or project is None:
        return unmodelled(_BUILDS, *restored)
    contained = _self_contained(line)
    size = _SELF_CONTAINED.join(Size(0, 0, None)) if contained else _OUTPUT
    built: tuple[Effect, ...] = ()
    if not line.has("--no-build"):
        built = (
            Populate(join(project, "obj"), "build", _OBJECTS, Size(1, 60, None), _BUILDS),
            Populate(join(project, "bin"), "build", size, Size(2, 25, None), _BUILDS),
        )
    output = _output(invocation, line) or join(project, "bin/publish")
    published = Populate(output, "publish", size, Size(2, 220 if contained else 40, None), _BUILDS)
    return Outcome((*restored, *built, published))


def _self_contained(line: Line) -> bool:
    """A runtime was named (until .NET 6 that meant self-contained), and nothing says otherwise."""
    value = line.value("--self-contained")
    if value == "false" or line.has("--no-self-contained") or "false" in line.known:
        return False
    return value is not None or line.has("-r", "--runtime")


def _tool(invocation: Invocation, line: Line) -> Outcome:
    if line.words[1:2] not in (("install",), ("update",), ("restore",)):
        return ANSWER
    given = line.value("--tool-path")
    directory = f"{home(invocation)}/.dotnet/tools" if line.has("-g", "--global") else _packages(invocation)
    directory = directory if given is None else locate(invocation, given) or directory
    names = line.words[2:] or ("tools",)
    tools = [first_word(name, "tool") for name in names]
    return Outcome(
        tuple(Populate(directory, t, _TOOL, Size(2, 60, 3000), label=f"dotnet:{t}") for t in tools)
    )


def _new(invocation: Invocation, line: Line) -> Outcome:
    directory = here(invocation, line.value("-o", "--output"))
    if directory is None:
        return unmodelled("dotnet: the working directory is not known")
    made = Populate(directory, f"dotnet {line.verb}", Size(200, 4_000, None), Size(1, 3, None))
    return Outcome((made, *_restored(invocation, Line((), line.options))))


_NUGET_VALUES = frozenset(
    (
        "-ConfigFile",
        "-OutputDirectory",
        "-PackagesDirectory",
        "-SolutionDirectory",
        "-Source",
        "-Version",
        "-o",
    )
)


def nuget(invocation: Invocation) -> Outcome:
    line = scan(invocation.argv[1:], _NUGET_VALUES)
    if line.verb not in ("restore", "install"):
        return SUCCESS if line.verb in ("update", "sources", "config") else ANSWER
    given = line.value("-o", "-OutputDirectory", "-PackagesDirectory")
    directory = here(
        invocation, given if given is not None else "packages" if line.verb == "restore" else "."
    )
    if directory is None:
        return unmodelled(_NEEDS)
    return Outcome(
        (
            Populate(directory, "packages", Size(10_000, 30_000_000, None), Size(1, 600, None), _NEEDS),
            Populate(_packages(invocation), "packages", _PACKAGES, Size(0, 2000, None), _NEEDS),
        )
    )


def msbuild(invocation: Invocation) -> Outcome:
    return _build(invocation, Line(("build", *scan(invocation.argv[1:]).words), ()))


def mono(invocation: Invocation) -> Outcome:
    """Runs a program; ``nuget.exe`` is known."""
    line = scan(invocation.argv[1:])
    if not line.words:
        return ANSWER
    name = basename(first_word(line.words[0], "mono"))
    if name.lower() == "nuget.exe":
        words = invocation.argv[invocation.argv.index(line.words[0]) + 1 :]
        return nuget(again(invocation, name, words))
    return program(invocation, name)
