"""The shareable copy of a HEIC, HEIF or AVIF picture: the primary with what it is made of, in a new file.

What is written: ftyp, meta, mdat. No box is copied; coded pictures are, byte for byte. Thumbnails, Exif, XMP, names,
gain maps, depth, further pictures, films of motion photos and everything that no kept item refers to stay behind.
"""

from __future__ import annotations

from dataclasses import dataclass

from witnesskit.digest import sha256_hex
from witnesskit.errors.media import BadMedia, MediaCut, MediaTooLarge
from witnesskit.errors.strip import CredentialsKept, SecondImages
from witnesskit.formats.heif_boxes import Meta
from witnesskit.formats.heif_choice import Chosen, Dropped
from witnesskit.formats.heif_data import file_spans, item_data
from witnesskit.formats.heif_file import HeifFile, left_beside, read_file
from witnesskit.formats.heif_picture import Picture, read_picture
from witnesskit.formats.heif_write import MEDIA_TYPES, brand_of, write_brands, write_meta
from witnesskit.formats.icc import COMMON, neutralise
from witnesskit.limits import READ_BLOCK
from witnesskit.model import DEFAULT_CHOICES, Removal, SeekableReader, Sink, StripChoices, StripResult
from witnesskit.strip import remarks
from witnesskit.strip.copying import Copying, refuse_if
from witnesskit.strip.jpeg import strip_jpeg

_SAID = {
    Dropped.GAIN_MAP: remarks.GAIN_MAP_DROPPED,
    Dropped.HELPERS: remarks.HELPER_PICTURES_DROPPED,
    Dropped.FURTHER: remarks.FURTHER_PICTURES_DROPPED,
    Dropped.CREDENTIALS: remarks.CREDENTIALS_DROPPED,
}


@dataclass(frozen=True)
class _InMemory:
    data: bytes

    @property
    def size(self) -> int:
        return len(self.data)

    def read_at(self, offset: int, length: int, /) -> bytes:
        return self.data[offset : offset + length]


class _Gathered:
    def __init__(self) -> None:
        self.parts: list[bytes] = []

    def write(self, data: bytes, /) -> int:
        self.parts.append(bytes(data))
        return len(data)


def strip_heif(reader: SeekableReader, sink: Sink, choices: StripChoices = DEFAULT_CHOICES) -> StripResult:
    """Write a copy of the picture in ``reader`` to ``sink`` that keeps the primary and nothing that identifies.

    Nothing is written before the whole is understood. Raises the leaves of ``errors/media.py``, ``CredentialsKept``,
    ``SecondImages``, ``ExternalData`` or ``TextInPictures``; what the sink raises passes through.
    """
    file = read_file(reader)
    if file.meta is None:
        raise BadMedia("no items")
    picture, chosen = read_picture(reader, file.meta, clean_jpeg)
    said = _remarks(file, picture, chosen)
    _obey(choices, said)
    brand = brand_of(picture)
    head = write_brands(brand)
    start = len(head) + len(write_meta(picture, 0)) + 8
    copy = Copying(sink)
    copy.put(head + write_meta(picture, start))
    copy.put((sum(len(part.data) for part in picture.parts) + 8).to_bytes(4, "big") + b"mdat")
    for part in picture.parts:
        for place in range(0, len(part.data), READ_BLOCK):
            copy.put(part.data[place : place + READ_BLOCK])
    spans = file_spans(reader, file.meta, file.meta.items)
    return StripResult(
        media_type=MEDIA_TYPES[brand],
        size=copy.size,
        sha256=copy.sha256,
        removed=(*_left_items(reader, file.meta, chosen), *picture.removed, *left_beside(reader, file, spans)),
        essence=picture.essence,
        presentation_sha256=picture.presentation(),
        kept=said,
    )


def clean_jpeg(data: bytes) -> tuple[bytes, str]:
    """The copy of a JPEG item, and how it is shown."""
    gathered = _Gathered()
    result = strip_jpeg(_InMemory(data), gathered)
    return b"".join(gathered.parts), result.presentation_sha256


def _remarks(file: HeifFile, picture: Picture, chosen: Chosen) -> tuple[str, ...]:
    said = [_SAID[one] for one in Dropped if one in chosen.dropped]
    if file.motion:
        said.append(remarks.MOTION_PHOTO_DROPPED)
    if file.credentials:
        said.append(remarks.CREDENTIALS_DROPPED)
    for profile in picture.profiles:
        neutral = neutralise(profile) if profile else None
        if neutral is None:
            said.append(remarks.PROFILE_DROPPED)
        elif neutral.colour_sha256 not in COMMON:
            said.append(remarks.PROFILE_RARE)
    return tuple(dict.fromkeys(said))


def _obey(choices: StripChoices, said: tuple[str, ...]) -> None:
    if remarks.CREDENTIALS_DROPPED in said:
        refuse_if(choices.credentials, "keep", CredentialsKept)
    if remarks.SECOND_IMAGES_DROPPED.intersection(said):
        refuse_if(choices.second_images, "refuse", SecondImages)


def _left_items(reader: SeekableReader, meta: Meta, chosen: Chosen) -> list[Removal]:
    """Items that are dropped, and boxes beside the items; each byte of the file is digested once at most."""
    removed, left = [], reader.size
    for item in meta.items.values():
        if item.number in chosen.inputs:
            continue
        try:
            data = item_data(reader, meta, item.number, left)
        except (BadMedia, MediaCut, MediaTooLarge):
            data = b""
        left -= len(data)
        kind = item.kind.decode("latin-1") if item.kind.isalnum() else item.kind.hex()
        removed.append(Removal(f"item {item.number} ({kind or 'unnamed'})", len(data), sha256_hex(data)))
    for box in meta.others:
        raw = meta.data[box.start : box.end]
        removed.append(Removal(f"meta/{box.name}", len(raw), sha256_hex(raw)))
    return removed
