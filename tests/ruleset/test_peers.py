"""The table of the peers' checks: complete, of one mind with the aliases, and the page that is made of it."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from layerlint import cli
from layerlint.checks import CHECKS
from layerlint.dockerfile.check_directive import RULES as BUILDKIT_RULES
from layerlint.ruleset.loader import load_bundled
from layerlint.ruleset.peers import Peer, load_peers, standing_for
from tests.shared import CHECKOUT, rows, shared

RULES = load_bundled(CHECKS)
PEERS = {peer.name: peer for peer in load_peers()}
CODES = {check.code for peer in PEERS.values() for check in peer.checks}


def codes(name: str) -> set[str]:
    return {check.code for check in PEERS[name].checks}


def test_hadolints_are_all_there() -> None:
    listed = re.findall(r"^\| (DL\d{4}) \|", shared("reference/hadolint.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert codes("hadolint") == {*listed, "SCnnnn"}
    assert len(listed) == 72


def test_buildkits_are_all_there() -> None:
    text = shared("reference/dockerfile-language.md").read_text(encoding="utf-8")
    section = text.partition("### 1.1")[2].partition("### 1.2")[0]
    assert codes("BuildKit") == set(re.findall(r"^\| ([A-Z][A-Za-z]+) \|", section, re.MULTILINE))
    assert codes("BuildKit") == set(BUILDKIT_RULES)
    warned = {warning["rule"] for row in rows("conformance/lint.jsonl.gz") for warning in row.get("warnings", ())}
    assert warned <= codes("BuildKit")


def test_trivys_checkovs_dockles_sonars_and_slims_are_all_there() -> None:
    text = shared("reference/layers.md").read_text(encoding="utf-8")
    section = text.partition("## 3. Checks")[2].partition("### 3.10")[0]
    parts = dict(re.findall(r"^### (3\.\d+) .*?\n(.*?)(?=^###|\Z)", section, re.MULTILINE | re.DOTALL))
    assert codes("Trivy") == set(re.findall(r"^\| (DS-\d{4})", parts["3.1"], re.MULTILINE))
    assert len(codes("Checkov")) == 11 + 17
    assert codes("Sonar") == set(re.findall(r"\bS\d{4}\b", parts["3.8"]))
    assert len(codes("slim")) == 25
    assert len(codes("Parfum")) == 32
    assert len(codes("dockerfilelint")) == 27
    lists = "CIS-DI-0001 CIS-DI-0005 CIS-DI-0006 CIS-DI-0007 CIS-DI-0008 CIS-DI-0009 CIS-DI-0010 " + " ".join(
        f"DKL-DI-000{number}" for number in range(1, 7)
    )
    assert codes("dockle") == {*lists.split(), *(f"DKL-LI-000{number}" for number in (1, 2, 3))}


@pytest.mark.parametrize("peer", PEERS.values(), ids=PEERS)
def test_each_has_a_rule_or_a_reason(peer: Peer) -> None:
    assert [check.code for check in peer.checks if not check.without and not standing_for(check, RULES)] == []


@pytest.mark.parametrize("peer", PEERS.values(), ids=PEERS)
def test_a_reason_is_for_what_has_no_rule(peer: Peer) -> None:
    assert [check.code for check in peer.checks if check.without and standing_for(check, RULES)] == []
    for check in peer.checks:
        for text in (check.without, check.differs):
            assert text == "" or text.endswith("."), (check.code, text)


def test_every_alias_is_a_peers() -> None:
    assert [alias for rule in RULES for alias in rule.aliases if alias not in CODES] == []


def test_the_page(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli.main(["rules", "--peers"]) == 0
    written = capfd.readouterr().out
    path = CHECKOUT / "docs" / "peers.md"
    if os.environ.get("LAYERLINT_UPDATE_SNAPSHOTS"):
        path.write_text(written, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == written
    # Each row of a table is a table's: of as many cells as its head.
    for table in re.findall(r"(?:^\|.*\|\n)+", written, re.MULTILINE):
        cells = {len(re.split(r"(?<!\\)\|", line)) for line in table.splitlines()}
        assert len(cells) == 1, table[:200]
