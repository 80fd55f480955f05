"""What to look for in the copy of a sound file beside what its inspection names: words of its metadata."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from witnesskit.limits import KIB
from witnesskit.media.needles_words import words
from witnesskit.media.walk_flac import walk_blocks
from witnesskit.model import SeekableReader

_READ: Final = 256 * KIB
_TERMS: Final = frozenset({b"WAVEFORMATEXTENSIBLE_CHANNEL_MASK"})


def needles_flac(reader: SeekableReader) -> Iterator[bytes]:
    """Words of every block but those that speak of the sound alone, and of what stands in front.

    Texts behind the sound are named by the inspection.
    """
    walk = walk_blocks(reader)
    texts = [one.body[:_READ] for one in walk.blocks if one.kind not in (0, 3)]
    texts.append(reader.read_at(0, min(walk.start, _READ)))
    for text in texts:
        for word in words(text):
            if word not in _TERMS:
                yield word
