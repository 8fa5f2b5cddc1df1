"""Where the data that ships with layerlint lies: in the package of a wheel, or in the checkout."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def bundled(name: str) -> Path:
    """The folder or file ``name`` (``rules``): ``layerlint/_<name>`` in a wheel, else beside the package.

    A wheel is unpacked when it is installed, so a path is all that is needed.  An editable install has
    no copy in the package: its data is the checkout's.
    """
    packaged = _PACKAGE / f"_{name}"
    return packaged if packaged.exists() else _PACKAGE.parent / name
