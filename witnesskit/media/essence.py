"""The essence of a file: digests of its coded pictures and sound alone (docs/spec/essence.md)."""

from __future__ import annotations

from witnesskit.errors.media import UnsupportedMedia
from witnesskit.media.probe import HEAD_SIZE, media_type
from witnesskit.model import EssenceHash, SeekableReader


def essence(reader: SeekableReader) -> tuple[EssenceHash, ...]:
    """One digest for each stream; raises the leaves of ``errors/media.py``."""
    kind = media_type(reader.read_at(0, HEAD_SIZE))
    if kind == "image/jpeg":
        from witnesskit.media.essence_jpeg import essence_jpeg

        return essence_jpeg(reader)
    if kind in ("video/mp4", "video/quicktime"):
        from witnesskit.media.essence_film import essence_film

        return essence_film(reader)
    raise UnsupportedMedia("no essence is defined for this kind of file")
