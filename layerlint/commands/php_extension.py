"""The scripts of the official PHP images (``docker-php-ext-install`` and its kin), and ``pecl``.

Steps follow docker-library/php.  A module is as large as Debian 12's of the same name (stripped, as these
scripts do since 2019; before that, and with pecl, it keeps its symbols).
"""

from __future__ import annotations

from collections.abc import Mapping

from layerlint.commands._outcome import FAILURE, SUCCESS
from layerlint.commands._toolchain import ANSWER, Typical, first_word, here, scan, setting, variable
from layerlint.domain.size import ZERO, Size
from layerlint.domain.truth import Truth
from layerlint.effects import Effect, Invocation, Outcome, Populate, Remove, Replace, Write
from layerlint.filesystem.node import Directory, Inode

SOURCE = "/usr/src/php"
_DATABASE = "/lib/apk/db/installed"
_EXTENSIONS = "/usr/local/lib/php/extensions"
_APIS: Mapping[str, str] = {
    "5.4": "20100525",
    "5.5": "20121212",
    "5.6": "20131226",
    "7.0": "20151012",
    "7.1": "20160303",
    "7.2": "20170718",
    "7.3": "20180731",
    "7.4": "20190902",
    "8.0": "20200930",
    "8.1": "20210902",
    "8.2": "20220829",
    "8.3": "20230831",
    "8.4": "20240924",
}
"""Version to ``PHP_API_VERSION``, which names the directory of modules."""

_MODULES: Mapping[str, int] = {
    "amqp": 200, "apcu": 174, "bcmath": 60, "bz2": 40, "calendar": 40, "curl": 140, "dba": 90, "ds": 245,
    "enchant": 50, "exif": 100, "gd": 130, "gettext": 30, "gmp": 95, "grpc": 4000, "igbinary": 117,
    "imagick": 480, "imap": 125, "intl": 590, "ldap": 120, "mbstring": 1190, "mcrypt": 71, "memcache": 143,
    "memcached": 145, "mongodb": 1801, "msgpack": 104, "mysql": 200, "mysqli": 180, "oauth": 111,
    "opcache": 1020, "pcntl": 60, "pdo": 130, "pdo_mysql": 60, "pdo_pgsql": 70, "pgsql": 150, "phalcon": 6000,
    "protobuf": 800, "pspell": 50, "redis": 672, "shmop": 20, "snmp": 85, "soap": 350, "sockets": 110,
    "ssh2": 109, "swoole": 4000, "sysvmsg": 25, "sysvsem": 20, "sysvshm": 20, "tidy": 85, "xdebug": 400,
    "xmlrpc": 63, "xsl": 70, "yaml": 74, "zip": 110, "zmq": 135,
}  # fmt: skip
"""Kilobytes; by Installed-Size of Debian 12's ``php8.2-…``, shares of packages with several modules by eye."""
_OTHER = 120
_OLD = frozenset(("mcrypt", "mysql"))
"""Extensions that PHP no longer had (7.2, 7.0) when the scripts began to strip."""

_TREE = Size(75_000_000, 120_000_000, 170_000_000)
"""The unpacked source: 140.0 MB in 22,512 files for PHP 8.2.32; older ones are smaller."""
_LEFT = Typical(700_000, 2_200_000, 2_200_000, 3_500_000)
"""What phpize and configure leave in a source directory, where that is kept: of ``docker-php-ext-install
mysqli`` in the official images of 2015 (2.96 MB) without the module, and of nine at once (3.2 MB each)."""
_HEADERS = Typical(0, 15_000, 30_000, 300_000)
_PECL_FILES = Typical(20_000, 250_000, 300_000, 2_500_000)
"""Documents, tests and registry: apcu in all had 0.98 MB in 2015, with redis and memcached 2.82 MB."""
_PECL_DOWNLOAD = Typical(40_000, 150_000, 300_000, 8_000_000)


def docker_php_source(invocation: Invocation) -> Outcome:
    match scan(invocation.argv[1:]).verb:
        case "extract":
            return Outcome(_extracted(invocation))
        case "delete":
            return Outcome((Remove(SOURCE, recursive=True),))
        case _:
            return FAILURE


def _extracted(invocation: Invocation) -> tuple[Effect, ...]:
    if invocation.view.lookup(f"{SOURCE}/.docker-extracted") is not None:
        return ()
    tree = Populate(SOURCE, "php.tar.xz", _TREE, Size(12_000, 20_000, 28_000))
    return (tree, Write(f"{SOURCE}/.docker-extracted", ZERO))


def docker_php_ext_configure(invocation: Invocation) -> Outcome:
    """It unpacks the source, which stays until ``docker-php-ext-install`` deletes it."""
    line = scan(invocation.argv[1:])
    if not line.words:
        return FAILURE
    name = first_word(line.words[0], "extension")
    left = Populate(f"{SOURCE}/ext", f"configure {name}", _LEFT.of(1), Size(10, 25, 60))
    marker = () if _has_source(invocation) else (Write(f"{SOURCE}/.docker-delete-me", ZERO),)
    return Outcome((*_extracted(invocation), *marker, left))


def _has_source(invocation: Invocation) -> bool:
    return isinstance(invocation.view.lookup(SOURCE), Directory)


def docker_php_ext_install(invocation: Invocation) -> Outcome:
    line = scan(invocation.argv[1:], frozenset(("-j", "--jobs", "--ini-name")))
    if not line.words:
        return FAILURE
    names = [name for name in line.known if "/" not in name]
    old = not _OLD.isdisjoint(names)
    effects: list[Effect] = [*_extracted(invocation)]
    for name in names:
        effects += [_module(invocation, name, stripped=not old), _setting(invocation, name)]
    effects.append(
        Populate("/usr/local/include/php/ext", "headers", _HEADERS.of(len(names)), Size(0, 2, 200))
    )
    if not _has_source(invocation) or invocation.view.lookup(f"{SOURCE}/.docker-delete-me") is not None:
        effects.append(Remove(SOURCE, recursive=True))
        if invocation.view.presence(SOURCE) is not Truth.NO:
            effects.append(Populate("/usr/src", "phpize", _kept(names), Size(0, 0, None)))
    else:
        effects.append(
            Populate(f"{SOURCE}/ext", "phpize", _LEFT.of(len(names)), Size(0, 25 * len(names), None))
        )
    if line.partial:
        effects.append(_some(invocation))
    return Outcome((*effects, *_database(invocation)))


def _kept(names: list[str]) -> Size:
    """What stays in the source, where the base is not known: images before mid-2016 kept it unpacked."""
    left = _LEFT.of(len(names))
    return Size(0, left.likely if "mysql" in names else 0, left.high)


def docker_php_ext_enable(invocation: Invocation) -> Outcome:
    line = scan(invocation.argv[1:], frozenset(("--ini-name",)))
    if not line.words:
        return FAILURE
    names = [name.removesuffix(".so") for name in line.known if "/" not in name]
    return Outcome((*(_setting(invocation, name) for name in names), *_database(invocation)))


def _module(invocation: Invocation, name: str, *, stripped: bool) -> Effect:
    size = _size(name, stripped)
    directory = _directory(invocation)
    if directory is None:
        return Populate(_EXTENSIONS, f"{first_word(name, 'extension')}.so", size, Size(1, 1, 3))
    return Write(f"{directory}/{name}.so", size, mode=0o755)


def _size(name: str, stripped: bool) -> Size:
    kilobytes = _MODULES.get(name, _OTHER)
    low, factor, high = (500, 1000, 6000) if stripped else (600, 2500, 12_000)
    return Size(kilobytes * low, kilobytes * factor, max(kilobytes * high, 2_000_000))


def _directory(invocation: Invocation) -> str | None:
    """Where modules go, if that is known: by what is there, or by the version."""
    there = [n for n in invocation.view.children(_EXTENSIONS) if n.startswith(("no-debug-", "debug-"))]
    if len(there) == 1:
        return f"{_EXTENSIONS}/{there[0]}"
    version = ".".join(setting(invocation, "PHP_VERSION").split(".")[:2])
    api = _APIS.get(version)
    threads = "--enable-zts" in setting(invocation, "PHP_EXTRA_CONFIGURE_ARGS")
    return None if api is None else f"{_EXTENSIONS}/no-debug-{'zts' if threads else 'non-zts'}-{api}"


def _setting(invocation: Invocation, name: str) -> Effect:
    """``extension=name`` in a file of its own; a Zend extension is named with its path."""
    directory = variable(invocation, "PHP_INI_DIR") or "/usr/local/etc/php"
    least = len(f"extension={name}\n".encode("utf-8", "replace"))
    # Where nothing is known of the base it may be Alpine, whose database is then written anew.
    perhaps = invocation.view.lookup(_DATABASE) is None and invocation.view.presence(_DATABASE) is Truth.MAYBE
    size = Size(least, least, least + (60_000 if perhaps else 100))
    return Write(f"{directory}/conf.d/docker-php-ext-{name}.ini", size)


def _database(invocation: Invocation) -> tuple[Effect, ...]:
    """On Alpine each script adds its tools and deletes them: apk's database becomes a new file."""
    node = invocation.view.lookup(_DATABASE)
    return (Replace(_DATABASE, node.size),) if isinstance(node, Inode) else ()


def _some(invocation: Invocation) -> Effect:
    reason = "which extensions are installed is not known"
    return Populate(
        _directory(invocation) or _EXTENSIONS, "extensions", Size(0, 500_000, None), Size(0, 2, None), reason
    )


def phpize(invocation: Invocation) -> Outcome:
    """It puts a configure script and what that needs beside the source of an extension."""
    directory = here(invocation)
    if directory is None or invocation.argv[1:]:
        return ANSWER
    return Outcome((Populate(directory, "phpize", _LEFT.of(1), Size(8, 20, 60)),))


def pecl(invocation: Invocation) -> Outcome:
    """``install`` builds under ``/tmp/pear``, where the download stays; it does not enable the module."""
    line = scan(invocation.argv[1:], frozenset(("-d", "-D", "-s")))
    verb, names = line.verb, line.known[1:]
    if verb in ("update-channels", "channel-update", "channel-discover"):
        channels = Populate("/usr/local/lib/php/.channels", "channels", Size(0, 20_000, 200_000))
        return Outcome((channels,))
    if verb in ("uninstall", "config-set", "clear-cache"):
        return SUCCESS
    if verb not in ("install", "upgrade", "bundle", "download"):
        return ANSWER if verb else SUCCESS
    effects: list[Effect] = []
    for name in names:
        effects += _built(invocation, name)
    if line.partial:
        effects.append(_some(invocation))
    return Outcome(tuple(effects))


def _built(invocation: Invocation, given: str) -> tuple[Effect, ...]:
    """``redis``, ``redis-3.1.6``, ``zmq-beta``, ``channel://…/name`` or an archive."""
    name = given.rstrip("/").rpartition("/")[2].partition("-")[0].partition(".t")[0].lower()
    name = first_word(name, "extension")
    if name in ("", ".", "..") or "/" in name:
        return ()
    return (
        _module(invocation, name, stripped=False),
        Populate(
            "/usr/local/lib/php", f"pecl {name}", _PECL_FILES.of(1), Size(5, 40, 500), label=f"pecl:{name}"
        ),
        Populate("/tmp/pear", name, _PECL_DOWNLOAD.of(1), Size(1, 3, 500)),
    )
