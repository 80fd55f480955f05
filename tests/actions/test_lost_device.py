"""A device is lost or seized: what was received until then stays good, and nothing after it counts."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from tests.actions.stage import Device, Stage, copy_of, days_told, silent
from tests.actions.test_audiences import disclosed, sent, state_of
from tests.actions.test_import_killed import ends_at
from witnesskit.actions import peers
from witnesskit.actions.audit import audit
from witnesskit.actions.case_vault import known_losses
from witnesskit.actions.lost_device import device_lost
from witnesskit.actions.opening import open_for_saving
from witnesskit.actions.own_checks import LOST, QUARANTINE, last_check, own_checks
from witnesskit.actions.status import status
from witnesskit.actions.verify import VerifyWish, verify
from witnesskit.errors.actions import ReceiptUnknown
from witnesskit.errors.invite import DeviceLost, DeviceUnknown
from witnesskit.errors.peers import PeerTaken
from witnesskit.keys import VerifierKey, parse_verifier_key
from witnesskit.vault import state, store
from witnesskit.vault.keyring import Peer
from witnesskit.vault.keyring_file import KEYRING, open_keyring


@pytest.fixture
def received(stage, device, stick) -> Stage:
    """Device ``a`` has sent one bundle."""
    stage.take_in(device.bundle(stick))
    return stage


def lose(stage: Stage, name: str = "a", since: str = ""):
    return device_lost(stage.desk, stage.passphrase, name, since)


def next_bundle(stage: Stage, text: str = "later", name: str = "a") -> Path:
    """One more file and one more bundle of a device."""
    stick = stage.folder / f"stick-{text}"
    (stage.folder / f"{text}.txt").write_text(text * 50)
    device = Device(stage.folder / name)
    device.add(stage.folder / f"{text}.txt")
    return device.bundle(stick)


def verified(stage: Stage):
    return verify(VerifyWish(stage.folder / "desk", passphrase=stage.passphrase), silent)


def checks(stage: Stage, kind: str):
    with open_for_saving(stage.desk, stage.passphrase) as session:
        return list(own_checks(session, kind))


def quarantined(stage: Stage) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (stage.folder / "desk" / "quarantine").iterdir()}


def test_a_later_bundle_is_set_aside_whole_and_never_answered(received):
    noted = lose(received)
    held = state.load_state(received.desk)
    bundle = next_bundle(received)
    with pytest.raises(DeviceLost) as refused:
        received.take_in(bundle, receipts="late")
    assert refused.value.status == 5
    data = bundle.read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    assert quarantined(received) == {f"{digest}.age": data}
    assert days_told(received.folder / "desk") == []
    assert not (received.folder / "late").exists()
    after = state.load_state(received.desk)
    assert after.bundles == held.bundles
    assert {item for item, one in after.items.items() if not one.paper} == {
        item for item, one in held.items.items() if not one.paper
    }
    assert set(store.ids(received.desk)) == set(after.capsules())
    (check,) = checks(received, QUARANTINE)
    assert (check.looked.bad, check.looked.problems[0]) == (1, digest)
    assert noted.lines > 1


def test_the_same_bundle_twice_is_set_aside_and_logged_once(received):
    lose(received)
    bundle = next_bundle(received)
    for _ in range(2):
        with pytest.raises(DeviceLost):
            received.take_in(bundle)
    assert len(quarantined(received)) == len(checks(received, QUARANTINE)) == 1
    with pytest.raises(DeviceLost):
        received.take_in(next_bundle(received, "again"))
    assert len(quarantined(received)) == len(checks(received, QUARANTINE)) == 2


def test_what_was_set_aside_is_counted_and_read_back(received):
    lose(received)
    assert status(received.desk).counts["set_aside"] == 0
    with pytest.raises(DeviceLost):
        received.take_in(next_bundle(received))
    told = status(received.desk)
    assert told.counts["set_aside"] == 1
    assert "1 bundle of a lost or unknown device was set aside" in " ".join(told.warnings)
    before = audit(received.desk, received.passphrase, silent)
    assert before.bad == 0
    (path,) = (received.folder / "desk" / "quarantine").iterdir()
    path.chmod(0o600)
    path.write_bytes(path.read_bytes()[:-1])
    after = audit(received.desk, received.passphrase, silent)
    assert (after.bad, dict(after.problems)) == (1, {"bundles set aside": "1 changed"})


def test_what_was_received_before_stays_good_and_may_come_in_again(received):
    lose(received)
    assert verified(received).state == "UNCHANGED"
    (bundle,) = (received.folder / "stick").glob("*.age")
    (done,) = received.take_in(bundle)
    assert (done.counts["here"], done.counts["new"]) == (1, 0)
    assert verified(received).state == "UNCHANGED"


def test_after_the_receipt_that_counts_nothing_stands_on_the_devices_word(received):
    first = next_bundle(received, "early")
    (done,) = received.take_in(first)
    received.take_in(next_bundle(received, "later"))
    assert verified(received).state == "UNCHANGED"
    noted = lose(received, since=done.bundle[:12])
    found = verified(received)
    assert found.state == "CANNOT TELL"
    assert "TAIL" in found.verdict.codes(*{check.state for check in found.verdict.checks} - {"ok"})
    beyond = [item for item in found.verdict.items if item.n >= noted.lines]
    assert len(beyond) == 1
    assert len(found.verdict.items) == 3
    with pytest.raises(DeviceLost):
        received.take_in(next(iter((received.folder / "stick-later").glob("*.age"))))
    received.take_in(first)


def test_a_court_is_not_shown_a_receipt_for_what_came_after_the_loss(received):
    (done,) = received.take_in(next_bundle(received, "early"))
    received.take_in(next_bundle(received, "later"))
    before, _members = sent(received, "court")
    assert state_of(before, received, received.key) == "UNCHANGED"
    for path in before.parent.iterdir():
        path.unlink()
    before.parent.rmdir()
    lose(received, since=done.bundle)
    after, members = sent(received, "court")
    sizes = {told["size"] for told in disclosed(members) if "root" in told}
    with open_for_saving(received.desk, received.passphrase) as session:
        lines = session.keyring.issued[0].lost.logs[0][1]
    assert max(sizes) == lines
    assert state_of(after, received, received.key) == "CANNOT TELL"


@pytest.mark.parametrize("enrolled", [True, False])
def test_an_older_keyring_that_was_put_back_takes_in_nothing_of_a_lost_device(stage, device, stick, enrolled):
    keyring = stage.folder / "desk" / KEYRING
    older = keyring.read_bytes()
    stage.take_in(device.bundle(stick))
    older = keyring.read_bytes() if enrolled else older
    lose(stage)
    keyring.write_bytes(older)
    held = state.load_state(stage.desk).bundles
    with pytest.raises(DeviceLost):
        stage.take_in(next_bundle(stage), receipts="late")
    assert state.load_state(stage.desk).bundles == held
    assert len(quarantined(stage)) == len(checks(stage, QUARANTINE)) == 1
    assert not (stage.folder / "late").exists()


def test_of_two_losses_in_the_log_the_later_one_counts(received):
    (done,) = received.take_in(next_bundle(received, "early"))
    received.take_in(next_bundle(received, "later"))
    keyring = received.folder / "desk" / KEYRING
    older = keyring.read_bytes()
    assert lose(received, since=done.bundle).lines < lose(received).lines
    keyring.write_bytes(older)
    with open_for_saving(received.desk, received.passphrase) as session:
        known = known_losses(session, session.keyring)
    assert dict(known.issued[0].lost.logs) == dict(last_loss(received))


def last_loss(stage: Stage) -> list[tuple[str, int]]:
    """What the newest loss on record says: log and lines."""
    told = [problem.split() for problem in checks(stage, LOST)[-1].looked.problems]
    return [(log, int(size)) for log, size in told]


def test_an_older_keyring_shows_a_court_no_receipt_for_what_came_after_the_loss(received):
    (done,) = received.take_in(next_bundle(received, "early"))
    received.take_in(next_bundle(received, "later"))
    keyring = received.folder / "desk" / KEYRING
    older = keyring.read_bytes()
    lose(received, since=done.bundle)
    lines = dict(last_loss(received))
    keyring.write_bytes(older)
    path, members = sent(received, "court")
    sizes = {told["size"] for told in disclosed(members) if "root" in told}
    assert max(sizes) == max(lines.values())
    assert state_of(path, received, received.key) == "CANNOT TELL"


def test_the_receipt_may_be_named_by_the_number_of_its_event(received):
    newest = lose(received)
    assert lose(received, since=str(newest.receipt)) == newest
    received.take_in(next(iter((received.folder / "stick").glob("*.age"))))
    assert lose(received, since=str(newest.receipt)).receipt == newest.receipt
    assert lose(received).receipt > newest.receipt


@pytest.mark.parametrize("since", ["0", "99999", "ffffffffffff", "abc"])
def test_a_receipt_that_was_never_given_is_refused(received, since):
    before = received.contents()
    with pytest.raises(ReceiptUnknown):
        lose(received, since=since)
    assert received.contents() == before


def test_of_a_device_that_sent_nothing_nothing_counts(stage, device):
    noted = lose(stage)
    assert (noted.receipt, noted.logs, noted.lines) == (0, 0, 0)
    with pytest.raises(DeviceLost):
        stage.take_in(device.bundle(stage.folder / "stick"))
    assert len(quarantined(stage)) == 1
    assert open_keyring(stage.desk, stage.passphrase).issued[0].senders == ()


def test_a_thief_with_the_key_gains_nothing_by_a_new_name(received, device):
    lose(received)
    thief = device.renamed("wk1/anothernamehere")
    packed = device.pack(received.folder / "thief", signer=thief, counter=1, previous="")
    with pytest.raises(DeviceLost):
        received.take_in(Path(packed.path))
    assert len(quarantined(received)) == 1


def test_the_key_of_a_lost_device_is_no_other_desks(received, device):
    """Whoever has the phone, or an insider, must not bring its word back under another title."""
    lose(received)
    key = device.vault.config.key
    renamed = VerifierKey("wk1/south00000000", parse_verifier_key(key).public).text
    for text in (key, renamed):
        with pytest.raises(PeerTaken):
            peers.add_peer(received.desk, received.passphrase, Peer("south", text))


def test_another_device_sends_on(received, other):
    lose(received)
    (done,) = received.take_in(other.bundle(received.folder / "stick-b"))
    assert done.counts["new"] == 1
    assert verified(received).state == "UNCHANGED"


def test_a_device_is_named_by_its_person_or_by_its_origin(received, other):
    with pytest.raises(DeviceUnknown):
        lose(received, "nobody")
    with pytest.raises(DeviceUnknown):
        lose(received, "")
    origin = Device(received.folder / "a").vault.config.origin
    assert lose(received, origin).name == "a"
    with open_for_saving(received.desk, received.passphrase) as session:
        lines = last_check(session, LOST).looked.ok
        assert lines == sum(size for _log, size in session.keyring.issued[0].lost.logs) > 0


def test_killed_anywhere_a_lost_device_stays_lost_and_its_bundle_set_aside(received, tmp_path):
    bundle = next_bundle(received).relative_to(received.folder)
    for action in ("lose", "import"):
        number, reached = 1, True
        while reached:
            stage = copy_of(received, tmp_path / f"{action}{number}")
            if action == "import":
                lose(stage)
            steps = {"lose": lambda found=stage: lose(found), "import": lambda found=stage: _refused(found, bundle)}
            reached = ends_at(steps[action], number)
            lose(stage)
            _refused(stage, bundle)
            assert len(quarantined(stage)) == len(checks(stage, QUARANTINE)) == 1
            assert verified(stage).state == "UNCHANGED"
            number += 5
        assert number > 10


def _refused(stage: Stage, bundle: Path) -> None:
    with pytest.raises(DeviceLost):
        stage.take_in(stage.folder / bundle)
