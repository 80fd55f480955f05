"""Names in PAR2 files (Parity Volume Set Specification 2.0): which files a repair would write.

Only the packets' frames and file descriptions are read; the repairing itself is par2's.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from witnesskit.errors.parity import BadParity

_MAGIC: Final = b"PAR2\0PKT"
_HEADER: Final = 64  # bytes: magic, length, MD5, id of the set, type
_DESCRIPTION: Final = b"PAR 2.0\0FileDesc"
_FIXED: Final = 16 + 16 + 16 + 8  # bytes of a description before the name


def described_names(untrusted_data: bytes) -> Iterator[bytes]:
    """The name in each file description, without its padding; raises BadParity for anything but whole packets."""
    place = 0
    while place < len(untrusted_data):
        header = untrusted_data[place : place + _HEADER]
        length = int.from_bytes(header[8:16], "little")
        if len(header) < _HEADER or header[:8] != _MAGIC or length % 4 or length < _HEADER:
            raise BadParity("not a PAR2 file")
        if place + length > len(untrusted_data):
            raise BadParity("it is cut")
        if header[48:64] == _DESCRIPTION:
            yield untrusted_data[place + _HEADER + _FIXED : place + length].rstrip(b"\0")
        place += length
