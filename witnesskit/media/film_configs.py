"""Decoder configurations to their last byte: what stands in one beside parameter sets is told."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

_TEXT: Final = re.compile(rb"[\x20-\x7e]{6,}")
_HIGH: Final = (100, 110, 122, 144, 244, 44)
_DECODER_MAX: Final = 128  # bytes; those of pictures are looked into as well, those of sound end before 64
_DESCRIPTORS: Final = {3: 3, 4: 13, 5: None, 6: None}  # tag: bytes in front of the descriptors inside, None: a leaf


def spare_bytes(kind: str, body: bytes) -> Iterator[bytes]:
    """Bytes of the configuration box ``kind`` that decoding does not need; readable runs where lengths vary."""
    reader = _READERS.get(kind)
    if reader:
        yield from (part for part in reader(body) if any(part))
    else:
        yield from _TEXT.findall(body)


def _sets(body: bytes, place: int, count: int) -> int:
    for _ in range(count):
        place += 2 + int.from_bytes(body[place : place + 2], "big")
    return place


def _avc(body: bytes) -> Iterator[bytes]:
    if len(body) < 7:
        yield body
        return
    place = _sets(body, 6, body[5] & 31)
    place = _sets(body, place + 1, body[place] if place < len(body) else 0)
    if body[1] in _HIGH and place + 4 <= len(body):
        place = _sets(body, place + 4, body[place + 3])
    yield body[place:]


def _hevc(body: bytes) -> Iterator[bytes]:
    yield from _front(body)
    place = 23
    for _ in range(body[22] if len(body) > 22 else 0):
        kind = body[place] & 63 if place < len(body) else 0
        count = int.from_bytes(body[place + 1 : place + 3], "big")
        end = _sets(body, place + 3, min(count, len(body)))
        if kind not in (32, 33, 34, 39, 40):
            yield body[place:end]
        place = end
    yield body[place:]


def _front(body: bytes) -> Iterator[bytes]:
    """hvcC in front of its lists: a frame rate, regions and reserved bits, a profile that no sequence set has."""
    ones = ((13, 0xF0), (15, 0xFC), (16, 0xFC), (17, 0xF8), (18, 0xF8))
    if (
        len(body) < 23
        or body[13:15] != b"\xf0\0"
        or any(body[19:21])
        or any(body[at] | bits != body[at] for at, bits in ones)
    ):
        yield body[13:21] + b"\1"
    place = 23
    for _ in range(body[22] if len(body) > 22 else 0):
        size = int.from_bytes(body[place + 3 : place + 5], "big")
        unit = body[place + 5 : place + 5 + size].replace(b"\0\0\3", b"\0\0")
        if body[place] & 63 == 33 if place < len(body) else False:
            if len(unit) >= 15 and unit[3:15] != body[1:13]:
                yield body[1:13] + b"\1"
            return
        count = int.from_bytes(body[place + 1 : place + 3], "big")
        place = _sets(body, place + 3, min(count, len(body)))


def _descriptors(body: bytes) -> Iterator[bytes]:
    """esds: stream, decoder, decoder's bytes, sync layer; a descriptor of any other kind is spare."""
    yield body[:4]
    yield from _descriptor(body, 4, 0)


def _descriptor(body: bytes, place: int, depth: int) -> Iterator[bytes]:
    while place < len(body):
        tag, size, inner = body[place], 0, place + 1
        for _ in range(4):
            byte = body[inner] if inner < len(body) else 0
            size, inner = size << 7 | byte & 127, inner + 1
            if byte < 128:
                break
        content = body[inner : inner + size]
        if tag not in _DESCRIPTORS or depth > 3:
            yield body[place : inner + size]
        elif _DESCRIPTORS[tag] is not None:
            yield from _descriptor(content, _DESCRIPTORS[tag] or 0, depth + 1)
        elif len(content) > (_DECODER_MAX if tag == 5 else 1):
            yield content
        place = inner + max(size, 0)


def resilient(body: bytes) -> bool:
    """True if an esds, or one inside ``body``, describes error resilient AAC (ISO/IEC 14496-3 table 1.17)."""
    shell = body.find(b"esds")
    leaves = dict(_leaves(body, shell + 8 if shell >= 0 else 4, 0))
    return leaves.get(5, b"\0")[0] >> 3 in (17, 19, 20, 23, 31)


def decoder_bytes(body: bytes) -> bytes:
    """The decoder's own bytes in an esds."""
    return dict(_leaves(body, 4, 0)).get(5, b"")


def _leaves(body: bytes, place: int, depth: int) -> Iterator[tuple[int, bytes]]:
    """Tag and content of the descriptors that hold no others."""
    while place < len(body) and depth < 4:
        tag, size, place = body[place], 0, place + 1
        for _ in range(4):
            byte = body[place] if place < len(body) else 0
            size, place = size << 7 | byte & 127, place + 1
            if byte < 128:
                break
        content, front = body[place : place + size], _DESCRIPTORS.get(tag)
        if front is not None:
            yield from _leaves(content, front, depth + 1)
        elif content:
            yield tag, content
        place += size


def _av1(body: bytes) -> Iterator[bytes]:
    if len(body) > 4 and body[4] >> 3 & 15 != 1:
        yield body[4:]
    yield from _TEXT.findall(body)


def _wave(body: bytes) -> Iterator[bytes]:
    place = 0
    while place + 8 <= len(body):
        size, kind = int.from_bytes(body[place : place + 4], "big"), body[place + 4 : place + 8]
        if size < 8 or place + size > len(body):
            break
        inner = body[place + 8 : place + size]
        if kind == b"esds":
            yield from _descriptors(inner)
        elif kind == b"alac":
            yield from _TEXT.findall(inner)
        elif (kind, len(inner)) not in ((b"frma", 4), (b"enda", 2), (b"mp4a", 4), (bytes(4), 0)):
            yield kind + inner
        place += size
    yield body[place:]


def _positions(body: bytes) -> Iterator[bytes]:
    """chnl: version 0, one number or one place for each channel."""
    each = body[4:5] == b"\1" and body[5:6] == b"\0"
    if body[:1] != b"\0" or (each and (len(body) > 70 or any(byte > 63 for byte in body[6:]))):
        yield body
    elif not each:
        yield body[14 if body[4:5] == b"\1" else 5 :]


def _sphere(body: bytes) -> Iterator[bytes]:
    """sv3d in the one form that names no program: an empty svhd, then prhd with equi or cbmp."""
    for kind, size in ((b"equi", 28), (b"cbmp", 20)):
        total = 8 + 24 + size
        if (
            len(body) == 13 + total
            and body[:13] == b"\0\0\0\x0dsvhd\0\0\0\0\0"
            and body[13:33] == total.to_bytes(4, "big") + b"proj\0\0\0\x18prhd" + bytes(4)
            and body[45:57] == size.to_bytes(4, "big") + kind + bytes(4)
        ):
            return
    yield body


_READERS: Final[dict[str, Callable[[bytes], Iterator[bytes]]]] = {
    "avcC": _avc,
    "avcE": _avc,
    "hvcC": _hevc,
    "hvcE": _hevc,
    "esds": _descriptors,
    "av1C": _av1,
    "wave": _wave,
    "chnl": _positions,
    "sv3d": _sphere,
}
