"""How much one page holds."""

from __future__ import annotations

from typing import Final

PATHS: Final = 150_000
"""Files that one page tells one by one: some 6 MB, which a browser reads in well under a second."""
_FEWEST: Final = 200
"""Of one image, however many there are."""


def paths_of_each(images: int) -> int:
    """Files that a page of so many images tells one by one of each."""
    return max(_FEWEST, PATHS // max(1, images))
