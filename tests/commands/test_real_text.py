"""The commands that print or answer, against the real tools (GNU) on a sample directory."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.commands.real import check, compare, require

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the models follow the GNU tools of Linux")

LINES = {
    "cat": """
        cat a
        cat a lines void
        cat missing
        cat a missing
        cat d
        cat -n lines
        cat -A lines
        cat link dangling
        cat /dev/null a
        cat - a
    """,
    "tac": """
        tac lines
        tac a
        tac void lines
    """,
    "head": """
        head lines
        head -n 2 lines
        head -2 lines
        head -n -1 lines
        head -c 5 lines
        head -c -5 lines
        head -c 1K big
        head -c 2kB big
        head -c 100 /dev/zero
        head -c 10 /dev/urandom
        head a lines
        head -q -n 1 a lines
        head -v a
        head missing
        head -n x a
        head --lines=1 lines
        head -n 0 lines
        head -c 0 lines
        head -c 99 lines
    """,
    "tail": """
        tail lines
        tail -n 1 lines
        tail -n +2 lines
        tail -1 lines
        tail -c 3 lines
        tail -c +3 lines
        tail -c 0 lines
        tail -n 0 lines
        tail -n 99 lines
        tail -n +0 lines
        tail -c +0 a
        tail a lines
        tail missing
        tail -qn1 a lines
    """,
    "printf": r"""
        printf hello
        printf 'a\tb\n'
        printf '%s\n' one two three
        printf '%s-%s\n' one two three
        printf '%5s|%-5s|%.2s\n' ab cd efgh
        printf '%d %i %u\n' 42 -7 3
        printf '%05d|%5d|%-5d|\n' 42 42 42
        printf '%x %X %o\n' 255 255 8
        printf '%+d\n' 5
        printf '%c%c\n' hello world
        printf '%b' 'x\ny\n'
        printf '%s'
        printf '%d\n' 0x1f
        printf '%d\n' 010
        printf '%%\n'
        printf 'no newline'
        printf '\101\102\n'
        printf '\x41\n'
        printf '%s\n' 'a\nb'
        printf '%b\n' 'a\0101'
        printf 'x\cy' z
        printf '%f\n' 1.5
        printf '%*d\n' 5 3
        printf -- '-x\n'
        printf 'only %s' a b c
        printf '%.3d|%#x\n' 7 255
        printf '%-08d|\n' 7
    """,
    "seq": """
        seq 5
        seq 2 5
        seq 1 2 10
        seq 10 -3 1
        seq 5 1
        seq -s , 4
        seq -2 2
        seq -w 8 11
        seq 0.5 2
        seq 1 0 5
        seq
        seq -s '' 3
        seq 200000
    """,
    "cut": """
        cut -d= -f1 d/sub/conf
        cut -d = -f 2 d/sub/conf
        cut -c1-2 lines
        cut -b2- lines
        cut -c 1,3 lines
        cut -d= -f1 -s d/sub/conf
        cut -d, -f1 lines
        cut -f1 lines
        cut -d= lines
        cut -d= -f2-1 lines
        cut -d= -f1-2,2 d/sub/conf
        cut -d= -f2 missing
        cut --delimiter== --fields=2 d/sub/conf
        cut -c3-,1 lines
    """,
    "sort": """
        sort lines
        sort -r lines
        sort -u lines a
        sort -o new lines
        sort -o lines lines
        sort -n lines
        sort missing
        sort void
    """,
    "uniq": """
        uniq lines
        uniq -c lines
        uniq lines new
    """,
    "wc": """
        wc -l lines
        wc -c lines
        wc -w lines
        wc lines
        wc -c big
        wc -l missing
        wc -lc lines
        wc -l lines a
    """,
    "grep": r"""
        grep one lines
        grep -q one lines
        grep -q nothing lines
        grep -v one lines
        grep -i ONE lines
        grep '^t' lines
        grep 't.*o' lines
        grep -E 't(w|h)o' lines
        grep -E '^(one)$' lines
        grep -F 'k=v' d/sub/conf
        grep -c o lines
        grep -n o lines
        grep one missing
        grep -r deep d
        grep -e one -e two lines
        grep 'o\+' lines
        grep -E 'e{2}' lines
        grep '[[:alpha:]]*w' lines
        grep -w two lines
        grep -o e lines
        grep '' lines
        grep '*' lines
        grep -s one missing
        grep -x two lines
        grep 'two$' lines
        grep '\(tw\)o' lines
    """,
    "sed": r"""
        sed s/o/0/ lines
        sed s/o/0/g lines
        sed 's/\(.\)\(.\)/\2\1/' lines
        sed -n 2p lines
        sed 2d lines
        sed '$d' lines
        sed '/two/d' lines
        sed '/one/,/two/d' lines
        sed '2,$d' lines
        sed '1,2!d' lines
        sed '2,1d' lines
        sed -n '/t/p' lines
        sed -e s/one/1/ -e s/two/2/ lines
        sed 's/one/1/;s/two/2/' lines
        sed '1i top' lines
        sed '$a end' lines
        sed '2c\changed' lines
        sed '1,2c both' lines
        sed 'a x' lines
        sed -E 's/(o)(n)/\2\1/' lines
        sed -r 's/^t+/T/' lines
        sed 's/[aeiou]/<&>/g' lines
        sed 's/x*/-/g' lines
        sed 's/b*/-/2' lines
        sed 's/e/E/2' lines
        sed 's|o|/|' lines
        sed y/abc/xyz/ lines
        sed 2q lines
        sed '/^#/d' d/sub/conf
        sed 's/^# *//' d/sub/conf
        sed -i s/one/uno/ lines
        sed -i.bak s/one/uno/ lines
        sed -i -e '$a\' lines
        sed -i 's/hello/bye/' a
        sed -i '/nothing/d' a
        sed -i s/a/b/ missing
        sed -i s/hello/bye/ link
        sed -i 's/x/yy/g' big
        sed -i 's/$/ end/' lines
        sed -i '1d;$d' lines
        sed -i 's/\s*$//' lines
        sed -i 's/t\w*/T/' lines
        sed -i s/k=.*/k=w/ d/sub/conf
        sed -i 's/^#\s*\(c\)/\1/' d/sub/conf
        sed --in-place=.orig --expression=s/o/0/ lines a
        sed --quiet '/t/{p;p}' lines
        sed -n '$=' lines
        sed 's/o/\n/' lines
        sed 's/o/\t/' lines
        sed -s '$d' lines a
        sed -e 'i\' -e 'first' lines
        sed 's/one/a\/b/' lines
        sed 's,one,a/b,' lines
        sed s/O/x/I lines
        sed 's/./&&/g' a
        sed 's/\./x/' lines
        sed -n 's/o/0/p' lines
        sed 's/o/0/w new' lines
        sed 's/(one|two)/X/' lines
        sed 's/one\|two/X/' lines
        sed -E 's/one|two/X/' lines
        sed 's/[^o]*o/X/' lines
        sed '/one/s/o/0/' lines
        sed '/one/!s/o/0/' lines
        sed '1~2d' lines
        sed 'N;s/\n/ /' lines
        sed -i 's/one/two/' d
        sed -z 's/\n/,/g' lines
        sed '2,/three/d' lines
        sed '/one/,2d' lines
        sed '/two/,1d' lines
        sed '0,/o/d' lines
        sed --expression 's/[/]/x/' lines
        sed 's/a{2}/x/' lines
        sed 's/o\{1,\}/x/' lines
        sed 's/^\(o\)*n/x/' lines
        sed ''
        sed '' lines
        sed '  2 d' lines
        sed '# comment
        2d' lines
    """.replace("\n        2d'", "\x002d'"),
    "find": r"""
        find d -name inner
        find d -type f
        find d -name '*.x' -delete
        find d -type f -delete
        find d -delete
        find . -name inner -exec rm {} ;
        find . -name inner -exec rm {} +
        find d -name sub -exec rm -rf {} ;
        find d -name sub -exec rm -rf {} +
        find d -depth -name sub -exec rm -rf {} ;
        find d -name sub -prune -exec rm -rf {} ;
        find . -type f -exec chmod 600 {} +
        find . -type d -exec chmod 700 {} ;
        find . -name 'a' -o -name 'lines'
        find . ! -type d -name 'l*'
        find . -not -name 'l*' -type f
        find . ( -name a -o -name big ) -delete
        find . -maxdepth 1 -type f
        find . -mindepth 2 -maxdepth 2
        find . -empty
        find . -empty -delete
        find . -size +1k
        find . -size -2
        find . -size 5c
        find . -perm 600
        find . -perm -100 -type f
        find . -perm /111 -type f
        find . -path './d/*'
        find . -iname 'A'
        find missing
        find d missing -name inner
        find a
        find . -type l
        find -L dirlink -name inner
        find dirlink -name inner
        find dirlink/ -name inner
        find . -type d -empty -delete
        find d -type d -delete
        find . -name sub -prune -o -type f -print
        find . -name '*' -print0
        find d -type f -execdir chmod 600 {} +
        find . -type f -exec touch {} ;
        find . -name '[ab]*' -type f
        find . -executable -type f
        find . -regex '.*inner'
        find . -newer a
        find . -nosuch
        find . -name
        find d -name 'in*' -exec mv {} other/ ;
        find . -type f -name '*.log' -print -delete
        find . -false
        find . -true -name a
        find . -name a , -name big
        find d -wholename d/inner
        find /w/nothing
        find . -xdev -name conf
        find . -name a -exec cp {} {}.copy ;
        find . -type f,l -name '*i*'
        find . -name big -quit
    """,
    "basename": """
        basename /a/b/c.txt
        basename /a/b/c.txt .txt
        basename /
        basename a/
        basename -s .x a.x b.x
        basename -a a/b c/d
        basename
        basename ''
        basename .txt .txt
    """,
    "dirname": """
        dirname /a/b/c
        dirname /a
        dirname a
        dirname a/b/
        dirname /
        dirname //a
        dirname a//b
        dirname x y/z
        dirname
    """,
    "readlink": """
        readlink link
        readlink a
        readlink dangling
        readlink missing
    """,
    "test": """
        test -e a
        test -f a
        test -d a
        test -d d
        test -L link
        test -h a
        test -e dangling
        test -s void
        test -s a
        test -x script.sh
        test -x d/inner
        test -r a
        test -n ''
        test -n x
        test -z ''
        test x
        test
        test ''
        test a = a
        test a = b
        test a != b
        test 1 -eq 1
        test 1 -lt 2
        test 2 -ge 3
        test x -eq 1
        test ! -e missing
        test -e a -a -d d
        test -e missing -o -d d
        test ( -e a )
        test ! a = b
        test -f a -a ! -d a
        test ! = x
        test -n = x
        test ( a = b ) -o ( c = c )
        test -f
        test !
        test a b
        test -g other
        test a -ef hard
        test a -ef lines
        test -f /nothing/here
        test -z a -o -z b -a x
    """,
    "expr": """
        expr 1 + 2
        expr 7 / 2
        expr 7 % 2
        expr 3 - 3
        expr 4 '*' 5
        expr -7 / 2
        expr 1 / 0
        expr abc : 'a.*'
    """,
    "tr": r"""
        tr a-z A-Z
        tr -d l
        tr -s l
        tr -cd a-z
        tr '[:lower:]' '[:upper:]'
        tr -d '[:space:]'
        tr a-f x
        tr -s a-z X
        tr '\n' ,
        tr -d '\n'
        tr ab
        tr abc xy
    """,
    "base64": """
        base64 a
        base64 -w0 big
        base64 big
        base64 void
    """,
    "md5sum": """
        md5sum a
        md5sum a lines
        md5sum missing
        md5sum big
    """,
    "sha256sum": """
        sha256sum a
        sha256sum missing a
    """,
    "cmp": """
        cmp a hard
        cmp a lines
        cmp a missing
    """,
    "ls": """
        ls a
        ls -la
        ls missing
        ls a missing
    """,
    "tee": """
        tee new
        tee a lines
        tee -a a
        tee nodir/x
        tee d
        tee /dev/null new
    """,
    "mktemp": """
        mktemp --suffix
        mktemp nox
    """,
    "true": """
        true
        true --anything x
    """,
    "false": """
        false
    """,
    "strip": """
        strip missing
    """,
}

TEXT = b"hello world\nhello\nline three\n"


@pytest.mark.parametrize("tool", sorted(LINES))
def test_against_the_real_tool(tool: str, tmp_path: Path) -> None:
    require(tool)
    lines = [line.strip().replace("\0", "\n") for line in LINES[tool].strip().splitlines()]
    check(
        [
            line.replace("( ", r"\( ").replace(" )", r" \)").replace(" ;", r" \;") if tool != "sed" else line
            for line in lines
        ],
        tmp_path,
    )


@pytest.mark.parametrize(
    "line",
    [
        line.strip()
        for tool in ("cat", "tr", "tee", "sed", "grep", "head", "wc", "cut")
        for line in {
            "cat": "cat",
            "tr": LINES["tr"],
            "tee": "tee new\ntee -a a",
            "sed": "sed s/l/L/\nsed -n 2p",
            "grep": "grep -i HELLO",
            "head": "head -n 2\nhead -c 4",
            "wc": "wc -l\nwc -c",
            "cut": "cut -d' ' -f2",
        }[tool]
        .strip()
        .splitlines()
    ],
)
def test_standard_input(line: str, tmp_path: Path) -> None:
    assert compare(line, tmp_path, stdin=TEXT) is None
