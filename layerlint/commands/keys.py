"""gpg, openssl, ssh-keygen, keytool and htpasswd: keys and certificates, of some kilobytes.

Measured with GnuPG 2.2.40 on Debian 12: a new home directory gets ``pubring.kbx`` of 32 bytes and ``trustdb.gpg``
of 1,200; a public key adds 1.2 to 20 kB (with the signatures of a keyserver), and the ring before is kept beside
it as ``pubring.kbx~``.
"""

from __future__ import annotations

from layerlint.commands._options import Grammar, Options, parse
from layerlint.commands._outcome import SUCCESS, unmodelled
from layerlint.commands._paths import basename, join, locate
from layerlint.commands._streams import standard_input
from layerlint.domain.size import Size
from layerlint.domain.text import UNKNOWN, Text
from layerlint.effects import Effect, Invocation, MakeDirectory, Outcome, Populate, Replace, Stream, Write

_KEY = Size(500, 3_000, 60_000)
_GPG = Grammar(
    "gpg",
    "abcdekK:lno:qr:stu:vy",
    {
        "armor": "a", "armour": "a", "auto-key-retrieve": "-", "batch": "-", "check-signatures": "list",
        "command-fd": "-:",
        "clearsign": "s", "dearmor": "dearmor", "dearmour": "dearmor", "debug": "-:", "debug-level": "-:",
        "decrypt": "d",
        "default-key": "-:", "delete-keys": "change", "detach-sign": "s", "disable-dirmngr": "-",
        "display-charset": "-:",
        "dry-run": "-", "edit-key": "change", "enarmor": "dearmor", "encrypt": "e", "expert": "-", "export": "export",
        "export-options": "-:", "export-ownertrust": "export", "export-secret-keys": "export", "fetch-keys": "import",
        "fingerprint": "list", "force": "-", "full-generate-key": "change", "gen-key": "change",
        "generate-key": "change",
        "homedir": "home:", "import": "import", "import-options": "-:", "import-ownertrust": "change",
        "keyid-format": "-:",
        "keyring": "ring:", "keyserver": "-:", "keyserver-options": "-:", "list-key": "list", "list-keys": "list",
        "list-public-keys": "list", "list-secret-keys": "list", "locate-keys": "import", "lock-never": "-",
        "multifile": "-",
        "no-auto-check-trustdb": "-", "no-default-keyring": "-", "no-options": "-", "no-permission-warning": "-",
        "no-symkey-cache": "-", "no-tty": "-", "no-verbose": "-", "options": "-:", "output": "o:", "passphrase": "-:",
        "passphrase-fd": "-:", "pinentry-mode": "-:", "primary-keyring": "ring:", "print-md": "list:",
        "quick-generate-key":
        "change", "quick-lsign-key": "change", "quiet": "-", "receive-keys": "import", "recipient": "-:", "recv-key":
        "import", "recv-keys": "import", "refresh-keys": "import", "secret-keyring": "-:", "show-keys": "list",
        "sign": "s",
        "status-fd": "-:", "symmetric": "e", "textmode": "-", "trust-model": "-:", "trusted-key": "-:", "verbose": "-",
        "verify": "verify", "verify-files": "verify", "version": "list", "with-colons": "list", "with-fingerprint": "-",
        "yes": "-",
    },
)  # fmt: skip


def gpg(invocation: Invocation) -> Outcome:
    """Keys that are received or imported go into the home directory's ring, or that of ``--keyring``."""
    options = parse(_GPG, invocation.argv[1:])
    if isinstance(options, Outcome):
        return options
    output = options.value("o")
    if options.has("import", "change"):
        return _imported(invocation, options)
    if options.has("verify"):
        return Outcome(_opened(invocation, options))
    if options.has("list"):
        return Outcome(_opened(invocation, options), stdout=Stream(Size(0, 200, None)))
    data = standard_input(invocation).size if not options.operands else Size(0, 3_000, None)
    size = (
        Size(0, min(data.likely, 60_000) * 3 // 4, data.high)
        if options.has("dearmor")
        else Size(0, 3_000, None)
    )
    if output is None and options.has("dearmor") and options.operands:
        path = locate(invocation, options.operands[0])
        return (
            unmodelled("gpg: what it reads is not known")
            if path is None
            else Outcome((Write(path + ".gpg", _KEY),))
        )
    if output is None and options.has("s", "e") and options.operands:
        path = locate(invocation, options.operands[-1])
        ending = ".asc" if options.has("a", "clearsign") else ".sig" if options.has("b", "s") else ".gpg"
        return Outcome(() if path is None else (Write(path + ending, Size(300, 800, None)),))
    if output is None or output == "-":
        return Outcome(_opened(invocation, options), stdout=Stream(size))
    path = locate(invocation, output)
    if path is None:
        return unmodelled("gpg: where it writes to is not known")
    return Outcome(
        (*_opened(invocation, options), Write(path, _KEY if options.has("dearmor", "export") else size))
    )


def _home(invocation: Invocation, options: Options) -> str | None:
    given = options.value("home") or invocation.environment.get("GNUPGHOME")
    if given is None:
        home = invocation.environment.get("HOME", "/root")
        given = f"{home}/.gnupg" if isinstance(home, str) else UNKNOWN
    return locate(invocation, given)


def _opened(invocation: Invocation, options: Options) -> tuple[Effect, ...]:
    """The home directory, which gpg makes and fills at its first use."""
    home = _home(invocation, options)
    if home is None or invocation.view.lookup(join(home, "trustdb.gpg")) is not None:
        return ()
    made: tuple[Effect, ...] = (
        () if invocation.view.lookup(home) is not None else (MakeDirectory(home, 0o700),)
    )
    return (
        *made,
        Write(join(home, "pubring.kbx"), Size(0, 32, 200), append=True),
        Write(join(home, "trustdb.gpg"), Size(40, 1_200, 2_000)),
    )


def _imported(invocation: Invocation, options: Options) -> Outcome:
    home = _home(invocation, options)
    ring = options.value("ring")
    path = (
        None
        if ring is None
        else locate(invocation, ring.removeprefix("gnupg-ring:") if isinstance(ring, str) else UNKNOWN)
    )
    if home is None or (ring is not None and path is None):
        return unmodelled("gpg: which keyring it changes is not known")
    target = path or join(home, "pubring.kbx")
    count = max(len(options.operands), 1) if options.has("import") else 0
    added = Size(500 * min(count, 1), 3_000 * count, 60_000 * max(count, 1))
    node = invocation.view.lookup(target)
    old = getattr(node, "size", None)
    kept = (Replace(target + "~", old if isinstance(old, Size) else Size(0, 32, 60_000)),)
    grown = added if not isinstance(old, Size) else old + added
    return Outcome(
        (*_opened(invocation, options), *kept, Replace(target, grown)), stdout=Stream(Size(0, 200, None))
    )


def gpgconf(invocation: Invocation) -> Outcome:
    """``--kill all``: the sockets that the agents leave have no bytes."""
    return Outcome(stdout=Stream(Size(0, 0, 5_000)))


def openssl(invocation: Invocation) -> Outcome:
    """``-out``, ``-keyout`` name files of 0.2 to 4 kB (RSA 2048: key 1,704, certificate 1,090 bytes)."""
    words = list(invocation.argv[1:])
    verb = words[0] if words else ""
    effects: list[Effect] = []
    for position, word in enumerate(words[:-1]):
        if word in ("-out", "-keyout", "-CAserial"):
            path = locate(invocation, words[position + 1])
            if path is None:
                return unmodelled("openssl: where it writes to is not known", *effects)
            if not path.startswith("/dev/"):
                size = (
                    Size(0, 3_000, None)
                    if verb in ("enc", "smime", "cms", "base64", "pkcs12")
                    else Size(40, 1_500, 20_000)
                )
                effects.append(Write(path, size, mode=0o600 if word == "-keyout" else None))
    return Outcome(tuple(effects), stdout=Stream(Size(0, 0 if effects else 500, None)))


_PRIVATE = {"dsa": 1_373, "ecdsa": 492, "ed25519": 399, "rsa": 2_590}
"""OpenSSH 9.2: of a key without a passphrase (RSA 3072); the public half has 89 to 597."""


def ssh_keygen(invocation: Invocation) -> Outcome:
    """A pair of keys; ``-A`` makes the host keys that are not there."""
    words = list(invocation.argv[1:])
    kind = _value(words, "-t") or "rsa"
    if any(word in ("-l", "-F", "-H", "-y", "-V") for word in words):
        return Outcome(stdout=Stream(Size(0, 300, None)))
    if "-R" in words:
        return SUCCESS
    if "-A" in words:
        made = [(f"/etc/ssh/ssh_host_{name}_key", name) for name in ("ecdsa", "ed25519", "rsa")]
    else:
        home = invocation.environment.get("HOME", "/root")
        given = _value(words, "-f") or (f"{home}/.ssh/id_{kind}" if isinstance(home, str) else UNKNOWN)
        path = locate(invocation, given)
        if path is None:
            return unmodelled("ssh-keygen: where the key goes is not known")
        made = [(path, kind if isinstance(kind, str) else "rsa")]
    effects: list[Effect] = []
    for path, name in made:
        if invocation.view.lookup(path) is None:
            size = Size(380, _PRIVATE.get(name, 2_590), 7_000)
            effects += [Write(path, size, mode=0o600), Write(path + ".pub", Size(80, 566, 1_500), mode=0o644)]
    return Outcome(tuple(effects))


def _value(words: list[Text], option: str) -> Text | None:
    """The argument of an option, apart or attached."""
    for position, word in enumerate(words):
        if word == option and position + 1 < len(words):
            return words[position + 1]
        if isinstance(word, str) and word.startswith(option) and len(word) > len(option):
            return word[len(option) :]
    return None


def ssh_keyscan(invocation: Invocation) -> Outcome:
    """Prints the keys of hosts: some 700 bytes a host with three kinds of keys."""
    return Outcome(stdout=Stream(Size(0, 800, 20_000)))


def htpasswd(invocation: Invocation) -> Outcome:
    """A line a user; ``-n`` prints it."""
    words = [word if isinstance(word, str) else "x" for word in invocation.argv[1:]]
    letters = "".join(word[1:] for word in words if word.startswith("-"))
    operands = [word for word in invocation.argv[1:] if word is UNKNOWN or not word.startswith("-")]
    line = Size(20, 45, 300)
    if "n" in letters or not operands:
        return Outcome(stdout=Stream(line))
    path = locate(invocation, operands[0])
    if path is None:
        return unmodelled("htpasswd: which file it writes is not known")
    return Outcome((Write(path, line, append="c" not in letters),))


def keytool(invocation: Invocation) -> Outcome:
    """Changes a keystore: by some 1.5 kB an entry."""
    words = list(invocation.argv[1:])
    verb = str(words[0]).lower() if words else ""
    if verb in ("-list", "-printcert", "-help", ""):
        return Outcome(stdout=Stream(Size(0, 1_000, None)))
    given = (
        _value(words, "-keystore")
        if verb not in ("-exportcert", "-export", "-certreq")
        else _value(words, "-file")
    )
    if "-cacerts" in words or (isinstance(given, str) and basename(given) == "cacerts"):
        directory = locate(invocation, given) if isinstance(given, str) else None
        top = directory.rpartition("/")[0] if directory else "/etc/ssl/certs/java"
        return Outcome((Populate(top or "/", "keytool", Size(0, 170_000, 400_000)),))
    path = locate(invocation, given) if given is not None else None
    if path is None:
        return unmodelled("keytool: which keystore it changes is not known")
    return Outcome((Write(path, Size(500, 2_500, 200_000)),))
