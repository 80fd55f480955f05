"""What a file gives away: each container has its own reader, and what has none is UNKNOWN, never clean."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from witnesskit.errors import WitnesskitError
from witnesskit.media.probe import kind_of
from witnesskit.media_model import Finding, Inspection
from witnesskit.model import SeekableReader

Inspector = Callable[[SeekableReader], Inspection]


def _jpeg() -> Inspector:
    from witnesskit.media.inspect_jpeg import inspect_jpeg

    return inspect_jpeg


def _film() -> Inspector:
    from witnesskit.media.inspect_isobmff import inspect_isobmff

    return inspect_isobmff


def _gif() -> Inspector:
    from witnesskit.media.inspect_gif import inspect_gif

    return inspect_gif


def _png() -> Inspector:
    from witnesskit.media.inspect_png import inspect_png

    return inspect_png


def _webp() -> Inspector:
    from witnesskit.media.inspect_webp import inspect_webp

    return inspect_webp


def _wave() -> Inspector:
    from witnesskit.media.inspect_wave import inspect_wave

    return inspect_wave


def _mp3() -> Inspector:
    from witnesskit.media.inspect_mp3 import inspect_mp3

    return inspect_mp3


def _avi() -> Inspector:
    from witnesskit.media.inspect_avi import inspect_avi

    return inspect_avi


def _flac() -> Inspector:
    from witnesskit.media.inspect_flac import inspect_flac

    return inspect_flac


def _ogg() -> Inspector:
    from witnesskit.media.inspect_ogg import inspect_ogg

    return inspect_ogg


def _tiff() -> Inspector:
    from witnesskit.media.inspect_tiff import inspect_tiff

    return inspect_tiff


def _heif() -> Inspector:
    from witnesskit.media.inspect_heif import inspect_heif

    return inspect_heif


def _matroska() -> Inspector:
    from witnesskit.media.inspect_matroska import inspect_matroska

    return inspect_matroska


def _transport() -> Inspector:
    from witnesskit.media.inspect_ts import inspect_ts

    return inspect_ts


INSPECTORS: Final[dict[str, Callable[[], Inspector]]] = {
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
    **dict.fromkeys(
        ("image/tiff", "image/x-canon-cr2", "image/x-olympus-orf", "image/x-panasonic-rw2", "image/x-phaseone-iiq"),
        _tiff,
    ),
    "image/heic": _heif,
    "image/avif": _heif,
    "image/heif": _heif,
    "video/x-matroska": _matroska,
    "video/webm": _matroska,
    "video/mp2t": _transport,
}


def inspect(reader: SeekableReader) -> Inspection:
    """Inspect a picture, film or sound; never raises on its content.

    CLEAN only where a reader of ours understood every byte; hostile files belong in the jail's child.
    """
    kind = kind_of(reader)
    known = INSPECTORS.get(kind)
    if known is None:
        return Inspection(Finding.UNKNOWN, kind, reason="no reader of ours knows this kind of file")
    try:
        return known()(reader)
    except WitnesskitError as refusal:
        return Inspection(Finding.UNKNOWN, kind, reason=f"{refusal.code} {refusal.detail}".strip())
