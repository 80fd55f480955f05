"""Both sides agree: what the desk wrote with changed, doubled and cosigned keys is what the verifier expects."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.actions.stage import Stage, copy_of, silent
from tests.actions.test_audiences import READER, sent
from tests.actions.test_import_killed import ends_at
from tests.actions.test_keys import journal_of, log_a_note, rotate
from witnesskit.actions import case_bundle
from witnesskit.actions.lost_device import device_lost
from witnesskit.actions.opening import open_for_saving
from witnesskit.actions.operator import cosign, make_operator
from witnesskit.actions.second_key import switch_on
from witnesskit.actions.verify import VerifyWish, verify
from witnesskit.custody.signer import Signer
from witnesskit.errors.formats import BadKey
from witnesskit.formats.checkpoint import Checkpoint
from witnesskit.vault.keyring_file import open_keyring
from witnesskit.verify import CaseFiles, LogFiles, Trust, examine
from witnesskit.verify.verdict import CheckState

OK = CheckState.OK


@pytest.fixture
def received(stage, device, stick) -> Stage:
    """Device ``a`` has sent one bundle."""
    stage.take_in(device.bundle(stick))
    return stage


def verified(stage: Stage, *signers: str):
    return verify(VerifyWish(stage.folder / "desk", signers, passphrase=stage.passphrase), silent)


def codes(found, *states: CheckState) -> set[str]:
    return {check.code for check in found.verdict.checks if check.state in states}


def test_after_rotations_the_vault_is_unchanged(received, other):
    rotate(received)
    received.take_in(other.bundle(received.folder / "stick-b"))
    rotate(received)
    found = verified(received)
    assert found.state == "UNCHANGED"
    assert "ROTATE" in codes(found, OK)
    assert found.counts["items"] == 2


def test_every_checkpoint_ever_written_is_signed_by_the_key_in_force(received):
    first = received.key
    for _ in range(2):
        rotate(received)
        log_a_note(received)
    journal = journal_of(received)
    for trusted in (first, received.key):
        case = CaseFiles((LogFiles(journal.log_bytes(), journal.notes()),))
        verdict = examine(case, Trust((trusted,)))
        bad = [check for check in verdict.checks if check.state is CheckState.FAIL]
        assert not bad
        assert not {"UNSIGNED", "UNTRUSTED"} & set(verdict.codes(CheckState.UNKNOWN))
        assert len([check for check in verdict.checks if (check.code, check.state) == ("ROTATE", OK)]) == 2


@pytest.mark.parametrize("cut", ["before", "after"])
def test_a_thief_with_the_old_key_cannot_sign_past_a_change(received, cut):
    old = received.desk.config
    with_old = _signer(received)
    rotate(received)
    journal = journal_of(received)
    size = journal.size if cut == "after" else journal.keys.changes[0].n
    note = with_old.note(Checkpoint(journal.origin, size, journal.root_at(size)).text)
    verdict = examine(CaseFiles((LogFiles(journal.log_bytes(), (note,)),)), Trust((old.key,)))
    unsigned = "UNSIGNED" in verdict.codes(CheckState.UNKNOWN)
    assert unsigned is (cut == "after")


def test_after_a_revocation_an_answer_of_the_old_key_is_not_proven_and_one_of_the_new_is(received):
    device_lost(received.desk, received.passphrase, "a")  # so that its lines stand on the desk's receipts alone
    assert verified(received).state == "UNCHANGED"
    rotate(received, since="2026-01-02")
    found = verified(received)
    assert found.state == "CANNOT TELL"
    assert "REVOKED" in codes(found, CheckState.WARN, CheckState.UNKNOWN)
    (bundle,) = (received.folder / "stick").glob("*.age")
    received.take_in(bundle)  # the same bundle, answered once more under the new key
    assert verified(received).state == "UNCHANGED"


@pytest.mark.parametrize("changes", [{}, {"since": "2026-01-02"}])
def test_a_bundle_signed_by_a_later_key_stands_on_an_earlier_one(received, changes):
    first = received.key
    rotate(received)
    rotate(received, **changes)
    path, _members = sent(received, "court")
    for trusted in (first, received.key):
        found = verify(VerifyWish(path, (trusted,), _reader(received)), silent)
        assert ("SENDER", "ok") in {(check.code, check.mark) for check in found.checks}
        assert "ROTATE" in codes(found, OK)
        assert found.state == ("CANNOT TELL" if changes else "UNCHANGED")
    stranger = Signer(received.key.partition("+")[0], b"\x01" * 32).vkey
    found = verify(VerifyWish(path, (stranger,), _reader(received)), silent)
    assert {"SENDER", "UNTRUSTED"} <= codes(found, CheckState.UNKNOWN)


def test_a_bundle_signed_by_the_key_before_a_change_is_nobodys(received):
    """A thief has the old key, and a log that says it was replaced."""
    first, thief = received.key, _signer(received)
    rotate(received, since="2026-01-02")
    with open_for_saving(received.desk, received.passphrase) as session:
        log = LogFiles(session.journal.log_bytes(), session.journal.notes())
    second = received.key
    assert not case_bundle._follows(thief.vkey, (second,), log)
    assert not case_bundle._follows(thief.vkey, (), log)
    assert case_bundle._follows(second, (first,), log)
    assert not case_bundle._follows(second, (first,), replace(log, notes=log.notes[-1:]))
    edited = replace(log, log=log.log.replace(b'"op":"revoke"', b'"op":"rotate"'))
    assert not case_bundle._follows(second, (first,), edited)
    assert not case_bundle._follows(second, (first,), LogFiles(b"", log.notes))


def test_a_verifier_that_has_the_second_key_demands_it(received):
    second = switch_on(received.desk, received.passphrase)
    assert verified(received, received.key, second).state == "UNCHANGED"
    rotate(received)
    found = verified(received, received.key, second)
    assert found.state == "CANNOT TELL"  # the new key's checkpoints are without the second key that is trusted
    assert "UNSIGNED" in codes(found, CheckState.WARN)
    with pytest.raises(BadKey):
        verified(received, second[:-40])


def test_an_operators_signature_is_named(received, tmp_path):
    made = make_operator("archive/operator-1", tmp_path / "operator.key")
    cosign(received.desk, received.passphrase, tmp_path / "operator.key", made.passphrase)
    found = verified(received, made.key)
    assert found.state == "UNCHANGED"
    assert "OPERATOR" in codes(found, OK)
    assert "OPERATOR" not in codes(verified(received), OK)


def _signer(stage: Stage):
    return open_keyring(stage.desk, stage.passphrase).signer(stage.desk.config.origin)


def _reader(stage: Stage) -> Path:
    path = stage.folder / "reader.key"
    path.write_text(READER.text + "\n")
    return path


def test_killed_within_a_change_the_log_verifies_before_and_after_it_is_finished(received, tmp_path):
    number, reached, pending = 1, True, False
    while reached:
        stage = copy_of(received, tmp_path / f"killed{number}")
        reached = ends_at(lambda found=stage: rotate(found), number)
        pending |= open_keyring(stage.desk, stage.passphrase).pending_seed is not None
        found = verified(stage)
        failed = codes(found, CheckState.FAIL)
        assert failed <= {"FIXITY"}  # a paper that the state lists, and that the next command moves to its place
        assert found.state == ("CHANGED" if failed else "UNCHANGED")
        log_a_note(stage)
        assert verified(stage).state == "UNCHANGED"
        number += 4
    assert pending
