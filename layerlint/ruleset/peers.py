"""What the peers check, and which rule here stands for each of it: ``layerlint rules --peers``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Mapping as Keys
from pathlib import Path
from typing import Final

from layerlint._dataclass import dataclass
from layerlint.config.located import Value
from layerlint.config.reader import Reader
from layerlint.config.selection import read_entries
from layerlint.config.yaml_values import parse_yaml
from layerlint.ruleset.model import Rule, RuleSet

_FILE: Final = Path(__file__).with_name("peers.yaml")
_KEYS: Final = ("about", "like", "without", "differs")
_PEER_KEYS: Final = ("title", "version", "named", "checks")


@dataclass(frozen=True, slots=True)
class PeerCheck:
    code: str
    about: str
    """What it reports, in our words."""
    like: tuple[str, ...] = ()
    """Codes or rules of the same problem, where the code is no alias of a rule."""
    without: str = ""
    """Why no rule here stands for it."""
    differs: str = ""
    """What is judged otherwise here, and why."""


@dataclass(frozen=True, slots=True)
class Peer:
    name: str
    title: str
    version: str
    named: bool
    """Its checks have no codes."""
    checks: tuple[PeerCheck, ...]


def load_peers() -> tuple[Peer, ...]:
    """Every peer of ``peers.yaml``; raises `InvalidFileError`."""
    reader = Reader()
    value = parse_yaml(_FILE.name, _FILE.read_bytes(), reader.problems)
    root = reader.mapping("the file", value) if value is not None else None
    peers = tuple(_peer(name.text, item, reader) for name, item in (root.entries if root else ()))
    reader.finish()
    return peers


def _peer(name: str, value: Value, reader: Reader) -> Peer:
    given = reader.fields(value, _PEER_KEYS, ("title", "version", "checks"))
    return Peer(
        name,
        _line("title", given, reader),
        _line("version", given, reader),
        bool("named" in given and reader.boolean("named", given["named"])),
        tuple(
            _check(code.text, reader.fields(about, _KEYS, ("about",)), reader)
            for code, about in read_entries("checks", given, reader)
        ),
    )


def _check(code: str, given: Keys[str, Value], reader: Reader) -> PeerCheck:
    like = reader.lines("like", given["like"]) if "like" in given else ()
    about, without, differs = (_line(key, given, reader) for key in ("about", "without", "differs"))
    return PeerCheck(code, about, tuple(word.text for word in like), without, differs)


def _line(key: str, given: Keys[str, Value], reader: Reader) -> str:
    return (reader.line(key, given[key]) or "") if key in given else ""


def standing_for(check: PeerCheck, rules: RuleSet) -> tuple[Rule, ...]:
    """The rules for a peer's check; none where it has none."""
    words = (check.code, *check.like)
    found = {rule.name: rule for word in words for rule in rules.named(word)}
    return tuple(found.values())


def peers_page(peers: Sequence[Peer], rules: RuleSet) -> str:
    """Markdown: how much of each peer is here, problems by peers, and what differs, check by check."""
    return "\n".join((*_summary(peers, rules), *_problems(peers, rules), *_checks(peers, rules)))


def _summary(peers: Sequence[Peer], rules: RuleSet) -> Iterator[str]:
    yield "# Peers"
    yield ""
    yield "Written by `layerlint rules --peers`, out of the aliases of the rules and `layerlint/ruleset/peers.yaml`."
    yield ""
    yield (
        "Commands are judged as they run, where peers look at the first word: `/usr/bin/apt-get`, `sudo apt-get`,\n"
        '`env X=1 apt-get` and `bash -c "apt-get …"` are `apt-get` here. What is said of bytes is said of files in\n'
        "the layer: by which command and in which order they go does not matter. Stages that do not ship and cache\n"
        "mounts waste nothing. `--profile hadolint` has hadolint's codes and severities.\n"
    )
    yield "| peer | version | checks | with a rule here |"
    yield "| --- | --- | ---: | ---: |"
    for peer in peers:
        count = sum(bool(standing_for(check, rules)) for check in peer.checks)
        yield f"| [{peer.title}](#{_anchor(peer)}) | {peer.version} | {len(peer.checks)} | {count} |"


def _problems(peers: Sequence[Peer], rules: RuleSet) -> Iterator[str]:
    yield "\n## Problems\n"
    yield "• is a check that has no code.\n"
    yield f"| rule | {' | '.join(peer.title for peer in peers)} |"
    yield f"| --- |{' --- |' * len(peers)}"
    codes = [_by_rule(peer, rules) for peer in peers]
    alone = []
    for rule in rules:
        cells = [", ".join(of.get(rule.name, ())) for of in codes]
        if any(cells):
            yield f"| [`{rule.name}`]({rule.url}) | {' | '.join(cells)} |"
        else:
            alone.append(f"- [`{rule.name}`]({rule.url}): {rule.summary}")
    yield "\n## Problems that no peer tells of\n"
    yield from alone


def _by_rule(peer: Peer, rules: RuleSet) -> Keys[str, list[str]]:
    found: dict[str, list[str]] = {}
    for check in peer.checks:
        for rule in standing_for(check, rules):
            names = found.setdefault(rule.name, [])
            word = "•" if peer.named else check.code.partition(" ")[0]
            if word not in names:
                names.append(word)
    return found


def _checks(peers: Sequence[Peer], rules: RuleSet) -> Iterator[str]:
    for peer in peers:
        yield f"\n## {peer.title}\n"
        yield f"{peer.version[0].upper()}{peer.version[1:]}.\n"
        yield "| check | what it reports | rule here | what differs, or why there is none |"
        yield "| --- | --- | --- | --- |"
        for check in peer.checks:
            ours = ", ".join(f"[`{rule.name}`]({rule.url})" for rule in standing_for(check, rules))
            yield f"| {check.code} | {_cell(check.about)} | {ours} | {_cell(check.without or check.differs)} |"
    yield ""


def _anchor(peer: Peer) -> str:
    """As GitHub makes it of the heading."""
    kept = (char for char in peer.title.lower() if char.isalnum() or char in " -_")
    return "".join(kept).replace(" ", "-")


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
