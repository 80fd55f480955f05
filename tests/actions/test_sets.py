"""A bundle of several volumes: written equal, gone on with, taken in in any order, and complete only when all is here."""

from __future__ import annotations

import itertools
import os
import random
from pathlib import Path

import pytest

from tests.actions.stage import silent
from witnesskit.actions import bundle_set
from witnesskit.actions.bundle import bundle
from witnesskit.actions.bundled import BundleDone, BundleWish
from witnesskit.actions.forget import forget_delivered
from witnesskit.actions.import_bundle import open_for_import
from witnesskit.actions.receipt import take_receipt
from witnesskit.actions.status import status
from witnesskit.actions.verify import VerifyWish, verify
from witnesskit.bundle.plan import Place
from witnesskit.bundle.unpack import open_volume
from witnesskit.digest import sha256_hex
from witnesskit.errors import WitnesskitError
from witnesskit.errors.sealing import NotWritten
from witnesskit.formats import disclosure
from witnesskit.formats.age import parse_header
from witnesskit.formats.receipt import Receipt, parse_receipt
from witnesskit.formats.roster import parse_roster
from witnesskit.keys import parse_verifier_key
from witnesskit.limits import KIB, STANZAS_SHOWN
from witnesskit.vault import arriving, outgoing, state, store
from witnesskit.vault.keyring import desk_identities

SMALL = 384 * KIB  # bytes of a volume: the largest capsule goes over several


@pytest.fixture
def loaded(stage, tmp_path):
    """A device with files from 3 kB to 1.5 MB."""
    device = stage.device("loaded")
    chance = random.Random(6)
    for number, size in enumerate((3_000, 200_000, 1_500_000, 40_000)):
        path = tmp_path / f"film-{number}.bin"
        path.write_bytes(chance.randbytes(size))
        device.add(path)
    return device


def pack(device, *folders: Path, size: int = SMALL) -> BundleDone:
    for folder in folders:
        folder.mkdir(exist_ok=True)
    wish = BundleWish(folders[0], "", more_folders=folders[1:], volume_size=size)
    return bundle(device.vault, wish, silent)


def files(done: BundleDone) -> list[Path]:
    return [Path(done.file), *map(Path, done.more_files)]


def metas(stage, paths):
    with open_for_import(stage.desk, stage.passphrase) as desk:
        keys = desk_identities(desk.keyring)
    found = []
    for path in paths:
        with path.open("rb") as stream:
            found.append(open_volume(stream, keys))
    return found


def capsules(vault) -> dict[str, str]:
    return {one.id: one.sha256 for one in state.load_state(vault).capsules().values()}


def test_volumes_are_equal_in_size_and_stanzas_and_tell_nothing_by_name(stage, loaded, tmp_path):
    paths = files(pack(loaded, tmp_path / "stick"))
    assert len(paths) > 4
    assert len({path.stat().st_size for path in paths}) == 1
    assert {len(parse_header(path.read_bytes()[:4096]).stanzas) for path in paths} == {STANZAS_SHOWN}
    assert sorted((tmp_path / "stick").iterdir()) == sorted(paths)
    assert paths[0].stat().st_size < SMALL * 1.01
    assert outgoing.load(loaded.vault) is None


def test_the_roster_names_every_other_volume(stage, loaded, tmp_path):
    paths = files(pack(loaded, tmp_path / "stick"))
    *others, last = metas(stage, paths)
    assert [one.meta.volume for one in (*others, last)] == list(range(1, len(paths) + 1))
    assert not any(member.kind == "roster" for one in others for member in one.members)
    stores = {}

    class Kept(bytearray):
        def write(self, data):
            self.extend(data)

        def keep(self): ...
        def drop(self): ...

    with paths[-1].open("rb") as stream, open_for_import(stage.desk, stage.passphrase) as desk:
        volume = open_volume(stream, desk_identities(desk.keyring))
        volume.each(lambda member: stores.setdefault(member.kind, Kept()))
    lines = parse_roster(bytes(stores["roster"]))
    assert [line.file for line in lines] == [path.name for path in paths[:-1]]
    assert {line.size for line in lines} == {paths[0].stat().st_size}


def test_the_roster_ends_the_last_volume_and_the_transfer_commits_the_lists_of_all(stage, loaded, tmp_path):
    """As the specification says, with `tail` and `sha256sum`: lines of the chain and of the roster left out."""
    volumes = metas(stage, files(pack(loaded, tmp_path / "stick")))
    assert [one.kind for one in volumes[-1].members].index("roster") == len(volumes[-1].members) - 1
    kept = []
    for one in volumes:
        lines = one.tags.files["manifest-sha256.txt"].decode().splitlines(keepends=True)
        kept += [lines[member.ordinal - 1] for member in one.members if member.kind == "capsule"]
    told = [disclosure.parse(text) for opening in volumes[0].meta.openings for text in opening.disclosures]
    (committed,) = [one.value for one in told if one.name == "manifest_sha256"]
    assert committed == sha256_hex("".join(kept).encode())


@pytest.mark.parametrize("order", ["as written", "backwards", "shuffled"])
def test_volumes_are_taken_in_in_any_order(stage, loaded, tmp_path, order):
    paths = files(pack(loaded, tmp_path / "stick"))
    arranged = {"as written": paths, "backwards": paths[::-1], "shuffled": random.Random(3).sample(paths, len(paths))}
    for number, path in enumerate(arranged[order], 1):
        (done,) = stage.take_in(path)
        assert done.came.is_complete is (number == len(paths))
        assert len(done.lacking) == len(paths) - number
    assert capsules(loaded.vault).items() <= capsules(stage.desk).items()
    for capsule, sha256 in capsules(loaded.vault).items():
        store.check(stage.desk, capsule, sha256)
    assert list(arriving.every(stage.desk)) == []
    assert not any((stage.desk.path / "arriving").iterdir())
    assert verify(VerifyWish(stage.folder / "desk", passphrase=stage.passphrase), silent).state == "UNCHANGED"
    kinds = {item: found.paper for item, found in state.load_state(loaded.vault).items.items()}
    taken = state.load_state(stage.desk).items
    assert {item: taken[item].paper for item in kinds} == kinds


def test_missing_volumes_are_a_state_with_numbers_and_names(stage, loaded, tmp_path):
    paths = files(pack(loaded, tmp_path / "stick"))
    for path in (paths[0], paths[-1]):
        (done,) = stage.take_in(path)
    assert done.lacking == tuple(range(2, len(paths)))
    assert f"2 ({paths[1].name})" in done.sentence
    assert "PARTIAL" in done.sentence
    (journal,) = arriving.every(stage.desk)
    assert journal.lacking == done.lacking
    told = status(stage.desk)
    assert told.counts["incomplete"] == 1
    assert f"lacks 2 ({paths[1].name}), 3" in " ".join(told.warnings)
    receipt = take_receipt(loaded.vault, Path(done.receipt))
    assert (receipt.result, receipt.confirmed) == ("partial", 0)
    with pytest.raises(WitnesskitError) as caught:
        forget_delivered(loaded.vault, "")
    assert caught.value.code == "NOTHING-TO-FORGET"


def test_only_the_receipt_of_the_whole_set_confirms_its_items(stage, loaded, tmp_path):
    paths = files(pack(loaded, tmp_path / "stick"))
    done = [stage.take_in(path)[0] for path in paths]
    assert {one.receipt for one in done} == {done[0].receipt}
    receipt = take_receipt(loaded.vault, Path(done[-1].receipt))
    assert (receipt.result, receipt.confirmed) == ("complete", 4)


def test_the_counts_of_all_volumes_add_up(stage, loaded, tmp_path):
    paths = files(pack(loaded, tmp_path / "stick"))
    new = sum(stage.take_in(path)[0].counts["new"] for path in paths)
    assert new == 4
    again = [stage.take_in(path)[0] for path in paths]
    assert sum(one.counts["new"] for one in again) == 0
    assert all("REPLAY" in one.facts()["codes"] for one in again)
    assert all(one.came.is_complete for one in again)


def test_the_next_bundle_follows_from_the_first_volume(stage, loaded, tmp_path):
    paths = files(pack(loaded, tmp_path / "stick"))
    (tmp_path / "later").write_bytes(b"later")
    loaded.add(tmp_path / "later")
    following = files(pack(loaded, tmp_path / "second", size=0))
    (late,) = stage.take_in(*following)
    assert "GAP" in late.facts()["codes"]
    for path in paths:
        (done,) = stage.take_in(path)
    assert done.came.is_complete
    assert capsules(loaded.vault).items() <= capsules(stage.desk).items()


@pytest.mark.parametrize("broken", [2, 4])
def test_an_export_that_broke_off_goes_on_and_keeps_its_volumes(stage, loaded, tmp_path, monkeypatch, broken):
    stick, real = tmp_path / "stick", bundle_set.write_set.__globals__["write_volume"]
    calls = itertools.count(1)

    def pulled(*given):
        if next(calls) == broken:
            raise NotWritten("the stick was pulled")
        return real(*given)

    with monkeypatch.context() as patch:
        patch.setitem(bundle_set.write_set.__globals__, "write_volume", pulled)
        with pytest.raises(NotWritten):
            pack(loaded, stick)
    first = {path.name: path.read_bytes() for path in stick.iterdir()}
    assert len(first) == broken - 1
    (tmp_path / "meanwhile").write_bytes(b"saved in between")
    loaded.add(tmp_path / "meanwhile")
    done = pack(loaded, stick)
    assert done.resumed == broken - 1
    assert all((stick / name).read_bytes() == data for name, data in first.items())
    assert len(list(stick.iterdir())) == len(files(done))
    for path in files(done):
        (taken,) = stage.take_in(path)
    assert taken.came.is_complete
    assert taken.counts["items"] + taken.counts["here"] >= 1
    receipt = take_receipt(loaded.vault, Path(taken.receipt))
    assert receipt.confirmed == 4  # what was saved in between waits for the next bundle


def test_a_set_whose_volumes_are_gone_is_begun_anew(stage, loaded, tmp_path, monkeypatch):
    stick, real = tmp_path / "stick", bundle_set.write_set.__globals__["write_volume"]
    calls = itertools.count(1)
    with monkeypatch.context() as patch:
        broken = lambda *given: real(*given) if next(calls) < 3 else (_ for _ in ()).throw(NotWritten())  # noqa: E731
        patch.setitem(bundle_set.write_set.__globals__, "write_volume", broken)
        with pytest.raises(NotWritten):
            pack(loaded, stick)
    (gone, *_others) = stick.iterdir()
    gone.unlink()
    done = pack(loaded, tmp_path / "other")
    assert (done.resumed, done.given_up) == (0, 2)
    for path in files(done):
        (taken,) = stage.take_in(path)
    assert taken.came.is_complete
    assert taken.facts()["codes"] == ["GAP"]  # the number of the set that was given up


def test_volumes_go_to_all_sticks_in_turn(stage, loaded, tmp_path):
    paths = files(pack(loaded, tmp_path / "a", tmp_path / "b"))
    assert [path.parent.name for path in paths] == list(itertools.islice(itertools.cycle("ab"), len(paths)))


def test_room_for_all_volumes_is_asked_for_first(stage, loaded, tmp_path, monkeypatch):
    real = os.statvfs

    class Little:
        f_bavail, f_frsize = 1000, 1024

    stick = tmp_path / "stick"
    monkeypatch.setattr(os, "statvfs", lambda path: Little if Path(path) == stick else real(path))
    with pytest.raises(WitnesskitError) as caught:
        pack(loaded, stick)
    assert caught.value.code == "NO-ROOM"
    assert list(stick.iterdir()) == []


def test_a_damaged_volume_loses_what_it_held_and_a_fresh_copy_mends_it(stage, loaded, tmp_path):
    paths = files(pack(loaded, tmp_path / "stick"))
    whole = paths[1].read_bytes()
    damaged = bytearray(whole)
    damaged[len(damaged) // 2] ^= 1
    paths[1].write_bytes(damaged)
    for path in paths:
        stage.take_in(path)
    (journal,) = arriving.every(stage.desk)
    assert journal.lacking == ()
    assert journal.arrived[2].missing
    paths[1].write_bytes(whole)
    (done,) = stage.take_in(paths[1])
    assert done.came.is_complete
    assert capsules(loaded.vault).items() <= capsules(stage.desk).items()


def test_a_segment_that_rots_while_it_waits_is_taken_again(stage, loaded, tmp_path):
    paths = files(pack(loaded, tmp_path / "stick"))
    stage.take_in(*paths[:-1])
    (journal,) = arriving.every(stage.desk)
    waiting = [path for path in (stage.desk.path / "arriving" / journal.id).iterdir() if path.name != "journal"]
    waiting[0].chmod(0o600)
    waiting[0].write_bytes(b"rot")
    stage.take_in(*paths[:-1])
    stage.take_in(paths[-1])
    assert capsules(loaded.vault).items() <= capsules(stage.desk).items()


def test_a_volume_of_other_content_under_the_same_number_is_refused(stage, loaded, tmp_path):
    paths = files(pack(loaded, tmp_path / "stick"))
    stage.take_in(*paths[:2])
    (opened,) = metas(stage, paths[:1])
    changes = {"id": "5" * 32, "counter": opened.meta.counter, "previous": opened.meta.previous}
    place = Place(opened.meta.set, 1, opened.meta.volumes, 4096 * KIB)
    forged = loaded.pack(tmp_path / "forged", place=place, **changes).path
    with pytest.raises(WitnesskitError) as caught:
        stage.take_in(forged)
    assert caught.value.code == "ID-REUSED"


def test_nothing_of_the_set_is_left_on_the_device_when_it_is_done(stage, loaded, tmp_path):
    paths = files(pack(loaded, tmp_path / "stick"))
    names = {path.name.removesuffix(".age") for path in paths}
    for path in loaded.vault.path.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert not any(name.encode() in data for name in names)


def test_a_single_volume_is_verified_as_far_as_it_goes(stage, loaded, tmp_path):
    """Nothing in it is called changed; what is cut cannot be told from one volume alone."""
    paths = files(pack(loaded, tmp_path / "stick"))
    words = set()
    for path, opened in zip(paths, metas(stage, paths), strict=True):
        found = verify(VerifyWish(path, (loaded.vault.config.key,), key_file(stage, tmp_path)), silent)
        cut = any(member.is_segment for member in opened.members)
        words.add(found.state)
        assert ("SEGMENTS" in {check.code for check in found.checks}) == cut
    assert words <= {"CANNOT TELL", "UNCHANGED"}


def key_file(stage, folder: Path) -> Path:
    with open_for_import(stage.desk, stage.passphrase) as desk:
        keys = desk_identities(desk.keyring)
    path = folder / "key.txt"
    path.write_text("".join(key.text + "\n" for key in keys))
    return path


def confirmed(device, done) -> Receipt:
    """The receipt, as the device reads it."""
    return parse_receipt(Path(done.receipt).read_bytes(), parse_verifier_key(device.vault.config.invite.witness))


def test_a_second_copy_of_one_volume_is_no_second_copy_of_a_set_that_was_here(stage, loaded, tmp_path):
    paths = files(pack(loaded, tmp_path / "stick"))
    stage.take_in(*paths)
    (done,) = stage.take_in(paths[0], second_copy=tmp_path / "shelf")
    assert (done.copies, confirmed(loaded, done).copies) == (1, 1)


def test_a_second_copy_of_every_volume_in_one_run_is_one_of_the_set_and_the_device_may_forget(
    stage, loaded, tmp_path
):
    paths = files(pack(loaded, tmp_path / "stick"))
    stage.take_in(*paths)
    done = stage.take_in(*paths, second_copy=tmp_path / "shelf")
    assert [one.copies for one in done] == [1] * (len(paths) - 1) + [2]
    take_receipt(loaded.vault, Path(done[-1].receipt))
    assert forget_delivered(loaded.vault, "").erased == 4
    (once_more,) = stage.take_in(paths[0])
    assert once_more.copies == 2  # it is still there


def test_copies_of_volumes_that_wait_are_remembered(stage, loaded, tmp_path):
    first, *rest = files(pack(loaded, tmp_path / "stick"))
    stage.take_in(first, second_copy=tmp_path / "shelf")
    stage.take_in(first)
    assert stage.take_in(*rest, second_copy=tmp_path / "shelf")[-1].copies == 2


def test_a_set_of_which_a_capsule_was_lost_since_is_not_confirmed_until_it_is_back(stage, loaded, tmp_path):
    paths = files(pack(loaded, tmp_path / "stick"))
    stage.take_in(*paths)
    largest = max(state.load_state(loaded.vault).capsules().values(), key=lambda one: one.size)
    stage.desk.capsule_path(largest.id).unlink()
    holding = [any(one.capsule == largest.id for one in volume.members) for volume in metas(stage, paths)]
    assert sum(holding) > 1
    (done,) = stage.take_in(paths[holding.index(True)])
    assert not done.came.is_complete
    assert not confirmed(loaded, done).complete
    *_others, last = stage.take_in(*paths)
    assert confirmed(loaded, last).complete
    store.check(stage.desk, largest.id, largest.sha256)
    assert not any((stage.desk.path / "arriving").iterdir())


def test_a_segment_of_what_was_deleted_here_does_not_stay(stage, loaded, tmp_path):
    paths = files(pack(loaded, tmp_path / "stick"))
    stage.take_in(*paths)
    largest = max(state.load_state(loaded.vault).capsules().values(), key=lambda one: one.size)
    with open_for_import(stage.desk, stage.passphrase) as desk:
        store.erase(stage.desk, largest.id)
        desk.session.state = state.without_capsules(desk.session.state, largest.item, largest.id)
        state.save_state(stage.desk, desk.session.state)
    holding = [any(one.capsule == largest.id for one in volume.members) for volume in metas(stage, paths)]
    stage.take_in(paths[holding.index(True)])
    assert not any((stage.desk.path / "arriving").iterdir())
