"""Killed or without room at any write, an import is run again and is whole: counts, receipt, verdict."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.actions.stage import Device, Stage, copy_of, silent
from witnesskit.actions.receipt import take_receipt
from witnesskit.actions.verify import VerifyWish, verify
from witnesskit.errors import ExitStatus, WitnesskitError
from witnesskit.vault import lock, state, store

CHANGES = frozenset({"os.rename", "os.remove", "os.mkdir", "os.utime", "os.chmod"})


@pytest.fixture
def waiting(stage, device, stick) -> Stage:
    """A stage with one bundle on the stick, which the desk has not seen."""
    device.bundle(stick)
    return stage


def run(stage: Stage):
    (bundle,) = (stage.folder / "stick").glob("*.age")
    return stage.take_in(bundle, second_copy=stage.folder / "shelf")[0]


def ends_at(action: Callable[[], object], number: int) -> bool:
    """Run ``action`` in a process that ends at its ``number``-th change of the disk; whether it came so far."""
    child = os.fork()
    if child == 0:
        left = number

        def count(event: str, arguments: tuple) -> None:
            nonlocal left
            writes = event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR)
            left -= bool(writes or event in CHANGES)
            if left == 0:
                os._exit(9)

        try:
            sys.addaudithook(count)
            action()
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9


def is_whole(stage: Stage) -> None:
    done = run(stage)
    assert (done.counts["items"], done.unpacked.complete, done.copies) == (1, True, 2)
    found = verify(VerifyWish(stage.folder / "desk", passphrase=stage.passphrase), silent)
    assert (found.state, found.counts) == ("UNCHANGED", {"items": 1, "present": 1})
    present = state.load_state(stage.desk)
    assert set(store.ids(stage.desk)) == set(present.capsules())
    assert len(present.bundles) == 1
    taken = take_receipt(Device(stage.folder / "a").vault, Path(done.receipt))
    assert (taken.result, taken.confirmed, taken.missing) == ("complete", 1, 0)


def test_killed_anywhere_it_is_run_again_and_whole(waiting, tmp_path):
    number, reached = 1, True
    while reached:
        stage = copy_of(waiting, tmp_path / f"killed{number}")
        reached = ends_at(lambda found=stage: run(found), number)
        is_whole(stage)
        number += 9
    assert number > 50


@pytest.mark.parametrize("call", ["fsync", "fdatasync", "rename", "mkdir"])
@pytest.mark.parametrize("fault", [errno.ENOSPC, errno.EIO])
def test_a_full_or_failing_disk_is_named_and_the_import_is_run_again(waiting, tmp_path, monkeypatch, call, fault):
    real = getattr(os, call)
    for number in (1, 2, 5, 11, 23):
        stage = copy_of(waiting, tmp_path / f"full{number}")
        count = 0

        def failing(*arguments, _number=number, **options):
            nonlocal count
            count += 1
            if count == _number:
                raise OSError(fault, "no")
            return real(*arguments, **options)

        with monkeypatch.context() as patch:
            patch.setattr(os, call, failing)
            try:
                run(stage)
            except WitnesskitError as error:
                assert error.status is ExitStatus.STORAGE
        is_whole(stage)
        if count < number:
            break


def test_two_at_once_are_one_after_the_other(waiting):
    with lock.writing(waiting.desk), pytest.raises(WitnesskitError) as caught:
        run(waiting)
    assert caught.value.code == "VAULT-BUSY"
    is_whole(waiting)
