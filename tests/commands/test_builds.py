"""Downloads, clones, keys, compilers and build systems: what is written where, and of what size."""

from __future__ import annotations

import pytest

from layerlint.commands import find
from layerlint.domain.size import Size
from layerlint.effects import Invocation, Stream
from layerlint.execution.view import SystemView
from tests.commands.invoke import directory, invoke, performed, show, system

TREE = system({"/w/a.c": b"int main(void) { return 0; }\n", "/w/key.asc": 3000, "/w/prog": 90_000,
               "/w/src/x": b"x", "/tmp": directory(0o1777)})  # fmt: skip

UNKNOWN_DOWNLOAD = "Unsized what it downloads is not known"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("curl -fsSL https://example.org/a.tar.gz -o /tmp/a.tgz",
         ["Write /tmp/a.tgz 0..17000000..", UNKNOWN_DOWNLOAD]),
        ("curl -LO https://example.org/d/tool?raw=1", ["Write /w/tool 0..2700000..", UNKNOWN_DOWNLOAD]),
        ("curl -sSLo x https://example.org/x.sh", ["Write /w/x 0..4000..", UNKNOWN_DOWNLOAD]),
        ("curl -O https://example.org/a.zip -O https://example.org/a.zip.asc",
         ["Write /w/a.zip 0..17000000..", UNKNOWN_DOWNLOAD, "Write /w/a.zip.asc 0..900..", UNKNOWN_DOWNLOAD]),
        ("curl --output-dir /tmp -O https://example.org/a.sig", ["Write /tmp/a.sig 0..900..", UNKNOWN_DOWNLOAD]),
        ("curl https://example.org/install.sh", ["stdout 0..4000.."]),
        ("curl -o /dev/null https://example.org/", []),
        ("curl -o ? https://example.org/",
         ["Populate /w download 0..2700000.. 1..100.. what it downloads is not known"]),
        ("curl", ["status NO"]),
        ("wget -q https://example.org/a.tgz", ["Write /w/a.tgz 0..17000000..", UNKNOWN_DOWNLOAD]),
        ("wget -nv -O /tmp/k https://example.org/key.gpg", ["Write /tmp/k 0..900..", UNKNOWN_DOWNLOAD]),
        ("wget -qO- https://example.org/key.gpg", ["stdout 0..900.."]),
        ("wget -P /opt/x https://example.org/",
         ["MakeDirectory /opt/x", "Write /opt/x/index.html 0..2700000..", UNKNOWN_DOWNLOAD]),
        ("wget ?", ["Populate /w wget 0..2700000.. 1..100.. what it downloads is not known"]),
        ("wget --spider https://example.org/", []),
        ("git clone https://example.org/a/b.git",
         ["MakeDirectory /w/b",
          "Populate /w/b git clone b 200000..2200000..172000000 1..100.. "
          "what it checks out is not known bounded"]),
        ("git clone --depth 1 -b v1 git@example.org:a/b /opt/c",
         ["MakeDirectory /opt/c",
          "Populate /opt/c git clone c 100000..1100000..172000000 1..100.. "
          "what it checks out is not known bounded"]),
        ("git -C src checkout v1",
         ["Populate /w/src git checkout 0..100000.. 0..1.. what git changes is not known", "stdout 0..0.."]),
        ("git config --global user.name me", ["Write /root/.gitconfig 1..19..4000 append"]),
        ("git rev-parse HEAD", ["stdout 0..41.."]),
        ("git init repo", ["MakeDirectory /w/repo", "Populate /w/repo/.git git init 20000..23941..80000 15..17..25"]),
        ("svn checkout https://example.org/trunk",
         ["MakeDirectory /w/trunk",
          "Populate /w/trunk svn checkout 200000..2200000..172000000 1..100.. "
          "what it checks out is not known bounded"]),
        ("gcc -O2 -o /usr/local/bin/a a.c",
         ["Write /usr/local/bin/a 14000..16500.. 0o755", "Unsized how large what is compiled gets is not known"]),
        ("gcc -c a.c", ["Write /w/a.o 600..3000.. 0o644", "Unsized how large what is compiled gets is not known"]),
        ("cc -static a.c",
         ["Write /w/a.out 600000..800000.. 0o755", "Unsized how large what is compiled gets is not known"]),
        ("gcc --version", ["stdout 1..60..5000"]),
        ("./configure --prefix=/usr",
         ["Populate /w configure 50000..500000..5000000 5..20..300 prefix:/usr", "stdout 0..5000.."]),
        ("make -j4 -C src",
         ["Populate /w/src make 0..20000000.. 1..100.. what it builds is not known", "stdout 0..2000.."]),
        ("make install DESTDIR=/out PREFIX=/usr",
         ["Populate /out/usr make install 0..15000000.. 1..100.. what make installs is not known",
          "stdout 0..2000.."]),
        ("make -n", ["stdout 0..2000.."]),
        ("cmake -B build -S .", ["Populate /w/build cmake 50000..500000..5000000 5..40..500", "stdout 0..2000.."]),
        ("ninja -C out install",
         ["Populate /w/out ninja 0..20000000.. 1..100.. what it builds is not known",
          "Populate /usr/local ninja install 0..15000000.. 1..100.. what ninja installs is not known"]),
        ("patch -p1 -d src",
         ["Populate /w/src patch 0..20000.. 1..100.. which files patch changes is not known"]),
        ("upx prog", ["Write /w/prog 18000..36000..90000"]),
        ("ssh-keygen -q -t ed25519 -N '' -f k",
         ["Write /w/k 380..399..7000 0o600", "Write /w/k.pub 80..566..1500 0o644"]),
        ("openssl req -x509 -nodes -keyout k.pem -out c.pem",
         ["Write /w/k.pem 40..1500..20000 0o600", "Write /w/c.pem 40..1500..20000", "stdout 0..0.."]),
        ("htpasswd -bc users me secret", ["Write /w/users 20..45..300"]),
        ("rsync -a src/ /opt/s", ["MakeDirectory /opt/s", "Copy /w/src /opt/s preserve_owner preserve_times"]),
        ("aws s3 cp s3://bucket/a.tgz .", ["Write /w/a.tgz 0..17000000..", "Unsized what it fetches is not known"]),
        ("service postgresql start",
         ["Populate /var/lib/postgresql postgresql 0..30000000.. 1..100.. what the database writes is not known",
          "stdout 0..200.."]),
        ("systemctl enable cron",
         ["Symlink /lib/systemd/system/cron.service /etc/systemd/system/multi-user.target.wants/cron.service"]),
        ("dpkg-architecture -qDEB_HOST_MULTIARCH", ["stdout 'x86_64-linux-gnu\\n'"]),
        ("fc-cache -f", ["Populate /var/cache/fontconfig fc-cache 0..60000..5000000 1..6..200"]),
        ("dig example.org", ["stdout 0..500.."]),
    ],
)  # fmt: skip
def test_effects(line: str, expected: list[str]) -> None:
    assert show(invoke(line, TREE)) == expected


def test_the_first_gpg_makes_the_home_directory_and_keeps_the_ring_before() -> None:
    first = invoke("gpg --batch --keyserver keys.example.org --recv-keys 0123456789ABCDEF", TREE)
    assert show(first) == [
        "MakeDirectory /root/.gnupg 0o700",
        "Write /root/.gnupg/pubring.kbx 0..32..200 append",
        "Write /root/.gnupg/trustdb.gpg 40..1200..2000",
        "Replace /root/.gnupg/pubring.kbx~ 0..32..60000",
        "Replace /root/.gnupg/pubring.kbx 500..3000..60000",
        "stdout 0..200..",
    ]
    after = performed(first, TREE)
    second = invoke("gpg --batch --verify key.asc prog", after)
    assert show(second) == []


def test_a_key_in_a_pipe_becomes_a_keyring() -> None:
    piped = invoke("curl -fsSL https://example.org/key.asc", TREE).stdout
    assert show(invoke("gpg --dearmor -o /usr/share/keyrings/x.gpg", TREE, stdin=piped))[-1] == (
        "Write /usr/share/keyrings/x.gpg 500..3000..60000"
    )


@pytest.mark.parametrize(
    ("address", "first"),
    [
        ("https://deb.nodesource.com/setup_18.x", "UpdateIndex apt"),
        ("https://sh.rustup.rs", "Populate /root/.rustup rustup"),
        ("https://example.org/install.sh", "Unmodelled the script is not known"),
    ],
)
def test_scripts_that_are_run_straight_from_their_address(address: str, first: str) -> None:
    model = find(address)
    assert model is not None
    outcome = model(Invocation((address, "-y"), "/w", {}, Stream(Size(0, 1, None)), SystemView(TREE)))
    assert show(outcome)[0].startswith(first)


def test_make_install_goes_where_configure_was_told() -> None:
    configured = performed(invoke("./configure --prefix=/opt/x", TREE), TREE)
    installed = show(invoke("make install", configured))
    assert installed[0] == "Populate /opt/x make install 0..15000000.. 1..100.. what make installs is not known"
