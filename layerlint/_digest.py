"""Digests of what is kept: the C module itself, for `hashlib` loads OpenSSL first (5 ms)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hashlib import blake2b
else:
    try:
        from _blake2 import blake2b
    except ImportError:  # another interpreter than CPython
        from hashlib import blake2b


def digest(data: bytes) -> str:
    """160 bits of BLAKE2b, in hexadecimal."""
    return blake2b(data, digest_size=20).hexdigest()
