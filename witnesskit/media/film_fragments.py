"""Films in fragments as the inspector reads them: where their samples lie, and what rides in them (clause 8.8).

No copy of ours is in fragments, so a film with any of them is never CLEAN; the samples are looked into all the same.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from witnesskit.media.film_tables import Chunk
from witnesskit.media.groups import shown
from witnesskit.media.walk_isobmff import FilmWalk
from witnesskit.media_limits import FILM_RUNS_MAX, FILM_SAMPLE_MAX, FILM_SAMPLES_MAX, MOOV_MAX
from witnesskit.media_model import Revelation
from witnesskit.model import SeekableReader

_OPTIONS: Final = (0x2, 0x8, 0x10, 0x20)  # words of tfhd behind the base: description, duration, size, flags
_REVELATIONS_MAX: Final = 200

Piece = tuple[str, int, int]  # kind of a box, where its body begins and ends in its fragment


@dataclass
class Fragments:
    """What the fragments of a film hold."""

    count: int = 0
    cut: bool = False  # the file ends inside the last one
    chunks: dict[int, list[Chunk]] = field(default_factory=dict)  # by track_ID, in the order of the file
    clocks: dict[int, int] = field(default_factory=dict)  # time of each track's first sample
    revelations: dict[Revelation, None] = field(default_factory=dict)
    doubts: dict[str, None] = field(default_factory=dict)

    def say(self, path: str, name: str, raw: bytes) -> None:
        """Add what a box gives away, once; a hostile film must not fill the answer."""
        if len(self.revelations) < _REVELATIONS_MAX:
            value = shown(raw[:400]) or f"{len(raw)} bytes"
            self.revelations[Revelation("inside", path, name, value)] = None


def read_fragments(reader: SeekableReader, walk: FilmWalk) -> Fragments:
    """Every moof of ``walk``; never raises on content."""
    found, samples = Fragments(count=len(walk.fragments)), 0
    sizes = {node.body[4:8]: node.body[16:20] for node in walk.nodes if node.kind == "trex"}
    for place, end in walk.fragments:
        last = (place, end) == walk.fragments[-1]
        if end - place > MOOV_MAX:
            found.doubts["a fragment's index is too large"] = None
            continue
        data = reader.read_at(place, end - place)
        runs = _fragment(found, data, place, sizes) if end <= reader.size else iter(())
        chunks = list(islice(runs, FILM_RUNS_MAX + 1))
        if end > reader.size or any(chunk.end > reader.size for _, chunk in chunks):
            found.cut = True
            if not last:
                found.doubts["the film ends inside a fragment"] = None
            continue
        samples += sum(chunk.count for _, chunk in chunks)
        if samples > 2 * FILM_SAMPLES_MAX or len(chunks) > FILM_RUNS_MAX:
            found.doubts["too many samples"] = None
            break
        for track, chunk in chunks:
            found.chunks.setdefault(track, []).append(chunk)
    return found


def _boxes(data: bytes, place: int, end: int) -> Iterator[Piece]:
    while place + 8 <= end:
        size, kind = struct.unpack_from(">I4s", data, place)
        head = 16 if size == 1 else 8
        if size == 1 and place + 16 <= end:
            size = struct.unpack_from(">Q", data, place + 8)[0]
        if size < head or place + size > end:
            break
        yield kind.decode("latin-1"), place + head, place + size
        place += size
    if any(data[place:end]):
        yield "(rest)", place, end


def _fragment(found: Fragments, data: bytes, place: int, sizes: dict[bytes, bytes]) -> Iterator[tuple[int, Chunk]]:
    behind = place
    for kind, start, end in _boxes(data, 16 if data[:4] == b"\0\0\0\1" else 8, len(data)):
        if kind == "traf":
            for track, chunk in _track(found, data, (start, end), (place, behind), sizes):
                behind = chunk.end
                yield track, chunk
        elif kind != "mfhd":
            _strange(found, f"moof/{kind}", kind, data[start:end])
        elif end - start != 8:
            found.say("moof/mfhd", "bytes behind the box's fields", data[start + 8 : end])


def _strange(found: Fragments, path: str, kind: str, raw: bytes) -> None:
    if kind in ("senc", "pssh"):
        found.doubts["the film is encrypted"] = None
    found.say(path, "box", raw)


def _track(
    found: Fragments, data: bytes, span: tuple[int, int], places: tuple[int, int], sizes: dict[bytes, bytes]
) -> Iterator[tuple[int, Chunk]]:
    track, size, base, behind = 0, 0, places[1], places[1]
    for kind, start, end in _boxes(data, *span):
        body = data[start:end]
        if kind == "tfhd" and len(body) >= 8:
            track = int.from_bytes(body[4:8], "big")
            base, own = _head(found, body, places)
            size = own if own is not None else int.from_bytes(sizes.get(body[4:8], b""), "big")
            behind = base
        elif kind == "tfdt" and len(body) >= 8:
            found.clocks.setdefault(track, int.from_bytes(body[4 : 12 if body[0] == 1 else 8], "big"))
            if len(body) > (12 if body[0] == 1 else 8):
                found.say("moof/traf/tfdt", "bytes behind the box's fields", body[8:])
        elif kind == "trun" and len(body) >= 8:
            chunk = _run(found, body, (base, behind), size)
            behind = chunk.end
            yield track, chunk
        else:
            _strange(found, f"moof/traf/{kind}", kind, body)


def _head(found: Fragments, body: bytes, places: tuple[int, int]) -> tuple[int, int | None]:
    """Base of places, and the size of samples where this box gives one."""
    flags, at = int.from_bytes(body[1:4], "big"), 8
    base = places[0] if flags & 0x20000 else places[1]
    if flags & 1:
        base, at = int.from_bytes(body[8:16], "big"), 16
    size = None
    for option in _OPTIONS:
        if flags & option:
            size = int.from_bytes(body[at : at + 4], "big") if option == 0x10 else size
            at += 4
    if at != len(body):
        found.say("moof/traf/tfhd", "bytes behind the box's fields", body[at:])
    return base, size


def _run(found: Fragments, body: bytes, places: tuple[int, int], size: int) -> Chunk:
    """Samples of one trun; the first of ``places`` counts where it names a distance, else the second."""
    flags, count = int.from_bytes(body[1:4], "big"), int.from_bytes(body[4:8], "big")
    at, place = 8, places[1]
    if flags & 1 and len(body) >= 12:
        place, at = places[0] + struct.unpack_from(">i", body, 8)[0], 12
    at += 4 if flags & 4 else 0
    columns = [option for option in (0x100, 0x200, 0x400, 0x800) if flags & option]
    width = 4 * len(columns)
    if at + width * count > len(body) or count > FILM_SAMPLES_MAX or size > FILM_SAMPLE_MAX:
        found.doubts["a fragment says more samples than it has"] = None
        return Chunk(max(place, 0), ())
    if at + width * count < len(body):
        found.say("moof/traf/trun", "bytes behind the box's fields", body[at + width * count :])
    if 0x200 not in columns:
        return Chunk(place, (), size, count)
    words = struct.unpack_from(f">{len(columns) * count}I", body, at)
    return Chunk(place, words[columns.index(0x200) :: len(columns)], 0, count)
