"""Files of a set that were cut: which segments each has, and how they come together while they are read."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from witnesskit.bundle.result import MemberSink
from witnesskit.bundle.unpack import OpenVolume
from witnesskit.errors.bundle import BadManifest
from witnesskit.formats.bundle_members import Member

_Next = tuple[tuple[object, ...], int]
_PER_VOLUME: Final = 1_000_000  # a file is named by its volume and its number in there: 2000003


def numbered(volume: int, ordinal: int) -> int:
    """The number of a file in the whole set."""
    return volume * _PER_VOLUME + ordinal


@dataclass
class Whole:
    """A file that was cut, and how far it has come."""

    member: Member
    pieces: list[tuple[int, int]] = field(default_factory=list)  # (volume, ordinal), in order
    end: int = 0  # bytes that the pieces cover
    hasher: Any = field(default_factory=hashlib.sha256)
    sink: MemberSink | None = None
    done: int = 0
    bad: bool = False

    def begin(self, sink: MemberSink | None) -> None:
        """From its first byte, whatever was read before; ``sink`` None: it is here already."""
        self.hasher, self.sink, self.done, self.bad = hashlib.sha256(), sink, 0, False


class Piece:
    """One segment on its way into its whole file."""

    def __init__(self, whole: Whole, ended: Callable[[Whole], None]) -> None:
        self._whole = whole
        self._ended = ended

    def write(self, data: memoryview, /) -> None:
        """Take unverified bytes."""
        if self._whole.sink is not None and not self._whole.bad:
            self._whole.hasher.update(data)
            self._whole.sink.write(data)

    def keep(self) -> None:
        """They are the ones signed for."""
        self._one_more()

    def drop(self) -> None:
        """They are not: nothing of the file is kept."""
        if self._whole.sink is not None and not self._whole.bad:
            self._whole.sink.drop()
        self._whole.bad = True
        self._one_more()

    def _one_more(self) -> None:
        self._whole.done += 1
        if self._whole.done == len(self._whole.pieces):
            self._ended(self._whole)


def facts(member: Member) -> tuple[object, ...]:
    """What a file is, wherever it is cut and stands: the same for all its segments, and in every volume."""
    size, sha256 = member.whole_size or member.size, member.whole_sha256 or member.sha256
    named = (member.kind, member.item, member.capsule, member.role, member.part, member.origin, member.name)
    return (*named, size, sha256)


def wholes(volumes: Sequence[OpenVolume]) -> dict[tuple[int, int], Whole]:
    """(volume, ordinal) of every segment -> its whole file; each goes on in a later volume, without a gap.

    Raises BadManifest.
    """
    found: dict[tuple[int, int], Whole] = {}
    waiting: dict[_Next, list[Whole]] = {}  # what every file is, and where it must go on
    for number, volume in enumerate(volumes, 1):
        here = [(member, _going_on(waiting, number, member)) for member in volume.members if member.is_segment]
        for member, whole in here:
            whole.pieces.append((number, member.ordinal))
            whole.end += member.size
            found[number, member.ordinal] = whole
            if whole.end < whole.member.size:
                waiting.setdefault((facts(member), whole.end), []).append(whole)
    if waiting:
        raise BadManifest("a file that is cut is not all in its volumes")
    return found


def _going_on(waiting: dict[_Next, list[Whole]], number: int, member: Member) -> Whole:
    """The file that a segment is of: one that was begun in a volume before, or a new one."""
    if not member.offset:
        ordinal, size, sha256 = numbered(number, member.ordinal), member.whole_size, member.whole_sha256
        return Whole(replace(member, ordinal=ordinal, size=size, sha256=sha256, whole_sha256="", whole_size=0))
    place = (facts(member), member.offset)
    if place not in waiting:
        raise BadManifest(f"volume {number}: a segment whose beginning is not there")
    whole = waiting[place].pop()
    if not waiting[place]:
        del waiting[place]
    return whole
