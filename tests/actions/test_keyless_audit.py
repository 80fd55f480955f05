"""An audit without a passphrase: in slices, resumable, found by nobody's key and logged when the desk opens."""

from __future__ import annotations

import json
import time

import pytest

from tests.actions.stage import Device, Stage, silent
from witnesskit.actions import keyless_audit as keyless
from witnesskit.actions.audit import audit
from witnesskit.actions.audit_file import KIND, load_audit
from witnesskit.actions.delete_item import DeleteWish, delete
from witnesskit.actions.keyless_audit import Slice, keyless_audit
from witnesskit.actions.opening import open_for_saving
from witnesskit.actions.own_checks import own_checks
from witnesskit.errors import WitnesskitError
from witnesskit.formats.short_id import short_id
from witnesskit.vault import state

ALL = Slice()


@pytest.fixture
def desk(stage: Stage, device: Device, other: Device) -> Stage:
    stage.take_in(device.bundle(stage.folder / "stick"), other.bundle(stage.folder / "stick"))
    return stage


def capsules(desk: Stage) -> list:
    return sorted(state.load_state(desk.desk).capsules().values(), key=lambda one: one.id)


def flip(desk: Stage, capsule) -> None:
    path = desk.desk.capsule_path(capsule.id)
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.chmod(0o600)
    path.write_bytes(data)


def checks(desk: Stage) -> list:
    with open_for_saving(desk.desk, desk.passphrase) as session:
        return [check.looked for check in own_checks(session, KIND)]


def log(desk: Stage) -> bytes:
    return (desk.folder / "desk" / "custody" / "log.jsonl").read_bytes()


def test_a_changed_capsule_is_named_by_its_opaque_id(desk):
    victim = capsules(desk)[1]
    flip(desk, victim)
    found = keyless_audit(desk.desk, ALL, silent)
    assert found.problems == {victim.id: "changed"}
    assert (found.ok, found.left) == (len(capsules(desk)) - 1, 0)


def test_a_missing_capsule_and_a_bundle_of_another_desk_are_found(desks):
    a, b = desks[0], desks[1]
    b.receive(a.send(b))
    (bundle,) = (b.folder / "desk" / "received").glob("*.age")
    victim = capsules(b)[0]
    b.desk.capsule_path(victim.id).unlink()
    bundle.chmod(0o600)
    bundle.write_bytes(bundle.read_bytes()[:-1])
    assert keyless_audit(b.desk, ALL, silent).problems == {victim.id: "missing", bundle.stem: "changed"}


def test_slices_see_every_file_once_and_the_next_one_goes_on(desk):
    every, seen, rounds = capsules(desk), 0, 0
    victim = every[-1]
    flip(desk, victim)
    problems: dict[str, str] = {}
    while True:
        found = keyless_audit(desk.desk, Slice(share=len(every)), silent)
        seen += found.ok + len(found.problems)
        problems |= found.problems
        rounds += 1
        if not found.left:
            break
    assert (seen, problems) == (len(every), {victim.id: "changed"})
    assert rounds > 2
    assert keyless_audit(desk.desk, Slice(share=len(every)), silent).left > 0


def test_a_time_that_is_over_ends_the_slice_and_nothing_is_lost(desk, monkeypatch):
    monkeypatch.setattr(keyless, "_TIMED", 1)
    begun = time.monotonic()
    found = keyless_audit(desk.desk, Slice(seconds=0.000001), silent)
    assert (found.ok, found.left) == (1, len(capsules(desk)) - 1)
    assert time.monotonic() - begun < 30
    assert keyless_audit(desk.desk, ALL, silent).ok == len(capsules(desk)) - 1


def test_nothing_is_logged_without_the_key_and_once_when_the_desk_opens(desk):
    flip(desk, capsules(desk)[0])
    before = log(desk)
    keyless_audit(desk.desk, Slice(share=2), silent)
    found = keyless_audit(desk.desk, ALL, silent)
    assert log(desk) == before
    assert found.unlogged == len(capsules(desk))
    count = len(capsules(desk))
    (told,) = checks(desk)
    assert (told.ok, told.bad, told.problems) == (
        count - 1,
        1,
        (f"{min(one.id for one in _first(desk, told))} changed",),
    )
    assert told.who.startswith("without a key, 20")
    after = log(desk)
    assert len(checks(desk)) == 1
    assert log(desk) == after


def _first(desk, told):
    return [one for one in capsules(desk) if any(one.id in problem for problem in told.problems)]


def test_the_file_beside_the_list_tells_ids_counts_and_days_only(desk):
    keyless_audit(desk.desk, Slice(share=2), silent)
    told = json.loads((desk.folder / "desk" / "audit").read_bytes())
    assert set(told) == {"format", "next", "since", "until", "ok", "bad", "rounds"}


@pytest.mark.parametrize(
    "data",
    [
        b"", b"{", b"[]", b"null", b'{"format":"witnesskit.audit/2"}', b"\xff" * 40,
        b'{"bad":{"x":"changed"},"format":"witnesskit.audit/1","next":"","ok":1,"rounds":0,"since":"","until":""}',
        b'{"bad":{},"format":"witnesskit.audit/1","next":"../../x","ok":1,"rounds":0,"since":"","until":""}',
        b'{"bad":{},"format":"witnesskit.audit/1","next":"","ok":-1,"rounds":0,"since":"","until":""}',
        b'{"bad":{},"format":"witnesskit.audit/1","next":7,"ok":1,"rounds":0,"since":"","until":""}',
        b'{"bad":[],"format":"witnesskit.audit/1","next":"","ok":1,"rounds":0,"since":[],"until":""}',
    ],
)  # fmt: skip
def test_a_file_that_somebody_else_wrote_means_that_there_was_none(desk, data):
    (desk.folder / "desk" / "audit").write_bytes(data)
    assert checks(desk) == []
    assert keyless_audit(desk.desk, ALL, silent).left == 0
    assert load_audit(desk.desk).ok == len(capsules(desk))


def test_what_was_deleted_while_it_was_read_is_not_missed(desk, monkeypatch):
    victim = next(one for one in capsules(desk) if not state.load_state(desk.desk).items[one.item].paper)
    due = keyless.targets
    asked: list[int] = []

    def targets(vault):
        found = due(vault)
        if not asked:
            with open_for_saving(desk.desk, desk.passphrase) as session:
                delete(session, DeleteWish(short_id(victim.item), "error"))
        asked.append(1)
        return found

    monkeypatch.setattr(keyless, "targets", targets)
    assert keyless_audit(desk.desk, ALL, silent).problems == {}


def test_a_field_vault_is_refused(device):
    with pytest.raises(WitnesskitError) as caught:
        keyless_audit(device.vault, ALL, silent)
    assert caught.value.code == "VAULT-KIND"
    assert not (device.folder / "audit").exists()


def test_with_the_key_items_are_named_and_both_find_the_same(desk):
    victim = next(one for one in capsules(desk) if not state.load_state(desk.desk).items[one.item].paper)
    flip(desk, victim)
    assert audit(desk.desk, desk.passphrase, silent).problems == {short_id(victim.item): "1 changed"}
