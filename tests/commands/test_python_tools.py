"""python itself, virtual environments, uv, poetry, pipenv, pdm, pipx, conda and jupyter."""

from __future__ import annotations

import json

import pytest

from layerlint.domain.truth import Truth
from layerlint.effects import Populate
from layerlint.filesystem.node import Inline, Inode, Node
from tests.commands.invoke import invoke, performed, show, system
from tests.commands.test_pip import FILES, OFFICIAL, SITE, places, run

VENV = "lib/python3.12/site-packages"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("python --version", ["stdout 0..1000.."]),
        ("python3 -c 'import numpy'", ["stdout 0..1000.."]),
        ("python3 -c 'import sys; print(sys.version)'", ["stdout 0..1000.."]),
        ("python3 -c 'open(\"a\", \"w\")'", ["Unmodelled python: a program that is not followed"]),
        ("python3 -c 'import ('", ["Unmodelled python: a program that is not followed"]),
        ("python3 -m json.tool a", ["stdout 0..1000.."]),
        ("python3 -m http.server", ["stdout 0..1000.."]),
        ("python -m spacy download en", ["Unmodelled python: what module spacy does is not known"]),
        ("python app.py", ["Unmodelled python: what app.py does is not known"]),
        ("python -u -X dev -W ignore app.py", ["Unmodelled python: what app.py does is not known"]),
        ("python manage.py collectstatic --noinput",
         ["Unmodelled python: where manage.py collects static files, and how many, is not known"]),
        ("python manage.py check", ["stdout 0..1000.."]),
        ("python ?", ["Unmodelled python: what it runs is not known"]),
        ("python -m", ["Unmodelled python: which module it runs is not known"]),
        ("python", []),
    ],
)  # fmt: skip
def test_what_a_python_does(line: str, expected: list[str]) -> None:
    assert show(run(line)) == expected


def test_pip_by_module_and_by_its_script() -> None:
    line = "install --no-cache-dir --no-compile six"
    assert places(run(f"python -m pip {line}")) == places(run(f"pip {line}")) == [f"{SITE}/<six>"]
    assert f"{SITE}/<pip>" in places(run("python get-pip.py --no-cache-dir"))


@pytest.mark.parametrize("line", ["python3 -m venv /v", "virtualenv /v", "python -m virtualenv -q /v"])
def test_a_virtual_environment(line: str) -> None:
    before = system(FILES)
    made = performed(invoke(line, before, environment=OFFICIAL), before)
    names = set(made.children("/v/bin"))
    assert {"activate", "pip", "pip3", "python", "python3"} <= names
    assert {"<pip>", "__pycache__"} <= set(made.children(f"/v/{VENV}"))
    activate = made.lookup("/v/bin/activate")
    assert isinstance(activate, Inode)
    assert isinstance(activate.content, Inline)
    assert b"VIRTUAL_ENV=/v\n" in activate.content.data
    then = invoke("/v/bin/pip install --no-cache-dir --no-compile six", made)
    assert places(then) == [f"/v/{VENV}/<six>"]
    assert places(run("python3 -m venv --without-pip /v"))[-1] == "/v/bin/<activate.*>"


def test_setup_py_is_known_only_in_part() -> None:
    outcome = run("python setup.py install", {"/w/app/__init__.py": 1000, "/w/setup.py": 300})
    assert [line.partition(" (")[0] for line in places(outcome)] == [
        "/w/<build>", f"{SITE}/<w>", f"{SITE}/__pycache__/<w *.pyc>"
    ]  # fmt: skip
    first = outcome.effects[0]
    assert isinstance(first, Populate)
    assert (first.size.likely, first.size.high, bool(first.reason)) == (1000, None, True)


# ------------------------------------------------------------------------------- uv

LOCK = b"""
version = 1
[[package]]
name = "app"
version = "0.1"
source = { virtual = "." }
dependencies = [{ name = "six" }, { name = "winonly", marker = "sys_platform == 'win32'" }]
[package.dev-dependencies]
dev = [{ name = "devtool" }]
[[package]]
name = "six"
version = "1.17.0"
source = { registry = "https://pypi.org/simple" }
wheels = [{ url = "https://x.invalid/six-1.17.0-py2.py3-none-any.whl", hash = "sha256:0", size = 11050 }]
[[package]]
name = "devtool"
version = "1"
source = { registry = "https://pypi.org/simple" }
wheels = [{ url = "https://x.invalid/devtool-1-py3-none-any.whl", size = 100000 }]
[[package]]
name = "winonly"
version = "1"
"""


@pytest.mark.parametrize(
    ("line", "variables", "expected"),
    [
        ("uv pip install --no-cache --system six", {}, [f"{SITE}/<six>"]),
        ("uv pip install --no-cache six", {"UV_SYSTEM_PYTHON": "1"}, [f"{SITE}/<six>"]),
        ("uv pip install -n --system --compile-bytecode six", {},
         [f"{SITE}/__pycache__/<six *.pyc>", f"{SITE}/<six>"]),
        ("uv pip install --no-cache six", {"VIRTUAL_ENV": "/v"}, ["/v/lib/python3/site-packages/<six>"]),
        ("uv pip install --system six", {}, [f"{SITE}/<six>", "/root/.cache/uv/simple-v28/<six>"]),
        ("uv pip install --system six", {"UV_LINK_MODE": "copy", "UV_CACHE_DIR": "/c"},
         [f"{SITE}/<six>", "/c/simple-v28/<six>", "/c/archive-v0/<six>"]),
        ("uv pip sync --no-cache --system r.txt", {}, [f"{SITE}/<six>"]),
        ("uv --version", {}, []),
        ("uv cache clean", {}, ["-/root/.cache/uv"]),
    ],
)  # fmt: skip
def test_uv_pip(line: str, variables: dict[str, str], expected: list[str]) -> None:
    assert places(run(line, {"/w/r.txt": b"six==1.17.0\n"}, **variables)) == expected


def test_uv_sync_installs_what_the_lock_file_reaches() -> None:
    files: dict[str, Node | bytes | int | None] = {
        "/w/uv.lock": LOCK,
        "/w/pyproject.toml": b"[project]\nname = 'app'\ndependencies = ['six']\n",
    }
    found = places(run("uv sync --frozen --no-dev --no-install-project --no-cache", files))
    assert [line for line in found if "site-packages/<" in line] == [f"/w/.venv/{VENV}/<six>"]
    outcome = run("uv sync --frozen --no-install-project --no-cache", files)
    populated = {effect.name: effect for effect in outcome.effects if isinstance(effect, Populate)}
    assert {"devtool", "six"} <= set(populated)
    assert "winonly" not in populated
    assert populated["devtool"].reason == "", "its size rests on the lock file"
    assert populated["devtool"].size.low == 140_000
    there = places(run("uv sync --frozen --no-dev --no-cache", files, UV_PROJECT_ENVIRONMENT="/usr/local"))
    assert there == [f"{SITE}/<six>", f"{SITE}/<app>"]


# --------------------------------------------------------------- poetry and its like

POETRY = b"""
[[package]]
name = "flask"
version = "3.0.0"
[package.dependencies]
six = ">=1"
[[package]]
name = "six"
version = "1.17.0"
[[package]]
name = "pytest"
version = "8.0.0"
"""
PROJECT = (
    b"[tool.poetry]\nname = 'app'\n[tool.poetry.dependencies]\npython = '^3.12'\nflask = '^3'\n"
    b"[tool.poetry.group.dev.dependencies]\npytest = '*'\n"
)


def test_poetry() -> None:
    files: dict[str, Node | bytes | int | None] = {"/w/poetry.lock": POETRY, "/w/pyproject.toml": PROJECT}
    line = "poetry install --no-root --only main --no-interaction"
    found = places(run(line, files, POETRY_VIRTUALENVS_CREATE="false"))
    assert found == [
        f"{SITE}/<flask>",
        "/usr/local/bin/flask",
        f"{SITE}/<six>",
        "/root/.cache/pypoetry/artifacts/<poetry install>",
    ]
    inside = places(run("poetry install --no-root --no-cache", files, POETRY_VIRTUALENVS_IN_PROJECT="1"))
    assert [line for line in inside if "site-packages/<" in line] == [
        f"/w/.venv/{VENV}/<{name}>" for name in ("flask", "pytest", "six")
    ]
    configured = system({**FILES, **files})
    configured = performed(
        invoke("poetry config virtualenvs.create false", configured, environment=OFFICIAL), configured
    )
    assert places(invoke(line, configured, environment=OFFICIAL)) == found
    exported = run("poetry export --without-hashes -o r.txt", files)
    assert show(exported) == ["Write /w/r.txt 25 'flask==3.0.0\\nsix==1.17.0\\n'"]


def test_pipenv() -> None:
    lock = {"default": {"six": {"version": "==1.17.0"}}, "develop": {"pytest": {"version": "==8.0.0"}}}
    files: dict[str, Node | bytes | int | None] = {
        "/w/Pipfile.lock": json.dumps(lock).encode(),
        "/w/Pipfile": b"[packages]\nsix = '*'\n",
    }
    line = "pipenv install --system --deploy"
    found = places(run(line, files, PIP_NO_CACHE_DIR="1"))
    assert found == [f"{SITE}/__pycache__/<six *.pyc>", f"{SITE}/<six>"]
    assert any("<pytest>" in line for line in places(run(line + " --dev", files)))
    assert places(run(line, {"/w/Pipfile": files["/w/Pipfile"]}, PIP_NO_CACHE_DIR="1")) == [
        "/w/Pipfile.lock",
        *found,
    ]


def test_pipx_makes_an_environment_a_tool() -> None:
    found = places(run("pipx install black"))
    assert "/root/.local/share/pipx/venvs/black/lib/python3.12/site-packages/<black>" in found
    assert "/root/.local/share/pipx/shared/lib/python3.12/site-packages/<pip>" in found
    assert "Symlink" in found


# ------------------------------------------------------------------- conda, jupyter


def test_conda_keeps_archives_and_an_index_until_it_cleans() -> None:
    before = system({"/w": None, "/opt/conda/bin/conda": b"#!"})
    outcome = invoke("conda install -y -c conda-forge numpy=1.26", before)
    assert places(outcome) == [
        "MakeDirectory",
        "/opt/conda/<numpy> (conda's numpy was not measured)",
        "/opt/conda/pkgs/<archives of numpy>",
        "/opt/conda/pkgs/cache/<index>",
    ]
    made = performed(outcome, before)
    assert places(invoke("conda clean -afy", made)) == [
        "-/opt/conda/pkgs/<archives of numpy>", "-/opt/conda/pkgs/cache/<index>"
    ]  # fmt: skip
    assert places(invoke("conda clean -tipsy", made)) == places(invoke("conda clean --all", made))


def test_an_environment_file_of_conda() -> None:
    text = (
        b"name: science\nchannels:\n  - conda-forge\ndependencies:\n  - python=3.11\n  - pip\n"
        b"  - pip:\n    - six\n    - 'idna'\n  - zlib\n"
    )
    found = places(run("conda env create -f environment.yml", {"/w/environment.yml": text}))
    prefix = "/opt/conda/envs/science"
    assert [line.partition(" (")[0] for line in found[1:5]] == [
        f"{prefix}/<python>", f"{prefix}/<pip>", f"{prefix}/<zlib>", "/opt/conda/pkgs/<archives of python pip zlib>"
    ]  # fmt: skip
    assert f"{prefix}/lib/python3/site-packages/<six>" in found
    assert run("conda env update -n base -f gone.yml").status is Truth.YES


def test_jupyter() -> None:
    assert places(run("jupyter notebook --generate-config")) == ["/root/.jupyter/jupyter_notebook_config.py"]
    assert places(run("jupyter labextension install x"))[0].startswith("/usr/local/share/jupyter/lab/<build>")
    assert show(run("jupyter frobnicate")) == ["Unmodelled jupyter: what it does is not known"]
