"""What the programs of busybox take of the options that those of GNU have, as Alpine configures it.

Source: the usage texts of busybox 1.36 and 1.37 with Alpine's ``busyboxconfig``.  What is not here may be there too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final

from layerlint._dataclass import dataclass
from layerlint.domain.text import Text


@dataclass(frozen=True, slots=True)
class Applet:
    options: str = ""
    """As ``getopt`` has them: a colon behind one that takes a value."""
    long: frozenset[str] = frozenset()
    package: str = ""
    """Of Alpine, that has the program as GNU makes it; empty where there is none."""


def _applet(options: str, package: str, *long: str) -> Applet:
    return Applet(options, frozenset(long), package)


_COREUTILS: Final = {
    "arch": "", "base64": "dw:", "basename": "", "cat": "Abentv", "chgrp": "HLPRcfhv", "chmod": "Rcfv",
    "chown": "HLPRcfhv", "cp": "HLPRTadfilnprsuv", "cut": "b:c:d:f:s", "dd": "", "df": "Pahkm", "dirname": "",
    "du": "Lachkmsx", "env": "iu:", "expr": "", "false": "", "fold": "sw:", "head": "c:n:qv", "hostid": "",
    "id": "Ggnru", "install": "Dcdg:m:o:pst:v", "ln": "Tbfnsv", "ls": "1ACFHLRSadhilnprst", "md5sum": "csw",
    "mkdir": "m:pv", "mkfifo": "m:", "mktemp": "dp:qtu", "mv": "Tfinv", "nice": "n:", "nohup": "", "nproc": "",
    "paste": "d:s", "printenv": "", "readlink": "fn", "realpath": "", "rm": "Rfirv", "rmdir": "p", "seq": "s:w",
    "sha1sum": "csw", "sha256sum": "csw", "sha512sum": "csw", "shuf": "ei:n:", "sleep": "",
    "sort": "bcdfgk:no:rst:uz", "stat": "Lc:", "sync": "", "tac": "", "tail": "Fc:fn:qs:v", "tee": "ai",
    "timeout": "k:s:", "touch": "achmr:t:", "tr": "Ccds", "true": "", "truncate": "cs:", "tty": "s",
    "uname": "amnprsv", "uniq": "cdf:is:uw:", "unlink": "", "wc": "Lclmw", "whoami": "", "yes": "",
}  # fmt: skip

APPLETS: Final[Mapping[str, Applet]] = {
    "addgroup": _applet("Sg:", "", "gid", "system"),
    "adduser": _applet(
        "DG:HSg:h:k:s:u:", "", "disabled-password", "gecos", "home", "ingroup", "no-create-home", "shell", "system",
        "uid"),
    "awk": _applet("F:f:v:", "gawk"),
    "bunzip2": _applet("cfkt", "bzip2"),
    "bzip2": _applet("123456789cdfkt", "bzip2"),
    "chpasswd": _applet("c:em", "shadow"),
    "cmp": _applet("ls", "diffutils"),
    "deluser": _applet("", "", "remove-home"),
    "diff": _applet("BNbqruw", "diffutils"),
    "egrep": _applet("A:B:C:HLRce:f:hilm:noqrsvwx", "grep"),
    "fgrep": _applet("A:B:C:HLRce:f:hilm:noqrsvwx", "grep"),
    "grep": _applet("A:B:C:EFHLRce:f:hilm:noqrsvwx", "grep"),
    "gunzip": _applet("cfkt", "gzip"),
    "gzip": _applet("123456789cdfkt", "gzip"),
    "hostname": _applet("fis", ""),
    "kill": _applet("19l", "util-linux"),
    "nslookup": _applet("", "bind-tools"),
    "patch": _applet("NRi:p:", "patch"),
    "ping": _applet("46W:c:i:qw:", "iputils-ping"),
    "sed": _applet("Ee:f:inrs", "sed"),
    "su": _applet("c:lmps:", "util-linux-login"),
    "tar": _applet("C:JOX:acf:hjkmoptT:vxz", "tar", "exclude", "strip-components"),
    "unxz": _applet("cfkt", "xz"),
    "unzip": _applet("d:jlnopq", "unzip"),
    "wget": _applet(
        "O:P:ST:U:cq", "wget", "continue", "directory-prefix", "header", "no-check-certificate", "output-document",
        "post-data", "post-file", "quiet", "spider", "timeout", "user-agent"),
    "which": _applet("a", "which"),
    "xargs": _applet("0I:P:n:prs:tx", "findutils"),
    "xz": _applet("cd", "xz"),
    "xzcat": _applet("", "xz"),
    "zcat": _applet("", "gzip"),
    **{name: Applet(options, frozenset(), "coreutils") for name, options in _COREUTILS.items()},
    "find": Applet(package="findutils"),
}  # fmt: skip
"""Programs of a Debian image that Alpine has of busybox."""

_FIND: Final = frozenset(
    {"-H", "-L", "-a", "-and", "-delete", "-depth", "-empty", "-exec", "-group", "-iname", "-inum", "-ipath", "-links",
     "-maxdepth", "-mindepth", "-mmin", "-mtime", "-name", "-newer", "-not", "-o", "-or", "-path", "-perm", "-print",
     "-print0", "-prune", "-regex", "-size", "-type", "-user", "-xdev"}
)  # fmt: skip
_GNU_SED: Final = re.compile(r"\\[ULEul]|^0,|/[0-9]*[eM]\Z")
"""Of a script: what changes case, the address 0, a command that is run."""
_GNU_DATE: Final = re.compile(r"%[N:]|%-")
_OPERATORS: Final = frozenset({"&&", "||", ";", "|", "&", ")", "`", "then", "do"})
_BREAKS: Final = re.compile(r"[\s\"',\[\]()]+")


def takes(name: str, words: Sequence[Text]) -> bool:
    """The program of busybox takes these words behind its name as the one of GNU does."""
    known = [word for word in words if isinstance(word, str)]
    if name == "find":
        return _finds(known)
    if name == "date":
        return all(word in ("-u", "-I", "-R") or word.startswith("+") for word in known) and not any(
            map(_GNU_DATE.search, known)
        )
    applet = APPLETS.get(name)
    if applet is None:
        return True
    if name == "sed" and any(map(_GNU_SED.search, known)):
        return False
    if name == "tar" and known and not known[0].startswith("-"):
        known = [f"-{known[0]}", *known[1:]]
    return _options_fit(applet, known, numbers=name in ("head", "tail"))


def _options_fit(applet: Applet, words: Sequence[str], *, numbers: bool) -> bool:
    takes_value = {letter for letter, behind in pairwise(applet.options) if behind == ":"}
    letters = set(applet.options) - {":"}
    skip = False
    for word in words:
        if skip:
            skip = False
        elif word == "--":
            return True
        elif word.startswith("--"):
            if word[2:].partition("=")[0] not in applet.long:
                return False
        elif len(word) > 1 and word.startswith("-") and not (numbers and word[1:].isdecimal()):
            for position, letter in enumerate(word[1:], 1):
                if letter not in letters:
                    return False
                if letter in takes_value:
                    skip = position == len(word) - 1
                    break
    return True


def _finds(words: Sequence[str]) -> bool:
    inside = False
    for word in words:
        if word == "-exec":
            inside = True
        elif inside:
            inside = word not in (";", "+")
        elif word.startswith("-") and word not in _FIND and not word[1:].isdecimal():
            return False
    return True


def words_behind(name: str, text: str) -> tuple[str, ...] | None:
    """Of a line of evidence: the words behind the program, or more; None where not all are to be seen."""
    words = [word for word in _BREAKS.split(text) if word]
    places = [number for number, word in enumerate(words) if word.rpartition("/")[2] == name]
    if len(places) != 1 or "…" in text:
        return None
    found: list[str] = []
    for word in words[places[0] + 1 :]:
        if word in _OPERATORS:
            break
        found.append(word)
    return tuple(found)


def package_of(name: str) -> str:
    """Of Alpine, that has the program as GNU makes it; empty where there is none."""
    return "coreutils" if name == "date" else APPLETS[name].package


def has_applet(name: str) -> bool:
    return name == "date" or name in APPLETS
