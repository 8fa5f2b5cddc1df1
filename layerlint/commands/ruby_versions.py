"""What builds a Ruby from its source: ``ruby-build``, ``rbenv``, ``ruby-install``, ``rvm``.

The official Alpine images' step that builds and installs Ruby wrote 111 to 119 MB (2015, documents left out).
"""

from __future__ import annotations

from layerlint.commands._outcome import SUCCESS
from layerlint.commands._paths import join, locate
from layerlint.commands._toolchain import ANSWER, first_word, home, program, scan, variable
from layerlint.domain.size import Size
from layerlint.effects import Effect, Invocation, Outcome, Populate

_RUBY = Size(30_000_000, 140_000_000, 450_000_000)
_ARCHIVE = Size(0, 15_000_000, 40_000_000)
_SOURCE = Size(0, 0, 700_000_000)


def ruby_build(invocation: Invocation) -> Outcome:
    """``ruby-build VERSION PREFIX``"""
    line = scan(invocation.argv[1:])
    path = locate(invocation, line.words[1]) if len(line.words) > 1 else None
    return ANSWER if path is None else Outcome((_built(path, first_word(line.words[0], "ruby")),))


def rbenv(invocation: Invocation) -> Outcome:
    line = scan(invocation.argv[1:])
    root = variable(invocation, "RBENV_ROOT") or f"{home(invocation)}/.rbenv"
    if line.verb == "install" and not line.has("-l", "--list"):
        return Outcome((_built(join(root, "versions"), first_word(line.words[-1], "ruby")),))
    if line.verb in ("rehash", "global", "local"):
        return SUCCESS
    return program(invocation, "rbenv exec") if line.verb == "exec" else ANSWER


def ruby_install(invocation: Invocation) -> Outcome:
    """The archive and the tree that it was built in stay, in ``/usr/local/src`` (``~/src`` of an account)."""
    line = scan(
        invocation.argv[1:],
        frozenset(("-i", "--install-dir", "-r", "--rubies-dir", "-s", "--src-dir", "-M", "-m", "-j")),
    )
    if not line.words:
        return ANSWER
    given = line.value("-i", "--install-dir") or line.value("-r", "--rubies-dir") or "/opt/rubies"
    name = first_word(line.words[0], "ruby")
    source = locate(invocation, line.value("-s", "--src-dir") or "") or "/usr/local/src"
    effects: tuple[Effect, ...] = (
        _built(locate(invocation, given) or "/opt/rubies", name),
        Populate(source, name, Size(15_000_000, 250_000_000, 700_000_000), Size(1, 8000, 30_000)),
    )
    return Outcome(effects)


def rvm(invocation: Invocation) -> Outcome:
    """``/usr/local/rvm`` for root; archives, sources and logs stay there."""
    line = scan(invocation.argv[1:])
    if line.verb not in ("install", "reinstall", "get"):
        return program(invocation, "rvm do") if line.verb == "do" else ANSWER
    root = variable(invocation, "rvm_path") or (
        "/usr/local/rvm" if invocation.user == 0 else f"{home(invocation)}/.rvm"
    )
    if line.verb == "get":
        return Outcome((Populate(root, "rvm", Size(0, 2_000_000, 20_000_000), Size(0, 500, 2000)),))
    name = first_word(line.words[1] if len(line.words) > 1 else "", "ruby")
    reason = "which packages of the system rvm installs is not known"
    return Outcome(
        (
            _built(join(root, "rubies"), name),
            Populate(join(root, "archives"), name, _ARCHIVE, Size(0, 2, 10)),
            Populate(join(root, "src"), name, _SOURCE, Size(0, 0, 30_000)),
            Populate("/usr", "rvm requirements", Size(0, 0, None), Size(0, 0, None), reason),
        )
    )


def _built(path: str, name: str) -> Effect:
    return Populate(path, name, _RUBY, Size(1000, 5000, 40_000))
