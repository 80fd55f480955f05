"""A HEIF or AVIF file anew: brands, items numbered from one, one place for each, and nothing beside them."""

from __future__ import annotations

from typing import Final

from witnesskit.formats.heif_picture import Part, Picture
from witnesskit.formats.isobmff import make_box, make_full

_HANDLER: Final = make_full(b"hdlr", 0, 0, bytes(4), b"pict", bytes(12), b"\0")


def write_meta(picture: Picture, places: list[int]) -> bytes:
    """meta for items that begin at ``places`` of the file."""
    parts = picture.parts
    infos = b"".join(_info(number, part) for number, part in enumerate(parts, 1))
    boxes = [
        _HANDLER,
        make_full(b"pitm", 0, 0, b"\0\1"),
        _locations(parts, places),
        make_full(b"iinf", 0, 0, len(parts).to_bytes(2, "big"), infos),
    ]
    references = b"".join(_references(number, part) for number, part in enumerate(parts, 1))
    if references:
        boxes.append(make_full(b"iref", 0, 0, references))
    return make_full(b"meta", 0, 0, *boxes, _properties(parts))


def _info(number: int, part: Part) -> bytes:
    hidden = int(number != 1)
    return make_full(b"infe", 2, hidden, number.to_bytes(2, "big"), bytes(2), part.kind, b"\0")


def _locations(parts: list[Part], places: list[int]) -> bytes:
    entries, count = b"", 0
    for number, (part, place) in enumerate(zip(parts, places, strict=True), 1):
        if part.data:
            count += 1
            entries += number.to_bytes(2, "big") + bytes(2) + b"\0\1"
            entries += place.to_bytes(4, "big") + len(part.data).to_bytes(4, "big")
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
