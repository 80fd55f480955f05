"""A court bundle in volumes: written on several sticks, verified as one, taken in by another desk in any order."""

from __future__ import annotations

import gc
import hashlib
import random
import resource
from dataclasses import replace
from pathlib import Path

import pytest

from tests.actions.desks import Desk, refusal
from tests.actions.stage import days_told, silent
from witnesskit.actions import bundle_audience, received
from witnesskit.actions.audit import audit
from witnesskit.actions.bundle import bundle
from witnesskit.actions.bundled import BundleWish
from witnesskit.actions.chain_members import copy_members, desk_copy
from witnesskit.actions.keyless_audit import targets
from witnesskit.actions.status import status
from witnesskit.actions.verify import VerifyWish, verify
from witnesskit.bundle import volumes
from witnesskit.bundle.pack import write_volume
from witnesskit.bundle.plan import BundlePlan, Place
from witnesskit.bundle.unpack import OpenVolume, open_volume
from witnesskit.errors import WitnesskitError
from witnesskit.errors.actions import ChainRefused, NotForBundle
from witnesskit.errors.bundle import BundleDamaged, BundleIdReused
from witnesskit.errors.vault import StorageFault
from witnesskit.formats import disclosure
from witnesskit.formats.bundle_members import CHAIN_KINDS, ROSTER_KIND
from witnesskit.limits import MIB, VOLUME_DEFAULT, VOLUME_MAX
from witnesskit.sealing.identity import Identity
from witnesskit.vault import arriving, state
from witnesskit.vault.keyring import desk_identities


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
    assert (caught.value.code, caught.value.detail) == (
        "VOLUMES-LACKING",
        f"missing volume {len(paths)} of {len(paths)}",
    )
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
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt) as caught:
        patch.setattr(volumes, "write_volume", failing)
        sent(a, b.keys.recipient)
    assert "nothing of it is kept" in caught.value.__notes__[0]
    assert [path for letter in "ab" for path in (a.folder / f"set-{letter}").iterdir()] == []
    assert dict(state.load_state(a.desk).bundles) == before
    assert b.receive(*sent(a, b.keys.recipient, name="again"))[-1].came.is_complete


def test_a_volume_that_cannot_be_taken_away_is_named(tmp_path, monkeypatch):
    gone, stays = tmp_path / "a.age", tmp_path / "b.age"
    for path in (gone, stays):
        path.touch()
    real = Path.unlink

    def unlink(self, **more):
        if self == stays:
            raise OSError("pulled out")
        real(self, **more)

    monkeypatch.setattr(Path, "unlink", unlink)
    told = bundle_audience._taken_away([stays, gone])
    assert told.endswith("delete these yourself: b.age")
    assert not gone.exists()


def test_what_is_for_the_public_is_one_file(desks):
    a, b, _c = desks
    wish = BundleWish(a.folder, a.passphrase, "public", b.keys.recipient, volume_size=MIB)
    with pytest.raises(NotForBundle):
        bundle(a.desk, wish, silent)


def test_a_size_that_is_the_default_of_a_device_is_one_that_was_asked_for(desks, monkeypatch):
    """1G is what a device does alone; a desk that is told 1G makes no file of 3.5."""
    a, b, _c = desks
    brought(a, 100_000)
    asked = []
    real = bundle_audience.content_class
    monkeypatch.setattr(bundle_audience, "content_class", lambda wanted: asked.append(wanted) or real(wanted))
    for name, size in (("told", VOLUME_DEFAULT), ("not-told", 0)):
        folder = a.folder / name
        folder.mkdir()
        bundle(a.desk, BundleWish(folder, a.passphrase, "court", b.keys.recipient, volume_size=size), silent)
    assert asked == [VOLUME_DEFAULT, VOLUME_MAX]
    with pytest.raises(NotForBundle):
        bundle(a.desk, BundleWish(a.folder, a.passphrase, "public", volume_size=VOLUME_DEFAULT), silent)


def test_the_transfer_commits_the_lists_of_all_volumes(law):
    _a, paths, key = law
    identity = Identity.from_text(key.read_text().strip())
    lines, told = {}, {}
    for path in paths:
        with path.open("rb") as stream:
            tags = open_volume(stream, [identity]).tags
        manifest = tags.files["manifest-sha256.txt"].decode().splitlines()
        free = CHAIN_KINDS | {ROSTER_KIND}
        lines[tags.meta.volume] = [manifest[one.ordinal - 1] for one in tags.members if one.kind not in free]
        for opening in tags.meta.openings:
            told |= {one.name: one.value for one in map(disclosure.parse, opening.disclosures)}
    text = "".join(f"{line}\n" for number in sorted(lines) for line in lines[number])
    assert told["manifest_sha256"] == hashlib.sha256(text.encode()).hexdigest()


def test_what_fails_at_this_desk_costs_no_volume_that_came(pair, monkeypatch):
    """A disk that is full for a moment, or an authority's file that is gone: the sticks may be far away by now."""
    _a, b, paths = pair
    b.receive(*paths[:-1])

    def failing(*_arguments, **_more):
        raise StorageFault("for a moment")

    with monkeypatch.context() as patch:
        patch.setattr("witnesskit.actions.peer_bundle.judge", failing)
        assert isinstance(refusal(b.receive, paths[-1]), StorageFault)
    assert len(next(arriving.every(b.desk)).arrived) == len(paths) - 1
    assert b.receive(paths[-1])[-1].came.is_complete


def test_another_desk_cannot_put_a_volume_among_those_that_wait(desks):
    """Whoever knows the set's number, and is trusted, neither takes a place in it nor ends it."""
    a, b, c = desks
    b.trust(c)
    brought(a, 3 * MIB)
    paths = sent(a, b.keys.recipient)
    b.receive(paths[0])
    with paths[0].open("rb") as stream:
        meta = open_volume(stream, desk_identities_of(b)).meta
    forged = c.folder / "forged"
    forged.mkdir()
    alien = make_volume(c, b, forged, replace(meta, volume=2 if meta.volume == 1 else 1))
    assert isinstance(refusal(b.receive, alien), BundleIdReused)
    (waiting,) = arriving.every(b.desk)
    assert set(waiting.arrived) == {meta.volume}
    assert b.receive(*paths[1:])[-1].came.is_complete


def make_volume(sender: Desk, reader: Desk, folder: Path, meta) -> Path:
    """A volume signed by ``sender`` in another one's set."""
    with sender.session() as session:
        logs = [member for log in [desk_copy(sender.desk, session.journal)] for member in copy_members(log)]
        plan = BundlePlan(
            session.signer.vkey, meta.counter, meta.previous, "court", logs, id="e" * 32, policy=meta.policy,
            place=Place(meta.set, meta.volume, meta.volumes, MIB),
        )  # fmt: skip
        return write_volume(folder, plan, [reader.keys.recipient], session.signer.sign_note).path


def desk_identities_of(desk: Desk):
    with desk.session() as session:
        return desk_identities(session.keyring)


def test_once_more_reads_the_one_volume_and_not_the_whole_set(pair, monkeypatch):
    """A folder that is taken in each day costs what lies in it, and not that times the number of files."""
    _a, b, paths = pair
    b.receive(*paths)
    read = []
    real = OpenVolume.each
    monkeypatch.setattr(OpenVolume, "each", lambda self, *more: read.append(self.meta.volume) or real(self, *more))
    again = b.receive(*paths)
    assert len(read) == len(paths)
    assert all(one.came.is_complete and len(one.answers) == 2 for one in again)


def test_once_more_heals_a_volume_that_rotted_here(pair):
    _a, b, paths = pair
    (done,) = b.receive(*paths)[-1:]
    victim = b.folder / "desk" / "received" / done.bundle / "2.age"
    victim.chmod(0o600)
    whole = victim.read_bytes()
    victim.write_bytes(whole[:100_000] + bytes(10) + whole[100_010:])
    assert received.wrong(b.desk, state.load_state(b.desk)) == (1, 1)
    b.receive(*paths)
    assert victim.read_bytes() == whole
    assert received.wrong(b.desk, state.load_state(b.desk)) == (1, 0)


def test_a_second_copy_of_one_volume_is_none_of_the_set(pair, tmp_path):
    _a, b, paths = pair
    b.receive(*paths)
    assert b.receive(paths[0], shelf=tmp_path / "shelf")[0].copies == 1
    assert [one.copies for one in b.receive(*paths, shelf=tmp_path / "shelf")] == [1] * (len(paths) - 1) + [2]


@pytest.mark.parametrize("where", ["head", "middle", "gone"])
def test_a_volume_that_rotted_while_it_waited_goes_alone(pair, where):
    """The others wait on: their sticks may be far away."""
    _a, b, paths = pair
    data = bytearray(paths[0].read_bytes())
    b.receive(paths[0])
    victim = next((b.folder / "desk" / "received").glob("*/1.age"))
    victim.chmod(0o600)
    data[20 if where == "head" else len(data) // 2] ^= 1
    victim.write_bytes(data) if where != "gone" else victim.unlink()
    for path in paths[1:-1]:
        b.receive(path)
    refused = refusal(b.receive, paths[-1])
    assert (refused.code, "volume 1" in str(refused)) == ("BUNDLE-DAMAGED", True)
    (waiting,) = arriving.every(b.desk)
    assert waiting.lacking == (1,) and not victim.exists()
    assert b.receive(paths[0])[-1].came.is_complete


def test_a_set_of_more_volumes_than_files_may_be_open(law, monkeypatch):
    a, paths, key = law
    monkeypatch.setattr("witnesskit.actions.few_open.OPEN_MOST", 1)
    assert look(a, key, *paths).state == "UNCHANGED"  # what it imports is open once, and no more
    gc.collect()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = len(list(Path("/proc/self/fd").iterdir())) + 2  # one volume, and what else is read
    assert len(paths) > 3
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    try:
        found = look(a, key, *paths)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert found.state == "UNCHANGED", found.checks
