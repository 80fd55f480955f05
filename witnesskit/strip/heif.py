"""The shareable copy of a HEIC, HEIF or AVIF file: the picture that is shown, the sequence if it has one, built anew.

What is written: ftyp, meta, moov (sequences), mdat. No box is copied; coded pictures are, byte for byte. Thumbnails,
Exif, XMP, names, gain maps, depth, further pictures, films of motion photos and all that no kept item refers to go.
"""

from __future__ import annotations

from dataclasses import dataclass

from witnesskit.digest import sha256_hex
from witnesskit.errors.media import BadMedia, MediaCut, MediaTooLarge
from witnesskit.errors.strip import CredentialsKept, HiddenFootage, SecondImages
from witnesskit.formats.heif_boxes import Meta
from witnesskit.formats.heif_choice import Chosen, Dropped
from witnesskit.formats.heif_data import file_spans, item_data
from witnesskit.formats.heif_file import left_beside
from witnesskit.formats.heif_sequence import Sequence
from witnesskit.formats.heif_whole import MEDIA_TYPES, Whole, lay_out, read_whole, write_head
from witnesskit.formats.icc import COMMON, neutralise
from witnesskit.limits import READ_BLOCK
from witnesskit.media_model import DEFAULT_CHOICES, Removal, StripChoices, StripResult
from witnesskit.model import SeekableReader, Sink
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
    whole = read_whole(reader, clean_jpeg)
    said = _remarks(whole)
    _obey(choices, said)
    if whole.sequence and whole.sequence.hides:
        refuse_if(choices.hidden_footage, "refuse", HiddenFootage)
    copy = Copying(sink)
    laid = lay_out(whole)
    copy.put(write_head(whole, laid))
    for data in laid.data:
        for place in range(0, len(data), READ_BLOCK):
            copy.put(data[place : place + READ_BLOCK])
    return StripResult(
        media_type=MEDIA_TYPES[whole.kind],
        size=copy.size,
        sha256=copy.sha256,
        removed=_removed(reader, whole),
        essence=whole.essence,
        presentation_sha256=whole.presentation(),
        kept=said,
    )


def _removed(reader: SeekableReader, whole: Whole) -> tuple[Removal, ...]:
    meta, removed, spans = whole.file.meta, [], list[tuple[int, int]]()
    if meta and whole.picture and whole.chosen:
        removed += [*_left_items(reader, meta, whole.chosen), *whole.picture.removed]
        spans += file_spans(reader, meta, meta.items)
    if whole.sequence:
        removed += whole.sequence.removed
        spans += whole.sequence.spans
    return (*removed, *left_beside(reader, whole.file, spans))


def clean_jpeg(data: bytes) -> tuple[bytes, str]:
    """The copy of a JPEG item, and how it is shown."""
    gathered = _Gathered()
    result = strip_jpeg(_InMemory(data), gathered)
    return b"".join(gathered.parts), result.presentation_sha256


def _remarks(whole: Whole) -> tuple[str, ...]:
    dropped = whole.chosen.dropped if whole.chosen else set()
    said = [_SAID[one] for one in Dropped if one in dropped]
    if whole.file.motion:
        said.append(remarks.MOTION_PHOTO_DROPPED)
    if whole.file.credentials:
        said.append(remarks.CREDENTIALS_DROPPED)
    for profile in whole.picture.profiles if whole.picture else ():
        neutral = neutralise(profile) if profile else None
        if neutral is None:
            said.append(remarks.PROFILE_DROPPED)
        elif neutral.colour_sha256 not in COMMON:
            said.append(remarks.PROFILE_RARE)
    if whole.sequence:
        said += _of_sequence(whole.sequence)
    return tuple(dict.fromkeys(said))


def _of_sequence(sequence: Sequence) -> list[str]:
    said = [remarks.FURTHER_PICTURES_DROPPED] * sequence.further + [
        remarks.HELPER_PICTURES_DROPPED
    ] * sequence.helpers
    said += [f"a track of other data was dropped ({handler})" for handler in sequence.others]
    return said + ["an edit list hides pictures of the sequence: they stay in the copy"] * sequence.hides


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
