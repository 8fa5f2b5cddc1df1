"""pip: which distributions it installs, and where."""

from __future__ import annotations

import pytest

from layerlint.catalog.distributions import measured
from layerlint.commands import find
from layerlint.domain.truth import Truth
from layerlint.effects import Effect, Outcome, Populate, Remove, Write
from layerlint.filesystem.node import Node
from layerlint.filesystem.union import FileSystem
from tests.commands.invoke import invoke, performed, show, system

OFFICIAL = {"PYTHON_VERSION": "3.12.4", "PATH": "/usr/local/bin:/usr/bin"}
SITE = "/usr/local/lib/python3.12/site-packages"
FILES: dict[str, Node | bytes | int | None] = {"/w": None, "/usr/local/bin/pip": b"#!"}


def place(effect: Effect) -> str:
    """Where an effect puts something, without the size."""
    match effect:
        case Populate(directory, name):
            return f"{directory}/<{name}>" + (f" ({effect.reason})" if effect.reason else "")
        case Write(path) | Remove(path):
            return f"{'-' if isinstance(effect, Remove) else ''}{path}"
        case _:
            return type(effect).__name__


def places(outcome: Outcome) -> list[str]:
    return [place(effect) for effect in outcome.effects]


def run(line: str, files: dict[str, Node | bytes | int | None] | None = None, **variables: str) -> Outcome:
    return invoke(line, system({**FILES, **(files or {})}), environment={**OFFICIAL, **variables})


def test_an_installation_has_files_byte_code_and_downloads() -> None:
    assert places(run("pip install six")) == [
        f"{SITE}/__pycache__/<six *.pyc>",
        f"{SITE}/<six>",
        "/root/.cache/pip/http-v2/<six>",
        "/root/.cache/pip/selfcheck/<state>",
    ]


def test_what_a_distribution_requires_comes_with_it() -> None:
    found = places(run("pip install --no-cache-dir --no-compile flask"))
    names = {"blinker", "click", "flask", "itsdangerous", "jinja2", "markupsafe", "werkzeug"}
    assert {line for line in found if "site-packages" in line} == {f"{SITE}/<{name}>" for name in names}
    assert "/usr/local/bin/flask" in found
    assert places(run("pip install --no-cache-dir --no-compile --no-deps flask")) == [
        f"{SITE}/<flask>", "/usr/local/bin/flask"
    ]  # fmt: skip


def test_extras_bring_more() -> None:
    plain, standard = (places(run(f"pip install {name}")) for name in ("uvicorn", "'uvicorn[standard]'"))
    assert f"{SITE}/<uvloop>" in set(standard) - set(plain)


@pytest.mark.parametrize(
    ("line", "variables", "expected"),
    [
        ("pip install --no-cache-dir six", {}, [f"{SITE}/__pycache__/<six *.pyc>", f"{SITE}/<six>"]),
        ("pip --no-cache-dir install six --no-compile", {}, [f"{SITE}/<six>"]),
        ("pip install --no-compile six", {"PIP_NO_CACHE_DIR": "off"}, [f"{SITE}/<six>"]),
        ("pip install --no-compile -t /lib six", {"PIP_NO_CACHE_DIR": "1"}, ["/lib/<six>"]),
        ("pip install --no-compile six", {"PIP_NO_CACHE_DIR": "1", "PIP_TARGET": "t"}, ["/w/t/<six>"]),
        ("pip install --no-compile --prefix=/p six",
         {"PIP_NO_CACHE_DIR": "1"}, ["/p/lib/python3.12/site-packages/<six>"]),
        ("pip install --no-compile --root /r six", {"PIP_NO_CACHE_DIR": "1"}, [f"/r{SITE}/<six>"]),
        ("pip install --no-compile --user six", {"PIP_NO_CACHE_DIR": "1", "HOME": "/h"},
         ["/h/.local/lib/python3.12/site-packages/<six>"]),
        ("pip install --no-cache-dir six", {"PYTHONPYCACHEPREFIX": "/pyc"},
         [f"/pyc{SITE}/<six *.pyc>", f"{SITE}/<six>"]),
        ("pip install --no-cache-dir six", {"PYTHONDONTWRITEBYTECODE": "1"},
         [f"{SITE}/__pycache__/<six *.pyc>", f"{SITE}/<six>"]),
        ("pip install --no-compile six", {"XDG_CACHE_HOME": "/c", "PIP_DISABLE_PIP_VERSION_CHECK": "1"},
         [f"{SITE}/<six>", "/c/pip/http-v2/<six>"]),
        ("pip download --no-deps -d /d six", {"PIP_NO_CACHE_DIR": "1"}, ["/d/<six>"]),
        ("pip wheel --no-deps -w /d six", {"PIP_NO_CACHE_DIR": "1"}, ["/d/<six>"]),
        ("pip install --dry-run six", {}, []),
        ("pip install --index-url https://download.pytorch.org/whl/cpu torch",
         {"PIP_NO_CACHE_DIR": "1"}, [f"{SITE}/<torch> (which build of it that index has is not known)"]),
        ("pip install nobody-knows-this", {"PIP_NO_CACHE_DIR": "1", "PIP_NO_COMPILE": "1"},
         [f"{SITE}/<nobody-knows-this> (nobody-knows-this is not among the distributions that were measured)"]),
        ("pip install --no-compile ?", {"PIP_NO_CACHE_DIR": "1"},
         [f"{SITE}/<a word> (which distributions it installs is not known)"]),
        ("pip install --no-compile -r gone.txt", {"PIP_NO_CACHE_DIR": "1"},
         [f"{SITE}/<gone.txt> (gone.txt is not known)"]),
        ("pip install 'six; sys_platform == \"win32\"'", {"PIP_NO_CACHE_DIR": "1"}, []),
    ],
)  # fmt: skip
def test_options_and_variables(line: str, variables: dict[str, str], expected: list[str]) -> None:
    assert places(run(line, **variables)) == expected


def test_requirements_files_are_read_with_those_that_they_include() -> None:
    files: dict[str, Node | bytes | int | None] = {
        "/w/requirements.txt": b"# first\n-r more/base.txt\n-c pins.txt\nsix>=1 \\\n  ; python_version > '3'\n",
        "/w/more/base.txt": b"-i https://x.invalid\nidna==3.4 --hash=sha256:00\n-r ../requirements.txt\n",
        "/w/pins.txt": b"six==1.0\n",
    }
    outcome = run("pip install --no-cache-dir --no-compile -r requirements.txt", files)
    assert [line for line in places(outcome) if "site-packages" in line] == [
        f"{SITE}/<six>",
        f"{SITE}/<idna>",
    ]
    six = next(effect for effect in outcome.effects if isinstance(effect, Populate) and effect.name == "six")
    newest = run("pip install --no-cache-dir --no-compile six").effects[0]
    assert isinstance(newest, Populate)
    assert six.size.high is not None
    assert newest.size.high is not None
    assert six.size.high - six.size.low > newest.size.high - newest.size.low, (
        "an old pin is known less exactly"
    )


def test_a_project_is_read_as_far_as_its_metadata_say() -> None:
    files: dict[str, Node | bytes | int | None] = {
        "/w/pyproject.toml": b"[project]\nname = 'My.App'\ndependencies = ['six']\n"
        b"[project.optional-dependencies]\nx = ['idna']\n",
        "/w/app/__init__.py": 1000,
        "/w/tests/big.py": 9000,
    }
    outcome = run("pip install --no-cache-dir --no-compile '.[x]'", files)
    assert [line for line in places(outcome) if not line.startswith("/usr/local/bin")] == [
        f"{SITE}/<my-app>", "/w/<build>", f"{SITE}/<six>", f"{SITE}/<idna>"
    ]  # fmt: skip
    own = outcome.effects[0]
    assert isinstance(own, Populate)
    assert own.size.likely == 1000
    assert places(run("pip install --no-cache-dir --no-compile -e .", files))[:2] == [
        f"{SITE}/<my-app>", "/w/<my-app.egg-info>"
    ]  # fmt: skip
    assert places(run("pip install --no-cache-dir --no-compile .", {"/w/setup.py": b"x"})) == [
        f"{SITE}/<w>",
        "/w/<build>",
        f"{SITE}/<requirements of w> (what the project requires is not known)",
    ]


def after(line: str, filesystem: FileSystem, **variables: str) -> FileSystem:
    return performed(invoke(line, filesystem, environment={**OFFICIAL, **variables}), filesystem)


def test_what_is_there_is_left_alone_upgraded_and_uninstalled() -> None:
    filesystem = after("pip install flask", system(FILES))

    def then(line: str) -> list[str]:
        return places(invoke(line, filesystem, environment=OFFICIAL))

    assert then("pip install --no-cache-dir flask") == []
    assert [line for line in then("pip install --no-cache-dir -U flask") if "site-packages/<" in line] == [
        f"{SITE}/<flask>"
    ]
    assert [line for line in then("pip install --no-cache-dir flask==1.0") if "site-packages/<" in line] == [
        f"{SITE}/<flask>"
    ]
    assert then("pip uninstall -y flask") == [
        f"-{SITE}/<flask>", f"-{SITE}/__pycache__/<flask *.pyc>", "-/usr/local/bin/flask"
    ]  # fmt: skip
    assert show(invoke("pip uninstall flask", filesystem, environment=OFFICIAL)) == ["status NO"]
    assert sorted(then("pip cache purge")) == ["-/root/.cache/pip/http-v2/<flask>"]


def test_the_cache_is_gone_to_the_byte_when_it_is_removed() -> None:
    filesystem = after("pip install requests", system(FILES))
    assert any("<requests>" in path for path, _ in filesystem.walk("/root/.cache/pip"))
    gone = performed(invoke("rm -rf /root/.cache", filesystem), filesystem)
    assert not list(gone.walk("/root/.cache"))


def test_byte_code_is_found_and_removed_by_find() -> None:
    filesystem = after("pip install --no-cache-dir flask", system(FILES))
    for line in (
        "find /usr/local -name '*.pyc' -delete",
        "find /usr/local -name '*.py[co]' -delete",
        "find / -type d -name __pycache__ -exec rm -rf {} +",
        "find /usr/local -depth '(' -type d -a -name tests ')' -o '(' -type f -a -name '*.pyc' ')' -exec rm -rf {} +",
    ):
        outcome = invoke(line, filesystem)
        left = performed(outcome, filesystem)
        names = [path for path, _ in left.walk(SITE)]
        assert not any("*.pyc" in name for name in names), line
        assert f"{SITE}/<flask>" in names, line
        assert not any(type(effect).__name__ == "Unmodelled" for effect in outcome.effects), line


def test_pip_of_debian_wants_to_be_told() -> None:
    debian: dict[str, Node | bytes | int | None] = {
        "/w": None,
        "/usr/bin/pip3": b"#!",
        "/usr/lib/python3.11/EXTERNALLY-MANAGED": 645,
        "/usr/lib/python3/dist-packages": None,
    }
    local = "/usr/local/lib/python3.11/dist-packages"
    outcome = invoke("pip3 install six", system(debian))
    assert outcome.status is Truth.NO
    assert "--break-system-packages" in outcome.problem
    for line, variables in (
        ("pip3 install --no-compile --no-cache-dir --break-system-packages six", {}),
        ("pip3 install --no-compile --no-cache-dir six", {"PIP_BREAK_SYSTEM_PACKAGES": "1"}),
    ):
        assert places(invoke(line, system(debian), environment=variables)) == [f"{local}/<six>"]
    cached = places(invoke("pip3 install --no-compile --break-system-packages six", system(debian)))
    assert cached == [f"{local}/<six>", "/root/.cache/pip/http/<six>"], "pip 23.0 has no selfcheck in Debian"
    del debian["/usr/lib/python3.11/EXTERNALLY-MANAGED"]
    assert invoke("pip3 install six", system(debian)).status is Truth.YES


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("pip3.11", True),
        ("python3.12", True),
        ("/opt/venv/bin/pip", True),
        ("venv/bin/python3", True),
        ("/opt/conda/bin/conda", True),
        ("pipeline", False),
        ("python3-config", False),
        ("pythonic", False),
    ],
)
def test_where_a_model_is_found(name: str, known: bool) -> None:
    assert (find(name) is not None) is known


def test_which_environment_a_pip_is_of() -> None:
    files: dict[str, Node | bytes | int | None] = {
        **FILES,
        "/opt/venv/pyvenv.cfg": b"home = /usr/local/bin\n",
        "/opt/venv/bin/pip": b"#!",
        "/opt/venv/lib/python3.12/site-packages": None,
    }
    venv = "/opt/venv/lib/python3.12/site-packages/<six>"
    words = "install --no-compile --no-cache-dir six"
    assert places(
        invoke(f"pip {words}", system(files), environment={"PATH": "/opt/venv/bin:/usr/local/bin"})
    ) == [venv]
    assert places(
        invoke(f"pip {words}", system(files), environment={"PATH": "/usr/local/bin:/opt/venv/bin"})
    ) != [venv]
    assert places(invoke(f"python -m pip {words}", system(files), environment={"PATH": "/opt/venv/bin"})) == [
        venv
    ]


def test_the_snapshot_is_closed_and_plausible() -> None:
    table = measured()
    assert len(table) > 200
    inside = sum(required.partition("[")[0] in table for each in table.values() for required in each.requires)
    assert inside / sum(len(each.requires) for each in table.values()) > 0.95
    for each in table.values():
        assert each.files > 0, each.name
        assert each.download > 0, each.name
