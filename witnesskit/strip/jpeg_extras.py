"""The segments of a JPEG that no decoder needs: which are written anew, which go, and what must be said of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from witnesskit.digest import sha256_hex
from witnesskit.errors.media import BadMedia, UnsupportedMedia
from witnesskit.formats.exif_orientation import is_exif, orientation_body, read_orientation
from witnesskit.formats.icc import COMMON, NeutralProfile, neutralise
from witnesskit.formats.jpeg import COM, Picture, Segment, Stray
from witnesskit.formats.jpeg_shown import Shown, aspect_of
from witnesskit.media_model import Removal
from witnesskit.strip.remarks import (
    CREDENTIALS_DROPPED,
    FURTHER_PICTURES_DROPPED,
    GAIN_MAP_DROPPED,
    PROFILE_DROPPED,
    PROFILE_RARE,
)

APP0, APP1, APP2, APP14 = 0xE0, 0xE1, 0xE2, 0xEE
_ICC: Final = b"ICC_PROFILE\x00"
_ICC_CHUNK: Final = 65_519  # bytes of profile one APP2 holds behind its name and numbers
_NAMES: Final = (
    (0xE0, b"JFIF\x00", "JFIF"),
    (0xE0, b"JFXX\x00", "JFXX thumbnail"),
    (0xE1, b"Exif\x00", "Exif"),
    (0xE1, b"http://ns.adobe.com/xap/1.0/\x00", "XMP"),
    (0xE1, b"http://ns.adobe.com/xmp/extension/\x00", "extended XMP"),
    (0xE2, _ICC, "ICC"),
    (0xE2, b"MPF\x00", "MPF"),
    (0xE2, b"FPXR\x00", "FlashPix"),
    (0xE2, b"urn:iso:std:iso:ts:21496:-1\x00", "gain map"),
    (0xEB, b"JP", "JUMBF"),
    (0xED, b"Photoshop 3.0\x00", "Photoshop"),
    (0xEE, b"Adobe", "Adobe"),
)
_REMARKS: Final = {
    "APP2 gain map": GAIN_MAP_DROPPED,
    "APP2 MPF": FURTHER_PICTURES_DROPPED,
    "APP11 JUMBF": CREDENTIALS_DROPPED,
}
_ADOBE_RGB: Final = "the camera wrote Adobe RGB without a profile; the copy does not say so: colours may look paler"
_GAIN_MAP_WORDS: Final = (b"hdrgm:Version", b"HDRGainMap", b"hdrgainmap")


@dataclass(frozen=True)
class Extras:
    """Bodies to write in order as (marker, body), how the picture is shown, what goes, what must be said."""

    kept: tuple[tuple[int, bytes], ...]
    shown: Shown
    removed: tuple[Removal, ...]
    remarks: tuple[str, ...]


@dataclass
class _Seen:
    jfif: bytes = b""
    exif: bytes = b""
    adobe: bytes = b""
    profile: list[bytes] = field(default_factory=list)
    removed: list[tuple[str, bytes]] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def read_extras(data: bytes, picture: Picture) -> Extras:
    """Sort every segment that is not coding; raises ``UnsupportedMedia`` for an unknown colour transform."""
    seen = _Seen()
    for part in picture.parts:
        raw = data[part.start : part.end] if isinstance(part, Segment | Stray) else b""
        if isinstance(part, Stray):
            seen.removed.append(("between segments", raw))
        elif isinstance(part, Segment) and (part.marker == COM or 0xE0 <= part.marker <= 0xEF):
            _sort(seen, part.marker, raw)
    return _decide(seen)


def _sort(seen: _Seen, marker: int, raw: bytes) -> None:
    body, place = raw[4:], _place(marker, raw[4:])
    seen.removed.append((place, raw))
    if place == "APP0 JFIF" and len(body) >= 14:
        seen.jfif = seen.jfif or body
    elif place == "APP1 Exif" and is_exif(body):
        seen.exif = seen.exif or body
    elif place == "APP14 Adobe" and len(body) >= 12:
        seen.adobe = body
    elif place == "APP2 ICC":
        seen.profile.append(body[len(_ICC) :])
    if any(word in body for word in _GAIN_MAP_WORDS):
        seen.remarks.append(_REMARKS["APP2 gain map"])
    if place in _REMARKS:
        seen.remarks.append(_REMARKS[place])


def _place(marker: int, body: bytes) -> str:
    """The place as people know it: ``APP1 XMP``, ``APP7``, ``COM``."""
    if marker == COM:
        return "COM"
    name = next((name for code, start, name in _NAMES if code == marker and body.startswith(start)), "")
    return f"APP{marker - 0xE0} {name}".rstrip()


def _decide(seen: _Seen) -> Extras:
    orientation = read_orientation(seen.exif)
    adobe = seen.adobe[11] if seen.adobe else -1
    if adobe > 2:
        raise UnsupportedMedia("Adobe colour transform")
    profile = _profile(seen)
    if not profile and b"R03\x00" in seen.exif:
        seen.remarks.append(_ADOBE_RGB)
    aspect = aspect_of(seen.jfif)
    shown = Shown(orientation, aspect, bool(seen.jfif), adobe, profile.colour_sha256 if profile else "")
    kept = tuple(_bodies(shown, profile))
    written = {body for _, body in kept}
    gone = [(place, raw) for place, raw in seen.removed if raw[4:] not in written]
    removed = tuple(Removal(place, len(raw), sha256_hex(raw)) for place, raw in gone)
    return Extras(kept, shown, removed, tuple(seen.remarks))


def _bodies(shown: Shown, profile: NeutralProfile | None) -> list[tuple[int, bytes]]:
    bodies: list[tuple[int, bytes]] = []
    if shown.jfif:
        ratio = b"".join(side.to_bytes(2, "big") for side in shown.aspect)
        bodies.append((APP0, b"JFIF\x00\x01\x01\x00" + ratio + b"\x00\x00"))
    if shown.orientation != 1:
        bodies.append((APP1, orientation_body(shown.orientation)))
    if profile:
        bodies += [(APP2, chunk) for chunk in _chunks(profile.data)]
    if shown.adobe >= 0:
        bodies.append((APP14, b"Adobe\x00\x64\x00\x00\x00\x00" + bytes([shown.adobe])))
    return bodies


def _chunks(profile: bytes) -> list[bytes]:
    parts = [profile[at : at + _ICC_CHUNK] for at in range(0, len(profile), _ICC_CHUNK)]
    return [_ICC + bytes([index, len(parts)]) + part for index, part in enumerate(parts, 1)]


def _profile(seen: _Seen) -> NeutralProfile | None:
    """The joined profile without texts; a broken one is shown by no decoder and goes (ICC.1 B.4)."""
    if not seen.profile:
        return None
    parts = sorted(seen.profile, key=lambda part: part[:1])
    numbered = bytes(part[0] for part in parts if len(part) >= 2)
    whole = numbered == bytes(range(1, len(parts) + 1)) and {part[1] for part in parts} == {len(parts)}
    try:
        neutral = neutralise(b"".join(part[2:] for part in parts)) if whole else None
    except BadMedia:
        neutral = None
    if neutral is None:
        seen.remarks.append(PROFILE_DROPPED)
    elif neutral.colour_sha256 not in COMMON:
        seen.remarks.append(PROFILE_RARE)
    return neutral
