"""Scripts, manifests and sources of other languages."""

from __future__ import annotations

import shutil
import subprocess
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from layerlint.programs.examine import from_bytes
from tests.programs.made import found


@pytest.mark.parametrize(
    ("source", "needs"),
    [
        ("#!/bin/sh\ngit pull\n", ["interpreter /bin/sh 1", "shell sh 1", "binary git 2"]),
        ("#!/usr/bin/env bash\n", ["binary /usr/bin/env 1", "shell bash 1"]),
        ("#!/bin/sh\nf() { a; }\nf && b || c\n",
         ["interpreter /bin/sh 1", "shell sh 1", "binary a 2 ?", "binary b 3", "binary c 3 ?"]),
        ("#!/bin/sh\nif [ -n x ]; then a; fi\nexec gosu me b -c \"$(d)\"\n",
         ["interpreter /bin/sh 1", "shell sh 1", "binary a 2 ?", "binary gosu 3", "binary b 3", "binary d 3"]),
        ("#!/bin/sh\ncommand -v a >/dev/null && a x\n",
         ["interpreter /bin/sh 1", "shell sh 1", "binary a 2 ??", "binary a 2 ??"]),
        ("#!/bin/sh\nsh -c 'a | b'\n",
         ["interpreter /bin/sh 1", "shell sh 1", "binary a 2", "binary b 2", "binary sh 2"]),
        ("#!/bin/sh\n\"$X\" y; echo z; x=1; env A=b c\n",
         ["interpreter /bin/sh 1", "shell sh 1", "binary env 2", "binary c 2"]),
        ("#!/bin/sh\n[ -x /a/b ] && /a/b x; type complete\n",
         ["interpreter /bin/sh 1", "shell sh 1", "binary /a/b 2 ?"]),
        ("#!/usr/bin/perl -w\n", ["interpreter /usr/bin/perl 1"]),
    ],
)  # fmt: skip
def test_scripts(source: str, needs: list[str]) -> None:
    assert found(from_bytes("/app/run", source.encode())) == needs


@pytest.mark.parametrize(
    ("name", "source", "needs"),
    [
        ("package.json", '{"engines": {"node": ">=18.12"},\n "dependencies": {"simple-git": "3"},\n'
         ' "scripts": {"start": "node server.js"}}',
         ["interpreter node 18.12 1", "binary git 2", "interpreter node 3"]),
        ("package.json", '{"dependencies": {"express": "4", "sharp": "1", "bcrypt": "5"}}', []),
        ("a.js", "const { exec, spawn } = require('child_process');\nexec('convert a b | cat');\nspawn('git', ['x'])\n"
         "// spawn('no')\nconst m = /x/.exec('git')\n",
         ["shell sh 2", "binary convert 2", "binary cat 2", "binary git 3"]),
        ("a.js", "exec('git')\n", []),
        ("a.go", 'import (\n\t"os/exec"\n\t"net/http"\n)\nvar c = exec.Command("git", "x")\n'
         'var d = exec.CommandContext(ctx, "sh", "-c", "a | b")\nvar r = http.Get("https://x")\n',
         ["binary git 5", "shell sh 6", "binary a 6", "binary b 6", "certificates 7"]),
        ("a.go", 'import "time"\nvar z = time.LoadLocation("Europe/Berlin")\n', ["time zones Europe/Berlin 2"]),
        ("a_test.go", 'import "os/exec"\nvar c = exec.Command("git")\n', []),
        ("a.rs", 'let x = Command::new("git").arg("x");\n', ["binary git 1"]),
        ("Cargo.lock", '[[package]]\nname = "openssl-sys"\n', ["library libssl.so.3 2 ?"]),
        ("Cargo.lock", '[[package]]\nname = "openssl-sys"\n[[package]]\nname = "openssl-src"\n', []),
        ("Gemfile.lock",
         "GEM\n  specs:\n    pg (1.5.4)\n    rails (7.1)\n      pg (>= 1)\n\nRUBY VERSION\n   ruby 3.2.2p53\n",
         ["library libpq.so.5 3", "interpreter ruby 3.2 8"]),
        ("a.rb", 'system("git pull")\nsystem("git", "pull")\n',
         ["shell sh 1", "binary git 1", "binary git 2"]),
        ("a.php", "<?php\nexec('convert a b');\n$x->exec('no');\n", ["shell sh 2", "binary convert 2"]),
        ("composer.json", '{"require": {"php": ">=8.1",\n "ext-gd": "*"}}',
         ["extension ext-gd 2", "interpreter php 8.1 1"]),
        ("pom.xml", "<project>\n<maven.compiler.release>17</maven.compiler.release>\n</project>",
         ["interpreter java 17 2"]),
        ("A.java", 'class A { void a() { new ProcessBuilder("git", "gc"); System.loadLibrary("z"); } }\n',
         ["binary git 1", "library libz.so 1 ?"]),
        ("A.kt", 'fun a() { Runtime.getRuntime().exec("convert a b") }\n', ["binary convert 1"]),
        ("build.gradle.kts", "java { toolchain {\n languageVersion.set(JavaLanguageVersion.of(21)) } }",
         ["interpreter java 21 2"]),
    ],
)  # fmt: skip
def test_languages(name: str, source: str, needs: list[str]) -> None:
    assert found(from_bytes(f"/app/{name}", source.encode())) == needs


def _jar(entries: dict[str, bytes]) -> bytes:
    data = BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return data.getvalue()


def _class(major: int) -> bytes:
    return b"\xca\xfe\xba\xbe\0\0" + major.to_bytes(2) + b"\0" * 100


def test_a_jar_needs_the_java_of_its_newest_class() -> None:
    jar = _jar(
        {
            "META-INF/MANIFEST.MF": b"Main-Class: A\nMulti-Release: true\n",
            "A.class": _class(55),
            "B.class": _class(61),
            "META-INF/versions/21/B.class": _class(65),
            "module-info.class": _class(65),
        }
    )
    facts = from_bytes("/app/a.jar", jar)
    assert found(facts) == ["interpreter java 17 0"]
    assert facts.found[0].text == "B.class is a class file of version 61"


def test_archives_in_an_archive_are_read_where_they_are() -> None:
    library = _jar({"b/B.class": _class(65), "linux-x86-64/libx.so": b"\x7fELF"})
    data = BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("META-INF/MANIFEST.MF", "Main-Class: org.springframework.boot.loader.JarLauncher\n")
        archive.writestr("BOOT-INF/classes/A.class", _class(61))
        archive.writestr("BOOT-INF/lib/b.jar", library)
    facts = from_bytes("/app/a.jar", data.getvalue())
    assert found(facts) == ["interpreter java 21 0", "libc glibc 0 ?"]
    assert [each.text for each in facts.found] == [
        "b.jar: b/B.class is a class file of version 65",
        "b.jar: linux-x86-64/libx.so",
    ]


@pytest.mark.parametrize("inner", [b"", b"PK\x03\x04", b"\0" * 5_000, b"PK\x05\x06" + b"\xff" * 18])
def test_an_archive_in_an_archive_that_is_none_is_a_gap(inner: bytes) -> None:
    data = BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("A.class", _class(61))
        archive.writestr("lib/b.jar", inner)
    facts = from_bytes("/app/a.jar", data.getvalue())
    assert found(facts) == ["interpreter java 17 0"]
    assert [clause for _, clause in facts.gaps] == ["an archive in it cannot be read"]


def test_a_class_that_asks_for_the_compiler_is_a_gap() -> None:
    facts = from_bytes("/a.jar", _jar({"A.class": _class(61) + b"\x01\0\x18javax/tools/ToolProvider"}))
    assert [clause for _, clause in facts.gaps] == ["A.class may call the compiler, which a run-time has not"]


def test_the_libc_of_a_native_library_is_that_of_its_header(tmp_path: Path) -> None:
    if shutil.which("gcc") is None:
        pytest.skip("gcc is absent")
    (tmp_path / "a.c").write_text('#include <stdio.h>\nint a(void) { return puts("a"); }\n')
    library = tmp_path / "liba.so"
    subprocess.run(["gcc", "-shared", "-fPIC", "-o", str(library), str(tmp_path / "a.c")], check=True)
    entries = {"A.class": _class(61), "linux-x86_64/liba.so": library.read_bytes()}
    (libc,) = (each for each in from_bytes("/a.jar", _jar(entries)).found if each.kind.value == "libc")
    assert (libc.name, libc.because) == ("glibc", "a native library in the archive is linked with it")
    assert libc.version


@pytest.mark.parametrize(
    ("name", "text", "gaps"),
    [
        ("pom.xml", "<dependency><groupId>org.slf4j</groupId><artifactId>a</artifactId></dependency>\n", []),
        ("pom.xml", "<dependency>\n<groupId>org.xerial</groupId>\n<artifactId>sqlite-jdbc</artifactId></dependency>",
         ["org.xerial:sqlite-jdbc"]),
        ("pom.xml", "<dependency><groupId>x</groupId><artifactId>z</artifactId><scope>test</scope></dependency>", []),
        ("build.gradle", "dependencies {\n implementation 'org.xerial:sqlite-jdbc:3'\n implementation(libs.netty)\n}\n",
         ["org.xerial:sqlite-jdbc", "libs.netty"]),
        ("build.gradle", "dependencies {\n implementation 'org.slf4j:slf4j-api:2'\n testImplementation 'a:b:1'\n}", []),
    ],
)  # fmt: skip
def test_libraries_of_a_build_of_java_are_gaps_unless_known(name: str, text: str, gaps: list[str]) -> None:
    said = [clause for _, clause in from_bytes(f"/app/{name}", text.encode()).gaps]
    assert said == [f"whether {each} has native parts, or starts programs, is not known" for each in gaps]


def test_native_libraries_of_a_jar() -> None:
    plain = {"A.class": _class(55), "linux-x86-64/libx.so": b"\x7fELF", "win/x.dll": b""}
    assert found(from_bytes("/app/a.jar", _jar(plain))) == ["interpreter java 11 0", "libc glibc 0 ?"]
    both = {**plain, "linux-musl-x86-64/libx.so": b"\x7fELF"}
    assert found(from_bytes("/app/a.jar", _jar(both))) == ["interpreter java 11 0"]
