"""The head of a spare volume: bytes <-> objects (docs/spec/bundle.md, "Spare volumes").

64 bytes: magic, how many volumes are needed, how many there are with the spares, which this is, zeros, and the digest
that ties it to its set.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from witnesskit.errors.formats import NewerFormat
from witnesskit.errors.parity import BadParity

HEAD_SIZE: Final = 64  # bytes
_MAGIC: Final = b"witnesskit.spr/1"
_FAMILY: Final = b"witnesskit.spr/"
_FORM: Final = struct.Struct(">16sHHH10s32s")


@dataclass(frozen=True)
class SpareHead:
    """``needed`` volumes of ``whole`` (at most 256) give all; ``index`` from ``needed`` is a spare's own number."""

    needed: int
    whole: int
    index: int
    tie: bytes


def tie_of(header_digests: Iterable[str]) -> bytes:
    """SHA-256 over the digests (64 hex digits) of the volumes' age headers, in order."""
    return hashlib.sha256("".join(header_digests).encode()).digest()


def head_bytes(head: SpareHead) -> bytes:
    """The 64 bytes."""
    return _FORM.pack(_MAGIC, head.needed, head.whole, head.index, bytes(10), head.tie)


def parse_head(untrusted_data: bytes) -> SpareHead:
    """Read them; raises BadParity, NewerFormat."""
    if len(untrusted_data) != HEAD_SIZE or not untrusted_data.startswith(_FAMILY):
        raise BadParity("not a spare volume")
    magic, needed, whole, index, zeros, tie = _FORM.unpack(untrusted_data)
    if magic != _MAGIC:
        raise NewerFormat("spare volume")
    if any(zeros) or not 1 <= needed <= index < whole <= 256:
        raise BadParity("its head")
    return SpareHead(needed, whole, index, tie)
