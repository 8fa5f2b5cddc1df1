"""Parts of Dockerfiles on both sides of each condition of hadolint's, with and without a FROM."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
import yaml

from tests.peers.hadolint import our_codes, profile, their_codes

FOLDER = Path(__file__).parent

ENOUGH = 0.97


@pytest.mark.parametrize("name", ["fragments.yaml", "fragments_commands.yaml"])
def test_each_fragment_has_the_codes_that_hadolint_gives_it(tmp_path: Path, name: str) -> None:
    listed = yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))
    differs = listed.pop("differs")
    asked = [(code, text) for code, texts in listed.items() for text in texts]
    texts = list(dict.fromkeys(text for _, text in asked))
    theirs = dict(zip(texts, their_codes([f"{text}\n" for text in texts], tmp_path), strict=True))
    rules = profile()
    ours = {text: our_codes(f"{text}\n", rules) for text in texts}
    had = Counter(code for code, text in asked if code in theirs[text])
    assert set(listed) == set(had), "each code has a fragment that hadolint gives it"
    different = [
        f"{'-' if code in theirs[text] else '+'}{code} {text!r}"
        for code, text in asked
        if (code in theirs[text]) != (code in ours[text])
    ]
    print(f"{len(asked)} fragments, {len(different)} differ:", *different, sep="\n")
    unlisted = [entry for entry in different if entry[1:] not in differs]
    assert unlisted == []
    assert 1 - len(different) / len(asked) >= ENOUGH
