"""Read a capsule, whole or cut: what verifies is listed and readable (docs/spec/capsule.md)."""

from __future__ import annotations

from collections.abc import Sequence

from witnesskit.errors.capsule import BadCapsule, CapsuleMemberMissing, CapsuleTooBig, InnerName, InnerTrailing
from witnesskit.errors.sealing import ChunkDamaged, FileCut, PayloadFailure, TailDamaged
from witnesskit.formats import ustar
from witnesskit.formats.capsule import FILLER, HEADER_NAME, parse_header, split_name
from witnesskit.limits import CAPSULE_HEADER_MAX, CAPSULE_MEMBER_MAX, CAPSULE_MEMBERS_MAX, PAGE_MAX
from witnesskit.sealing.identity import Unlocking
from witnesskit.sealing.open import Sealed, SealedReader, open_sealed, open_with_file_key
from witnesskit.sealing.pieces import PieceReader

_CUT = (FileCut, TailDamaged, ChunkDamaged)


class CapsuleReader:
    """The members of one capsule by the first of ``keys`` that opens it; ``stream`` must stay open.

    ``complete`` is False where the file is cut, damaged at its end, or still being written; ``failure`` says what is
    wrong then. Raises what ``open_sealed`` raises, DataAfterEnd, BadCapsule, NewerFormat, BadJson, CapsuleTooBig, the
    leaves of InnerFailure.
    """

    def __init__(self, stream: Sealed, keys: Sequence[Unlocking]) -> None:
        reader = open_sealed(stream, keys)
        failure: PayloadFailure | None = None
        try:
            _ = reader.size
        except _CUT as error:
            failure = error
            reader = open_with_file_key(stream, reader.file_key, unfinished=True)
        self._load(reader, failure)

    @classmethod
    def with_file_key(cls, stream: Sealed, file_key: bytes, *, unfinished: bool = True) -> CapsuleReader:
        """By the capsule's own key (16 bytes), as of now: it may still be growing."""
        self = cls.__new__(cls)
        self._load(open_with_file_key(stream, file_key, unfinished=unfinished), None)
        return self

    def names(self) -> tuple[str, ...]:
        """Documents and streams in the order they begin; a stream is named without its piece numbers."""
        return tuple(name for name in self._found if name != FILLER)

    def size(self, name: str) -> int:
        """Length in bytes of a document or stream, as far as it is there; raises CapsuleMemberMissing."""
        return sum(member.size for member in self._members(name))

    def whole(self, name: str) -> bool:
        """Whether every piece found is as long as its header says; raises CapsuleMemberMissing."""
        return all(member.whole for member in self._members(name))

    def read(self, name: str, *, max_size: int = PAGE_MAX) -> bytes:
        """A document in memory; raises CapsuleMemberMissing, CapsuleTooBig, the leaves of PayloadFailure."""
        reader = self.stream(name)
        if reader.size > max_size:
            raise CapsuleTooBig(f"{reader.size} bytes, at most {max_size} are read")
        return reader.readall()

    def stream(self, prefix: str) -> PieceReader:
        """All pieces of a stream (or a document) as one; raises CapsuleMemberMissing."""
        return PieceReader(self._sealed, [(member.offset, member.size) for member in self._members(prefix)])

    def _members(self, name: str) -> list[ustar.Member]:
        if name not in self._found:
            raise CapsuleMemberMissing
        return self._found[name]

    def _load(self, reader: SealedReader, failure: PayloadFailure | None) -> None:
        self._sealed = reader
        self.file_key = reader.file_key
        self.failure = failure
        self.complete = reader.complete
        self._found: dict[str, list[ustar.Member]] = {}
        end = self._walk()
        if self.complete and ustar.padded_size(end) != reader.size:
            raise InnerTrailing("its size is none of the size classes")
        first = self._found.get(HEADER_NAME, [])
        if next(iter(self._found), "") != HEADER_NAME or not first[0].whole:
            raise self.failure or (BadCapsule("it has no first file") if self.complete else FileCut("no whole file"))
        if first[0].size > CAPSULE_HEADER_MAX:
            raise BadCapsule("its first file is too long")
        self.header = parse_header(reader.read_at(first[0].offset, first[0].size))

    def _walk(self) -> int:
        """List the members; returns the size of the archive with its end. Damage ends the list."""
        end = count = 0
        try:
            for member in ustar.walk(self._sealed, unfinished=not self.complete):
                count += 1
                self._list(member, count)
                end = member.end
        except PayloadFailure as failure:
            self.failure, self.complete = failure, False
        return end + ustar.END_SIZE

    def _list(self, member: ustar.Member, count: int) -> None:
        if count > CAPSULE_MEMBERS_MAX or member.size > CAPSULE_MEMBER_MAX:
            raise CapsuleTooBig(f"member {count}")
        name, number = split_name(member.name)
        pieces = self._found.setdefault(name, [])
        if len(pieces) != max(0, number - 1):
            raise InnerName("the same twice" if not number or number <= len(pieces) else "a piece is missing")
        pieces.append(member)
