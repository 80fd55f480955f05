"""Strict ustar (POSIX.1-2017, pax, "ustar Interchange Format"): plain files only, every header in one form.

Stock tar reads what we write. What we read must be byte for byte what we would have written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from witnesskit.errors.container import InnerHeader, InnerName, InnerShort, InnerSlack, InnerTrailing, InnerType
from witnesskit.limits import CAPSULE_SIZE_MIN, READ_BLOCK
from witnesskit.model import SeekableReader

BLOCK: Final = 512  # bytes
END_SIZE: Final = 2 * BLOCK  # two zero blocks end the archive
SIZE_MAX: Final = 8**11 - 1  # bytes of one member: eleven octal digits
_NAME = re.compile(r"(?!\.\.?(/|\Z))[A-Za-z0-9._-]+(/(?!\.\.?(/|\Z))[A-Za-z0-9._-]+)*", re.ASCII)
_OCTAL_SIZE = re.compile(rb"[0-7]{11}\0")
_OCTAL_SUM = re.compile(rb"[0-7]{6}\0 ")
_ZERO_BLOCK: Final = bytes(BLOCK)
_MODE: Final = b"0000644\0"
_NOBODY: Final = b"0000000\0"  # owner, group and device numbers
_EPOCH: Final = b"00000000000\0"
_BEFORE_SIZE: Final = _MODE + _NOBODY + _NOBODY
_BEHIND_SUM: Final = b"0" + bytes(100) + b"ustar\0" + b"00" + bytes(64) + _NOBODY + _NOBODY + bytes(155 + 12)
_FIXED_SUM: Final = sum(_BEFORE_SIZE + _EPOCH + _BEHIND_SUM) + 8 * ord(" ")  # all but name and size
_SUM_FIELD: Final = slice(148, 156)


@dataclass(frozen=True)
class Member:
    """One file: ``size`` bytes from ``offset``; ``whole`` is False where an unfinished archive ends inside it."""

    name: str
    size: int
    offset: int = 0
    whole: bool = True

    @property
    def end(self) -> int:
        """Where the next header begins."""
        return self.offset + self.size + slack(self.size)


def header(name: str, size: int) -> bytes:
    """The one header (512 bytes) of a member; raises InnerName, InnerHeader for a size above SIZE_MAX."""
    if len(name) > 100 or not _NAME.fullmatch(name):
        raise InnerName
    if not 0 <= size <= SIZE_MAX:
        raise InnerHeader("the size")
    told, length = name.encode(), b"%011o\0" % size
    total = _FIXED_SUM + sum(told) + sum(length)
    return b"".join((told.ljust(100, b"\0"), _BEFORE_SIZE, length, _EPOCH, b"%06o\0 " % total, _BEHIND_SUM))


def parse_header(untrusted_block: bytes) -> Member:
    """Name and size of one header block; raises InnerShort, InnerType, InnerName, InnerHeader."""
    if len(untrusted_block) != BLOCK:
        raise InnerShort("inside a header")
    _check_sum(untrusted_block)
    if untrusted_block[156:157] != b"0":
        raise InnerType
    if not _OCTAL_SIZE.fullmatch(untrusted_block[124:136]):
        raise InnerHeader("the size")
    raw_name = untrusted_block[:100].rstrip(b"\0")
    name = raw_name.decode("latin-1")
    if any(untrusted_block[345:500]) or not _NAME.fullmatch(name):
        raise InnerName
    member = Member(name, int(untrusted_block[124:135], 8))
    if header(member.name, member.size) != untrusted_block:
        raise InnerHeader("a field is not in its one form")
    return member


def walk(reader: SeekableReader, *, unfinished: bool = False) -> Iterator[Member]:
    """Every member in order, then the end is checked: two zero blocks, and nothing but zeros behind them.

    ``unfinished``: the archive may stop anywhere; its last member may be shorter than its header says. Raises the
    leaves of InnerFailure, and what ``reader`` raises.
    """
    size, place = reader.size, 0
    while True:
        block = reader.read_at(place, BLOCK)
        if unfinished and len(block) < BLOCK:
            return
        if block == _ZERO_BLOCK:
            break
        member = _placed(parse_header(block), place + BLOCK, size, unfinished=unfinished)
        yield member
        place = member.end
        if not member.whole:
            return
        _check_slack(reader, member, unfinished=unfinished)
    _check_end(reader, place, size, unfinished=unfinished)


def slack(size: int) -> int:
    """Zeros between the end of a member's ``size`` bytes and the next header."""
    return -size % BLOCK


def padded_size(size: int) -> int:
    """The size class of ``size`` bytes: the next m * 2**e with m in 4 to 7, at least CAPSULE_SIZE_MIN."""
    if size <= CAPSULE_SIZE_MIN:
        return CAPSULE_SIZE_MIN
    unit = 1 << (size - 1).bit_length() - 3
    return -(-size // unit) * unit


def _placed(member: Member, offset: int, size: int, *, unfinished: bool) -> Member:
    there = max(0, size - offset)
    if member.size <= there:
        return Member(member.name, member.size, offset)
    if not unfinished:
        raise InnerShort("inside a member")
    return Member(member.name, there, offset, whole=False)


def _check_sum(block: bytes) -> None:
    field = block[_SUM_FIELD]
    total = sum(block) - sum(field) + 8 * ord(" ")
    if not _OCTAL_SUM.fullmatch(field) or int(field[:6], 8) != total:
        raise InnerHeader("a stray zero block" if block == _ZERO_BLOCK else "the checksum")


def _check_slack(reader: SeekableReader, member: Member, *, unfinished: bool) -> None:
    if not slack(member.size):
        return
    found = reader.read_at(member.offset + member.size, slack(member.size))
    if any(found):
        raise InnerSlack
    if len(found) < slack(member.size) and not unfinished:
        raise InnerShort("behind a member")


def _check_end(reader: SeekableReader, place: int, size: int, *, unfinished: bool) -> None:
    second = reader.read_at(place + BLOCK, BLOCK)
    if any(second):
        raise InnerHeader("a stray zero block")
    if len(second) < BLOCK and not unfinished:
        raise InnerShort("inside its end")
    for start in range(place + END_SIZE, size, READ_BLOCK):
        found = reader.read_at(start, READ_BLOCK)
        if found != bytes(len(found)):
            raise InnerTrailing
