"""A court bundle in volumes: written on several sticks, verified as one, taken in by another desk in any order."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.actions.desks import Desk, refusal
from tests.actions.stage import days_told, silent
from witnesskit.actions import received
from witnesskit.actions.audit import audit
from witnesskit.actions.bundle import bundle
from witnesskit.actions.bundled import BundleWish
from witnesskit.actions.keyless_audit import targets
from witnesskit.actions.status import status
from witnesskit.actions.verify import VerifyWish, verify
from witnesskit.bundle import volumes
from witnesskit.errors import WitnesskitError
from witnesskit.errors.actions import ChainRefused, NotForBundle
from witnesskit.errors.bundle import BundleDamaged
from witnesskit.limits import MIB
from witnesskit.sealing.identity import Identity
from witnesskit.vault import arriving, state


def brought(desk: Desk, *sizes: int) -> None:
    """A device brings files of these sizes; two of one size have the same bytes."""
    device = desk.device("big")
    for number, size in enumerate(sizes):
        path = desk.folder / f"big-{number}.bin"
        path.write_bytes(random.Random(size).randbytes(size))
        device.add(path)
    desk.take_in(device.bundle(desk.folder / "stick-big"))


def sent(desk: Desk, recipient: str, *, size: int = MIB, name: str = "set") -> list[Path]:
    folders = [desk.folder / f"{name}-{letter}" for letter in "ab"]
    for folder in folders:
        folder.mkdir()
    wish = BundleWish(folders[0], desk.passphrase, "court", recipient, more_folders=(folders[1],), volume_size=size)
    done = bundle(desk.desk, wish, silent)
    assert {path.parent for path in map(Path, (done.file, *done.more_files))} == set(folders)
    return [Path(done.file), *map(Path, done.more_files)]


@pytest.fixture
def pair(desks) -> tuple[Desk, Desk, list[Path]]:
    """A desk, another one that trusts it, and what the first sends to it: files that are cut, two of them alike."""
    a, b, _c = desks
    brought(a, 3 * MIB, 3 * MIB, 100_000)
    return a, b, sent(a, b.keys.recipient)


def test_volumes_are_equal_and_taken_in_any_order_and_only_the_whole_is_answered(pair):
    a, b, paths = pair
    assert len(paths) > 3
    assert len({path.stat().st_size for path in paths}) == 1
    before = b.types()
    random.Random(1).shuffle(paths)
    *partial, last = paths
    for number, path in enumerate(partial, 1):
        (done,) = b.receive(path)
        assert (done.came.is_complete, done.answers, len(done.lacking)) == (False, (), len(paths) - number)
        assert "PARTIAL" in done.sentence
    assert b.types() == before
    assert status(b.desk).counts["incomplete"] == 1
    (done,) = b.receive(last)
    assert (done.came.is_complete, done.lacking, len(done.answers)) == (True, (), 2)
    assert b.types().count("receipt") == before.count("receipt") + 3  # the log of a, and those of its devices
    assert list(arriving.every(b.desk)) == []
    assert (status(b.desk).counts["received"], days_told(b.folder / "desk")) == (1, [])
    a.take(*done.answers)
    assert status(a.desk).counts["unanswered"] == 0


def test_again_changes_nothing_and_is_answered_the_same(pair):
    _a, b, paths = pair
    first = b.receive(*paths)[-1]
    kept = {path.name: path.read_bytes() for path in (b.folder / "desk" / "received").rglob("*") if path.is_file()}
    before, log = dict(state.load_state(b.desk).bundles), b.types()
    again = b.receive(paths[1])[0]
    assert (again.came.is_complete, again.bundle) == (True, first.bundle)
    assert b.types() == log
    assert dict(state.load_state(b.desk).bundles) == before
    assert {
        path.name: path.read_bytes() for path in (b.folder / "desk" / "received").rglob("*") if path.is_file()
    } == kept


def test_what_is_kept_is_what_came_and_is_audited_file_by_file(pair):
    _a, b, paths = pair
    (done,) = b.receive(*paths)[-1:]
    folder = b.folder / "desk" / "received" / done.bundle
    assert sorted(path.read_bytes() for path in folder.glob("*.age")) == sorted(path.read_bytes() for path in paths)
    assert received.wrong(b.desk, state.load_state(b.desk)) == (1, 0)
    names = [Path(one.path).name for one in targets(b.desk) if "/received/" in one.path]
    assert sorted(names) == sorted(["sums", *(f"{number}.age" for number in range(1, len(paths) + 1))])
    assert audit(b.desk, b.passphrase, silent).bad == 0
    victim = folder / "2.age"
    victim.chmod(0o600)
    data = bytearray(victim.read_bytes())
    data[len(data) // 2] ^= 1
    victim.write_bytes(data)
    assert received.wrong(b.desk, state.load_state(b.desk)) == (1, 1)
    assert audit(b.desk, b.passphrase, silent).bad == 1


def test_a_damaged_volume_is_refused_and_the_others_wait(pair):
    _a, b, paths = pair
    data = bytearray(paths[1].read_bytes())
    data[len(data) // 2] ^= 1
    bad = paths[1].with_name("bad.age")
    bad.write_bytes(data)
    b.receive(paths[0])
    assert isinstance(refusal(b.receive, bad), BundleDamaged)
    assert len(next(arriving.every(b.desk)).arrived) == 1
    assert b.receive(*paths[1:])[-1].came.is_complete


def test_a_set_that_does_not_hold_is_refused_whole_and_leaves_nothing(pair, monkeypatch):
    _a, b, paths = pair
    b.receive(*paths[:-1])

    def refused(*_arguments, **_more):
        raise ChainRefused("FORK")

    monkeypatch.setattr("witnesskit.actions.peer_bundle.judge", refused)
    assert isinstance(refusal(b.receive, paths[-1]), ChainRefused)
    assert list(arriving.every(b.desk)) == []
    assert list((b.folder / "desk" / "received").iterdir()) == []
    assert status(b.desk).counts["received"] == 0


@pytest.fixture
def law(desks, tmp_path) -> tuple[Desk, list[Path], Path]:
    """A set for a lawyer, and the key that opens it."""
    a = desks[0]
    brought(a, 3 * MIB, 3 * MIB, 100_000)
    identity = Identity.generate()
    key = tmp_path / "law.txt"
    key.write_text(identity.text + "\n")
    return a, sent(a, identity.recipient), key


def look(a: Desk, key: Path, *paths: Path):
    first, *others = paths
    return verify(VerifyWish(first, (a.key,), key, volumes=tuple(others)), silent)


def test_a_lawyer_verifies_all_files_together_as_one_bundle(law, tmp_path):
    a, paths, key = law
    found = look(a, key, *reversed(paths))
    assert found.state == "UNCHANGED", found.checks
    assert (found.counts["items"], found.counts.get("missing", 0)) == (found.counts["present"], 0)
    folder = tmp_path / "all"
    folder.mkdir()
    for path in paths:
        (folder / path.name).write_bytes(path.read_bytes())
    assert look(a, key, folder).counts == found.counts
    whole = tmp_path / "whole"
    whole.mkdir()
    one = bundle(
        a.desk,
        BundleWish(whole, a.passphrase, "court", Identity.from_text(key.read_text().strip()).recipient),
        silent,
    )
    assert not one.more_files
    assert look(a, key, Path(one.file)).counts == found.counts


def test_less_than_all_volumes_gives_no_word(law):
    a, paths, key = law
    alone = look(a, key, paths[0])
    assert alone.state != "UNCHANGED"
    assert "VOLUMES" in {check.code for check in alone.checks}
    with pytest.raises(WitnesskitError) as caught:
        look(a, key, *paths[:-1])
    assert (caught.value.code, caught.value.detail) == ("VOLUMES-LACKING", f"{len(paths)} of {len(paths)}")
    other = sent(a, Identity.from_text(key.read_text().strip()).recipient, name="other")
    with pytest.raises(WitnesskitError) as caught:
        look(a, key, *paths[:-1], other[-1])
    assert caught.value.code == "VOLUMES-MIXED"


def test_a_flipped_bit_in_one_volume_is_told(law):
    a, paths, key = law
    data = bytearray(paths[2].read_bytes())
    data[len(data) // 2] ^= 1
    paths[2].write_bytes(data)
    found = look(a, key, *paths)
    assert found.state == "CHANGED"


def test_a_set_that_is_broken_off_leaves_nothing_and_its_number_is_free(desks, monkeypatch):
    a, b, _c = desks
    brought(a, 3 * MIB)
    real, count = volumes.write_volume, []

    def failing(*arguments, **more):
        count.append(1)
        if len(count) == 3:
            raise KeyboardInterrupt
        return real(*arguments, **more)

    before = dict(state.load_state(a.desk).bundles)
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(volumes, "write_volume", failing)
        sent(a, b.keys.recipient)
    assert [path for letter in "ab" for path in (a.folder / f"set-{letter}").iterdir()] == []
    assert dict(state.load_state(a.desk).bundles) == before
    assert b.receive(*sent(a, b.keys.recipient, name="again"))[-1].came.is_complete


def test_what_is_for_the_public_is_one_file(desks):
    a, b, _c = desks
    wish = BundleWish(a.folder, a.passphrase, "public", b.keys.recipient, volume_size=MIB)
    with pytest.raises(NotForBundle):
        bundle(a.desk, wish, silent)
