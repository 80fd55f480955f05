"""The tracks of an image sequence as the inspector reads them: headers, descriptions, and every coded picture."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from witnesskit.media.film_boxes import of_box
from witnesskit.media.film_entries import EntryFacts
from witnesskit.media.film_samples import SampleScan, scan_samples
from witnesskit.media.film_tables import Chunk, TablesDiffer, chunks_of
from witnesskit.media.film_words import words_in
from witnesskit.media.groups import shown
from witnesskit.media.heif_coded import Odd, odd_in_av1, odd_in_hevc
from witnesskit.media.heif_properties import of_property, readable, told_of
from witnesskit.media.heif_tree import ALPHA_TYPES
from witnesskit.media.walk_heif import boxes_in
from witnesskit.media.walk_isobmff import FilmWalk, Node, walk_film
from witnesskit.media_limits import FILM_SAMPLE_MAX, FILM_TRACKS_MAX, HEIF_EDITS_MAX, HEIF_SAMPLES_MAX
from witnesskit.media_model import Revelation
from witnesskit.model import SeekableReader

_KINDS: Final = {"hvc1": "hvcC", "hev1": "hvcC", "av01": "av1C"}
_DESCRIBING: Final = ("hvcC", "av1C", "colr", "pasp", "clap", "clli", "mdcv", "cclv", "amve")


@dataclass
class TrackSeen:
    """One track: its place among them, number, handler, coding, and its chunks in order of decoding."""

    place: int
    number: int
    handler: str
    enabled: bool
    references: dict[str, bytes] = field(default_factory=dict)
    kind: str = ""
    config: bytes = b""
    helpers: set[str] = field(default_factory=set)
    chunks: list[Chunk] = field(default_factory=list)

    @property
    def length(self) -> int:
        """Bytes of the length in front of each unit of HEVC."""
        return self.config[21] % 4 + 1 if self.kind != "av01" and len(self.config) > 21 else 4


@dataclass
class TracksSeen:
    """The tracks that are shown (pictures, then their transparency), and what was found on the way."""

    shown: list[TrackSeen] = field(default_factory=list)
    spans: list[tuple[int, int]] = field(default_factory=list)  # of each sample
    revelations: list[Revelation] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)


def is_sequence(index: bytes) -> bool:
    """True if an index has a track of pictures as image sequences have them; films have others."""
    return re.search(rb"hdlr.{8}pict", index, re.DOTALL) is not None


def read_tracks(reader: SeekableReader) -> TracksSeen:
    """Headers, descriptions and tables of every track; never raises on content."""
    seen, walk = TracksSeen(), walk_film(reader)
    seen.doubts += walk.doubts
    if [node.kind for node in walk.nodes].count("moov") != 1 or walk.tracks > FILM_TRACKS_MAX:
        seen.doubts.append("two indexes, or too many tracks")
        return seen
    for node in walk.nodes:
        if node.path.startswith("moov") and "tref" not in node.path and node.kind != "stsd":
            seen.revelations += (*of_box(node), *words_in(node, again=True))
        if node.path.startswith("moov/") and node.kind in ("free", "skip", "wide"):
            seen.revelations.append(Revelation("other", node.path, "padding", f"{node.end - node.start} bytes"))
    tracks = [_track(walk, place, seen) for place in range(1, walk.tracks + 1)]
    _choose(walk, [track for track in tracks if track], seen)
    for track in seen.shown:
        _chunks(reader, walk, track, seen)
    return seen


def _track(walk: FilmWalk, place: int, seen: TracksSeen) -> TrackSeen | None:
    headers, handlers = walk.of("tkhd", place), walk.of("hdlr", place)
    if len(headers) != 1 or len(handlers) != 1 or len(walk.of("stsd", place)) != 1:
        seen.doubts.append(f"track {place} does not say what it is")
        return None
    body = headers[0].body
    at = 20 if body[:1] == b"\1" else 12
    handler = handlers[0].body[8:12].decode("latin-1")
    track = TrackSeen(place, int.from_bytes(body[at : at + 4], "big"), handler, bool(body[3:4] and body[3] & 1))
    for node in walk.nodes:
        if node.track == place and node.path.endswith(f"/tref/{node.kind}"):
            track.references[node.kind] = node.body
    if readable(body[-44:]):
        seen.revelations.append(Revelation("other", headers[0].path, "words in the matrix", shown(body[-44:])))
    for node in walk.of("elst", place):
        if readable(node.body[8:]) or int.from_bytes(node.body[4:8], "big") > HEIF_EDITS_MAX:
            seen.doubts.append(f"track {place}: an edit list of many parts, or of words")
    for node in walk.of("dref", place):
        if node.body[8:] != b"\0\0\0\x0curl \0\0\0\1":
            seen.doubts.append(f"track {place} refers to other files")
    return track


def _choose(walk: FilmWalk, tracks: list[TrackSeen], seen: TracksSeen) -> None:
    pictures = [one for one in tracks if one.handler == "pict" and not {"auxl", "thmb"} & set(one.references)]
    main = next((one for one in pictures if one.enabled), pictures[0] if pictures else None)
    if main is None:
        seen.doubts.append("no track of pictures")
        return
    wanted = main.number.to_bytes(4, "big")
    for track in (main, *(one for one in tracks if one is not main)):
        node = walk.of("stsd", track.place)[0]
        told, doubts = _described(node, track)
        reference = track.references.get("auxl", b"")
        veil = track.handler in ("auxv", "pict") and wanted in [reference[at : at + 4] for at in range(0, 256, 4)]
        veil = veil and bool(track.helpers) and track.helpers <= ALPHA_TYPES
        if track is main or (veil and len(seen.shown) == 1):
            seen.shown.append(track)
            seen.doubts += doubts
            strange = [kind for kind in track.references if kind != "auxl" or len(reference) > 4]
            for kind in strange:
                told.append(
                    Revelation("other", node.path, f"reference {shown(kind)}", track.references[kind].hex()[:80])
                )
        else:
            name = f"track of other data ({shown(track.handler)})"
            told.append(Revelation("inside", node.path, name, shown(node.body[8:400]) or "-"))
        seen.revelations += told


def _described(node: Node, track: TrackSeen) -> tuple[list[Revelation], list[str]]:
    told: list[Revelation] = []
    doubts: list[str] = []
    entries = list(boxes_in(node.body, 8))
    if not entries or len(entries) != int.from_bytes(node.body[4:8], "big") or any(node.body[:4]):
        doubts.append(f"{node.path} does not hold what it says")
    lengths = set()
    for kind, body in entries:
        if kind not in _KINDS or len(body) < 78 or (track.kind and track.kind != kind):
            doubts.append(f"{node.path}: a description of an unknown form")
            continue
        track.kind = kind
        spare = body[:6] + body[8:24] + body[36:40] + body[42:74]
        if any(spare) or body[74:78] != b"\0\x18\xff\xff" or body[28:36] != b"\0\x48\0\0" * 2:
            words = shown(body[43:74].strip(b"\0")) or body[:78].hex()
            told.append(Revelation("software", node.path, "names in the description", words))
        boxes = list(boxes_in(body, 78))
        for child, inner in boxes:
            more, why = _child(node.path, child, inner, track)
            told += more
            doubts += why
        track.config = dict(boxes).get(_KINDS[kind], b"")
        lengths.add(track.length)
    if len(lengths) > 1:
        doubts.append(f"{node.path}: descriptions that do not agree")
    return told, doubts


def _child(path: str, kind: str, body: bytes, track: TrackSeen) -> tuple[list[Revelation], list[str]]:
    if kind in _DESCRIBING:
        return of_property(kind, body)
    if kind == "ccst" and len(body) == 8 and not any(body[:4]) and not body[4] & 3 and not any(body[5:]):
        return [], []
    if kind == "auxi":
        track.helpers.add(body[4:].split(b"\0")[0].decode("latin-1"))
        if body in [bytes(4) + name.encode() + b"\0" for name in ALPHA_TYPES]:
            return [], []
    return [
        Revelation("other", f"{path}/{shown(kind)}", "box no decoder needs", shown(body[:400]) or body[:80].hex())
    ], []


def _chunks(reader: SeekableReader, walk: FilmWalk, track: TrackSeen, seen: TracksSeen) -> None:
    try:
        track.chunks = list(chunks_of(walk, track.place, 0))
    except TablesDiffer as reason:
        seen.doubts.append(f"track {track.place}: {reason}")
        return
    if sum(chunk.count for chunk in track.chunks) > HEIF_SAMPLES_MAX:
        seen.doubts.append(f"track {track.place}: too many pictures")
        track.chunks = []
    if not any(chunk.count for chunk in track.chunks):
        seen.doubts.append(f"track {track.place}: no pictures")
    if any(chunk.end > reader.size for chunk in track.chunks):
        seen.doubts.append(f"track {track.place}: pictures outside the file")
        track.chunks = []
    for chunk in track.chunks:
        place = chunk.offset
        for size in _sizes(chunk):
            seen.spans.append((place, place + size))
            place += size


def _sizes(chunk: Chunk) -> Iterator[int]:
    return iter(chunk.sizes or [chunk.fixed] * chunk.count)


def samples_of(reader: SeekableReader, track: TrackSeen) -> Iterator[bytes]:
    """The coded pictures of a track in order of decoding."""
    for chunk in track.chunks:
        place = chunk.offset
        for size in _sizes(chunk):
            yield reader.read_at(place, min(size, FILM_SAMPLE_MAX))
            place += size


def look_into(reader: SeekableReader, seen: TracksSeen) -> None:
    """Every coded picture of the tracks that are shown; adds to ``seen``."""
    for track in seen.shown:
        place = f"samples of track {track.place}"
        told, doubts = told_of(place, _odd(reader, track))
        seen.revelations += told
        seen.doubts += doubts
        if not doubts:
            coding = "hevc" if track.kind != "av01" else "av1"
            scan = SampleScan(EntryFacts(coding=coding, length=track.length, config=track.config), place)
            scan_samples(reader, iter(track.chunks), scan)
            seen.revelations += scan.revelations
            seen.doubts += scan.doubts


def _odd(reader: SeekableReader, track: TrackSeen) -> Odd:
    for sample in samples_of(reader, track):
        if track.kind == "av01":
            yield from odd_in_av1(sample, several=True)
        else:
            yield from odd_in_hevc(sample, track.length)
