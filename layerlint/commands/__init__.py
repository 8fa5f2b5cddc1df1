"""Command models: from a command line to its effects.

A model is a pure function of an `Invocation`.  To add one: a module, and its line in the table.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping

from layerlint.effects import Model

_TABLE: Mapping[str, str] = {
    ":": "constant:true",
    "[": "test:bracket",
    "add-apt-repository": "debian:add_apt_repository",
    "addgroup": "adduser:addgroup",
    "adduser": "adduser:adduser",
    "apt": "apt:apt",
    "apt-add-repository": "debian:add_apt_repository",
    "apt-cache": "debian:apt_cache",
    "apt-config": "debian:apt_config",
    "apt-get": "apt:apt_get",
    "apt-key": "debian:apt_key",
    "apt-mark": "apt_mark:apt_mark",
    "aptitude": "apt:apt_get",
    "arch": "system:arch",
    "awk": "filters:other",
    "b2sum": "checksums:checksum",
    "base32": "filters:base32",
    "base64": "filters:base64",
    "basename": "names:basename",
    "bunzip2": "gzip:bunzip2",
    "bzcat": "gzip:bzcat",
    "bzip2": "gzip:bzip2",
    "cat": "cat:cat",
    "cd": "directory:cd",
    "chgrp": "chown:chgrp",
    "chmod": "chmod:chmod",
    "chown": "chown:chown",
    "chpasswd": "shadow:chpasswd",
    "cksum": "checksums:checksum",
    "cmp": "queries:comparison",
    "column": "filters:other",
    "cp": "cp:cp",
    "cut": "cut:cut",
    "date": "system:date",
    "dd": "dd:dd",
    "debconf-set-selections": "debian:debconf_set_selections",
    "declare": "variables:declare",
    "delgroup": "adduser:delgroup",
    "deluser": "adduser:deluser",
    "df": "queries:report",
    "diff": "queries:comparison",
    "dirname": "names:dirname",
    "dpkg": "dpkg:dpkg",
    "dpkg-divert": "dpkg:dpkg_divert",
    "dpkg-query": "dpkg:dpkg_query",
    "dpkg-reconfigure": "dpkg:dpkg_reconfigure",
    "dpkg-statoverride": "dpkg:dpkg_statoverride",
    "du": "queries:report",
    "echo": "echo:echo",
    "egrep": "grep:egrep",
    "exit": "set:exit_",
    "expand": "filters:other",
    "export": "variables:export",
    "expr": "queries:calculation",
    "fallocate": "truncate:fallocate",
    "false": "constant:false",
    "fgrep": "grep:fgrep",
    "file": "queries:report",
    "find": "findutils:find",
    "fmt": "filters:other",
    "fold": "filters:other",
    "free": "queries:report",
    "gawk": "filters:other",
    "getconf": "queries:value",
    "getent": "queries:value",
    "grep": "grep:grep",
    "groupadd": "shadow:groupadd",
    "groupdel": "shadow:groupdel",
    "groupmod": "shadow:groupmod",
    "groups": "queries:value",
    "gunzip": "gzip:gunzip",
    "gzip": "gzip:gzip",
    "hash": "constant:true",
    "head": "head:head",
    "hexdump": "filters:other",
    "hostname": "system:hostname",
    "id": "system:id_",
    "install": "install:install",
    "ldconfig": "debian:ldconfig",
    "ldd": "queries:report",
    "ln": "ln:ln",
    "local": "variables:declare",
    "locale": "queries:report",
    "locale-gen": "debian:locale_gen",
    "localedef": "debian:localedef",
    "ls": "queries:listing",
    "lsb_release": "queries:value",
    "mawk": "filters:other",
    "md5sum": "checksums:checksum",
    "mkdir": "mkdir:mkdir",
    "mkfifo": "mknod:mkfifo",
    "mknod": "mknod:mknod",
    "mktemp": "mktemp:mktemp",
    "mv": "mv:mv",
    "nl": "filters:other",
    "nproc": "system:nproc",
    "od": "filters:other",
    "passwd": "shadow:passwd",
    "paste": "filters:other",
    "popd": "directory:popd",
    "printenv": "queries:report",
    "printf": "printf:printf",
    "ps": "queries:report",
    "pushd": "directory:pushd",
    "pwd": "directory:pwd",
    "read": "variables:read",
    "readlink": "names:readlink",
    "readonly": "variables:readonly",
    "realpath": "names:realpath",
    "rev": "filters:other",
    "rm": "rm:rm",
    "rmdir": "mkdir:rmdir",
    "sed": "sed:sed",
    "seq": "seq:seq",
    "set": "set:set_",
    "sha1sum": "checksums:checksum",
    "sha224sum": "checksums:checksum",
    "sha256sum": "checksums:checksum",
    "sha384sum": "checksums:checksum",
    "sha512sum": "checksums:checksum",
    "shasum": "checksums:checksum",
    "shift": "set:shift",
    "shopt": "constant:true",
    "shuf": "filters:same_length",
    "sleep": "constant:true",
    "sort": "filters:sort",
    "stat": "queries:listing",
    "strings": "filters:other",
    "strip": "strip:strip",
    "stty": "constant:true",
    "sync": "constant:true",
    "tac": "cat:tac",
    "tail": "head:tail",
    "tar": "tar:tar",
    "tee": "tee:tee",
    "test": "test:test",
    "touch": "touch:touch",
    "tput": "queries:value",
    "tr": "tr:tr",
    "trap": "constant:true",
    "true": "constant:true",
    "truncate": "truncate:truncate",
    "type": "which:type_",
    "typeset": "variables:declare",
    "ulimit": "constant:true",
    "umask": "set:umask",
    "uname": "system:uname",
    "unexpand": "filters:other",
    "uniq": "filters:uniq",
    "unlink": "rm:unlink",
    "unset": "variables:unset",
    "unxz": "gzip:unxz",
    "unzip": "zip:unzip",
    "unzstd": "gzip:unzstd",
    "update-alternatives": "debian:update_alternatives",
    "update-ca-certificates": "debian:update_ca_certificates",
    "update-locale": "debian:update_locale",
    "useradd": "shadow:useradd",
    "userdel": "shadow:userdel",
    "usermod": "shadow:usermod",
    "wait": "constant:true",
    "wc": "wc:wc",
    "which": "which:which",
    "whoami": "system:whoami",
    "xxd": "filters:other",
    "xz": "gzip:xz",
    "xzcat": "gzip:xzcat",
    "yes": "seq:yes",
    "zcat": "gzip:zcat",
    "zip": "zip:zip_",
    "zstd": "gzip:zstd",
    "zstdcat": "gzip:zstdcat",
}
"""Command name to ``module:function``; a module is imported when a script first uses it."""


_DIRECTORIES = ("/bin", "/sbin", "/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin")


class _Models(Mapping[str, Model]):
    """The table, resolved name by name."""

    def __getitem__(self, name: str) -> Model:
        module, _, function = _TABLE[name].partition(":")
        model: Model = getattr(importlib.import_module(f"{__name__}.{module}"), function)
        return model

    def __iter__(self) -> Iterator[str]:
        return iter(_TABLE)

    def __len__(self) -> int:
        return len(_TABLE)


MODELS: Mapping[str, Model] = _Models()


def find(name: str) -> Model | None:
    """The model of a command, by its name or its path in a system directory (``/bin/rm``).

    None if there is none, and for any other path: ``./install`` is a program of the author's.
    """
    directory, slash, last = name.rpartition("/")
    return MODELS.get(last) if not slash or directory in _DIRECTORIES else None
