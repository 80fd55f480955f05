"""The coded bytes of HEIF and AVIF pictures as the inspector reads them: what is in them beside one coded picture."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from witnesskit.media.film_sets import profile_words
from witnesskit.media.readable import words_near_end
from witnesskit.media.walk_av1 import behind_header
from witnesskit.media_limits import HEIF_SETS_MAX, HEIF_UNITS_MAX

_WORDS: Final = re.compile(rb"[\x20-\x7e]{8,}")
_TEXT: Final = re.compile(rb"[\x20-\x7e]{12,}")  # of a parameter set; chance makes shorter ones
_EXACT: Final = {137: 24, 144: 4, 147: 1, 148: 8}  # bytes of messages about light (ITU-T H.265 annex D)
_AT_MOST: Final = {149: 32, 165: 8}
_HDR10_PLUS: Final = b"\xb5\0\x3c\0\1\4"
_SLICES: Final = frozenset({*range(10), *range(16, 22)})
_SETS: Final = (32, 33, 34)

Odd = Iterator[tuple[str, bytes]]  # name of what is there beside the picture, its bytes; "!" in front: a doubt


def hevc_units(data: bytes, width: int) -> Iterator[bytes]:
    """Units behind ``width``-byte lengths; the last may be cut, and one unit more than is sensible ends it."""
    place = count = 0
    while place < len(data) and count <= HEIF_UNITS_MAX:
        end = place + width + int.from_bytes(data[place : place + width], "big")
        yield data[place + width : end]
        place, count = end, count + 1
    if place != len(data):
        yield b""


def odd_in_hevc(data: bytes, width: int) -> Odd:
    """What an item coded in HEVC holds beside the slices of one picture and its parameter sets."""
    pictures, once = 0, set[int]()
    for unit in hevc_units(data, width):
        if len(unit) < 3:
            yield "!a unit leaves its item, or is empty", unit
            return
        kind = unit[0] >> 1 & 63
        if kind in _SLICES:
            pictures += unit[2] >> 7
            if words_near_end(unit):
                yield "readable text behind a slice", words_near_end(unit)
            if unit[0] & 1 or unit[1] >> 3:
                yield "!a second layer", b""
            if b"\0\0\1" in unit:
                yield "!a start code inside a coded picture", b""
        else:
            yield from _odd_unit(unit, kind, once)
    if pictures != 1:
        yield "!no picture, or more than one", b""


def odd_in_hvcc(body: bytes) -> Odd:
    """What hvcC holds beside parameter sets and messages about light."""
    ones = ((13, 0xF0), (15, 0xFC), (16, 0xFC), (17, 0xF8), (18, 0xF8))
    if len(body) < 23 or body[0] != 1:
        yield "!a configuration of an unknown form", body
        return
    if any(body[at] & bits != bits for at, bits in ones) or any(body[19:21]):
        yield "free bits", body[13:21]
    place, first, once = 23, b"", set[int]()
    for _ in range(body[22]):
        kind, count = body[place : place + 1], int.from_bytes(body[place + 1 : place + 3], "big")
        place += 3
        for _ in range(count):
            size = int.from_bytes(body[place : place + 2], "big")
            unit = body[place + 2 : place + 2 + size]
            if len(unit) < 3 or len(unit) != size or unit[0] >> 1 & 63 != kind[0] & 63:
                yield "!a configuration that lists no unit", body[place:]
                return
            place += 2 + size
            first = unit if kind[0] & 63 == 33 and not first else first
            yield from _odd_unit(unit, unit[0] >> 1 & 63, once)
        if kind and kind[0] & 0x40:
            yield "free bits", kind
    if place != len(body):
        yield "bytes behind the configuration", body[place:]
    if first and first.replace(b"\0\0\3", b"\0\0")[3:15].ljust(12, b"\0") != body[1:13]:
        yield "profile that is not the parameter set's", body[1:13]


def _odd_unit(unit: bytes, kind: int, once: set[int]) -> Odd:
    """``once``: types of messages that were there before, and a negative number for each parameter set."""
    if kind in _SETS:
        once.add(-1 - len(once))
        if len(once) > HEIF_SETS_MAX:
            yield "!too many parameter sets", b""
        for words in _TEXT.findall(unit):
            yield "words in a parameter set", words
        if profile_words(unit):
            yield "words in a parameter set", profile_words(unit)
        if unit[-1] == 0 or len(unit) > 4096 or unit[0] & 1 or unit[1] >> 3:
            yield "a parameter set with a tail, or of another layer", unit
    elif kind in (39, 40):
        yield from _odd_messages(unit[2:].replace(b"\0\0\3", b"\0\0"), once)
    else:
        yield f"unit {kind}", unit


def _odd_messages(raw: bytes, once: set[int]) -> Odd:
    place = 0
    while place + 2 <= len(raw) - 1:
        kind, size = raw[place], raw[place + 1]
        payload = raw[place + 2 : place + 2 + size]
        light = _EXACT.get(kind) == size or 0 < size <= _AT_MOST.get(kind, 0)
        light = (light or (kind == 4 and payload[:6] == _HDR10_PLUS)) and kind not in once
        if kind == 255 or size == 255 or not light or _WORDS.search(payload):
            yield f"message {kind}", raw[place:]
            return
        once.add(kind)
        place += 2 + size
    if raw[place:] != b"\x80":
        yield "message that cannot be read", raw[place:]


def obus(data: bytes) -> Iterator[tuple[int, int, bytes, bytes]]:
    """Type, layer, whole bytes and payload of AV1 units (AV1 clause 5.3); type -1 for what is none."""
    place = count = 0
    while place < len(data) and count <= HEIF_UNITS_MAX:
        head, inner = data[place], place + 1
        layer = data[inner] >> 3 if head & 4 and inner < len(data) else 0
        inner += bool(head & 4)
        size = len(data) - inner
        if head & 2:
            size = shift = 0
            while inner < len(data) and shift < 56:
                size |= (data[inner] & 127) << shift
                inner, shift = inner + 1, shift + 7
                if data[inner - 1] < 128:
                    break
        if head & 0x80 or inner + size > len(data) or size < 0:
            yield -1, 0, data[place:], b""
            return
        yield head >> 3 & 15, layer, data[place : inner + size], data[inner : inner + size]
        place, count = inner + size, count + 1


def odd_in_av1(data: bytes, *, several: bool = False) -> Odd:
    """What an item coded in AV1 holds beside one picture and its header; ``several``: a sample of a track."""
    layers, once = [], set[bytes]()
    for kind, layer, unit, payload in obus(data):
        mark = bytes([kind]) + payload[: kind == 5] if kind in (1, 5) else b""
        if mark in once:
            yield "a header or metadata again", unit
        once |= {mark} if mark else set()
        if kind in (3, 4, 6, 7) and words_near_end(unit):
            yield "readable text behind a tile", words_near_end(unit)
        if kind in (3, 6):
            layers.append(layer)
        elif kind in (-1, 8):
            yield "!an AV1 unit of an unknown form", unit
        elif kind == 1:
            yield from _odd_header(unit, payload)
        elif kind == 5:
            yield from _odd_metadata(payload)
        elif kind not in (4, 7):
            yield f"AV1 unit {kind}", payload or unit
    if not layers or (len(set(layers)) != len(layers) and not several):
        yield "!no picture, or more than one", b""


def odd_in_av1c(body: bytes) -> Odd:
    """What av1C holds beside its four bytes and one sequence header."""
    if len(body) < 4 or body[0] != 0x81:
        yield "!a configuration of an unknown form", body
    elif body[3]:
        yield "free bits", body[3:4]
    found = [(kind, unit, payload) for kind, _, unit, payload in obus(body[4:])]
    for kind, unit, payload in found:
        if kind == 1:
            yield from _odd_header(unit, payload)
        if kind != 1 or len(found) > 1:
            yield "bytes behind the configuration", unit


def _odd_header(unit: bytes, payload: bytes) -> Odd:
    if behind_header(payload):
        yield "bytes behind a sequence header", unit


def _odd_metadata(payload: bytes) -> Odd:
    limits = {b"\1": 5, b"\2": 25, b"\3": 64}
    hdr = payload[:1] == b"\4" and payload[1:7] == _HDR10_PLUS and len(payload) <= 257
    if _WORDS.search(payload[1:]) or (not hdr and len(payload) - 1 > limits.get(payload[:1], -1)):
        yield "AV1 metadata", payload
