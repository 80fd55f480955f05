"""What to look for in the copy of an MP3 file beside what its inspection names: words of its tags."""

from __future__ import annotations

from collections.abc import Iterator

from witnesskit.media.needles_words import words
from witnesskit.media.walk_mp3 import walk_mp3
from witnesskit.media_limits import RIFF_TEXT_MAX
from witnesskit.model import SeekableReader


def needles_mp3(reader: SeekableReader) -> Iterator[bytes]:
    """Readable words of everything that is not a frame; pictures' words only where long."""
    for _, first, last in walk_mp3(reader).others:
        yield from words(reader.read_at(first, min(last - first, RIFF_TEXT_MAX)), least=8)
