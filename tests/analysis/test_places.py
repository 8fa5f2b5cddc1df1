"""Folders as a rule names them."""

from __future__ import annotations

import pytest

from layerlint.analysis.places import places


@pytest.mark.parametrize(
    ("pattern", "path", "found"),
    [
        ("/var/cache/apt", "/var/cache/apt", True),
        ("/var/cache/apt", "/var/cache/apt/archives/a.deb", True),
        ("/var/cache/apt", "/var/cache/apt-file", False),
        ("/var/cache/apt", "/srv/var/cache/apt", False),
        ("~/.npm", "/root/.npm/_cacache/x", True),
        ("~/.npm", "/home/node/.npm/x", True),
        ("~/.npm", "/home/.npm", False),
        ("~/.npm", "/srv/home/node/.npm", False),
        (".git", "/app/.git/HEAD", True),
        (".git", "/.git", True),
        (".git", "/app/.gitignore", False),
        ("a/b", "/x/a/b", True),
        ("a/b", "/x/a/c/b", False),
        ("/usr/lib/ruby/gems/*/cache", "/usr/lib/ruby/gems/3.1.0/cache/rails.gem", True),
        ("/usr/lib/ruby/gems/*/cache", "/usr/lib/ruby/gems/3.1.0/x/cache/rails.gem", False),
        ("*.pyc", "/app/a.pyc", True),
        ("a.c", "/abc", False),
    ],
)
def test_place(pattern: str, path: str, found: bool) -> None:
    assert places(("/nothing", pattern))(path) is found


def test_no_place_is_nowhere() -> None:
    assert not places(())("/")
