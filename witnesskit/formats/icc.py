"""ICC colour profiles without their texts: the same colours, no names, dates or serial numbers (ICC.1:2022 clause 7).

The profile is built anew from the header fields and tags that a colour transform reads; each tag's type
fixes its length, so that nothing rides behind it. A profile with other kinds of tags gives ``None``.
"""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass
from typing import Final

from witnesskit.errors.media import BadMedia
from witnesskit.formats.coded_text import reads_in_jumps
from witnesskit.media_limits import ICC_MAX, ICC_TAGS_MAX

_POINT, _CURVES, _TABLES = (b"XYZ ",), (b"curv", b"para"), (b"mft1", b"mft2")
# tag: the types it may have, and the colour space it belongs to (empty: any); what only printing needs stays out
COLOUR_TAGS: Final[dict[bytes, tuple[tuple[bytes, ...], bytes]]] = {
    **dict.fromkeys((b"rXYZ", b"gXYZ", b"bXYZ"), (_POINT, b"RGB ")),
    **dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), (_CURVES, b"RGB ")),
    b"kTRC": (_CURVES, b"GRAY"),
    **dict.fromkeys((b"wtpt", b"bkpt"), (_POINT, b"")),
    b"chad": ((b"sf32",), b""),
    b"cicp": ((b"cicp",), b""),
    **dict.fromkeys((b"A2B0", b"A2B1", b"A2B2"), (_TABLES, b"")),
}
COMMON: Final = frozenset(  # colour digests of profiles that millions of devices share
    {
        "9e607ece2fb660590fbe1c4185de215e81fe5ba9c13f2e9ec761adae2f2ff32f",  # sRGB, the table form of 1998
        "5ab77868fc4edae26bbd4f26c2bf32f9da47e8bc515dbed19c01cd718ec566ef",  # sRGB, parametric, of phones
        "eb73eccf1af2db214472cbbb8d5097d564237bf620175b1130dbc52a1096567e",  # Display P3, parametric, of phones
    }
)
_CLASSES: Final = frozenset({b"mntr", b"scnr", b"prtr", b"spac"})
_SPACES: Final = frozenset({b"RGB ", b"GRAY", b"CMYK", b"YCbr", b"Lab ", b"XYZ "})
_D50: Final = bytes.fromhex("0000f6d6000100000000d32d")
_NAME: Final = "colour profile"
_FIXED: Final = {b"XYZ ": 20, b"sf32": 44, b"cicp": 12}
_NUMBERS: Final = {b"XYZ ": 4, b"sf32": 4, b"para": 16}  # largest value of each type's fractions
_PARAMETERS: Final = (1, 3, 4, 5, 7)  # of a parametric curve by its function type, 4 bytes each


@dataclass(frozen=True)
class NeutralProfile:
    """A profile without identity, and the digest of what it says about colour."""

    data: bytes
    colour_sha256: str


def neutralise(profile: bytes) -> NeutralProfile | None:
    """The profile without its texts, or ``None`` if it cannot be cleaned and keep its colours.

    Raises ``BadMedia`` if it is no profile at all.
    """
    if len(profile) < 132 or profile[36:40] != b"acsp" or len(profile) > ICC_MAX:
        raise BadMedia("colour profile")
    count = int.from_bytes(profile[128:132], "big")
    if count > ICC_TAGS_MAX:
        raise BadMedia("colour profile tags")
    if not _plain_header(profile):
        return None
    tags: dict[bytes, bytes] = {}
    for at in range(132, 132 + 12 * count, 12):
        name, data = profile[at : at + 4], _tag(profile, profile[at : at + 12])
        if name in COLOUR_TAGS and COLOUR_TAGS[name][1] in (b"", profile[16:20]):
            exact = _exact(data)
            if exact is None or exact[:4] not in COLOUR_TAGS[name][0] or not _is_colour(exact):
                return None
            tags.setdefault(name, exact)
    if not tags:
        return None
    return NeutralProfile(_build(profile, tags), colour_digest(profile, tags))


def _plain_header(profile: bytes) -> bool:
    """True if the fields we keep hold registered values, so that they can say nothing else."""
    spaces = {profile[16:20], profile[20:24]}
    return (
        profile[8] in (2, 4)
        and profile[12:16] in _CLASSES
        and spaces <= _SPACES
        and int.from_bytes(profile[64:68], "big") <= 3
    )


def colour_digest(profile: bytes, tags: dict[bytes, bytes]) -> str:
    """SHA-256 over class, spaces, intent and the colour tags in order of name (docs/spec/essence-jpeg.md)."""
    hasher = hashlib.sha256(profile[8:10] + profile[12:24] + profile[64:68])
    for name, data in sorted(tags.items()):
        hasher.update(name + len(data).to_bytes(4, "big") + data)
    return hasher.hexdigest()


def _tag(profile: bytes, entry: bytes) -> bytes:
    offset, size = int.from_bytes(entry[4:8], "big"), int.from_bytes(entry[8:12], "big")
    if len(entry) < 12 or offset + size > len(profile):
        raise BadMedia("colour profile tag")
    return profile[offset : offset + size]


def _exact(data: bytes) -> bytes | None:
    """A tag's data cut to the length its type says, reserved bytes zero; ``None`` for an unknown type."""
    kind, size = data[:4], None
    if kind in _FIXED:
        size = _FIXED[kind]
    elif kind == b"curv":
        size = 12 + 2 * int.from_bytes(data[8:12], "big")
    elif kind == b"para" and data[8:9] == b"\x00" and data[9:10] < b"\x05":
        data = data[:10] + bytes(2) + data[12:]
        size = 12 + 4 * _PARAMETERS[data[9]] if len(data) > 9 else None
    elif kind in (b"mft1", b"mft2"):
        data = data[:11] + b"\x00" + data[12:]
        size = _table_size(data)
    if size is None or len(data) < size:
        return None
    return kind + bytes(4) + data[8:size]


def _is_colour(data: bytes) -> bool:
    """True if the numbers of a tag are such as colours have, and none that spell a text."""
    kind, body = data[:4], data[8:]
    if kind in _NUMBERS:
        return _small(body[4:] if kind == b"para" else body, _NUMBERS[kind])
    if kind == b"cicp":
        return max(body[:2]) <= 22 and body[2] == 0 and body[3] <= 1
    if kind == b"curv":
        return _rises(body[4:]) or not reads_in_jumps(body[4:], 2)
    return _small(body[4:40], 4) and not reads_in_jumps(body[40:], data[9] * (2 if kind == b"mft2" else 1))


def _small(raw: bytes, most: int) -> bool:
    """True for fractions of 16 and 16 bits that are all between -most and most."""
    numbers = struct.unpack(f">{len(raw) // 4}i", raw)
    return all(abs(number) <= most << 16 for number in numbers)


def _rises(raw: bytes) -> bool:
    """True for numbers of 16 bits that never fall, or never rise."""
    numbers = list(struct.unpack(f">{len(raw) // 2}H", raw))
    return numbers in (sorted(numbers), sorted(numbers, reverse=True))


def _table_size(data: bytes) -> int | None:
    """Length of a lookup table type (ICC.1 clauses 10.10 and 10.11)."""
    if len(data) < 52:
        return None
    inputs, outputs, grid = data[8], data[9], data[10]
    if not (1 <= inputs <= 4 and 1 <= outputs <= 4):
        return None
    cells: int = grid**inputs * outputs
    if data[:4] == b"mft1":
        return 48 + 256 * inputs + cells + 256 * outputs
    entering, leaving = int.from_bytes(data[48:50], "big"), int.from_bytes(data[50:52], "big")
    return 52 + 2 * (entering * inputs + cells + leaving * outputs)


def _build(profile: bytes, tags: dict[bytes, bytes]) -> bytes:
    """Header and tag table anew; equal data is stored once, as profile writers do."""
    everything = {**tags, b"desc": _text(profile[8], b"desc"), b"cprt": _text(profile[8], b"cprt")}
    table = len(everything).to_bytes(4, "big")
    body, places = b"", {}
    start = 132 + 12 * len(everything)
    for name, data in sorted(everything.items()):
        if data not in places:
            places[data] = start + len(body)
            body += data + bytes(-len(data) % 4)
        table += name + places[data].to_bytes(4, "big") + len(data).to_bytes(4, "big")
    return _header(profile, start + len(body)) + table + body


def _header(profile: bytes, size: int) -> bytes:
    """Version, class, colour spaces and intent stay; maker, model, date, platform and id do not."""
    kept = size.to_bytes(4, "big") + bytes(4) + profile[8:10] + bytes(2) + profile[12:24]
    date = b"\x07\xd0\x00\x01\x00\x01" + bytes(6)  # 1 January 2000, for every profile
    return kept + date + b"acsp" + bytes(24) + profile[64:68] + _D50 + bytes(48)


def _text(major: int, name: bytes) -> bytes:
    """The two texts a profile must hold, the same for all (v2 and v4 forms)."""
    if major >= 4:
        words = _NAME.encode("utf-16-be")
        return (
            b"mluc"
            + bytes(4)
            + b"\x00\x00\x00\x01\x00\x00\x00\x0cenUS"
            + (len(words).to_bytes(4, "big") + b"\x00\x00\x00\x1c" + words)
        )
    words = _NAME.encode() + b"\x00"
    if name == b"cprt":
        return b"text" + bytes(4) + words
    return b"desc" + bytes(4) + len(words).to_bytes(4, "big") + words + bytes(78)
