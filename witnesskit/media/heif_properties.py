"""Each property of a HEIF or AVIF picture against the list of what a clean file holds."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

from witnesskit.media.blocks import of_profile
from witnesskit.media.groups import group_of, shown
from witnesskit.media.heif_coded import Odd, odd_in_av1c, odd_in_hvcc
from witnesskit.media_model import Revelation

_ALPHA: Final = (
    b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha",
    b"urn:mpeg:hevc:2015:auxid:1",
    b"urn:mpeg:avc:2015:auxid:1",
)
# bytes of a body, and how many of them in front are zeros (version and flags)
_PLAIN: Final = {
    "ispe": (12, 4), "pasp": (8, 0), "clli": (4, 0), "mdcv": (24, 0), "amve": (8, 0), "reve": (20, 4), "ndwt": (8, 4),
    "a1op": (1, 0), "lsel": (2, 0), "clap": (32, 0),
}  # fmt: skip
_EPOCH: Final = datetime(1904, 1, 1, tzinfo=UTC)
_TOLD: Final = {
    "udes": ("who", "description"), "altt": ("who", "text for the blind"), "crtt": ("when", "creation time"),
    "mdft": ("when", "modification time"), "cmin": ("device", "camera"), "cmex": ("device", "place of the camera"),
    "aebr": ("device", "bracketing"), "wbbr": ("device", "bracketing"), "fobr": ("device", "bracketing"),
    "afbr": ("device", "bracketing"), "dobr": ("device", "bracketing"), "uuid": ("other", "box of its own kind"),
}  # fmt: skip

_ODD_MAX: Final = 500  # things of one picture that are told
Found = tuple[list[Revelation], list[str]]


def of_property(kind: str, body: bytes) -> Found:
    """(what the property gives away, why it is not understood); both empty for one of a clean file."""
    place = f"property {shown(kind)}"
    if kind == "colr":
        return _colour(place, body)
    if kind in _CONFIGS:
        return told_of(place, _CONFIGS[kind](body))
    if kind == "auxC":
        if body in [bytes(4) + name + b"\0" for name in _ALPHA]:
            return [], []
        return [Revelation("inside", place, "helper picture", shown(body[4:].strip(b"\0")))], []
    if kind in _PLAIN:
        size, zeros = _PLAIN[kind]
        if len(body) == size and not any(body[:zeros]) and not readable(body):
            return [], []
    elif kind in _SHORT and _SHORT[kind](body) and not readable(body):
        return [], []
    if kind in ("crtt", "mdft") and len(body) == 12:
        return [Revelation("when", place, _TOLD[kind][1], _date(body[4:]))], []
    group, name = _TOLD.get(kind, (group_of(kind), "property no picture needs"))
    return [Revelation(group, place, name, _words(body))], []


def _date(raw: bytes) -> str:
    """Microseconds since 1904 as a person reads them (ISO/IEC 23008-12 clause 6.5.18)."""
    try:
        return (_EPOCH + timedelta(microseconds=int.from_bytes(raw, "big"))).strftime("%Y-%m-%dT%H:%M:%SZ")
    except OverflowError:
        return shown(raw) or raw.hex()


def readable(body: bytes) -> bool:
    """True if eight bytes in a row, or six pairs, read like words: numbers of a picture do not."""
    return re.search(rb"[\x20-\x7e]{8}|(?:[\x20-\x7e]\0){6}|(?:\0[\x20-\x7e]){6}", body) is not None


def _words(body: bytes) -> str:
    text = b" ".join(part for part in body[4:2000].split(b"\0") if part)
    return shown(text) or f"{len(body)} bytes {body[:32].hex()}"


def told_of(place: str, odd: Odd) -> Found:
    """What is beside coded pictures, each thing once; a doubt where there is too much of it to be told."""
    found: dict[tuple[str, bytes], None] = {}
    for name, raw in odd:
        found[name, raw[:400]] = None
        if len(found) > _ODD_MAX:
            return [], [f"{place}: more beside the picture than can be told"]
    told = [Revelation("other", place, name, shown(raw) or raw[:80].hex()) for name, raw in found if name[0] != "!"]
    return told, [f"{place}: {name[1:]}" for name, _ in found if name[0] == "!"]


def _colour(place: str, body: bytes) -> Found:
    if body[:4] in (b"prof", b"rICC"):
        return list(of_profile(place, body[4:])), []
    if body[:4] == b"nclx" and len(body) == 11 and not body[10] & 0x7F and not any(body[4:10:2]):
        return [], []
    return [Revelation("other", place, "unknown colour description", shown(body) or body[:80].hex())], []


def _depths(body: bytes) -> bool:
    count = body[4] if len(body) > 4 else 0
    return (
        not any(body[:4]) and 1 <= count <= 4 and len(body) == 5 + count and all(1 <= one <= 32 for one in body[5:])
    )


def _volume(body: bytes) -> bool:
    flags = body[0] if body else 0xFF
    numbers = 6 * (flags >> 5 & 1) + (flags >> 4 & 1) + (flags >> 3 & 1) + (flags >> 2 & 1)
    return not flags & 0xC3 and len(body) == 1 + 4 * numbers


def _dolby(body: bytes) -> bool:
    return len(body) == 24 and not body[4] & 3 and not any(body[5:])


_CONFIGS: Final[dict[str, Callable[[bytes], Odd]]] = {
    "hvcC": odd_in_hvcc,
    "av1C": odd_in_av1c,
}
_SHORT: Final[dict[str, Callable[[bytes], bool]]] = {
    "pixi": _depths,
    "cclv": _volume,
    "irot": lambda body: len(body) == 1 and body[0] < 4,
    "imir": lambda body: len(body) == 1 and body[0] < 2,
    "dvcC": _dolby,
    "dvvC": _dolby,
}
