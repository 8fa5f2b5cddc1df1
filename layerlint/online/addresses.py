"""Which addresses may be asked: http and https, of the public network, without credentials.

A Dockerfile must not be able to have a machine of the user's own network asked.  What the user configured
(a registry, `Online.hosts`) may be anywhere.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Collection
from typing import Final
from urllib.parse import SplitResult, urlsplit

from layerlint.domain.credentials import redact
from layerlint.online.errors import OnlineError

_LONGEST: Final = 4_096
_PORTS: Final = {"http": 80, "https": 443}
_OWN: Final = tuple(
    ipaddress.ip_network(text)
    for text in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
        "192.168.0.0/16", "224.0.0.0/4", "240.0.0.0/4", "::/128", "::1/128", "fc00::/7", "fe80::/10", "fec0::/10",
        "ff00::/8",
    )
)  # fmt: skip
"""This host, private networks (RFC 1918, 4193, 6598), link-local (with the metadata services of clouds), multicast."""
_TRANSLATED: Final = ipaddress.IPv6Network("64:ff9b::/96")
"""Addresses of IPv4 behind a translator (RFC 6052)."""
_NAMES: Final = (".internal", ".lan", ".local", ".localdomain", ".localhost")
_CREDENTIALS: Final = frozenset(
    (
        "access_token", "api_key", "apikey", "auth", "key", "password", "private_token", "sig", "signature", "token",
        "x-amz-signature",
    )
)  # fmt: skip
"""Names of parameters whose values open doors."""


def parsed(url: str, *, given: bool = True) -> SplitResult:
    """The parts of an address that may be asked by its form; raises OnlineError.

    ``given``: by a Dockerfile or a registry; else by a server that sends on to it.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise OnlineError("it is not an address") from error
    plain = len(url) <= _LONGEST and url.isascii() and url.isprintable() and " " not in url
    if parts.scheme not in _PORTS or not parts.hostname or port == 0 or not plain:
        raise OnlineError("it is not an address of http or https that is known in full")
    if "@" in parts.netloc or (given and (redact(url) != url or _has_credentials(parts.query))):
        raise OnlineError("there are credentials in the address, and they are not sent")
    return parts


def origin(parts: SplitResult) -> str:
    """``host:port``"""
    return f"{(parts.hostname or '').lower()}:{parts.port or _PORTS[parts.scheme]}"


def resolved(parts: SplitResult, own: Collection[str]) -> str:
    """The network address to connect to; ``own``: origins that may be anywhere.  Raises OnlineError."""
    host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
    trusted = origin(parts) in own
    if not trusted:
        refuse_name(host)
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise OnlineError(f"{host} is not found") from error
    addresses = [str(each[4][0]) for each in found]
    if not trusted and any(map(_is_own, addresses)):
        raise OnlineError(f"{host} is a machine of a private network, and is not asked")
    return addresses[0]


def refuse_name(host: str) -> None:
    """What is private by its name; raises OnlineError."""
    bare = host.rstrip(".").lower()
    if bare == "localhost" or bare.endswith(_NAMES) or _is_own(bare):
        raise OnlineError(f"{host} is a machine of a private network, and is not asked")


def _is_own(text: str) -> bool:
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if address in _TRANSLATED:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            address = inner
    return any(address.version == network.version and address in network for network in _OWN)


def _has_credentials(query: str) -> bool:
    return any(part.partition("=")[0].lower() in _CREDENTIALS for part in query.split("&"))
