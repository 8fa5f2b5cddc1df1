"""Names of variables that hold secrets: BuildKit's words, which does not look at values."""

from __future__ import annotations

import re
from typing import Final

_SECRET: Final = re.compile(
    r"(?:\A|_)(?:apikey|auth|credentials?|key|password|pword|passwd|secret|token)(?:_|\Z)", re.IGNORECASE
)
_HARMLESS: Final = re.compile(r"(?:\A|_)(?:public|file|version)(?:_|\Z)", re.IGNORECASE)


def is_secret_name(name: str) -> bool:
    return bool(_SECRET.search(name)) and not _HARMLESS.search(name)
