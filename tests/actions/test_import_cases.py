"""What an importer must survive that no single file shows: order, other senders, the disk, the store, the stick."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import os
import secrets
import shutil
from pathlib import Path

import pytest

from tests.actions.stage import capsule_member
from tests.actions.test_import import set_aside
from tests.actions.test_lost_device import lose
from tests.actions.test_sets import capsules, files, pack
from witnesskit.actions.chain_members import chain_heads, chain_members
from witnesskit.actions.import_bundle import ImportWish, import_bundle, open_for_import
from witnesskit.actions.status import status
from witnesskit.bundle.plan import Place, PlannedMember
from witnesskit.errors import WitnesskitError
from witnesskit.errors.bundle import BadReceipt, Forwarded
from witnesskit.errors.sealing import NotReadable
from witnesskit.limits import KIB
from witnesskit.model import Ring
from witnesskit.sealing.identity import Identity
from witnesskit.sealing.open import open_sealed
from witnesskit.sealing.seal import seal_bytes
from witnesskit.vault import arriving, state, store


def taken(stage, path: Path, **wish):
    with open_for_import(stage.desk, stage.passphrase) as desk:
        return import_bundle(desk, path, ImportWish(stage.folder / "receipts", **wish), lambda *_: None)


def test_one_device_has_only_as_much_room_as_the_desk_gives_it(stage, device, stick):
    path = device.bundle(stick)
    before = stage.contents()
    with pytest.raises(WitnesskitError) as caught:
        taken(stage, path, quota=100 * KIB)
    assert (caught.value.code, caught.value.status) == ("QUOTA", 5)
    assert stage.contents() == before
    assert taken(stage, path, quota=10_000 * KIB).came.is_complete
    again = taken(stage, path, quota=1)  # nothing of it is new
    assert again.counts == {"items": 1, "new": 0, "here": 1}


def test_room_is_asked_for_before_the_first_byte_with_both_numbers(stage, device, stick, monkeypatch):
    path = device.bundle(stick)
    before = stage.contents()
    monkeypatch.setattr("witnesskit.vault.room.free", lambda _path: 1_000)
    with pytest.raises(WitnesskitError) as caught:
        taken(stage, path)
    assert caught.value.code == "NO-ROOM"
    assert "1000 bytes are free" in str(caught.value)
    assert stage.contents() == before


def test_a_capsule_that_somebody_else_opens_too_is_kept_and_told(stage, device, stick):
    stranger = Identity.generate().recipient
    (capsule, *others) = state.load_state(device.vault).capsules().values()
    data = seal_bytes(bytes(60_000), [*device.vault.config.rings.of(Ring.DESK), stranger])
    path = device.vault.capsule_path(capsule.id)
    path.chmod(0o600)
    path.write_bytes(data)
    sealed = dataclasses.replace(capsule, size=len(data), sha256=hashlib.sha256(data).hexdigest())
    members = [capsule_member(device.vault, one) for one in (sealed, *others)]
    done = taken(stage, device.pack(stick, members).path)
    assert done.facts()["codes"] == ["RECIPIENTS"]
    assert len(done.about.strangers) == 1
    assert done.came.is_complete


def test_links_planted_in_the_store_are_not_followed(stage, device, stick, tmp_path):
    path = device.bundle(stick)
    outside = tmp_path / "outside"
    outside.write_bytes(b"not ours")
    for capsule in state.load_state(device.vault).capsules():
        target = stage.desk.capsule_path(capsule)
        target.parent.mkdir(exist_ok=True)
        target.symlink_to(outside)
    assert taken(stage, path).came.is_complete
    assert outside.read_bytes() == b"not ours"
    for capsule, sha256 in capsules(device.vault).items():
        assert not stage.desk.capsule_path(capsule).is_symlink()
        store.check(stage.desk, capsule, sha256)


def test_a_folder_of_the_store_that_is_a_link_leads_nowhere(stage, loaded_set, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (stage.desk.path / "arriving").symlink_to(elsewhere)
    with pytest.raises(WitnesskitError) as caught:
        taken(stage, loaded_set[0])
    assert caught.value.code == "STORAGE-FAULT"
    assert list(elsewhere.iterdir()) == []


@pytest.fixture
def loaded_set(stage, tmp_path):
    device = stage.device("loaded")
    (tmp_path / "film").write_bytes(os.urandom(600_000))
    device.add(tmp_path / "film")
    return files(pack(device, tmp_path / "stick"))


def test_a_stick_that_is_pulled_out_is_named_and_what_was_whole_is_gone_on_with(stage, loaded_set, monkeypatch):
    original = arriving.save

    def once(vault, journal):
        original(vault, journal)
        raise NotReadable("input/output error")

    with monkeypatch.context() as patch:
        patch.setattr("witnesskit.vault.arriving.save", once)
        with pytest.raises(NotReadable):
            taken(stage, loaded_set[0])
    assert status(stage.desk).counts["incomplete"] == 1
    assert "broken off" in " ".join(status(stage.desk).warnings)
    for path in loaded_set:
        done = taken(stage, path)
    assert done.came.is_complete


def test_a_copied_device_that_goes_on_by_itself_is_a_rollback_and_set_aside(stage, device, stick, tmp_path):
    stage.take_in(device.bundle(stick))
    twin = type(device)(tmp_path / "twin")
    shutil.copytree(device.folder, twin.folder)
    for one, name in ((device, "one"), (twin, "two")):
        (tmp_path / name).write_text(name)
        one.add(tmp_path / name)
    stage.take_in(device.bundle(stick))
    assert set_aside(stage, twin.bundle(tmp_path / "other")) == "ROLLBACK"


def test_a_number_far_ahead_is_a_gap_that_is_told_and_stops_nothing(stage, device, stick):
    done = taken(stage, device.pack(stick, counter=9_000, previous="1" * 64).path)
    assert done.facts()["codes"] == ["GAP"]
    assert len(done.about.gap) == 100
    assert done.came.is_complete


def test_a_bundle_that_a_third_party_sealed_again_is_not_the_senders(stage, device, other, stick):
    """The list inside still names the keys that the sender meant."""
    strange = Identity.generate()
    path = device.pack(stick, recipients=[strange.recipient, Identity.generate().recipient]).path
    with path.open("rb") as stream:
        reader = open_sealed(stream, [strange])
        content = reader.read_at(0, reader.size)
    path.write_bytes(seal_bytes(content, device.vault.config.rings.of(Ring.DESK)))
    with pytest.raises(Forwarded):
        taken(stage, path)


def test_unknown_files_past_the_room_of_the_quarantine_are_refused_and_not_kept(
    stage, device, other, stick, monkeypatch
):
    monkeypatch.setattr("witnesskit.actions.quarantine.QUARANTINE_MAX", 1)
    path = other.pack(stick, enrol="").path
    with pytest.raises(WitnesskitError) as caught:
        taken(stage, path)
    assert caught.value.code == "SENDER-UNKNOWN"
    assert "not set aside" in str(caught.value)
    assert not list((stage.desk.path / "quarantine").glob("*.age"))


def given(data: bytes, kind: str = "capsule", **facts) -> PlannedMember:
    """A member of whatever bytes."""
    if kind == "capsule":
        new = {"item": secrets.token_hex(16), "capsule": secrets.token_hex(16), "role": "record", "part": 1}
        facts = {**new, **facts}
    return PlannedMember(kind, len(data), hashlib.sha256(data).hexdigest(), lambda: io.BytesIO(data), **facts)


def of_a_set(volume: int = 1) -> Place:
    return Place(secrets.token_hex(16), volume, 2, 2048 * KIB)


def unlisted(stage) -> set[str]:
    """Capsules that lie here and count nowhere, not for the quota either."""
    return {*store.ids(stage.desk)} - state.load_state(stage.desk).capsules().keys()


def test_a_capsule_that_is_no_sealed_file_is_listed_and_told(stage, device, stick):
    done = taken(stage, device.pack(stick, [*device.members(), given(b"no age file" * 9_000)]).path)
    assert done.facts()["codes"] == ["RECIPIENTS"]
    assert not unlisted(stage)


def test_a_roster_that_breaks_its_form_is_damage_and_what_is_stored_is_listed(stage, device, stick):
    payload = [*device.members(), given(b"no roster\n", "roster")]
    done = taken(stage, device.pack(stick, payload, place=of_a_set(2)).path)
    assert [one.code for one in done.unpacked.damage] == ["MANIFEST"]
    assert not done.came.is_complete
    assert not unlisted(stage)


def test_one_log_is_told_once_and_answered_once(stage, device, stick):
    with device.session() as session:
        session.journal.checkpoint(session.signer)
        members = chain_members(session.vault, session.journal)
        heads = chain_heads(session.vault, session.journal)
    before = stage.contents()
    twice = [*members, *(one for one in members if one.kind == "chain")]
    with pytest.raises(WitnesskitError) as caught:
        taken(stage, device.pack(stick, chain_members=twice, chain=heads).path)
    assert caught.value.code == "CHAIN-REFUSED"
    assert stage.contents() == before


def test_more_logs_than_a_bundle_can_name_are_not_even_read(stage, device, stick):
    with device.session() as session:
        session.journal.checkpoint(session.signer)
        members = chain_members(session.vault, session.journal)
    many = [given(b"x", "checkpoint", origin=f"log{number}") for number in range(200)]
    with pytest.raises(WitnesskitError) as caught:
        taken(stage, device.pack(stick, chain_members=[*members, *many]).path)
    assert "too many" in str(caught.value)


def test_a_volume_of_nothing_but_segments_is_refused_before_its_journal_grows(stage, device, stick):
    cut = {"offset": 0, "whole_sha256": "0" * 64, "whole_size": 9_000}
    before = stage.contents()
    with pytest.raises(WitnesskitError) as caught:
        taken(stage, device.pack(stick, [given(b"s", **cut) for _number in range(65)], place=of_a_set()).path)
    assert caught.value.code == "MANIFEST"
    assert stage.contents() == before


def test_a_journal_that_could_not_be_read_again_is_not_written(stage, loaded_set, monkeypatch):
    taken(stage, loaded_set[0])
    (before,) = arriving.every(stage.desk)
    monkeypatch.setattr("witnesskit.vault.arriving.STATE_MAX", 10)
    with pytest.raises(WitnesskitError) as caught:
        arriving.save(stage.desk, before)
    monkeypatch.undo()
    assert caught.value.code == "VAULT-STATE"
    assert list(arriving.every(stage.desk)) == [before]


@pytest.mark.parametrize("lost", [False, True], ids=["unknown", "lost"])
def test_the_quarantine_counts_what_lies_there_and_not_what_a_bundle_says_of_itself(
    stage, device, stick, monkeypatch, lost
):
    monkeypatch.setattr("witnesskit.actions.quarantine.QUARANTINE_MAX", 1_000_000)
    if lost:
        taken(stage, device.bundle(stick))
        (stage.folder / "more.txt").write_text("more")
        device.add(stage.folder / "more.txt")
        lose(stage, "a")
    path = device.bundle(stick) if lost else device.pack(stick, enrol="").path
    os.truncate(path, 2_000_000)
    with pytest.raises(WitnesskitError) as caught:
        taken(stage, path)
    assert caught.value.code == ("DEVICE-LOST" if lost else "SENDER-UNKNOWN")
    assert "not set aside" in str(caught.value)
    assert not list((stage.desk.path / "quarantine").glob("*"))


def test_a_file_larger_than_any_volume_is_refused_before_anything_is_copied(stage, device, stick, monkeypatch):
    path = device.bundle(stick)
    monkeypatch.setattr("witnesskit.bundle.unpack.VOLUME_MAX", path.stat().st_size)
    os.truncate(path, path.stat().st_size + 1)
    with pytest.raises(WitnesskitError) as caught:
        taken(stage, path, second_copy=stage.folder / "shelf")
    assert caught.value.code == "TOO-BIG"
    assert not (stage.folder / "shelf").exists()


def beginning() -> PlannedMember:
    """The first segment of a capsule of which the rest never comes."""
    return given(secrets.token_bytes(500_000), offset=0, whole_sha256="0" * 64, whole_size=600_000)


def test_sets_that_are_never_finished_count_as_much_as_finished_ones(stage, device, stick):
    first = device.pack(stick, [beginning()], place=of_a_set()).path
    assert not taken(stage, first, quota=700_000).came.is_complete
    more = device.pack(stick, [beginning()], place=of_a_set()).path
    with pytest.raises(WitnesskitError) as caught:
        taken(stage, more, quota=700_000)
    assert caught.value.code == "QUOTA"
    waiting = [path for path in (stage.folder / "desk" / "arriving").rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in waiting) < 700_000
    assert not taken(stage, first, quota=700_000).came.is_complete  # what waits of this very set counts once
    assert not taken(stage, more, quota=1_200_000).came.is_complete


def test_receipts_of_two_bundles_whose_ids_begin_alike_are_two_files(stage, device, stick):
    other = stage.device("other")
    name = secrets.token_hex(12)
    for one, end in ((device, "0" * 8), (other, "1" * 8)):
        one.add(stage.folder / "a.txt")
        taken(stage, one.pack(stick, id=name + end).path)
    assert len(list((stage.folder / "receipts").glob("*.wkr"))) == 2


def test_a_receipt_that_cannot_be_written_is_not_logged(stage, device, stick, monkeypatch):
    path = device.bundle(stick)
    with monkeypatch.context() as patch, pytest.raises(BadReceipt):
        patch.setattr("witnesskit.formats.receipt.NOTE_MAX", 10)
        taken(stage, path)
    with open_for_import(stage.desk, stage.passphrase) as desk:
        assert b'"type":"receipt"' not in desk.session.journal.log_bytes()
    assert taken(stage, path).came.is_complete
