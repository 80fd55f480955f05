"""How a file is shown: a digest of everything that decides it beside the coded bytes (docs/spec/essence.md)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from witnesskit.errors.media import UnsupportedMedia
from witnesskit.media.probe import kind_of
from witnesskit.model import SeekableReader

PresentationReader = Callable[[SeekableReader], str]


def _jpeg() -> PresentationReader:
    from witnesskit.media.presentation_jpeg import presentation_jpeg

    return presentation_jpeg


def _film() -> PresentationReader:
    from witnesskit.formats.isobmff_movie import read_film
    from witnesskit.formats.isobmff_presentation import film_presentation

    return lambda reader: film_presentation(read_film(reader, left_out=False))


def _gif() -> PresentationReader:
    from witnesskit.media.presentation_gif import presentation_gif

    return presentation_gif


def _png() -> PresentationReader:
    from witnesskit.media.presentation_png import presentation_png

    return presentation_png


def _webp() -> PresentationReader:
    from witnesskit.media.presentation_webp import presentation_webp

    return presentation_webp


def _wave() -> PresentationReader:
    from witnesskit.media.essence_wave import presentation_wave

    return presentation_wave


def _mp3() -> PresentationReader:
    from witnesskit.media.essence_mp3 import presentation_mp3

    return presentation_mp3


def _avi() -> PresentationReader:
    from witnesskit.media.avi_essence import presentation_avi

    return presentation_avi


def _flac() -> PresentationReader:
    from witnesskit.media.essence_flac import presentation_flac

    return presentation_flac


def _ogg() -> PresentationReader:
    from witnesskit.media.inspect_ogg import presentation_ogg

    return presentation_ogg


def _tiff() -> PresentationReader:
    from witnesskit.formats.tiff_document import presentation_sha256, read_document

    return lambda reader: presentation_sha256(read_document(reader))


def _heif() -> PresentationReader:
    from witnesskit.media.presentation_heif import presentation_heif

    return presentation_heif


def _matroska() -> PresentationReader:
    from witnesskit.formats.matroska_presentation import matroska_presentation

    return matroska_presentation


def _transport() -> PresentationReader:
    from witnesskit.media.inspect_ts import presentation_ts

    return presentation_ts


PRESENTATIONS: Final[dict[str, Callable[[], PresentationReader]]] = {
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
    "image/heic": _heif,
    "image/avif": _heif,
    "image/heif": _heif,
    "video/x-matroska": _matroska,
    "video/webm": _matroska,
    "video/mp2t": _transport,
}


def presentation_sha256(reader: SeekableReader) -> str:
    """64 hex digits; raises the leaves of ``errors/media.py`` and ``errors/strip.py``."""
    known = PRESENTATIONS.get(kind_of(reader))
    if known is None:
        raise UnsupportedMedia("no presentation is defined for this kind of file")
    return known()(reader)
