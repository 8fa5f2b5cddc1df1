"""What is wrong with an image, or with where it is looked for."""

from __future__ import annotations

from layerlint.errors import UsageError


class ImageError(UsageError):
    """An image that is not there, is not whole, or is not what it says; ``str()`` says which and what to do."""


class NotFoundError(ImageError):
    """Nothing is there under the name; what is under other names, where that is known, is in the message."""


class LimitError(ImageError):
    """More than `limits.Limits` let a hostile image take."""
