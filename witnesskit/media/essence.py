"""The essence of a file: digests of its coded pictures and sound alone (docs/spec/essence.md)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from witnesskit.errors.media import UnsupportedMedia
from witnesskit.media.probe import HEAD_SIZE, media_type
from witnesskit.model import EssenceHash, SeekableReader

EssenceReader = Callable[[SeekableReader], tuple[EssenceHash, ...]]


def _jpeg() -> EssenceReader:
    from witnesskit.media.essence_jpeg import essence_jpeg

    return essence_jpeg


def _film() -> EssenceReader:
    from witnesskit.media.essence_film import essence_film

    return essence_film


def _matroska() -> EssenceReader:
    from witnesskit.media.essence_matroska import essence_matroska

    return essence_matroska


ESSENCES: Final[dict[str, Callable[[], EssenceReader]]] = {
    "image/jpeg": _jpeg,
    "video/mp4": _film,
    "video/quicktime": _film,
    "video/x-matroska": _matroska,
    "video/webm": _matroska,
}


def essence(reader: SeekableReader) -> tuple[EssenceHash, ...]:
    """One digest for each stream; raises the leaves of ``errors/media.py``."""
    known = ESSENCES.get(media_type(reader.read_at(0, HEAD_SIZE)))
    if known is None:
        raise UnsupportedMedia("no essence is defined for this kind of file")
    return known()(reader)
