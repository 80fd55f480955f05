"""Which other readers look at which kind of file: pictures Pillow, films and sounds PyAV, the unknown both."""

from __future__ import annotations

from typing import Final

from witnesskit.media.probe import HEAD_SIZE, media_type
from witnesskit.media.read_av import read_av
from witnesskit.media.read_pillow import read_pillow
from witnesskit.model import Json, SeekableReader

READERS: Final = {"pillow": read_pillow, "av": read_av}
_FILMS_OF_PICTURES: Final = ("image/heic", "image/heif")


def readers_for(kind: str) -> tuple[str, ...]:
    """Names of the readers for a kind of file of the probe; empty is the unknown kind."""
    if not kind:
        return ("pillow", "av")
    if kind.startswith("image/") and kind not in _FILMS_OF_PICTURES:
        return ("pillow",)
    return ("av",)


def read_also(reader: SeekableReader) -> list[Json]:
    """What they say, as JSON; never raises on content."""
    kind = media_type(reader.read_at(0, HEAD_SIZE))
    return [READERS[name](reader).json() for name in readers_for(kind)]
