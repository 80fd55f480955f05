"""Decoder configuration boxes in one canonical form: parameter sets stay, messages and everything else go.

ISO/IEC 14496-15 (avcC, hvcC, lhvC), the AV1 and VP codec bindings, ETSI TS 102 366 (dac3, dec3).
"""

from __future__ import annotations

from witnesskit.errors.media import BadMedia
from witnesskit.errors.strip import TextInPictures
from witnesskit.formats.av1_header import is_whole_header
from witnesskit.formats.avc_sps import PictureTiming, picture_timing
from witnesskit.formats.nal import H264, HEVC, NalCoding, unescape
from witnesskit.formats.nal_sets import chroma_in, trimmed
from witnesskit.formats.sei import Seen, is_filler, messages, neutral, stays
from witnesskit.formats.sei_payloads import HDR10_PLUS, plus, words


def canonical_avc(body: bytes) -> bytes:
    """avcC with its parameter sets, not those of a second layer, reserved bits as the standard says.

    Raises ``BadMedia``.
    """
    if len(body) < 7 or body[0] != 1:
        raise BadMedia("avcC")
    sequences, place = _sets(body, 6, body[5] & 0x1F)
    pictures, place = _sets(body, place + 1, body[place] if place < len(body) else 0)
    chroma = chroma_in(sequences)
    sequences, pictures = ([trimmed(H264.name, one, chroma) for one in units] for units in (sequences, pictures))
    out = body[:4] + bytes([0xFC | body[4] & 3, 0xE0 | len(sequences)]) + _listed(sequences)
    out += bytes([len(pictures)]) + _listed(pictures)
    if body[1] in (100, 110, 122, 144, 244, 44) and place + 4 <= len(body):
        _sets(body, place + 4, body[place + 3])
        out += bytes([0xFC | body[place] & 3, 0xF8 | body[place + 1] & 7, 0xF8 | body[place + 2] & 7, 0])
    return out


def _sets(body: bytes, place: int, count: int) -> tuple[list[bytes], int]:
    found = []
    for _ in range(count):
        size = int.from_bytes(body[place : place + 2], "big")
        unit = body[place + 2 : place + 2 + size]
        if len(unit) != size or not size or H264.kind(unit[0]) not in H264.listed or b"\0\0\1" in unit:
            raise BadMedia("avcC lists what is no parameter set")
        if H264.kind(unit[0]) in H264.parameters:
            found.append(unit)
        place += 2 + size
    return found, place


def _listed(units: list[bytes]) -> bytes:
    return b"".join(len(unit).to_bytes(2, "big") + unit for unit in units)


def timing_of(avcc: bytes) -> PictureTiming | None:
    """What the first parameter set of a canonical avcC says about timing messages; ``None``: cannot tell."""
    try:
        sets, _ = _sets(avcc, 6, avcc[5] & 0x1F)
        found = {picture_timing(unit) for unit in sets if H264.kind(unit[0]) == 7}
    except BadMedia:
        return None
    return found.pop() if len(found) == 1 else None


def canonical_hevc(body: bytes, *, head: int = 23) -> bytes:
    """hvcC (``head`` 23 bytes up to the arrays' count) or lhvC (6): parameter sets, and messages that may stay.

    Raises ``BadMedia``.
    """
    if len(body) < head or body[0] != 1:
        raise BadMedia("hvcC")
    place, arrays, seen = head, [], Seen()
    for _ in range(body[head - 1]):
        kind = body[place] & 0x3F if place < len(body) else 0
        units, end = _array(body, place)
        kept = [unit for unit in (_kept_unit(kind, unit, seen) for unit in units) if unit]
        if kept:
            arrays.append(bytes([body[place] & 0xBF]) + len(kept).to_bytes(2, "big") + _listed(kept))
        place = end
    front = _hevc_front(body, arrays) if head == 23 else body[: head - 1]
    return front + bytes([len(arrays)]) + b"".join(arrays)


def _hevc_front(body: bytes, arrays: list[bytes]) -> bytes:
    """What stands in front of the arrays: profile as the sequence set has it, reserved bits ones, no frame rate."""
    profile = next((array[5:] for array in arrays if array[0] & 63 == 33), b"")
    profile = unescape(profile)[3:15] if len(profile) >= 15 else body[1:13]
    depths = bytes([0xFC | body[16] & 3, 0xF8 | body[17] & 7, 0xF8 | body[18] & 7])
    return body[:1] + profile + b"\xf0\0\xfc" + depths + bytes(2) + body[21:22]


def _array(body: bytes, place: int) -> tuple[list[bytes], int]:
    count = int.from_bytes(body[place + 1 : place + 3], "big")
    place, units = place + 3, []
    for _ in range(count):
        size = int.from_bytes(body[place : place + 2], "big")
        unit = body[place + 2 : place + 2 + size]
        if len(unit) != size or size < 2 or b"\0\0\1" in unit:
            raise BadMedia("hvcC lists what is no unit")
        units.append(unit)
        place += 2 + size
    return units, place


def _kept_unit(kind: int, unit: bytes, seen: Seen) -> bytes:
    if HEVC.kind(unit[0]) != kind:
        raise BadMedia("hvcC lists a unit under another kind")
    if kind in HEVC.parameters:
        return trimmed(HEVC.name, unit)
    if kind in HEVC.messages:
        fresh = neutral(HEVC, unit, None, seen)
        return b"" if is_filler(HEVC, fresh) or not _says_something(HEVC, fresh) else fresh
    return b""


def _says_something(coding: NalCoding, unit: bytes) -> bool:
    return any(message.kind != 3 and stays(coding, message, None) for message in messages(unit, coding.header) or ())


def canonical_av1(body: bytes) -> bytes:
    """av1C: four bytes and the sequence header alone (AV1 ISOBMFF binding clause 2.3); raises ``BadMedia``."""
    if len(body) < 4 or body[0] != 0x81:
        raise BadMedia("av1C")
    kept = [unit for kind, unit in obus(body[4:]) if kind == 1]
    for unit in kept:
        check_av1(unit)
    return body[:4] + b"".join(kept)


def obus(data: bytes) -> list[tuple[int, bytes]]:
    """Kind and bytes of each unit of an AV1 sample (AV1 clause 5.3); raises ``BadMedia``."""
    found, place = [], 0
    while place < len(data):
        head, start = data[place], place
        place += 2 if head & 4 else 1
        size = len(data) - place
        if head & 2:
            size, place = _leb128(data, place)
        if head & 0x80 or place + size > len(data):
            raise BadMedia("an AV1 unit leaves its sample")
        found.append((head >> 3 & 15, data[start : place + size]))
        place += size
    return found


def _leb128(data: bytes, place: int) -> tuple[int, int]:
    value = 0
    for index in range(8):
        byte = data[place] if place < len(data) else 0
        value, place = value | (byte & 0x7F) << 7 * index, place + 1
        if not byte & 0x80:
            return value, place
    raise BadMedia("an AV1 size is too long")


def check_av1(sample: bytes) -> None:
    """Refuse an AV1 sample with free data (``TextInPictures``); HDR levels and HDR10+ may stay."""
    told = set[bytes]()
    for kind, unit in obus(sample):
        if kind == 5 and _payload(unit)[:1] in told:
            raise TextInPictures("AV1 metadata again")
        told |= {_payload(unit)[:1]} if kind == 5 else set()
        if kind in (0, 8, 9, 10, 11, 12, 13, 14, 15) or (kind == 2 and _payload(unit)):
            raise TextInPictures("AV1 padding or reserved unit")
        if kind == 1 and not is_whole_header(_payload(unit)):
            raise TextInPictures("bytes behind an AV1 sequence header")
        if kind == 5 and not _plain_metadata(unit):
            raise TextInPictures("AV1 metadata")


def _payload(unit: bytes) -> bytes:
    place = 2 if unit[0] & 4 else 1
    return unit[_leb128(unit, place)[1] if unit[0] & 2 else place :]


def _plain_metadata(unit: bytes) -> bool:
    payload = _payload(unit)
    kind, body = payload[:1], payload[1:]
    if body[-1:] != b"\x80" or not body[:-1]:
        return False
    if kind == b"\x04":
        return body.startswith(HDR10_PLUS) and plus(body[6:-1])
    sizes = {b"\x01": 4, b"\x02": 24, b"\x03": 1}  # HDR levels, mastering display, scalability without its own list
    return len(body) - 1 == sizes.get(kind, -1) and not words(body[:-1])
