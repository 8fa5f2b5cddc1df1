"""Where what is kept for a user lies."""

from __future__ import annotations

import os
from pathlib import Path


def folder() -> Path:
    """``$LAYERLINT_CACHE_DIR``, else ``layerlint`` in the cache directory of the XDG specification."""
    own = os.environ.get("LAYERLINT_CACHE_DIR")
    if own:
        return Path(own).absolute()
    shared = Path(os.environ.get("XDG_CACHE_HOME", ""))
    return (shared if shared.is_absolute() else Path(os.path.expanduser("~/.cache")).absolute()) / "layerlint"
