"""Images of containers-storage (buildah, CRI-O, rootless Podman), which skopeo alone reads."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from layerlint.catalog import cache
from layerlint.images.errors import ImageError

_TIMEOUT = 3600.0
"""Seconds: it packs every layer."""


@contextmanager
def layout_of(source: str) -> Iterator[Path]:
    """The image as an OCI layout in a folder of the cache that is gone afterwards.  Raises ImageError."""
    program = shutil.which("skopeo")
    if program is None:
        raise ImageError(f"{source}: skopeo is needed to read it, and is not installed")
    try:
        cache.folder().mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=".image-", dir=cache.folder()))
    except OSError as error:
        raise ImageError(
            f"{cache.folder().as_posix()}: cannot be written ({error.strerror}); LAYERLINT_CACHE_DIR names another"
        ) from error
    try:
        layout = folder / "layout"
        command = [program, "copy", "--quiet", "--dest-decompress", source, f"oci:{layout}:image"]
        ran = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=_TIMEOUT, check=False
        )
        if ran.returncode:
            lines = ran.stderr.decode("utf-8", "replace").strip().splitlines() or [""]
            raise ImageError(f"{source}: skopeo cannot read it: {lines[-1][:300]}")
        yield layout
    except subprocess.TimeoutExpired as error:
        raise ImageError(f"{source}: skopeo is not done within {_TIMEOUT:g} s") from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)
