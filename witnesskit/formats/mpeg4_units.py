"""MPEG-4 pictures (ISO/IEC 14496-2) between start codes: free data made filler at equal length, all else checked.

The bare version of a widespread encoder stays, because decoders correct that encoder's known mistakes by it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from witnesskit.errors.media import BadMedia
from witnesskit.errors.strip import TextInPictures

START: Final = b"\x00\x00\x01"
ENCODER: Final = re.compile(
    rb"XviD\d{4}|DivX\d{3,4}(?:b|Build)\d{3,4}p?|Lavc\d{1,2}\.\d{1,3}\.\d{1,4}|FFmpeg\d?\.\d\.\db?\d*|ffmpeg"
)
USER_DATA: Final = 0xB2
_GROUP: Final = 0xB3
_LENGTHS: Final = {0xB0: 1, 0xB1: 0, 0xB3: 4, 0xB5: 4}  # bytes at most of sequence, its end, group, visual object
_LAYER_MAX: Final = 300  # bytes of a layer's header with two matrices
_WORD: Final = re.compile(rb"[A-Za-z0-9@._-]{8,}")  # packed fields do not read so, matrices hold numbers
_LETTER: Final = re.compile(rb"[A-Za-z]")
_SECONDS_MAX: Final = 59  # a film that begins later than that begins at a time of day


def units(data: bytes) -> Iterator[tuple[int, int, int]]:
    """(code, first byte of the payload, its end) of every unit; the first start code must stand at the start."""
    place = data.find(START)
    while place >= 0 and place + 3 < len(data):
        follower = data.find(START, place + 3)
        end = follower if follower >= 0 else len(data)
        yield data[place + 3], place + 4, max(place + 4, end)
        place = follower


def clean_pictures(data: bytes, names: dict[str, None]) -> bytes:
    """``data`` with user data made filler; ``names`` collects the encoders that stay named.

    Raises ``BadMedia`` for what is no MPEG-4 picture, ``TextInPictures`` for a clock time in front of a group.
    """
    if not data or not data.strip(b"\0\x7f"):
        return bytes(len(data)) if data.strip(b"\0") and len(data) > 1 else data
    first = data.find(START)
    if first < 0 or any(data[:first]):
        raise BadMedia("no start code in front of a picture")
    fresh = bytearray(data)
    for code, start, end in units(data):
        payload = data[start:end]
        if code == USER_DATA:
            text = payload.rstrip(b"\0")
            if ENCODER.fullmatch(text):
                names[text.decode()] = None
            else:
                fresh[start:end] = b"\xff" * (end - start)
        else:
            check_unit(code, payload)
    return bytes(fresh)


def check_unit(code: int, payload: bytes) -> None:
    """Refuse what no decoder reads, and room behind what it reads."""
    size = len(payload.rstrip(b"\0"))
    if code in _LENGTHS:
        if size > _LENGTHS[code]:
            raise BadMedia("more in a picture's header than belongs there")
        if code == _GROUP and _seconds(payload) > _SECONDS_MAX * 60:
            raise TextInPictures("a group of pictures that tells a time of day")
    elif code <= 0x1F:
        if size:
            raise BadMedia("more in a picture's header than belongs there")
    elif code <= 0x2F:
        if size > _LAYER_MAX or any(len(_LETTER.findall(word)) >= 4 for word in _WORD.findall(payload)):
            raise BadMedia("a layer's header that is too long or holds text")
    elif code != 0xB6:
        raise BadMedia(f"unit {code:02x} in MPEG-4 pictures")


def _seconds(payload: bytes) -> int:
    """The time code of a group (clause 6.3.4): hours, minutes, a mark, seconds."""
    value = int.from_bytes(payload[:3].ljust(3, b"\0"), "big")
    return (value >> 19) * 3600 + (value >> 13 & 63) * 60 + (value >> 6 & 63)
