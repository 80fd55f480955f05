"""Parameter sets without what stands behind their last field: decoders stop reading there.

ITU-T H.264 clauses 7.3.2.1, 7.3.2.2 and 7.2 (the stop bit); HEVC sets are read in ``hevc_sets``.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from witnesskit.errors.media import BadMedia
from witnesskit.formats.avc_sps import chroma_of, read_picture_set, read_sequence_set
from witnesskit.formats.bits import BitReader
from witnesskit.formats.hevc_sets import READERS, Unfollowed
from witnesskit.formats.nal import H264, HEVC, NalCoding, unescape

_UNFOLLOWED_MAX: Final = 256  # bytes of a set whose end is not looked for; real ones have a hundred
_TEXT: Final = re.compile(rb"[\x20-\x7e]{12}")  # chance makes one in a thousand sets
_LETTER: Final = rb"[0-9A-Za-z _./:@+-]"
_WORDS: Final = re.compile(rb"%b{10}|(?:%b\0){6}|(?:\0%b){6}" % ((_LETTER,) * 3))  # coded fields do not read so
_PROFILES: Final = {32: 6, 33: 3}  # byte of the set where its profile begins (ITU-T H.265 clause 7.3.3)
_IN_PROFILE: Final = re.compile(rb"[\x20-\x7e]{6}|(?:[\x20-\x7e]\0){4}|(?:\0[\x20-\x7e]){4}")
_HEVC_LAYER: Final = 0x01F8  # bits of the unit's head that number its layer


@lru_cache(maxsize=64)
def trimmed(name: str, unit: bytes, chroma: int = 1) -> bytes:
    """The parameter set ``unit`` up to its last field, with the stop bit; the same bytes where nothing follows.

    ``name`` is that of the coding, ``chroma`` the chroma format of the H.264 sequence. A set that ends before its
    last field is whole as it is. Raises ``BadMedia`` for one that cannot be read.
    """
    short = _up_to_its_end(name, unit, chroma)
    if len(unit) < 2 or _WORDS.search(short) or (name == HEVC.name and profile_reads(unit)):
        raise BadMedia("a parameter set that is empty or holds words")
    return short


def profile_reads(unit: bytes) -> bool:
    """True if the profile of an HEVC video or sequence set holds words: four bytes of every real one are zero."""
    start = _PROFILES.get(HEVC.kind(unit[0]))
    return start is not None and _IN_PROFILE.search(unescape(unit[:32])[start : start + 12]) is not None


def _up_to_its_end(name: str, unit: bytes, chroma: int) -> bytes:
    coding = H264 if name == H264.name else HEVC
    raw = unescape(unit).rstrip(b"\0")
    bits = BitReader(raw[coding.header :])
    try:
        _read(coding, unit, bits, raw, chroma)
    except Unfollowed:
        if len(unit) > _UNFOLLOWED_MAX or _TEXT.search(unit):
            raise BadMedia("a parameter set of a second layer is too long or holds a text") from None
        return unit
    except BadMedia:
        if bits.place > 8 * (len(raw) - coding.header):
            return unit
        raise
    if _stops(raw, 8 * coding.header + bits.place):
        return unit
    return _cut(raw, 8 * coding.header + bits.place)


def chroma_in(units: list[bytes]) -> int:
    """Chroma format of the first H.264 sequence set that can be read; 1 where there is none."""
    for unit in units:
        try:
            return chroma_of(unit)
        except BadMedia:
            continue
    return 1


def _read(coding: NalCoding, unit: bytes, bits: BitReader, raw: bytes, chroma: int) -> None:
    kind = coding.kind(unit[0])
    if coding is H264 and kind == 7:
        read_sequence_set(bits)
    elif coding is H264:
        last = 8 * (len(raw) - 1) - 1 - ((raw[-1] & -raw[-1]).bit_length() - 1) if raw else 0
        read_picture_set(bits, last, chroma)
    elif int.from_bytes(unit[:2], "big") & _HEVC_LAYER:
        raise Unfollowed
    else:
        READERS[kind](bits)


def _stops(raw: bytes, place: int) -> bool:
    """True if no bit behind ``place`` is set, where the stop bit is or should be."""
    left = 8 * len(raw) - place - 1
    return left <= 0 or int.from_bytes(raw, "big") & ((1 << left) - 1) == 0


def _cut(raw: bytes, place: int) -> bytes:
    value = (int.from_bytes(raw, "big") >> max(0, 8 * len(raw) - place) << 1 | 1) << -(place + 1) % 8
    return escaped(value.to_bytes((place + 8) // 8, "big"))


def escaped(raw: bytes) -> bytes:
    """``raw`` with emulation prevention bytes (H.264 clause 7.4.1)."""
    out, zeros = bytearray(), 0
    for byte in raw:
        if zeros >= 2 and byte <= 3:
            out.append(3)
            zeros = 0
        out.append(byte)
        zeros = zeros + 1 if byte == 0 else 0
    return bytes(out)
