"""The commands that change files, against the real tools (GNU) on a sample directory."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.commands.real import check, require

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the models follow the GNU tools of Linux")

LINES = {
    "mkdir": """
        mkdir new
        mkdir a
        mkdir d
        mkdir -p d new/deep/er
        mkdir new/deep
        mkdir -m 700 new
        mkdir -m u=rwx,g=rx,o= new
        mkdir -p -m 711 x/y
        mkdir -p a/b
        mkdir new new
        mkdir new new/inner
        mkdir --parents --verbose --mode=0700 p/q
        mkdir
        mkdir -p dirlink/made
    """,
    "rmdir": """
        rmdir empty
        rmdir d
        rmdir a
        rmdir missing
        rmdir -p d/sub/deep
        rmdir --ignore-fail-on-non-empty d empty
        rmdir dirlink
        rmdir empty empty
    """,
    "rm": """
        rm a
        rm d
        rm -r d
        rm -rf d missing
        rm missing
        rm -f missing
        rm -d empty
        rm -d d
        rm a missing lines
        rm link
        rm dirlink
        rm -r dirlink
        rm dirlink/inner
        rm -R d/sub empty
        rm -rf .
        rm -rf d/..
        rm -rf ./d
        rm -fr -- -x a
        rm --recursive --force d
        rm --rec d
        rm
        rm -f
        rm hard
    """,
    "cp": """
        cp a new
        cp a lines
        cp a d
        cp a d/
        cp a new/
        cp a nodir/new
        cp d new
        cp -r d new
        cp -r d new/
        cp -r d empty
        cp -r d/ empty
        cp -r d/. empty
        cp -r d/. new
        cp -R d lines
        cp -a d new
        cp -a link dangling new
        cp -a link new
        cp link new
        cp -r link new
        cp -P link new
        cp dangling new
        cp -a dangling new
        cp -r dirlink new
        cp -r dirlink/ new
        cp -rL d new
        cp -L dirlink/up new
        cp a lines big d
        cp a lines missing d
        cp a missing
        cp missing new
        cp -t d a lines
        cp -T a d
        cp -T a new
        cp -rT d empty
        cp -n a lines
        cp -n a new
        cp -f a lines
        cp a a
        cp a hard
        cp --parents d/sub/conf empty
        cp --parents d/sub/conf new
        cp -p script.sh new
        cp --preserve=mode script.sh new
        cp -l a new
        cp -rl d new
        cp --remove-destination a link
        cp a link
        cp a dangling
        cp -s a new
        cp --target-directory=empty a
        cp --no-such-option a b
        cp -rv d/sub d/inner empty
        cp a d/inner
        cp d/sub/conf d/inner empty/
        cp
        cp a
        cp --recursive d/sub .
        cp -r d/sub/. .
        cp -d link new
        cp -rH dirlink new
        cp -dR dirlink new
    """,
    "mv": """
        mv a new
        mv a lines
        mv a d
        mv a d/
        mv a new/
        mv a nodir/new
        mv d new
        mv d new/
        mv d empty
        mv d/sub empty
        mv d a
        mv -T a d
        mv -T d empty
        mv -T d other
        mv a lines d
        mv a missing d
        mv missing new
        mv -t d a
        mv -n a lines
        mv a a
        mv a hard
        mv d d
        mv d d/sub
        mv link new
        mv dirlink new
        mv a dirlink
        mv -f a lines
        mv big d/inner
        mv a
        mv d/. empty
        mv other empty
    """,
    "ln": """
        ln -s a new
        ln -s a lines
        ln -sf a lines
        ln -s /abs/path d
        ln -s a d/inner
        ln -s ../a d/
        ln -s x y nodir
        ln -s x y d
        ln -sf x dirlink
        ln -sfn x dirlink
        ln -sfT x dirlink
        ln -sT x d
        ln -sfT x d
        ln a new
        ln a lines
        ln -f a lines
        ln d new
        ln missing new
        ln a d
        ln link new
        ln -L link new
        ln -sr d/sub/conf empty/conf
        ln -s /usr/bin/tool
        ln -s -t d x y
        ln -s nowhere dangling
        ln -s x nodir/y
        ln -v -s a new
        ln -f a hard
    """,
    "touch": """
        touch new
        touch a
        touch nodir/new
        touch -c new
        touch d
        touch -d yesterday new a
        touch -t 202401010000 new
        touch dangling
        touch new/
        touch -r a new
        touch --no-create missing nodir/x
        touch
        touch -h dangling
    """,
    "chmod": """
        chmod 755 a
        chmod 0755 other
        chmod 00755 other
        chmod 4755 a
        chmod u+x script.sh
        chmod +x script.sh
        chmod a+x,go-r script.sh
        chmod go=u script.sh
        chmod u=rwx,g=rx,o= script.sh
        chmod -R 700 d
        chmod -R u=rwX,go=rX d
        chmod -R a-x+X d
        chmod g+s,o+t d
        chmod u+s script.sh
        chmod = script.sh
        chmod -w script.sh
        chmod -x d/inner
        chmod --reference=script.sh a
        chmod 999 a
        chmod u+q a
        chmod 644 missing
        chmod 644 a missing lines
        chmod link
        chmod 640 link
        chmod -R 640 dirlink
        chmod 640 dangling
        chmod =r a
        chmod o=g a
        chmod +w a
        chmod +t other
        chmod -v --recursive 711 empty
        chmod g=s other
        chmod a=,u+rw script.sh
        chmod 7777 d
    """,
    "install": """
        install a new
        install -m 600 a new
        install -m u=rw,go=r a d
        install -m755 a lines
        install a lines d
        install a nodir/new
        install -D a nodir/sub/new
        install -D a d
        install -D -t nodir a lines
        install -d x/y z
        install -d -m 700 x/y
        install -d a
        install -dm 700 d
        install d new
        install missing new
        install -T a d
        install -t d a
        install a link
        install -p script.sh new
        install -vD -m 644 a x/
        install
    """,
    "truncate": """
        truncate -s 0 big
        truncate -s 10 a
        truncate -s 1K new
        truncate -s 1KB new
        truncate -s 2MiB new
        truncate -s +5 a
        truncate -s -2 a
        truncate -s -200 a
        truncate -s '<3' a big
        truncate -s '>100' a big
        truncate -s %7 a
        truncate -s /3 a
        truncate -c -s 5 missing
        truncate -r big a
        truncate -s 5 d
        truncate -s 5 nodir/x
        truncate -s 5
        truncate a
        truncate --size=7 a new
        truncate -s x a
    """,
    "fallocate": """
        fallocate -l 100 new
        fallocate -l 2KiB new
        fallocate -l 1K big
        fallocate -l 10 -o 20 a
        fallocate -n -l 1M a
        fallocate -l 5 a new
        fallocate --length 1KB new
    """,
    "dd": """
        dd if=big of=new bs=10 count=3
        dd if=big of=new
        dd if=big of=a
        dd if=/dev/zero of=new bs=1k count=5
        dd if=/dev/zero of=new bs=1K count=2 seek=3
        dd if=/dev/zero of=new bs=1M count=0 seek=1
        dd if=/dev/zero of=big bs=1 count=10 seek=5
        dd if=/dev/zero of=big bs=1 count=10 seek=5 conv=notrunc
        dd if=/dev/zero of=big bs=1 count=10 conv=notrunc
        dd if=lines of=new bs=1 skip=4
        dd if=lines bs=1 skip=4 count=3
        dd if=lines of=new bs=2x2 count=1
        dd if=missing of=new
        dd if=/dev/urandom of=new bs=100 count=3 status=none
        dd if=a of=new oflag=append conv=notrunc
        dd if=big of=new count=100 iflag=count_bytes
        dd if=big of=new bs=1kB count=1
        dd of=new
        dd nonsense
        dd if=big of=new ibs=100 obs=7 count=2
        dd if=/dev/null of=a
    """,
    "tar": """
        tar cf new.tar a
        tar -cf new.tar d
        tar -cf new.tar d lines big
        tar -cf new.tar -C d inner sub
        tar -cf new.tar -C d .
        tar -C d -cf new.tar sub
        tar -cf new.tar missing
        tar -cf new.tar
        tar --create --file=new.tar d
        tar -czf new.tgz d
        tar cvf new.tar empty
        tar -cf /dev/null d
        tar -xf missing.tar
        tar xf a -C nodir
    """,
    "gzip": """
        gzip lines big
        gzip -k big
        gzip -9 big
        gzip d
        gzip -r d/sub
        gzip missing
        gzip -c big
        gzip -d a
        gunzip missing.gz
        gzip -f big
        gzip --keep --best lines
        gzip -S .z big
        gzip -n script.sh
    """,
    "xz": """
        xz big
        xz -k big
        xz -c lines
        xz -9e big
        xz -T0 lines
        xz d
        unxz a
    """,
    "bzip2": """
        bzip2 big
        bzip2 -k big
        bzip2 -c lines
        bzip2 missing
    """,
    "zstd": """
        zstd -q big
        zstd -q --rm big
        zstd -q -19 big -o out.zst
    """,
    "unlink": """
        unlink a
        unlink d
        unlink missing
        unlink a lines
        unlink
    """,
}


@pytest.mark.parametrize("tool", sorted(LINES))
def test_against_the_real_tool(tool: str, tmp_path: Path) -> None:
    require(tool)
    lines = [line.strip() for line in LINES[tool].strip().splitlines()]
    check(lines, tmp_path, modes=tool not in ("gzip", "xz", "bzip2", "zstd"))
