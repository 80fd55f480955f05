"""A HEIF or AVIF file anew: brands, items numbered from one, one place for each, and nothing beside them."""

from __future__ import annotations

from typing import Final

from witnesskit.formats.heif_picture import Part, Picture
from witnesskit.formats.isobmff import make_box, make_full

_HANDLER: Final = make_full(b"hdlr", 0, 0, bytes(4), b"pict", bytes(12), b"\0")
MEDIA_TYPES: Final = {b"heic": "image/heic", b"heix": "image/heic", b"avif": "image/avif", b"mif1": "image/heif"}
_MAIN_PROFILES: Final = (1, 3)  # Main and Main Still Picture: what the brand heic promises


def brand_of(picture: Picture) -> bytes:
    """The brand that says how the picture is coded."""
    if picture.coding == b"av01":
        return b"avif"
    if picture.coding == b"jpeg":
        return b"mif1"
    configs = [box for part in picture.parts for box, _ in part.properties if box[4:8] == b"hvcC"]
    return b"heic" if all(box[9] & 31 in _MAIN_PROFILES for box in configs) else b"heix"


def write_brands(brand: bytes) -> bytes:
    """ftyp, the same for every picture coded alike."""
    compatible = {b"avif": b"avifmif1miaf", b"mif1": b"mif1jpeg"}.get(brand, b"mif1" + brand)
    return make_box(b"ftyp", brand, bytes(4), compatible)


def write_meta(picture: Picture, start: int) -> bytes:
    """meta for data that begins at ``start`` of the file, in the order of the parts."""
    parts = picture.parts
    infos = b"".join(_info(number, part) for number, part in enumerate(parts, 1))
    boxes = [
        _HANDLER,
        make_full(b"pitm", 0, 0, b"\0\1"),
        _locations(parts, start),
        make_full(b"iinf", 0, 0, len(parts).to_bytes(2, "big"), infos),
    ]
    references = b"".join(_references(number, part) for number, part in enumerate(parts, 1))
    if references:
        boxes.append(make_full(b"iref", 0, 0, references))
    return make_full(b"meta", 0, 0, *boxes, _properties(parts))


def _info(number: int, part: Part) -> bytes:
    hidden = int(number != 1)
    return make_full(b"infe", 2, hidden, number.to_bytes(2, "big"), bytes(2), part.kind, b"\0")


def _locations(parts: list[Part], start: int) -> bytes:
    entries, place, count = b"", start, 0
    for number, part in enumerate(parts, 1):
        if part.data:
            count += 1
            entries += number.to_bytes(2, "big") + bytes(2) + b"\0\1"
            entries += place.to_bytes(4, "big") + len(part.data).to_bytes(4, "big")
            place += len(part.data)
    return make_full(b"iloc", 0, 0, b"\x44\x00", count.to_bytes(2, "big"), entries)


def _references(number: int, part: Part) -> bytes:
    found = b""
    if part.inputs:
        found += _reference(b"dimg", number, tuple(place + 1 for place in part.inputs))
    if part.masters:
        found += _reference(b"auxl", number, tuple(place + 1 for place in part.masters))
    for place in part.premultiplied:
        found += _reference(b"prem", place + 1, (number,))
    return found


def _reference(kind: bytes, source: int, targets: tuple[int, ...]) -> bytes:
    ids = b"".join(target.to_bytes(2, "big") for target in targets)
    return make_box(kind, source.to_bytes(2, "big"), len(targets).to_bytes(2, "big"), ids)


def _properties(parts: list[Part]) -> bytes:
    numbers: dict[bytes, int] = {}
    for part in parts:
        for box, _ in part.properties:
            numbers.setdefault(box, len(numbers) + 1)
    wide = len(numbers) > 127
    entries, count = b"", 0
    for number, part in enumerate(parts, 1):
        if part.properties:
            count += 1
            entries += number.to_bytes(2, "big") + bytes([len(part.properties)])
            entries += b"".join(_association(numbers[box], essential, wide) for box, essential in part.properties)
    associations = make_full(b"ipma", 0, int(wide), count.to_bytes(4, "big"), entries)
    return make_box(b"iprp", make_box(b"ipco", *numbers), associations)


def _association(number: int, essential: bool, wide: bool) -> bytes:
    return (number | essential << 15).to_bytes(2, "big") if wide else bytes([number | essential << 7])
