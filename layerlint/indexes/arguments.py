"""The arguments of ``layerlint index``, and their help."""

from __future__ import annotations

import argparse
from typing import Any

_ABOUT = """\
Package indexes: what layerlint knows of the packages of a distribution's release.

Those of Debian 11 to 13 and of some releases of Alpine come with layerlint, as of a day that `layerlint index list`
tells. A newer one, or one of another release, is fetched into your cache by `layerlint index update`, and is used
from then on wherever it is newer. Nothing else of layerlint ever uses the network.
"""
_EXAMPLES = """\
examples:
  layerlint index list                              what is there, how old, and where
  layerlint index update debian:bookworm            fetch the index of today
  layerlint index update ubuntu:noble alpine:3.20   of releases that are not bundled
  layerlint index info debian:bookworm curl         what is known of a package
"""
_UPDATE = """\
Fetch the index of a release into the cache: of apt its Release file and the Packages files that it names, of apk
its APKINDEX, of rpm its primary.xml. Checksums are verified, signatures are not: nothing that is fetched here is
installed or run. One request at a time; what has not changed is not fetched again.
"""
_UPDATE_EXAMPLES = """\
examples:
  layerlint index update debian:bookworm
  layerlint index update --all                      every index that `layerlint index list` shows
  layerlint index update ubuntu:24.04 --components main,universe
  layerlint index update debian:12 --url https://mirror.example   /debian and /debian-security are below it

names: debian:wheezy to debian:sid, every ubuntu by its code name or number, alpine:3.N and alpine:edge, fedora:N,
almalinux:8 to 10, rockylinux:8 to 10

An index is replaced when all of its sources were read, or not at all; the others are done in any case.
The cache is $LAYERLINT_CACHE_DIR, else $XDG_CACHE_HOME/layerlint, else ~/.cache/layerlint.

exit codes: 0 all are up to date, 1 a source failed, 2 wrong usage or a cache that cannot be written
"""


def add_index(verbs: Any) -> None:
    """``verbs``: what ``add_subparsers`` gives, whose type argparse keeps to itself."""
    plain = argparse.RawDescriptionHelpFormatter
    index = verbs.add_parser(
        "index",
        help="list, fetch and show package indexes",
        description=_ABOUT,
        epilog=_EXAMPLES,
        formatter_class=plain,
    )
    actions = index.add_subparsers(dest="action", metavar="ACTION", required=True, parser_class=type(index))

    listing = actions.add_parser("list", help="the indexes that are there")
    _add_format(listing)

    update = actions.add_parser(
        "update",
        help="fetch indexes into the cache",
        description=_UPDATE,
        epilog=_UPDATE_EXAMPLES,
        formatter_class=plain,
    )
    update.add_argument(
        "names", nargs="*", metavar="NAME", help="debian:bookworm, ubuntu:24.04, alpine:3.20 …"
    )
    update.add_argument("--all", action="store_true", help="every index that is there already")
    update.add_argument(
        "--url", metavar="MIRROR", help="fetch from this mirror instead of the distribution's own"
    )
    update.add_argument(
        "--components",
        metavar="NAME,…",
        help="of apt (default: those of the official images: main; of Ubuntu all)",
    )
    update.add_argument("--force", action="store_true", help="also what has not changed")
    update.add_argument(
        "--timeout",
        type=float,
        default=30.0,
        metavar="SECONDS",
        help="of silence, before a try is given up (default: 30)",
    )
    update.add_argument("-q", "--quiet", action="store_true", help="errors only")

    info = actions.add_parser("info", help="what an index knows, and of a package")
    info.add_argument("name", metavar="NAME", help="debian:bookworm")
    info.add_argument("packages", nargs="*", metavar="PACKAGE", help="curl")
    _add_format(info)


def _add_format(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--format", choices=("json", "text"), default="text", help="default: text")
