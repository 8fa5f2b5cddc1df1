"""Values with a grammar of their own: ports, signals, file modes."""

from __future__ import annotations

from layerlint._pattern import pattern
from layerlint.dockerfile.gostrings import quote

PROTOCOLS = ("sctp", "tcp", "udp")

SIGNALS = frozenset({
    "ABRT", "ALRM", "BUS", "CHLD", "CLD", "CONT", "FPE", "HUP", "ILL", "INT", "IO", "IOT", "KILL", "PIPE",
    "POLL", "PROF", "PWR", "QUIT", "RTMAX", "RTMIN", "SEGV", "STKFLT", "STOP", "SYS", "TERM", "TRAP", "TSTP",
    "TTIN", "TTOU", "URG", "USR1", "USR2", "VTALRM", "WINCH", "XCPU", "XFSZ",
    *(f"RTMIN+{number}" for number in range(1, 16)),
    *(f"RTMAX-{number}" for number in range(1, 15)),
})  # fmt: skip
"""Linux's signals as moby/sys names them, without SIG."""

_SYMBOLIC_MODE = pattern(
    r"[ugoa]*(?:[-+=](?:[rwxXst]+|[ugo])?)+(?:,[ugoa]*(?:[-+=](?:[rwxXst]+|[ugo])?)+)*\Z"
)


def port_error(spec: str) -> str | None:
    """Why EXPOSE refuses ``[[address:]host:]port[-port][/protocol]``."""
    address, host, rest = _port_parts(spec)
    port, slash, protocol = rest.partition("/")
    protocol = protocol.partition("/")[0] if slash and protocol else "tcp"
    if address and not _is_address(address.removeprefix("[").removesuffix("]")):
        return f"invalid port: {quote(spec)}: invalid IP address: {address}"
    if not port:
        return f"invalid port: {quote(spec)}: no port specified"
    ports = _port_range(port)
    if ports is None:
        return f"invalid containerPort: {port}"
    hosts = _port_range(host) if host else ports
    if hosts is None:
        return f"invalid hostPort: {host}"
    if len(hosts) != len(ports) and len(ports) > 1:
        return f"invalid ranges specified for container and host Ports: {port} and {host}"
    if protocol.lower() not in PROTOCOLS:
        return f"invalid port: {quote(spec)}: invalid proto: {protocol}"
    return None


def protocol_part(spec: str) -> tuple[int, int]:
    """Where the protocol of a port stands; empty, at the end, if it has none."""
    before, slash, rest = spec.partition("/")
    start = len(before) + len(slash)
    return start, start + len(rest.partition("/")[0])


def _port_parts(spec: str) -> tuple[str, str, str]:
    *before, port = spec.split(":")
    host = before.pop() if before else ""
    return ":".join(before), host, port


def _is_address(text: str) -> bool:
    import ipaddress

    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return "%" not in text  # Go's ParseIP takes no zone


def _port_range(text: str) -> range | None:
    first, dash, last = text.partition("-")
    start, end = _port_number(first), _port_number(last if dash else first)
    return None if start is None or end is None or end < start else range(start, end + 1)


def _port_number(text: str) -> int | None:
    if not (text.isascii() and text.isdecimal()) or len(text.lstrip("0")) > 5:
        return None
    return int(text) if int(text) <= 0xFFFF else None


def signal_error(text: str) -> str | None:
    """Why STOPSIGNAL refuses a name (SIG and case do not matter) or a number."""
    digits = text[1:] if text[:1] in ("+", "-") else text
    if digits.isascii() and digits.isdecimal():
        known = digits.strip("0") != "" and len(digits) < 19
    else:
        known = text.upper().removeprefix("SIG") in SIGNALS
    return None if known else f"invalid signal: {text}"


def mode_error(text: str) -> str | None:
    """Why ``--chmod`` refuses an octal or a symbolic mode."""
    if not text or _SYMBOLIC_MODE.match(text):
        return None
    if not (text.isascii() and text.isdecimal()):
        return f"invalid chmod parameter: '{text}': invalid syntax"
    digits = text.lstrip("0")
    if len(digits) <= 4 and not digits.strip("01234567"):
        return None
    return f"invalid chmod parameter: '{text}'. it should be octal string and between 0 and 07777"
