"""Killed at any write, a bundle of another desk is taken in again and is whole: one file, one receipt for each log."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.actions.desks import Desk, copy_desk
from tests.actions.stage import silent
from tests.actions.test_import_killed import ends_at
from witnesskit.actions.verify import VerifyWish, verify
from witnesskit.vault import state


@pytest.fixture
def waiting(desks) -> tuple[Desk, Desk, Path]:
    a, b, _c = desks
    return a, b, a.send(b)


def test_killed_anywhere_it_is_taken_in_again_and_whole(waiting, tmp_path):
    a, first, path = waiting
    number, reached = 1, True
    while reached:
        b = copy_desk(first, tmp_path / f"killed{number}")
        reached = ends_at(lambda found=b: found.receive(path), number)
        (done,) = b.receive(path)
        assert b.types().count("receipt") == 2
        assert [one.name for one in (b.desk.path / "received").iterdir()] == [f"{done.bundle}.age"]
        assert len([one for one in state.load_state(b.desk).bundles.values() if one.sender == a.key]) == 1
        found = verify(VerifyWish(b.folder / "desk", passphrase=b.passphrase), silent)
        assert not {check.code for check in found.checks if check.mark == "fail"}
        number += 7
    assert number > 30


def test_killed_anywhere_an_answer_is_taken_again_and_logged_once(waiting, tmp_path):
    first, b, path = waiting
    (done,) = b.receive(path)
    number, reached = 1, True
    while reached:
        a = copy_desk(first, tmp_path / f"killed{number}")
        reached = ends_at(lambda found=a: found.take(*done.answers), number)
        a.take(*done.answers)
        assert a.types().count("anchor") == 2
        assert not any(one.awaited for one in state.load_state(a.desk).bundles.values())
        number += 5
    assert number > 20
