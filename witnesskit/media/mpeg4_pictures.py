"""MPEG-4 pictures as the inspector reads them: what stands in user data, and the form a clean file has."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from witnesskit.errors.media import BadMedia

_KNOWN: Final = re.compile(
    rb"(XviD[0-9]{4}|DivX[0-9]{3,4}(b|Build)[0-9]{3,4}p?|Lavc[0-9]{1,2}\.[0-9]{1,3}\.[0-9]{1,4}|"
    rb"FFmpeg[0-9]?\.[0-9]\.[0-9]b?[0-9]*|ffmpeg)"
)
_MOST: Final = {0xB0: 1, 0xB1: 0, 0xB3: 4, 0xB5: 4}


@dataclass
class Mpeg4Facts:
    """The pictures as a clean file has them, texts of user data, encoders by their bare version, times of day."""

    fresh: bytes = b""
    texts: list[bytes] = field(default_factory=list)
    encoders: list[str] = field(default_factory=list)
    clocks: list[str] = field(default_factory=list)


def clean_mpeg4(data: bytes) -> Mpeg4Facts:
    """Read one chunk; raises ``BadMedia`` for what no decoder reads."""
    facts = Mpeg4Facts(data)
    if set(data) <= {0, 0x7F}:  # a picture that repeats the one before
        facts.fresh = data if len(data) < 2 else bytes(len(data))
        return facts
    pieces = re.split(rb"\x00\x00\x01(?=.)", data, flags=re.DOTALL)
    if len(pieces) < 2 or pieces[0].strip(b"\0"):
        raise BadMedia("bytes in front of the first start code")
    if b"" in pieces[1:]:
        raise BadMedia("a start code of no unit")
    fresh = [pieces[0]]
    for piece in pieces[1:]:
        code, payload = piece[0], piece[1:]
        if code == 0xB2 and not _KNOWN.fullmatch(payload.rstrip(b"\0")):
            if payload.strip(b"\xff"):
                facts.texts.append(payload)
            payload = b"\xff" * len(payload)
        elif code == 0xB2:
            facts.encoders.append(payload.rstrip(b"\0").decode())
        else:
            _check(facts, code, payload)
        fresh.append(bytes([code]) + payload)
    facts.fresh = b"\0\0\1".join(fresh)
    return facts


def _is_letter(byte: int) -> bool:
    return 0x41 <= byte & 0xDF <= 0x5A


def _check(facts: Mpeg4Facts, code: int, payload: bytes) -> None:
    size = len(payload.rstrip(b"\0"))
    most = _MOST.get(code, 0 if code < 0x20 else 300 if code < 0x30 else -1)
    if code != 0xB6 and (most < 0 or size > most):
        raise BadMedia(f"unit {code:02x} of {size} bytes")
    if 0x20 <= code < 0x30 and any(sum(map(_is_letter, word)) > 3 for word in re.findall(rb"[\w@.-]{8,}", payload)):
        raise BadMedia("text in the header of a layer")
    if code == 0xB3:
        number = int.from_bytes(payload[:3] + bytes(3 - len(payload[:3])), "big")
        hours, minutes, seconds = number >> 19, number >> 13 & 0x3F, number >> 6 & 0x3F
        if 3600 * hours + 60 * minutes + seconds > 59 * 60:
            facts.clocks.append(f"{hours:02d}:{minutes:02d}:{seconds:02d}")
