"""What to look for in the copy of a WAVE or AVI file beside what its inspection names: words of what goes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from witnesskit.errors import WitnesskitError
from witnesskit.media.avi_walk import walk_avi
from witnesskit.media.needles_words import of_exif_block, words
from witnesskit.media.walk_riff import read_chunks
from witnesskit.media.wave_facts import WaveFacts, wave_facts
from witnesskit.model import SeekableReader

_INNER_MAX: Final = 1_000


def needles_wave(reader: SeekableReader) -> Iterator[bytes]:
    """Readable words of the chunks around the sound, and of what follows the last one."""
    try:
        facts: WaveFacts = wave_facts(reader)
    except WitnesskitError:
        return
    for chunk in facts.chunks:
        if chunk.kind not in ("fmt ", "data"):
            yield from _of_body(chunk.text(reader))


def needles_avi(reader: SeekableReader) -> Iterator[bytes]:
    """Readable words of the chunks that are neither headers of streams nor pictures nor sound."""
    try:
        walk = walk_avi(reader)
    except WitnesskitError:
        return
    for _, chunk in walk.others:
        inner = [chunk]
        if chunk.kind == "LIST":  # names of chunks stand beside their texts, and in every copy
            inner, _ = read_chunks(reader, min(chunk.first + 4, chunk.last), chunk.last)
        for one in inner[:_INNER_MAX]:
            yield from _of_body(one.text(reader))


def _of_body(body: bytes) -> Iterator[bytes]:
    yield from words(body, least=8)
    at = body.find(b"Exif\0\0")
    if at >= 0:
        yield from of_exif_block(body[at + 6 :])
