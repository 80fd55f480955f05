"""A TIFF file taken apart: its pages as a copy holds them, and what stays behind (docs/spec/essence-tiff.md)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from witnesskit.digest import sha256_hex
from witnesskit.errors.media import BadMedia, MediaCut, MediaTooLarge, UnsupportedMedia
from witnesskit.errors.strip import CameraRaw
from witnesskit.formats.dng import RAW_COLOURS, dng_values
from witnesskit.formats.icc import NeutralProfile
from witnesskit.formats.strict_json import canonical
from witnesskit.formats.tiff import Directory, Tiff, open_tiff, read_chain, read_directory
from witnesskit.formats.tiff_layout import JPEGS, LOSSY_JPEG, Layout, one, read_layout
from witnesskit.formats.tiff_page import REDUCED, Values, page_values, profile_of, profile_value, subfile_kind
from witnesskit.formats.tiff_picture import CodedPicture, read_picture
from witnesskit.formats.tiff_raws import is_dng, raw_kind
from witnesskit.media_limits import TIFF_ALL_ENTRIES_MAX, TIFF_CHUNKS_MAX, TIFF_DEPTH_MAX, TIFF_DIRECTORIES_MAX
from witnesskit.model import SeekableReader

_BELOW: Final = {330: "SubIFD", 34665: "Exif", 34853: "GPS", 40965: "Interop"}
_PROFILE, _PALETTE = 34675, 320
_ENTRIES: Final = TIFF_ALL_ENTRIES_MAX


@dataclass(frozen=True)
class Page:
    """One page: its directory, geometry, tags of the copy, coded picture, colour profile."""

    directory: Directory
    layout: Layout
    values: Values
    picture: CodedPicture
    profile: NeutralProfile | None
    profile_lost: bool


@dataclass(frozen=True)
class Below:
    """A directory that is no page: its name, depth as part of the name, and what it is."""

    name: str
    directory: Directory


@dataclass
class Document:
    """A TIFF file: pages in order, directories that are left out, what a raw picture still tells."""

    tiff: Tiff
    chain: tuple[Directory, ...]
    pages: list[Page] = field(default_factory=list)
    below: list[Below] = field(default_factory=list)
    dng: bool = False
    of_one_camera: bool = False
    second_pictures: bool = False
    reduced: bool = False
    further: int = 0  # pages behind the first one
    coded: int = 0  # bytes of all strips so far
    chunks: int = 0


def read_document(reader: SeekableReader, only_first: bool = False) -> Document:
    """Every page, or the first alone.

    Raises the leaves of ``errors/media.py``, ``CameraRaw`` and ``SurplusInPicture``.
    """
    tiff, first = open_tiff(reader)
    chain = read_chain(tiff, first)
    document = Document(tiff, chain, list[Page](), _everything_below(tiff, chain))
    if sum(len(directory.every) for directory in (*chain, *(below.directory for below in document.below))) > _ENTRIES:
        raise MediaTooLarge("entries of all directories")
    subs = tuple(one.directory for one in document.below if one.name.endswith("SubIFD"))
    if is_dng(chain[0]):
        _read_raw(document, subs)
        return document
    kind = raw_kind(tiff, chain + subs)
    if kind:
        raise CameraRaw(kind)
    _sort_others(document, subs)
    found = _pages(document, chain)
    document.further = len(found) - 1
    for directory in found[: 1 if only_first else None]:
        layout = read_layout(tiff, directory)
        _check_sum(document, layout)
        if layout.compression == LOSSY_JPEG:
            raise UnsupportedMedia("lossy raw coding outside DNG")
        document.pages.append(_page(tiff, directory, layout, page_values(tiff, directory, layout)))
    return document


def _check_sum(document: Document, layout: Layout) -> None:
    """All pages together are no larger than the file, so that no small file becomes a large copy."""
    document.coded += sum(size for _, size in layout.spans)
    document.chunks += len(layout.spans)
    if document.chunks > TIFF_CHUNKS_MAX:
        raise MediaTooLarge("strips and tiles of all pages")
    if document.coded > document.tiff.reader.size:
        raise BadMedia("strips or tiles that lie on each other")


def _page(tiff: Tiff, directory: Directory, layout: Layout, values: Values) -> Page:
    picture = read_picture(tiff, directory, layout)
    profile, lost = profile_of(tiff, directory)
    extra: Values = {_PALETTE: picture.palette} if picture.palette else {}
    if profile is not None:
        extra[_PROFILE] = profile_value(profile)
    return Page(directory, layout, values | extra, picture, profile, lost)


def _pages(document: Document, chain: tuple[Directory, ...]) -> list[Directory]:
    """Small versions of other pages are none; the first directory always is one, as viewers show it."""
    small = [directory for directory in chain[1:] if subfile_kind(document.tiff, directory) & REDUCED]
    document.reduced |= bool(small)
    return [directory for directory in chain if directory not in small]


def _sort_others(document: Document, subs: tuple[Directory, ...]) -> None:
    """Pictures below the first one: small versions go; a larger one would be the true picture, so nothing is made."""
    tiff = document.tiff
    side = one(tiff, document.chain[0], 256, 0)
    for directory in subs:
        if subfile_kind(tiff, directory) & REDUCED:
            document.reduced = True
        elif one(tiff, directory, 256, 0) > side:
            raise CameraRaw("the picture lies below a preview")
        else:
            document.second_pictures = True


def _read_raw(document: Document, subs: tuple[Directory, ...]) -> None:
    tiff, top = document.tiff, document.chain[0]
    mains = [one_of for one_of in (top, *subs) if _is_main(tiff, one_of)]
    if len(mains) != 1:
        raise UnsupportedMedia("DNG without one raw picture")
    layout = read_layout(tiff, mains[0])
    _check_sum(document, layout)
    raw = dng_values(tiff, top, mains[0], layout)
    document.dng, document.of_one_camera = True, raw.of_one_camera
    document.pages.append(_page(tiff, mains[0], layout, raw.values))
    rest = [directory for directory in (*document.chain, *subs) if directory is not mains[0]]
    kinds = [subfile_kind(tiff, directory) for directory in rest if 256 in directory.entries]
    document.reduced = any(kind & REDUCED for kind in kinds)
    document.second_pictures = any(not kind & REDUCED for kind in kinds)


def _is_main(tiff: Tiff, directory: Directory) -> bool:
    return (
        256 in directory.entries
        and subfile_kind(tiff, directory) == 0
        and one(tiff, directory, 262, 0) in RAW_COLOURS
    )


def _everything_below(tiff: Tiff, chain: tuple[Directory, ...]) -> list[Below]:
    """Directories that hang below the pages, in order; a broken one is left out as it is."""
    found: list[Below] = []
    level = [(f"IFD{index}", directory) for index, directory in enumerate(chain)]
    seen = {directory.offset for directory in chain}
    for _ in range(TIFF_DEPTH_MAX):
        level = [one for parent in level for one in _children(tiff, *parent, seen)]
        found += [Below(name, directory) for name, directory in level]
        if len(found) > TIFF_DIRECTORIES_MAX:
            raise MediaTooLarge("directories below the pages")
    return found


def _children(tiff: Tiff, name: str, parent: Directory, seen: set[int]) -> Iterator[tuple[str, Directory]]:
    for tag, below in _BELOW.items():
        entry = parent.entries.get(tag)
        if entry is None or not 1 <= entry.count <= TIFF_DIRECTORIES_MAX or entry.kind not in (4, 13, 16, 18):
            continue
        for place in tiff.numbers(entry):
            if place in seen or not place < tiff.reader.size:
                continue
            seen.add(place)
            try:
                directory = read_directory(tiff, place)
            except (BadMedia, MediaCut, MediaTooLarge):
                continue
            yield f"{name}/{below}", directory


def presentation_sha256(document: Document) -> str:
    """SHA-256 of the canonical JSON form of how the pages are shown (docs/spec/essence-tiff.md)."""
    shown = {
        "definition": "tiff-presentation",
        "order": "II" if document.tiff.order == "little" else "MM",
        "pages": [_shown(page) for page in document.pages],
    }
    return sha256_hex(canonical(shown))


def _shown(page: Page) -> dict[str, object]:
    tags = {str(tag): f"{value.kind}:{value.raw.hex()}" for tag, value in page.values.items() if tag != _PROFILE}
    long = {tag: sha256_hex(text.encode()) if len(text) > 200 else text for tag, text in tags.items()}
    streams = page.picture.streams.hexdigest() if page.layout.compression in JPEGS else ""
    return {"tags": long, "icc": page.profile.colour_sha256 if page.profile else "", "streams": streams}
