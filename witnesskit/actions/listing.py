"""What an import adds to the desk's list: the capsules that verified, and whose bundle brought them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from witnesskit.actions.import_sinks import ChainPart
from witnesskit.actions.session import Session
from witnesskit.bundle.result import Unpacked
from witnesskit.bundle.sequence import SeenBundle, seen_bundle, together
from witnesskit.bundle.unpack import OpenVolume
from witnesskit.formats.bundle_members import Member
from witnesskit.model import Role, SealedCapsule
from witnesskit.vault import state, store
from witnesskit.vault.state import BundleState, ItemState, State

OF_A_DEVICE: Final = "device"  # instead of the types of events: the paper is no word of this desk
_ITEM: Final = re.compile(rb'"item":"([0-9a-f]{32})"')


def list_items(session: Session, volume: OpenVolume, unpacked: Unpacked, chain: Sequence[ChainPart]) -> set[str]:
    """Add what verified to the state, in one step; returns the items of the bundle that are no papers.

    A capsule that is cut is listed when all of it is here.
    """
    there = {*unpacked.kept, *unpacked.skipped}
    papers = _papers(volume, chain)
    brought: dict[str, list[Member]] = {}
    for member in volume.members:
        if member.kind != "capsule" or member.ordinal not in there:
            continue
        if not member.is_segment or store.has(session.vault, member.capsule):
            brought.setdefault(member.item, []).append(member)
    first = [item for item in brought if item not in session.state.items]
    items = {item: _with(session.state, item, members, paper=item in papers) for item, members in brought.items()}
    here = brought.keys() - papers - set(first)
    again = [item for item in brought if item in here and _is_whole(session.state, brought[item])]
    session.state = _with_bundle(session.state.with_items(items), volume, first, again)
    state.save_state(session.vault, session.state)
    return brought.keys() - papers


def _with(present: State, item: str, members: Sequence[Member], *, paper: bool) -> ItemState:
    """An item with the capsules that are new to it; it counts as undelivered again where there are any."""
    known = present.items.get(item, ItemState((), paper=paper, events=(OF_A_DEVICE,) if paper else ()))
    here = {each.id for each in known.capsules}
    more = tuple(_capsule(member) for member in members if member.capsule not in here)
    return ItemState((*known.capsules, *more), paper=known.paper, events=known.events) if more else known


def _capsule(member: Member) -> SealedCapsule:
    size, sha256 = member.whole_size or member.size, member.whole_sha256 or member.sha256
    return SealedCapsule(member.capsule, member.item, Role(member.role), member.part, size, sha256)


def _is_whole(present: State, members: Sequence[Member]) -> bool:
    """Whether a volume carries all that is known of an item: then a copy of it is a copy of the item."""
    known = present.items[members[0].item].capsules
    return {capsule.id for capsule in known} <= {member.capsule for member in members}


def _with_bundle(present: State, volume: OpenVolume, first: Sequence[str], again: Sequence[str]) -> State:
    """The bundle with the items that it brought first: who may add to them later is known by it."""
    name, seen = volume.meta.set, seen_bundle(volume.meta)
    known = present.bundles.get(name)
    brought = dict.fromkeys((*(known.items if known else ()), *first))
    facts = known or BundleState(seen.counter, seen.previous, "", seen.meta_sha256, sender=volume.meta.sender)
    if seen.volumes:
        before = SeenBundle(name, seen.counter, seen.previous, facts.meta_sha256, facts.volumes or seen.volumes)
        seen = together(before, seen)
        facts = replace(facts, meta_sha256=seen.meta_sha256, volumes=seen.volumes)
    more = dict.fromkeys((*facts.again, *(item for item in again if item not in brought)))
    return present.with_bundle(name, replace(facts, items=tuple(brought), again=tuple(more)))


def _papers(volume: OpenVolume, chain: Sequence[ChainPart]) -> set[str]:
    """Openings of the chain's own events: one record capsule and nothing else; an item has two or more.

    Another volume may hold the rest of an item; but the log knows each by its id, and no paper.
    """
    capsules = [member for member in volume.members if member.kind == "capsule"]
    counted = Counter(member.item for member in capsules)
    alone = {one.item for one in capsules if counted[one.item] == 1 and one.role == Role.RECORD and one.part == 1}
    if volume.meta.volumes > 1:
        alone -= {item.decode() for _member, data in chain for item in _ITEM.findall(data)}
    return alone
