"""``bundle``: from a field everything not confirmed yet, sealed as it is; from a desk what its policy allows."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from pathlib import Path

from witnesskit.actions.bundled import BundleDone, BundleWish
from witnesskit.actions.chain_members import chain_heads, chain_members
from witnesskit.actions.opening import open_for_saving
from witnesskit.actions.session import Session
from witnesskit.bundle.pack import Packed, write_volume
from witnesskit.bundle.plan import BundlePlan, PlannedMember, transfer_digest
from witnesskit.custody.journal import utc_day
from witnesskit.custody.prepare import prepare
from witnesskit.errors.actions import NotForBundle
from witnesskit.errors.bundle import NothingToPack
from witnesskit.errors.cli import NoFolder
from witnesskit.formats.bundle_manifest import TransferOpening
from witnesskit.model import Ring, SealedCapsule, VaultKind
from witnesskit.vault import state, store
from witnesskit.vault.layout import Vault
from witnesskit.vault.state import BundleState

Report = Callable[[int, int | None], None]


def bundle(vault: Vault, wish: BundleWish, report: Report) -> BundleDone:
    """Write one bundle; raises NoFolder, NothingToPack, NoRoom, VolumeTooLarge and the disk's leaves."""
    if not wish.folder.is_dir():
        raise NoFolder
    if vault.config.kind is VaultKind.DESK:
        from witnesskit.actions.bundle_audience import bundle_for_audience

        return bundle_for_audience(vault, wish, report)
    if wish.audience or wish.recipient or wish.items or wish.custodian_sheet:
        raise NotForBundle
    with open_for_saving(vault, wish.passphrase) as session:
        return _bundle_field(session, wish.folder, report)


def _bundle_field(session: Session, folder: Path, report: Report) -> BundleDone:
    """Nothing is decrypted: capsules go as they lie, with the chain."""
    waiting = tuple(item for item, found in session.state.items.items() if not found.receipted)
    if all(session.state.items[item].paper for item in waiting):
        raise NothingToPack
    capsules = [capsule for item in waiting for capsule in session.state.items[item].capsules]
    payload = [_capsule_member(session.vault, capsule) for capsule in capsules]
    plan = _logged(session, payload)
    recipients = session.recipients.of(Ring.DESK)
    whole = sum(capsule.size for capsule in capsules)
    before = session.state
    try:
        packed = write_volume(
            folder,
            plan,
            recipients,
            session.signer.sign_note,
            lambda done: report(done, whole),
            lambda ready: _remember(session, plan, ready, waiting),
        )
    except BaseException:
        if session.state is not before:  # remembered, and then it could not get its name
            state.save_state(session.vault, before)
        raise
    real = sum(not session.state.items[item].paper for item in waiting)
    following = "Next: bring it to the desk, then `witnesskit receipt RECEIPT` with what the desk gives back"
    return BundleDone(str(packed.path), packed.id, packed.size, real, packed.members, following)


def _logged(session: Session, payload: Sequence[PlannedMember]) -> BundlePlan:
    """Log the transfer, so that the chain in the bundle holds it; its openings travel in bundle.json."""
    counter, previous = _next_in_line(session.state)
    bundle_id = secrets.token_hex(16)
    chain_count = len(chain_members(session.vault, session.journal))
    committed = {
        "bundle": bundle_id,
        "manifest_sha256": transfer_digest(payload, chain_members=chain_count),
        "day": utc_day(),
        "to": session.recipients.of(Ring.DESK)[0],
        "counter": counter,
        "capsules": len(payload),
        "policy": session.policy.id,
    }
    event = prepare("transfer", committed)
    number = session.journal.append(event)
    session.journal.checkpoint(session.signer)
    members = chain_members(session.vault, session.journal)
    invite = session.vault.config.invite
    return BundlePlan(
        sender=session.signer.vkey,
        counter=counter,
        previous=previous,
        audience="desk",
        members=[*members, *payload],
        chain=chain_heads(session.vault, session.journal),
        policy=session.policy.id,
        enrol=invite.enrol if invite else "",
        openings=(TransferOpening(number, event.disclosures),),
        id=bundle_id,
    )


def _next_in_line(present: state.State) -> tuple[int, str]:
    """(counter, digest of the bundle.json before) of the next bundle."""
    if not present.bundles:
        return 1, ""
    newest = max(present.bundles.values(), key=lambda bundle: bundle.counter)
    return newest.counter + 1, newest.meta_sha256


def _capsule_member(vault: Vault, capsule: SealedCapsule) -> PlannedMember:
    return PlannedMember(
        "capsule",
        capsule.size,
        capsule.sha256,
        lambda: store.open_capsule(vault, capsule.id),
        item=capsule.item,
        capsule=capsule.id,
        role=capsule.role.value,
        part=capsule.part,
    )


def _remember(session: Session, plan: BundlePlan, packed: Packed, items: Sequence[str]) -> None:
    """Before the bundle has its name: its number is used once, and its receipt will be known."""
    facts = BundleState(plan.counter, plan.previous, "", packed.meta_sha256, tuple(items))
    session.state = state.delivered(session.state, packed.id, facts)
    state.save_state(session.vault, session.state)
