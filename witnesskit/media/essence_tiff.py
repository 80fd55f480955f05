"""The essence of a TIFF or DNG: SHA-256 over the coded bytes of each page (docs/spec/essence-tiff.md)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from witnesskit.errors.media import BadMedia, UnsupportedMedia
from witnesskit.limits import READ_BLOCK
from witnesskit.media.coded_tiff import JPEG_CODINGS, coding_end, geometry, load
from witnesskit.media.streams_tiff import scans
from witnesskit.media.walk_tiff_file import Listing, TiffWalk, walk_tiff_file
from witnesskit.media_model import EssenceHash
from witnesskit.model import SeekableReader

DEFINITION = "tiff-strips"
RAW_COLOURS = frozenset({32803, 34892})  # colour filter array, linear raw
_DNG_VERSION, _REDUCED = 50706, 1


def essence_tiff(reader: SeekableReader) -> tuple[EssenceHash, ...]:
    """One hash for each page, ``image`` or ``image:0`` and so on; raises ``BadMedia`` or ``UnsupportedMedia``."""
    walk = walk_tiff_file(reader)
    pages = shown_pages(walk)
    names = ["image"] if len(pages) == 1 else [f"image:{number}" for number in range(len(pages))]
    return tuple(EssenceHash(name, DEFINITION, _digest(walk, page)) for name, page in zip(names, pages, strict=True))


def is_raw_picture(walk: TiffWalk, listing: Listing) -> bool:
    """True for the directory of the raw picture of a DNG."""
    kind = walk.number(listing, 254, 0)
    return kind == 0 and listing.get(256) is not None and walk.number(listing, 262, 0) in RAW_COLOURS


def shown_pages(walk: TiffWalk) -> list[Listing]:
    """The raw picture of a DNG; the pages of a TIFF without small versions; raises ``BadMedia``."""
    if not walk.pages:
        raise BadMedia("; ".join(walk.doubts))
    if walk.pages[0].get(_DNG_VERSION) is None:
        return [page for at, page in enumerate(walk.pages) if not at or not _is_small(walk, page)]
    subs = [listing for listing in walk.below if listing.name.endswith("SubIFD")]
    mains = [listing for listing in (walk.pages[0], *subs) if is_raw_picture(walk, listing)]
    if len(mains) != 1:
        raise UnsupportedMedia("DNG without one raw picture")
    return mains


def _is_small(walk: TiffWalk, page: Listing) -> bool:
    if page.get(254) is not None:
        return bool(walk.number(page, 254, 0) & _REDUCED)
    return walk.number(page, 255, 0) == 2


def _digest(walk: TiffWalk, page: Listing) -> str:
    hasher = hashlib.sha256()
    for start, size in _coded(walk, page):
        for at in range(start, start + size, READ_BLOCK):
            hasher.update(walk.reader.read_at(at, min(READ_BLOCK, start + size - at)))
    return hasher.hexdigest()


def _coded(walk: TiffWalk, page: Listing) -> Iterator[tuple[int, int]]:
    """(offset, bytes) of what decoding consumes of each strip or tile."""
    outline = geometry(walk, page)
    for part in outline.parts:
        if outline.coding == 1:
            yield part.start, min(part.size, part.wanted)
        elif outline.coding in JPEG_CODINGS:
            for start, end in scans(load(walk, part))[1]:
                yield part.start + start, end - start
        else:
            yield part.start, coding_end(outline, load(walk, part), part.wanted)
