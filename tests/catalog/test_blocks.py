from __future__ import annotations

import gc
import sqlite3
from pathlib import Path

import pytest

from layerlint.catalog.blocks import BlockFile, write


def make(path: Path) -> dict[str, str]:
    lines = {f"name-{i:03}": f"name-{i:03}\tvalue {i * i}" for i in range(300)}
    write(path, {"date": "2000-01-02"}, {"package": list(lines.values())}, b"value name-", block_bytes=512)
    return lines


def test_every_line_is_found_and_nothing_else(tmp_path: Path) -> None:
    lines = make(tmp_path / "x.sqlite")
    file = BlockFile(tmp_path / "x.sqlite")
    assert {key: file.line("package", key) for key in lines} == lines
    odd = ("", "\udcff", "x\ny", "name-001\nz", "'")
    for absent in (*odd, "a", "name", "name-0", "name-0000", "name-299x", "zzz", "value 4"):
        assert file.line("package", absent) is None
    assert file.lines("package") == list(lines.values())


def test_one_look_up_reads_one_block(tmp_path: Path) -> None:
    make(tmp_path / "x.sqlite")
    file = BlockFile(tmp_path / "x.sqlite")
    file.line("package", "name-150")
    assert file.blocks_read == 1
    file.line("package", "name-150")
    assert file.blocks_read == 1


def test_same_lines_give_the_same_file(tmp_path: Path) -> None:
    make(tmp_path / "x.sqlite")
    make(tmp_path / "y.sqlite")
    assert (tmp_path / "x.sqlite").read_bytes() == (tmp_path / "y.sqlite").read_bytes()


def test_what_is_dropped_is_closed(tmp_path: Path) -> None:
    """Python 3.13 and later warn of a connection that is left open; the warning is an error here."""
    make(tmp_path / "x.sqlite")
    file = BlockFile(tmp_path / "x.sqlite")
    connection = file._connection
    assert file.line("package", "name-002") == "name-002\tvalue 4"
    del file
    gc.collect()
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        connection.execute("SELECT 1")
