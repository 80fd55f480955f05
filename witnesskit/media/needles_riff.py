"""What to look for in the copy of a WAVE file beside what its inspection names: words of every chunk that goes."""

from __future__ import annotations

from collections.abc import Iterator

from witnesskit.errors import WitnesskitError
from witnesskit.media.needles_words import of_exif_block, words
from witnesskit.media.wave_facts import WaveFacts, wave_facts
from witnesskit.model import SeekableReader


def needles_wave(reader: SeekableReader) -> Iterator[bytes]:
    """Readable words of the chunks around the sound, and of what follows the last one."""
    try:
        facts: WaveFacts = wave_facts(reader)
    except WitnesskitError:
        return
    for chunk in facts.chunks:
        if chunk.kind not in ("fmt ", "data"):
            body = chunk.text(reader)
            yield from words(body)
            at = body.find(b"Exif\0\0")
            if at >= 0:
                yield from of_exif_block(body[at + 6 :])
