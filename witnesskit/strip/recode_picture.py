"""A picture coded anew with Pillow: one baseline JPEG in sRGB, turned as it is shown, and nothing else.

Only the first picture of the file is decoded; gain maps, bursts, films and every block of metadata stay behind.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from typing import Any, Final

from PIL import (
    AvifImagePlugin,
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    ImageCms,
    ImageDraw,
    ImageOps,
    JpegImagePlugin,
    MpoImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from witnesskit.errors.derive import ChoiceDoesNotFit, Undecodable
from witnesskit.errors.media import MediaTooLarge, UnsupportedMedia
from witnesskit.media_limits import PICTURE_PIXELS_MAX
from witnesskit.model import SeekableReader
from witnesskit.strip.derivation import Derivation, Span, blocks_of, in_picture, made_size
from witnesskit.strip.recode_source import Made, ReaderFile

MEDIA_TYPE: Final = "image/jpeg"
QUALITY: Final = 80  # of 100; coarser steps hide more of the sensor's pattern
_PLUGINS: Final = (
    AvifImagePlugin, BmpImagePlugin, GifImagePlugin, JpegImagePlugin, MpoImagePlugin, PngImagePlugin,
    TiffImagePlugin, WebPImagePlugin,
)  # fmt: skip
FORMATS: Final = ("AVIF", "BMP", "GIF", "JPEG", "PNG", "TIFF", "WEBP")
_SUBFILE_TYPE: Final = 254  # TIFF 6.0: bit 0 is set for a reduced picture
COLOURS_GUESSED: Final = "the colour profile could not be used: colours may look different"
SEE_THROUGH: Final = "parts that could be seen through are white now"
FIRST_ONLY: Final = "only the first of several pictures was taken"
AvifImagePlugin.DEFAULT_MAX_THREADS = 1  # the jail lets no thread start
PICTURE_ERRORS: Final = (OSError, ValueError, SyntaxError, TypeError, KeyError, IndexError, EOFError, ArithmeticError)


def recode_picture(reader: SeekableReader, derivation: Derivation) -> tuple[Made, dict[str, int], tuple[str, ...]]:
    """(the JPEG, its facts, what must be said). Raises Undecodable, MediaTooLarge, BadRegion, ChoiceDoesNotFit."""
    if derivation.stills or derivation.trim != Span() or any(box.span != Span() for box in derivation.boxes):
        raise ChoiceDoesNotFit
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return recode_shown(*_shown(reader), derivation)
    except Image.DecompressionBombError:
        raise MediaTooLarge("points") from None
    except PICTURE_ERRORS:
        raise Undecodable from None


def recode_shown(
    picture: Image.Image, remarks: tuple[str, ...], derivation: Derivation
) -> tuple[Made, dict[str, int], tuple[str, ...]]:
    """Boxes, crop, half size, blocks, JPEG: of an RGB picture as it is shown."""
    in_picture(derivation.regions, *picture.size)
    draw = ImageDraw.Draw(picture)
    for box in derivation.boxes:
        region = box.region
        last = (region.x + region.width - 1, region.y + region.height - 1)
        draw.rectangle(((region.x, region.y), last), fill=(0, 0, 0))
    size = made_size(derivation, *picture.size)
    if derivation.crop is not None:
        crop = derivation.crop
        picture = picture.crop((crop.x, crop.y, crop.x + crop.width, crop.y + crop.height))
    if derivation.pixelate:
        coarse = picture.resize(blocks_of(*size), Image.Resampling.BOX)
        picture = coarse.resize(size, Image.Resampling.NEAREST)
    elif picture.size != size:
        picture = picture.resize(size, Image.Resampling.BOX)
    return _jpeg(picture), {"width": size[0], "height": size[1]}, remarks


def _jpeg(picture: Image.Image) -> Made:
    # a new picture of the same points: nothing that Pillow knows of the original is written with it
    bare = Image.frombytes("RGB", picture.size, picture.tobytes())
    made = Made()
    bare.save(made, "JPEG", quality=QUALITY, subsampling="4:2:0", progressive=False)
    return made


def _shown(reader: SeekableReader) -> tuple[Image.Image, tuple[str, ...]]:
    Image.MAX_IMAGE_PIXELS = PICTURE_PIXELS_MAX // 2  # Pillow raises at twice this
    with Image.open(io.BufferedReader(ReaderFile(reader)), formats=FORMATS) as opened:
        remarks = [FIRST_ONLY] if getattr(opened, "n_frames", 1) > 1 else []
        _refuse_preview(opened)
        profile = opened.info.get("icc_profile")
        opened.load()
        turned: Any = ImageOps.exif_transpose(opened)
        remarks += _flatten_remarks(turned)
        picture, known = in_srgb(turned, profile)
        return picture, (*remarks, *(() if known else (COLOURS_GUESSED,)))


def _refuse_preview(opened: Image.Image) -> None:
    """A raw photograph shows a small preview first; the picture itself needs a developer."""
    if isinstance(opened, TiffImagePlugin.TiffImageFile) and int(opened.tag_v2.get(_SUBFILE_TYPE, 0)) & 1:
        raise UnsupportedMedia("raw")


def _flatten_remarks(picture: Image.Image) -> Iterator[str]:
    if "A" in picture.getbands() or "transparency" in picture.info:
        yield SEE_THROUGH


def in_srgb(picture: Image.Image, profile: object) -> tuple[Image.Image, bool]:
    """(the picture in RGB without alpha, whether its colours are known to be right)."""
    plain = _plain(picture)
    if not isinstance(profile, bytes) or not profile:
        return plain.convert("RGB"), True
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        made = ImageCms.profileToProfile(plain, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return plain.convert("RGB"), False
    return (plain.convert("RGB"), False) if made is None else (made, True)


def _plain(picture: Image.Image) -> Image.Image:
    """L, RGB or CMYK without alpha, on white."""
    if picture.mode.startswith("I"):
        return picture.point(lambda value: value / 256).convert("L")
    if "A" in picture.getbands() or "transparency" in picture.info:
        see_through = picture.convert("RGBA")
        white = Image.new("RGBA", see_through.size, (255, 255, 255, 255))
        return Image.alpha_composite(white, see_through).convert("RGB")
    if picture.mode in ("L", "RGB", "CMYK"):
        return picture
    return picture.convert("RGB")
