"""What to look for in the copy of a Matroska film beside what its inspection names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from witnesskit.limits import KIB
from witnesskit.media.needles import worth_looking_for
from witnesskit.media.needles_words import words
from witnesskit.media.walk_matroska import Walk, Window, walk_matroska
from witnesskit.model import SeekableReader

_READ: Final = 256 * KIB  # bytes of one attached file
_IDENTIFIERS: Final = ("UUID", "SegmentFamily", "ChapterTranslateID", "TrackTranslateTrackID")
_UID_SIZE: Final = 8  # bytes; shorter ones are counted up


def needles_matroska(reader: SeekableReader) -> Iterator[bytes]:
    """Identifiers as they are stored, and readable words of attached files."""
    walk = Walk(Window(reader), frozenset({"Cluster"}))
    for visit in walk_matroska(walk):
        if visit.kind in ("m", "end") or visit.path.startswith("Segment/Cluster/"):
            continue
        if visit.path.endswith(_IDENTIFIERS) or (visit.path.endswith("UID") and visit.stop - visit.body == _UID_SIZE):
            raw = walk.window.take(visit.body, visit.stop, 64)
            if worth_looking_for(raw):
                yield raw
        elif visit.path.endswith("/FileData"):
            yield from words(walk.window.take(visit.body, visit.stop, _READ), least=10)
