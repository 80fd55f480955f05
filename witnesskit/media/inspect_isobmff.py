"""What an MP4 or QuickTime film gives away. CLEAN only if every box and sample is on the list of a clean film."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from witnesskit.limits import READ_BLOCK
from witnesskit.media.film_boxes import of_box
from witnesskit.media.film_entries import EntryFacts, read_entries
from witnesskit.media.film_fragments import Fragments, read_fragments
from witnesskit.media.film_samples import SampleScan, scan_samples
from witnesskit.media.film_tables import Chunk, TablesDiffer, chunks_of
from witnesskit.media.film_words import words_in
from witnesskit.media.groups import shown
from witnesskit.media.walk_isobmff import FilmWalk, walk_film
from witnesskit.media_limits import FILM_SAMPLES_MAX, FILM_TRACKS_MAX
from witnesskit.media_model import Finding, Inspection, Revelation
from witnesskit.model import Json, SeekableReader

_KEYS: Final = b"keyd"


@dataclass
class _Seen:
    revelations: list[Revelation] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    covered: list[list[tuple[int, int]]] = field(default_factory=list)
    tracks: list[Json] = field(default_factory=list)


def inspect_isobmff(reader: SeekableReader) -> Inspection:
    """Inspect the film in ``reader``; never raises on content, what is not understood is UNKNOWN with its reason."""
    walk, seen = walk_film(reader), _Seen()
    seen.doubts += walk.doubts
    quicktime = not any(node.kind == "ftyp" and node.body[:4] != b"qt  " for node in walk.nodes)
    kinds = {node.kind for node in walk.nodes}
    if walk.cut:
        seen.doubts.append("the film is cut")
    fragments = read_fragments(reader, walk)
    _fragments(walk, fragments, seen)
    if "moov" not in kinds or [node.kind for node in walk.nodes].count("moov") > 1:
        seen.doubts.append("no index, or more than one")
    if "cmov" in kinds or "rmra" in kinds or "pssh" in kinds:
        seen.doubts.append("a compressed, referring or encrypted index")
    for node in walk.nodes:
        seen.revelations += (*of_box(node), *words_in(node))
    for track in range(1, min(walk.tracks, FILM_TRACKS_MAX) + 1):
        _track(reader, walk, (track, quicktime, fragments.chunks.get(walk.number(track), [])), seen)
    if walk.tracks > FILM_TRACKS_MAX:
        seen.doubts.append("too many tracks")
    _uncovered(reader, walk, seen)
    if walk.tail < reader.size:
        raw = reader.read_at(walk.tail, 400)
        value = f"{reader.size - walk.tail} bytes {shown(raw)}".strip()
        seen.revelations.append(Revelation("inside", "after the film", "trailing bytes", value))
    found = Finding.FOUND if seen.revelations else Finding.CLEAN
    return Inspection(
        finding=Finding.UNKNOWN if seen.doubts else found,
        media_type="video/quicktime" if quicktime else "video/mp4",
        revelations=tuple(dict.fromkeys(seen.revelations)),
        reason="; ".join(dict.fromkeys(seen.doubts)),
        facts={"tracks": seen.tracks},
    )


def _fragments(walk: FilmWalk, fragments: Fragments, seen: _Seen) -> None:
    """What a film in fragments gives away; that it is in fragments is a habit of its recorder or of a service."""
    if not fragments.count and not walk.of("mvex", 0):
        return
    seen.revelations.append(Revelation("other", "moof", "fragments", str(fragments.count)))
    seen.revelations += fragments.revelations
    seen.doubts += fragments.doubts
    numbers = [walk.number(track) for track in range(1, min(walk.tracks, FILM_TRACKS_MAX) + 1)]
    if len(set(numbers)) != len(numbers):
        seen.doubts.append("two tracks of one number")
    for track, number in enumerate(numbers, 1):
        clock, headers = fragments.clocks.get(number, 0), walk.of("mdhd", track)
        if clock and headers:
            at = 20 if headers[0].body[:1] == b"\1" else 12
            scale = int.from_bytes(headers[0].body[at : at + 4], "big") or 1
            place = f"moof/traf[{track}]/tfdt"
            seen.revelations.append(
                Revelation("when", place, "clock of the first fragment", f"{clock / scale:.3f} s")
            )


def _track(reader: SeekableReader, walk: FilmWalk, which: tuple[int, bool, list[Chunk]], seen: _Seen) -> None:
    track, quicktime, more = which
    place = f"moov/trak[{track}]"
    named = [node.body[8:12] for node in walk.of("hdlr", track) if node.path.endswith("mdia/hdlr")]
    handlers = [name.decode("latin-1") for name in named]
    descriptions = walk.of("stsd", track)
    if len(handlers) != 1 or len(descriptions) != 1:
        seen.doubts.append(f"{place} does not say what it is")
        return
    for node in walk.of("dref", track):
        if any(node.body[at + 3 : at + 4] != b"\1" for at in _reference_flags(node.body)):
            seen.doubts.append(f"{place} refers to other files")
    if handlers[0] not in ("vide", "soun") or walk.chapter_pictures(track):
        _other_data(walk, track, handlers[0], seen)
        seen.covered.append([(chunk.offset, chunk.end) for chunk in more])
        return
    entry = read_entries(descriptions[0], handlers[0], quicktime)
    seen.revelations += entry.revelations
    seen.doubts += entry.doubts
    scan = SampleScan(entry, f"samples of track {track}")
    try:
        chunks = [*chunks_of(walk, track, entry.frame_size), *more]
        if entry.coding != "pcm" and sum(chunk.count for chunk in chunks) > FILM_SAMPLES_MAX:
            raise TablesDiffer("too many samples")
        if sum(chunk.end - chunk.offset for chunk in chunks) > reader.size:
            raise TablesDiffer("more samples than bytes")
    except TablesDiffer as reason:
        seen.doubts.append(f"{place}: {reason}")
        return
    if not entry.doubts:
        scan_samples(reader, iter(chunks), scan)
    seen.revelations += scan.revelations
    seen.doubts += scan.doubts
    seen.covered.append([(chunk.offset, chunk.end) for chunk in chunks])
    seen.tracks.append(_facts(entry, handlers[0], chunks, scan))


def _facts(entry: EntryFacts, handler: str, chunks: list[Chunk], scan: SampleScan) -> Json:
    count = sum(chunk.count for chunk in chunks)
    facts: dict[str, Json] = {"kind": handler, "coding": entry.name, "samples": count}
    if handler == "vide":
        facts |= {"width": entry.width, "height": entry.height}
    if scan.encoder:
        facts["encoder"] = scan.encoder
    return facts


def _reference_flags(body: bytes) -> Iterator[int]:
    place = 8
    while place + 12 <= len(body):
        yield place + 8
        place += max(12, int.from_bytes(body[place : place + 4], "big"))


def _other_data(walk: FilmWalk, track: int, handler: str, seen: _Seen) -> None:
    """A track that is neither pictures nor sound: positions, movements, faces, chapters, clock."""
    for node in walk.of("stsd", track):
        kind = shown(node.body[12:16])
        group = "where" if kind in ("gpmd", "camm", "djmd", "dbgi") else "inside"
        seen.revelations.append(Revelation(group, node.path, f"track of other data ({handler})", kind))
        place = node.body.find(_KEYS)
        while place > 0:
            size = int.from_bytes(node.body[place - 4 : place], "big")
            name = shown(node.body[place + 8 : place - 4 + size])
            group = "where" if "location" in name else "inside"
            seen.revelations.append(Revelation(group, node.path, "recorded beside the pictures", name))
            place = node.body.find(_KEYS, place + 4)
    try:
        chunks = list(chunks_of(walk, track, 0))
    except TablesDiffer as reason:
        seen.revelations.append(Revelation("other", f"moov/trak[{track}]", "tables", str(reason)))
        return
    seen.covered.append([(chunk.offset, chunk.end) for chunk in chunks])


def _uncovered(reader: SeekableReader, walk: FilmWalk, seen: _Seen) -> None:
    """Bytes of media boxes that no track refers to, and samples that lie outside them."""
    spans = heapq.merge(*(sorted(spans) for spans in seen.covered))
    media = sorted(walk.media)
    gaps, place, index = [], media[0][0] if media else 0, 0
    for start, end in spans:
        while index < len(media) and start >= media[index][1] and end > start:
            gaps.append((place, media[index][1]))
            index += 1
            place = media[index][0] if index < len(media) else 0
        if end > start and (index >= len(media) or start < media[index][0] or end > media[index][1]):
            seen.doubts.append("samples outside the media boxes")
            return
        if start > place:
            gaps.append((place, start))
        if start < place and end > start:
            seen.doubts.append("samples overlap")
            return
        place = max(place, end)
    while index < len(media):
        gaps.append((place, media[index][1]))
        index += 1
        place = media[index][0] if index < len(media) else 0
    size, sample = 0, b""
    for start, end in gaps:
        if end > start:
            size += end - start
            sample = sample or reader.read_at(start, min(READ_BLOCK, end - start, 400))
    if size:
        value = f"{size} bytes {shown(sample)}".strip()
        seen.revelations.append(Revelation("inside", "mdat", "bytes no track refers to", value))
