"""The second look at a copy: another reader than the writer's, and a search for everything the original gave away."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from witnesskit.media.inspect import inspect
from witnesskit.media.more_needles import MORE_NEEDLES
from witnesskit.media.needles import choose, forms, search
from witnesskit.media.probe import HEAD_SIZE, media_type
from witnesskit.media.walk_jpeg import walk_jpeg
from witnesskit.media_limits import HELD_MAX, JPEG_MAX
from witnesskit.media_model import Finding, Inspection, Revelation
from witnesskit.model import SeekableReader

_TABLES = (0xDB, 0xC4)


@dataclass(frozen=True)
class InMemory:
    """A file that was read once."""

    data: bytes

    @property
    def size(self) -> int:
        """Bytes in the file."""
        return len(self.data)

    def read_at(self, offset: int, length: int, /) -> bytes:
        """Up to ``length`` bytes from ``offset``; fewer only at the end."""
        return self.data[offset : offset + length]


def held(reader: SeekableReader) -> SeekableReader:
    """A small file as it is now, in memory: it is looked at several times, and a sealed one is opened only once."""
    return InMemory(reader.read_at(0, reader.size)) if reader.size <= HELD_MAX else reader


def inspect_again(original: SeekableReader, copy: SeekableReader, before: Inspection | None = None) -> Inspection:
    """Inspect ``copy`` and search it for what ``original`` gives away; never raises on content.

    ``before`` is the inspection of ``original``, if it was made already.

    FOUND and UNKNOWN both mean: do not share. ``facts["looked_for"]`` counts the values searched for,
    ``facts["looked_for_all"]`` is false if the original holds more than are worth a search.
    """
    seen = inspect(copy)
    before = before or inspect(original)
    needles, every = choose(_needles(original, before))
    found = search(copy, needles)
    if found:
        found = search(_without_tables(copy), sorted(found))
    facts = {**seen.facts, "looked_for": len(needles), "looked_for_all": every}
    if before.media_type != seen.media_type:
        facts["original"] = before.media_type
    if not found:
        return replace(seen, facts=facts)
    left = tuple(Revelation("other", "byte search", "value of the original", _shown(one)) for one in sorted(found))
    finding = Finding.UNKNOWN if seen.finding is Finding.UNKNOWN else Finding.FOUND
    return replace(seen, finding=finding, revelations=seen.revelations + left, facts=facts)


def _needles(original: SeekableReader, before: Inspection) -> Iterator[bytes]:
    """Values that identify; in the group ``other``, words of ASCII are settings and terms of the format."""
    for revelation in before.revelations:
        if revelation.group != "other" or not revelation.value.isascii():
            yield from forms(revelation.value)
    more = MORE_NEEDLES.get(before.media_type)
    if more is not None:
        yield from more()(original)


def _without_tables(copy: SeekableReader) -> SeekableReader:
    """Huffman and quantisation tables are blanked: thumbnails hold the same ones, and their bytes read like words."""
    if media_type(copy.read_at(0, HEAD_SIZE)) != "image/jpeg" or copy.size > JPEG_MAX:
        return copy
    data = copy.read_at(0, copy.size)
    parts, done = [], 0
    for piece in walk_jpeg(data).pieces:
        if piece.code in _TABLES:
            start = piece.offset + 4
            parts += [data[done:start], bytes(len(piece.body))]
            done = start + len(piece.body)
    return InMemory(b"".join([*parts, data[done:]]))


def _shown(needle: bytes) -> str:
    wide = "utf-16-le" if len(needle) % 2 == 0 and not any(needle[1::2]) else "utf-16-be"
    text = needle.decode(wide if b"\x00" in needle and len(needle) % 2 == 0 else "utf-8", "replace")
    return "".join(char for char in text if char.isprintable()) or needle.hex()
