"""Open one volume, check all that can be checked before anything is stored, then hand out its members.

Every place follows from the signed list, so each header is compared with the one that must stand there, and a
damaged chunk costs only the members it touches.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from typing import Any, BinaryIO

from witnesskit.bundle import layout
from witnesskit.bundle.blocks import Blocks, Piece
from witnesskit.bundle.headers import check_headers, read_tag_files
from witnesskit.bundle.result import OUTSIDE, Damage, MemberSink, Store, Unpacked
from witnesskit.bundle.tags import Tags, check_tags
from witnesskit.bundle.taking import take
from witnesskit.errors.bundle import BundleTooBig, Forwarded, NotABundle, StrangeRecipients
from witnesskit.errors.container import InnerShort, InnerSlack, InnerTrailing
from witnesskit.errors.sealing import NotAge, NotReadable, PayloadFailure
from witnesskit.formats import ustar
from witnesskit.formats.age import parse_header
from witnesskit.formats.bundle_members import Member
from witnesskit.limits import AGE_HEADER_MAX, READ_BLOCK, VOLUME_MAX
from witnesskit.sealing.identity import Identity
from witnesskit.sealing.open import SealedReader, open_sealed

_ZEROS = bytes(READ_BLOCK)


class OpenVolume:
    """A volume whose lists, signature, recipients and headers are checked. ``tags`` holds what it says."""

    def __init__(self, tags: Tags, blocks: Blocks, start: int, size: int, end: PayloadFailure | None) -> None:
        self.tags = tags
        self.meta = tags.meta
        self.members = tags.members
        self._blocks = blocks
        self._start = start  # of the first member's header
        self._size = size  # of the whole sealed content
        self._end = end  # what is wrong with the end of the file

    def each(self, store: Store, report: Callable[[int], Any] | None = None) -> Unpacked:
        """Hand every member to ``store``, verified while written; a bad one never stops the others.

        ``report`` is told the payload bytes done. Raises NotReadable, and what ``store`` raises.
        """
        kept: list[int] = []
        skipped: list[int] = []
        damage: list[Damage] = []
        place, done = self._start, 0
        for member in self.members:
            sink = store(member)
            if sink is None:
                skipped.append(member.ordinal)
            else:
                found = self._take(member, place + layout.BLOCK, sink)
                damage += found
                kept += [] if found else [member.ordinal]
            place += layout.room(member.size)
            done += member.size
            if report:
                report(done)
        return Unpacked(len(self.members), tuple(kept), tuple(skipped), (*damage, *self._outside(place)))

    def _take(self, member: Member, start: int, sink: MemberSink) -> list[Damage]:
        end = start + member.size
        whole = self._blocks.at_once(start, member.size + layout.slack(member.size))
        if whole is not None:
            pieces: Iterable[Piece] = [(0, member.size, memoryview(whole)[: member.size])]
            return take(member, pieces, sink, lambda: _hidden(member, whole[member.size :]))
        pieces = ((first - start, last - start, data) for first, last, data in self._blocks.pieces(start, end))
        slack = layout.slack(member.size)
        return take(member, pieces, sink, lambda: _hidden(member, self._blocks.exactly(end, slack) or b""))

    def _outside(self, start: int) -> list[Damage]:
        """What is wrong with end blocks and padding, and with the end of the file."""
        found: list[Damage] = []
        for first, last, data in self._blocks.pieces(start, self._size):
            code = data if isinstance(data, str) else InnerTrailing.code
            if isinstance(data, str) or bytes(data) != _ZEROS[: len(data)]:
                found.append(Damage(OUTSIDE, code, first, last))
        return found or ([Damage(OUTSIDE, self._end.code, self._size, self._size)] if self._end else [])


def open_volume(stream: BinaryIO, identities: Sequence[Identity]) -> OpenVolume:
    """Open the volume in ``stream``, which stays open and is seekable; nothing of its payload is read yet.

    Raises NotABundle, NewerAge, NewerFormat, WrongKey, the leaves of HeaderFailure; PayloadFailure's where the lists
    themselves are damaged; BadManifest, BundleTooBig, BadSignature, Forwarded, StrangeRecipients; InnerOrder,
    MemberSize and the leaves for ustar; NotReadable. Unknown senders are not refused here: look at ``tags.signer``.
    """
    reader = _reader(stream, identities)
    _demand_size(stream)
    files, start = read_tag_files(reader)
    tags = check_tags(files)
    _check_recipients(tags, stream, identities)
    blocks = Blocks(reader)
    padding = check_headers(reader, blocks, tags.members, start)
    size = _content_size(reader, tags, padding + layout.END_BLOCKS)
    return OpenVolume(tags, blocks, start, size, _check_end(reader, size))


def _demand_size(stream: BinaryIO) -> None:
    """Who copies a volume copies no more than one can have, whatever was written behind it."""
    try:
        size = stream.seek(0, os.SEEK_END)
    except OSError as error:
        raise NotReadable(error.strerror or "") from None
    if size > VOLUME_MAX:
        raise BundleTooBig(f"{size} bytes, a volume has at most {VOLUME_MAX}")


def _hidden(member: Member, slack: bytes) -> list[Damage]:
    """Whether the bytes that only fill up the last block of a member hold something."""
    return [Damage(member.ordinal, InnerSlack.code, member.size, member.size)] if any(slack) else []


def _reader(stream: BinaryIO, identities: Sequence[Identity]) -> SealedReader:
    try:
        return open_sealed(stream, identities)
    except NotAge:
        raise NotABundle from None


def _check_recipients(tags: Tags, stream: BinaryIO, identities: Sequence[Identity]) -> None:
    if not {identity.recipient for identity in identities} & set(tags.meta.recipients):
        raise Forwarded
    try:
        stream.seek(0)
        header = parse_header(stream.read(AGE_HEADER_MAX))
    except OSError as error:
        raise NotReadable(error.strerror or "") from None
    told = len(tags.meta.recipients) + tags.meta.decoys
    if len(header.stanzas) != told:
        raise StrangeRecipients(f"{len(header.stanzas)} keys, {told} in the signed list")


def _content_size(reader: SealedReader, tags: Tags, content: int) -> int:
    """Bytes of the sealed content: the class that holds it, or in a set any larger one, for its volumes are equal."""
    least = ustar.padded_size(content)
    try:
        there = reader.size if tags.meta.volumes > 1 else 0
    except PayloadFailure:
        return least
    return there if there > least and ustar.padded_size(there) == there else least


def _check_end(reader: SealedReader, size: int) -> PayloadFailure | None:
    """What is wrong with the end of the file; raises InnerShort, InnerTrailing for a whole file of another size."""
    try:
        there = reader.size
    except PayloadFailure as failure:
        return failure
    if there < size:
        raise InnerShort(f"{there} bytes instead of {size}")
    if there > size:
        raise InnerTrailing(f"{there} bytes instead of {size}")
    return None
