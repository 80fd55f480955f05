"""HEIF pictures, decoded by PyAV: one coded item or a grid of them, turned and cut as the file says."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any, Final

from PIL import Image

from witnesskit.errors.derive import ChoiceDoesNotFit, Undecodable
from witnesskit.errors.media import BadMedia, MediaTooLarge
from witnesskit.media_limits import PICTURE_PIXELS_MAX
from witnesskit.model import SeekableReader
from witnesskit.strip.derivation import Derivation, Span
from witnesskit.strip.heif_shown import Shown, read_shown
from witnesskit.strip.recode_picture import COLOURS_GUESSED, in_srgb, recode_shown
from witnesskit.strip.recode_source import DECODING_ERRORS, Made, bound, opened

_UNSPECIFIED: Final = 2  # AVColorSpace; and of primaries
_BT709: Final = 1
_BT601: Final = 5  # AVCOL_SPC_BT470BG: what readers take where the file says nothing


def recode_heif(reader: SeekableReader, derivation: Derivation) -> tuple[Made, dict[str, int], tuple[str, ...]]:
    """As ``recode_picture``; raises BadMedia, UnsupportedMedia for an overlay, and MediaTooLarge besides."""
    if derivation.stills or derivation.trim != Span() or any(box.span != Span() for box in derivation.boxes):
        raise ChoiceDoesNotFit
    shown = read_shown(reader)
    picture = _composed(reader, shown)
    for kind, body in shown.turns:
        picture = _turned(picture, kind, body)
    picture, known = in_srgb(picture, shown.profile)
    odd = not shown.profile and shown.primaries not in (_BT709, _UNSPECIFIED)
    return recode_shown(picture, (COLOURS_GUESSED,) if odd or not known else (), derivation)


def _composed(reader: SeekableReader, shown: Shown) -> Image.Image:
    """Every tile at its place; a tile that cannot be decoded is a refusal, not a hole."""
    places = {item: number for number, item in enumerate(shown.tiles)}
    whole = Image.new("RGB", (shown.width, shown.height)) if shown.width else None
    done: set[int] = set()
    size = (0, 0)
    for item, tile in _decoded(reader, frozenset(places)):
        if whole is None:
            return tile
        size = size if size != (0, 0) else tile.size
        if tile.size != size or not _covers(size, shown):
            raise BadMedia("tiles")
        number = places[item]
        whole.paste(tile, (number % shown.columns * size[0], number // shown.columns * size[1]))
        done.add(item)
    if whole is None or done != set(places):
        raise Undecodable
    return whole


def _covers(size: tuple[int, int], shown: Shown) -> bool:
    rows = len(shown.tiles) // shown.columns
    return size[0] * shown.columns >= shown.width and size[1] * rows >= shown.height


def _decoded(reader: SeekableReader, wanted: frozenset[int]) -> Iterator[tuple[int, Image.Image]]:
    with opened(reader) as container:
        streams: list[Any] = [
            one for one in container.streams.video if one.id in wanted and one.codec_context is not None
        ]
        for stream in streams:
            bound(stream.codec_context)
        seen: set[int] = set()
        for packet in container.demux(*streams) if streams else ():
            try:
                frames: list[Any] = list(packet.decode())
            except DECODING_ERRORS:
                raise Undecodable from None
            number = packet.stream.id
            if frames and number not in seen:
                seen.add(number)
                yield number, _picture(frames[0])


def _picture(frame: Any) -> Image.Image:
    if frame.width * frame.height > PICTURE_PIXELS_MAX:
        raise MediaTooLarge("points")
    source = _BT601 if int(frame.colorspace) == _UNSPECIFIED else int(frame.colorspace)
    made: Image.Image = frame.reformat(format="rgb24", src_colorspace=source).to_image()
    return made


def _turned(picture: Image.Image, kind: bytes, body: bytes) -> Image.Image:
    if kind == b"irot":
        turns = (body[0] if body else 0) & 3  # quarters counterclockwise
        return picture.rotate(90 * turns, expand=True) if turns else picture
    if kind == b"imir":
        across = (body[0] if body else 0) & 1
        return picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT if across else Image.Transpose.FLIP_TOP_BOTTOM)
    return _cut(picture, body)


def _cut(picture: Image.Image, body: bytes) -> Image.Image:
    """The clean aperture (ISO/IEC 14496-12 clause 12.1.4): only what it shows."""
    if len(body) < 32:
        raise BadMedia("clap")
    numbers = struct.unpack(">IIIIiIiI", body[:32])
    if not all(numbers[1::2]):
        raise BadMedia("clap")
    width, height, right, down = (numbers[n] / numbers[n + 1] for n in (0, 2, 4, 6))
    left = (picture.width - width) / 2 + right
    top = (picture.height - height) / 2 + down
    box = (round(left), round(top), round(left + width), round(top + height))
    if not (0 <= box[0] < box[2] <= picture.width and 0 <= box[1] < box[3] <= picture.height):
        raise BadMedia("clap")
    return picture.crop(box)
