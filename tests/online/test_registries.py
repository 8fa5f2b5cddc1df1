"""The user's own configuration says which registries are asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from layerlint.online.registries import NPM, PYPI, configured


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("PIP_INDEX_URL", "PIP_CONFIG_FILE", "PIP_CERT", "XDG_CONFIG_HOME", "LAYERLINT_ONLINE_HOSTS"):
        monkeypatch.delenv(name, raising=False)
    for key in ("registry", "userconfig"):
        monkeypatch.delenv(f"npm_config_{key}", raising=False)
        monkeypatch.delenv(f"NPM_CONFIG_{key.upper()}", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr("sys.prefix", str(tmp_path / "python"))
    return tmp_path


def test_the_public_ones_where_nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    found = configured()
    assert (found.python, found.npm, found.credentials) == (PYPI, NPM, ())


def test_files_and_variables(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / ".config/pip").mkdir(parents=True)
    (home / ".config/pip/pip.conf").write_text(
        "[global]\nindex_url = https://me:pa%40ss@own.example/simple/\n"
    )
    (home / ".npmrc").write_text(
        "; comment\nregistry = https://npm.example/r/\n//npm.example/r/:_authToken=${TOKEN}\nbroken\n"
    )
    monkeypatch.setenv("TOKEN", "secret-token")
    found = configured()
    assert (found.python, found.npm) == ("https://own.example/simple", "https://npm.example/r")
    assert found.login() == "me:pa%40ss@"
    assert found.authorisation("own.example:443", "https").startswith("Basic ")
    assert found.authorisation("own.example:443", "http") == ""
    assert found.authorisation("npm.example:443", "https") == "Bearer secret-token"
    assert "secret-token" not in repr(found)
    monkeypatch.setenv("PIP_INDEX_URL", "https://other.example/simple")
    monkeypatch.setenv("NPM_CONFIG_REGISTRY", "http://localhost:4873/")
    found = configured()
    assert (found.python, found.npm, found.login()) == (
        "https://other.example/simple",
        "http://localhost:4873",
        "",
    )
    assert "localhost:4873" in tuple(found.own())


@pytest.mark.parametrize(
    "url", ["file:///srv/simple", "ftp://x/", "http://", "http://[", "nonsense", "http://x:0/"]
)
def test_an_index_that_is_not_of_http_is_not_asked(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", url)
    assert configured().python == ""


def test_files_that_are_none(home: Path) -> None:
    (home / ".pip").mkdir()
    (home / ".pip/pip.conf").write_bytes(b"\xff\xfe no section\n= =\n[global\n")
    (home / ".npmrc").mkdir()
    assert configured().npm == NPM
