"""The desk's own keys: changed with the sheet, killed at every write, rehearsed, doubled and cosigned."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.actions.stage import Stage, copy_of
from tests.actions.test_import_killed import ends_at
from witnesskit.actions.case_vault import paper_openings
from witnesskit.actions.change_key import KeyWish, anchored_before, change_key
from witnesskit.actions.drill import drill
from witnesskit.actions.init_vault import VaultWish, make_desk
from witnesskit.actions.opening import open_for_saving
from witnesskit.actions.operator import cosign, make_operator
from witnesskit.actions.own_checks import DRILL, OPERATOR, last_check, own_checks
from witnesskit.actions.own_events import own_events
from witnesskit.actions.second_key import switch_on
from witnesskit.actions.show_keys import show_keys
from witnesskit.custody.journal import Journal
from witnesskit.custody.prepare import prepare
from witnesskit.custody.signer import Signer
from witnesskit.errors.actions import DayToCome, KeyFixed
from witnesskit.errors.cli import OutputExists, WrongVaultKind
from witnesskit.errors.sealing import WrongPassphrase
from witnesskit.errors.vault import BadKeyring, BadOperatorKey, SheetTypo, SheetWrong
from witnesskit.formats.checkpoint import SignatureState, parse_checkpoint, parse_note
from witnesskit.formats.cosignature import cosigned_by
from witnesskit.formats.sheet import SheetKind, parse_sheet, sheet_text
from witnesskit.keys import ML_DSA_44, parse_verifier_key
from witnesskit.sealing import rings
from witnesskit.vault import layout
from witnesskit.vault.keyring_file import KEYRING, open_keyring
from witnesskit.vault.operator_file import operator_file
from witnesskit.vault.passphrase import generate_passphrase


def rotate(stage: Stage, **more):
    return change_key(stage.desk, stage.passphrase, KeyWish(stage.recovery_sheet, **more))


def journal_of(stage: Stage) -> Journal:
    return Journal.open(stage.desk.custody, by="desk")


def session_of(stage: Stage):
    return open_for_saving(stage.desk, stage.passphrase)


def newest_note(stage: Stage):
    return parse_note(journal_of(stage).notes()[-1])


def key_of(text: str, *kinds: bytes):
    return parse_verifier_key(text, kinds) if kinds else parse_verifier_key(text)


def log_a_note(stage: Stage) -> None:
    with session_of(stage) as session:
        session.journal.append(prepare("note", {}))
        session.journal.checkpoint(session.signer)


def foreign_sheet() -> str:
    return sheet_text(SheetKind.RECOVERY, b"\x55" * 32)


def test_the_key_that_may_replace_the_desks_is_on_the_sheet_and_not_in_the_vault(stage):
    seed = parse_sheet(stage.recovery_sheet, SheetKind.RECOVERY)
    assert journal_of(stage).keys.next == rings.change_digest(seed, 0)
    keyring = open_keyring(stage.desk, stage.passphrase)
    for number in range(3):
        assert rings.next_digest(keyring.desk_seed, number) != journal_of(stage).keys.next
    assert rings.change_seed(seed, 0).hex().encode() not in b"".join(stage.contents().values())


def test_a_rotation_changes_key_config_and_keyring_and_the_vault_goes_on(stage):
    old = stage.key
    done = rotate(stage, reason="a new year")
    assert (done.op, done.old, done.key) == ("rotate", old, stage.key)
    assert newest_note(stage).signed_by(key_of(done.key)) is SignatureState.GOOD
    assert newest_note(stage).signed_by(key_of(old)) is SignatureState.ABSENT
    assert open_keyring(stage.desk, stage.passphrase).pending_seed is None
    log_a_note(stage)
    assert newest_note(stage).signed_by(key_of(done.key)) is SignatureState.GOOD
    second = rotate(stage)
    assert second.old == done.key
    assert [change.n for change in journal_of(stage).keys.changes] == [done.n, second.n]


def test_the_reason_is_sealed_and_the_day_of_a_revocation_is_public(stage):
    done = rotate(stage, since="2026-01-01", reason="the laptop was taken")
    line = journal_of(stage).lines()[done.n]
    assert b'"since":"2026-01-01"' in line
    assert b"laptop" not in b"".join(stage.contents().values())
    with session_of(stage) as session:
        told = own_events(session, paper_openings(session))
        (event,) = [event for event in told if event.type == "key"]
    assert (event.n, event.fields["reason"]) == (done.n, "the laptop was taken")


@pytest.mark.parametrize(
    ("sheet", "refusal"),
    [("", SheetTypo), (foreign_sheet(), SheetWrong), (sheet_text(SheetKind.CUSTODIAN, b"\x55" * 32), SheetWrong)],
)
def test_another_sheet_changes_nothing(stage, sheet, refusal):
    before = stage.contents()
    with pytest.raises(refusal):
        change_key(stage.desk, stage.passphrase, KeyWish(sheet))
    assert stage.contents() == before


def test_a_day_to_come_is_refused_and_a_field_vault_has_no_key_to_replace(stage, device):
    before = stage.contents()
    with pytest.raises(DayToCome):
        rotate(stage, since="2999-01-01")
    with pytest.raises(WrongVaultKind):
        change_key(device.vault, "", KeyWish(stage.recovery_sheet))
    assert stage.contents() == before


def test_a_log_that_names_another_offline_key_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(rings, "change_digest", lambda _seed, _number: "0" * 64)
    secret = make_desk(VaultWish(tmp_path / "desk", "desk", "direct", "protect-filmer"))
    monkeypatch.undo()
    vault = layout.open_vault(tmp_path / "desk")
    with pytest.raises(KeyFixed):
        change_key(vault, secret.passphrase, KeyWish(secret.recovery_sheet))
    found = drill(vault, secret.passphrase, secret.recovery_sheet)
    assert found.problems == ("authorises",)


def test_killed_anywhere_a_change_happened_or_did_not_and_the_vault_goes_on(stage, tmp_path):
    number, reached, happened = 1, True, set()
    while reached:
        killed = copy_of(stage, tmp_path / f"killed{number}")
        reached = ends_at(lambda found=killed: rotate(found), number)
        log_a_note(killed)
        journal, keyring = journal_of(killed), open_keyring(killed.desk, killed.passphrase)
        assert keyring.signer(journal.origin).vkey == journal.vkey == killed.key
        assert keyring.pending_seed is None
        assert newest_note(killed).signed_by(key_of(journal.vkey)) is SignatureState.GOOD
        assert journal.lost == 0
        happened.add(len(journal.keys.changes))
        rotate(killed)
        assert len(journal_of(killed).keys.changes) == len(journal.keys.changes) + 1
        number += 2
    assert happened == {0, 1}
    assert number > 20


def test_a_keyring_from_before_a_change_does_not_sign(stage):
    place = stage.folder / "desk" / KEYRING
    old = place.read_bytes()
    rotate(stage)
    place.write_bytes(old)
    with pytest.raises(BadKeyring):
        log_a_note(stage)


def test_a_drill_says_what_the_sheet_can_do_and_logs_the_day(stage):
    with session_of(stage) as session:
        assert last_check(session, DRILL) is None
    assert drill(stage.desk, stage.passphrase, stage.recovery_sheet).problems == ()
    with session_of(stage) as session:
        check = last_check(session, DRILL)
        assert (check.looked.ok, check.looked.bad) == (2, 0)
    rotate(stage)
    assert drill(stage.desk, stage.passphrase, stage.recovery_sheet).problems == ()


def test_a_drill_that_failed_is_logged_and_is_no_drill(stage):
    assert drill(stage.desk, stage.passphrase, foreign_sheet()).problems == ("opens", "authorises")
    with session_of(stage) as session:
        (check,) = own_checks(session, DRILL)
    assert (check.looked.bad, check.looked.problems) == (2, ("opens", "authorises"))


def test_a_sheet_with_a_slip_is_no_drill_at_all(stage):
    size = journal_of(stage).size
    with pytest.raises(SheetTypo):
        drill(stage.desk, stage.passphrase, stage.recovery_sheet.replace("1:", "1: 0", 1))
    assert journal_of(stage).size == size


def test_the_second_key_signs_from_the_command_on_and_follows_a_rotation(stage):
    second = key_of(switch_on(stage.desk, stage.passphrase), ML_DSA_44)
    note = newest_note(stage)
    assert cosigned_by(note, parse_checkpoint(note.text), second) == (SignatureState.GOOD, 0)
    size = journal_of(stage).size
    assert switch_on(stage.desk, stage.passphrase) == second.text
    assert journal_of(stage).size == size
    log_a_note(stage)
    note = newest_note(stage)
    assert cosigned_by(note, parse_checkpoint(note.text), second) == (SignatureState.GOOD, 0)
    changed = key_of(rotate(stage).second_key, ML_DSA_44)
    note = newest_note(stage)
    assert cosigned_by(note, parse_checkpoint(note.text), changed) == (SignatureState.GOOD, 0)
    assert changed != second


def test_an_operators_key_signs_beside_the_desk(stage, tmp_path):
    file = tmp_path / "operator.key"
    made = make_operator("archive/operator-1", file)
    assert made.passphrase not in repr(made)
    done = cosign(stage.desk, stage.passphrase, file, made.passphrase)
    note = newest_note(stage)
    assert {note.signed_by(key_of(text)) for text in (made.key, stage.key)} == {SignatureState.GOOD}
    assert parse_checkpoint(note.text).size == done.size == journal_of(stage).size
    with session_of(stage) as session:
        assert last_check(session, OPERATOR).looked.who == made.key
    log_a_note(stage)
    assert newest_note(stage).signed_by(key_of(made.key)) is SignatureState.ABSENT


@pytest.mark.parametrize("name", ["", "Aisha B.", "a+b", "a" * 65, "ä", "wk1/0123456789abc"])
def test_an_operators_name_is_one_that_a_checkpoint_can_hold(tmp_path, name):
    with pytest.raises(BadOperatorKey):
        make_operator(name, tmp_path / "operator.key")
    assert not (tmp_path / "operator.key").exists()


def test_a_file_that_is_no_operators_key_signs_nothing(stage, tmp_path):
    file = tmp_path / "operator.key"
    made = make_operator("operator-1", file)
    with pytest.raises(OutputExists):
        make_operator("operator-1", file)
    before = stage.contents()
    with pytest.raises(WrongPassphrase):
        cosign(stage.desk, stage.passphrase, file, stage.passphrase)
    with pytest.raises(BadOperatorKey):
        cosign(stage.desk, stage.passphrase, stage.folder / "desk" / KEYRING, stage.passphrase)
    passphrase = generate_passphrase()
    same = operator_file(Signer.generate(stage.key.partition("+")[0]), passphrase)
    (tmp_path / "same.key").write_bytes(same)
    with pytest.raises(BadOperatorKey):
        cosign(stage.desk, stage.passphrase, tmp_path / "same.key", passphrase)
    assert stage.contents() == before
    assert made.key.startswith("operator-1+")


def test_what_is_shown_is_what_the_log_says_and_nothing_is_written(stage):
    first = stage.key
    done = rotate(stage, since="2026-01-01")
    before = stage.contents()
    shown = show_keys(stage.desk, stage.passphrase)
    assert (shown.first, shown.key, shown.second_key) == (first, done.key, "")
    assert [(change.n, change.op, change.since) for change in shown.changes] == [(done.n, "revoke", "2026-01-01")]
    assert shown.next == journal_of(stage).keys.next
    assert stage.contents() == before


def test_anchors_from_before_the_day_are_counted_by_the_size_they_cover(tmp_path):
    signer = Signer("wk1/example000000", b"\x07" * 32)
    days = iter(["2026-01-01", "2026-01-02", "2026-01-03", "2026-01-04"])
    genesis = prepare("genesis", {}, x={"next": "0" * 64})
    journal = Journal.create(tmp_path / "log", signer=signer, by="desk", genesis=genesis, today=lambda: next(days))
    for size in (7, 5, 9):
        journal.append(prepare("anchor", {}, x={"kind": "rfc3161", "size": size, "file": "0" * 64}))
    found = [anchored_before(journal.lines(), f"2026-01-0{day}") for day in range(2, 6)]
    assert found == [0, 7, 7, 9]


def test_an_older_program_reads_a_keyring_that_uses_nothing_new(stage):
    from witnesskit.vault.keyring_file import dump_keyring

    keyring = open_keyring(stage.desk, stage.passphrase)
    plain = dump_keyring(keyring)
    assert b"pending" not in plain
    assert b"post_quantum" not in plain
    assert b"lost" not in plain
    assert b"post_quantum" in dump_keyring(replace(keyring, post_quantum=True))
    assert Path(stage.folder / "desk" / KEYRING).is_file()
