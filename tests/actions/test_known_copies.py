"""How many copies are known: what was verified when it was made, never what merely should be there."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.actions.stage import Device, Stage
from witnesskit.actions import second_copy
from witnesskit.actions.copies import copies
from witnesskit.actions.receipt import take_receipt
from witnesskit.errors.cli import NoFolder
from witnesskit.vault import state


def test_a_desk_without_a_second_copy_has_one_and_says_so(stage: Stage, device: Device, stick):
    stage.take_in(device.bundle(stick))
    (item,) = copies(stage.desk).items
    assert (item.here, item.elsewhere, item.known, item.enough) == (True, 0, 1, False)
    assert copies(stage.desk).below == 1


def test_a_second_copy_counts_and_is_seen_where_it_lies(stage: Stage, device: Device, stick):
    shelf, empty = stage.folder / "shelf", stage.folder / "empty"
    empty.mkdir()
    stage.take_in(device.bundle(stick), second_copy=shelf)
    found = copies(stage.desk, (shelf, empty))
    assert [(one.known, one.enough, len(one.bundles)) for one in found.items] == [(2, True, 1)]
    assert [one.seen_in for one in found.bundles] == [(str(shelf),)]


def test_a_copy_that_the_medium_damaged_does_not_count(stage: Stage, device: Device, stick, monkeypatch):
    whole = second_copy._copy

    def damaged(source, part):
        whole(source, part)
        data = bytearray(part.read_bytes())
        data[len(data) // 2] ^= 1
        part.write_bytes(data)

    monkeypatch.setattr(second_copy, "_copy", damaged)
    stage.take_in(device.bundle(stick), second_copy=stage.folder / "shelf")
    (item,) = copies(stage.desk).items
    assert (item.elsewhere, item.enough) == (0, False)


def test_an_item_that_is_not_all_here_does_not_count_as_here(stage: Stage, device: Device, stick):
    stage.take_in(device.bundle(stick), second_copy=stage.folder / "shelf")
    found = state.load_state(stage.desk).items
    (capsule, *_rest) = next(one.capsules for one in found.values() if not one.paper)
    stage.desk.capsule_path(capsule.id).unlink()
    (item,) = copies(stage.desk).items
    assert (item.here, item.known, item.enough) == (False, 1, False)


def test_a_device_counts_what_the_receipt_states(stage: Stage, device: Device, stick):
    path = device.bundle(stick)
    assert copies(device.vault).items[0].known == 1
    (done,) = stage.take_in(path, second_copy=stage.folder / "shelf")
    take_receipt(device.vault, Path(done.receipt))
    (item,) = copies(device.vault).items
    assert (item.elsewhere, item.known, item.enough) == (2, 3, True)


def test_a_folder_that_is_not_there_is_refused(stage: Stage):
    with pytest.raises(NoFolder):
        copies(stage.desk, (stage.folder / "no",))
