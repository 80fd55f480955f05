"""Entries of a TIFF directory in words: texts, numbers, embedded blocks, and what maker notes say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from witnesskit.media.blocks import of_credentials, of_photoshop, of_xmp
from witnesskit.media.exif import read_exif
from witnesskit.media.groups import group_of, shown
from witnesskit.media.names_tiff import tag_name
from witnesskit.media.walk_tiff_file import Field, Listing, TiffWalk
from witnesskit.media_limits import TIFF_EXIF_MAX
from witnesskit.media_model import Revelation

_XMP, _IPTC, _PHOTOSHOP, _LAYERS, _CREDENTIALS, _MAKER_NOTE = 700, 33723, 34377, 37724, 52545, 37500
_WINDOWS: Final = range(0x9C9B, 0x9CA0)  # texts in UTF-16LE
_SHOWN_MAX: Final = 4_000  # bytes of one value that are shown
_NUMBERS_SHOWN: Final = 24
_BLOCK_MAX: Final = 4 << 20  # bytes of one embedded block that are read
_OF_OTHER_READER: Final = ("EXIF", "GPS", "Interoperability", "MakerNote")

Revelations = Iterator[Revelation]


def of_field(walk: TiffWalk, place: str, one: Field, why: str) -> Revelations:
    """What an entry says, in the words of its kind."""
    block = one.tag in (_XMP, _IPTC, _PHOTOSHOP, _CREDENTIALS)
    name, raw = tag_name(place, one.tag), walk.bytes_of(one, _BLOCK_MAX if block else _SHOWN_MAX)
    if one.tag == _XMP:
        yield from of_xmp(f"{place} XMP", raw)
    elif one.tag == _IPTC:
        yield from of_photoshop(f"{place} IPTC", b"8BIM\x04\x04\0\0" + len(raw).to_bytes(4, "big") + raw)
    elif one.tag == _PHOTOSHOP:
        yield from of_photoshop(f"{place} Photoshop", raw)
    elif one.tag == _CREDENTIALS:
        yield from of_credentials(f"{place} C2PA", raw)
    elif one.tag == _LAYERS:
        yield Revelation("inside", place, name, f"{one.size} bytes")
    else:
        value = _value(walk, one, raw)
        yield Revelation(group_of(name), place, name, value or why)


def _value(walk: TiffWalk, one: Field, raw: bytes) -> str:
    if one.tag in _WINDOWS:
        return shown(raw[:_SHOWN_MAX].decode("utf-16-le", "replace"))
    if one.kind == 2 or one.tag == _MAKER_NOTE or (one.kind in (1, 6, 7) and one.count > _NUMBERS_SHOWN):
        return shown(raw[:_SHOWN_MAX].rstrip(b"\0"))
    if one.kind == 7:
        return shown(raw) or raw.hex()
    numbers = walk.numbers(one, _NUMBERS_SHOWN)
    if one.kind in (5, 10):
        return ", ".join(f"{over:g}/{under:g}" for over, under in zip(numbers[::2], numbers[1::2], strict=False))
    return ", ".join(f"{number:g}" if isinstance(number, float) else str(number) for number in numbers)


def of_everything_named(walk: TiffWalk, failures: list[str]) -> Revelations:
    """Positions in degrees, and tags below the pages by the names of another reader, maker notes among them."""
    for listing in walk.below:
        if listing.name.endswith("GPS"):
            yield from _position(walk, listing)
    if walk.big or walk.raw_magic or not any(listing.name.endswith(("Exif", "GPS")) for listing in walk.below):
        return
    exif = read_exif(walk.reader.read_at(0, min(walk.reader.size, TIFF_EXIF_MAX)))
    if exif.failure:
        failures.append(exif.failure)
    for tag in exif.tags:
        if tag.directory in _OF_OTHER_READER and not tag.name.startswith("SubIFD"):
            otherwise = "device" if tag.directory == "MakerNote" else "other"
            yield Revelation(group_of(tag.name, otherwise), tag.directory, tag.name, tag.value)


def _position(walk: TiffWalk, listing: Listing) -> Revelations:
    degrees = []
    for tag in (2, 4):
        numbers = walk.numbers(listing.get(tag), 6)
        if len(numbers) != 6 or not all(numbers[1::2]):
            return
        side = listing.get(tag - 1)
        value = sum(
            over / under / 60**power
            for power, (over, under) in enumerate(zip(numbers[::2], numbers[1::2], strict=True))
        )
        degrees.append(-value if side is not None and walk.bytes_of(side, 1) in (b"S", b"W") else value)
    yield Revelation("where", listing.name, "GPS position", f"{degrees[0]:.6f}, {degrees[1]:.6f}")
