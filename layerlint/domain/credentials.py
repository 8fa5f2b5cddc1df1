"""Credentials that can be told by their form alone: tokens with published prefixes, private keys.

A form is taken only where its issuer publishes it, so that what is found is what it is called.  Some carry
a checksum, which then must be right for a sure answer.  Placeholders are no credentials.  The value never
leaves this module: what is found is a kind and a place, and `redact` takes it out of a text that is shown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final
from zlib import crc32

from layerlint._dataclass import dataclass

MASK: Final = "***"


@dataclass(frozen=True, slots=True)
class Credential:
    kind: str
    """With its article: ``a private key``."""
    start: int
    end: int
    """Of the value, in characters of the text."""
    sure: bool
    """False for one whose checksum is wrong, or that is of use with a passphrase only."""


@dataclass(frozen=True, slots=True)
class _Form:
    kind: str
    literals: tuple[str, ...]
    """One of them is in every text that has the form: looking for them is a hundred times faster."""
    pattern: str
    """The value is its group ``value``, or all of it.  Compiled when a text has a literal: start-up is felt."""
    check: Callable[[str], bool] | None = None


_DIGITS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def _has_checksum(token: str) -> bool:
    """The last six characters are the CRC-32 of the thirty before, in base 62 (GitHub, npm).

    https://github.blog/engineering/platform-security/behind-githubs-new-authentication-token-formats/
    """
    body, given = token[-36:-6], token[-6:]
    left, digits = crc32(body.encode()), ""
    for _ in range(6):
        left, digit = divmod(left, 62)
        digits = _DIGITS[digit] + digits
    return digits == given


def _is_open(key: str) -> bool:
    """A private key that needs no passphrase, as far as its armour tells."""
    return "ENCRYPTED" not in key


def _form(
    kind: str,
    literals: str,
    pattern: str,
    check: Callable[[str], bool] | None = None,
    *,
    bounded: bool = True,
) -> _Form:
    edges = (r"(?<![A-Za-z0-9_])", r"(?![A-Za-z0-9_])") if bounded else ("", "")
    return _Form(kind, tuple(literals.split()), edges[0] + pattern + edges[1], check)


_PEM: Final = (
    r"-----BEGIN (?:[A-Z]{2,10} ){0,2}PRIVATE KEY(?: BLOCK)?-----"
    r"(?P<value>(?:[A-Za-z0-9+/=:,._ \t\r\n\\\"'&|]|-(?!-)){64,16000})-----END"
)
"""Of PEM (RFC 7468), OpenSSH and OpenPGP; in a script the lines may be quoted, or stand behind ``\\n``."""

_FORMS: Final = (
    _form("a private key", "PRIVATE", _PEM, _is_open, bounded=False),
    _form(
        "a private key of PuTTY",
        "PuTTY-User-Key",
        r"PuTTY-User-Key-File-[23]: [\s\S]{1,4000}?Private-Lines: \d{1,3}\s{1,4}(?P<value>[A-Za-z0-9+/=\s]{64,8000})",
        bounded=False,
    ),
    _form("a private key of age", "AGE-SECRET-KEY-1", r"AGE-SECRET-KEY-1[0-9A-Z]{58}"),
    _form("an access key of AWS", "AKIA ASIA", r"(?:AKIA|ASIA)[A-Z2-7]{16}"),
    _form(
        "a secret key of AWS",
        "aws_secret_access_key AWS_SECRET_ACCESS_KEY",
        r"(?i:aws_secret_access_key)[\"']?\s{0,3}[=:]?\s{0,3}[\"']?(?P<value>[A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])",
        bounded=False,
    ),
    _form("a key of an Azure account", "AccountKey=", r"AccountKey=(?P<value>[A-Za-z0-9+/]{86}==)", bounded=False),
    _form("a token of Anthropic", "sk-ant-", r"sk-ant-[a-z]{3,8}[0-9]{2}-[A-Za-z0-9_\-]{80,120}"),
    _form("a token of crates.io", "cio", r"cio[A-Za-z0-9]{32}"),
    _form("a token of DigitalOcean", "dop_v1_ doo_v1_ dor_v1_", r"do[opr]_v1_[a-f0-9]{64}"),
    _form("a token of Docker Hub", "dckr_pat_ dckr_oat_", r"dckr_[op]at_[A-Za-z0-9_\-]{27,40}"),
    _form("a token of GitHub", "ghp_ gho_ ghu_ ghs_ ghr_", r"gh[opsur]_[A-Za-z0-9]{36}", _has_checksum),
    _form("a token of GitHub", "github_pat_", r"github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}"),
    _form("a token of GitLab", "glpat- gldt- glrt-", r"gl(?:pat|dt|rt)-[A-Za-z0-9_\-]{20,64}"),
    _form("a key of Google's interfaces", "AIza", r"AIza[A-Za-z0-9_\-]{35}(?![\-])"),
    _form("a client secret of Google", "GOCSPX-", r"GOCSPX-[A-Za-z0-9_\-]{28}"),
    _form("a token of Grafana", "glsa_", r"glsa_[A-Za-z0-9]{32}_[a-f0-9]{8}"),
    _form("a token of Hugging Face", "hf_", r"hf_[A-Za-z]{34}"),
    _form("a token of npm", "npm_", r"npm_[A-Za-z0-9]{36}", _has_checksum),
    _form("a token of OpenAI", "T3BlbkFJ", r"sk-[A-Za-z0-9_\-]{20,100}T3BlbkFJ[A-Za-z0-9_\-]{20,100}"),
    _form("a token of PyPI", "pypi-AgEIcHlwaS5vcmc pypi-AgENdGVzdC5weXBpLm9yZ", r"pypi-AgE[A-Za-z0-9_\-]{60,300}"),
    _form("a token of RubyGems", "rubygems_", r"rubygems_[a-f0-9]{48}"),
    _form("a token of SendGrid", "SG.", r"SG\.[A-Za-z0-9_\-]{22}\.[A-Za-z0-9_\-]{43}"),
    _form("a token of Shopify", "shpat_ shpca_ shppa_ shpss_", r"shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}"),
    _form("a token of Slack", "xoxa- xoxb- xoxp- xoxr- xoxs- xoxe-", r"xox[abeprs]-[A-Za-z0-9][A-Za-z0-9\-]{9,120}"),
    _form(
        "an address of a Slack hook",
        "hooks.slack.com/services/",
        r"hooks\.slack\.com/services/(?P<value>T[A-Z0-9]{6,12}/B[A-Z0-9]{6,12}/[A-Za-z0-9]{20,32})",
    ),
    _form("a live key of Stripe", "sk_live_ rk_live_", r"[rs]k_live_[A-Za-z0-9]{16,128}"),
    _form("a token of Vault", "hvs.", r"hvs\.[A-Za-z0-9_\-]{80,150}"),
    _form(
        "a token of a package registry",
        "_authToken _auth= _password=",
        r":_(?:authToken|auth|password)\s{0,3}=\s{0,3}[\"']?(?P<value>[A-Za-z0-9+/=_.\-]{16,400})",
        bounded=False,
    ),
    _form(
        "a password in an address",
        "://",
        r"[a-z][a-z0-9+.\-]{1,15}://[A-Za-z0-9_.%+~\-]{0,64}:(?P<value>[A-Za-z0-9_.%+~!*,;=\-]{6,200})@[A-Za-z0-9\[]",
        bounded=False,
    ),
)  # fmt: skip

_LITERALS: Final = tuple(dict.fromkeys(literal for form in _FORMS for literal in form.literals))

_PLACEHOLDER: Final = (
    r"(?i)change_?-?me|dummy|example|fake|foobar|insert|placeholder|replace|sample|s3cr3t|secret|password|"
    r"passw0rd|redacted|test|todo|token|xxxx|your|0123456|1234567|abcdef|\*\*\*|\.\.\.|<|\$"
)
_WEAK: Final = frozenset(
    {"admin", "guest", "mysql", "postgres", "redis", "root", "rabbitmq", "user", "qwerty"}
)
"""Well-known default values: what is public already leaks nothing."""


def is_placeholder(value: str) -> bool:
    """It stands for a secret and is none: ``changeme``, ``<token>``, ``xxxxxxxx``, ``$TOKEN``, ``***``."""
    bare = value.strip("\"' \t\r\n")
    if len(bare) < 6 or bare.lower() in _WEAK or len(set(bare)) < min(8, 2 + len(bare) // 3):
        return True
    # A long random value may hold any short word by chance; "EXAMPLE" in AWS's own is at its end.
    return re.search(_PLACEHOLDER, bare if len(bare) <= 40 else bare[:12] + bare[-8:]) is not None


def find_credentials(text: str) -> Iterator[Credential]:
    """Those of a text, form by form."""
    if not any(map(text.__contains__, _LITERALS)):
        return
    for form in _FORMS:
        if not any(literal in text for literal in form.literals):
            continue
        pattern = re.compile(form.pattern)
        group = "value" if "value" in pattern.groupindex else 0
        for found in pattern.finditer(text):
            whole, value = found[0], found[group]
            if is_placeholder(value if group else _body(value, form)):
                continue
            sure = form.check is None or form.check(whole)
            yield Credential(form.kind, found.start(group), found.end(group), sure)


def _body(token: str, form: _Form) -> str:
    """Without the prefix, whose characters say nothing of how random it is."""
    return token[max(len(literal) for literal in form.literals if literal in token) :]


_TYPED: Final = re.compile(
    r":(?P<piped>[^\s'\"|:$]{1,200})['\"]?\s{0,20}\|\s{0,20}(?:sudo\s{1,5})?chpasswd\b"
    r"|\s--?(?:pass|passwd|password)(?:=|\s{1,5})['\"]?(?P<long>[^\s'\"$]{1,200})"
    r"|\b(?:sshpass|useradd|usermod)\b[^|;&\n]{0,200}?\s-p\s{0,5}['\"]?(?P<short>[^\s'\"$]{1,200})"
)
"""Passwords by the command that takes them, whatever they look like."""


def _typed(text: str) -> Iterator[tuple[int, int]]:
    for found in _TYPED.finditer(text):
        yield found.span(found.lastgroup or 0)


def redact(text: str) -> str:
    """The text with ``***`` for every value of a credential, sure or not, and for passwords typed in commands."""
    return _masked(text, lambda value: MASK)


def redact_lines(text: str) -> str:
    """``redact`` for a text of many lines, all of which stay: of a key that has some, each is masked."""
    return _masked(text, lambda value: "\n".join(MASK for _ in value.split("\n")))


def _masked(text: str, mask: Callable[[str], str]) -> str:
    spans = sorted((*((found.start, found.end) for found in find_credentials(text)), *_typed(text)))
    if not spans:
        return text
    values: list[tuple[int, int]] = []
    for start, end in spans:
        if values and start < values[-1][1]:
            values[-1] = values[-1][0], max(values[-1][1], end)
        else:
            values.append((start, end))
    parts: list[str] = []
    position = 0
    for start, end in values:
        parts += [text[position:start], mask(text[start:end])]
        position = end
    return "".join((*parts, text[position:]))


_TOGETHER: Final = 1000
"""Texts that are looked at in one."""


def redact_all(texts: Sequence[str]) -> list[str]:
    """Each text as `redact` gives it, for very many that hardly ever hold a secret.

    No form reaches over the end of a line unless it is found in the joined text, too.
    """
    found: list[str] = []
    for start in range(0, len(texts), _TOGETHER):
        part = texts[start : start + _TOGETHER]
        joined = "\n".join(part)
        found += part if redact(joined) == joined else map(redact, part)
    return found
