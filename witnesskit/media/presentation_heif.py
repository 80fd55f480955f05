"""How a HEIC, HEIF or AVIF picture is shown (docs/spec/essence-heif.md): a digest of what the writer keeps."""

from __future__ import annotations

from dataclasses import dataclass

from witnesskit.formats.heif_whole import read_whole
from witnesskit.media.presentation_jpeg import presentation_jpeg
from witnesskit.model import SeekableReader


@dataclass(frozen=True)
class _Held:
    data: bytes

    @property
    def size(self) -> int:
        return len(self.data)

    def read_at(self, offset: int, length: int, /) -> bytes:
        return self.data[offset : offset + length]


def presentation_heif(reader: SeekableReader) -> str:
    """64 hex digits; raises the leaves of ``errors/media.py`` and ``errors/strip.py``."""
    return read_whole(reader, lambda data: (data, presentation_jpeg(_Held(data)))).presentation()
