"""A desk takes in what a device may send, once, and refuses the rest before a byte of it is stored."""

from __future__ import annotations

import os

import pytest

from tests.actions.desks import refusal
from tests.actions.stage import DAY, capsule_member, data_member, record_json
from witnesskit.actions.chain_members import chain_heads, chain_members, log_copy
from witnesskit.actions.verify import VerifyWish, verify
from witnesskit.custody.journal import Journal
from witnesskit.custody.prepare import prepare
from witnesskit.digest import sha256_hex
from witnesskit.errors import WitnesskitError
from witnesskit.errors.actions import ChainRefused
from witnesskit.model import Ring
from witnesskit.vault import state


def refused(stage, *bundles) -> str:
    """The code of the refusal, after which the desk is as it was."""
    before = stage.contents()
    with pytest.raises(WitnesskitError) as caught:
        stage.take_in(*bundles)
    assert stage.contents() == before
    return caught.value.code


def set_aside(stage, bundle) -> str:
    """The code of the refusal, after which the file lies whole in quarantine, is logged, and nothing of it is listed."""
    before = real(stage)
    with pytest.raises(WitnesskitError) as caught:
        stage.take_in(bundle)
    assert real(stage) == before
    kept = stage.folder / "desk" / "quarantine" / f"{sha256_hex(bundle.read_bytes())}.age"
    assert kept.read_bytes() == bundle.read_bytes()
    return caught.value.code


def real(stage) -> tuple:
    found = state.load_state(stage.desk)
    return {item: one for item, one in found.items.items() if not one.paper}, found.bundles


def chain_of(device) -> tuple[list, tuple]:
    with device.session() as session:
        return chain_members(session.vault, session.journal), chain_heads(session.vault, session.journal)


def word(stage) -> str:
    found = verify(VerifyWish(stage.folder / "desk", passphrase=stage.passphrase), lambda *_: None)
    return found.state


def listed(stage) -> tuple:
    found = state.load_state(stage.desk)
    return sorted(found.capsules()), {name: bundle.items for name, bundle in found.bundles.items()}


def test_the_same_bundle_again_adds_nothing(stage, device, stick):
    bundle = device.bundle(stick)
    first, second = stage.take_in(bundle, bundle)
    assert (first.counts, second.counts) == (
        {"items": 1, "new": 1, "here": 0},
        {"items": 1, "new": 0, "here": 1},
    )
    capsules, bundles = listed(stage)
    stage.take_in(bundle)
    assert len(bundles) == 1
    assert listed(stage)[1] == bundles
    assert set(capsules) <= set(listed(stage)[0])  # only openings of the receipts were added
    assert word(stage) == "UNCHANGED"


def test_a_later_bundle_may_add_to_the_same_device_s_item(stage, device, stick):
    item = device.save(record_json())
    stage.take_in(device.pack(stick).path)
    device.save(record_json(times={"collected": DAY}), item=item)
    done = stage.take_in(device.pack(stick).path)[0]
    assert (done.counts["new"], done.counts["here"]) == (0, 2)
    assert len(state.load_state(stage.desk).items[item].capsules) == 4


def test_nobody_writes_into_an_item_of_another_device(stage, device, other, stick):
    item = device.save(record_json())
    stage.take_in(device.pack(stick).path)
    other.save(record_json(), item=item)
    assert refused(stage, other.pack(stick).path) == "ITEM-FOREIGN"


def test_nobody_writes_into_the_desk_s_own_papers(stage, device, stick):
    stage.take_in(device.pack(stick).path)
    present = state.load_state(stage.desk)
    brought = {item for bundle in present.bundles.values() for item in bundle.items}
    own = next(item for item in present.items if item not in brought)
    device.save(record_json(), item=own)
    assert refused(stage, device.pack(stick).path) == "ITEM-FOREIGN"


def test_a_capsule_of_another_device_is_not_taken_under_another_item(stage, device, other, stick):
    stage.take_in(device.pack(stick).path)
    theirs = next(iter(state.load_state(device.vault).capsules().values()))
    moved = capsule_member(device.vault, theirs, item="ab" * 16)
    assert refused(stage, other.pack(stick, [*other.members(), moved]).path) == "ITEM-FOREIGN"


def test_a_known_capsule_number_with_other_content_is_refused_before_anything_is_stored(stage, device, other, stick):
    stage.take_in(device.pack(stick).path)
    theirs, own = (next(iter(state.load_state(one.vault).capsules().values())) for one in (device, other))
    swapped = capsule_member(other.vault, own, capsule=theirs.id)
    assert refused(stage, other.pack(stick, [*other.members()[1:], swapped]).path) == "ITEM-FOREIGN"


def test_a_bundle_number_of_another_device_is_refused(stage, device, other, stick):
    packed = device.pack(stick)
    stage.take_in(packed.path)
    assert set_aside(stage, other.pack(stick, id=packed.id).path) == "ID-REUSED"


@pytest.mark.parametrize("kind", ["openings", "record", "media", "copy", "report", "spec"])
def test_a_device_sends_logs_and_capsules_only(stage, device, stick, kind):
    member = data_member(kind, b"x", name="../../\x1b[2J\u202e")
    assert refused(stage, device.pack(stick, [*device.members(), member]).path) == "MANIFEST"


@pytest.mark.parametrize("audience", ["court", "public"])
def test_what_is_addressed_to_another_audience_is_not_taken_in(stage, device, stick, audience):
    assert refused(stage, device.pack(stick, audience=audience).path) == "MANIFEST"


def test_the_log_of_another_device_is_refused_with_and_without_capsules(stage, device, other, stick):
    stage.take_in(device.pack(stick).path)
    members, heads = chain_of(device)
    assert refused(stage, other.pack(stick, chain_members=members, chain=heads).path) == "CHAIN-REFUSED"
    assert refused(stage, other.pack(stick, [], chain_members=members, chain=heads).path) == "CHAIN-REFUSED"


def test_a_bundle_without_a_log_or_with_another_log_s_list_is_refused(stage, device, stick):
    members, _heads = chain_of(device)
    assert refused(stage, device.pack(stick, chain_members=[]).path) == "CHAIN-REFUSED"
    assert refused(stage, device.pack(stick, chain_members=members, chain=()).path) == "CHAIN-REFUSED"


def test_logs_that_together_fill_the_memory_are_refused(stage, device, stick, monkeypatch):
    """Each is small enough; a sender may list as many as a bundle has files."""
    monkeypatch.setattr("witnesskit.actions.import_sinks.CHAIN_MAX", 100_000)
    many = [data_member("chain", b"x" * 40_000, origin=f"wk1/{n:013d}") for n in range(4)]
    path = device.pack(stick, chain_members=many).path
    with pytest.raises(ChainRefused, match="logs too large"):
        stage.take_in(path)


def test_what_is_no_log_is_refused_though_no_capsule_follows(stage, device, stick):
    junk = [data_member(kind, b"junk\n", origin="wk1/x") for kind in ("chain", "checkpoint")]
    refused(stage, device.pack(stick, [], chain_members=junk).path)
    assert word(stage) != "CHANGED"


def test_a_device_cannot_sign_under_the_name_of_another_or_of_the_desk(stage, device, other, stick):
    stage.take_in(device.pack(stick).path, other.pack(stick).path)
    for name in (device.vault.config.origin, stage.desk.config.origin):
        assert set_aside(stage, other.pack(stick, signer=other.renamed(name)).path) == "SENDER-UNKNOWN"


def test_a_sender_is_written_in_one_form(device, stick):
    with pytest.raises(WitnesskitError) as caught:
        device.pack(stick, sender=device.vault.config.key + " ")
    assert caught.value.code == "MANIFEST"


def test_a_code_enrols_once_and_only_the_device_whose_ring_it_is(stage, device, other, stick):
    for code in ("", device.vault.config.invite.enrol):
        assert set_aside(stage, other.pack(stick, enrol=code).path) == "SENDER-UNKNOWN"
    stage.take_in(other.pack(stick).path)
    ring = other.vault.config.rings.of(Ring.DESK)
    code = other.vault.config.invite.enrol
    thief = device.pack(stick, recipients=ring, enrol=code).path
    assert set_aside(stage, thief) == "SENDER-UNKNOWN"


def test_a_third_reader_is_refused(stage, device, other, stick):
    ours, theirs = (one.vault.config.rings.of(Ring.DESK) for one in (device, other))
    assert refused(stage, device.pack(stick, recipients=[*ours, *theirs]).path) == "RECIPIENTS"


def test_a_pipe_is_no_bundle(stage):
    os.mkfifo(stage.folder / "pipe.age")
    assert refused(stage, stage.folder / "pipe.age") == "FILE-UNREADABLE"


def test_a_device_s_log_that_says_a_desk_wrote_it_is_refused(stage, tmp_path):
    """A desk's receipts vouch for others; a device's log has none to give."""
    device = stage.device("liar")
    with device.session() as session:
        signer = session.signer
    genesis = prepare("genesis", {"day": DAY}, x={"next": "0" * 64})
    log = Journal.create(tmp_path / "log", signer=signer, by="desk", genesis=genesis)
    chain = [data_member("chain", log.log_bytes(), origin=log.origin)]
    chain.append(data_member("checkpoint", log.notes()[-1], origin=log.origin))
    packed = device.pack(stage.folder / "stick", [], chain_members=chain, chain=(log_copy(log).head,))
    error = refusal(stage.take_in, packed.path)
    assert (error.code, "desk wrote it" in str(error)) == ("CHAIN-REFUSED", True)
