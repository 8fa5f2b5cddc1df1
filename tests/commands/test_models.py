"""What holds for every model, and what models say where something is not known."""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layerlint.commands import MODELS, find
from layerlint.commands._streams import of_bytes
from layerlint.domain.size import Size
from layerlint.domain.text import UNKNOWN, Text
from layerlint.effects import (
    Archive,
    ChangeDirectory,
    Compress,
    Copy,
    Decompress,
    Effect,
    Extract,
    Link,
    Move,
    Outcome,
    Stream,
    Symlink,
)
from layerlint.filesystem.node import file_size
from layerlint.filesystem.union import FileSystem
from tests.commands.invoke import directory, file, invoke, performed, show, symlink, system

TREE = system(
    {
        "/etc/passwd": b"root:x:0:0:root:/root:/bin/bash\napp:x:1000:1001::/home/app:/bin/sh\n",
        "/etc/group": b"root:x:0:\nstaff:x:50:\napp:x:1001:\n",
        "/w/a": b"one\ntwo\n",
        "/w/b.gz": 1000,
        "/w/b.tar.gz": 2000,
        "/w/d/x": file(b"x", 0o755, 1000, 1001),
        "/w/d/y": 70_000,
        "/w/l": symlink("a"),
        "/w/loop": symlink("loop"),
        "/tmp": directory(0o1777),
    }
)
UNSURE = system(
    {"/w/a": b"one\n", "/w/part": directory(complete=False), "/w/part/known": b"k"}, complete=False
)

WORDS = st.one_of(
    st.sampled_from(
        ["a", "b.gz", "d", "d/", "d/x", "/w", "/", ".", "..", "-", "--", "-f", "-r", "-rf", "-x", "-c", "-n",
         "-i", "-d", "-m",
         "-p", "-t", "-s", "-o", "-u", "-g", "-exec", "rm", "{}", ";", "+", "(", ")", "!", "-name", "*", "-type",
         "=", "1", "-1",
         "755", "u+x", "root", "app:app", "s/a/b/", "$!d", "a\\", "--help", "--force", "--mode=1", "xzf", "cf",
         "of=a", "if=a",
         "bs=1", "%s\\n", "%", "\\x", "A=1", "-delete", "-print", "]", "-a", "", "loop", "missing", "\udc80",
         "é", "-C"]
    ),
    st.text(max_size=8),
    st.just(UNKNOWN),
)  # fmt: skip


def paths(effect: Effect) -> list[str]:
    """Every path of the image that an effect names."""
    match effect:
        case Copy(source, destination) | Move(source, destination):
            return [source, destination]
        case Link(source, path) | Symlink(source, path):
            return [path] if isinstance(effect, Symlink) else [source, path]
        case Extract(archive, destination):
            return [archive, destination]
        case Archive(path, sources):
            return [path, *sources]
        case Compress(path, destination) | Decompress(path, destination):
            return [path, destination]
        case ChangeDirectory(path):
            return [] if path is None else [path]
        case _:
            path = getattr(effect, "path", "/")
            return [path]


def sound(outcome: Outcome) -> None:
    assert isinstance(outcome, Outcome)
    for effect in outcome.effects:
        for path in paths(effect):
            assert path.startswith("/"), effect
    if outcome.stdout.content is not None:
        data = getattr(outcome.stdout.content, "data", None)
        assert data is None or outcome.stdout.size.likely == len(data)


@pytest.mark.parametrize("name", sorted(MODELS))
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_no_model_raises(name: str, data: st.DataObject) -> None:
    argv: list[Text] = [name, *data.draw(st.lists(WORDS, max_size=6))]
    if name == "[" and data.draw(st.booleans()):
        argv.append("]")
    filesystem = data.draw(st.sampled_from([TREE, UNSURE]))
    stdin = data.draw(st.sampled_from([None, of_bytes(b"a:b\nc d\n"), Stream(file_size(file(5)))]))
    cwd = data.draw(st.sampled_from(["/w", "/w/d", "/", None]))
    outcome = invoke(argv, filesystem, cwd=cwd, stdin=stdin, user=data.draw(st.sampled_from([0, None])))
    sound(outcome)
    performed(outcome, filesystem)


def test_every_name_resolves_and_the_table_is_sorted() -> None:
    names = list(MODELS)
    assert names == sorted(names)
    assert all(callable(MODELS[name]) for name in names)


@pytest.mark.parametrize(
    ("name", "known"),
    [("rm", True), ("/bin/rm", True), ("/usr/local/bin/rm", True), ("./install", False),
     ("/opt/tool/bin/install", False),
     ("/test", False), ("frobnicate", False), ("", False), ("/usr/bin/find", True), ("./configure", True),
     ("../php-8.2/configure", True), ("./build.sh", False), ("/etc/init.d/nginx", True),
     ("https://example.org/install.sh", True)],
)  # fmt: skip
def test_find(name: str, known: bool) -> None:
    assert (find(name) is not None) is known


def test_the_table_costs_no_import() -> None:
    code = "import sys, layerlint.commands; print([name for name in sys.modules if 'layerlint.commands.' in name])"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "['layerlint.commands._table']"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("rm ? a", ["Unsized rm: what it removes is not known", "Remove /w/a"]),
        ("mkdir ?", ["Unmodelled mkdir: what it makes is not known"]),
        ("touch ? new", ["Unmodelled touch: which file it touches is not known", "Touch /w/new"]),
        ("cp ? d", ["Populate /w/d cp 0..0.. 0..1.. cp: what it copies is not known"]),
        ("cp a ?", ["Unmodelled cp: where it copies to is not known"]),
        ("cp ? a d", ["Populate /w/d cp 0..0.. 0..1.. cp: what it copies is not known", "Copy /w/a /w/d/a"]),
        ("mv ? d", ["Populate /w/d mv 0..0.. 0..1.. mv: what it moves is not known"]),
        ("ln -s ? new", ["Populate /w ln 0..0.. 0..1.. ln: what it links to is not known"]),
        ("chmod ? a", ["Unmodelled chmod: the mode is not known"]),
        ("chmod 600 ?", ["Unsized chmod: which file it changes is not known"]),
        ("chown ? a", ["ChangeOwner /w/a UNKNOWN UNKNOWN"]),
        ("tar xf ?", ["Populate /w tar 0..52000000.. 1..100.. tar: what it unpacks is not known"]),
        ("tar cf out.tar ?", ["Archive /w/out.tar () tar", "Unmodelled tar: what it packs is not known"]),
        ("gzip ?", ["Populate /w gzip 0..0.. 0..1.. gzip: which file it replaces is not known"]),
        ("sed -i s/a/b/ ?", ["Unsized sed: which file it edits is not known"]),
        ("sed -i ? a", ["Replace /w/a 0..8..65552", "Unmodelled sed: a script that is not known"]),
        ("find ? -delete", ["Unsized find: where it looks is not known"]),
        ("find . -name ? -delete", ["Unsized find: whether -name holds for ./a",
        "Unsized find: whether -name holds for ./b.gz", "Unsized find: whether -name holds for ./b.tar.gz",
        "Unsized find: whether -name holds for ./d/x", "Unsized find: whether -name holds for ./d/y",
        "Unsized find: whether -name holds for ./d", "Unsized find: whether -name holds for ./l",
        "Unsized find: whether -name holds for ./loop", "Unsized find: whether -name holds for ."]),
        ("useradd ?", ["Unmodelled useradd: which user it adds is not known"]),
        ("test -f ?", ["status MAYBE"]),
        ("tee ?", ["Unmodelled tee: which file it writes is not known"]),
        ("dd if=a ?", ["Unmodelled dd: an operand is not known"]),
        ("truncate -s ? a", ["Resize /w/a 0..0.."]),
        ("cp --sparkle a b", ["Unmodelled option --sparkle of cp"]),
        ("rm -Q a", ["Unmodelled option -Q of rm"]),
    ],
)
def test_words_that_are_not_known(line: str, expected: list[str]) -> None:
    shown = show(invoke(line, TREE))
    assert [part for part in shown if not part.startswith("stdout")][: len(expected)] == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("rm gone", ["Remove /w/gone"]),
        ("rm -rf part", ["Remove /w/part recursive"]),
        ("mkdir gone", ["MakeDirectory /w/gone"]),
        ("mkdir far/away", ["MakeDirectory /w/far/away"]),
        ("cp gone new", ["Copy /w/gone /w/new", "Populate /w new 0..0.. 0..1.. cp: gone is not known"]),
        ("mv gone new", ["Move /w/gone /w/new", "Populate /w new 0..0.. 0..1.. mv: gone is not known"]),
        ("ln gone new", ["Populate /w new 0..0.. 0..1.. ln: gone is not known"]),
        ("ln -s gone new", ["Symlink gone /w/new"]),
        ("chmod 755 gone", ["Unsized chmod: gone is not known"]),
        ("chmod -R 755 part", ["ChangeMode /w/part 0o755 recursive", "Unsized chmod -R: not all of part is known"]),
        ("chown -R app part", ["ChangeOwner /w/part UNKNOWN None recursive no-follow",
        "Unsized chown -R: not all of part is known"]),
        ("cp -r part new", ["Copy /w/part /w/new no-follow", "Unmodelled cp: not all of part is known"]),
        ("mv part new", ["Move /w/part /w/new", "Unmodelled mv: not all of part is known"]),
        ("cp a /usr/local/bin", ["Copy /w/a /usr/local/bin/a"]),
        ("cp a /usr/local/bin/a", ["Copy /w/a /usr/local/bin/a"]),
        ("cp a /somewhere/", ["Copy /w/a /somewhere/a"]),
        ("cp a /somewhere", ["Copy /w/a /somewhere"]),
        ("tar xf gone.tar", ["Extract /w/gone.tar /w"]),
        ("gunzip gone.gz", ["Populate /w gone 0..0.. 0..1.. gzip: gone.gz is not known"]),
        ("unzip gone.zip", ["Extract /w/gone.zip /w"]),
        ("sed -i s/a/b/ gone", ["Replace /w/gone 0..1024.."]),
        ("find gone -delete", []),
        ("find part -type f -delete", ["Remove /w/part/known", "Unsized find: not all of part is known"]),
        ("test -e gone", ["status MAYBE"]),
        ("test -e a", []),
        ("test -d a", ["status NO"]),
        ("which curl", ["status MAYBE", "stdout 0..16..4096"]),
    ],
)  # fmt: skip
def test_under_a_base_that_is_not_known(line: str, expected: list[str]) -> None:
    assert show(invoke(line, UNSURE)) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("chown app a", ["ChangeOwner /w/a 1000 None"]),
        ("chown app: a", ["ChangeOwner /w/a 1000 1001"]),
        ("chown app:staff a", ["ChangeOwner /w/a 1000 50"]),
        ("chown :staff a", ["ChangeOwner /w/a None 50"]),
        ("chown app.staff a", ["ChangeOwner /w/a 1000 50"]),
        ("chown 5:6 a", ["ChangeOwner /w/a 5 6"]),
        ("chown nobodyhere a", ["ChangeOwner /w/a UNKNOWN None"]),
        ("chown -R app d", ["ChangeOwner /w/d 1000 None recursive no-follow"]),
        ("chown app -R d a", ["ChangeOwner /w/d 1000 None recursive no-follow",
         "ChangeOwner /w/a 1000 None no-follow"]),
        ("chown -h app l", ["ChangeOwner /w/l 1000 None no-follow"]),
        ("chown --reference=d/x a", ["ChangeOwner /w/a 1000 1001"]),
        ("chown --from=app root d/x a", ["ChangeOwner /w/d/x 0 None"]),
        ("chown -R --from=:app root d", ["ChangeOwner /w/d/x 0 None no-follow"]),
        ("chown app missing", ["status NO"]),
        ("chgrp staff a", ["ChangeOwner /w/a None 50"]),
        ("chgrp -R 7 d", ["ChangeOwner /w/d None 7 recursive no-follow"]),
        ("chown app", ["status NO"]),
        ("cp -a a new", ["Copy /w/a /w/new preserve_owner preserve_times no-follow"]),
        ("cp -p a new", ["Copy /w/a /w/new preserve_owner preserve_times"]),
        ("cp -r --preserve=timestamps d new", ["Copy /w/d /w/new preserve_times no-follow"]),
        ("cp -a --no-preserve=ownership d new", ["Copy /w/d /w/new preserve_times no-follow"]),
        ("cp /dev/null new", ["Write /w/new 0 ''"]),
        ("cp -u a d/x", ["Unmodelled cp -u: which file is newer is not known"]),
        ("install -m 640 -o app -g staff a /etc/conf",
         ["Copy /w/a /etc/conf", "ChangeMode /etc/conf 0o640", "ChangeOwner /etc/conf 1000 50"]),
        ("install -d -o app -m 700 new", ["MakeDirectory /w/new 0o700", "ChangeOwner /w/new 1000 None"]),
        ("tar xzf b.tar.gz -C /tmp", ["Extract /w/b.tar.gz /tmp"]),
        ("tar -xzf b.tar.gz --strip-components=1 -C /tmp", ["Extract /w/b.tar.gz /tmp 1"]),
        ("tar -C /tmp --strip 2 -xf /w/b.tar.gz bin lib", ["Extract /w/b.tar.gz /tmp 2 (bin lib)"]),
        ("tar --extract --file b.tar.gz --directory d", ["Extract /w/b.tar.gz /w/d"]),
        ("tar xf b.tar.gz -C missing", ["status NO"]),
        ("tar xf missing.tar", ["status NO"]),
        ("tar xf b.tar.gz --exclude=x", ["Extract /w/b.tar.gz /w",
        "Populate /w tar 0 0 tar: what exclusions leave out"]),
        ("tar -tf b.tar.gz", ["stdout 0..2000.."]),
        ("tar xOf b.tar.gz x", ["stdout 0..0.."]),
        ("tar czf /tmp/o.tgz -C d x y", ["Archive /tmp/o.tgz (/w/d/./x /w/d/./y) tar.gz"]),
        ("tar caf o.tar.xz -C / etc", ["Archive /w/o.tar.xz (/./etc) tar.xz"]),
        ("tar cf o.tar --zstd /w/d", ["Archive /w/o.tar (/./w/d) tar.zst"]),
        ("tar cf o.tar --remove-files d", ["Archive /w/o.tar (/w/./d) tar", "Remove /w/d recursive"]),
        ("gunzip b.gz", ["Decompress /w/b.gz /w/b gz"]),
        ("gzip -dk b.gz", ["Decompress /w/b.gz /w/b gz keep"]),
        ("gunzip a", ["status NO"]),
        ("xz -9 a", ["Compress /w/a /w/a.xz xz"]),
        ("zstd a", ["Compress /w/a /w/a.zst zst keep"]),
        ("unzip b.gz -d /tmp", ["Extract /w/b.gz /tmp"]),
        ("unzip -qo b.gz x y", ["Extract /w/b.gz /w members"]),
        ("unzip b.gz -x y -d /tmp", ["Extract /w/b.gz /tmp", "Unsized option -x of unzip"]),
        ("unzip -l b.gz", ["stdout 0..1000.."]),
        ("unzip missing", ["status NO"]),
        ("zip -r o.zip d", ["Archive /w/o.zip (/w/./d) zip"]),
        ("zip -qr o d a", ["Archive /w/o.zip (/w/./d /w/./a) zip"]),
        ("mktemp -d", ["MakeDirectory /tmp/tmp.0000000000 0o700", "stdout '/tmp/tmp.0000000000\\n'"]),
        ("mktemp", ["Write /tmp/tmp.0000000000 0 '' 0o600", "stdout '/tmp/tmp.0000000000\\n'"]),
        ("strip d/y", ["Write /w/d/y 21000..56000..70000"]),
        ("id -u", ["stdout '0\\n'"]),
        ("id -u app", ["stdout '1000\\n'"]),
        ("id -un", ["stdout 'root\\n'"]),
        ("id -u missing", ["status MAYBE", "stdout 0..4..64"]),
        ("whoami", ["stdout 'root\\n'"]),
        ("uname -m", ["stdout 'x86_64\\n'"]),
        ("uname -s", ["stdout 'Linux\\n'"]),
        ("uname -r", ["stdout 1..20..1000"]),
        ("which sh", ["status NO"]),
        ("readlink -f l", ["stdout '/w/a\\n'"]),
        ("readlink l", ["stdout 'a\\n'"]),
        ("awk '{print $1}' a", ["stdout 0..0.."]),
        ("awk '{print > \"out\"}' a", ["Unmodelled awk: a program that writes files or runs commands"]),
        ("mkfifo p", ["Unmodelled mkfifo: a fifo is not followed"]),
    ],
)  # fmt: skip
def test_effects(line: str, expected: list[str]) -> None:
    shown = [
        part.replace(" (x y)", " members") if "members" in " ".join(expected) else part
        for part in show(invoke(line, TREE))
    ]
    assert shown == expected


def test_a_tar_through_a_pipe_is_a_copy_that_keeps_owners() -> None:
    packed = invoke("tar -C /w -cf - d", TREE).stdout
    assert packed.tar == ("/w/./d",)
    assert packed.size.likely == 81_920
    unpacked = invoke("tar -xf - -C /tmp", TREE, stdin=packed)
    assert show(unpacked) == ["Copy /w/d /tmp/d preserve_owner preserve_times"]
    through = invoke("gzip -c", TREE, stdin=packed).stdout
    assert show(invoke("tar xz -C /tmp", TREE, stdin=through)) == show(unpacked)
    assert show(invoke("tar x", TREE)) == ["status NO"]
    assert show(invoke("tar x", TREE, stdin=of_bytes(b"x"))) == [
        "Populate /w tar 0..3.. 1..100.. tar: the archive in the pipe is not known archive:tar"
    ]


def test_the_umask_counts() -> None:
    assert show(invoke("mkdir new", TREE, umask=0o077)) == ["MakeDirectory /w/new 0o700"]
    assert show(invoke("mkdir -p x/y", TREE, umask=0o077)) == [
        "MakeDirectory /w 0o700", "MakeDirectory /w/x 0o700", "MakeDirectory /w/x/y 0o700"
    ]  # fmt: skip
    assert show(invoke("chmod +w a", TREE, umask=0o022)) == ["ChangeMode /w/a 0o644"]
    assert show(invoke("chmod a+w a", TREE, umask=0o022)) == ["ChangeMode /w/a 0o666"]


def test_find_among_files_that_are_known_only_in_sum() -> None:
    summary = replace(file(5000), count=Size.exact(12))
    tree = system({"/w/lib/<tool>": summary, "/w/lib/x.pyc": b"x"})
    assert show(invoke("find lib -type f -delete", tree)) == ["Remove /w/lib/<tool>", "Remove /w/lib/x.pyc"]
    assert show(invoke("find lib -name '*.pyc' -delete", tree)) == [
        "Remove /w/lib/x.pyc",
        "Unsized find: whether -name holds for lib/<tool>",
    ]


@pytest.mark.parametrize(
    "argv",
    [
        ["sed", "s/" + "a*" * 300 + "b/x/", "long"],
        ["sed", "-E", "s/" + "a?" * 300 + "b/x/", "long"],
        ["sed", "s/.*.*.*.*x/y/", "long"],
        ["grep", "a*" * 200 + "b", "long"],
        ["find", ".", *["("] * 5000, "-true", *[")"] * 5000],
        ["find", ".", *["!"] * 5000, "-true"],
        ["test", *["("] * 5000, "x", *[")"] * 5000],
        ["test", *["!"] * 5000, "x"],
        ["find", ".", "-name", "*a" * 2000 + "b"],
        ["printf", "%s" * 20_000, *["x"] * 20_000],
        ["printf", "%999999s"] + ["x"] * 5000,
        ["seq", "1", "999999999999"],
        ["dd", "if=/dev/zero", "of=x", "bs=" + "x".join(["99999999999999999999Y"] * 16), "count=9"],
        ["truncate", "-s", "99999999999999999999Y", "x"],
        ["cut", "-c" + ",".join(["1-"] * 20_000), "long"],
        ["tr", "a" * 60_000, "b"],
        ["head", "-c", "9999999999", "/dev/zero"],
        ["sed", "y/" + "a" * 50_000 + "/" + "b" * 50_000 + "/", "long"],
        ["sed", "s/a/" + "&" * 60_000 + "/g", "long"],
    ],
)
def test_hostile_arguments_take_no_time(argv: list[Text]) -> None:
    tree: FileSystem = system({"/w/long": b"a" * 60_000})
    start = time.perf_counter()
    outcome = invoke(argv, tree, stdin=of_bytes(b"a" * 60_000))
    assert time.perf_counter() - start < 2
    sound(outcome)
