"""A set of volumes as one container: files that were cut are put together while they are read, hashed as a whole.

What must agree agrees before a byte of payload is handed out (docs/spec/bundle.md, "Volumes").
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from witnesskit.bundle.result import OUTSIDE, Damage, LookSink, MemberSink, Store, Unpacked
from witnesskit.bundle.tags import Tags
from witnesskit.bundle.unpack import OpenVolume
from witnesskit.bundle.wholes import Piece, Whole, facts, numbered, wholes
from witnesskit.errors.bundle import BadManifest, MemberHash, MixedVolumes, VolumesLacking
from witnesskit.formats.bundle_manifest import BundleMeta
from witnesskit.formats.bundle_members import CHAIN_KINDS, ROSTER_KIND, Member, check_together
from witnesskit.formats.roster import ROSTER_MAX, RosterLine, parse_roster

_TOLD_MAX: Final = 5  # volumes that a sentence names


class _Text:
    """A small file, kept in memory."""

    def __init__(self, kept: list[bytes]) -> None:
        self._kept = kept
        self._data = bytearray()

    def write(self, data: memoryview, /) -> None:
        """Take unverified bytes."""
        self._data += data

    def keep(self) -> None:
        """They are the ones signed for."""
        self._kept.append(bytes(self._data))

    def drop(self) -> None:
        """They are not."""
        self._data.clear()


class JoinedSet:
    """All volumes of a set, in order. ``members``: the chain once, and every file whole."""

    def __init__(self, volumes: Sequence[OpenVolume]) -> None:
        self._volumes = volumes
        self._wholes = wholes(volumes)
        first = volumes[0]
        self.members = tuple(self._joined())
        check_together(self.members)
        payload = sum(member.size for member in self.members)
        self.meta: BundleMeta = replace(first.meta, id=first.meta.set, members=len(self.members), bytes=payload)
        self.tags: Tags = replace(first.tags, meta=self.meta, members=self.members)

    def each(self, store: Store, report: Callable[[int], Any] | None = None) -> Unpacked:
        """Hand every file to ``store`` as ``OpenVolume.each`` does; one that was cut only when all of it verifies."""
        kept: list[int] = []
        skipped: list[int] = []
        damage: list[Damage] = []
        before = 0

        def ended(whole: Whole) -> None:
            if not whole.bad and whole.sink is None:
                skipped.append(whole.member.ordinal)
            elif not whole.bad and whole.sink and whole.hasher.hexdigest() == whole.member.sha256:
                whole.sink.keep()
                kept.append(whole.member.ordinal)
            else:
                if not whole.bad and whole.sink:
                    whole.sink.drop()
                damage.append(Damage(whole.member.ordinal, MemberHash.code, 0, whole.member.size))

        for number, volume in enumerate(self._volumes, 1):

            def sink(member: Member, number: int = number) -> MemberSink | None:
                return self._sink(number, member, store, ended)

            def told(count: int, before: int = before) -> None:
                if report:
                    report(before + count)

            came = volume.each(sink, told)
            before += volume.meta.bytes
            here = {numbered(number, member.ordinal) for member in volume.members if self._counts(number, member)}
            kept += sorted(here & {numbered(number, one) for one in came.kept})
            skipped += sorted(here & {numbered(number, one) for one in came.skipped})
            damage += [self._renamed(number, one) for one in came.damage]
        return Unpacked(len(self.members), tuple(kept), tuple(skipped), tuple(damage))

    def _sink(self, number: int, member: Member, store: Store, ended: Callable[[Whole], None]) -> MemberSink | None:
        whole = self._wholes.get((number, member.ordinal))
        if whole is not None:
            if whole.pieces[0] == (number, member.ordinal):
                whole.begin(store(whole.member))
            return Piece(whole, ended)
        if not self._counts(number, member):
            return LookSink()
        return store(replace(member, ordinal=numbered(number, member.ordinal)))

    def _counts(self, number: int, member: Member) -> bool:
        """Whether it stands for itself: the chain is in every volume, and counts once."""
        return not member.is_segment and (number == 1 or member.kind not in CHAIN_KINDS)

    def _joined(self) -> Iterator[Member]:
        for number, volume in enumerate(self._volumes, 1):
            for member in volume.members:
                whole = self._wholes.get((number, member.ordinal))
                if whole is not None and whole.pieces[0] == (number, member.ordinal):
                    yield whole.member
                if self._counts(number, member):
                    yield replace(member, ordinal=numbered(number, member.ordinal))

    def _renamed(self, number: int, damage: Damage) -> Damage:
        whole = self._wholes.get((number, damage.ordinal))
        if damage.ordinal == OUTSIDE:
            return damage
        return replace(damage, ordinal=whole.member.ordinal if whole else numbered(number, damage.ordinal))


def joined(volumes: Sequence[OpenVolume], names: Sequence[str] = ()) -> JoinedSet:
    """All volumes of one set, given in any order; the same volume twice is one. ``names``: of the files, to be told.

    Raises MixedVolumes, VolumesLacking with the numbers, BadManifest where they do not agree.
    """
    called = dict(zip(map(id, volumes), names, strict=False))
    by_number: dict[int, OpenVolume] = {}
    _demand_one_set(volumes, called)
    for volume in volumes:
        known = by_number.setdefault(volume.meta.volume, volume)
        if known.tags.meta_sha256 != volume.tags.meta_sha256:
            which = f": {called[id(known)]}, {called[id(volume)]}" if called else ""
            raise BadManifest(f"two volumes say that they are number {volume.meta.volume}{which}")
    lacking = [number for number in range(1, volumes[0].meta.volumes + 1) if number not in by_number]
    if lacking:
        raise VolumesLacking(_told(lacking, by_number, volumes[0].meta.volumes))
    ordered = [by_number[number] for number in sorted(by_number)]
    for volume in ordered[1:]:
        _demand_agreement(ordered[0], volume)
    return JoinedSet(ordered)


def _demand_one_set(volumes: Sequence[OpenVolume], called: Mapping[int, str]) -> None:
    first = volumes[0]
    others = [one for one in volumes if (one.meta.set, one.meta.volumes) != (first.meta.set, first.meta.volumes)]
    if others and called:
        told = ", ".join(called[id(one)] for one in others[:_TOLD_MAX])
        more = " and more" if len(others) > _TOLD_MAX else ""
        raise MixedVolumes(f"{told}{more} is not of the set of {called[id(first)]}")
    if others:
        raise MixedVolumes


def _told(lacking: Sequence[int], here: Mapping[int, OpenVolume], volumes: int) -> str:
    """Numbers of volumes, and their files where the last volume is here and tells them."""
    files = _roster(here[volumes]) if volumes in here else ()
    named = [f"{one} ({files[one - 1].file})" if one <= len(files) else str(one) for one in lacking[:_TOLD_MAX]]
    more = f" and {len(lacking) - _TOLD_MAX} more" if len(lacking) > _TOLD_MAX else ""
    word = "volume" if len(lacking) == 1 else "volumes"
    return f"missing {word} {', '.join(named)}{more} of {volumes}"


def _roster(last: OpenVolume) -> tuple[RosterLine, ...]:
    """What the last volume tells of the others; nothing where it does not, or not in its form."""
    kept: list[bytes] = []
    last.each(lambda member: _Text(kept) if _is_roster(member) else None)
    try:
        return parse_roster(kept[0]) if kept else ()
    except BadManifest:
        return ()


def _is_roster(member: Member) -> bool:
    return member.kind == ROSTER_KIND and member.size <= ROSTER_MAX


def _demand_agreement(first: OpenVolume, other: OpenVolume) -> None:
    for name in ("sender", "counter", "previous", "recipients", "audience", "enrol", "chain", "policy", "decoys"):
        if getattr(first.meta, name) != getattr(other.meta, name):
            raise BadManifest(f"bundle.json: {name} of volume {other.meta.volume} is not that of the first")
    if _chain(first) != _chain(other):
        raise BadManifest(f"the logs in volume {other.meta.volume} are not those in the first")


def _chain(volume: OpenVolume) -> list[tuple[object, ...]]:
    return [facts(member) for member in volume.members if member.kind in CHAIN_KINDS]
