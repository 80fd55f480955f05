"""How a file is shown: a digest of everything that decides it beside the coded bytes (docs/spec/essence.md)."""

from __future__ import annotations

from witnesskit.errors.media import UnsupportedMedia
from witnesskit.media.probe import HEAD_SIZE, media_type
from witnesskit.model import SeekableReader


def presentation_sha256(reader: SeekableReader) -> str:
    """64 hex digits; raises the leaves of ``errors/media.py`` and ``errors/strip.py``."""
    kind = media_type(reader.read_at(0, HEAD_SIZE))
    if kind == "image/jpeg":
        from witnesskit.media.presentation_jpeg import presentation_jpeg

        return presentation_jpeg(reader)
    if kind in ("video/mp4", "video/quicktime"):
        from witnesskit.formats.isobmff_movie import read_film
        from witnesskit.formats.isobmff_presentation import film_presentation

        return film_presentation(read_film(reader, left_out=False))
    raise UnsupportedMedia("no presentation is defined for this kind of file")
