"""The shareable copy of a WebP: the same coded pictures, how they are shown, and nothing else.

A picture without alpha chunk, profile and turn is written in the simple form; else in this order: VP8X, ICCP, ANIM,
pictures or frames, EXIF with Orientation alone.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from witnesskit.digest import sha256_hex
from witnesskit.errors.media import BadMedia
from witnesskit.errors.strip import CredentialsKept, HiddenInPicture, SecondImages
from witnesskit.formats.coded_text import ends_in_word, holds_text
from witnesskit.formats.exif_orientation import orientation_body
from witnesskit.formats.icc import COMMON, NeutralProfile, neutralise
from witnesskit.formats.orientation_words import tiff_orientation, xmp_orientation
from witnesskit.formats.webp import ALPHA, ANIMATED, EXIF, ICC, XMP, Chunk, chunk_bytes, parse_webp, partition_ends
from witnesskit.formats.webp_file import Frame, WebpFile, presentation_sha256, read_file
from witnesskit.media_limits import WEBP_MAX
from witnesskit.media_model import DEFAULT_CHOICES, EssenceHash, Removal, StripChoices, StripResult
from witnesskit.model import SeekableReader, Sink
from witnesskit.strip.copying import Copying, refuse_if
from witnesskit.strip.jpeg_trailer import remove_trailer
from witnesskit.strip.remarks import (
    CREDENTIALS_DROPPED,
    FURTHER_PICTURES_DROPPED,
    PROFILE_DROPPED,
    PROFILE_RARE,
    SECOND_IMAGES_DROPPED,
    SEE_THROUGH_KEPT,
    TURN_MOVED,
)

MEDIA_TYPE = "image/webp"
_FURTHER = ("WebP VP8", "WebP VP8L", "WebP ANMF")


@dataclass(frozen=True)
class _Extras:
    """What stands beside the pictures in the copy, and what must be said."""

    profile: NeutralProfile | None
    orientation: int
    remarks: tuple[str, ...]


def strip_webp(reader: SeekableReader, sink: Sink, choices: StripChoices = DEFAULT_CHOICES) -> StripResult:
    """Write a copy of the WebP in ``reader`` to ``sink`` that keeps its pictures and nothing that identifies.

    Nothing is written before the whole structure is understood. Raises ``BadMedia``, ``MediaCut``,
    ``MediaTooLarge`` or ``HiddenInPicture``, and the refusals the policy asks for; what the sink raises passes.
    """
    data = reader.read_at(0, min(reader.size, WEBP_MAX))
    chunks, end = parse_webp(data, reader.size)
    file = read_file(chunks)
    extras = _extras(file, chunks)
    _refuse_text(file)
    trailer = remove_trailer(reader, end)
    remarks = tuple(dict.fromkeys((*extras.remarks, *trailer.remarks)))
    _obey(choices, remarks)
    parts = _parts(file, extras)
    copy = Copying(sink)
    copy.put(b"RIFF" + (4 + sum(map(len, parts))).to_bytes(4, "little") + b"WEBP")
    for part in parts:
        copy.put(part)
    written = set(parts)
    gone = [(place, raw) for place, raw in file.gone if raw not in written]
    return StripResult(
        media_type=MEDIA_TYPE,
        size=copy.size,
        sha256=copy.sha256,
        removed=(*(Removal(place, len(raw), sha256_hex(raw)) for place, raw in gone), *trailer.removed),
        essence=(EssenceHash("image", "webp-coded", _coded_sha256(file)),),
        presentation_sha256=_presentation(file, extras),
        kept=remarks,
    )


def _presentation(file: WebpFile, extras: _Extras) -> str:
    return presentation_sha256(file, extras.orientation, extras.profile.colour_sha256 if extras.profile else "")


def _extras(file: WebpFile, chunks: tuple[Chunk, ...]) -> _Extras:
    """Decoders look only at chunks that the flags of VP8X announce."""
    first = {chunk.name: bytes(chunk.body) for chunk in reversed(chunks)}
    flags = max(file.flags, 0)
    remarks = [CREDENTIALS_DROPPED] if b"C2PA" in first else []
    remarks += [FURTHER_PICTURES_DROPPED for place, _ in file.gone if place in _FURTHER]
    remarks += [SEE_THROUGH_KEPT] if file.alpha else []
    profile, words = _profile(first[b"ICCP"]) if flags & ICC and b"ICCP" in first else (None, ())
    exif, xmp = flags & EXIF and b"EXIF" in first, flags & XMP and b"XMP " in first
    turn = tiff_orientation(first[b"EXIF"]) if exif else xmp_orientation(first[b"XMP "]) if xmp else 1
    if turn != 1 and not exif:
        remarks.append(TURN_MOVED)
    return _Extras(profile, turn, (*remarks, *words))


def _profile(body: bytes) -> tuple[NeutralProfile | None, tuple[str, ...]]:
    try:
        neutral = neutralise(body)
    except BadMedia:
        neutral = None
    if neutral is None:
        return None, (PROFILE_DROPPED,)
    return neutral, () if neutral.colour_sha256 in COMMON else (PROFILE_RARE,)


def _refuse_text(file: WebpFile) -> None:
    for frame in file.frames:
        for name, body in frame.picture.parts():
            ends = partition_ends(bytes(body)) if name == b"VP8 " else ()
            if any(ends_in_word(bytes(body[max(0, end - 256) : end])) for end in ends):
                raise HiddenInPicture("readable text in the coded picture")
            if (name != b"ALPH" or body[0] & 3) and holds_text(bytes(body)):
                raise HiddenInPicture("readable text in the coded picture")


def _obey(choices: StripChoices, remarks: tuple[str, ...]) -> None:
    if CREDENTIALS_DROPPED in remarks:
        refuse_if(choices.credentials, "keep", CredentialsKept)
    if SECOND_IMAGES_DROPPED.intersection(remarks):
        refuse_if(choices.second_images, "refuse", SecondImages)


def _parts(file: WebpFile, extras: _Extras) -> list[bytes]:
    """Chunks of the copy in order."""
    flags = ICC * bool(extras.profile) | ALPHA * file.alpha | EXIF * (extras.orientation != 1)
    flags |= ANIMATED * bool(file.animation)
    parts = []
    if flags & ~ALPHA or any(frame.picture.alpha for frame in file.frames):
        canvas = (file.width - 1).to_bytes(3, "little") + (file.height - 1).to_bytes(3, "little")
        parts.append(chunk_bytes(b"VP8X", bytes([flags, 0, 0, 0]) + canvas))
    if extras.profile:
        parts.append(chunk_bytes(b"ICCP", extras.profile.data))
    if file.animation:
        parts.append(chunk_bytes(b"ANIM", file.animation))
    for frame in file.frames:
        parts += _picture(frame)
    if extras.orientation != 1:
        parts.append(chunk_bytes(b"EXIF", orientation_body(extras.orientation)[6:]))
    return parts


def _picture(frame: Frame) -> list[bytes]:
    parts = [chunk_bytes(name, body) for name, body in frame.picture.parts()]
    return [chunk_bytes(b"ANMF", frame.head + b"".join(parts))] if frame.head else parts


def _coded_sha256(file: WebpFile) -> str:
    hasher = hashlib.sha256()
    for frame in file.frames:
        for name, body in frame.picture.parts():
            hasher.update(name + len(body).to_bytes(4, "little"))
            hasher.update(body)
    return hasher.hexdigest()
