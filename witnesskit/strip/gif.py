"""The shareable copy of a GIF: the same codes, how they are shown, and nothing else.

What is written, always in this order: head (89a), screen, global colours, loop count of an animation, colour profile,
then for every picture its control, place, own colours and codes in sub-blocks of 255 bytes; trailer.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from witnesskit.digest import sha256_hex
from witnesskit.errors.media import BadMedia, MediaCut, MediaTooLarge
from witnesskit.errors.strip import CredentialsKept, HiddenFootage, SecondImages
from witnesskit.formats.gif import (
    APPLICATION,
    COMMENT,
    CONTROL,
    PLAIN_TEXT,
    Extension,
    Gif,
    Image,
    parse_gif,
    sub_blocks,
)
from witnesskit.formats.gif_lzw import CodeReader
from witnesskit.formats.gif_tables import Coded, Tables, aspect, neutral_tables, presentation_sha256
from witnesskit.formats.icc import COMMON, NeutralProfile, neutralise
from witnesskit.formats.orientation_words import xmp_orientation
from witnesskit.media_limits import GIF_MAX
from witnesskit.media_model import DEFAULT_CHOICES, EssenceHash, Removal, StripChoices, StripResult
from witnesskit.model import SeekableReader, Sink
from witnesskit.strip.copying import Copying, refuse_if
from witnesskit.strip.jpeg_trailer import remove_trailer
from witnesskit.strip.remarks import (
    CREDENTIALS_DROPPED,
    OUTSIDE_KEPT,
    PROFILE_DROPPED,
    PROFILE_RARE,
    SECOND_IMAGES_DROPPED,
    TURN_DROPPED,
)

MEDIA_TYPE = "image/gif"
_LOOPS: Final = (b"NETSCAPE2.0", b"ANIMEXTS1.0")
_PROFILE: Final = b"ICCRGBG1012"
_CREDENTIALS: Final = b"C2PA_GIF"
_NAMES: Final = {COMMENT: "comment", PLAIN_TEXT: "plain text", CONTROL: "graphic control", -1: "zero bytes"}
_SIZE_BITS: Final = {3 << (bits + 1): bits for bits in range(8)}


@dataclass(frozen=True)
class _Extras:
    """Plays of the animation (-1: nothing is said), profile, and what must be said."""

    loops: int
    profile: NeutralProfile | None
    remarks: tuple[str, ...]


def strip_gif(reader: SeekableReader, sink: Sink, choices: StripChoices = DEFAULT_CHOICES) -> StripResult:
    """Write a copy of the GIF in ``reader`` to ``sink`` that keeps its pictures and nothing that identifies.

    Nothing is written before all codes were read. Raises ``BadMedia``, ``MediaCut`` or ``MediaTooLarge``, and
    the refusals the policy asks for; what the sink raises passes.
    """
    gif = _read(reader)
    coded = _coded(gif)
    tables = neutral_tables(gif, coded)
    extras = _extras(gif)
    trailer = remove_trailer(reader, gif.end)
    remarks = tuple(dict.fromkeys((*extras.remarks, *trailer.remarks)))
    _obey(choices, remarks)
    written = _applications(extras)
    copy = Copying(sink)
    copy.put(_screen(gif, tables) + b"".join(written))
    for image, codes, colours in zip(gif.images, coded, tables.images, strict=True):
        copy.put(_picture(image, codes.codes, colours))
    copy.put(b"\x3b")
    icc = extras.profile.colour_sha256 if extras.profile else ""
    return StripResult(
        media_type=MEDIA_TYPE,
        size=copy.size,
        sha256=copy.sha256,
        removed=(*_removed(gif, written), *_hidden(gif, coded, tables), *trailer.removed),
        essence=(EssenceHash("image", "gif-codes", _codes_sha256(gif, coded)),),
        presentation_sha256=presentation_sha256(gif, tables, extras.loops, icc),
        kept=remarks,
    )


def _read(reader: SeekableReader) -> Gif:
    try:
        gif = parse_gif(reader.read_at(0, min(reader.size, GIF_MAX)))
    except MediaCut:
        if reader.size > GIF_MAX:
            raise MediaTooLarge(f"no trailer in {GIF_MAX} bytes") from None
        raise
    if gif.end >= GIF_MAX and reader.size > GIF_MAX:
        raise MediaTooLarge(f"no trailer in {GIF_MAX} bytes")
    return gif


def _coded(gif: Gif) -> list[Coded]:
    """The codes of every picture; indexes beyond its table name no colour."""
    found, clears = [], 0
    for image in gif.images:
        _, _, width, height = image.rectangle
        codes = CodeReader(image.coded, image.minimum, width * height, clears)
        found.append(Coded(codes.read(), frozenset(codes.used)))
        clears = codes.clears
    return found


def _extras(gif: Gif) -> _Extras:
    loops, profile = -1, None
    credentials = any(one.application.startswith(_CREDENTIALS) for one in gif.extensions)
    remarks = [CREDENTIALS_DROPPED] if credentials else []
    for one in gif.extensions:
        if one.application in _LOOPS and any(block[0] == 1 and len(block) >= 3 for block in one.blocks[1:]):
            loops = int.from_bytes(
                next(block[1:3] for block in one.blocks[1:] if block[0] == 1 and len(block) >= 3), "little"
            )
        elif one.application == _PROFILE and profile is None:
            profile, words = _profile(one)
            remarks += words
        elif xmp_orientation(one.raw) != 1:
            remarks.append(TURN_DROPPED)
    right, bottom = gif.screen.width or 65_535, gif.screen.height or 65_535  # zero: as large as the first picture
    for left, top, width, height in (image.rectangle for image in gif.images):
        if left + width > right or top + height > bottom:
            remarks.append(OUTSIDE_KEPT)
            break
    return _Extras(loops if len(gif.images) > 1 else -1, profile, tuple(remarks))


def _profile(extension: Extension) -> tuple[NeutralProfile | None, list[str]]:
    try:
        neutral = neutralise(b"".join(extension.blocks[1:]))
    except BadMedia:
        neutral = None
    if neutral is None:
        return None, [PROFILE_DROPPED]
    return neutral, [] if neutral.colour_sha256 in COMMON else [PROFILE_RARE]


def _obey(choices: StripChoices, remarks: tuple[str, ...]) -> None:
    if CREDENTIALS_DROPPED in remarks:
        refuse_if(choices.credentials, "keep", CredentialsKept)
    if SECOND_IMAGES_DROPPED.intersection(remarks):
        refuse_if(choices.second_images, "refuse", SecondImages)
    if OUTSIDE_KEPT in remarks:
        refuse_if(choices.hidden_footage, "refuse", HiddenFootage)


def _screen(gif: Gif, tables: Tables) -> bytes:
    size = gif.screen.width.to_bytes(2, "little") + gif.screen.height.to_bytes(2, "little")
    flags = 0xF0 | _SIZE_BITS[len(tables.screen)] if tables.screen else 0x70
    return b"GIF89a" + size + bytes([flags, gif.screen.background, aspect(gif.screen.aspect)]) + tables.screen


def _applications(extras: _Extras) -> list[bytes]:
    """The application extensions of the copy."""
    bodies = []
    if extras.loops >= 0:
        bodies.append(_LOOPS[0] + b"\x03\x01" + extras.loops.to_bytes(2, "little") + b"\0")
    if extras.profile:
        bodies.append(_PROFILE + sub_blocks(extras.profile.data))
    return [bytes([0x21, APPLICATION, 11]) + body for body in bodies]


def _picture(image: Image, codes: bytes, colours: bytes) -> bytes:
    flags = 0x40 * image.interlaced | (0x80 | _SIZE_BITS[len(colours)] if colours else 0)
    control = b"\x21\xf9\x04" + image.control + b"\0" if image.control else b""
    head = b"\x2c" + image.place + bytes([flags]) + colours + bytes([image.minimum])
    return control + head + sub_blocks(codes)


def _removed(gif: Gif, written: list[bytes]) -> Iterator[Removal]:
    """Extensions that are not in the copy as they stand; controls go with their pictures."""
    for one in gif.extensions:
        if one.raw in written or (one.label == CONTROL and len(one.raw) == 8):
            continue
        name = one.application.decode("latin-1") or _NAMES.get(one.label, f"extension {one.label:02x}")
        yield Removal(f"GIF {name}", len(one.raw), sha256_hex(one.raw))


def _hidden(gif: Gif, coded: list[Coded], tables: Tables) -> Iterator[Removal]:
    for image, codes in zip(gif.images, coded, strict=True):
        behind = image.coded[len(codes.codes) :]
        if behind:
            yield Removal("behind the coded picture", len(behind), sha256_hex(behind))
    if tables.lost:
        yield Removal("unused colours", len(tables.lost), sha256_hex(tables.lost))


def _codes_sha256(gif: Gif, coded: list[Coded]) -> str:
    hasher = hashlib.sha256()
    for image, codes in zip(gif.images, coded, strict=True):
        hasher.update(bytes([image.minimum]) + codes.codes)
    return hasher.hexdigest()
