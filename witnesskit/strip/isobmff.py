"""The shareable copy of an MP4 or QuickTime film: pictures and sound as coded, and a new file around them.

What is written: ftyp of one of two forms, a new index, one mdat with the chunks of the kept tracks and nothing
else. No box is copied; each is built from the fields that decoding and showing need.
"""

from __future__ import annotations

import hashlib
from array import array
from dataclasses import dataclass, field
from typing import Final

from witnesskit.errors.media import BadMedia
from witnesskit.errors.strip import CredentialsKept, HiddenFootage
from witnesskit.formats.essence_samples import essence_of
from witnesskit.formats.isobmff_index import FTYP_MP4, FTYP_QUICKTIME, write_index
from witnesskit.formats.isobmff_movie import Film, read_film
from witnesskit.formats.isobmff_presentation import film_presentation
from witnesskit.formats.isobmff_samples import Ordered, Window, pieces, unused_media
from witnesskit.formats.isobmff_track import Track
from witnesskit.formats.isobmff_words import check_words
from witnesskit.limits import MIB
from witnesskit.media_model import DEFAULT_CHOICES, Removal, StripChoices, StripResult
from witnesskit.model import SeekableReader, Sink
from witnesskit.strip.bitstream import Described, Part, TrackWork, pass_samples
from witnesskit.strip.copying import refuse_if
from witnesskit.strip.isobmff_remarks import film_remarks, hides_footage

_BLOCK: Final = 2 * MIB  # bytes given to the sink at a time
_STRETCH: Final = MIB // 4  # bytes that are worth a write of their own
_SMALL: Final = 0xFFFFFFFF


@dataclass
class _Copy:
    """Gathers parts into blocks for the sink, and hashes the whole.

    Bytes that follow each other in one buffer of the reader go out as one block, joined by nobody.
    """

    sink: Sink
    whole: hashlib._Hash = field(default_factory=hashlib.sha256)
    parts: list[Part] = field(default_factory=list)
    waiting: int = 0
    size: int = 0
    data: bytes = b""  # the buffer of the stretch that grows, and where it begins and ends
    start: int = 0
    end: int = 0

    def put(self, parts: list[Part]) -> None:
        """Bytes that lie anywhere."""
        self._stretch()
        self._gather(parts)

    def follow(self, data: bytes, start: int, size: int) -> None:
        """``size`` bytes of ``data`` at ``start``."""
        if data is not self.data or start != self.end:
            self._stretch()
            self.data, self.start = data, start
        self.end = start + size

    def flush(self) -> None:
        """Give the sink everything."""
        self._stretch()
        self._give(b"".join(self.parts))
        self.parts.clear()
        self.waiting = 0

    def _stretch(self) -> None:
        if self.end - self.start >= _STRETCH:
            block = memoryview(self.data)[self.start : self.end]
            self._gather([], _BLOCK)
            self._give(block)
        elif self.end > self.start:
            self._gather([memoryview(self.data)[self.start : self.end]])
        self.data, self.start, self.end = b"", 0, 0

    def _gather(self, parts: list[Part], more: int = 0) -> None:
        self.parts += parts
        self.waiting += sum(len(part) for part in parts)
        if self.waiting + more >= _BLOCK and self.parts:
            self._give(b"".join(self.parts))
            self.parts.clear()
            self.waiting = 0

    def _give(self, block: bytes | memoryview) -> None:
        self.sink.write(block)  # type: ignore[arg-type]
        self.whole.update(block)
        self.size += len(block)


def strip_isobmff(reader: SeekableReader, sink: Sink, choices: StripChoices = DEFAULT_CHOICES) -> StripResult:
    """Write a copy of the film in ``reader`` to ``sink`` that keeps pictures and sound and nothing that identifies.

    The index is understood before anything is written; samples are checked while they are copied, so what is
    in the sink after a refusal is worth nothing. Raises ``BadMedia``, ``MediaCut``, ``MediaTooLarge``,
    ``UnknownFormat`` or a leaf of ``Unstrippable``; what the sink raises passes through.
    """
    film = read_film(reader)
    check_words(film)
    if hides_footage(film):
        refuse_if(choices.hidden_footage, "refuse", HiddenFootage)
    if film.credentials:
        refuse_if(choices.credentials, "keep", CredentialsKept)
    ordered = Ordered(film.tracks)
    unused = unused_media(reader, film, ordered)
    head = _head(film, ordered)
    copy = _Copy(sink)
    copy.put([head])
    works = [_work(track) for track in film.tracks]
    _media(reader, film, (ordered, works), copy)
    copy.flush()
    blanked = [
        Removal(f"free data in the samples of track {number}", work.blanked_size, work.blanked.hexdigest())
        for number, work in enumerate(works, 1)
        if work.blanked_size
    ]
    return StripResult(
        media_type="video/quicktime" if film.quicktime else "video/mp4",
        size=copy.size,
        sha256=copy.whole.hexdigest(),
        removed=(*film.removed, *([unused] if unused else []), *blanked),
        essence=essence_of(film.tracks, [work.hasher for work in works]),
        presentation_sha256=film_presentation(film),
        kept=tuple(dict.fromkeys((*film.remarks, *film_remarks(film), *(r for work in works for r in work.remarks)))),
    )


def _work(track: Track) -> TrackWork:
    return TrackWork(track.coding, tuple(Described(entry.length, entry.config) for entry in track.entries))


def _head(film: Film, ordered: Ordered) -> bytes:
    """Everything up to the first media byte, with every chunk at its place."""
    ftyp = FTYP_QUICKTIME if film.quicktime else FTYP_MP4
    places = tuple(array("Q") for _ in film.tracks)
    total = 0
    for number, extent in ordered:
        places[number].append(total)
        total += extent.size
    if total == 0:
        raise BadMedia("no coded pictures and no sound")
    wide = total + 8 > _SMALL
    start = len(ftyp) + len(write_index(film, tuple(array("I", bytes(4 * len(p))) for p in places), large=False))
    start += 16 if wide else 8
    large = start + total > _SMALL
    start += 4 * sum(map(len, places)) * large
    moved = tuple(array("Q", (place + start for place in chunks)) for chunks in places)
    size = b"\0\0\0\1mdat" + (total + 16).to_bytes(8, "big") if wide else (total + 8).to_bytes(4, "big") + b"mdat"
    return ftyp + write_index(film, moved, large=large) + size


def _media(reader: SeekableReader, film: Film, plan: tuple[Ordered, list[TrackWork]], copy: _Copy) -> None:
    window, (ordered, works) = Window(reader), plan
    for number, extent in ordered:
        work = works[number]
        for piece in pieces(film.tracks[number], extent):
            data, start = window.read(piece.offset, piece.size)
            if piece.sizes is None:
                work.hasher.update(memoryview(data)[start : start + piece.size])
                copy.follow(data, start, piece.size)
                continue
            parts = pass_samples(work, data, start, piece.sizes, piece.description)
            if len(parts) == 1 and isinstance(parts[0], memoryview) and len(parts[0]) == piece.size:
                copy.follow(data, start, piece.size)
            else:
                copy.put(parts)
