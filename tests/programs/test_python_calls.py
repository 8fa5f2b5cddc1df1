"""Python sources, line by line: what each call needs."""

from __future__ import annotations

import pytest

from layerlint.programs.examine import from_bytes
from tests.programs.made import found

HEAD = "import asyncio, ctypes, ctypes.util, grp, io, locale, os, pwd, shlex, shutil, ssl, subprocess, sys\n"


@pytest.mark.parametrize(
    ("source", "needs"),
    [
        ('subprocess.run(["git", "status"])', ["binary git 2"]),
        ('subprocess.run("ls")', ["binary ls 2"]),
        ('subprocess.run(args=["git"])', ["binary git 2"]),
        ('from subprocess import check_output as co\nco(("git", "log"))', ["binary git 3"]),
        ('import subprocess as sp\nsp.Popen(["/usr/bin/git"] + x)', ["binary /usr/bin/git 3"]),
        ('subprocess.run("a b | c", shell=True)', ["shell sh 2", "binary a 2", "binary c 2"]),
        ('subprocess.run(["a b"], shell=True)', ["shell sh 2", "binary a 2"]),
        ('subprocess.run("a", shell=True, executable="/bin/bash")',
         ["binary /bin/bash 2", "shell bash 2", "binary a 2"]),
        ('subprocess.run("a", shell=False)', ["binary a 2"]),
        ('subprocess.run(f"a {x} && b", shell=True)', ["shell sh 2", "binary a 2", "binary b 2"]),
        ('os.system("a %s; b" % x)', ["shell sh 2", "binary a 2", "binary b 2"]),
        ('os.system("a {} || b".format(x))', ["shell sh 2", "binary a 2", "binary b 2 ?"]),
        ('os.system("cd /x; echo y; export Z=1")', ["shell sh 2"]),
        ('os.popen("a " + x)', ["shell sh 2", "binary a 2"]),
        ('os.execvp("a", ["a"])', ["binary a 2"]),
        ('os.spawnlp(os.P_WAIT, "a", "a")', ["binary a 2"]),
        ('subprocess.getoutput("a")', ["shell sh 2", "binary a 2"]),
        ('asyncio.create_subprocess_exec("a", "b")', ["binary a 2"]),
        ('asyncio.create_subprocess_shell("a b")', ["shell sh 2", "binary a 2"]),
        ('C = "git"\ndef f():\n    subprocess.run([C, "x"])', ["binary git 4"]),
        ('def f():\n    c = ["git", x]\n    subprocess.run(c)', ["binary git 4"]),
        ('C = os.environ.get("C", "git")\nsubprocess.run([C])', ["binary git 3"]),
        ('subprocess.run(shlex.split("git clone x"))', ["binary git 2"]),
        ('subprocess.run("git clone x".split())', ["binary git 2"]),
        ('subprocess.run([*["git"], x])', ["binary git 2"]),
        ('shutil.which("git")', ["binary git 2 ??"]),
        ('if shutil.which("git"):\n    subprocess.run(["git"])', ["binary git 2 ??", "binary git 3 ??"]),
        ('try:\n    subprocess.run(["git"])\nexcept FileNotFoundError:\n    pass', ["binary git 3 ?"]),
        ("from sh import git, pip3", ["binary git 2", "binary pip3 2"]),
        ('ctypes.CDLL("libmagic.so.1")', ["library libmagic.so.1 2"]),
        ('ctypes.cdll.LoadLibrary("libfoo.so")', ["library libfoo.so 2"]),
        ('ctypes.CDLL("libc.so.6")', ["libc glibc 2"]),
        ('ctypes.util.find_library("magic")', ["library libmagic.so.1 2 ?"]),
        ('from cffi import FFI\nffi = FFI()\nffi.dlopen("libx.so.2")', ["library libx.so.2 4"]),
        ('import zoneinfo\nzoneinfo.ZoneInfo("Europe/Berlin")', ["time zones Europe/Berlin 3"]),
        ('from zoneinfo import ZoneInfo\nZ = ZoneInfo(x)', ["time zones 3"]),
        ("ssl.create_default_context()", ["certificates 2"]),
        ("import aiohttp\naiohttp.ClientSession()", ["certificates 3"]),
        ('from urllib.request import urlopen\nurlopen("https://x")', ["certificates 3"]),
        ('from urllib.request import urlopen\nurlopen(x)', ["certificates 3 ?"]),
        ('locale.setlocale(locale.LC_ALL, "de_DE.UTF-8")', ["locale de_DE.UTF-8 2"]),
        ('pwd.getpwnam("www-data"); grp.getgrnam("tty")', ["user www-data 2", "user tty 2"]),
        ("import tempfile\ntempfile.mkdtemp()", ["temporary folder /tmp 3"]),
        ('open("/usr/share/dict/words")', ["data /usr/share/dict/words 2"]),
        ('open("/etc/mime.types", "r")', ["data /etc/mime.types 2 ?"]),
    ],
)  # fmt: skip
def test_needs(source: str, needs: list[str]) -> None:
    assert found(from_bytes("/app/a.py", (HEAD + source + "\n").encode())) == needs


@pytest.mark.parametrize(
    "source",
    [
        'def run(x): pass\nrun(["git"])',
        'class psutil:\n    Popen = print\npsutil.Popen(["git"])',
        'if sys.platform == "win32":\n    subprocess.run(["taskkill"])',
        'if os.name != "nt":\n    pass\nelse:\n    subprocess.run(["taskkill"])',
        'if sys.platform.startswith("darwin"):\n    subprocess.run(["open"])',
        'if sys.platform in ("win32", "cygwin"):\n    subprocess.run(["x"])',
        'import typing\nif typing.TYPE_CHECKING:\n    subprocess.run(["x"])',
        'subprocess.run([sys.executable, "-m", "pip"])',
        'subprocess.run(["tool.exe"])',
        "x.run(['git'])",
        "ctypes.CDLL(None)",
        'ctypes.util.find_library("c")',
        'locale.setlocale(locale.LC_ALL, "")',
        'ssl.create_default_context(cafile="x")',
        'from urllib.request import urlopen\nurlopen("http://localhost")',
        'import tempfile\ntempfile.mkdtemp(dir="/data")',
        'open("/usr/share/x", "w")',
        'open("/data/x")',
        '"""subprocess.run([1])"""',
        "# subprocess.run(['git'])",
    ],
)
def test_no_need(source: str) -> None:
    facts = from_bytes("/app/a.py", (HEAD + source + "\n").encode())
    assert found(facts) == []
    assert facts.gaps == ()


@pytest.mark.parametrize(
    ("source", "gap"),
    [
        ("subprocess.run([x])", (2, "the program that subprocess.run starts is computed")),
        ("c = a\nc = b\nsubprocess.run(c)", (4, "the program that subprocess.run starts is computed")),
        ("os.system(x)", (2, "the script that os.system runs is not known in full")),
        ("subprocess.run(x, shell=y)", (2, "whether subprocess.run starts a shell is computed")),
        ("import importlib\nimportlib.import_module(x)", (3, "a module is loaded by a computed name")),
    ],
)
def test_what_is_not_known_is_told(source: str, gap: tuple[int, str]) -> None:
    assert from_bytes("/app/a.py", (HEAD + source + "\n").encode()).gaps == (gap,)


@pytest.mark.parametrize(
    "call",
    [
        'os.system("curl -u me:geheim99 https://x")',
        'os.system("curl https://me:geheim99@x/")',
        'subprocess.run(["mysql", "--password", "geheim99"])',
        'subprocess.run(["a"], env={"DB_PASSWORD": "geheim99"})',
        'subprocess.run(["a"], env=dict(API_KEY="geheim99", B="c"))',
        'os.system("mysql --password=geheim99")',
    ],
)
def test_evidence_is_the_line_without_its_secrets(call: str) -> None:
    facts = from_bytes("/app/a.py", (HEAD + call + "\n").encode())
    assert facts.found
    assert all(each.text.startswith(call[:12]) and "***" in each.text for each in facts.found)
    assert all("geheim99" not in each.text for each in facts.found)
