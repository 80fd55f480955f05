"""What to look for in a copy beside the values that the inspection of its original names: by kind of file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from witnesskit.model import SeekableReader

Needles = Callable[[SeekableReader], Iterator[bytes]]


def _jpeg() -> Needles:
    from witnesskit.media.needles_jpeg import needles_jpeg

    return needles_jpeg


def _png() -> Needles:
    from witnesskit.media.needles_png import needles_png

    return needles_png


def _gif() -> Needles:
    from witnesskit.media.needles_gif import needles_gif

    return needles_gif


def _webp() -> Needles:
    from witnesskit.media.needles_webp import needles_webp

    return needles_webp


def _wave() -> Needles:
    from witnesskit.media.needles_riff import needles_wave

    return needles_wave


def _avi() -> Needles:
    from witnesskit.media.needles_riff import needles_avi

    return needles_avi


def _mp3() -> Needles:
    from witnesskit.media.needles_mp3 import needles_mp3

    return needles_mp3


def _flac() -> Needles:
    from witnesskit.media.needles_sound import needles_flac

    return needles_flac


def _ogg() -> Needles:
    from witnesskit.media.inspect_ogg import needles_ogg

    return needles_ogg


def _tiff() -> Needles:
    from witnesskit.media.needles_tiff import needles_tiff

    return needles_tiff


def _heif() -> Needles:
    from witnesskit.media.needles_heif import needles_heif

    return needles_heif


def _matroska() -> Needles:
    from witnesskit.media.needles_matroska import needles_matroska

    return needles_matroska


def _transport() -> Needles:
    from witnesskit.media.inspect_ts import needles_ts

    return needles_ts


MORE_NEEDLES: Final[dict[str, Callable[[], Needles]]] = {
    "image/jpeg": _jpeg,
    "image/png": _png,
    "image/gif": _gif,
    "image/webp": _webp,
    "audio/wav": _wave,
    "video/x-msvideo": _avi,
    "audio/mpeg": _mp3,
    "audio/flac": _flac,
    "application/ogg": _ogg,
    "image/tiff": _tiff,
    "image/x-adobe-dng": _tiff,
    **dict.fromkeys(("image/heic", "image/avif", "image/heif"), _heif),
    "video/x-matroska": _matroska,
    "video/webm": _matroska,
    "video/mp2t": _transport,
}
