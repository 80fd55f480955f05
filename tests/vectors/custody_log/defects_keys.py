"""Keys that are replaced, second keys, operators' keys; deletions."""

from __future__ import annotations

from dataclasses import replace

from tests.vectors.custody_log.anchored import (
    BETA,
    HOUR,
    LATER_RECOVERY,
    NEW,
    NOON,
    OTHER,
    Desk,
    broken,
    change_of,
    desk,
    one_item,
    openings_of,
    receipt_of,
    stamp,
    twice,
)
from tests.vectors.custody_log.catalogue import CANNOT_TELL, CHANGED, UNCHANGED, vector
from tests.vectors.custody_log.honest import DAY, DESK, FIELD, STRANGER, Example, id_of, sign, with_case
from tests.vectors.custody_log.second_key import SECOND, second_line
from witnesskit.custody import Signer, prepare
from witnesskit.verify import CaseFiles

OPERATOR = Signer("wk1/operator00000", b"\x0d" * 32)


def _rotated(made: Desk, op: str = "rotate", since: str = "", **told: object) -> Desk:
    """The key is replaced, and one more item signed by the new one."""
    made.log(change_of(made, op, since, **told)).item("second")
    made.signer = NEW
    made.checkpoint()
    return made


@vector("ok-rotation", UNCHANGED)
def rotation(_: Example) -> Example:
    """the recovery key allowed a new key; each checkpoint is signed by the key of its time"""
    with one_item("rotated") as made:
        return _rotated(made).example()


@vector("ok-rotation-new-key-trusted", UNCHANGED)
def rotation_new(_: Example) -> Example:
    """the person was given the new key only"""
    with one_item("rotated") as made:
        return _rotated(made).example(keys=(NEW.vkey,))


@vector("UNTRUSTED-first-key-signed-nothing", CANNOT_TELL, "UNTRUSTED", "NOTHING")
def rotation_unsigned(_: Example) -> Example:
    """the first line names the trusted key, which signed no checkpoint that is here: anybody can write such a log"""
    with one_item("rotated") as made:
        _rotated(made).notes.pop(0)
        return made.example()


@vector("UNTRUSTED-last-key-signed-nothing", CANNOT_TELL, "UNTRUSTED", "NOTHING")
def rotation_new_unsigned(_: Example) -> Example:
    """the key that the last change names is trusted, and signed no checkpoint that is here"""
    with one_item("rotated") as made:
        _rotated(made).notes.pop()
        return made.example(keys=(NEW.vkey,))


@vector("ROTATE-without-the-recovery-key", CHANGED, "ROTATE", "UNSIGNED", "TAIL")
def rotate_thief(_: Example) -> Example:
    """a thief of the key replaces it and signs that himself"""
    with one_item("rotated") as made:
        return _rotated(made, by=DESK).example()


@vector("ROTATE-other-recovery-key", CHANGED, "ROTATE", "UNSIGNED", "TAIL")
def rotate_other(_: Example) -> Example:
    """a recovery key that the log does not commit"""
    with one_item("rotated") as made:
        return _rotated(made, by=LATER_RECOVERY).example()


@vector("ROTATE-key-exchanged", CHANGED, "ROTATE", "UNSIGNED", "TAIL")
def rotate_edited(_: Example) -> Example:
    """the authorisation is of another new key"""
    with one_item("rotated") as made:
        return _rotated(made, key=STRANGER.vkey).example()


@vector("ROTATE-other-name", CHANGED, "ROTATE", "UNSIGNED", "TAIL")
def rotate_name(_: Example) -> Example:
    """the new key bears another name"""
    with one_item("rotated") as made:
        return _rotated(made, key=FIELD.vkey).example()


@vector("UNSIGNED-old-key-after-rotation", CANNOT_TELL, "UNSIGNED", "TAIL")
def old_key(_: Example) -> Example:
    """a checkpoint after the rotation, signed by the old key"""
    with one_item("rotated") as made:
        made.log(change_of(made, "rotate")).item("second").checkpoint()
        return made.example()


@vector("UNSIGNED-new-key-before-rotation", CANNOT_TELL, "UNSIGNED", "UNTRUSTED", "NOTHING")
def new_key(_: Example) -> Example:
    """a checkpoint of no more lines than before the rotation, signed by the new key"""
    with one_item("rotated") as made:
        _rotated(made).notes[0] = sign(made.team.journal.log_bytes(), NEW, 4)
        return made.example()


@vector("REVOKED-not-anchored", CANNOT_TELL, "REVOKED", "NOTHING")
def revoked(_: Example) -> Example:
    """an event that may be back-dated: the key was revoked, and nobody outside saw the event before the theft"""
    with one_item("revoked") as made:
        made.log(change_of(made, "revoke", "2026-11-24"))
        made.signer = NEW
        made.checkpoint()
        return made.example()


@vector("REVOKED-one-authority", CANNOT_TELL, "REVOKED", "NOTHING")
def revoked_one(_: Example) -> Example:
    """one authority alone saw it before the theft: not proven"""
    with one_item("revoked") as made:
        made.anchor("4.alpha.tsr", stamp(made.notes[0], NOON))
        made.log(change_of(made, "revoke", "2026-11-24"))
        made.signer = NEW
        made.checkpoint()
        return made.example()


@vector("REVOKED-anchored-after-the-theft", CANNOT_TELL, "REVOKED", "NOTHING")
def revoked_late(_: Example) -> Example:
    """two authorities saw it, one of them on the day of the theft"""
    with one_item("revoked") as made:
        made.anchor("4.alpha.tsr", stamp(made.notes[0], NOON - 24 * HOUR))
        made.anchor("4.beta.tsr", stamp(made.notes[0], NOON, **BETA))
        made.log(change_of(made, "revoke", DAY))
        made.signer = NEW
        made.checkpoint()
        return made.example()


@vector("warning-REVOKED-proven-older", UNCHANGED, "REVOKED")
def revoked_older(_: Example) -> Example:
    """two authorities saw the item before the theft; only what logs their stamps is not proven"""
    with one_item("revoked") as made:
        twice(made, 4, made.notes[0], NOON).log(change_of(made, "revoke", "2026-11-24"))
        made.signer = NEW
        made.checkpoint()
        return made.example()


@vector("REVOKED-receipt", CANNOT_TELL, "REVOKED", "UNTRUSTED", "WITHHELD")
def revoked_receipt(_: Example) -> Example:
    """what a revoked key may have signed vouches for no other log"""
    with desk("received", "field", FIELD) as field:
        field.item("in the field")
        field.checkpoint()
        received, given = receipt_of(field), field.example().case
    with one_item("revoked") as made:
        made.log(prepare("receipt", received))
        made.log(change_of(made, "revoke", "2026-11-24")).item("second")
        made.signer = NEW
        made.checkpoint()
        example = made.example()
    found = example.case.found[2:] + given.found
    openings = tuple(one for one in example.case.openings if one.n > 3) + given.openings
    return replace(example, case=CaseFiles((*example.case.logs, *given.logs), openings, found, example.case.expected))


@vector("ok-operator", UNCHANGED)
def operator(_: Example) -> Example:
    """an operator whose key was given from outside signed the checkpoint too"""
    with one_item("operated") as made:
        made.notes[0] += OPERATOR.sign_note(made.notes[0].decode().partition("\n\n")[0] + "\n").encode()
        return made.example(keys=(DESK.vkey, OPERATOR.vkey))


@vector("SIG-operator", CHANGED, "SIG", "TAIL", "NOTHING")
def operator_bad(_: Example) -> Example:
    """one bit of an operator's signature"""
    example = operator(_)
    (files,) = example.case.logs
    return with_case(example, logs=(replace(files, notes=(broken(files.notes[0]),)),))


@vector("ok-second-key", UNCHANGED)
def second(_: Example) -> Example:
    """the log's ML-DSA-44 key signed the checkpoint too"""
    with one_item("two keys") as made:
        made.notes[0] += second_line(made.notes[0]).encode()
        return made.example(keys=(DESK.vkey, SECOND.text))


@vector("UNSIGNED-second-key", CANNOT_TELL, "UNSIGNED", "TAIL", "NOTHING")
def second_absent(_: Example) -> Example:
    """the log's ML-DSA-44 key was given from outside, and did not sign"""
    with one_item("two keys") as made:
        return made.example(keys=(DESK.vkey, SECOND.text))


@vector("warning-UNSIGNED-older-than-the-second-key", UNCHANGED, "UNSIGNED")
def second_younger(_: Example) -> Example:
    """an earlier checkpoint is without the ML-DSA-44 key, the newest has it"""
    with one_item("two keys") as made:
        made.notes[0] += second_line(made.notes[0]).encode()
        made.notes.insert(0, sign(made.team.journal.log_bytes(), DESK, 1))
        return made.example(keys=(DESK.vkey, SECOND.text))


@vector("UNSIGNED-operator-instead-of-the-log", CANNOT_TELL, "UNSIGNED", "TAIL", "NOTHING")
def operator_alone(_: Example) -> Example:
    """an operator signed the checkpoint, and the log's key did not"""
    with one_item("operated") as made:
        text = made.notes[0].decode().partition("\n\n")[0] + "\n"
        made.notes[0] = OPERATOR.note(text)
        return made.example(keys=(DESK.vkey, OPERATOR.vkey))


@vector("SIG-second-key", CHANGED, "SIG", "TAIL", "NOTHING")
def second_bad(_: Example) -> Example:
    """one bit of the signature of the log's ML-DSA-44 key"""
    with one_item("two keys") as made:
        made.notes[0] = broken(made.notes[0] + second_line(made.notes[0]).encode())
        return made.example(keys=(DESK.vkey, SECOND.text))


def _deleted(*, attested: bool = True, opened: bool = True) -> Example:
    """Two items, of which the first is erased and its deletion logged."""
    with one_item("deletes") as made:
        made.item("second")
        for name in ("first",) if opened else ("first", "first copy"):
            told = {"item": id_of(name), "why": "consent", "scope": "both", "authority": "the desk", "day": DAY}
            made.log(prepare("delete", told))
        made.notes = [sign(made.team.journal.log_bytes(), DESK, None if attested else 7)]
        example = made.example()
    kept = example.case.openings if opened else openings_of(example, 0, 4, 5, 6, 7, 8)
    return with_case(example, found=example.case.found[2:], openings=kept)


@vector("ok-deletion-recorded", UNCHANGED)
def deletion(_: Example) -> Example:
    """an item is gone, and an attested event says that it was deleted, why and by whom"""
    return _deleted()


@vector("ok-deletion-of-openings", UNCHANGED)
def deletion_closed(_: Example) -> Example:
    """an item, its copy and their openings are gone; an event for each of the two says so"""
    return _deleted(opened=False)


@vector("MISSING-deletion-on-nobodys-word", CHANGED, "MISSING", "TAIL")
def deletion_tail(_: Example) -> Example:
    """an item is gone, and the event that records its deletion is signed by nobody"""
    return _deleted(attested=False)


@vector("NOTE-too-many-signatures", CANNOT_TELL, "NOTE")
def too_many(_: Example) -> Example:
    """a checkpoint with 101 signature lines, beside a good one"""
    with one_item("signed often") as made:
        lines = made.notes[0] + OTHER.sign_note("x\n").encode() * 100
        made.notes.append(lines)
        return made.example()
