"""The shareable copy of a TIFF or DNG: pages by an allow-list of tags, coded bytes untouched, in one layout.

Camera raws other than DNG are refused: what renders them and what names the camera lie in the same maker notes.
"""

from __future__ import annotations

import hashlib

from witnesskit.errors.strip import CameraRaw, CredentialsKept, FurtherPages, SecondImages
from witnesskit.formats.icc import COMMON
from witnesskit.formats.tiff_build import build
from witnesskit.formats.tiff_document import Document, presentation_sha256, read_document
from witnesskit.formats.tiff_jpeg import Piece
from witnesskit.limits import READ_BLOCK
from witnesskit.media_model import DEFAULT_CHOICES, EssenceHash, StripChoices, StripResult
from witnesskit.model import SeekableReader, Sink
from witnesskit.strip.copying import Copying, refuse_if
from witnesskit.strip.remarks import (
    CREDENTIALS_DROPPED,
    EXTRA_SAMPLES_KEPT,
    FURTHER_PAGE_UNREADABLE,
    FURTHER_PAGES_DROPPED,
    FURTHER_PAGES_KEPT,
    FURTHER_PICTURES_DROPPED,
    LAYERS_DROPPED,
    PROFILE_DROPPED,
    PROFILE_RARE,
    RAW_CALIBRATION,
    RAW_LOOK_DROPPED,
    RAW_PATTERN,
    SMALL_VERSIONS_DROPPED,
)
from witnesskit.strip.tiff_removals import removals

MEDIA_TYPE, DNG_TYPE = "image/tiff", "image/x-adobe-dng"
_CREDENTIALS, _LAYERS, _PROFILE = 52545, 37724, 34675
_EXTRA_SAMPLES = 338
_LOOKS = frozenset({50933, 50831, 50832, 50833, 50834, 50936, 52525, 52544})  # profiles, maps of tone of DNG


def strip_tiff(reader: SeekableReader, sink: Sink, choices: StripChoices = DEFAULT_CHOICES) -> StripResult:
    """Write a copy of the TIFF or DNG in ``reader`` to ``sink`` that keeps its pages and nothing that identifies.

    Nothing is written before every page is understood. Raises the leaves of ``errors/media.py``, ``CameraRaw``,
    ``SurplusInPicture``; ``CredentialsKept``, ``FurtherPages`` or ``SecondImages`` where the policy asks for it.
    """
    only_first = choices.further_pages == "drop"
    document = read_document(reader, only_first)
    remarks = _remarks(document, only_first)
    _obey(choices, document, remarks)
    copy = Copying(sink)
    hashers = [hashlib.sha256() for _ in document.pages]
    for number, piece in build(document.tiff, document.pages):
        _write(copy, reader, piece, hashers[number])
    return StripResult(
        media_type=DNG_TYPE if document.dng else MEDIA_TYPE,
        size=copy.size,
        sha256=copy.sha256,
        removed=removals(document),
        essence=_essences(hashers),
        presentation_sha256=presentation_sha256(document),
        kept=remarks,
    )


def _essences(hashers: list[hashlib._Hash]) -> tuple[EssenceHash, ...]:
    """One for each page; a file of one page has the stream ``image``, as other pictures do."""
    names = [f"image:{number}" for number in range(len(hashers))] if len(hashers) > 1 else ["image"]
    return tuple(EssenceHash(name, "tiff-strips", one.hexdigest()) for name, one in zip(names, hashers, strict=True))


def strip_camera_raw(_reader: SeekableReader, _sink: Sink, _choices: StripChoices = DEFAULT_CHOICES) -> StripResult:
    """Refuse a camera raw that its first bytes name; raises ``CameraRaw`` always."""
    raise CameraRaw


def _write(copy: Copying, reader: SeekableReader, piece: Piece, hasher: hashlib._Hash) -> None:
    if piece.literal:
        copy.put(piece.literal)
        if piece.coded:
            hasher.update(piece.literal)
        return
    for at in range(0, piece.length, READ_BLOCK):
        block = reader.read_at(piece.offset + at, min(READ_BLOCK, piece.length - at))
        copy.put(block)
        hasher.update(block)


def _obey(choices: StripChoices, document: Document, remarks: tuple[str, ...]) -> None:
    if CREDENTIALS_DROPPED in remarks:
        refuse_if(choices.credentials, "keep", CredentialsKept)
    if document.further:
        refuse_if(choices.further_pages, "refuse", FurtherPages)
    if document.second_pictures:
        refuse_if(choices.second_images, "refuse", SecondImages)


def _remarks(document: Document, only_first: bool) -> tuple[str, ...]:
    tags = {tag for one in (*document.chain, *(below.directory for below in document.below)) for tag in one.entries}
    profiles = [page.profile for page in document.pages]
    said = {
        CREDENTIALS_DROPPED: _CREDENTIALS in tags,
        FURTHER_PAGES_KEPT: document.further and not only_first,
        FURTHER_PAGES_DROPPED: document.further and only_first,
        FURTHER_PAGE_UNREADABLE: document.chain[-1].following,
        SMALL_VERSIONS_DROPPED: document.reduced,
        FURTHER_PICTURES_DROPPED: document.second_pictures,
        LAYERS_DROPPED: _LAYERS in tags,
        EXTRA_SAMPLES_KEPT: any(_EXTRA_SAMPLES in page.values for page in document.pages),
        PROFILE_DROPPED: any(page.profile_lost for page in document.pages),
        PROFILE_RARE: any(profile and profile.colour_sha256 not in COMMON for profile in profiles),
        RAW_PATTERN: document.dng,
        RAW_CALIBRATION: document.of_one_camera,
        RAW_LOOK_DROPPED: document.dng and (_LOOKS & tags or document.reduced),
    }
    return tuple(words for words, true in said.items() if true)
