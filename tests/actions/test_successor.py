"""Forgetting closes one log and begins the next; killed anywhere, the next command finishes it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.actions.stage import Device, Stage, copy_of, silent
from tests.actions.test_import_killed import ends_at
from witnesskit.actions.forget import forget_delivered
from witnesskit.actions.receipt import take_receipt
from witnesskit.actions.verify import VerifyWish, verify
from witnesskit.errors import WitnesskitError
from witnesskit.vault import state, store


@pytest.fixture
def confirmed(stage, device, stick) -> Stage:
    """Device ``a``: one item that the desk has confirmed, and one that came after."""
    (done,) = stage.take_in(device.bundle(stick), second_copy=stage.folder / "shelf")
    take_receipt(device.vault, Path(done.receipt))
    device.add(stage.folder / "b.txt")
    return stage


def delivers_the_rest(stage: Stage, device: Device) -> None:
    """What was kept reaches the desk, under the same device, and can be forgotten too."""
    (done,) = stage.take_in(device.bundle(stage.folder / "later"), second_copy=stage.folder / "shelf")
    assert (done.counts["items"], done.counts["new"]) == (1, 1)
    assert take_receipt(device.vault, Path(done.receipt)).confirmed == 1
    found = verify(VerifyWish(stage.folder / "desk", passphrase=stage.passphrase), silent)
    assert (found.state, found.counts) == ("UNCHANGED", {"items": 2, "present": 2})
    assert not (device.folder / "custody" / "closed").exists()
    forget_delivered(device.vault, "")
    present = state.load_state(device.vault)
    assert all(item.paper for item in present.items.values())
    assert set(store.ids(device.vault)) == set(present.capsules())


def test_forgetting_keeps_what_is_not_confirmed(confirmed):
    device = Device(confirmed.folder / "a")
    before = device.vault.config.origin
    done = forget_delivered(device.vault, "")
    assert (done.erased, done.kept) == (1, 1)
    assert device.vault.config.origin != before
    delivers_the_rest(confirmed, device)


def test_killed_anywhere_it_is_finished_by_the_next_command(confirmed, tmp_path):
    number, reached = 1, True
    while reached:
        stage = copy_of(confirmed, tmp_path / f"killed{number}")
        device = Device(stage.folder / "a")
        reached = ends_at(lambda found=device: forget_delivered(found.vault, ""), number)
        try:
            forget_delivered(device.vault, "")
        except WitnesskitError as error:
            assert error.code == "NOTHING-TO-FORGET"  # it was done but for the last step
        delivers_the_rest(stage, device)
        shutil.rmtree(stage.folder)
        number += 11
    assert number > 50


def test_the_old_log_goes_only_when_a_desk_confirmed_its_end(confirmed):
    device = Device(confirmed.folder / "a")
    forget_delivered(device.vault, "")
    closed = device.folder / "custody" / "closed"
    (log,) = closed.glob("*/log.jsonl")
    last = log.read_bytes().splitlines()[-1]
    assert b'"type":"close"' in last
    (old,) = (confirmed.folder / "receipts").iterdir()
    take_receipt(device.vault, old)  # of the log as it was before it was closed
    assert log.read_bytes().splitlines()[-1] == last
    delivers_the_rest(confirmed, device)
