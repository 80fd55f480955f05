"""Importing is witnessing: whose bundle it is, and the answer under that invite's own key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from witnesskit.actions.anchored import is_anchored, own_word
from witnesskit.actions.arrivals import Came, volumes_lacking
from witnesskit.actions.openings_capsule import seal_openings
from witnesskit.actions.ownership import is_name_of_another
from witnesskit.actions.seen import SeenLog
from witnesskit.bundle.sequence import SeenBundle
from witnesskit.custody.journal import utc_day
from witnesskit.custody.prepare import prepare
from witnesskit.custody.signer import Signer
from witnesskit.errors.bundle import SenderUnknown, StrangeRecipients
from witnesskit.formats.bundle_manifest import BundleMeta
from witnesskit.formats.receipt import Receipt, receipt_bytes
from witnesskit.keys import parse_verifier_key
from witnesskit.sealing import rings
from witnesskit.vault import durable, state
from witnesskit.vault.keyring import IssuedInvite, Keyring
from witnesskit.vault.keyring_file import save_keyring
from witnesskit.vault.layout import Vault
from witnesskit.vault.state import State
from witnesskit.vault.trustfile import enrol, invite_of, succeed, taken_keys

if TYPE_CHECKING:
    from witnesskit.actions.import_bundle import Desk
    from witnesskit.actions.session import Session

_GAP_TOLD: Final = 100  # numbers of missing bundles that are told; a device's counter is its own word


@dataclass(frozen=True)
class Handover:
    """One bundle that was taken in."""

    meta: BundleMeta
    came: Came
    logs: Sequence[SeenLog]
    invite: IssuedInvite
    copies: int


def invite_for(keyring: Keyring, meta: BundleMeta) -> IssuedInvite:
    """The invite whose keys the bundle is sealed to; raises StrangeRecipients for any other set."""
    for invite in keyring.issued:
        if keyring.desk_identity(invite.number).recipient in meta.recipients:
            if len(meta.recipients) != 2:
                raise StrangeRecipients(f"{len(meta.recipients)} recipients, 2 were given")
            return invite
    raise StrangeRecipients("no invite of this desk")


def admit(keyring: Keyring, invite: IssuedInvite, meta: BundleMeta, own: str) -> Keyring:
    """The keyring with the sender enrolled; raises SenderUnknown unless it is this invite's own device.

    First bundle: by the one-time code. A new log of the same device: by the same key under a new name, which no
    other device, no desk that is trusted and not this one (``own``, its verifier key) has.
    """
    known = invite_of(keyring, meta.sender)
    if known is not None:
        if known.id != invite.id:
            raise SenderUnknown("a device of another invite")
        return keyring
    key = parse_verifier_key(meta.sender)
    if is_name_of_another((own, *taken_keys(keyring)), key):
        raise SenderUnknown("it signs under the name of another key")
    for sender in invite.senders:
        if parse_verifier_key(sender).public == key.public:
            return succeed(keyring, sender, meta.sender)
    if invite.senders or meta.enrol != invite.enrol:
        raise SenderUnknown
    return enrol(keyring, meta.enrol, meta.sender)


def keep_keyring(vault: Vault, desk: Desk, keyring: Keyring) -> None:
    """Save the enrolment, once; sealing a keyring costs seconds."""
    if keyring != desk.keyring:
        save_keyring(vault, keyring)
        desk.session.keyring = keyring


def senders_of(keyring: Keyring, invite: IssuedInvite) -> tuple[str, ...]:
    """Every name under which the device of an invite has signed."""
    return next(each.senders for each in keyring.issued if each.id == invite.id)


def seen_of(present: State, senders: Sequence[str]) -> tuple[SeenBundle, ...]:
    """Bundles of one device, under whatever name, that were taken in before."""
    return tuple(
        SeenBundle(bundle_id, bundle.counter, bundle.previous, bundle.meta_sha256, bundle.volumes)
        for bundle_id, bundle in present.bundles_of(senders)
    )


def missing_before(present: State, senders: Sequence[str], counter: int) -> tuple[int, ...]:
    """Numbers of this device's bundles before number ``counter`` that have not arrived; the last ones only."""
    there = {one.counter for one in seen_of(present, senders)}
    newest = max((number for number in there if number < counter), default=0)
    return tuple(range(max(newest + 1, counter - _GAP_TOLD), counter))


def answer(session: Session, keyring: Keyring, done: Handover, folder: Path) -> Path:
    """Log the receipt, sign it under the invite's key, write it; returns its path."""
    log = done.logs[-1]
    unpacked, volumes = done.came.unpacked, volumes_lacking(done.came)
    checked = len(unpacked.kept) + len(unpacked.skipped)
    if done.came.journal and done.meta.volumes > 1:
        checked = sum(one.members - len(one.missing) for one in done.came.journal.arrived.values())
    receipt = Receipt(
        bundle=done.meta.set,
        log=log.log,
        size=log.head.size,
        root=log.head.root,
        checked=checked,
        opened=0,
        copies=done.copies,
        missing=unpacked.missing if done.meta.volumes == 1 else (),
        checkpoint=own_word(session.journal) if _is_anchored(session) else "",
        volumes=volumes,
    )
    data = receipt_bytes(
        receipt, _witness(keyring, done.invite).sign_note
    )  # what it cannot hold is not logged either
    _log(session, done, receipt)
    durable.make_folder(folder)
    path = (
        folder / f"receipt-{done.meta.set}.wkr"
    )  # all of the id: a device chooses it, and part of another's is known
    durable.replace(path, data)
    return path


def _is_anchored(session: Session) -> bool:
    """Asked once: what is anchored stays so while nobody but this session writes here."""
    if session.anchored is None:
        session.anchored = is_anchored(session.vault, session.journal)
    return session.anchored


def _log(session: Session, done: Handover, receipt: Receipt) -> None:
    """One receipt event for every log of the bundle, under the desk's own key."""
    events = []
    for log in done.logs:
        committed = {
            "bundle": done.meta.set,
            "origin": log.head.origin,
            "log": log.log,
            "size": log.head.size,
            "root": log.head.root_text,
            "result": "complete" if receipt.complete else "partial",
            "checked": receipt.checked,
            "opened": receipt.opened,
            "missing": [*receipt.missing, *_in_volumes(receipt)],
            "copies": receipt.copies,
            "day": utc_day(),
            "sender": done.meta.sender,
            "policy": session.policy.id,
        }
        events.append(prepare("receipt", committed))
    transfer = [
        {"event": "transfer", "disclosures": list(opening.disclosures), "deferred": {}}
        for opening in done.meta.openings
    ]
    lines = [*(event.opening_line() for event in events), *transfer]
    session.state = seal_openings(session.vault, session.state, session.recipients, lines)
    session.journal.append_all([(event, {}) for event in events])
    session.journal.checkpoint(session.signer)
    if receipt.complete:  # the copies of a damaged bundle are copies of the damage
        present = session.state
        facts = replace(present.bundles[done.meta.set], copies=receipt.copies)
        session.state = present.with_bundle(done.meta.set, facts)
        state.save_state(session.vault, session.state)


def _in_volumes(receipt: Receipt) -> list[str]:
    """What a set lacks, as the receipt writes it."""
    return [f"{number}/{one}" for number, ordinals in receipt.volumes for one in ordinals or ("",)]


def _witness(keyring: Keyring, invite: IssuedInvite) -> Signer:
    seed = rings.witness_seed(keyring.desk_seed, invite.number)
    return Signer(rings.witness_key(keyring.desk_seed, invite.number).name, seed)
