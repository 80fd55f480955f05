"""Folders of bundles: every one is taken in, several at once, and the counts add up; one that is refused stops no other."""

from __future__ import annotations

import os
import random
import threading
from pathlib import Path

import pytest

from tests.actions.stage import silent
from tests.actions.test_sets import capsules, files, pack
from witnesskit.actions import arrivals
from witnesskit.actions.import_bundle import ImportWish, open_for_import
from witnesskit.actions.import_many import Inbox, found_in, gaps, import_many
from witnesskit.actions.imported import ImportDone
from witnesskit.actions.verify import VerifyWish, verify
from witnesskit.errors.sealing import NotReadable
from witnesskit.limits import KIB
from witnesskit.vault.trustfile import known_keys


@pytest.fixture
def inbox(stage, tmp_path):
    """Five devices with two bundles each, one of them a set, in folders; and what is no bundle."""
    devices = [stage.device(f"team-{number}") for number in range(5)]
    chance = random.Random(9)
    for number, device in enumerate(devices):
        for turn in range(2):
            path = tmp_path / f"film-{number}-{turn}.bin"
            path.write_bytes(chance.randbytes(3_000 if number else 900_000))
            device.add(path)
            pack(device, tmp_path / "inbox" / f"team-{number}", size=384 * KIB if not number else 0)
    (tmp_path / "inbox" / "rubbish.age").write_bytes(b"no bundle")
    (tmp_path / "inbox" / "note.txt").write_text("not looked at")
    (tmp_path / "inbox" / "link.age").symlink_to(tmp_path / "film-1-0.bin")
    (tmp_path / "inbox" / ".trash").mkdir()
    (tmp_path / "inbox" / ".trash" / "old.age").write_bytes(b"hidden")
    return devices


@pytest.fixture(autouse=True)
def _folder(tmp_path):
    (tmp_path / "inbox").mkdir()


def take(stage, paths):
    told = {}
    with open_for_import(stage.desk, stage.passphrase) as desk:
        import_many(desk, paths, ImportWish(stage.folder / "receipts"), told.__setitem__, repair=False)
        sentences = list(gaps(desk, [one for one in told.values() if isinstance(one, ImportDone)]))
    return told, sentences


def test_all_of_a_folder_is_taken_in_and_counted(stage, inbox, tmp_path):
    paths = found_in([tmp_path / "inbox"])
    told, sentences = take(stage, paths)
    assert set(told) == set(paths)
    refused = {path.name: one.code for path, one in told.items() if not isinstance(one, ImportDone)}
    assert refused == {"rubbish.age": "NOT-A-BUNDLE"}
    assert sum(one.counts["new"] for one in told.values() if isinstance(one, ImportDone)) == 10
    for device in inbox:
        assert capsules(device.vault).items() <= capsules(stage.desk).items()
    assert sentences == []
    assert verify(VerifyWish(stage.folder / "desk", passphrase=stage.passphrase), silent).state == "UNCHANGED"


def test_the_same_folder_again_changes_nothing(stage, inbox, tmp_path):
    paths = found_in([tmp_path / "inbox"])
    take(stage, paths)
    before = capsules(stage.desk).keys()
    told, _sentences = take(stage, paths)
    done = [one for one in told.values() if isinstance(one, ImportDone)]
    assert sum(one.counts["new"] for one in done) == 0
    assert all(one.came.is_complete and "REPLAY" in one.facts()["codes"] for one in done)
    assert before <= capsules(stage.desk).keys()


def test_a_gap_is_told_when_all_is_in(stage, tmp_path):
    device = stage.device("alone")
    for turn in range(3):
        (tmp_path / f"{turn}").write_bytes(b"x")
        device.add(tmp_path / f"{turn}")
        (last,) = files(pack(device, tmp_path / "inbox", size=0))
        if turn == 1:
            last.unlink()
    _told, sentences = take(stage, found_in([tmp_path / "inbox"]))
    assert sentences == ["before bundle 3 of its device these have not arrived: 2"]


def test_links_and_hidden_folders_are_passed_over_and_names_stand_once(inbox, tmp_path):
    found = found_in([tmp_path / "inbox", tmp_path / "inbox" / "rubbish.age"])
    assert len(found) == len(set(found))
    assert not {"link.age", "old.age", "note.txt"} & {path.name for path in found}


def test_a_folder_that_cannot_be_read_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr("witnesskit.actions.import_many.IMPORT_FILES_MAX", 1)
    for name in ("a.age", "b.age"):
        (tmp_path / "inbox" / name).write_bytes(b"")
    with pytest.raises(NotReadable):
        found_in([tmp_path / "inbox"])


def test_a_file_that_grows_is_not_taken_before_it_is_still(tmp_path):
    folder = tmp_path / "inbox"
    rounds = Inbox((folder,)).rounds(1, lambda _seconds: None)
    assert next(rounds) == ()
    (folder / "a.age").write_bytes(b"half")
    assert next(rounds) == ()
    (folder / "a.age").write_bytes(b"half and half")
    assert next(rounds) == ()
    assert next(rounds) == (folder / "a.age",)
    assert next(rounds) == ()
    (folder / "a.age").write_bytes(b"another one")
    assert (next(rounds), next(rounds)) == ((), (folder / "a.age",))
    (folder / "a.age").unlink()
    assert (next(rounds), next(rounds)) == ((), ())


def test_a_sound_bundle_comes_in_beside_many_that_are_damaged(stage, tmp_path):
    device = stage.device("alone")
    (tmp_path / "film").write_bytes(b"film")
    device.add(tmp_path / "film")
    sound = Path(pack(device, tmp_path / "inbox", size=0).file)
    whole = sound.read_bytes()
    chance = random.Random(1)
    for number in range(6):
        data = bytearray(whole)
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        (tmp_path / "inbox" / f"{number}.age").write_bytes(
            data[: chance.choice((len(data), chance.randrange(len(data))))]
        )
    told, _sentences = take(stage, found_in([tmp_path / "inbox"]))
    assert isinstance(told[sound], ImportDone)
    assert told[sound].came.is_complete
    assert len(told) == 7


def test_devices_whose_first_bundles_come_at_once_are_all_enrolled(stage, tmp_path, monkeypatch):
    paths = []
    for name in ("one", "two"):
        device = stage.device(name)
        (tmp_path / name).write_bytes(b"x")
        device.add(tmp_path / name)
        paths.append(device.bundle(tmp_path / f"stick-{name}"))
    monkeypatch.setattr("witnesskit.actions.import_many._AT_ONCE", 2)
    meeting, original = threading.Barrier(2, timeout=60), arrivals.put_together

    def together(*arguments):
        meeting.wait()  # both were admitted, neither is kept
        return original(*arguments)

    monkeypatch.setattr(arrivals, "put_together", together)
    told, _sentences = take(stage, paths)
    assert all(one.came.is_complete for one in told.values())
    with open_for_import(stage.desk, stage.passphrase) as desk:
        assert len(known_keys(desk.keyring)) == 2


def test_a_folder_deeper_than_the_stack_is_looked_through(tmp_path):
    (tmp_path / "inbox" / "near.age").write_bytes(b"")
    place = tmp_path / "inbox"
    for _level in range((os.pathconf(tmp_path, "PC_PATH_MAX") - len(str(place)) - 16) // 2):
        place = place / "d"
        place.mkdir()
    (place / "x.age").write_bytes(b"")
    found = {path.name for path in found_in([tmp_path / "inbox"])}
    while place != tmp_path / "inbox":  # pytest itself could not
        (place / "x.age").unlink(missing_ok=True)
        place.rmdir()
        place = place.parent
    assert found == {"near.age", "x.age"}


def test_links_and_pipes_in_a_folder_are_passed_over(tmp_path):
    os.mkfifo(tmp_path / "inbox" / "pipe.age")
    (tmp_path / "inbox" / "endless.age").symlink_to("/dev/zero")
    (tmp_path / "inbox" / "round").symlink_to(tmp_path / "inbox")
    assert found_in([tmp_path / "inbox"]) == ()
