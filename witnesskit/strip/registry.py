"""Which rewriter makes the copy of which kind of file: an explicit list, and everything else is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from witnesskit.errors.strip import UnknownFormat
from witnesskit.media_model import DEFAULT_CHOICES, StripChoices, StripResult
from witnesskit.model import SeekableReader, Sink

Rewriter = Callable[[SeekableReader, Sink, StripChoices], StripResult]


def _jpeg() -> Rewriter:
    from witnesskit.strip.jpeg import strip_jpeg

    return strip_jpeg


def _film() -> Rewriter:
    from witnesskit.strip.isobmff import strip_isobmff

    return strip_isobmff


def _gif() -> Rewriter:
    from witnesskit.strip.gif import strip_gif

    return strip_gif


def _png() -> Rewriter:
    from witnesskit.strip.png import strip_png

    return strip_png


def _webp() -> Rewriter:
    from witnesskit.strip.webp import strip_webp

    return strip_webp


def _wave() -> Rewriter:
    from witnesskit.strip.wave import strip_wave

    return strip_wave


def _mp3() -> Rewriter:
    from witnesskit.strip.mp3 import strip_mp3

    return strip_mp3


def _avi() -> Rewriter:
    from witnesskit.strip.avi import strip_avi

    return strip_avi


def _flac() -> Rewriter:
    from witnesskit.strip.flac import strip_flac

    return strip_flac


def _ogg() -> Rewriter:
    from witnesskit.strip.ogg import strip_ogg

    return strip_ogg


def _tiff() -> Rewriter:
    from witnesskit.strip.tiff import strip_tiff

    return strip_tiff


def _camera_raw() -> Rewriter:
    from witnesskit.strip.tiff import strip_camera_raw

    return strip_camera_raw


CAMERA_RAWS: Final = tuple(
    f"image/x-{name}"
    for name in (
        "canon-cr2", "canon-cr3", "canon-crw", "fuji-raf", "minolta-mrw", "olympus-orf", "panasonic-rw2",
        "phaseone-iiq", "sigma-x3f",
    )
)  # fmt: skip


def _heif() -> Rewriter:
    from witnesskit.strip.heif import strip_heif

    return strip_heif


def _matroska() -> Rewriter:
    from witnesskit.strip.matroska import strip_matroska

    return strip_matroska


def _transport() -> Rewriter:
    from witnesskit.strip.ts import strip_ts

    return strip_ts


REWRITERS: Final[dict[str, Callable[[], Rewriter]]] = {
    "image/jpeg": _jpeg,
    "image/png": _png,
    "image/gif": _gif,
    "image/webp": _webp,
    "video/mp4": _film,
    "video/quicktime": _film,
    "audio/wav": _wave,
    "video/x-msvideo": _avi,
    "audio/mpeg": _mp3,
    "audio/flac": _flac,
    "application/ogg": _ogg,
    "image/tiff": _tiff,
    **dict.fromkeys(CAMERA_RAWS, _camera_raw),
    "image/heic": _heif,
    "image/avif": _heif,
    "image/heif": _heif,
    "video/x-matroska": _matroska,
    "video/webm": _matroska,
    "video/mp2t": _transport,
}


def strip(
    reader: SeekableReader, media_type: str, sink: Sink, choices: StripChoices = DEFAULT_CHOICES
) -> StripResult:
    """Write the shareable copy of ``reader``, a file of ``media_type``, to ``sink``, in order.

    Raises ``UnknownFormat`` for every other type, the leaves of ``errors/media.py`` and ``errors/strip.py``;
    after a refusal what the sink took must be destroyed.
    """
    rewriter = REWRITERS.get(media_type)
    if rewriter is None:
        raise UnknownFormat(media_type)
    return rewriter()(reader, sink, choices)
