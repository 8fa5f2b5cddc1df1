"""What of a file is a secret, by its text and by its name; how much is read has a bound.

The value stays here: what is told is a kind, and whether it is sure.
"""

from __future__ import annotations

import base64
import binascii
import posixpath
import re
from collections.abc import Iterable, Iterator
from heapq import nsmallest
from typing import Final

from layerlint._dataclass import dataclass
from layerlint.analysis.places import places
from layerlint.domain.credentials import find_credentials, is_placeholder
from layerlint.filesystem.host_files import open_regular
from layerlint.filesystem.layer import Entry, EntryKind, suffix_of
from layerlint.filesystem.node import HostFile, Inline, Inode

_HEAD: Final = 65_536
"""Bytes read of one file: a credential stands in a small file, or near the top of its document."""
_ALL: Final = 8 << 20
"""Bytes read of one image: a second at worst."""
_FILES: Final = 4000

_OTHERS: Final = frozenset({
    ".git", "bower_components", "dist-packages", "gems", "node_modules", "site-packages", "testdata", "vendor",
})  # fmt: skip
"""What others wrote, and published: keys in the tests of a library are no secrets."""
_TRIALS: Final = ("*test*", "docs", "examples", "fixtures", "mocks", "samples", "spec")
"""Such keys are mostly made for a test; one may be real."""
_EXAMPLES: Final = (".default", ".defaults", ".dist", ".example", ".sample", ".schema", ".template", ".tmpl")

_LIKELY: Final = frozenset({
    "", ".cfg", ".conf", ".ini", ".json", ".key", ".pem", ".properties", ".toml", ".xml", ".yaml", ".yml",
})  # fmt: skip
"""Endings of files that hold settings."""
_NAMED: Final = {
    ".git-credentials": "passwords of repositories",
    ".netrc": "passwords of a .netrc file",
    ".pgpass": "passwords of databases",
    ".pypirc": "passwords of a package registry",
    "_netrc": "passwords of a .netrc file",
    "id_dsa": "a private key",
    "id_ecdsa": "a private key",
    "id_ed25519": "a private key",
    "id_rsa": "a private key",
}
_ENDINGS: Final = {
    ".kdbx": "a database of passwords",
    ".p12": "a key store",
    ".pfx": "a key store",
    ".ppk": "a private key of PuTTY",
}
_FOLDERS: Final = {
    (".aws", "credentials"): "keys of AWS",
    (".docker", "config.json"): "passwords of registries",
    (".kube", "config"): "keys of a Kubernetes cluster",
}

_BY_NAME: Final = _NAMED.keys() | {name for _, name in _FOLDERS}

_SECRET_NAME: Final = (
    r"(?i)(?:\A|_)(?:api_?key|auth|credentials?|key|pass|passwd|password|private|pwd|secret|token)(?:_|\Z)"
)
_HARMLESS_NAME: Final = (
    r"(?i)(?:\A|_)(?:expir\w{0,8}|file|length|path|public|timeout|ttl|url|version)(?:_|\Z)"
)
_VARIABLE: Final = r"(?m)^[ \t]{0,8}(?:export[ \t]{1,4})?([A-Za-z_][A-Za-z0-9_]{0,80})=([^\r\n]{0,400})"
_NETRC: Final = (
    r"(?m)^[ \t]{0,8}machine[ \t]+\S{1,200}(?:\s{1,20}\S{1,200}){0,6}?\s{1,20}password[ \t]+(\S{1,200})"
)
_PGPASS: Final = r"(?m)^(?:[^:#\r\n]{1,100}:){4}([^\r\n]{1,200})"
_PASSWORD: Final = r"(?mi)^[ \t]{0,8}password[ \t]{0,4}[=:][ \t]{0,4}(\S{1,200})"
_AUTH: Final = r"\"auth\"\s{0,4}:\s{0,4}\"([A-Za-z0-9+/]{8,400}={0,2})\""
_KUBE: Final = (
    r"(?m)^[ \t]{1,16}(?:client-key-data|password|token):[ \t]{1,4}[\"']?([A-Za-z0-9+/=._\-]{12,8000})"
)
_LOGINS: Final = (".dockercfg", ".dockerconfigjson", "config.json", "dockercfg")
_FORMATS: Final = {
    ".netrc": (_NETRC, "a password of a .netrc file"),
    ".pgpass": (_PGPASS, "a password of a database"),
    ".pypirc": (_PASSWORD, "a password of a package registry"),
    "_netrc": (_NETRC, "a password of a .netrc file"),
}
_ENV: Final = "variables of an .env file"
"""Of one that a command made, nothing is known: most are copies of an example."""


@dataclass(frozen=True, slots=True)
class SecretFile:
    path: str
    kinds: tuple[str, ...]
    sure: bool


def secret_files(entries: Iterable[Entry]) -> Iterator[SecretFile]:
    """The files of a layer that hold a secret, in the order of their paths."""
    left = _ALL
    found: list[SecretFile] = []
    for path, inode in _likeliest(entries):
        if left <= 0:
            break
        data = read_head(inode)
        left -= len(data or b"")
        if (secret := judge(path, inode, data)) is not None:
            found.append(secret)
    yield from sorted(found, key=lambda secret: secret.path)


def _likeliest(entries: Iterable[Entry]) -> list[tuple[str, Inode]]:
    """The files to look into, no more than the bound; the smallest of the likely ones first."""
    ranks: tuple[list[tuple[str, Inode]], ...] = ([], [], [])
    others: dict[str, bool] = {}
    by_ending: dict[str, int] = {}
    for path, kind, node, _, _ in entries:
        if kind is not EntryKind.FILE or not isinstance(node, Inode):
            continue
        folder, _, name = path.rpartition("/")
        skipped = others.get(folder)
        if skipped is None:
            skipped = others[folder] = not _OTHERS.isdisjoint(folder.split("/"))
        if skipped or name in _OTHERS:
            continue
        lower = name.lower()
        if ".env" in lower or lower in _BY_NAME:
            rank = _rank(path)
        else:
            # Of all other names the ending tells.
            ending = suffix_of(lower)
            known = by_ending.get(ending)
            rank = by_ending[ending] = _rank(path) if known is None else known
        ranks[rank].append((path, node))
    chosen: list[tuple[str, Inode]] = []
    for alike in ranks:
        chosen += nsmallest(_FILES - len(chosen), alike, key=lambda candidate: candidate[1].size.likely)
    return chosen


def judge(path: str, inode: Inode, data: bytes | None) -> SecretFile | None:
    """``data`` is the beginning of the file; None where it is not known."""
    name = kind_of_name(path)
    if data is None or b"\0" in data[:1024]:
        # A key store cannot be looked into; of a file that cannot be read only its name is known.
        binary = suffix_of(path) in _ENDINGS
        told = name and (binary or (data is None and name != _ENV))
        return SecretFile(path, (f"{name}, by its name",), sure=False) if told else None
    text = data.decode("latin-1")
    kinds: dict[str, bool] = {}
    # A text that the Dockerfile holds itself is searched for tokens there.
    if not isinstance(inode.content, Inline):
        for found in find_credentials(text):
            kinds[found.kind] = kinds.get(found.kind, False) or found.sure
    kinds |= dict.fromkeys(_by_format(path, text), True)
    if not kinds:
        return None
    return SecretFile(path, tuple(kinds), sure=any(kinds.values()) and not places(_TRIALS)(path))


def kind_of_name(path: str) -> str:
    """What a file of this name mostly holds; empty for most names."""
    folder, _, name = path.lower().rpartition("/")
    if name.startswith(".env") and is_env_file(name):
        return _ENV
    named = _NAMED.get(name) or _ENDINGS.get(suffix_of(name))
    return named or _FOLDERS.get((folder.rpartition("/")[2], name), "")


def is_env_file(name: str) -> bool:
    """``.env``, ``.env.production``, ``prod.env``; not ``.env.example``."""
    return (name == ".env" or name.startswith(".env.") or name.endswith(".env")) and not any(
        part in name for part in _EXAMPLES
    )


def read_head(inode: Inode) -> bytes | None:
    """The first bytes of a file of which the data is known; of the context's, never more than the bound."""
    match inode.content:
        case Inline(data):
            return data[:_HEAD]
        case HostFile(path):
            try:
                with open_regular(path) as stream:
                    return stream.read(_HEAD)
            except OSError:
                return None
        case _:
            return None


def _by_format(path: str, text: str) -> Iterator[str]:
    """Secrets that have no form of their own, but a place in a file of a known format."""
    name = posixpath.basename(path).lower()
    if is_env_file(name):
        secrets = sum(_is_secret_variable(key, value) for key, value in re.findall(_VARIABLE, text))
        if secrets:
            yield (
                "the value of a secret variable" if secrets == 1 else f"values of {secrets} secret variables"
            )
    elif name in _LOGINS and any(map(_is_login, re.findall(_AUTH, text))):
        yield "a password of a registry"
    elif name in _FORMATS:
        pattern, kind = _FORMATS[name]
        yield from _if_real(pattern, text, kind)
    elif "clusters:" in text and "users:" in text:
        yield from _if_real(_KUBE, text, "a key of a Kubernetes cluster")


def _if_real(pattern: str, text: str, kind: str) -> Iterator[str]:
    if any(not is_placeholder(value) for value in re.findall(pattern, text)):
        yield kind


def _is_secret_variable(name: str, value: str) -> bool:
    value = value.partition(" #")[0].strip().strip("\"'")
    if not re.search(_SECRET_NAME, name) or re.search(_HARMLESS_NAME, name) or value.startswith(("/", "./")):
        return False
    return not is_placeholder(value)


def _is_login(encoded: str) -> bool:
    """Base64 of ``user:password``."""
    try:
        user, colon, password = base64.b64decode(encoded, validate=True).partition(b":")
    except (binascii.Error, ValueError):
        return False
    return bool(user and colon) and not is_placeholder(password.decode("latin-1"))


def _rank(path: str) -> int:
    if kind_of_name(path):
        return 0
    return 1 if suffix_of(path).lower() in _LIKELY else 2
