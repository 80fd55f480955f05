"""What pictures coded one by one carry beside the picture: Motion JPEG and ProRes, by own readers."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_LAVC: Final = re.compile(rb"(Lavc\d[\d.]{3,14})\0*")


@dataclass(frozen=True)
class JpegPart:
    """A part of a Motion JPEG frame: what is strange about it, whether it is coded picture, the encoder it names."""

    data: bytes
    strange: str = ""
    coded: bool = False
    coder: str = ""


def jpeg_parts(sample: bytes) -> Iterator[JpegPart]:
    """The parts of a frame that are no plain tables."""
    place, inside = 0, False
    while place + 2 <= len(sample):
        code = sample[place + 1] if sample[place] == 255 else -1
        if not inside and code != 0xD8:
            if sample[place] in (0, 255):
                place += 1
                continue
            if sample[place:].strip(b"\0\xff"):
                yield JpegPart(sample[place:], "bytes behind a picture")
            return
        if code == 255:
            place += 1
        elif code in (0xD8, 0xD9):
            inside, place = code == 0xD8, place + 2
        elif code < 0 or place + 4 > len(sample):
            break
        else:
            size = struct.unpack_from(">H", sample, place + 2)[0]
            yield from _segment(code, sample[place + 4 : place + 2 + max(size, 2)])
            place += 2 + max(size, 2)
            if code == 0xDA:
                end = _coded_end(sample, place)
                yield JpegPart(sample[place:end], coded=True)
                place = end
    if inside or sample[place:].strip(b"\0\xff"):
        yield JpegPart(sample[place:], "a picture that cannot be followed")


def _coded_end(data: bytes, place: int) -> int:
    while True:
        place = data.find(b"\xff", place)
        if place < 0 or place + 1 >= len(data):
            return len(data)
        if data[place + 1] and not 0xD0 <= data[place + 1] <= 0xD7 and data[place + 1] != 255:
            return place
        place += 1 if data[place + 1] == 255 else 2


def _segment(code: int, body: bytes) -> Iterator[JpegPart]:
    if code == 0xFE:
        coder = _LAVC.fullmatch(body)
        yield JpegPart(body, "" if coder else "comment in a picture", coder=coder.group(1).decode() if coder else "")
    elif 0xE0 <= code <= 0xEF:
        jfif = body[:5] == b"JFIF\0" and len(body) == 14 and body[12:] == b"\0\0"
        avi = body[:4] == b"AVI1" and len(body) <= 16
        offsets = code == 0xE1 and body[:8] == b"\0\0\0\0mjpg" and len(body) == 40
        if not (offsets or (code == 0xE0 and (jfif or avi))):
            yield JpegPart(body, f"segment APP{code - 0xE0} in a picture")
    elif _needed(code, body) != len(body):
        yield JpegPart(body, f"segment {code:02x} in a picture")


def _needed(code: int, body: bytes) -> int:
    """Bytes the fields of a segment take; -1 for one that decoding does not need."""
    if code in (0xC0, 0xC1, 0xC2) and len(body) > 5:
        return 6 + 3 * body[5]
    if code == 0xDA and body:
        return 4 + 2 * body[0]
    if code == 0xDD:
        return 2
    at = 0
    while at < len(body) and code in (0xDB, 0xC4):
        at += 65 + 64 * (body[at] // 16) if code == 0xDB else 17 + sum(body[at + 1 : at + 17])
    return at or -1


def prores_spare(sample: bytes) -> Iterator[tuple[str, bytes]]:
    """Bytes of a ProRes frame that no slice covers."""
    if len(sample) < 36 or sample[4:8] != b"icpf":
        yield "a frame that cannot be followed", sample
        return
    head = struct.unpack_from(">H", sample, 8)[0]
    tables = (sample[27] & 1) + (sample[27] >> 1 & 1)
    if head != 20 + 64 * tables:
        yield "longer header of a frame", sample[28 : 8 + head]
    width, height = struct.unpack_from(">HH", sample, 16)
    place, fields = 8 + head, 2 if sample[20] >> 2 & 3 else 1
    for field in range(fields):
        lines = height if fields == 1 else (height + 1 - field) // 2
        if place + 8 > len(sample):
            yield "a frame that cannot be followed", sample[place:]
            return
        size = struct.unpack_from(">I", sample, place + 1)[0]
        picture = sample[place : place + size]
        used = _covered(picture, width, lines)
        if used != len(picture) or sample[place] >> 3 != 8:
            yield "bytes between the slices of a frame", picture[min(used, len(picture)) :] or picture
        place += max(size, 1)
    if sample[place:].strip(b"\0"):
        yield "bytes behind a frame", sample[place:]


def _covered(picture: bytes, width: int, lines: int) -> int:
    if len(picture) < 8:
        return -1
    shift = picture[7] >> 4 & 3
    blocks = -(-width // 16)
    across = sum((blocks >> shift, *(blocks >> low & 1 for low in range(shift))))
    count = across * -(-lines // 16)
    if 8 + 2 * count > len(picture):
        return -1
    return 8 + 2 * count + sum(int(size) for size in struct.unpack_from(f">{count}H", picture, 8))
