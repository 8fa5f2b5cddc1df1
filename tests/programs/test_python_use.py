"""Whole Python programs: imports against what is declared, and what distributions need."""

from __future__ import annotations

from pathlib import Path

import pytest

from layerlint.programs.model import ProgramFacts
from tests.programs.made import brief, facts_of


def _use(facts: ProgramFacts) -> dict[str, list[str]]:
    use = facts.python
    assert use is not None
    return {
        part: [f"{name} {evidence.file}:{evidence.line}" for name, evidence in getattr(use, part)]
        for part in ("declared", "imported", "unused", "undeclared")
    }


def test_a_flask_program(tmp_path: Path) -> None:
    facts = facts_of(
        tmp_path,
        {
            "requirements.txt": "flask==3.0\ngunicorn\npsycopg2>=2.9\npandas\nPyYAML\npillow\n",
            "app.py": "from flask import Flask\nimport psycopg2\nimport store\nfrom PIL import Image\n",
            "store.py": "import json, yaml\nimport subprocess\nsubprocess.run(['git', 'pull'])\n",
        },
        ["/app/app.py"],
    )
    assert _use(facts) == {
        "declared": ["flask requirements.txt:1", "gunicorn requirements.txt:2", "pandas requirements.txt:4",
                     "pillow requirements.txt:6", "psycopg2 requirements.txt:3", "pyyaml requirements.txt:5"],
        "imported": ["flask app.py:1", "pillow app.py:4", "psycopg2 app.py:2", "pyyaml store.py:1"],
        "unused": ["pandas requirements.txt:4"],
        "undeclared": [],
    }  # fmt: skip
    assert [brief(each) for each in facts.needs] == [
        "binary git store.py:3",
        "interpreter python3 app.py:1",
        "library libpq.so.5 app.py:2",
        "python distribution flask app.py:1",
        "python distribution pillow app.py:4",
        "python distribution psycopg2 app.py:2",
        "python distribution pyyaml store.py:1",
    ]
    assert facts.gaps == ()


@pytest.mark.parametrize(
    ("requirements", "source", "needs"),
    [
        ("psycopg2-binary", "import psycopg2", []),
        ("psycopg2", "import psycopg2", ["library libpq.so.5 a.py:1"]),
        ("psycopg2", "import os", ["library libpq.so.5 requirements.txt:1 ?"]),
        ("psycopg", "import psycopg", ["library libpq.so.5 a.py:1"]),
        ("psycopg[binary]", "import psycopg", []),
        ("opencv-python-headless", "import cv2", []),
        ("opencv-python", "import cv2",
         ["library libGL.so.1 a.py:1", "library libglib-2.0.so.0 a.py:1", "library libgthread-2.0.so.0 a.py:1"]),
        ("python-magic", "import magic", ["library libmagic.so.1 a.py:1"]),
        ("pytesseract", "import pytesseract", ["binary tesseract a.py:1"]),
        ("gitpython", "import git", ["binary git a.py:1"]),
        ("torch", "import torch", ["libc glibc a.py:1"]),
        ("numpy", "import numpy", []),
        ("lxml", "from lxml import etree", []),
        ("tzdata", "from zoneinfo import ZoneInfo\nZ = ZoneInfo('Europe/Berlin')", []),
        ("pytz", "from zoneinfo import ZoneInfo\nZ = ZoneInfo('Europe/Berlin')", ["time zones Europe/Berlin a.py:2"]),
        ("requests", "import requests\nrequests.get('https://x')", []),
    ],
)  # fmt: skip
def test_native_needs(tmp_path: Path, requirements: str, source: str, needs: list[str]) -> None:
    facts = facts_of(tmp_path, {"requirements.txt": requirements + "\n", "a.py": source + "\n"})
    other = ("interpreter", "python distribution")
    assert [brief(each) for each in facts.needs if each.kind.value not in other] == needs


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("requirements.txt", "# web\nFlask[async]>=2 ; python_version > '3.7'  # x\n"),
        ("requirements/base.txt", "\nflask\n"),
        ("pyproject.toml", '[project]\ndependencies = ["flask>=2"]\n'),
        ("pyproject.toml", '[tool.poetry.dependencies]\nflask = "^2"\npython = "^3.9"\n'),
        ("Pipfile", '[packages]\nflask = "*"\n'),
        ("setup.cfg", "[options]\ninstall_requires =\n    flask>=2\n"),
        ("setup.py", "from setuptools import setup\nsetup(install_requires=['flask>2'])\n"),
    ],
)
def test_declarations(tmp_path: Path, name: str, text: str) -> None:
    line = next(number for number, each in enumerate(text.splitlines(), 1) if "flask" in each.lower())
    facts = facts_of(tmp_path, {name: text, "a.py": "import flask\n"})
    assert _use(facts)["declared"] == [f"flask {name}:{line}"]
    assert _use(facts)["undeclared"] == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("uv.lock", 'version = 1\n[[package]]\nname = "flask"\nversion = "3.0"\n'),
        ("poetry.lock", '[[package]]\nname = "Flask"\nversion = "3.0"\n'),
        ("Pipfile.lock", '{"default": {"flask": {"version": "==3.0"}}, "develop": {}}'),
        ("requirements.txt", "flask==3.0\n    # via -r requirements.in\nwerkzeug==3\n    # via flask\n"),
    ],
)
def test_locks(tmp_path: Path, name: str, text: str) -> None:
    facts = facts_of(tmp_path, {name: text, "a.py": "import flask\nimport redis\n"})
    assert _use(facts)["imported"] == ["flask a.py:1"]
    assert _use(facts)["undeclared"] == ["redis a.py:2"]


@pytest.mark.parametrize(
    "source",
    [
        "import os, tomllib, distutils",
        "try:\n    import redis\nexcept ImportError:\n    redis = None",
        "def f():\n    import redis",
        "from . import redis",
        "import typing\nif typing.TYPE_CHECKING:\n    import redis",
        "import sys\nif sys.platform == 'win32':\n    import redis",
        "import local.thing, lone",
        "import werkzeug, markupsafe",  # flask brings them
    ],
)
def test_what_is_not_undeclared(tmp_path: Path, source: str) -> None:
    sources = {"requirements.txt": "flask\n", "a.py": source, "local/thing.py": "", "lone.py": ""}
    facts = facts_of(tmp_path, sources)
    assert _use(facts)["undeclared"] == []
    assert facts.gaps == ()


def test_what_an_unknown_distribution_brings_is_not_known(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, {"requirements.txt": "some-framework\n", "a.py": "import redis\n"})
    assert _use(facts)["undeclared"] == []
    assert len(facts.gaps) == 1
    assert facts.gaps[0].startswith("a.py:1: redis is not declared")


@pytest.mark.parametrize(
    ("requirements", "sources"),
    [
        ("gunicorn\ncelery\npytest\npsycopg2\nuvicorn[standard]\n", {"a.py": "import os\n"}),
        ("pandas\n", {"a.py": "import importlib, x\nimportlib.import_module(x)\n"}),
        ("pandas\n", {"a.py": "def broken(:\n"}),
        ("pandas\n", {"a.py": "import os\nENGINES = ['pandas']\n"}),
        ("pandas\n", {"a.py": "import os\n", "config.yaml": "reader: pandas.read_csv\n"}),
        ("pandas\n", {"a.py": "import os\n", "start.sh": "#!/bin/sh\npython -c 'import pandas'\n"}),
        ("pandas\n", {"a.py": "import os\n", "tests/test_a.py": "import pandas\n"}),
        ("pandas\n", {"a.py": ""}),
    ],
)
def test_what_is_not_certainly_unused(tmp_path: Path, requirements: str, sources: dict[str, str]) -> None:
    facts = facts_of(tmp_path, {"requirements.txt": requirements, **sources})
    assert _use(facts)["unused"] == []


def test_development_requirements_are_not_unused(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, {"requirements-dev.txt": "pandas\n", "a.py": "import os\n"})
    assert _use(facts)["unused"] == []


def test_namespaces(tmp_path: Path) -> None:
    facts = facts_of(
        tmp_path,
        {
            "requirements.txt": "google-cloud-storage\ngoogle-cloud-bigquery\nazure-storage-blob\nprotobuf\n",
            "a.py": "from google.cloud import storage\nimport azure.storage.blob\nfrom google import protobuf\n",
        },
    )
    assert _use(facts)["imported"] == [
        "azure-storage-blob a.py:2",
        "google-cloud-storage a.py:1",
        "protobuf a.py:3",
    ]
    assert _use(facts)["unused"] == []  # google.cloud may be imported and bigquery taken from it


def test_a_module_that_does_not_run_is_less_sure(tmp_path: Path) -> None:
    call = "import subprocess\nsubprocess.run(['{}'])\n"
    facts = facts_of(
        tmp_path,
        {
            "main.py": "from pkg import used\n",
            "pkg/__init__.py": "",
            "pkg/used.py": call.format("a"),
            "pkg/other.py": call.format("b"),
            "pkg/tests/test_x.py": call.format("c"),
            "pkg/mac_os.py": call.format("d"),
        },
        ["/app/main.py"],
    )
    assert [brief(each) for each in facts.needs if each.kind.value == "binary"] == [
        "binary a pkg/used.py:2",
        "binary b pkg/other.py:2 ?",
        "binary c pkg/tests/test_x.py:2 ??",
        "binary d pkg/mac_os.py:2 ??",
    ]


def test_a_module_that_a_start_script_names_runs(tmp_path: Path) -> None:
    call = "import subprocess\nsubprocess.run(['{}'])\n"
    facts = facts_of(
        tmp_path,
        {
            "start.sh": "#!/bin/sh\nset -e\nexec gunicorn web.wsgi:application\n",
            "web/wsgi.py": "from web.views import x\n",
            "web/views.py": call.format("a"),
            "web/old.py": call.format("b"),
        },
        ["/app/start.sh"],
    )
    assert [brief(each) for each in facts.needs if each.kind.value == "binary"] == [
        "binary a web/views.py:2",
        "binary b web/old.py:2 ?",
        "binary gunicorn start.sh:3",
    ]


def test_the_least_python(tmp_path: Path) -> None:
    text = '[project]\nrequires-python = ">=3.11"\n'
    facts = facts_of(tmp_path, {"pyproject.toml": text, "a.py": "import os\n"})
    assert "interpreter python3 3.11 pyproject.toml:2" in [brief(each) for each in facts.needs]


def test_what_runs_only_where_a_file_is_started(tmp_path: Path) -> None:
    source = "#!/usr/bin/python3\nimport subprocess\nif __name__ == '__main__':\n    subprocess.run(['git'])\n"
    sources = {"main.py": "import tool\n" + source.partition("\n")[2], "tool.py": source}
    facts = facts_of(tmp_path, sources, ["/app/main.py"])
    wanted = [brief(each) for each in facts.needs if each.kind.value in ("binary", "interpreter")]
    assert wanted == [
        "binary git main.py:4",
        "binary git tool.py:4 ?",
        "interpreter /usr/bin/python3 tool.py:1 ?",
        "interpreter python3 main.py:1",
    ]
