"""How a file is shown: a digest of everything that decides it beside the coded bytes (docs/spec/essence.md)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from witnesskit.errors.media import UnsupportedMedia
from witnesskit.media.probe import HEAD_SIZE, media_type
from witnesskit.model import SeekableReader

PresentationReader = Callable[[SeekableReader], str]


def _jpeg() -> PresentationReader:
    from witnesskit.media.presentation_jpeg import presentation_jpeg

    return presentation_jpeg


def _film() -> PresentationReader:
    from witnesskit.formats.isobmff_movie import read_film
    from witnesskit.formats.isobmff_presentation import film_presentation

    return lambda reader: film_presentation(read_film(reader, left_out=False))


def _matroska() -> PresentationReader:
    from witnesskit.formats.matroska_presentation import matroska_presentation

    return matroska_presentation


PRESENTATIONS: Final[dict[str, Callable[[], PresentationReader]]] = {
    "image/jpeg": _jpeg,
    "video/mp4": _film,
    "video/quicktime": _film,
    "video/x-matroska": _matroska,
    "video/webm": _matroska,
}


def presentation_sha256(reader: SeekableReader) -> str:
    """64 hex digits; raises the leaves of ``errors/media.py`` and ``errors/strip.py``."""
    known = PRESENTATIONS.get(media_type(reader.read_at(0, HEAD_SIZE)))
    if known is None:
        raise UnsupportedMedia("no presentation is defined for this kind of file")
    return known()(reader)
