"""The JVM's tools: Maven, Gradle, Ant, sbt, Leiningen, Java and Kotlin compilers.

1,020 jars of a Maven repository in use have a mean of 0.40 MB; 5 % of them are below 6 kB, half below 118 kB
and 95 % below 2.2 MB.  A pom.xml does not name what its dependencies need, and so their number is not known.
"""

from __future__ import annotations

from itertools import pairwise

from layerlint.commands._outcome import SUCCESS, unmodelled
from layerlint.commands._paths import basename, join, locate
from layerlint.commands._toolchain import (
    ANSWER,
    Line,
    filled,
    first_word,
    here,
    home,
    program,
    scan,
    setting,
    variable,
)
from layerlint.domain.size import Size
from layerlint.domain.text import UNKNOWN
from layerlint.effects import Effect, Invocation, Outcome, Populate, Remove, Stream, Write
from layerlint.filesystem.node import Directory, Inode

_NEEDS = "what the build downloads is not known"
_BUILDS = "what the build makes is not known"
_REPOSITORY = Size(3_000_000, 95_000_000, None)
"""About 200 jars and their poms, with the plugins' own: 27 MB of a small web application, 121 MB of JHipster's."""
_MORE = Size(0, 20_000_000, None)
"""Where an earlier step filled the repository."""
_TARGET = Size(0, 20_000_000, None)
_GRADLE_DISTRIBUTION = Size(0, 150_000_000, 450_000_000)
"""What ``gradlew`` downloads (65 to 230 MB) and unpacks, and deletes not."""
_GRADLE_CACHE = Size(1_000_000, 120_000_000, None)
_SBT_PLACES = (
    (".sbt/boot", Size(0, 55_000_000, 150_000_000), ""),
    (".ivy2", Size(0, 60_000_000, None), _NEEDS),
    (".cache/coursier", Size(0, 60_000_000, None), _NEEDS),
)
"""sbt 1.3 and later use Coursier's cache, older ones Ivy's."""
_LEIN = Size(500_000, 35_000_000, None)

_MVN_VALUES = frozenset(
    ("-f", "--file", "-s", "--settings", "-gs", "--global-settings", "-P", "--activate-profiles", "-pl", "--projects",
     "-rf", "--resume-from", "-T", "--threads", "-t", "--toolchains", "-l", "--log-file", "-D", "-b", "--builder")
)  # fmt: skip
_GRADLE_VALUES = frozenset(
    ("-p", "--project-dir", "-b", "--build-file", "-c", "--settings-file", "-g", "--gradle-user-home", "-I",
     "--init-script", "-x", "--exclude-task", "--max-workers", "--console", "--gradle-version", "--distribution-type")
)  # fmt: skip


def _grown(invocation: Invocation, path: str, first: Size) -> Size:
    return _MORE if isinstance(invocation.view.lookup(path), Directory) else first


# ------------------------------------------------------------------------------ Maven


def maven(invocation: Invocation) -> Outcome:
    """Plugins and dependencies go to ``~/.m2/repository``, what is built to ``target``."""
    line = scan(invocation.argv[1:], _MVN_VALUES)
    goals = set(line.known)
    wrapper = _wrapper(
        invocation, f"{home(invocation)}/.m2/wrapper/dists", Size(0, 11_000_000, 22_000_000), 80
    )
    if line.has("-v", "--version", "-h", "--help"):
        return Outcome(wrapper, stdout=ANSWER.stdout)
    repository = _repository(invocation, line)
    project = _project(invocation, line.value("-f", "--file"))
    if project is None:
        return unmodelled("mvn: where the project is is not known")
    effects: list[Effect] = [*wrapper]
    target = join(project, "target")
    if "clean" in goals:
        effects.append(Remove(target, recursive=True))
    if (goals and goals <= {"clean", "help"}) or (line.partial and not goals):
        return Outcome(
            (*effects, Populate(repository, "maven", Size(0, 3_000_000, None), Size(0, 150, None), _NEEDS))
        )
    grown = _grown(invocation, repository, _REPOSITORY)
    effects.append(Populate(repository, "maven", grown, Size(0, 900, None), _NEEDS))
    if goals & _BUILDING or any(
        goal.startswith(("assembly:", "compiler:", "jar:", "war:", "spring-boot:")) for goal in goals
    ):
        effects.append(Populate(target, "maven", _TARGET, Size(0, 150, None), _BUILDS))
    if goals & {"site", "javadoc:javadoc"}:
        effects.append(
            Populate(join(target, "site"), "site", Size(0, 5_000_000, None), Size(0, 300, None), _BUILDS)
        )
    return Outcome(tuple(effects))


_BUILDING = frozenset(
    ("compile", "test", "test-compile", "package", "verify", "install", "deploy", "integration-test", "process-classes",
     "process-resources", "prepare-package", "generate-sources", "generate-resources", "site")
)  # fmt: skip


def _repository(invocation: Invocation, line: Line) -> str:
    given = line.value("-Dmaven.repo.local")
    path = locate(invocation, given or "")
    if path is not None:
        return path
    for option in setting(invocation, "MAVEN_OPTS").split():
        if option.startswith("-Dmaven.repo.local=/"):
            return option.partition("=")[2]
    return f"{home(invocation)}/.m2/repository"


def _project(invocation: Invocation, given: object) -> str | None:
    """The directory of a project that is named by its file or by its directory."""
    if given is None:
        return here(invocation)
    path = locate(invocation, given) if isinstance(given, str) else None
    if path is None or isinstance(invocation.view.lookup(path), Directory):
        return path
    return path.rpartition("/")[0] or "/" if "." in basename(path) else path


def _wrapper(invocation: Invocation, directory: str, size: Size, count: int) -> tuple[Effect, ...]:
    """``./mvnw`` and ``./gradlew`` bring their tool with them."""
    if not basename(str(invocation.argv[0])).endswith(("mvnw", "gradlew")):
        return ()
    if isinstance(invocation.view.lookup(directory), Directory):
        return ()
    return (Populate(directory, "distribution", size, Size(0, count, 2000)),)


# ----------------------------------------------------------------------------- Gradle


def gradle(invocation: Invocation) -> Outcome:
    """Everything it downloads and compiles goes to ``~/.gradle``, what is built to ``build``."""
    line = scan(invocation.argv[1:], _GRADLE_VALUES)
    user = locate(invocation, line.value("-g", "--gradle-user-home") or "") or variable(
        invocation, "GRADLE_USER_HOME"
    )
    user = user or f"{home(invocation)}/.gradle"
    wrapper = _wrapper(invocation, join(user, "wrapper/dists"), _GRADLE_DISTRIBUTION, 300)
    if line.has("-v", "--version", "-h", "--help") and not line.words:
        return Outcome(wrapper, stdout=ANSWER.stdout)
    project = _project(invocation, line.value("-p", "--project-dir", "-b", "--build-file"))
    if project is None:
        return unmodelled("gradle: where the project is is not known", *wrapper)
    tasks = {word.rpartition(":")[2] for word in line.known}
    caches = join(user, "caches")
    effects: list[Effect] = [
        *wrapper,
        Populate(caches, "gradle", _grown(invocation, caches, _GRADLE_CACHE), Size(1, 800, None), _NEEDS),
        Populate(join(project, ".gradle"), "gradle", Size(0, 100_000, 20_000_000), Size(0, 12, 500)),
        Populate(join(user, "daemon"), "log", Size(0, 60_000, 20_000_000), Size(0, 2, 10)),
    ]
    if "clean" in tasks:
        effects.append(Remove(join(project, "build"), recursive=True))
    if tasks == {"wrapper"}:
        jar = Populate(
            join(project, "gradle/wrapper"), "wrapper", Size(50_000, 60_000, 80_000), Size(2, 2, 2)
        )
        return Outcome(
            (*effects, jar, Write(join(project, "gradlew"), Size(5_000, 5_800, 9_000), mode=0o755))
        )
    if tasks and not tasks <= {"clean", "dependencies", "tasks", "help", "projects", "properties"}:
        effects.append(Populate(join(project, "build"), "gradle", _TARGET, Size(0, 200, None), _BUILDS))
    return Outcome(tuple(effects))


# ----------------------------------------------------------------------- other builders


def ant(invocation: Invocation) -> Outcome:
    """A build file may put things anywhere; usually it is ``build`` beside it."""
    line = scan(
        invocation.argv[1:],
        frozenset(("-f", "-file", "-buildfile", "-l", "-logfile", "-lib", "-propertyfile")),
    )
    if line.has("-version", "-diagnostics", "-p", "-projecthelp", "-h", "-help"):
        return ANSWER
    project = _project(invocation, line.value("-f", "-file", "-buildfile"))
    if project is None:
        return unmodelled(_BUILDS)
    return Outcome((Populate(project, "ant", Size(0, 6_000_000, None), Size(0, 300, None), _BUILDS),))


def sbt(invocation: Invocation) -> Outcome:
    """Boot files, the caches of Ivy and Coursier, and ``target`` directories of the build and of its build."""
    line = scan(
        invocation.argv[1:],
        frozenset(("-mem", "-sbt-version", "-java-home", "-ivy", "-sbt-dir", "-sbt-boot")),
    )
    if line.has("-h", "--help", "--script-version", "-version"):
        return ANSWER
    root = home(invocation)
    effects: list[Effect] = []
    for below, first, reason in _SBT_PLACES:
        size = _grown(invocation, join(root, below), first)
        effects.append(Populate(join(root, below), "sbt", size, Size(0, 400, None), reason))
    effects += filled(
        invocation, "project/target", "sbt", Size(0, 2_000_000, None), Size(0, 60, None), _BUILDS
    )
    commands = {word.rpartition("/")[2].rpartition(":")[2] for word in line.known}
    if commands - {"update", "clean", "clean-files", "sbtVersion", "about", "exit"}:
        effects += filled(invocation, "target", "sbt", Size(0, 25_000_000, None), Size(0, 300, None), _BUILDS)
    return Outcome(tuple(effects))


def lein(invocation: Invocation) -> Outcome:
    """The script downloads Leiningen's own jar (13 to 16 MB) once; jars go to ``~/.m2``."""
    line = scan(invocation.argv[1:])
    own = f"{home(invocation)}/.lein/self-installs"
    size = (
        Size(0, 0, 16_000_000)
        if isinstance(invocation.view.lookup(own), Directory)
        else Size(0, 14_000_000, 17_000_000)
    )
    effects: list[Effect] = [Populate(own, "leiningen", size, Size(0, 1, 2))]
    words = set(line.known)
    if words & {"version", "help", "upgrade", "self-install"} or not line.words:
        return Outcome(tuple(effects), stdout=ANSWER.stdout)
    repository = f"{home(invocation)}/.m2/repository"
    size = _grown(invocation, repository, _LEIN)
    effects.append(Populate(repository, "leiningen", size, Size(0, 250, None), _NEEDS))
    if words & {"uberjar", "jar", "compile", "package", "test", "run", "cljsbuild", "install", "ring"}:
        effects += filled(
            invocation, "target", "lein", Size(0, 20_000_000, None), Size(0, 200, None), _BUILDS
        )
    return Outcome(tuple(effects))


# -------------------------------------------------------------------- Java and its like


def java(invocation: Invocation) -> Outcome:
    """A program of the author's, unless it only tells its version."""
    words = invocation.argv[1:]
    flags = {word for word in words if isinstance(word, str)}
    if flags & {"-version", "--version", "-showversion", "-help", "--help", "-XshowSettings"}:
        return ANSWER
    if "-Xshare:dump" in flags:
        base = variable(invocation, "JAVA_HOME") or "/usr/lib/jvm"
        return Outcome(
            (Populate(base, "classes.jsa", Size(10_000_000, 13_500_000, 60_000_000), Size(1, 1, 2)),)
        )
    jars = [word for before, word in pairwise(words) if before == "-jar"]
    return program(
        invocation, first_word(basename(jars[0]) if jars and isinstance(jars[0], str) else "java", "java")
    )


_JAVAC_VALUES = frozenset(
    ("-d", "-cp", "-classpath", "--class-path", "-source", "-target", "-release", "--release", "-encoding",
     "-sourcepath", "-s", "-h", "-processor", "-processorpath", "-p", "--module-path", "-Xplugin")
)  # fmt: skip


def compiler(invocation: Invocation) -> Outcome:
    """javac, kotlinc, scalac: class files beside the sources, or under ``-d``."""
    line = scan(invocation.argv[1:], _JAVAC_VALUES)
    sources = [
        w
        for w in line.words
        if w is UNKNOWN or w.endswith((".java", ".kt", ".kts", ".scala")) or w.startswith("@")
    ]
    if not sources or line.has("-version", "--version"):
        return ANSWER
    directory = here(invocation, line.value("-d"))
    if directory is None:
        return unmodelled("where classes are compiled to is not known")
    several = any(w is UNKNOWN or "*" in w or w.startswith("@") for w in sources)
    number = len(sources)
    size = Size(400, 40_000, None) if several else Size(400 * number, 3_000 * number, 60_000 * number)
    name = basename(str(invocation.argv[0]))
    return Outcome((Populate(directory, name, size, Size(1, number, None)),))


def docker_java_home(invocation: Invocation) -> Outcome:
    """A script of the official openjdk images that prints a path."""
    return ANSWER


def catalina(invocation: Invocation) -> Outcome:
    """Tomcat: ``configtest`` starts the engine and writes its logs."""
    verb = scan(invocation.argv[1:]).verb
    if verb == "version":
        return ANSWER
    base = variable(invocation, "CATALINA_HOME") or "/usr/local/tomcat"
    logs = Populate(join(base, "logs"), "logs", Size(0, 6_000, 200_000), Size(0, 2, 6))
    started = () if verb == "configtest" else program(invocation, "catalina.sh").effects
    return Outcome((logs, *started), stdout=Stream(Size(0, 4_000, 100_000)))


def jar(invocation: Invocation) -> Outcome:
    """``jar xf``: what an archive holds; ``jar cf``: one file."""
    line = scan(
        invocation.argv[1:], frozenset(("-f", "--file", "-C", "--manifest", "-m", "-e", "--main-class"))
    )
    verb = line.verb
    if "t" in verb or ("i" in verb and "x" not in verb and "c" not in verb):
        return ANSWER
    directory = here(invocation)
    if directory is None:
        return unmodelled("jar: the working directory is not known")
    if "c" in verb or line.has("--create", "-cf", "-cvf"):
        words = line.words[1:] if "c" in verb else line.words
        path = locate(invocation, words[0]) if words else None
        return SUCCESS if path is None else Outcome((Write(path, Size(300, 200_000, None)),))
    reason = "what the archive holds is not known"
    return Outcome((Populate(directory, "jar", Size(0, 2_000_000, None), Size(0, 100, None), reason),))


def keytool(invocation: Invocation) -> Outcome:
    """Keys and certificates: a key store of a few kilobytes is written anew."""
    line = scan(invocation.argv[1:], _KEYTOOL_VALUES)
    path = locate(invocation, line.value("-keystore", "-destkeystore") or "")
    verbs = ("-import", "-importcert", "-genkey", "-genkeypair", "-importkeystore", "-delete", "-storepasswd")
    if not line.has(*verbs):
        return ANSWER
    path = path or f"{home(invocation)}/.keystore"
    node = invocation.view.lookup(path)
    size = node.size + Size(0, 1_500, 20_000) if isinstance(node, Inode) else Size(500, 3_000, 400_000)
    return Outcome((Write(path, size),))


_KEYTOOL_VALUES = frozenset(
    ("-alias", "-dname", "-destalias", "-destkeystore", "-destkeypass", "-deststorepass", "-deststoretype", "-ext",
     "-file", "-keyalg", "-keypass", "-keysize", "-keystore", "-sigalg", "-srcalias", "-srckeystore", "-srcstorepass",
     "-srcstoretype", "-storepass", "-storetype", "-validity")
)  # fmt: skip
