"""What Pillow says of a picture: format, size, mode, Exif of every directory, and all it keeps beside the picture."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from typing import Any, Final

import PIL
from PIL import (
    AvifImagePlugin,
    BmpImagePlugin,
    ExifTags,
    GifImagePlugin,
    Image,
    JpegImagePlugin,
    MpoImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from witnesskit.media.open_av import LookedAt
from witnesskit.media.reading import VALUES_MAX, Reading, told
from witnesskit.media_limits import PICTURE_PIXELS_MAX
from witnesskit.media_model import Revelation
from witnesskit.model import SeekableReader

_PLUGINS: Final = (
    AvifImagePlugin, BmpImagePlugin, GifImagePlugin, JpegImagePlugin, MpoImagePlugin, PngImagePlugin,
    TiffImagePlugin, WebPImagePlugin,
)  # fmt: skip
_FORMATS: Final = ("AVIF", "BMP", "GIF", "JPEG", "PNG", "TIFF", "WEBP")
_DIRECTORIES: Final = (ExifTags.IFD.Exif, ExifTags.IFD.GPSInfo, ExifTags.IFD.Interop, ExifTags.IFD.IFD1)
# what describes how the picture is coded, and no person
_CODING: Final = frozenset(
    {"jfif", "jfif_version", "jfif_unit", "jfif_density", "dpi", "gamma", "adobe", "adobe_transform", "progression",
     "progressive", "interlace", "transparency", "background", "duration", "loop", "version", "extension",
     "compression", "exif", "srgb", "chromaticity"}
)  # fmt: skip
_BLOCKS: Final = ("icc_profile", "photoshop", "mp", "mpoffset")
_POINTERS: Final = frozenset({"GPSInfo", "ExifOffset", "ExifInteroperabilityOffset", "JpegIFOffset", "StripOffsets"})
_ERRORS: Final = (
    OSError, ValueError, SyntaxError, TypeError, LookupError, AttributeError, ArithmeticError, EOFError,
    RecursionError, Image.DecompressionBombError,
)  # fmt: skip
AvifImagePlugin.DEFAULT_MAX_THREADS = 1  # the jail lets no thread start
NAME: Final = f"Pillow {PIL.__version__}"


def read_pillow(reader: SeekableReader) -> Reading:
    """Look at a picture without decoding it; never raises on its content."""
    Image.MAX_IMAGE_PIXELS = PICTURE_PIXELS_MAX // 2
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with Image.open(io.BufferedReader(LookedAt(reader)), formats=_FORMATS) as picture:
                return _read(picture)
        except _ERRORS as error:
            return Reading(NAME, failure=type(error).__name__)


def _read(picture: Image.Image) -> Reading:
    facts = (
        ("format", str(picture.format)),
        ("size", f"{picture.width} x {picture.height}"),
        ("mode", picture.mode),
        ("pictures", str(getattr(picture, "n_frames", 1))),
    )
    found: list[Revelation] = []
    try:
        for one in _values(picture):
            found += [one] if one is not None else []
            if len(found) >= VALUES_MAX:
                break
    except _ERRORS as error:
        return Reading(NAME, facts, tuple(found), type(error).__name__)
    return Reading(NAME, facts, tuple(found))


def _values(picture: Image.Image) -> Iterator[Revelation | None]:
    exif = picture.getexif()
    yield from _tags("Exif", exif)
    for directory in _DIRECTORIES:
        names = ExifTags.GPSTAGS if directory is ExifTags.IFD.GPSInfo else ExifTags.TAGS
        yield from _tags(f"Exif {directory.name}", exif.get_ifd(directory), names)
    for name, value in picture.info.items():
        if str(name) not in _CODING:
            yield told("info", name, f"{len(value)} bytes" if _is_block(name, value) else value)


def _tags(place: str, tags: Any, names: dict[int, str] = ExifTags.TAGS) -> Iterator[Revelation | None]:
    for number, value in tags.items():
        name = names.get(number, f"tag {number}")
        if name in _POINTERS:
            continue
        if isinstance(value, bytes | str | int | float | tuple) or hasattr(value, "numerator"):
            yield told(place, name, value)


def _is_block(name: object, value: object) -> bool:
    return isinstance(value, bytes) and (len(value) > 1000 or str(name) in _BLOCKS)
