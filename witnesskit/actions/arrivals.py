"""What an import keeps of a bundle that is not complete: segments put together, the journal brought up to date."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from witnesskit.actions.import_sinks import Stores
from witnesskit.actions.session import Session
from witnesskit.bundle.result import Damage, Unpacked
from witnesskit.bundle.unpack import OpenVolume
from witnesskit.errors.actions import ForeignItem
from witnesskit.errors.bundle import BadManifest, MemberHash
from witnesskit.errors.vault import CapsuleChanged
from witnesskit.formats.bundle_manifest import BundleMeta
from witnesskit.formats.bundle_members import Member
from witnesskit.formats.roster import parse_roster
from witnesskit.formats.short_id import short_id
from witnesskit.limits import BUNDLE_SEGMENTS_MAX
from witnesskit.vault import arriving, durable, store
from witnesskit.vault.arriving import Arrived, Arriving, Cut
from witnesskit.vault.layout import Vault


@dataclass(frozen=True)
class Came:
    """What became of one volume: its members, and the bundle's journal, None where all of it was here before."""

    unpacked: Unpacked
    journal: Arriving | None

    @property
    def is_complete(self) -> bool:
        """Whether nothing of the whole bundle is missing now."""
        return self.unpacked.complete and (self.journal is None or self.journal.is_complete)


def journal_of(session: Session, meta: BundleMeta, members: Iterable[Member]) -> Arriving | None:
    """The journal of the bundle, to be begun when its chain was judged; None where it was taken in completely.

    A bundle of which a listed capsule was lost here since then counts as not taken in: it must not be confirmed.
    """
    known, vault = session.state.bundles.get(meta.set), session.vault
    if known is not None and "" not in known.volumes and arriving.load(vault, meta.set) is None:
        listed = session.state.capsules()
        if not any(listed.get(one.capsule) and not store.has(vault, one.capsule) for one in members if one.capsule):
            return None
    return arriving.of_bundle(vault, meta)


def begin(vault: Vault, journal: Arriving | None) -> None:
    """Write it, before the first file is stored: what is broken off is seen. Raises NoRoom, StorageFault."""
    if journal is not None:
        arriving.save(vault, journal)


def demand_one(journal: Arriving | None, members: Sequence[Member]) -> None:
    """Segments are few, and those of one capsule say the same of it everywhere; raises BadManifest, ForeignItem."""
    if sum(member.is_segment for member in members) > BUNDLE_SEGMENTS_MAX:
        raise BadManifest(f"members.jsonl: more than {BUNDLE_SEGMENTS_MAX} files are cut")
    for member in members:
        known = journal.cut.get(member.capsule) if journal and member.is_segment else None
        if known is not None and replace(known, here=()) != _cut(member):
            raise ForeignItem(f"a segment of another file of item {short_id(member.item)}")


def put_together(vault: Vault, journal: Arriving | None, volume: OpenVolume, came: tuple[Stores, Unpacked]) -> Came:
    """Make capsules of segments that are all here; returns what is whole, and the journal as it is to be kept."""
    stores, unpacked = came
    if journal is None:
        arriving.finish(vault, volume.meta.set)  # segments of what was deleted here since then
        return Came(unpacked, None)
    there = {*unpacked.kept, *unpacked.skipped}
    cut = {name: one for name, one in journal.cut.items() if not store.has(vault, name)}
    for member in volume.members:
        if member.is_segment and member.ordinal in there and not store.has(vault, member.capsule):
            cut[member.capsule] = cut.get(member.capsule, _cut(member)).with_segment(member)
    wrong = _assemble(vault, journal.id, cut)
    unpacked = _without(unpacked, volume, wrong)
    unpacked, files = _named(stores, unpacked)
    files = files or journal.files
    before = journal.arrived.get(volume.meta.volume)  # copies that were made of it then are still there
    facts = volume.tags.meta_sha256, len(volume.members), unpacked.missing
    arrived = Arrived(*facts, before.copies if before and before.meta_sha256 == facts[0] else 1)
    kept = replace(journal, arrived={**journal.arrived, volume.meta.volume: arrived}, cut=cut, files=files)
    return Came(unpacked, kept)


def keep(vault: Vault, came: Came, volume: int, copies: int) -> Came:
    """Write the journal, or take it away when nothing is missing; to be called after the items are listed."""
    if came.journal is None:
        return came
    arrived = came.journal.arrived
    copied = {**arrived, volume: replace(arrived[volume], copies=max(copies, arrived[volume].copies))}
    journal = replace(came.journal, arrived=copied)
    if journal.is_complete:
        arriving.finish(vault, journal.id)
    else:
        arriving.save(vault, journal)
    return replace(came, journal=journal)


def copies_of(journal: Arriving) -> int:
    """Verified copies of the whole bundle: as many as of the volume with the fewest."""
    return min(one.copies for one in journal.arrived.values())


def volumes_lacking(came: Came) -> tuple[tuple[int, tuple[int, ...]], ...]:
    """Of a set: every volume that is not here whole, and the ordinals that are missing of it, none for all of it."""
    journal = came.journal
    if journal is None or journal.volumes == 1:
        return ()
    damaged = {number: one.missing for number, one in journal.arrived.items() if one.missing}
    return tuple(sorted({**damaged, **dict.fromkeys(journal.lacking, ())}.items()))


def _named(stores: Stores, unpacked: Unpacked) -> tuple[Unpacked, tuple[str, ...]]:
    """The file names of the roster; one that breaks its form counts as damaged, and stops nothing that was stored."""
    files: tuple[str, ...] = ()
    for member, data in stores.roster:
        try:
            files += tuple(line.file for line in parse_roster(data))
        except BadManifest as error:
            kept = tuple(one for one in unpacked.kept if one != member.ordinal)
            damage = (*unpacked.damage, Damage(member.ordinal, error.code, 0, member.size))
            unpacked = replace(unpacked, kept=kept, damage=damage)
    return unpacked, files


def _cut(member: Member) -> Cut:
    return Cut(member.item, member.role, member.part, member.whole_size, member.whole_sha256)


def _assemble(vault: Vault, bundle: str, cut: dict[str, Cut]) -> frozenset[str]:
    """Take whole capsules out of ``cut`` into the store; returns those that are not what was signed for."""
    wrong = set()
    for name, one in [each for each in cut.items() if each[1].is_whole]:
        try:
            store.put(vault, name, arriving.blocks(vault, bundle, one), one.sha256)
        except CapsuleChanged:
            wrong.add(name)
            continue
        del cut[name]
        for _start, _size, digest in one.here:
            if not _is_needed(cut, digest):
                durable.remove(arriving.segment(vault, bundle, digest))
    return frozenset(wrong)


def _is_needed(cut: Mapping[str, Cut], digest: str) -> bool:
    return any(digest == other for one in cut.values() for _start, _size, other in one.here)


def _without(unpacked: Unpacked, volume: OpenVolume, wrong: frozenset[str]) -> Unpacked:
    """The result where segments of ``wrong`` capsules count as damaged."""
    bad = [member for member in volume.members if member.capsule in wrong]
    if not bad:
        return unpacked
    ordinals = {member.ordinal for member in bad}
    return replace(
        unpacked,
        kept=tuple(one for one in unpacked.kept if one not in ordinals),
        skipped=tuple(one for one in unpacked.skipped if one not in ordinals),
        damage=(*unpacked.damage, *(Damage(one.ordinal, MemberHash.code, 0, one.size) for one in bad)),
    )
