"""An atheris target: `python -m tests.fuzz.fuzz_image [archive|layers]` (README.md beside this file)."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["layerlint"]):
    from tests.fuzz import image_target
    from tests.images import make

MODES = {"archive": image_target.check_archive, "layers": image_target.check_layers}
LAYER = (make.folder("d"), make.Entry("d/a", b"1"), make.symlink("l", "d"), make.whiteout("l/b"))


def main() -> None:
    mode = next((word for word in sys.argv[1:] if word in MODES), "layers")
    arguments = [word for word in sys.argv if word not in MODES]
    corpus = Path(tempfile.mkdtemp(prefix="layerlint-fuzz-"))
    layer = make.tar(LAYER)
    (corpus / "seed").write_bytes(
        layer * 2 if mode == "layers" else make.archive(dict(make.docker_files([layer])))
    )
    artifacts = f"-artifact_prefix={Path.cwd()}/image-"
    given = [arguments[0], artifacts, "-max_len=32768", *arguments[1:], str(corpus)]
    atheris.Setup(given, MODES[mode])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
