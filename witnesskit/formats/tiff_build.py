"""A TIFF written anew: header, each directory with its values, then every strip and tile, and nothing between them.

Values and strips begin at even places (TIFF 6.0 section 2); the byte before is a zero where that skips one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from witnesskit.errors.media import MediaTooLarge
from witnesskit.formats.tiff import LONG, LONG8, Tiff
from witnesskit.formats.tiff_document import Page
from witnesskit.formats.tiff_jpeg import Piece
from witnesskit.formats.tiff_page import Values
from witnesskit.formats.tiff_values import whole


@dataclass
class _Plan:
    """Values of each page with the places of its strips, and the place of each directory."""

    pages: list[Values]
    places: list[int]


def build(tiff: Tiff, pages: list[Page]) -> Iterator[tuple[int, Piece]]:
    """(number of the page, piece) of the copy in order; raises ``MediaTooLarge`` before the first."""
    plan = _plan(tiff, pages)
    yield 0, Piece(_header(tiff, plan.places[0]))
    at = plan.places[0]
    for values, following in zip(plan.pages, [*plan.places[1:], 0], strict=True):
        block = _directory(tiff, at, values, following)
        at += len(block)
        yield 0, Piece(block)
    for number, page in enumerate(pages):
        for chunk in page.picture.chunks:
            if at % 2:
                yield number, Piece(b"\0")
                at += 1
            for piece in chunk:
                yield number, piece
                at += piece.size


def _plan(tiff: Tiff, pages: list[Page]) -> _Plan:
    """Places of strips need the size of all directories, which does not depend on the places themselves."""
    blank = [_with_places(tiff, page, [0] * len(page.picture.chunks)) for page in pages]
    at, places = 16 if tiff.big else 8, []
    for values in blank:
        places.append(at)
        at += len(_directory(tiff, at, values, 0))
    full = []
    for page in pages:
        starts = []
        for chunk in page.picture.chunks:
            at += at % 2
            starts.append(at)
            at += sum(piece.size for piece in chunk)
        if at >= 1 << 8 * tiff.word:
            raise MediaTooLarge("places beyond 4 GiB")
        full.append(_with_places(tiff, page, starts))
    return _Plan(full, places)


def _with_places(tiff: Tiff, page: Page, starts: list[int]) -> Values:
    kind = LONG8 if tiff.big else LONG
    sizes = [sum(piece.size for piece in chunk) for chunk in page.picture.chunks]
    tags = (324, 325) if page.layout.tiled else (273, 279)
    return page.values | {tags[0]: whole(kind, starts, tiff.order), tags[1]: whole(kind, sizes, tiff.order)}


def _header(tiff: Tiff, first: int) -> bytes:
    mark = b"II" if tiff.order == "little" else b"MM"
    if tiff.big:
        return (
            mark + b"".join(number.to_bytes(2, tiff.order) for number in (43, 8, 0)) + first.to_bytes(8, tiff.order)
        )
    return mark + (42).to_bytes(2, tiff.order) + first.to_bytes(4, tiff.order)


def _directory(tiff: Tiff, place: int, values: Values, following: int) -> bytes:
    """The directory at ``place`` and the values that do not fit into it, to an even length."""
    order, word = tiff.order, tiff.word
    counted, step = (8, 20) if tiff.big else (2, 12)
    heap_start = place + counted + step * len(values) + word
    entries, heap = b"", b""
    for tag, value in sorted(values.items()):
        field = value.raw.ljust(word, b"\0")
        if len(value.raw) > word:
            field = (heap_start + len(heap)).to_bytes(word, order)
            heap += value.raw + bytes(len(value.raw) % 2)
        entries += tag.to_bytes(2, order) + value.kind.to_bytes(2, order) + value.count.to_bytes(word, order) + field
    return len(values).to_bytes(counted, order) + entries + following.to_bytes(word, order) + heap
