"""Small programs of a Debian system that stand beside apt in Dockerfiles.

The bytes are those of real builds on Debian 12 (see `records` for apt's own).
"""

from __future__ import annotations

from collections.abc import Sequence

from layerlint.commands._debconf import save
from layerlint.commands._outcome import ANSWER, SUCCESS, unmodelled
from layerlint.domain.size import ZERO, Size
from layerlint.domain.text import UNKNOWN, Text
from layerlint.effects import Effect, Invocation, Outcome, Remove, Replace, Symlink, Write
from layerlint.filesystem.node import Inode

_KEYRING = Size(1000, 3000, 20_000)
"""An OpenPGP public key without its armour."""
_LOCALE_ARCHIVE = "/usr/lib/locale/locale-archive"
_FIRST_LOCALE, _NEXT_LOCALE = 3_048_928, 358_176
"""``locale-archive`` with en_US.UTF-8, and what de_DE.UTF-8 adds."""
_ALL_LOCALES = 250_000_000


def apt_cache(invocation: Invocation) -> Outcome:
    """Only answers: the official images keep no cache file."""
    return ANSWER


def apt_config(invocation: Invocation) -> Outcome:
    return ANSWER


def apt_key(invocation: Invocation) -> Outcome:
    """``add`` and ``adv`` put a key into a keyring of a few kilobytes."""
    words = _known(invocation.argv[1:])
    if not {"add", "adv"} & set(words):
        return ANSWER
    keyring = words[words.index("--keyring") + 1] if "--keyring" in words[:-1] else "/etc/apt/trusted.gpg"
    path = invocation.path(keyring)
    return unmodelled("the key's keyring") if path is None else Outcome((Replace(path, _KEYRING),))


def add_apt_repository(invocation: Invocation) -> Outcome:
    return unmodelled("a package source that is not indexed")


def debconf_set_selections(invocation: Invocation) -> Outcome:
    return Outcome(save(invocation.view))


def update_alternatives(invocation: Invocation) -> Outcome:
    """A link in /etc/alternatives, one at the generic name, a record and a line of the log."""
    words = list(invocation.argv[1:])
    position = next((i for i, word in enumerate(words) if word in _ALTERNATIVE_ACTIONS), None)
    if position is None:
        return unmodelled("the words of update-alternatives") if UNKNOWN in words else ANSWER
    action = words[position]
    operands = words[position + 1 :]
    log = Write("/var/log/alternatives.log", Size(60, 150, 2000), append=True)
    match action, operands[:3]:
        case "--install", [str(link), str(name), str(target)]:
            return Outcome(
                (
                    Symlink(target, f"/etc/alternatives/{name}"),
                    Symlink(f"/etc/alternatives/{name}", link),
                    Replace(f"/var/lib/dpkg/alternatives/{name}", Size(10, 60, 2000)),
                    log,
                )
            )
        case "--set", [str(name), str(target), *_]:
            record = Replace(f"/var/lib/dpkg/alternatives/{name}", Size(10, 60, 2000))
            return Outcome((Symlink(target, f"/etc/alternatives/{name}"), record, log))
        case "--remove" | "--remove-all", [str(name), *_]:
            removed = (Remove(f"/etc/alternatives/{name}"), Remove(f"/var/lib/dpkg/alternatives/{name}"))
            return Outcome((*removed, log))
        case "--auto" | "--config", [str(), *_]:
            return Outcome((log,))
        case _:
            return unmodelled("the words of update-alternatives")


_ALTERNATIVE_ACTIONS = frozenset({"--install", "--set", "--remove", "--remove-all", "--auto", "--config"})


def ldconfig(invocation: Invocation) -> Outcome:
    """Writes both caches anew."""
    words = _known(invocation.argv[1:])
    if {"-p", "--print-cache", "-N", "-V", "--version"} & set(words):
        return ANSWER
    if any(word.startswith("-") and word not in ("-v", "--verbose", "-X", "-i") for word in words):
        return unmodelled("options of ldconfig")
    if "-i" in words:
        return Outcome((_anew(invocation, "/etc/ld.so.cache"),))
    paths = ("/etc/ld.so.cache", "/var/cache/ldconfig/aux-cache")
    return Outcome(tuple(_anew(invocation, path) for path in paths))


def update_ca_certificates(invocation: Invocation) -> Outcome:
    """Writes the bundle anew: the old one and each certificate in /usr/local/share/ca-certificates."""
    path = "/etc/ssl/certs/ca-certificates.crt"
    added: list[Effect] = []
    size = _size(invocation, path)
    for name, node in invocation.view.walk("/usr/local/share/ca-certificates"):
        if name.endswith(".crt") and isinstance(node, Inode):
            size = size + node.size
            stem = name.rpartition("/")[2].removesuffix(".crt")
            added.append(Symlink(name, f"/etc/ssl/certs/{stem}.pem"))
    return Outcome((*added, Replace(path, size)))


def locale_gen(invocation: Invocation) -> Outcome:
    """Compiles the locales of /etc/locale.gen that are not commented out into one archive."""
    wanted = _wanted_locales(invocation)
    if wanted is None:
        size = Size(_FIRST_LOCALE, _FIRST_LOCALE, _ALL_LOCALES)
    elif wanted == 0:
        return SUCCESS
    else:
        size = Size.around(_FIRST_LOCALE + (wanted - 1) * _NEXT_LOCALE, 0.1, 0.2)
    return Outcome((Replace(_LOCALE_ARCHIVE, size),))


def localedef(invocation: Invocation) -> Outcome:
    """Adds one locale to the archive."""
    if any(word in ("--list-archive", "--help", "-V", "--version") for word in invocation.argv[1:]):
        return ANSWER
    if "--no-archive" in invocation.argv:
        return unmodelled("a locale outside the archive")
    before = _size(invocation, _LOCALE_ARCHIVE)
    size = Size.around(_FIRST_LOCALE, 0.1, 0.2)
    if before != ZERO:
        size = before + Size.around(_NEXT_LOCALE, 1.0, 0.2)
    return Outcome((Replace(_LOCALE_ARCHIVE, size),))


def update_locale(invocation: Invocation) -> Outcome:
    words = _known(invocation.argv[1:])
    if len(words) < len(invocation.argv) - 1:
        return Outcome((Replace("/etc/default/locale", Size(0, 52, 500)),))
    data = "".join(f"{word}\n" for word in words if "=" in word)
    size = len(data.encode("utf-8", "replace"))
    return Outcome((Replace("/etc/default/locale", Size(size, size + 35, size + 200)),))


def _wanted_locales(invocation: Invocation) -> int | None:
    """Lines of /etc/locale.gen that are not comments; None if they are not known."""
    given = [word for word in _known(invocation.argv[1:]) if not word.startswith("-")]
    node = invocation.view.lookup("/etc/locale.gen")
    data = invocation.view.read(node) if isinstance(node, Inode) else None
    if data is None:
        return len(given) or None
    lines = data.decode("utf-8", "replace").splitlines()
    return sum(1 for line in lines if line.strip() and not line.lstrip().startswith("#")) or len(given)


def _known(words: Sequence[Text]) -> list[str]:
    return [word for word in words if isinstance(word, str)]


def _anew(invocation: Invocation, path: str) -> Replace:
    size = _size(invocation, path)
    return Replace(path, size if size != ZERO else Size(1000, 5000, 200_000))


def _size(invocation: Invocation, path: str) -> Size:
    node = invocation.view.lookup(path)
    return node.size if isinstance(node, Inode) else ZERO
