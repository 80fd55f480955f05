"""Sealed files read again by two workers: what changed, is missing or cannot be read is named, and nothing else."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from witnesskit.errors.formats import NewerFormat
from witnesskit.errors.vault import BadState
from witnesskit.model import Role, SealedCapsule
from witnesskit.vault import fixity
from witnesskit.vault.fixity import Checker, Target, checker
from witnesskit.vault.state_json import dump_state, sealed_files
from witnesskit.vault.state_records import ItemState, State

BIG = fixity._BIG


def made(folder, count: int, size: int, start: int = 0) -> list[Target]:
    found = []
    for number in range(start, start + count):
        path, data = folder / f"{number:032x}", os.urandom(64) * (size // 64)
        path.write_bytes(data)
        found.append(Target(path.name, str(path), hashlib.sha256(data).hexdigest(), len(data)))
    return found


@pytest.fixture
def targets(tmp_path) -> list[Target]:
    """Enough small files for processes, and big ones for threads."""
    return [*made(tmp_path, fixity._FEW + 90, 128), *made(tmp_path, 3, BIG, 1000)]


def look(targets, *, alone: bool) -> tuple[dict[str, str], int]:
    done: list[int] = []
    if alone:
        return Checker(None).check(targets, done.append), sum(done)
    with checker(fixity.small_ones(targets)) as workers:
        assert workers._pool is not None
        return workers.check(targets, done.append), sum(done)


@pytest.mark.parametrize("alone", [True, False], ids=["one process", "two"])
@pytest.mark.parametrize("place", [0, 77, -1], ids=["first", "small", "big"])
@pytest.mark.parametrize(
    ("change", "word"),
    [
        (lambda path: path.unlink(), "missing"),
        (lambda path: path.write_bytes(path.read_bytes()[:-1]), "changed"),
        (lambda path: path.write_bytes(path.read_bytes() + b"x"), "changed"),
        (lambda path: path.write_bytes(bytes([path.read_bytes()[0] ^ 1]) + path.read_bytes()[1:]), "changed"),
        (lambda path: path.write_bytes(b""), "changed"),
        (lambda path: (path.rename(path.with_name("x")), path.symlink_to(path.with_name("x"))), "unreadable"),
        (lambda path: (path.unlink(), path.mkdir()), "unreadable"),
        (lambda path: (path.unlink(), os.mkfifo(path)), "changed"),
    ],
    ids=["gone", "cut", "longer", "one bit", "empty", "a link", "a folder", "a pipe"],
)
def test_one_file_that_is_not_as_it_was_is_named(targets, change, word, place, alone):
    change(Path(targets[place].path))
    assert look(targets, alone=alone)[0] == {targets[place].id: word}


@pytest.mark.parametrize("alone", [True, False], ids=["one process", "two"])
def test_what_is_as_it_was_is_not_named_and_every_byte_is_counted(targets, alone):
    assert look(targets, alone=alone) == ({}, sum(one.size for one in targets))


def test_few_files_start_no_process():
    with checker(3) as workers:
        assert workers._pool is None


STATE = State({"a" * 32: ItemState((SealedCapsule("b" * 32, "a" * 32, Role.RECORD, 1, 7, "c" * 64),))})


def test_the_list_of_sealed_files_is_that_of_the_state():
    assert sealed_files(dump_state(STATE)) == [("b" * 32, "c" * 64, 7)]
    assert sealed_files(dump_state(State())) == []


@pytest.mark.parametrize(
    ("old", "new", "error"),
    [
        (b"state/1", b"state/2", NewerFormat),
        (b"state/1", b"other/1", BadState),
        (b'"capsules"', b'"capsule"', BadState),
        (b'"b' + b"b" * 31, b'"../' + b"b" * 29, BadState),
        (b"cccc", b"CCCC", BadState),
        (b'"size":7', b'"size":-7', BadState),
        (b'"size":7', b'"size":"7"', BadState),
        (b'"items":{', b'"items":[', BadState),
        (b'"capsules":[{', b'"capsules":[7,{', BadState),
        (b"{", b"[" * 20000 + b"{", BadState),
    ],
)
def test_a_list_in_another_form_is_refused(old, new, error):
    data = dump_state(STATE)
    assert old in data
    with pytest.raises(error):
        sealed_files(data.replace(old, new, 1))
