"""A log whose key is replaced: only the offline key can, and only the key in force signs on."""

from __future__ import annotations

import hmac
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey

from tests.custody.conftest import SIGNER, observe
from witnesskit.custody import Journal, Signer, prepare
from witnesskit.custody.key_line import ChangeWish, authorise
from witnesskit.errors.custody import NotCommittable, RolledBack, UnauthorisedChange
from witnesskit.formats import custody_event, key_change
from witnesskit.formats.checkpoint import SignatureState, parse_checkpoint, parse_note
from witnesskit.formats.cosignature import cosigned_by
from witnesskit.formats.key_change import REVOKE, ROTATE
from witnesskit.keys import ML_DSA_44, parse_verifier_key
from witnesskit.sealing import rings

VAULT_PAGE = Path(__file__).parents[2] / "docs" / "spec" / "vault.md"
RECOVERY = b"\x03" * 32


def offline(number: int) -> Signer:
    return Signer(rings.change_key(RECOVERY, number).name, rings.change_seed(RECOVERY, number))


def fresh(byte: int) -> Signer:
    return Signer(SIGNER.origin, bytes([byte]) * 32)


def begun(folder, by="desk") -> Journal:
    genesis = prepare("genesis", {"kind": by}, x={"next": rings.change_digest(RECOVERY, 0)})
    return Journal.create(folder, signer=SIGNER, by=by, genesis=genesis, today=lambda: "2026-11-23")


def change_of(journal: Journal, signer: Signer, number: int, op=ROTATE, since=""):
    wish = ChangeWish(op, signer.key, rings.change_digest(RECOVERY, number + 1), since)
    return authorise(offline(number), journal.log, journal.settle(), wish)


def event_of(change):
    return prepare("key", {"day": "2026-11-23"}, x=key_change.public_members(change))


def rotate(journal: Journal, signer: Signer, number: int, **more) -> bytes:
    return journal.change_key(event_of(change_of(journal, signer, number, **more)), signer)


def stored_change(journal: Journal, change) -> bytes:
    """The ``key`` line that somebody writes who does not ask the journal."""
    like = custody_event.parse(journal.lines()[-1])
    line = replace(like, n=journal.size, type="key", log=journal.log, sd=like.sd[:8], item="",
                   x=key_change.public_members(change))  # fmt: skip
    return custody_event.dump(line)


def test_after_a_change_the_new_key_signs_and_the_log_is_continued(folder):
    journal = begun(folder)
    journal.append(observe())
    old = journal.checkpoint(SIGNER)
    second = fresh(8)
    note = parse_note(rotate(journal, second, 0))
    assert parse_checkpoint(note.text).size == 3
    assert note.signed_by(second.key) is SignatureState.GOOD
    assert note.signed_by(SIGNER.key) is SignatureState.ABSENT
    again = Journal.open(folder, by="desk")
    assert (again.vkey, again.origin, again.root) == (second.vkey, SIGNER.origin, journal.root)
    assert again.keys.key_at(2) == SIGNER.key
    assert again.keys.key_at(3) == second.key
    assert again.notes()[1] == old
    again.append(observe())
    again.checkpoint(second)


def test_each_change_is_authorised_by_the_key_that_the_one_before_committed(folder):
    journal = begun(folder)
    for number in range(3):
        rotate(journal, fresh(20 + number), number)
    with pytest.raises(UnauthorisedChange):
        rotate(journal, fresh(30), 2)
    again = Journal.open(folder, by="desk")
    assert again.keys.keys == (SIGNER.key, *(fresh(20 + number).key for number in range(3)))
    assert again.keys.next == rings.change_digest(RECOVERY, 3)


def test_a_revocation_names_the_day_and_a_rotation_none(folder):
    journal = begun(folder)
    rotate(journal, fresh(8), 0, op=REVOKE, since="2026-11-01")
    (change,) = Journal.open(folder, by="desk").keys.changes
    assert (change.op, change.since) == (REVOKE, "2026-11-01")
    for op, since in ((ROTATE, "2026-11-01"), (REVOKE, ""), ("replace", "")):
        with pytest.raises(UnauthorisedChange):
            rotate(journal, fresh(9), 1, op=op, since=since)


def test_the_old_key_signs_nothing_after_a_change(folder):
    journal = begun(folder)
    rotate(journal, fresh(8), 0)
    journal.append(observe())
    with pytest.raises(NotCommittable):
        journal.checkpoint(SIGNER)
    (folder / "checkpoints" / "3.note").write_bytes(SIGNER.note(f"{SIGNER.origin}\n3\n{journal.root}\n"))
    with pytest.raises(RolledBack):
        Journal.open(folder, by="desk")


def _by_a_thief(journal):
    return authorise(SIGNER, journal.log, journal.size, ChangeWish(ROTATE, fresh(8).key, "0" * 64))


def _with_another_key(journal):
    return replace(change_of(journal, fresh(8), 0), key=fresh(9).key)


def _by_the_wrong_number(journal):
    return change_of(journal, fresh(8), 1)


def _of_another_log(journal):
    wish = ChangeWish(ROTATE, fresh(8).key, rings.change_digest(RECOVERY, 1))
    return authorise(offline(0), "0" * 64, journal.size, wish)


THIEVES = [_by_a_thief, _with_another_key, _by_the_wrong_number, _of_another_log]


@pytest.mark.parametrize("made", THIEVES)
def test_a_change_that_the_offline_key_did_not_authorise_is_not_written(folder, made):
    journal = begun(folder)
    change = made(journal)
    (signer,) = [fresh(byte) for byte in (8, 9) if fresh(byte).key == change.key]
    with pytest.raises(UnauthorisedChange):
        journal.change_key(event_of(change), signer)
    assert (journal.size, journal.vkey) == (1, SIGNER.vkey)
    assert (folder / "log.jsonl").read_bytes() == journal.log_bytes()


def test_a_change_is_authorised_for_one_place_in_the_log(folder):
    journal = begun(folder)
    change = change_of(journal, fresh(8), 0)
    journal.append(observe())
    for moved in (change, replace(change, n=journal.size)):
        with pytest.raises(UnauthorisedChange):
            journal.change_key(event_of(moved), fresh(8))
    assert (journal.size, journal.vkey) == (2, SIGNER.vkey)


def test_a_change_goes_only_by_its_own_way_and_only_to_a_new_key_of_this_log(folder):
    journal = begun(folder)
    change = change_of(journal, fresh(8), 0)
    with pytest.raises(NotCommittable):
        journal.append(event_of(change))
    with pytest.raises(NotCommittable):
        journal.change_key(event_of(change), fresh(9))
    with pytest.raises(NotCommittable):
        journal.change_key(observe(), fresh(8))
    with pytest.raises(NotCommittable):
        rotate(journal, SIGNER, 0)
    with pytest.raises(UnauthorisedChange):
        rotate(journal, Signer("wk1/another000000", bytes(32)), 0)
    assert journal.size == 1


@pytest.mark.parametrize("made", THIEVES)
def test_an_unsigned_line_that_changes_the_key_without_authority_is_cut(folder, made):
    journal = begun(folder)
    line = stored_change(journal, made(journal))
    with (folder / "log.jsonl").open("ab") as stream:
        stream.write(line + b"\n")
    again = Journal.open(folder, by="desk")
    assert (again.size, again.lost, again.vkey) == (1, len(line) + 1, SIGNER.vkey)
    again.append(observe())
    types = [custody_event.parse(line).type for line in again.lines()]
    assert types == ["genesis", "recover", "observe"]


@pytest.mark.parametrize("made", THIEVES)
def test_a_signed_change_without_authority_is_not_continued(folder, made):
    journal = begun(folder)
    change = made(journal)
    journal._write([stored_change(journal, change)])
    journal.checkpoint(SIGNER)
    with pytest.raises(UnauthorisedChange):
        Journal.open(folder, by="desk")


def test_killed_between_event_and_checkpoint_the_new_key_is_in_force(folder, monkeypatch):
    journal = begun(folder)
    second = fresh(8)
    event = event_of(change_of(journal, second, 0))
    monkeypatch.setattr(Journal, "checkpoint", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        journal.change_key(event, second)
    monkeypatch.undo()
    again = Journal.open(folder, by="desk")
    assert (again.size, again.vkey) == (2, second.vkey)
    again.append(observe())
    assert parse_note(again.checkpoint(second)).signed_by(second.key) is SignatureState.GOOD


@pytest.mark.parametrize("kept", [0, 1, 100, -2, -1])
def test_cut_within_its_line_a_change_did_not_happen(folder, kept):
    journal = begun(folder)
    line = stored_change(journal, change_of(journal, fresh(8), 0)) + b"\n"
    with (folder / "log.jsonl").open("ab") as stream:
        stream.write(line[:kept])
    again = Journal.open(folder, by="desk")
    assert (again.size, again.vkey) == (1, SIGNER.vkey)
    rotate(again, fresh(9), 0)
    assert Journal.open(folder, by="desk").vkey == fresh(9).vkey


def test_a_second_key_signs_only_where_it_is_switched_on(folder):
    journal = begun(folder)
    (plain,) = map(parse_note, journal.notes())
    assert len(plain.signatures) == 1
    twice = Signer(SIGNER.origin, SIGNER.to_bytes(), post_quantum=True)
    journal.append(observe())
    note = parse_note(journal.checkpoint(twice))
    second = parse_verifier_key(twice.second_key.text, (ML_DSA_44,))
    assert (second.name, len(note.signatures)) == (SIGNER.origin, 2)
    assert note.signed_by(SIGNER.key) is SignatureState.GOOD
    assert cosigned_by(note, parse_checkpoint(note.text), second) == (SignatureState.GOOD, 0)
    other = replace(parse_checkpoint(note.text), size=1)
    assert cosigned_by(note, other, second)[0] is SignatureState.BAD


def test_the_second_key_follows_from_the_seed_and_nothing_of_either_is_shown():
    again = Signer(SIGNER.origin, SIGNER.to_bytes(), post_quantum=True)
    assert again.second_key == SIGNER.second_key != fresh(8).second_key
    assert SIGNER.to_bytes().hex() not in repr(again)


def test_an_operator_signs_under_a_name_of_its_own(folder):
    journal = begun(folder)
    operator = Signer("archive/operator-1", b"\x11" * 32)
    journal.append(prepare("check", {"kind": "operator"}))
    note = parse_note(journal.checkpoint(SIGNER, [operator]))
    assert {note.signed_by(key) for key in (SIGNER.key, operator.key)} == {SignatureState.GOOD}
    with pytest.raises(NotCommittable):
        journal.checkpoint(SIGNER, [fresh(9)])
    assert Journal.open(folder, by="desk").size == 2


def test_the_page_says_how_the_second_seed_follows():
    """RFC 5869 by hand, and the value that docs/spec/vault.md prints for this seed."""
    extracted = hmac.digest(b"witnesskit/signer/v1", SIGNER.to_bytes(), "sha256")
    seed = hmac.digest(extracted, b"ml-dsa-44\x01", "sha256")
    public = MLDSA44PrivateKey.from_seed_bytes(seed).public_key().public_bytes_raw()
    assert SIGNER.second_key.public == public
    assert f"`{seed.hex()}`" in VAULT_PAGE.read_text(encoding="utf-8")
