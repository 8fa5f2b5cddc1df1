"""What the user's own configuration of Docker or Podman has for a registry.

Sources: ``docker login`` ("Credential stores"), ``containers-auth.json(5)``, the protocol of
docker-credential-helpers.  A helper is a program that this configuration names, and is run for nothing else.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

from layerlint._dataclass import dataclass
from layerlint.images.documents import Document, part, read_settings, text
from layerlint.images.errors import ImageError
from layerlint.images.names import HUB

_HELPER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_TIMEOUT = 30.0
"""Seconds for a helper, which may ask for a password to a key ring."""
_MAX_FILE = 1 << 20
_HUB_KEY = "https://index.docker.io/v1/"


@dataclass(frozen=True, slots=True)
class Login:
    user: str = ""
    secret: str = ""
    identity_token: str = ""
    """To be given for a token, in place of a password."""

    def __repr__(self) -> str:
        return f"Login({self.user!r}, ***)"


def find(registry: str, repository: str = "") -> Login | None:
    """None where there is none; raises ImageError where a helper that has to give it does not work."""
    for path in _files():
        document = read_settings(path)
        for key in _keys(registry, repository):
            helper = text(part(document, "credHelpers"), key)
            if helper and (login := _ask(helper, key)) is not None:
                return login
        store = text(document, "credsStore")
        for key in _keys(registry, repository):
            entry = part(part(document, "auths"), key)
            if (login := _written(entry)) is not None:
                return login
        if store and (login := _ask(store, _HUB_KEY if registry == HUB else registry)) is not None:
            return login
    return None


def _files() -> Iterator[Path]:
    """In the order in which containers/image looks: what is said, Podman's, Docker's."""
    said = os.environ.get("REGISTRY_AUTH_FILE")
    if said:
        yield Path(said)
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    if runtime:
        yield Path(runtime) / "containers" / "auth.json"
    docker = os.environ.get("DOCKER_CONFIG")
    yield (Path(docker) if docker else Path(os.path.expanduser("~/.docker"))) / "config.json"


def _keys(registry: str, repository: str) -> Iterator[str]:
    """Of ``auths``, the most special first: Podman has logins for a part of a registry."""
    parts = repository.split("/") if repository else []
    for count in range(len(parts), 0, -1):
        yield "/".join((registry, *parts[:count]))
    yield registry
    yield f"https://{registry}"
    yield f"https://{registry}/v1/"
    if registry == HUB:
        yield _HUB_KEY
        yield "index.docker.io"


def _written(entry: Document) -> Login | None:
    token = text(entry, "identitytoken")
    try:
        user, colon, secret = base64.b64decode(text(entry, "auth"), validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return None
    if token:
        return Login(user, identity_token=token)
    return Login(user, secret.rstrip("\0")) if colon else None


def _ask(helper: str, key: str) -> Login | None:
    if not _HELPER.fullmatch(helper):
        raise ImageError(f"the credential helper {helper[:64]!r} of your configuration is not a name")
    program = f"docker-credential-{helper}"
    try:
        ran = subprocess.run(
            [program, "get"], input=key.encode(), capture_output=True, timeout=_TIMEOUT, check=False
        )
    except FileNotFoundError as error:
        raise ImageError(f"{program}, which your configuration names for {key}, is not installed") from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ImageError(f"{program}, which your configuration names for {key}, does not answer") from error
    if ran.returncode:
        if b"not found" in ran.stdout + ran.stderr:
            return None
        raise ImageError(f"{program}, which your configuration names for {key}, failed")
    try:
        value = json.loads(ran.stdout[:_MAX_FILE])
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict) or not text(value, "Secret"):
        return None
    user, secret = text(value, "Username"), text(value, "Secret")
    return Login("", identity_token=secret) if user == "<token>" else Login(user, secret)
