"""What an import adds to the desk's list: the capsules that verified, and whose bundle brought them."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from witnesskit.actions.session import Session
from witnesskit.bundle.result import Unpacked
from witnesskit.bundle.sequence import seen_bundle
from witnesskit.bundle.unpack import OpenVolume
from witnesskit.formats.bundle_members import Member
from witnesskit.model import Role, SealedCapsule
from witnesskit.vault import state
from witnesskit.vault.state import BundleState, State


def list_items(session: Session, volume: OpenVolume, unpacked: Unpacked) -> set[str]:
    """Add what verified to the state, in one step; returns the items of the bundle that are no papers."""
    there = {*unpacked.kept, *unpacked.skipped}
    papers = _papers(volume)
    present = session.state
    found: dict[str, None] = {}
    for member in volume.members:
        if member.kind == "capsule" and member.ordinal in there:
            present = _with(present, member, paper=member.item in papers)
            found[member.item] = None
    session.state = _with_bundle(present, session.state, volume, found)
    state.save_state(session.vault, session.state)
    return found.keys() - papers


def _with(present: State, member: Member, *, paper: bool) -> State:
    known = present.items.get(member.item)
    if known and member.capsule in {each.id for each in known.capsules}:
        return present
    capsule = SealedCapsule(member.capsule, member.item, Role(member.role), member.part, member.size, member.sha256)
    return state.with_paper(present, capsule) if paper else state.with_capsules(present, member.item, capsule)


def _with_bundle(present: State, before: State, volume: OpenVolume, found: dict[str, None]) -> State:
    """The bundle with the items that it brought first: who may add to them later is known by it."""
    known = present.bundles.get(volume.meta.id)
    brought = dict.fromkeys((*(known.items if known else ()), *(item for item in found if item not in before.items)))
    seen = seen_bundle(volume.meta)
    facts = known or BundleState(seen.counter, seen.previous, "", seen.meta_sha256, sender=volume.meta.sender)
    bundles = {**present.bundles, volume.meta.id: replace(facts, items=tuple(brought))}
    return replace(present, bundles=bundles)


def _papers(volume: OpenVolume) -> set[str]:
    """Openings of the chain's own events: one record capsule and nothing else; an item has two or more."""
    capsules = [member for member in volume.members if member.kind == "capsule"]
    counted = Counter(member.item for member in capsules)
    return {one.item for one in capsules if counted[one.item] == 1 and one.role == Role.RECORD and one.part == 1}
