"""Write a set: equal volumes, each of which is a bundle that imports alone, and a roster in the last one."""

from __future__ import annotations

import io
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from witnesskit.bundle import layout
from witnesskit.bundle.pack import Packed, check_room, write_volume
from witnesskit.bundle.plan import BundlePlan, Place, PlannedMember, random_name
from witnesskit.bundle.spread import Room, holds, spread
from witnesskit.digest import sha256_hex
from witnesskit.formats.bundle_manifest import BundleMeta, meta_bytes
from witnesskit.formats.bundle_members import ROSTER_KIND
from witnesskit.formats.roster import RosterLine, roster_bytes
from witnesskit.limits import BUNDLE_MEMBERS_MAX, CAPSULE_SIZE_MIN, STANZAS_SHOWN, VOLUME_MAX, VOLUMES_MAX

Sign = Callable[[str], str]
Remember = Callable[["Written"], None]


@dataclass(frozen=True)
class Volumes:
    """A set to be written. ``plan``: what is the same in all volumes; ``id`` is the set's, its members the chain."""

    plan: BundlePlan
    payload: Sequence[Sequence[PlannedMember]]  # of each volume
    content: int  # bytes of sealed content of each
    names: Sequence[str]  # file names, chosen before the first is written

    @property
    def number(self) -> int:
        """How many volumes."""
        return len(self.payload)


@dataclass(frozen=True)
class Written:
    """A volume that is whole; ``volume`` from 1."""

    volume: int
    packed: Packed

    @property
    def line(self) -> RosterLine:
        """What the roster says of it."""
        return RosterLine(self.volume, self.packed.path.name, self.packed.header_sha256, self.packed.size)


def content_class(wanted: int) -> int:
    """The largest size class of at most ``wanted`` bytes; at most 3.5 GiB, so that a volume stays below 4."""
    classes = (m << e for e in range(14, 30) for m in (4, 5, 6, 7))
    return max((size for size in classes if size <= wanted), default=CAPSULE_SIZE_MIN)


def laid_out(payload: Sequence[PlannedMember], room: Room) -> tuple[list[list[PlannedMember]], list[str]]:
    """The payload of each volume and the volumes' names; the last one has room for the roster.

    Raises VolumeTooLarge.
    """
    volumes = spread(payload, room)
    names = [random_name() for _ in volumes]
    if len(volumes) > 1 and not holds(volumes[-1], room, _roster_of(names)):
        volumes.append([])
        names.append(random_name())
    return volumes, names


def meta_room(plan: BundlePlan, recipients: Sequence[str]) -> int:
    """Bytes that bundle.json of any volume has at most."""
    longest = BundleMeta(
        id=plan.id,
        set=plan.id,
        sender=plan.sender,
        counter=plan.counter,
        previous=plan.previous,
        recipients=tuple(recipients),
        audience=plan.audience,
        enrol=plan.enrol,
        chain=plan.chain,
        members=BUNDLE_MEMBERS_MAX,
        bytes=VOLUME_MAX,
        manifest_sha256="0" * 64,
        members_sha256="0" * 64,
        policy=plan.policy,
        openings=plan.openings,
        volume=VOLUMES_MAX,
        volumes=VOLUMES_MAX,
        decoys=STANZAS_SHOWN,
    )
    return len(meta_bytes(longest))


def write_set(
    folders: Sequence[Path],
    volumes: Volumes,
    recipients: Sequence[str],
    sign: Sign,
    watch: tuple[Callable[[int], Any], Remember],
    done: Sequence[Written] = (),
) -> list[Written]:
    """Write the volumes that are not ``done`` into ``folders`` in turn; returns all of them.

    ``watch``: is told the payload bytes done, and every volume before it gets its name. Room for all is asked for
    first. Raises what ``write_volume`` raises; the volumes written before stay.
    """
    report, remember = watch
    sealed = layout.sealed_size(volumes.content, layout.shown(recipients))
    for folder in dict.fromkeys(folders):
        check_room(folder, sealed * sum(target == folder for target in targets(folders, volumes.number)[len(done) :]))
    written = list(done)
    before = sum(_size(members) for members in volumes.payload[: len(done)])
    for number in range(len(done) + 1, volumes.number + 1):
        members = list(volumes.payload[number - 1])
        if number == volumes.number:
            members.append(_roster(written))
        plan = _plan(volumes, number, members)
        target = targets(folders, volumes.number)[number - 1]

        def whole(packed: Packed, number: int = number) -> None:
            remember(Written(number, packed))

        packed = write_volume(
            target,
            plan,
            recipients,
            sign,
            lambda count, before=before: report(before + count),  # type: ignore[misc]
            whole,
        )
        written.append(Written(number, packed))
        before += _size(members)
    return written


def targets(folders: Sequence[Path], number: int) -> list[Path]:
    """The folder of each volume: in turn, so that a lost stick costs as few as can be."""
    return [folders[volume % len(folders)] for volume in range(number)]


def _plan(volumes: Volumes, number: int, members: Sequence[PlannedMember]) -> BundlePlan:
    plan = volumes.plan
    return replace(
        plan,
        id=secrets.token_hex(16),
        members=[*plan.members, *members],
        openings=plan.openings if number == 1 else (),
        place=Place(plan.id, number, volumes.number, volumes.content),
        file=volumes.names[number - 1],
    )


def _size(members: Sequence[PlannedMember]) -> int:
    return sum(member.size for member in members)


def _roster(written: Sequence[Written]) -> PlannedMember:
    data = roster_bytes([one.line for one in written])
    return PlannedMember(ROSTER_KIND, len(data), sha256_hex(data), lambda: io.BytesIO(data))


def _roster_of(names: Sequence[str]) -> PlannedMember:
    """A roster of the size that the real one will have at most."""
    lines = [RosterLine(number, name, "0" * 64, VOLUME_MAX) for number, name in enumerate(names, 1)]
    data = roster_bytes(lines)
    return PlannedMember(ROSTER_KIND, len(data), sha256_hex(data), lambda: io.BytesIO(data))
