"""How a HEIC, HEIF or AVIF picture is shown (docs/spec/essence-heif.md): a digest of what the writer says it keeps."""

from __future__ import annotations

from dataclasses import dataclass

from witnesskit.errors.media import BadMedia
from witnesskit.formats.heif_file import read_file
from witnesskit.formats.heif_picture import read_picture
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
    file = read_file(reader)
    if file.meta is None:
        raise BadMedia("no items")
    return read_picture(reader, file.meta, lambda data: (data, presentation_jpeg(_Held(data))))[0].presentation()
