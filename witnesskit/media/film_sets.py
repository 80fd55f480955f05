"""What stands behind the last field of a parameter set: the inspector's own readers of H.264 and HEVC sets.

ITU-T H.264 clause 7.3.2, H.265 clauses 7.3.2, 7.3.3, E.2; each reader only moves over the fields.
"""

from __future__ import annotations

import re
from typing import Final

from witnesskit.media.walk_sps import BitsCut, TextBits, read_lists, read_sequence

_OTHER_LAYER_MAX: Final = 256  # bytes of a set of a second layer, whose end is not looked for
_TEXT: Final = re.compile(rb"[\x20-\x7e]{12}")
_LETTER: Final = rb"[A-Za-z0-9 +./:_@-]"
WORDS: Final = re.compile(_LETTER + rb"{10}|(?:" + _LETTER + rb"\0){6}|(?:\0" + _LETTER + rb"){6}")  # no coded fields

_IN_PROFILE: Final = re.compile(rb"[\x20-\x7e]{6,}|(?:[\x20-\x7e]\0){4,}|(?:\0[\x20-\x7e]){4,}")


class _OtherLayerError(Exception):
    """The set goes on with fields of a second layer or of depth; never leaves this file."""


def behind_set(hevc: bool, unit: bytes, chroma: int) -> tuple[int, bytes]:
    """Chroma format of the sequence from here on, and what follows the last field; all of a set that is broken."""
    width = 2 if hevc else 1
    if len(unit) < 2 or (hevc and profile_words(unit)):
        return chroma, unit
    raw = unit.replace(b"\0\0\3", b"\0\0")[width:].rstrip(b"\0")
    bits = TextBits(raw)
    last = bits.text.rfind("1")
    try:
        if len(raw) > 1024:
            return chroma, unit
        if hevc:
            _hevc(bits, unit)
        elif unit[0] & 31 == 7:
            chroma = read_sequence(bits)
        else:
            _picture_h264(bits, last, chroma)
    except _OtherLayerError:
        return chroma, unit if len(unit) > _OTHER_LAYER_MAX or _TEXT.search(unit) else b""
    except BitsCut:
        return chroma, unit if bits.wrong or WORDS.search(unit) else b""
    if bits.at >= last:  # the stop bit, or nothing but zeros
        return chroma, unit if WORDS.search(unit) else b""
    return chroma, raw[(bits.at + 8) // 8 :] or b"\x01"


def profile_words(unit: bytes) -> bytes:
    """Words in the profile that an HEVC video or sequence set begins with; empty if there are none."""
    first = {32: 6, 33: 3}.get(unit[0] >> 1 & 63)
    found = _IN_PROFILE.search(unit[:32].replace(b"\0\0\3", b"\0\0")[first : first + 12]) if first else None
    return found.group() if found else b""


def _picture_h264(bits: TextBits, last: int, chroma: int) -> None:
    bits.ue(2)
    bits.u(2)
    groups = bits.ue()
    if groups > 7:
        bits.wrong = True
        raise BitsCut
    if groups:
        kind = bits.ue()
        if kind == 6:
            bits.u((bits.ue() + 1) * len(f"{groups:b}"))
        elif kind in (3, 4, 5):
            bits.u(1)
            bits.ue()
        else:
            bits.ue({0: groups + 1, 2: 2 * groups}.get(kind, 0))
    bits.ue(2)
    bits.u(3)
    bits.ue(3)
    bits.u(3)
    end = bits.at
    try:
        if end < last:
            eight = bits.u(1)
            if bits.u(1):
                read_lists(bits, 6 + eight * (6 if chroma == 3 else 2))
            bits.ue()
    except BitsCut:
        bits.at, bits.wrong = end, False  # what is there are no fields


def _hevc(bits: TextBits, unit: bytes) -> None:
    if unit[0] & 1 or unit[1] & 0xF8:
        raise _OtherLayerError
    {32: _video, 33: _sequence, 34: _picture}[unit[0] >> 1 & 63](bits)


def _limit(bits: TextBits, value: int, most: int) -> int:
    if value > most:
        bits.wrong = True
        raise BitsCut
    return value


def _levels(bits: TextBits, layers: int) -> None:
    """profile_tier_level and, behind it, the sizes of buffers of each layer in time."""
    bits.u(96)
    flags = bits.u(16) if layers else 0
    for layer in range(layers):
        bits.u(88 * (flags >> 15 - 2 * layer & 1) + 8 * (flags >> 14 - 2 * layer & 1))


def _sizes(bits: TextBits, layers: int) -> None:
    bits.ue(3 * (layers + 1) if bits.u(1) else 3)


def _video(bits: TextBits) -> None:
    bits.u(12)
    layers = bits.u(3)
    bits.u(17)
    _levels(bits, layers)
    _sizes(bits, layers)
    highest = bits.u(6)
    bits.u((highest + 1) * _limit(bits, bits.ue(), 1023))
    if bits.u(1):
        bits.u(64)
        if bits.u(1):
            bits.ue()
        for model in range(_limit(bits, bits.ue(), 1024)):
            bits.ue()
            _models(bits, model == 0 or bits.u(1) == 1, layers)
    if bits.u(1):
        raise _OtherLayerError


def _models(bits: TextBits, shared: bool, layers: int) -> None:
    """hrd_parameters."""
    both, fine = 0, False
    if shared:
        both = (bits.u(1), bits.u(1)).count(1)
        fine = both > 0 and bits.u(1) == 1
        if both:
            bits.u(19 if fine else 0)
            bits.u(12 if fine else 8)
            bits.u(15)
    for _ in range(layers + 1):
        fixed = bits.u(1) or bits.u(1)
        low = 0
        if fixed:
            bits.ue()
        else:
            low = bits.u(1)
        buffers = 1 if low else 1 + _limit(bits, bits.ue(), 31)
        for _ in range(both * buffers):
            bits.ue(4 if fine else 2)
            bits.u(1)


def _sequence(bits: TextBits) -> None:
    bits.u(4)
    layers = bits.u(3)
    bits.u(1)
    _levels(bits, layers)
    bits.ue()
    chroma = bits.ue()
    bits.u(1 if chroma == 3 else 0)
    bits.ue(2)
    if bits.u(1):
        bits.ue(4)
    luma, other = bits.ue() + 8, bits.ue() + 8
    order = 4 + _limit(bits, bits.ue(), 12)
    _sizes(bits, layers)
    bits.ue(6)
    if bits.u(1) and bits.u(1):
        _matrices(bits)
    bits.u(2)
    if bits.u(1):
        bits.u(8)
        bits.ue(2)
        bits.u(1)
    _references(bits)
    if bits.u(1):
        bits.u(_limit(bits, bits.ue(), 32) * (order + 1))
    bits.u(2)
    if bits.u(1):
        _use(bits, layers)
    if bits.u(1):
        wider, layered, depth, screen = (bits.u(1) for _ in range(4))
        bits.u(4)
        if depth:
            raise _OtherLayerError
        bits.u(9 * wider + layered)
        if screen:
            _screen(bits, luma if chroma == 0 else luma + 2 * other)


def _screen(bits: TextBits, entry: int) -> None:
    bits.u(1)
    if bits.u(1):
        bits.ue(2)
        if bits.u(1):
            bits.u(entry * (1 + _limit(bits, bits.ue(), 128)))
    bits.u(3)


def _matrices(bits: TextBits) -> None:
    for count, coefficients in ((6, 16), (6, 64), (6, 65), (2, 65)):
        for _ in range(count):
            bits.ue(coefficients if bits.u(1) else 1)


def _references(bits: TextBits) -> None:
    pictures = 0
    for number in range(_limit(bits, bits.ue(), 64)):
        if number > 0 and bits.u(1) == 1:
            bits.u(1)
            bits.ue()
            pictures = sum(bits.u(1) or bits.u(1) for _ in range(pictures + 1))
            continue
        pictures = _limit(bits, bits.ue(), 16) + _limit(bits, bits.ue(), 16)
        for _ in range(pictures):
            bits.ue()
            bits.u(1)


def _use(bits: TextBits, layers: int) -> None:
    if bits.u(1) and bits.u(8) == 255:
        bits.u(32)
    bits.u(bits.u(1))
    if bits.u(1):
        bits.u(4)
        bits.u(24 if bits.u(1) else 0)
    bits.ue(2 if bits.u(1) else 0)
    bits.u(3)
    bits.ue(4 if bits.u(1) else 0)
    if bits.u(1):
        bits.u(64)
        bits.ue(bits.u(1))
        if bits.u(1):
            _models(bits, True, layers)
    if bits.u(1):
        bits.u(3)
        bits.ue(5)


def _picture(bits: TextBits) -> None:
    bits.ue(2)
    bits.u(7)
    bits.ue(3)
    bits.u(1)
    skips = bits.u(1)
    bits.ue(bits.u(1))
    bits.ue(2)
    bits.u(4)
    tiled = bits.u(1)
    bits.u(1)
    if tiled:
        columns = _limit(bits, bits.ue(), 64) + _limit(bits, bits.ue(), 64)
        bits.ue(0 if bits.u(1) else columns)
        bits.u(1)
    bits.u(1)
    if bits.u(1):
        bits.u(1)
        bits.ue(0 if bits.u(1) else 2)
    if bits.u(1):
        _matrices(bits)
    bits.u(1)
    bits.ue()
    bits.u(1)
    if bits.u(1):
        wider, layered, depth, screen = (bits.u(1) for _ in range(4))
        bits.u(4)
        if layered or depth or screen:
            raise _OtherLayerError
        if wider:
            bits.ue(skips)
            bits.u(1)
            if bits.u(1):
                bits.ue()
                bits.ue(2 * (1 + _limit(bits, bits.ue(), 5)))
            bits.ue(2)
