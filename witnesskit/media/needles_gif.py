"""What to look for in the copy of a GIF beside what its inspection names: words of its extensions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from witnesskit.limits import KIB
from witnesskit.media.needles_words import words
from witnesskit.media.walk_gif import walk_gif
from witnesskit.model import SeekableReader

_KEPT: Final = frozenset({"application NETSCAPE2.0", "application ANIMEXTS1.0", "application ICCRGBG1012"})
_BEHIND: Final = 256 * KIB


def needles_gif(reader: SeekableReader) -> Iterator[bytes]:
    """Words of comments, texts and application data, as one text and across sub-blocks, and of what stands behind."""
    walk = walk_gif(reader)
    for block in walk.blocks:
        if block.name not in _KEPT:
            yield from words(block.data)
            yield from words(b"".join(bytes([len(part)]) + part for part in block.parts))
    if walk.end:
        yield from words(reader.read_at(walk.end, _BEHIND), least=10)
