"""Lists of digests, both ways with the real sha256sum."""

from __future__ import annotations

import os
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.oracles import require
from witnesskit.formats.hash_list import HashLine, HashList, dump_hash_list, parse_hash_list

DIGEST = "ab" * 32
NAMES = [
    b"plain",
    b"with space",
    b" leading",
    b"back\\slash",
    b"line\nfeed",
    b"carriage\rreturn",
    b"\xff\xfe",
    b"*star",
]


def test_what_sha256sum_wrote_is_read_name_by_name(tmp_path):
    require("sha256sum")
    for number, name in enumerate(NAMES):
        (tmp_path / os.fsdecode(name)).write_bytes(bytes([number]))
    for mark in ("--text", "--binary"):
        names = [b"./" + name for name in NAMES]
        done = subprocess.run(["sha256sum", mark, *names], cwd=tmp_path, check=True, capture_output=True)
        read = parse_hash_list(done.stdout)
        assert [line.name for line in read.lines] == names
        assert read.bad == ()


def test_sha256sum_checks_what_we_wrote(tmp_path):
    require("sha256sum")
    lines = []
    for number, name in enumerate(NAMES):
        path = tmp_path / os.fsdecode(name)
        path.write_bytes(bytes([number]))
        digest = subprocess.run(["sha256sum"], stdin=path.open("rb"), check=True, capture_output=True).stdout[:64]
        lines.append(HashLine(digest.decode(), name))
    listed = tmp_path / "list.sha256"
    listed.write_bytes(dump_hash_list(lines))
    assert subprocess.run(["sha256sum", "-c", "--strict", listed], cwd=tmp_path, capture_output=True).returncode == 0
    (tmp_path / "plain").write_bytes(b"changed")
    assert subprocess.run(["sha256sum", "-c", "--strict", listed], cwd=tmp_path, capture_output=True).returncode == 1


@pytest.mark.parametrize(
    ("data", "names"),
    [
        (f"{DIGEST}  a\r\n{DIGEST} *b\r\n", [b"a", b"b"]),
        (f"{DIGEST.upper()}  a\n", [b"a"]),
        (f"# a comment\n\n{DIGEST}  a", [b"a"]),
        (f"{DIGEST}  back\\slash\n", [b"back\\slash"]),
        (f"\\{DIGEST}  back\\\\slash\\n\n", [b"back\\slash\n"]),
    ],
)
def test_lists_of_other_programs_are_read(data, names):
    read = parse_hash_list(data.encode())
    assert ([line.name for line in read.lines], read.bad) == (names, ())
    assert all(line.sha256 == DIGEST for line in read.lines)


@pytest.mark.parametrize(
    "line",
    [
        DIGEST, f"{DIGEST} a", f"{DIGEST}\ta", f"{DIGEST}  ", f" {DIGEST}  a", f"{DIGEST[:-1]}  a", f"{DIGEST}0  a",
        f"{'g' * 64}  a", f"\\{DIGEST}  a\\x", f"\\{DIGEST}  a\\", f"SHA256 (a) = {DIGEST}", f"{DIGEST}  a\0b",
    ],
)  # fmt: skip
def test_a_bad_line_is_named_by_its_number(line):
    read = parse_hash_list(f"{DIGEST}  good\n{line}\n{DIGEST}  last\n".encode())
    assert (read.bad, len(read.lines)) == ((2,), 2)


@given(st.lists(st.binary(min_size=1).filter(lambda name: b"\0" not in name)))
@settings(max_examples=60)
def test_every_name_comes_back(names):
    lines = tuple(HashLine(DIGEST, name) for name in names)
    assert parse_hash_list(dump_hash_list(lines)) == HashList(lines)
