"""uname, arch, id, whoami, hostname, nproc and date: facts of the machine and of who runs."""

from __future__ import annotations

from layerlint.commands import _accounts
from layerlint.commands._options import Grammar, parse
from layerlint.commands._streams import of_line
from layerlint.domain.size import Size
from layerlint.domain.text import UNKNOWN, Text
from layerlint.domain.truth import Truth
from layerlint.effects import Invocation, Outcome, Stream

_UNAME = Grammar(
    "uname",
    "asnrvmpio",
    {"all": "a", "hardware-platform": "i", "kernel-name": "s", "kernel-release": "r", "kernel-version": "v",
     "machine": "m", "nodename": "n", "operating-system": "o", "processor": "p"},
)  # fmt: skip
_ID = Grammar(
    "id", "agGnruzZ", {"group": "g", "groups": "G", "name": "n", "real": "r", "user": "u", "zero": "z"}
)
_MACHINES = {"386": "i686", "amd64": "x86_64", "arm64": "aarch64", "ppc64le": "ppc64le", "riscv64": "riscv64",
             "s390x": "s390x"}  # fmt: skip
"""The platform's architecture (OCI image spec) and the kernel's name of it."""


def _machine(invocation: Invocation) -> Text:
    """By TARGETARCH where it is set, else of linux/amd64, the platform that is taken without another word."""
    target = invocation.environment.get("TARGETARCH", "amd64")
    return UNKNOWN if target is UNKNOWN else _MACHINES.get(target, UNKNOWN)


def uname(invocation: Invocation) -> Outcome:
    """The system and the machine are known, the kernel's release and name are not."""
    options = parse(_UNAME, invocation.argv[1:])
    if isinstance(options, Outcome):
        return options
    asked = {key for key, _ in options.sequence} or {"s"}
    known: dict[str, Text] = {"s": "Linux", "m": _machine(invocation), "o": "GNU/Linux"}
    words = [known.get(key, UNKNOWN) for key in "snrvmpio" if key in asked]
    if "a" in asked or UNKNOWN in words:
        return Outcome(stdout=Stream(Size(1, 20 * len(asked), 1000)))
    return Outcome(stdout=of_line(" ".join(word for word in words if isinstance(word, str))))


def arch(invocation: Invocation) -> Outcome:
    return Outcome(stdout=of_line(_machine(invocation)))


def id_(invocation: Invocation) -> Outcome:
    """``id -u`` and ``id -un``, of the user that runs or of one in ``/etc/passwd``."""
    options = parse(_ID, invocation.argv[1:])
    if isinstance(options, Outcome):
        return options
    view = invocation.view
    status = Truth.YES
    user: int | Text = UNKNOWN if invocation.user is None else invocation.user
    if options.operands:
        name = options.operands[0]
        database = _accounts.read(view, "passwd")
        absent = database is None or (
            database.is_known and isinstance(name, str) and database.entry(name) is None
        )
        status = Truth.NO if absent else Truth.of(None if name is UNKNOWN else True)
        user = _accounts.user_id(view, name)
    if status is Truth.NO:
        # A package's script may have added the user.
        return Outcome(status=Truth.MAYBE, stdout=Stream(Size(0, 4, 64)))
    if options.last("g", "G", "u") == "u" and not options.has("z"):
        text: Text = str(user) if isinstance(user, int) else UNKNOWN
        return Outcome(
            status=status, stdout=of_line(_user_name(invocation, user) if options.has("n") else text)
        )
    return Outcome(status=status, stdout=Stream(Size(2, 40, 4096)))


def whoami(invocation: Invocation) -> Outcome:
    return Outcome(
        stdout=of_line(_user_name(invocation, UNKNOWN if invocation.user is None else invocation.user))
    )


def _user_name(invocation: Invocation, user: int | Text) -> Text:
    database = _accounts.read(invocation.view, "passwd")
    for fields in database.entries() if database is not None else ():
        if len(fields) > 2 and fields[2] == str(user):
            return fields[0]
    return "root" if user == 0 else UNKNOWN


def hostname(_: Invocation) -> Outcome:
    """A build's host name is the builder's own affair."""
    return Outcome(stdout=Stream(Size(1, 13, 65)))


def nproc(_: Invocation) -> Outcome:
    return Outcome(stdout=Stream(Size(2, 2, 5)))


def date(_: Invocation) -> Outcome:
    """What time it is, is not known."""
    return Outcome(stdout=Stream(Size(1, 29, 1000)))
