"""Spread a payload over volumes of one size: whole files where they fit, segments where they do not.

Where everything goes follows from sizes alone, so it is known before a byte is read (docs/spec/bundle.md, "Volumes").
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import BinaryIO, Final

from witnesskit.bundle import layout
from witnesskit.bundle.plan import PlannedMember, arranged
from witnesskit.errors.bundle import SourceHash, VolumeTooLarge
from witnesskit.errors.sealing import NotReadable
from witnesskit.formats.bag import BAGIT_TEXT, MANIFEST_LINE_BYTES
from witnesskit.formats.bundle_members import NEVER_CUT, Member, member_line
from witnesskit.limits import BUNDLE_MEMBERS_MAX, READ_BLOCK, VOLUMES_MAX

_SEGMENT_LEAST: Final = 64 * 1024  # bytes; a smaller rest of a volume stays empty
_LINE_ORDINAL: Final = 99_999_999  # the longest
_SIGNATURE_ROOM: Final = 1024  # bytes; ours have 240

Cut = tuple[int, int]  # start and end of a segment


@dataclass(frozen=True)
class Room:
    """What a volume holds beside its payload: bytes of content, of bundle.json at most, and the members in each."""

    content: int
    meta: int
    always: Sequence[PlannedMember]  # the chain, which stands in every volume


@dataclass
class _Filling:
    """One volume while it is filled; sums of bytes."""

    room: Room
    manifest: int = 0
    listing: int = 0
    payload: int = 0
    count: int = 0

    def left(self, member: PlannedMember) -> int:
        """Bytes of content that a further member may have; below zero where not even its lines fit."""
        if self.count >= BUNDLE_MEMBERS_MAX:
            return -1
        tags = (
            len(BAGIT_TEXT),
            self.room.meta,
            self.manifest + MANIFEST_LINE_BYTES,
            self.listing + _line_size(member),
            _SIGNATURE_ROOM,
        )
        used = sum(map(layout.room, tags)) + self.payload + layout.BLOCK + layout.END_BLOCKS
        return (self.room.content - used) // layout.BLOCK * layout.BLOCK

    def add(self, member: PlannedMember, size: int) -> None:
        self.manifest += MANIFEST_LINE_BYTES
        self.listing += _line_size(member)
        self.payload += layout.room(size)
        self.count += 1


def spread(payload: Sequence[PlannedMember], room: Room) -> list[list[PlannedMember]]:
    """The payload of each volume in order; segments have no digest yet, ``hashed`` gives it.

    Raises VolumeTooLarge where the chain leaves no room, or too many volumes would be needed.
    """
    volumes: list[list[PlannedMember]] = [[]]
    filling = _begun(room)
    for member in arranged(payload):
        start = 0
        while start < member.size or not start:
            left = filling.left(member)
            rest = member.size - start
            if left < rest and (left < _SEGMENT_LEAST or member.kind in NEVER_CUT):
                if not volumes[-1]:
                    raise VolumeTooLarge("the log of this vault leaves no room in a volume of this size")
                volumes.append([])
                filling = _begun(room)
                continue
            size = min(rest, left)
            volumes[-1].append(sliced(member, start, size))
            filling.add(member, size)
            start += size
            if not member.size:
                break
    if len(volumes) > VOLUMES_MAX:
        raise VolumeTooLarge(f"{len(volumes)} volumes, at most {VOLUMES_MAX}")
    return volumes


def holds(volume: Sequence[PlannedMember], room: Room, more: PlannedMember) -> bool:
    """Whether ``more`` goes into a volume beside what is in it."""
    filling = _begun(room)
    for member in volume:
        filling.add(member, member.size)
    return filling.left(more) >= more.size


def hashed(volumes: Sequence[Sequence[PlannedMember]]) -> list[list[PlannedMember]]:
    """The same with digests of the segments: every file that is cut is read once, and compared with its own digest.

    Raises SourceHash, NotReadable.
    """
    cut: list[list[PlannedMember]] = []
    for member in (member for volume in volumes for member in volume if member.whole_sha256):
        if not member.offset:  # the segments of a file follow one another, and two files may have the same bytes
            cut.append([])
        cut[-1].append(member)
    digests = iter([digest for segments in cut for digest in _digests(segments)])
    return [[replace(one, sha256=next(digests)) if one.whole_sha256 else one for one in volume] for volume in volumes]


def _begun(room: Room) -> _Filling:
    filling = _Filling(room)
    for member in room.always:
        filling.add(member, member.size)
    return filling


def sliced(member: PlannedMember, start: int, size: int) -> PlannedMember:
    """A segment of a file, still without its digest; or the file itself where it is all of it."""
    if size == member.size:
        return member
    return replace(
        member,
        size=size,
        sha256="",
        open=lambda: _at(member, start),
        offset=start,
        whole_sha256=member.sha256,
        whole_size=member.size,
    )


def _at(member: PlannedMember, start: int) -> BinaryIO:
    stream = member.open()
    stream.seek(start)
    return stream


def _line_size(member: PlannedMember) -> int:
    """Bytes of the longest line that this member or a segment of it can have."""
    whole = (2**46 - 1, "0" * 64, 2**46)
    facts = (member.item, member.capsule, member.role, member.part, member.origin, member.name)
    return len(member_line(Member(_LINE_ORDINAL, 2**46, "0" * 64, member.kind, *facts, *whole)).encode())


def _digests(segments: Sequence[PlannedMember]) -> list[str]:
    """SHA-256 of each segment in turn, on one core; of the whole file, on the other."""
    whole = hashlib.sha256()
    found = []
    try:
        with segments[0].open() as stream, ThreadPoolExecutor(1) as other:
            for segment in segments:
                hasher = hashlib.sha256()
                for block in _blocks(stream, segment.size):
                    waiting = other.submit(whole.update, block)
                    hasher.update(block)
                    waiting.result()
                found.append(hasher.hexdigest())
            longer = bool(stream.read(1))
    except OSError as error:
        raise NotReadable(error.strerror or "") from None
    if longer or whole.hexdigest() != segments[0].whole_sha256:
        raise SourceHash("a file that is cut into segments")
    return found


def _blocks(stream: BinaryIO, size: int) -> Iterable[bytes]:
    while size > 0 and (block := stream.read(min(size, READ_BLOCK))):
        size -= len(block)
        yield block
