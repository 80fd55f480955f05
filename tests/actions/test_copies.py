"""A receipt counts a second copy only where every file in it was verified; receipts free what they confirm."""

from __future__ import annotations

from pathlib import Path

import pytest

from witnesskit.actions.copies import copies
from witnesskit.actions.forget import forget_delivered
from witnesskit.actions.receipt import take_receipt
from witnesskit.bundle.plan import Place
from witnesskit.errors import WitnesskitError


def test_a_second_copy_is_kept_under_the_bundle_s_own_number(stage, device, other, stick):
    shelf = stage.folder / "shelf"
    bundles = []
    for name, one in (("1", device), ("2", other)):  # two sticks, one file name
        bundles.append(stage.folder / name / "bundle.age")
        bundles[-1].parent.mkdir()
        one.pack(stick).path.rename(bundles[-1])
    done = stage.take_in(*bundles, second_copy=shelf)
    assert [one.copies for one in done] == [2, 2]
    assert {path.read_bytes() for path in shelf.iterdir()} == {path.read_bytes() for path in bundles}


def test_a_copy_of_a_damaged_bundle_counts_as_none_then_and_later(stage, device, stick):
    for number in range(3):
        (stage.folder / f"{number}.bin").write_bytes(bytes(70_000))
        device.add(stage.folder / f"{number}.bin")
    whole = device.bundle(stick)
    cut = stage.folder / "cut.age"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    (done,) = stage.take_in(cut, second_copy=stage.folder / "shelf")
    assert (done.unpacked.complete, done.copies) == (False, 1)
    (done,) = stage.take_in(whole)
    assert (done.unpacked.complete, done.copies) == (True, 1)
    (done,) = stage.take_in(whole, second_copy=stage.folder / "shelf")
    assert done.copies == 2
    (done,) = stage.take_in(cut, second_copy=stage.folder / "shelf")  # takes nothing away
    assert (stage.folder / "shelf" / f"{done.bundle}.age").read_bytes() == whole.read_bytes()


def test_nothing_is_written_through_a_link(stage, device, stick):
    shelf, victim = stage.folder / "shelf", stage.folder / "victim"
    shelf.mkdir()
    victim.write_text("mine")
    packed = device.pack(stick)
    (shelf / f"{packed.id}.age.part").symlink_to(victim)
    (shelf / f"{packed.id}.age").symlink_to(victim)
    stage.take_in(packed.path, second_copy=shelf)
    assert victim.read_text() == "mine"
    assert (shelf / f"{packed.id}.age").read_bytes() == packed.path.read_bytes()


def test_a_shelf_that_is_a_file_is_told_and_the_import_can_be_run_again(stage, device, stick):
    bundle = device.bundle(stick)
    (stage.folder / "file").write_text("x")
    with pytest.raises(WitnesskitError) as caught:
        stage.take_in(bundle, second_copy=stage.folder / "file")
    assert caught.value.code == "NOT-WRITTEN"
    assert stage.take_in(bundle, second_copy=stage.folder / "shelf")[0].copies == 2


def test_a_partial_receipt_frees_nothing_and_an_old_receipt_can_be_read_again(stage, device, stick):
    whole = device.bundle(stick)
    (done,) = stage.take_in(whole, second_copy=stage.folder / "shelf")
    assert take_receipt(device.vault, _path(done)).confirmed == 1
    assert forget_delivered(device.vault, "").erased == 1
    assert take_receipt(device.vault, _path(done)).confirmed == 0
    with pytest.raises(WitnesskitError) as caught:
        forget_delivered(device.vault, "")
    assert caught.value.code == "NOTHING-TO-FORGET"


def test_a_receipt_for_another_device_is_no_receipt_here(stage, device, other, stick):
    first, second = stage.take_in(device.pack(stick).path, other.pack(stick).path)
    for vault, receipt, code in (
        (device.vault, second, "RECEIPT-SIGNATURE"),
        (other.vault, first, "RECEIPT-SIGNATURE"),
    ):
        with pytest.raises(WitnesskitError) as caught:
            take_receipt(vault, _path(receipt))
        assert caught.value.code == code


def _path(done) -> Path:
    return Path(done.receipt)


def test_a_copy_is_never_replaced_by_another_bundle_that_took_its_number(stage, device, other, stick):
    shelf = stage.folder / "shelf"
    (done,) = stage.take_in(device.bundle(stick), second_copy=shelf)
    before = {path.name: path.read_bytes() for path in shelf.iterdir()}
    volume = other.pack(stick, place=Place("0" * 32, 1, 2, 1 << 21), id=done.bundle).path
    (later,) = stage.take_in(volume, second_copy=shelf)
    assert later.copies == 1
    assert {path.name: path.read_bytes() for path in shelf.iterdir()} == before


def known(stage) -> list[tuple[int, int]]:
    """(copies here, copies elsewhere) of every item."""
    return [(int(one.here), one.elsewhere) for one in copies(stage.desk).items]


def test_a_second_copy_of_a_later_bundle_of_the_same_items_counts_for_them(stage, device, stick):
    stage.take_in(device.pack(stick).path)
    assert known(stage) == [(1, 0)]
    (done,) = stage.take_in(device.pack(stick).path, second_copy=stage.folder / "shelf")
    assert (done.copies, known(stage)) == (2, [(1, 1)])


def test_a_copy_of_a_bundle_that_carries_a_part_of_an_item_is_none_of_the_item(stage, device, stick):
    stage.take_in(device.pack(stick).path)
    part = [one for one in device.members() if one.role == "record"]
    (done,) = stage.take_in(device.pack(stick, part).path, second_copy=stage.folder / "shelf")
    assert (done.copies, known(stage)) == (2, [(1, 0)])
