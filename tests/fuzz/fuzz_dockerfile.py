"""An atheris target: `python -m tests.fuzz.fuzz_dockerfile` (README.md beside this file)."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import atheris

from layerlint._resources import bundled

with atheris.instrument_imports(include=["layerlint"]):
    from tests.fuzz import target

HERE = Path(__file__).parent
MODES = {
    "all": target.check,
    "language": target.check_language,
    "script": target.check_script,
    "settings": target.check_settings,
    "words": target.check_words,
}


def main() -> None:
    mode = next((word for word in sys.argv[1:] if word in MODES), "all")
    arguments = [word for word in sys.argv if word not in MODES]
    dictionary = f"-dict={HERE / 'dockerfile.dict'}"
    artifacts = f"-artifact_prefix={HERE / 'findings'}/"
    # libFuzzer adds to the first folder whatever reaches new code: that is not worth keeping.
    corpus = tempfile.mkdtemp(prefix="layerlint-fuzz-")
    folders = [corpus, str(HERE / "findings"), *([str(bundled("rules"))] if mode == "settings" else [])]
    given = [arguments[0], dictionary, artifacts, "-max_len=4096", *arguments[1:], *folders]
    atheris.Setup(given, MODES[mode])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
