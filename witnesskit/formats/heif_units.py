"""The coded bytes of one picture item: pictures stay byte for byte, messages, padding and free data go.

HEVC (ISO/IEC 14496-15, ITU-T H.265), AV1 (clause 5.3). Items are built anew, so nothing needs a filler in its place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from witnesskit.errors.media import BadMedia, MediaTooLarge, UnsupportedMedia
from witnesskit.errors.strip import TextInPictures
from witnesskit.formats.av1_header import is_whole_header
from witnesskit.formats.codec_config import check_av1
from witnesskit.formats.coded_text import reads_near_end
from witnesskit.formats.nal import HEVC, Hasher, picture_end, unit_at
from witnesskit.formats.nal_sets import trimmed
from witnesskit.formats.sei import messages, stays
from witnesskit.media_limits import HEIF_PARAMETERS_MAX, HEIF_SETS_MAX, HEIF_UNITS_MAX, NAL_SEI_MAX

_FIRST: Final = b"\x00\x00\x00\x01"
_LATER: Final = b"\x00\x00\x01"
_SHOWS: Final = frozenset({4, 137, 144, 147, 148, 149, 165})  # messages that change how a still is shown (annex D)
_WORDS: Final = re.compile(rb"[\x20-\x7e]{8,}")  # in messages and headers: no field of theirs is so readable
_TEXT: Final = re.compile(rb"[\x20-\x7e]{12}")  # in a parameter set: phones write sets that read like words of eight
_NEEDS_ESCAPE: Final = re.compile(rb"\x00\x00(?=[\x00-\x03])")
_FRAMES: Final = frozenset({3, 4, 6, 7})  # AV1: frame headers, tiles, frames


@dataclass
class Cleaned:
    """The bytes of an item as the copy holds them, and what was left out of them."""

    data: bytes
    gone: list[bytes] = field(default_factory=list)


def parameter_set(unit: bytes) -> bytes:
    """A parameter set up to its last field; raises ``TextInPictures`` for one that holds readable words."""
    if _layer(unit):
        raise UnsupportedMedia("a picture in several layers")
    if len(unit) > HEIF_PARAMETERS_MAX or _TEXT.search(unit) or not unit.rstrip(b"\0") == unit:
        raise TextInPictures("a parameter set")
    if _LATER in unit:
        raise BadMedia("a start code inside a parameter set")
    return trimmed(HEVC.name, unit)


def _layer(unit: bytes) -> int:
    """nuh_layer_id: 0 for what every decoder shows (ITU-T H.265 clause 7.3.1.2)."""
    return (unit[0] & 1) << 5 | unit[1] >> 3


@dataclass
class _Once:
    """What one picture may hold one time: messages by type, parameter sets by their bytes."""

    kinds: set[int] = field(default_factory=set)
    sets: set[bytes] = field(default_factory=set)

    def new_set(self, unit: bytes) -> bytes:
        """The parameter set, or nothing where it was there before."""
        fresh = parameter_set(unit.rstrip(b"\0"))
        known = fresh in self.sets
        self.sets.add(fresh)
        if len(self.sets) > HEIF_SETS_MAX:
            raise MediaTooLarge("parameter sets of a picture")
        return b"" if known else fresh


def _shown_messages(unit: bytes, once: _Once) -> bytes:
    """A SEI unit with the messages alone that change how the picture looks, each once; empty if there are none."""
    read = messages(unit, HEVC.header) if len(unit) <= NAL_SEI_MAX else None
    raw = b""
    for one in read or ():
        light = one.kind in _SHOWS and one.kind not in once.kinds and stays(HEVC, one, None)
        if light and len(one.payload) < 255 and not _WORDS.search(one.payload):
            once.kinds.add(one.kind)
            raw += bytes([one.kind, len(one.payload)]) + one.payload
    if not raw:
        return b""
    return unit[:2] + _NEEDS_ESCAPE.sub(b"\0\0\3", raw + b"\x80")


def clean_hevc(data: bytes, length: int, hasher: Hasher) -> Cleaned:
    """One coded picture behind ``length``-byte prefixes; feeds its slices to ``hasher`` as ``hevc-vcl`` says.

    Raises ``BadMedia``, ``MediaTooLarge``, ``TextInPictures`` or ``UnsupportedMedia`` (a second layer).
    """
    cleaned, kept, place, count, once = Cleaned(b""), [], 0, 0, _Once()
    prefix, pictures = _FIRST, 0
    while place < len(data):
        start, end = unit_at(data, place, length, len(data))
        count += 1
        if count > HEIF_UNITS_MAX:
            raise MediaTooLarge("units of a picture")
        unit = data[start:end]
        if unit:
            fresh = _hevc_unit(unit, once)
            if HEVC.kind(unit[0]) in HEVC.pictures:
                if reads_near_end(unit):
                    raise TextInPictures("readable text behind a slice")
                pictures += len(unit) > 2 and unit[2] >> 7
                hasher.update(prefix)
                hasher.update(memoryview(unit)[: picture_end(unit, 0, len(unit))])
                prefix = _LATER
            if fresh:
                kept += [len(fresh).to_bytes(length, "big"), fresh]
            if fresh != unit:
                cleaned.gone.append(unit)
        place = end
    if pictures != 1:
        raise BadMedia("an item with no picture, or with more than one")
    cleaned.data = b"".join(kept)
    return cleaned


def _hevc_unit(unit: bytes, once: _Once) -> bytes:
    """What a unit becomes in the copy; empty where it goes."""
    if len(unit) < 3 and HEVC.kind(unit[0]) in HEVC.pictures | HEVC.parameters:
        raise BadMedia("a coded unit is cut")
    kind = HEVC.kind(unit[0])
    if kind in HEVC.reserved:
        raise BadMedia("coded pictures of a kind that no decoder knows")
    if kind in HEVC.pictures:
        if _layer(unit):
            raise UnsupportedMedia("a picture in several layers")
        if _LATER in unit:
            raise BadMedia("a start code inside a coded picture")
        return unit
    if kind in HEVC.parameters:
        return once.new_set(unit)
    return _shown_messages(unit, once) if kind in HEVC.messages else b""


def canonical_hvcc(body: bytes) -> bytes:
    """hvcC with parameter sets and the messages that show the picture; free bits as the standard says.

    Raises ``BadMedia`` or ``TextInPictures``. Source: ISO/IEC 14496-15 clause 8.3.3.1.
    """
    if len(body) < 23 or body[0] != 1:
        raise BadMedia("hvcC")
    arrays: dict[int, list[bytes]] = {}
    place, once = 23, _Once()
    for _ in range(body[22]):
        kind, count = body[place : place + 1], int.from_bytes(body[place + 1 : place + 3], "big")
        place += 3
        for _ in range(count):
            size = int.from_bytes(body[place : place + 2], "big")
            unit = body[place + 2 : place + 2 + size]
            if len(unit) != size or size < 3 or HEVC.kind(unit[0]) != kind[0] & 0x3F:
                raise BadMedia("hvcC lists what is no unit")
            place += 2 + size
            fresh = _listed(unit, once)
            if fresh:
                arrays.setdefault(kind[0] & 0x3F, []).append(fresh)
    head = bytearray(body[:22])
    for at, ones in ((13, 0xF0), (15, 0xFC), (16, 0xFC), (17, 0xF8), (18, 0xF8)):
        head[at] |= ones
    head[19:21] = bytes(2)  # the average frame rate, which a still has not
    sets = arrays.get(33)
    if not sets or not arrays.get(32) or not arrays.get(34):
        raise BadMedia("hvcC without parameter sets")
    head[1:13] = sets[0].replace(b"\0\0\3", b"\0\0")[3:15].ljust(12, b"\0")  # profile and level, as the set says
    written = b"".join(_array(kind, units) for kind, units in sorted(arrays.items()) if units)
    return bytes(head) + bytes([sum(map(bool, arrays.values()))]) + written


def _listed(unit: bytes, once: _Once) -> bytes:
    kind = HEVC.kind(unit[0])
    if kind in HEVC.parameters:
        return once.new_set(unit)
    return _shown_messages(unit, once) if kind in HEVC.messages else b""


def _array(kind: int, units: list[bytes]) -> bytes:
    listed = b"".join(len(unit).to_bytes(2, "big") + unit for unit in units)
    return bytes([0x80 | kind]) + len(units).to_bytes(2, "big") + listed


def clean_av1(data: bytes, hasher: Hasher, *, several: bool = False) -> Cleaned:
    """One AV1 picture; feeds frame headers, tiles and frames to ``hasher`` as ``av1-frames`` says.

    ``several``: samples of a sequence may hold pictures that later ones are made from. Raises ``BadMedia`` (also for
    two pictures that are no layers of one), ``TextInPictures`` or ``UnsupportedMedia``.
    """
    cleaned, kept, layers, once = Cleaned(b""), [], set[int](), set[bytes]()
    for kind, unit in _few(data):
        if kind == 8:
            raise UnsupportedMedia("a list of AV1 tiles")
        if kind in _FRAMES:
            hasher.update(_without_words(unit))
        if kind in (3, 6):
            layer = unit[1] >> 3 if unit[0] & 4 else 0
            if layer in layers and not several:
                raise BadMedia("an item with more than one picture")
            layers.add(layer)
        mark = _mark(kind, unit)
        if kind == 1 and mark in once and unit not in kept:
            raise BadMedia("two sequence headers")
        if kind in _FRAMES or (mark and mark not in once):
            kept.append(unit)
            once.add(mark)
        elif kind != 2:
            cleaned.gone.append(unit)
    if not layers:
        raise BadMedia("an item with no picture")
    cleaned.data = b"".join(kept)
    return cleaned


def _without_words(unit: bytes) -> bytes:
    """The same unit; raises ``TextInPictures`` where words stand behind its tiles."""
    if reads_near_end(unit):
        raise TextInPictures("readable text behind a tile")
    return unit


def canonical_av1c(body: bytes) -> bytes:
    """av1C: four bytes with zero free bits, and the sequence header alone (AV1 in ISO BMFF, clause 2.3)."""
    if len(body) < 4 or body[0] != 0x81:
        raise BadMedia("av1C")
    headers = [unit for kind, unit in _few(body[4:]) if kind == 1 and _header(unit)]
    return body[:3] + b"\0" + b"".join(headers[:1])


def _few(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Units one by one, so that a hostile number of them takes no memory."""
    place = count = 0
    while place < len(data):
        end = _unit_end(data, place)
        count += 1
        if count > HEIF_UNITS_MAX:
            raise MediaTooLarge("units of a picture")
        yield data[place] >> 3 & 15, data[place:end]
        place = end


def _unit_end(data: bytes, place: int) -> int:
    """Where the AV1 unit at ``place`` ends (AV1 clause 5.3)."""
    head, inner = data[place], place + 1 + bool(data[place] & 4)
    size, shift = len(data) - inner, 0
    if head & 2:
        size = 0
        while shift < 56:
            byte = data[inner] if inner < len(data) else 0
            size, inner, shift = size | (byte & 0x7F) << shift, inner + 1, shift + 7
            if byte < 0x80:
                break
    if head & 0x80 or size < 0 or inner + size > len(data):
        raise BadMedia("an AV1 unit leaves its item")
    return inner + size


def _payload_at(unit: bytes) -> int:
    """Where the payload of an AV1 unit begins, behind head and size."""
    place = 2 if unit[0] & 4 else 1
    while unit[0] & 2 and unit[place] & 0x80:  # the size's bytes, which were read before
        place += 1
    return place + bool(unit[0] & 2)


def _header(unit: bytes) -> bool:
    """True for a sequence header and nothing more; raises ``TextInPictures``."""
    if not is_whole_header(unit[_payload_at(unit) :]):
        raise TextInPictures("an AV1 sequence header")
    return True


def _mark(kind: int, unit: bytes) -> bytes:
    """What a picture may hold one time: a sequence header, one piece of metadata of each type; else empty."""
    if kind == 1 and _header(unit):
        return b"header"
    return b"metadata " + unit[_payload_at(unit) :][:1] if kind == 5 and _plain(unit) else b""


def _plain(unit: bytes) -> bool:
    try:
        check_av1(unit)
    except TextInPictures:
        return False
    return not _WORDS.search(unit[_payload_at(unit) + 1 :])
