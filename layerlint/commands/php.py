"""PHP: ``composer``, ``php``, ``pear`` and ``drush``.

Packages of Debian 12 named ``php-…`` (643 of them) have a mean of 0.45 MB and half of them less than 80 kB;
what composer unpacks has tests and documents besides.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from layerlint.commands._outcome import SUCCESS, unmodelled
from layerlint.commands._paths import basename, join, locate
from layerlint.commands._streams import of_text
from layerlint.commands._toolchain import (
    ANSWER,
    LOCK_LIMIT,
    Line,
    Typical,
    again,
    data,
    files,
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
from layerlint.domain.text import UNKNOWN, Text
from layerlint.effects import Effect, Invocation, Outcome, Populate, Remove, Write

_PACKAGE = Typical(10_000, 120_000, 600_000, 12_000_000)
_ARCHIVE = Typical(4_000, 40_000, 160_000, 4_000_000)
_VENDOR = Size(50_000, 45_000_000, None)
_CACHE = Size(0, 12_000_000, None)
_REPOSITORY = Size(0, 5_000_000, 60_000_000)
"""Metadata of the packages: composer 1 keeps lists of many megabytes, composer 2 a file a package."""
_ALONE = Size(10_000, 1_500_000, None)
"""``composer require`` of one package, with what it needs."""
_PEAR = Size(30_000, 600_000, 15_000_000)
_PHAR = Size(1_000_000, 2_400_000, 3_500_000)
"""``composer.phar``: 1.1 to 2.3 MB of version 1, 2.2 to 3.1 MB of version 2."""
_SETUP = Size(40_000, 57_000, 400_000)
_UNKNOWN = "which packages composer.lock asks for is not known"
_VALUES = frozenset(
    ("-d", "--working-dir", "--install-dir", "--filename", "--version", "--repository", "--repository-url", "-s",
     "--stability", "--ignore-platform-req", "--apcu-autoloader-prefix", "--format", "-f", "--dir", "--file")
)  # fmt: skip
_ONE = frozenset(
    ("--install-dir", "--filename", "-d", "-f", "-r", "-c", "-z", "-t", "-S", "-B", "-R", "-F", "-E")
)

# --------------------------------------------------------------------------- composer


def composer(invocation: Invocation) -> Outcome:
    return _composer(invocation, scan(invocation.argv[1:], _VALUES - {"--version", "-s"}))


def _composer(invocation: Invocation, line: Line) -> Outcome:
    words = line.words
    where = here(invocation, line.value("-d", "--working-dir"))
    verb = line.verb
    if verb == "global":
        words, where = words[1:], _composer_home(invocation)
        verb = words[0] if words and isinstance(words[0], str) else ""
    if verb in _WRITE and where is None:
        return unmodelled("composer: the working directory is not known")
    directory = where or "/"
    match verb:
        case "install" | "i" | "update" | "upgrade" | "u" | "reinstall":
            return Outcome(_installed(invocation, directory, line))
        case "require" | "r":
            return Outcome(_required(invocation, directory, words[1:]))
        case "create-project":
            return Outcome(_project(invocation, directory, words[1:]))
        case "dump-autoload" | "dumpautoload":
            return Outcome(_autoloader(directory, None))
        case "clear-cache" | "clearcache" | "cc":
            return Outcome((Remove(_cache(invocation), recursive=True),))
        case "config" if line.has("-g", "--global") or len(words) > 2:
            return Outcome((Populate(_composer_home(invocation), "config", Size(0, 100, 2000)),))
        case "self-update" | "selfupdate":
            return Outcome((Populate(_composer_home(invocation), "composer.phar", _PHAR.or_nothing()),))
        case "test" | "run-script" | "run" | "exec":
            return program(invocation, f"composer {verb}")
        case "init":
            return Outcome((Write(join(directory, "composer.json"), Size(100, 300, 5000)),))
        case "remove":
            return SUCCESS
        case _:
            return ANSWER


_WRITE = frozenset(
    ("install", "i", "update", "upgrade", "u", "reinstall", "require", "r", "create-project", "dump-autoload",
     "dumpautoload", "init")
)  # fmt: skip


def _composer_home(invocation: Invocation) -> str:
    """``COMPOSER_HOME``; ``~/.composer``, or ``~/.config/composer`` of an account with XDG variables."""
    given = variable(invocation, "COMPOSER_HOME")
    configured = variable(invocation, "XDG_CONFIG_HOME")
    return given or (f"{configured}/composer" if configured else f"{home(invocation)}/.composer")


def _cache(invocation: Invocation) -> str:
    return variable(invocation, "COMPOSER_CACHE_DIR") or f"{_composer_home(invocation)}/cache"


def _installed(invocation: Invocation, directory: str, line: Line) -> tuple[Effect, ...]:
    vendor = variable(invocation, "COMPOSER_VENDOR_DIR") or join(directory, "vendor")
    count = _count(data(invocation, join(directory, "composer.lock"), LOCK_LIMIT), not line.has("--no-dev"))
    cache = _cache(invocation)
    if count is None or line.verb in ("update", "upgrade", "u"):
        packages = Populate(vendor, "composer", _VENDOR, Size(10, 6000, None), _UNKNOWN)
        archives = Populate(f"{cache}/files", "archives", _CACHE, Size(0, 70, None), _UNKNOWN)
    else:
        packages = Populate(vendor, "composer", _PACKAGE.of(count), files(count, 70))
        archives = Populate(f"{cache}/files", "archives", _ARCHIVE.of(count), files(count, 1))
    lists = Populate(f"{cache}/repo", "packages", _REPOSITORY, Size(0, 90, 3000))
    cached = () if line.has("--no-cache") else (archives, lists)
    return (packages, *cached, *_autoloader(directory, count))


def _count(text: str | None, development: bool) -> int | None:
    if text is None:
        return None
    try:
        lock = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(lock, dict):
        return None
    keys = ("packages", "packages-dev") if development else ("packages",)
    lists = [lock.get(key) for key in keys]
    return sum(len(packages) for packages in lists if isinstance(packages, list))


def _autoloader(directory: str, count: int | None) -> tuple[Effect, ...]:
    """The class maps; of an optimized loader a hundred bytes a class."""
    likely = 150_000 if count is None else 20_000 + 6_000 * min(count, 500)
    size = Size(10_000, likely, 8_000_000)
    return (Populate(join(directory, "vendor/composer"), "autoload", size, Size(5, 9, 20)),)


def _required(invocation: Invocation, directory: str, names: tuple[Text, ...]) -> tuple[Effect, ...]:
    reason = "what the packages need is not known"
    cache = _cache(invocation)
    effects: list[Effect] = []
    for word in names:
        name = first_word(word, "package").partition(":")[0] or "package"
        effects += [
            Populate(join(directory, "vendor"), name, _ALONE, Size(3, 200, None), reason, f"composer:{name}"),
            Populate(f"{cache}/files", name, Size(0, 400_000, None), Size(0, 3, None), reason),
        ]
    effects.append(Populate(f"{cache}/repo", "packages", _REPOSITORY, Size(0, 20, 3000)))
    effects.append(Populate(directory, "composer.json", Size(50, 5_000, 200_000), Size(2, 2, 2)))
    return (*effects, *_autoloader(directory, 1))


def _project(invocation: Invocation, directory: str, names: tuple[Text, ...]) -> tuple[Effect, ...]:
    name = first_word(names[0] if names else "", "project")
    target = names[1] if len(names) > 1 else name.partition(":")[0].rpartition("/")[2]
    path = locate(invocation, target) or directory
    cache = _cache(invocation)
    reason = "what the project needs is not known"
    return (
        Populate(path, name, Size(10_000, 60_000_000, None), Size(5, 8000, None), reason),
        Populate(f"{cache}/files", name, _CACHE, Size(0, 70, None), reason),
        Populate(f"{cache}/repo", "packages", _REPOSITORY, Size(0, 90, 3000)),
    )


# -------------------------------------------------------------------------------- php


def php(invocation: Invocation) -> Outcome:
    """``-r`` runs text, a name runs a script, and nothing runs what is piped in: composer's installer."""
    words = invocation.argv[1:]
    head = scan(words, _ONE)
    if head.has("-v", "--version", "-m", "-i", "--ini", "-l", "--re", "--ri", "-h", "--help"):
        return ANSWER
    if head.has("-r"):
        return _text(invocation, head.value("-r"))
    script = head.value("-f") or (head.words[0] if head.words else None)
    if script is None:
        return _setup(invocation, scan((*head.rest, *words), _VALUES)) if words else _piped(invocation)
    if not isinstance(script, str):
        return program(invocation, "php")
    name = basename(script)
    if script == "-":
        return _setup(invocation, scan(words[1:], _VALUES))
    rest = words[words.index(script) + 1 :] if script in words else ()
    if name in ("composer.phar", "composer"):
        return _composer(invocation, scan(rest, _VALUES - {"--version", "-s"}))
    if name in ("composer-setup.php", "installer", "installer.php", "composer-installer.php"):
        return _setup(invocation, scan(rest, _VALUES))
    model = _SCRIPTS.get(name)
    if model is None:
        return program(invocation, first_word(name, "php"))
    return model(again(invocation, name, rest))


def _piped(invocation: Invocation) -> Outcome:
    return ANSWER if invocation.stdin is None else _setup(invocation, scan(()))


def _setup(invocation: Invocation, line: Line) -> Outcome:
    """Composer's installer: one file of a known name."""
    directory = here(invocation, line.value("--install-dir"))
    name = line.value("--filename") or "composer.phar"
    if directory is None or name is UNKNOWN:
        return unmodelled("where composer is installed is not known")
    keys = Populate(_composer_home(invocation), "keys", Size(0, 1_600, 4_000), Size(0, 2, 4))
    return Outcome((Write(join(directory, str(name)), _PHAR, mode=0o755), keys))


def _text(invocation: Invocation, text: Text | None) -> Outcome:
    """The lines that composer's page gives, and what only prints."""
    if not isinstance(text, str):
        return program(invocation, "php -r")
    parts = text.replace('"', "'").split("'")
    if "copy(" in text and len(parts) > 3:
        target = locate(invocation, parts[3])
        if target is not None:
            return Outcome(
                (Write(target, _SETUP if "composer" in parts[1] + parts[3] else Size(0, 60_000, None)),)
            )
    if text.strip().startswith("unlink(") and len(parts) > 1:
        target = locate(invocation, parts[1])
        if target is not None:
            return Outcome((Remove(target),))
    if "ini_get(" in text and "extension_dir" in text:
        return ANSWER
    if "PHP_VERSION" in text and text.count(";") <= 1 and (known := setting(invocation, "PHP_VERSION")):
        return Outcome(stdout=of_text(known))
    if any(word in text for word in _WRITERS):
        return program(invocation, "php -r")
    return ANSWER


_WRITERS = ("put_contents", "fopen", "copy(", "exec(", "system(", "mkdir(", "include", "require")


def phpunit(invocation: Invocation) -> Outcome:
    """Tests of the author's; a report where ``--coverage-…`` or ``--log-…`` names one."""
    line = scan(invocation.argv[1:])
    return ANSWER if line.has("--version") else program(invocation, "phpunit")


def artisan(invocation: Invocation) -> Outcome:
    """Laravel's: caches of a few hundred kilobytes under ``bootstrap`` and ``storage``."""
    verb = scan(invocation.argv[1:]).verb
    reason = "what the application's caches hold is not known"
    if verb in ("config:cache", "route:cache", "optimize", "event:cache", "package:discover"):
        size = Size(0, 60_000, 5_000_000)
        return Outcome(filled(invocation, "bootstrap/cache", "artisan", size, Size(0, 2, 6), reason))
    if verb in ("key:generate", "storage:link", "down", "up") or verb.endswith(":clear"):
        return SUCCESS
    if verb == "view:cache":
        size = Size(0, 200_000, 20_000_000)
        return Outcome(
            filled(invocation, "storage/framework/views", "views", size, Size(0, 60, 5000), reason)
        )
    return program(invocation, "artisan")


def pear(invocation: Invocation) -> Outcome:
    line = scan(invocation.argv[1:], frozenset(("-d", "-D")))
    if line.verb in ("install", "upgrade") and len(line.words) > 1:
        base = "/usr/local/lib/php" if variable(invocation, "PHP_INI_DIR") else "/usr/share/php"
        effects: list[Effect] = []
        for word in line.words[1:]:
            name = first_word(word, "package").rpartition("/")[2] or "package"
            effects += [
                Populate(base, f"pear {name}", _PEAR, Size(3, 80, 2000), label=f"pear:{name}"),
                Populate("/tmp/pear", name, Size(0, 150_000, 6_000_000), Size(0, 3, 50)),
            ]
        return Outcome(tuple(effects))
    return (
        SUCCESS
        if line.verb in ("config-set", "channel-discover", "channel-update", "update-channels")
        else ANSWER
    )


def drush(invocation: Invocation) -> Outcome:
    """``dl`` unpacks projects of Drupal; the rest works on a database."""
    line = scan(invocation.argv[1:])
    if line.verb not in ("dl", "pm-download", "make"):
        return program(invocation, "drush") if line.words else ANSWER
    effects: list[Effect] = []
    for word in line.words[1:]:
        core = isinstance(word, str) and word.startswith("drupal")
        size = Size(10_000_000, 40_000_000, 130_000_000) if core else Size(10_000, 400_000, 30_000_000)
        name = first_word(word, "project")
        folder = name if core else "sites/all/modules"
        effects += filled(invocation, folder, name, size, Size(3, 800 if core else 40, 20_000))
    return Outcome(tuple(effects))


_SCRIPTS: Mapping[str, Callable[[Invocation], Outcome]] = {"artisan": artisan, "drush": drush}
