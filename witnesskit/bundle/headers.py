"""The ustar headers of a volume: tag files read in their one order, member headers compared with the signed list."""

from __future__ import annotations

from collections.abc import Sequence

from witnesskit.bundle import layout
from witnesskit.bundle.blocks import Blocks
from witnesskit.errors.bundle import BundleTooBig, InnerOrder, MemberSize, NotABundle
from witnesskit.errors.container import InnerFailure, InnerHeader, InnerShort, InnerSlack
from witnesskit.errors.sealing import PayloadFailure
from witnesskit.formats import ustar
from witnesskit.formats.bag import payload_name
from witnesskit.formats.bundle_members import Member
from witnesskit.limits import AGE_CHUNK
from witnesskit.model import SeekableReader

_ZERO_BLOCK = bytes(layout.BLOCK)


def read_tag_files(reader: SeekableReader) -> tuple[dict[str, bytes], int]:
    """Content of the five tag files, and where the first member begins.

    Raises NotABundle, BundleTooBig, InnerOrder, the leaves for ustar and, for what is damaged, PayloadFailure's.
    """
    files: dict[str, bytes] = {}
    place = 0
    for name, most in layout.TAG_FILES.items():
        files[name] = _read_tag_file(reader, place, name, most)
        place += layout.room(len(files[name]))
    return files, place


def check_headers(reader: SeekableReader, blocks: Blocks, members: Sequence[Member], place: int) -> int:
    """Compare every header from ``place`` on; returns where the padding begins.

    A header that cannot be read is let pass, its place is known. Raises InnerOrder, MemberSize, the leaves for ustar.
    """
    for member in members:
        block = _header_at(reader, blocks, place, near=member.size < AGE_CHUNK)
        if block is not None and block != ustar.header(payload_name(member.ordinal), member.size):
            _refuse(reader, block, member, place)
        place += layout.room(member.size)
    end = _header_at(reader, blocks, place, near=False)
    if end is not None and end != _ZERO_BLOCK:
        extra = ustar.parse_header(end)
        raise InnerOrder(f"{extra.name if extra.name.startswith('data/') else 'a file'} is not in the list")
    return place


def _read_tag_file(reader: SeekableReader, place: int, name: str, most: int) -> bytes:
    member = _tag_header(reader, place)
    if member.name != name:
        raise InnerOrder(f"{name} is not where it must be") if place else NotABundle
    if member.size > most:
        raise BundleTooBig(f"{name}: {member.size} bytes, at most {most} are read")
    data = reader.read_at(place + layout.BLOCK, member.size + layout.slack(member.size))
    if len(data) < member.size + layout.slack(member.size):
        raise InnerShort(name)
    if any(data[member.size :]):
        raise InnerSlack(name)
    return data[: member.size]


def _tag_header(reader: SeekableReader, place: int) -> ustar.Member:
    block = reader.read_at(place, layout.BLOCK)
    if len(block) < layout.BLOCK:
        raise InnerShort if place else NotABundle
    try:
        return ustar.parse_header(block)
    except InnerFailure:
        if place:
            raise
        raise NotABundle from None


def _header_at(reader: SeekableReader, blocks: Blocks, place: int, *, near: bool) -> bytes | None:
    """The block at ``place``, None where it cannot be read. ``near``: others lie close behind it."""
    if near or blocks.holds(place, layout.BLOCK):
        return blocks.at_once(place, layout.BLOCK) or blocks.exactly(place, layout.BLOCK)
    try:
        block = reader.read_at(place, layout.BLOCK)
    except PayloadFailure:
        return None
    return block if len(block) == layout.BLOCK else None


def _refuse(reader: SeekableReader, block: bytes, member: Member, place: int) -> None:
    """Say what is wrong with a header that is not the one of ``member``."""
    if block == _ZERO_BLOCK:
        following = reader.read_at(place + layout.BLOCK, layout.BLOCK)
        stray = following not in (b"", _ZERO_BLOCK)
        raise InnerHeader("a stray zero block") if stray else InnerOrder(f"file {member.ordinal} is missing")
    found = ustar.parse_header(block)
    if found.name != payload_name(member.ordinal):
        raise InnerOrder(f"another file stands where file {member.ordinal} must be")
    if found.size != member.size:
        raise MemberSize(f"file {member.ordinal}: {found.size} bytes instead of {member.size}")
    raise InnerHeader(f"file {member.ordinal}: not in the one form")
