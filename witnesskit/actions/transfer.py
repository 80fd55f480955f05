"""The event ``transfer``, and what a field vault says of every bundle to its desk."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from witnesskit.actions.chain_members import chain_heads, chain_members
from witnesskit.actions.session import Session
from witnesskit.bundle.plan import BundlePlan, PlannedMember, transfer_digest
from witnesskit.custody.journal import utc_day
from witnesskit.custody.prepare import prepare
from witnesskit.formats.bundle_manifest import TransferOpening
from witnesskit.model import Ring, SealedCapsule
from witnesskit.vault import state, store
from witnesskit.vault.layout import Vault

FOLLOWING: Final = "Next: bring it to the desk, then `witnesskit receipt RECEIPT` with what the desk gives back"


def logged(session: Session, volumes: Sequence[Sequence[PlannedMember]]) -> BundlePlan:
    """Log the transfer, so that the chain in the bundle holds it; its openings travel in bundle.json.

    The plan holds the chain and, where there is one volume only, its payload.
    """
    counter, previous = next_in_line(session.state)
    bundle_id = secrets.token_hex(16)
    chain_count = len(chain_members(session.vault, session.journal))
    committed = {
        "bundle": bundle_id,
        "manifest_sha256": transfer_digest(volumes, chain_members=chain_count),
        "day": utc_day(),
        "to": session.recipients.of(Ring.DESK)[0],
        "counter": counter,
        "capsules": len({member.capsule for volume in volumes for member in volume}),
        "policy": session.policy.id,
    }
    event = prepare("transfer", committed)
    number = session.journal.append(event)
    session.journal.checkpoint(session.signer)
    members = chain_members(session.vault, session.journal)
    return replace(
        plan_of(session, counter, previous),
        members=[*members, *(volumes[0] if len(volumes) == 1 else ())],
        chain=chain_heads(session.vault, session.journal),
        openings=(TransferOpening(number, event.disclosures),),
        id=bundle_id,
    )


def plan_of(session: Session, counter: int, previous: str) -> BundlePlan:
    """What is said of every bundle of this vault to its desk."""
    invite = session.vault.config.invite
    return BundlePlan(
        sender=session.signer.vkey,
        counter=counter,
        previous=previous,
        audience="desk",
        members=(),
        policy=session.policy.id,
        enrol=invite.enrol if invite else "",
    )


def next_in_line(present: state.State) -> tuple[int, str]:
    """(counter, digest of the bundle.json before) of the next bundle."""
    if not present.bundles:
        return 1, ""
    newest = max(present.bundles.values(), key=lambda bundle: bundle.counter)
    return newest.counter + 1, newest.meta_sha256


def capsule_member(vault: Vault, capsule: SealedCapsule) -> PlannedMember:
    """A capsule as it lies in the store."""
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
