"""Pictures coded one by one: the frames of Motion JPEG and ProRes, known to their last byte or refused.

ITU-T T.81 annex B and QTFF "Motion-JPEG"; SMPTE RDD 36.
"""

from __future__ import annotations

import re
from typing import Final

from witnesskit.errors.media import BadMedia
from witnesskit.errors.strip import TextInPictures

_MARKER: Final = re.compile(rb"\xff+([^\x00\xd0-\xd7\xff])", re.DOTALL)  # behind coded pictures
_FRAMES: Final = frozenset({0xC0, 0xC1, 0xC2})
_CODER: Final = re.compile(rb"(Lavc\d[\d.]{3,14})\x00*")
_FIELDS_MAX: Final = 2  # pictures of one frame
_COMMENT, _SCAN, _START, _END = 0xFE, 0xDA, 0xD8, 0xD9


def check_motion_jpeg(sample: bytes) -> str:
    """One or two JPEG pictures (fields) with nothing beside them; the bare version that a comment names, or empty.

    Raises ``BadMedia`` or ``TextInPictures``.
    """
    place, named = 0, ""
    for _ in range(_FIELDS_MAX):
        if not sample[place:].strip(b"\x00\xff"):
            return named
        place = sample.find(b"\xff\xd8", place) if _padded(sample, place) else -1
        if place < 0:
            raise TextInPictures("bytes beside a Motion JPEG picture")
        place, coder = _picture(sample, place + 2)
        named = named or coder
    if sample[place:].strip(b"\x00\xff"):
        raise BadMedia("a Motion JPEG picture in many fields")
    return named


def _padded(data: bytes, place: int) -> bool:
    """True if nothing but padding lies in front of the next picture."""
    return not data[place : max(place, data.find(b"\xff\xd8", place))].strip(b"\x00\xff")


def _picture(data: bytes, place: int) -> tuple[int, str]:
    """End of the picture whose start marker ends at ``place``, and the encoder it names."""
    named = ""
    while True:
        found = _MARKER.match(data, place)
        if not found:
            raise BadMedia("a Motion JPEG picture is broken")
        code, place = found.group(1)[0], found.end()
        if code == _END:
            return place, named
        size = int.from_bytes(data[place : place + 2], "big")
        body = data[place + 2 : place + size]
        if size < 2 or place + size > len(data):
            raise BadMedia("a Motion JPEG picture is cut")
        if code == _COMMENT and (text := _CODER.fullmatch(body)):
            named = text.group(1).decode()
        elif not _whole(code, body) and not _plain_application(code, body):
            raise TextInPictures("a Motion JPEG picture with texts or data of its maker")
        place += size
        if code == _SCAN:
            behind = _MARKER.search(data, place)
            place = behind.start() if behind else len(data)


def _whole(code: int, body: bytes) -> bool:
    """True for a segment that decoding needs and that its own fields fill (annex B.2)."""
    if code in _FRAMES:
        return len(body) > 5 and len(body) == 6 + 3 * body[5]
    if code == _SCAN:
        return len(body) > 0 and len(body) == 4 + 2 * body[0]
    if code == 0xDD:
        return len(body) == 2
    place = 0
    while place < len(body) and code in (0xDB, 0xC4):
        place += 65 + 64 * (body[place] >> 4) if code == 0xDB else 17 + sum(body[place + 1 : place + 17])
    return 0 < place == len(body)


def _plain_application(code: int, body: bytes) -> bool:
    """JFIF without a thumbnail, the field mark of AVI, the offsets of QuickTime's format A."""
    if code == 0xE0:
        jfif = len(body) == 14 and body[:5] == b"JFIF\0" and body[12:] == b"\0\0"
        return jfif or (body[:4] == b"AVI1" and len(body) <= 16 and not any(body[5:6]))
    return code == 0xE1 and len(body) == 40 and body[4:8] == b"mjpg" and not any(body[:4])


def check_prores(sample: bytes) -> str:
    """A frame whose pictures and slices fill it; four letters that name its encoder.

    Raises ``BadMedia`` or ``TextInPictures``.
    """
    size, head = int.from_bytes(sample[:4], "big"), int.from_bytes(sample[8:10], "big")
    if len(sample) < 36 or sample[4:8] != b"icpf" or not 36 <= size <= len(sample):
        raise BadMedia("a ProRes frame is broken")
    if head != 20 + 64 * (sample[27] >> 1 & 1) + 64 * (sample[27] & 1):
        raise TextInPictures("a ProRes frame with a longer header")
    width, height = int.from_bytes(sample[16:18], "big"), int.from_bytes(sample[18:20], "big")
    fields = 2 if sample[20] >> 2 & 3 else 1
    place = 8 + head
    for field in range(fields):
        place = _slices(sample, place, (width, (height + (fields == 2 and not field)) // fields))
    if sample[place:].strip(b"\0"):
        raise TextInPictures("bytes behind a ProRes picture")
    name = sample[12:16].decode("latin-1")
    return name if name.isalnum() else sample[12:16].hex()


def _slices(data: bytes, place: int, shape: tuple[int, int]) -> int:
    """End of the picture at ``place``: its header, its table of slices and all of them."""
    head, size = data[place] >> 3 if place < len(data) else 0, int.from_bytes(data[place + 1 : place + 5], "big")
    if head != 8 or place + size > len(data):
        raise BadMedia("a ProRes picture is broken")
    each = data[place + 7] >> 4 & 3
    across = (shape[0] + 15) // 16
    row = (across >> each) + (across & (1 << each) - 1).bit_count()
    count = row * ((shape[1] + 15) // 16)
    table = data[place + head : place + head + 2 * count]
    sizes = sum(int.from_bytes(table[at : at + 2], "big") for at in range(0, len(table), 2))
    if len(table) != 2 * count or head + 2 * count + sizes != size:
        raise TextInPictures("bytes between the slices of a ProRes picture")
    return place + size
