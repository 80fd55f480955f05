"""ICC profiles as the inspector reads them: colour, texts, and whether every byte is accounted for (ICC.1:2022)."""

from __future__ import annotations

import hashlib
import re
import struct
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from witnesskit.media.readable import jumping_words
from witnesskit.media_limits import ICC_MAX, ICC_TAGS_MAX

_COLOUR: Final = frozenset(b"wtpt bkpt chad cicp A2B0 A2B1 A2B2".split())  # of pictures of any colour space
_COLOUR_OF: Final = {
    b"RGB ": _COLOUR | frozenset(b"rXYZ gXYZ bXYZ rTRC gTRC bTRC".split()),
    b"GRAY": _COLOUR | {b"kTRC"},
}
_TYPES: Final = {
    b"XYZ": (b"XYZ ",),
    b"TRC": (b"curv", b"para"),
    b"A2B": (b"mft1", b"mft2"),
}  # by part of a tag's name
_TYPE_OF: Final = {b"wtpt": (b"XYZ ",), b"bkpt": (b"XYZ ",), b"chad": (b"sf32",), b"cicp": (b"cicp",)}
_SPACES: Final = (b"RGB ", b"GRAY", b"CMYK", b"YCbr", b"Lab ", b"XYZ ")
_CLASSES: Final = (b"mntr", b"scnr", b"prtr", b"spac")
_DAYLIGHT: Final = struct.pack(">3I", 0xF6D6, 0x10000, 0xD32D)
_TEXTS: Final = frozenset({b"desc", b"cprt"})
_NEUTRAL: Final = frozenset(
    {  # the only texts our copies carry: "colour profile", in the three forms a profile may hold
        b"text\0\0\0\0colour profile\0",
        b"desc\0\0\0\0\0\0\0\x0fcolour profile\0" + bytes(78),
        b"mluc\0\0\0\0\0\0\0\x01\0\0\0\x0cenUS\0\0\0\x1c\0\0\0\x1c" + "colour profile".encode("utf-16-be"),
    }
)
_NEUTRAL_DATE: Final = bytes.fromhex("07d000010001000000000000")
_WORDS: Final = re.compile(rb"[\x20-\x7e]{4,}|(?:\x00[\x20-\x7e]){4,}")
_PARAMETERS: Final = {0: 1, 1: 3, 2: 4, 3: 5, 4: 7}


@dataclass(frozen=True)
class ProfileFacts:
    """Colour digest, the texts by tag, and why the profile is not known to be free of identity (empty: it is)."""

    colour_sha256: str
    texts: tuple[tuple[str, str], ...]
    strange: tuple[str, ...]


def walk_icc(profile: bytes) -> ProfileFacts:
    """Read a profile; never raises."""
    count = int.from_bytes(profile[128:132], "big")
    if len(profile) < 132 or profile[36:40] != b"acsp" or len(profile) > ICC_MAX or count > ICC_TAGS_MAX:
        return ProfileFacts("", _words("profile", profile), ("not a profile",))
    entries = [profile[132 + 12 * index : 144 + 12 * index] for index in range(count)]
    tags = [(one[:4], int.from_bytes(one[4:8], "big"), int.from_bytes(one[8:12], "big")) for one in entries]
    strange = _strange_header(profile) + _uncovered(profile, tags)
    digest = hashlib.sha256(profile[8:10] + profile[12:24] + profile[64:68])
    texts: tuple[tuple[str, str], ...] = ()
    for name, data in sorted({name: profile[at : at + size] for name, at, size in reversed(tags)}.items()):
        label = name.decode("latin-1")
        if name in _COLOUR_OF.get(profile[16:20], _COLOUR):
            exact, plain = _colour_data(data)
            plain = plain and data[:4] in _types(name) and _plain_numbers(data)
            digest.update(name + len(exact).to_bytes(4, "big") + exact)
            strange += () if plain else (f"tag {label}",)
        elif name not in _TEXTS or data not in _NEUTRAL:
            texts += _words(label, data[8:])
            strange += (f"tag {label}",)
    return ProfileFacts(digest.hexdigest(), texts, tuple(dict.fromkeys(strange)))


def _strange_header(profile: bytes) -> tuple[str, ...]:
    empty = profile[4:8] + profile[10:12] + profile[40:64] + profile[80:128]
    strange: tuple[str, ...] = () if not any(empty) else ("header: maker, model, platform, creator or id",)
    known = profile[8] in (2, 4) and profile[12:16] in _CLASSES and {profile[16:20], profile[20:24]} <= set(_SPACES)
    if not known or any(profile[64:67]) or profile[67] > 3 or profile[68:80] != _DAYLIGHT:
        strange += ("header: values that are not registered",)
    return strange if profile[24:36] == _NEUTRAL_DATE else (*strange, "header: date")


def _uncovered(profile: bytes, tags: list[tuple[bytes, int, int]]) -> tuple[str, ...]:
    """Bytes of no tag must be padding of zeros; the stated size must be the true one."""
    covered = bytearray(profile)
    covered[: 132 + 12 * len(tags)] = bytes(132 + 12 * len(tags))
    for _, at, size in tags:
        if at + size > len(profile):
            return ("a tag outside the profile",)
        covered[at : at + size] = bytes(size)
    if any(covered) or int.from_bytes(profile[:4], "big") != len(profile):
        return ("bytes that belong to no tag",)
    return ()


def _colour_data(data: bytes) -> tuple[bytes, bool]:
    """(the data its type accounts for, True if nothing else is there)."""
    size = _size(data)
    if not size or size > len(data):
        return data, False
    reserved = any(data[4:8]) or (data[:4] == b"para" and any(data[10:12]))
    reserved = reserved or (data[:3] == b"mft" and data[11] != 0)
    exact = data[:4] + bytes(4) + data[8:size]
    if data[:4] == b"para":
        exact = exact[:10] + bytes(2) + exact[12:]
    if data[:3] == b"mft":
        exact = exact[:11] + b"\x00" + exact[12:]
    return exact, size == len(data) and not reserved


def _types(name: bytes) -> tuple[bytes, ...]:
    return _TYPE_OF.get(name) or _TYPES.get(name[1:], _TYPES.get(name[:3], ()))


def _plain_numbers(data: bytes) -> bool:
    """True if a tag's numbers are in the range of colours, and its tables do not spell words."""
    kind = data[:4]
    if kind in (b"mft1", b"mft2"):
        step = data[9] * (1 if kind == b"mft1" else 2)
        return _within(data[12:48], 4.0) and not jumping_words(data[48:], step)
    if kind == b"curv":
        words = [int.from_bytes(data[at : at + 2], "big") for at in range(12, len(data) - 1, 2)]
        pairs = list(pairwise(words))
        steady = all(one <= two for one, two in pairs) or all(one >= two for one, two in pairs)
        return steady or not jumping_words(data[12:], 2)
    if kind == b"cicp":
        return data[8] < 23 and data[9] < 23 and not data[10] and data[11] < 2
    return _within(data[12:] if kind == b"para" else data[8:], 16.0 if kind == b"para" else 4.0)


def _within(raw: bytes, most: float) -> bool:
    return all(abs(number) <= most * 65_536 for (number,) in struct.iter_unpack(">i", raw[: len(raw) // 4 * 4]))


def _size(data: bytes) -> int:
    kind = data[:4]
    if kind == b"curv":
        return 12 + 2 * int.from_bytes(data[8:12], "big")
    if kind == b"para":
        return 12 + 4 * _PARAMETERS.get(int.from_bytes(data[8:10], "big"), 1 << 20)
    if kind in (b"mft1", b"mft2") and len(data) >= 52:
        into, out, grid = data[8:11]
        if into > 4 or out > 4:
            return 0
        if kind == b"mft1":
            return int(48 + 256 * (into + out) + out * grid**into)
        steps = (int.from_bytes(data[48:50], "big"), int.from_bytes(data[50:52], "big"))
        return int(52 + 2 * (steps[0] * into + steps[1] * out + out * grid**into))
    return {b"XYZ ": 20, b"sf32": 44, b"cicp": 12}.get(kind, 0)


def _words(label: str, data: bytes) -> tuple[tuple[str, str], ...]:
    found = (match.group().replace(b"\x00", b"").decode("latin-1") for match in _WORDS.finditer(data))
    text = " ".join(found)[:1000]
    return ((label, text),) if text else ()
