"""curl, wget, aria2c and axel: a file at a known path, or data in a pipe.  Sizes are those of `_unseen`."""

from __future__ import annotations

from layerlint.commands._options import Grammar, Options, parse
from layerlint.commands._outcome import FAILURE, unmodelled
from layerlint.commands._paths import join, locate
from layerlint.commands._unseen import TREE, downloaded, length_of, unseen_file, unseen_tree
from layerlint.domain.size import Size
from layerlint.domain.text import UNKNOWN, Text
from layerlint.effects import Effect, Invocation, MakeDirectory, Outcome, Stream, Write

_REASON = "what it downloads is not known"
_OTHER_REQUEST = (
    "--cookie", "--data", "--form", "--header", "--method", "--post-", "--proxy-header", "--range", "--request",
    "--upload-file", "--url-query", "--user", "--json", "--load-cookies", "--oauth2", "--continue",
)  # fmt: skip
"""Beginnings of options with which a server may answer other than a plain GET; ``--user-agent`` too."""
_CURL = Grammar(
    "curl",
    "012346#aA:b:Bc:C:d:D:e:E:fF:gGh::H:iIjJkK:lLm:MnNo:OpP:qQ:r:RsSt:T:u:U:vVw:x:X:y:Y:z:Z",
    {
        "anyauth": "-", "basic": "-", "cacert": "-:", "cert": "-:", "ciphers": "-:", "compressed": "-", "config": "-:",
        "connect-timeout": "-:", "continue-at": "-:", "cookie": "-:", "cookie-jar": "c:", "create-dirs": "-",
        "data": "-:", "data-binary": "-:", "data-raw": "-:", "data-urlencode": "-:", "digest": "-", "dump-header": "-:",
        "fail": "-", "fail-early": "-", "fail-with-body": "-", "form": "-:", "ftp-pasv": "-", "get": "-",
        "globoff": "-",
        "head": "I", "header": "-:", "http1.0": "-", "http1.1": "-", "http2": "-", "include": "-", "insecure": "-",
        "ipv4": "-", "ipv6": "-", "junk-session-cookies": "-", "key": "-:", "keepalive-time": "-:", "limit-rate": "-:",
        "location": "L", "location-trusted": "L", "max-redirs": "-:", "max-time": "-:", "negotiate": "-", "netrc": "-",
        "netrc-file": "-:", "no-buffer": "-", "no-keepalive": "-", "no-progress-meter": "-", "noproxy": "-:",
        "oauth2-bearer": "-:", "output": "o:", "output-dir": "output-dir:", "parallel": "-", "pinnedpubkey": "-:",
        "post301": "-", "post302": "-", "progress-bar": "-", "proto": "-:", "proto-default": "-:", "proto-redir": "-:",
        "proxy": "-:", "proxy-user": "-:", "range": "-:", "referer": "-:", "remote-header-name": "J",
        "remote-name": "O",
        "remote-name-all": "all", "remote-time": "-", "request": "-:", "resolve": "-:", "retry": "-:",
        "retry-all-errors": "-", "retry-connrefused": "-", "retry-delay": "-:", "retry-max-time": "-:", "show-error":
        "-", "silent": "-", "socks5": "-:", "socks5-hostname": "-:", "speed-limit": "-:", "speed-time": "-:",
        "ssl": "-",
        "ssl-no-revoke": "-", "sslv3": "-", "stderr": "-:", "tcp-nodelay": "-", "time-cond": "-:", "tls-max": "-:",
        "tlsv1": "-", "tlsv1.0": "-", "tlsv1.1": "-", "tlsv1.2": "-", "tlsv1.3": "-", "upload-file": "-:",
        "url": "url:",
        "user": "-:", "user-agent": "-:", "verbose": "-", "version": "V", "write-out": "-:",
    },
)  # fmt: skip
_WGET = Grammar(
    "wget",
    "46a:A:bB:cD:dEe:Fhi:I:HKkl:LmnNo:O:P:pqQ:rR:St:T:U:vVw:xX:Y:",
    {
        "accept": "-:", "adjust-extension": "-", "append-output": "-:", "auth-no-challenge": "-",
        "ca-certificate": "-:",
        "ca-directory": "-:", "certificate": "-:", "connect-timeout": "-:", "content-disposition": "-",
        "content-on-error":
        "-", "continue": "-", "convert-links": "-", "cut-dirs": "-:", "debug": "-", "delete-after": "delete",
        "directory-prefix": "P:", "dns-timeout": "-:", "domains": "-:", "execute": "-:", "exclude-directories": "-:",
        "force-directories": "-", "ftp-password": "-:", "ftp-user": "-:", "header": "-:", "http-password": "-:",
        "http-user": "-:", "https-only": "-", "inet4-only": "-", "inet6-only": "-", "input-file": "i:",
        "keep-session-cookies":
        "-", "level": "-:", "limit-rate": "-:", "load-cookies": "-:", "max-redirect": "-:", "method": "-:",
        "mirror": "r",
        "no-cache": "-", "no-check-certificate": "-", "no-clobber": "-", "no-cookies": "-", "no-directories": "-",
        "no-dns-cache": "-", "no-glob": "-", "no-hsts": "-", "no-host-directories": "-", "no-iri": "-", "no-netrc": "-",
        "no-parent": "-", "no-passive-ftp": "-", "no-proxy": "-", "no-use-server-timestamps": "-", "no-verbose": "-",
        "output-document": "O:", "output-file": "o:", "page-requisites": "-", "passive-ftp": "-", "password": "-:",
        "post-data": "-:", "post-file": "-:", "prefer-family": "-:", "progress": "-:", "proxy": "-::", "quiet": "-",
        "quota": "-:", "random-wait": "-", "read-timeout": "-:", "recursive": "r", "referer": "-:", "reject": "-:",
        "reject-regex": "-:", "relative": "-", "restrict-file-names": "-:", "retry-connrefused": "-",
        "retry-on-http-error":
        "-:", "save-cookies": "-:", "secure-protocol": "-:", "server-response": "-", "show-progress": "-", "span-hosts":
        "-", "spider": "spider", "timeout": "-:", "timestamping": "-", "tries": "-:", "trust-server-names": "-",
        "user": "-:",
        "user-agent": "-:", "verbose": "-", "version": "V", "wait": "-:", "waitretry": "-:",
    },
)  # fmt: skip
_ARIA2 = Grammar(
    "aria2c",
    "cd:i:j:k:ko:q:s:t:U:vVx:Z",
    {"allow-overwrite": "-:", "checksum": "-:", "continue": "-::", "dir": "d:", "file-allocation": "-:",
    "input-file": "i:",
     "max-connection-per-server": "-:", "min-split-size": "-:", "out": "o:", "quiet": "-::", "split": "-:"},
)  # fmt: skip
_AXEL = Grammar(
    "axel", "aH:kn:No:qs:S::U:vV", {"alternate": "-", "num-connections": "-:", "output": "o:", "quiet": "-"}
)


def curl(invocation: Invocation) -> Outcome:
    """``-o`` and ``-O`` belong to the addresses in their order; what has neither goes to standard output."""
    options = parse(_CURL, invocation.argv[1:])
    if isinstance(options, Outcome):
        return options
    if options.has("V"):
        return Outcome(stdout=Stream(Size(1, 300, 5000)))
    addresses = (*options.operands, *options.values("url"))
    if not addresses:
        return FAILURE
    if options.has("I"):
        return Outcome(stdout=Stream(Size(1, 500, 100_000)))
    outputs: list[Text] = [
        UNKNOWN if value is None else value for key, value in options.sequence if key in ("o", "O")
    ]
    keys = [key for key, _ in options.sequence if key in ("o", "O")]
    effects: list[Effect] = []
    printed: Stream | None = None
    directory = options.value("output-dir")
    for position, address in enumerate(addresses):
        named = (
            "O"
            if position >= len(keys) and options.has("all")
            else (keys[position : position + 1] or [""])[0]
        )
        if not named or (named == "o" and outputs[position] == "-"):
            printed = _data(invocation, address, options)
            continue
        name = _remote_name(address) if named == "O" else outputs[position]
        if directory is not None:
            name = f"{directory}/{name}" if isinstance(name, str) and isinstance(directory, str) else UNKNOWN
        effects += _saved(invocation, name, address, options)
    if options.has("c") and (path := locate(invocation, options.value("c") or UNKNOWN)):
        effects += unseen_file(path, Size(0, 500, None), _REASON)
    return Outcome(tuple(effects), stdout=printed or Stream(Size(0, 0, 0)))


def wget(invocation: Invocation) -> Outcome:
    """One file an address in the working directory or ``-P``; ``-O`` puts all into one; ``-r`` makes a tree."""
    options = parse(_WGET, _without_pairs(invocation.argv[1:]))
    if isinstance(options, Outcome):
        return options
    if options.has("V", "h"):
        return Outcome(stdout=Stream(Size(1, 1500, 20_000)))
    if not options.operands and not options.has("i"):
        return FAILURE
    if options.has("spider", "delete"):
        return Outcome()
    effects: list[Effect] = []
    for key in ("o", "a"):
        log = options.value(key)
        path = None if log is None else locate(invocation, log)
        if path is not None and path != "/dev/null":
            effects += unseen_file(path, Size(0, 1500, None), _REASON)
    output = options.value("O")
    if output == "-" or output == "/dev/stdout":
        return Outcome(
            tuple(effects),
            stdout=_data(invocation, options.operands[0] if options.operands else UNKNOWN, None),
        )
    if output is not None:
        if len(options.operands) > 1:
            effects += _saved(invocation, output, UNKNOWN, None)
        else:
            effects += _saved(invocation, output, options.operands[0] if options.operands else UNKNOWN, None)
        return Outcome(tuple(effects))
    given = options.value("P")
    directory = locate(invocation, "." if given is None else given)
    if directory is None:
        return unmodelled("wget: where it downloads to is not known", *effects)
    if given is not None:
        effects.append(MakeDirectory(directory))
    if options.has("r", "m", "i"):
        effects += unseen_tree(directory, "wget", TREE, _REASON)
        return Outcome(tuple(effects))
    for address in options.operands:
        name = _remote_name(address)
        if name is UNKNOWN:
            effects += unseen_tree(directory, "wget", downloaded(""), _REASON)
        else:
            path = join(directory, name or "index.html")
            effects += _file(path, downloaded(name), _length(invocation, address, None))
    return Outcome(tuple(effects))


def aria2c(invocation: Invocation) -> Outcome:
    return _named(invocation, _ARIA2)


def axel(invocation: Invocation) -> Outcome:
    return _named(invocation, _AXEL)


def _named(invocation: Invocation, grammar: Grammar) -> Outcome:
    """``-o NAME``, in ``-d DIRECTORY``."""
    options = parse(grammar, invocation.argv[1:])
    if isinstance(options, Outcome):
        return options
    if not options.operands and not options.has("i"):
        return FAILURE
    directory = locate(invocation, options.value("d") or ".")
    if directory is None:
        return unmodelled(f"{grammar.tool}: where it downloads to is not known")
    address = options.operands[0] if options.operands else UNKNOWN
    name = options.value("o") or _remote_name(address)
    if not isinstance(name, str) or not name or options.has("i"):
        return Outcome(unseen_tree(directory, grammar.tool, downloaded(""), _REASON))
    path = name if name.startswith("/") else join(directory, name)
    known = _length(invocation, address, None) if len(options.operands) == 1 else None
    return Outcome(_file(path, downloaded(name), known))


def _without_pairs(words: tuple[Text, ...]) -> tuple[Text, ...]:
    """wget's two-letter options (``-nv``, ``-nc``) mean nothing to where files go."""
    return tuple(word for word in words if word not in ("-nv", "-nc", "-nd", "-nH", "-np", "-4", "-6"))


def _data(invocation: Invocation, address: Text, options: Options | None) -> Stream:
    known = _length(invocation, address, options)
    name = _remote_name(address)
    size = downloaded(name) if isinstance(name, str) else downloaded("")
    return Stream(known or size, origin=address if isinstance(address, str) else "")


def _length(invocation: Invocation, address: Text, options: Options | None) -> Size | None:
    """Of what a plain GET brings, where it is looked up; ``options``: curl's, which follows redirects if told."""
    if invocation.lookup is None or not isinstance(address, str):
        return None
    words = [word for word in invocation.argv if isinstance(word, str)]
    if len(words) < len(invocation.argv) or any(word.startswith(_OTHER_REQUEST) for word in words):
        return None
    if options is not None and options.has("b", "C", "d", "F", "H", "i", "r", "T", "u", "X"):
        return None
    url = address if "://" in address else f"http://{address}"
    if options is not None and any(char in url for char in "[]{}"):
        return None  # curl's globs
    return length_of(invocation.lookup, url, redirects=options is None or options.has("L"))


def _file(path: str, size: Size, known: Size | None) -> tuple[Effect, ...]:
    return unseen_file(path, size, _REASON) if known is None else (Write(path, known),)


def _remote_name(address: Text) -> Text:
    """The last part of an address, without its query: what ``-O`` and wget name the file."""
    if not isinstance(address, str):
        return UNKNOWN
    rest = address.partition("://")[2] or address
    path = rest.partition("#")[0].partition("?")[0]
    return path.rpartition("/")[2] if "/" in path else ""


def _saved(invocation: Invocation, name: Text, address: Text, options: Options | None) -> tuple[Effect, ...]:
    known = _length(invocation, address, options)
    size = known or _size(name, address)
    path = locate(invocation, name)
    if path is None:
        if invocation.cwd is None:
            return unmodelled("where it downloads to is not known").effects
        return unseen_tree(invocation.cwd, "download", size, _REASON)
    if path.startswith("/dev/"):
        return ()
    return _file(path, size, known)


def _size(name: Text, address: Text) -> Size:
    """By the name that it is given, else by that in the address."""
    best = downloaded(name) if isinstance(name, str) else downloaded("")
    remote = _remote_name(address)
    return best if best != downloaded("") or not isinstance(remote, str) else downloaded(remote)
