"""Free data at the head of AAC packets: fill and data stream elements (ISO/IEC 14496-3 clause 4.5.2.9).

What follows the first coded channel cannot be found without decoding; encoders put their name in front of it.
"""

from __future__ import annotations

import re
from typing import Final

from witnesskit.errors.media import BadMedia
from witnesskit.errors.strip import TextInPictures
from witnesskit.formats.bits import BitReader

# versions of two libraries that millions of files carry: they name no one
ENCODER: Final = re.compile(rb"\x00*(Lavc\d{1,3}\.\d{1,3}\.\d{1,4}|libfaac \d{1,2}\.\d{1,2}(?:\.\d)?)\x00*")
# words in front of the end of a packet, where an element of free data would stand; chance makes them once in years
_TAIL: Final = re.compile(rb"[0-9A-Za-z _./:,@+-]{16,}\x00*[^\x00]?\Z", re.DOTALL)
_WIDE_TAIL: Final = re.compile(rb"(?:[\x20-\x7e]\0){8}|(?:\0[\x20-\x7e]){8}")
_TAIL_SIZE: Final = 280  # bytes of the longest such element, and some
_DIFFERENT: Final = 7  # letters; filler repeats a few
_HEAD: Final = 1024  # bytes of a packet that are looked at
_DATA, _PROGRAMME, _FILL = 4, 5, 6
_SBR: Final = frozenset({13, 14, 11})  # bandwidth extension and dynamic range: part of the sound


def blanked(packet: bytes) -> bytes:
    """``packet`` with free data at its head zeroed; the same object where there is none.

    The bare version of a widespread library stays, so that the stock command gives the same digest.
    Raises ``TextInPictures`` for a programme element, which may hold a comment, and for words at the end.
    """
    check_tail(packet)
    if not packet or packet[0] >> 5 not in (_DATA, _PROGRAMME, _FILL):
        return packet
    head = packet[:_HEAD]
    bits, value, size = BitReader(head), int.from_bytes(head, "big"), len(head) * 8
    try:
        while span := _next(bits):
            start, end = span
            if end > size:
                break
            mask = ((1 << (end - start)) - 1) << (size - end)
            if value & mask and not _names_encoder(head, start, end):
                value &= ~mask
    except BadMedia:
        pass
    fresh = value.to_bytes(len(head), "big")
    return packet if fresh == head else fresh + packet[_HEAD:]


def check_tail(packet: bytes) -> None:
    """Raise ``TextInPictures`` for words at the end of a packet, where only decoding finds free data."""
    tail = packet[-_TAIL_SIZE:]
    found = _WIDE_TAIL.search(tail) if b"\0" in tail else None
    if not found and tail.rstrip(b"\0")[-3:-1].isascii():  # a glance passes over most
        found = _TAIL.search(tail)
    if found and len(set(found.group())) >= _DIFFERENT:
        raise TextInPictures("text at the end of a sound packet")


def _next(bits: BitReader) -> tuple[int, int] | None:
    """Free bits of the next element; ``None`` where coded sound begins."""
    kind = bits.read(3)
    if kind == _PROGRAMME:
        raise TextInPictures("a programme element in a sound packet")
    if kind == _DATA:
        aligned = bits.read(5) & 1
        count = bits.read(8)
        count += bits.read(8) if count == 255 else 0
        bits.place += -bits.place % 8 if aligned else 0
    elif kind == _FILL:
        count = bits.read(4)
        count += bits.read(8) - 1 if count == 15 else 0
        if count and bits.read(4) in _SBR:
            return None
        bits.place -= 4 if count else 0
    else:
        return None
    start = bits.place
    bits.place += 8 * count
    return start, bits.place


def _names_encoder(head: bytes, start: int, end: int) -> bool:
    text = head[(start + 4 + 7) // 8 : end // 8]
    return ENCODER.fullmatch(text) is not None


def encoder_named(packet: bytes) -> str:
    """The version at the head of ``packet``, or empty."""
    found = ENCODER.search(packet[:64])
    return found.group(1).decode() if found and packet[0] >> 5 == _FILL else ""
