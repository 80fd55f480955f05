"""What PAR2 files (Parity Volume Set Specification 2.0) describe: the files a repair would write, and their sizes.

Only file descriptions are read; the repairing itself is par2's. As par2 does, a packet is looked for at every byte,
also inside another one, and counts where its digest is right: what rotted is passed over, and nothing hides.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from mmap import mmap
from typing import Final

from witnesskit.errors.parity import BadParity

_MAGIC: Final = b"PAR2\0PKT"
_HEADER: Final = 64  # bytes: magic, length, MD5, id of the set, type
_HASHED: Final = 32  # bytes of it that the MD5 does not cover
_DESCRIPTION: Final = b"PAR 2.0\0FileDesc"
_FIXED: Final = 16 + 16 + 16 + 8  # bytes of a description before the name
_LONGEST: Final = _HEADER + _FIXED + 4096  # bytes; no file has a longer name


@dataclass(frozen=True)
class Described:
    """A file that a repair would write. ``name``: untrusted bytes, without the padding."""

    name: bytes
    size: int


def described(untrusted_data: bytes | mmap) -> Iterator[Described]:
    """Every file description; raises BadParity for one that is too long to have been written by anybody."""
    place = untrusted_data.find(_MAGIC)
    while place >= 0:
        if untrusted_data[place + _HEADER - len(_DESCRIPTION) : place + _HEADER] == _DESCRIPTION:
            length = int.from_bytes(untrusted_data[place + 8 : place + 16], "little")
            if length > _LONGEST:
                raise BadParity("a description that is too long")
            packet = untrusted_data[place : place + length]
            if len(packet) >= _HEADER + _FIXED and packet[16:_HASHED] == _md5(packet[_HASHED:]):
                body = packet[_HEADER:]
                yield Described(body[_FIXED:].rstrip(b"\0"), int.from_bytes(body[_FIXED - 8 : _FIXED], "little"))
        place = untrusted_data.find(_MAGIC, place + len(_MAGIC))


def _md5(data: bytes) -> bytes:
    return hashlib.md5(data, usedforsecurity=False).digest()
