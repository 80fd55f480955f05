"""Steps 8 to 11: the keys of a log, and its checkpoints by themselves."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from witnesskit.errors.formats import BadNote
from witnesskit.errors.verify import BadLine
from witnesskit.formats import key_change
from witnesskit.formats.checkpoint_read import Checkpoint, SignatureState, SignedNote, parse_checkpoint, parse_note
from witnesskit.formats.cosignature_read import cosigned_by
from witnesskit.keys import ED25519, ML_DSA_44, VerifierKey
from witnesskit.verify.log_view import LogView
from witnesskit.verify.verdict import FAIL, OK, UNKNOWN, WARN, CheckResult, CheckState

GOOD, BAD, ABSENT = SignatureState.GOOD, SignatureState.BAD, SignatureState.ABSENT


@dataclass(frozen=True)
class Signed:
    """A note, its bytes and the checkpoint it signs."""

    data: bytes
    note: SignedNote
    checkpoint: Checkpoint
    digest: bytes  # SHA-256 of the bytes, which timestamps are of


def read_signed(untrusted_note: bytes) -> Signed:
    """Read a checkpoint note; raises BadNote. No signature is checked."""
    note = parse_note(untrusted_note)
    return Signed(untrusted_note, note, parse_checkpoint(note.text), hashlib.sha256(untrusted_note).digest())


def check_keys(view: LogView) -> Iterator[CheckResult]:
    """Step 8: a change of keys counts if the recovery key that was committed before has signed it."""
    changes = [(n, event) for n, event in view.events.items() if event.type == "key"]
    following = view.events[0].x["next"] if view.keys else ""
    for n, event in changes if view.keys else ():
        try:
            change = key_change.read(event, view.origin)
        except BadLine as error:
            yield view.says(FAIL, 8, "ROTATE", f"event {n}: {error}")
            continue
        if n != change.n or not change.authorised(view.log, following):
            yield view.says(FAIL, 8, "ROTATE", f"event {n} replaces the key, and the recovery key did not allow it")
            continue
        following = change.next
        view.keys.append((n, change.key))
        if change.op == key_change.REVOKE:
            view.revoked.append((n, change.since))
        yield view.says(OK, 8, "ROTATE", f"event {n} replaces the key, as the recovery key allows")


def check_notes(view: LogView, further: Collection[VerifierKey], signed: list[Signed]) -> Iterator[CheckResult]:
    """Steps 9 to 11 for every checkpoint; fills ``signed`` with those that hold."""
    lacking = False
    for untrusted_note in view.files.notes:
        try:
            one = read_signed(untrusted_note)
        except BadNote as error:
            yield view.says(UNKNOWN, 9, "NOTE", str(error))
            continue
        if not view.keys or one.checkpoint.origin != view.origin:
            yield view.says(UNKNOWN, 9, "ORIGIN", "a checkpoint is of another log")
            continue
        findings = [*check_signatures(view, one, further, WARN)]
        yield from findings
        lacking |= any(finding.state is WARN for finding in findings)
        if all(finding.state is OK for finding in findings):
            yield (root := _check_root(view, one.checkpoint))
            if root.state is OK:
                signed.append(one)
                view.attested = max(view.attested, one.checkpoint.size)
                view.signers.add(view.key_at(one.checkpoint.size))
    if not view.files.notes:
        yield view.says(UNKNOWN, 10, "UNSIGNED", "no checkpoint signs this log")
    elif lacking and not signed:
        yield view.says(UNKNOWN, 10, "UNSIGNED", "no checkpoint is signed by the log's second key too")


def check_signatures(
    view: LogView, one: Signed, further: Collection[VerifierKey], lacking: CheckState = UNKNOWN
) -> Iterator[CheckResult]:
    """Step 10: the key in force at its size signed it, and so did each second key of the log; operators may.

    ``lacking``: what is said where only a second key did not sign.
    """
    size = one.checkpoint.size
    own = view.key_at(size)
    state = one.note.signed_by(own)
    if state is ABSENT:
        yield view.says(UNKNOWN, 10, "UNSIGNED", "the log's key did not sign it")
    states = [state]
    for key in further:
        if key.kind == ML_DSA_44 and key.name == view.origin:
            state, time = cosigned_by(one.note, one.checkpoint, key)
            states.append(state)
            if state is ABSENT or time:  # one made before there was that key: it does not count, a later one may
                yield view.says(lacking, 10, "UNSIGNED", "the log's second key did not sign it")
        elif key.kind == ED25519 and key.name != view.origin:
            states.append(one.note.signed_by(key))
            if states[-1] is GOOD:
                yield view.says(OK, 10, "OPERATOR", f"{key.name} signed the checkpoint of {size} events")
    if BAD in states:
        yield view.says(FAIL, 10, "SIG", "a signature does not verify")


def _check_root(view: LogView, checkpoint: Checkpoint) -> CheckResult:
    held, size = len(view.leaves), checkpoint.size
    if size > held:
        return view.says(FAIL, 11, "TRUNCATED", f"{size} events were signed, {held} are here")
    if view.leaves.root(size) != checkpoint.root:
        return view.says(FAIL, 11, "ROOT", f"the first {size} events are not those signed")
    return view.says(OK, 11, "ROOT", f"the first {size} events are those signed")
