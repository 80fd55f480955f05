"""What an AVI film gives away. CLEAN only if it is headers, film and index in one form, no free data inside."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from witnesskit.errors import WitnesskitError
from witnesskit.media.annexb_units import units_of
from witnesskit.media.avi_essence import chunks_of, shown_part
from witnesskit.media.avi_form import differences
from witnesskit.media.avi_walk import AviWalk, walk_avi
from witnesskit.media.film_entries import EntryFacts
from witnesskit.media.film_samples import SampleScan, look_at_unit
from witnesskit.media.groups import shown
from witnesskit.media.inspect_jpeg import inspect_jpeg
from witnesskit.media.inspect_mp3 import of_free
from witnesskit.media.mjpeg_frames import clean_mjpeg, extras_of, scans_of
from witnesskit.media.mp3_chunks import ChunkSound
from witnesskit.media.mpeg4_pictures import clean_mpeg4
from witnesskit.media.readable import runs, table
from witnesskit.media.riff_makers import of_maker
from witnesskit.media.riff_texts import of_chunk
from witnesskit.media.walk_riff import read_chunks
from witnesskit.media_model import Finding, Inspection, Revelation
from witnesskit.model import Json, SeekableReader

_MEDIA_TYPE: Final = "video/x-msvideo"
_TEXT: Final = table(bytes(range(0x20, 0x7F)))
_TEXT_MIN: Final = 32  # bytes; entropy-coded pictures do not read so by chance
_INDEX_TEXT_MIN: Final = 17  # bytes; an entry has 16
_READ_FOR_TEXT: Final = ("mpeg4", "h264", "msmpeg4", "huffyuv", "mp3", "ac3")  # the others hold plain values
_TOLD_MAX: Final = 2_000
_FRAMES_READ: Final = 300  # frames of motion JPEG whose segments are told one by one

Revelations = Iterator[Revelation]


@dataclass(frozen=True)
class _Frame:
    data: bytes

    @property
    def size(self) -> int:
        return len(self.data)

    def read_at(self, offset: int, length: int, /) -> bytes:
        return self.data[offset : offset + length]


@dataclass
class _Told:
    """What was found, each thing once."""

    revelations: dict[Revelation, None] = field(default_factory=dict)
    doubts: dict[str, None] = field(default_factory=dict)
    encoders: dict[str, None] = field(default_factory=dict)
    frames: int = 0

    def add(self, revelations: Revelations) -> None:
        for one in revelations:
            if len(self.revelations) < _TOLD_MAX:
                self.revelations[one] = None


def inspect_avi(reader: SeekableReader) -> Inspection:
    """Inspect the AVI film in ``reader``; never raises, what is not understood is UNKNOWN with its reason."""
    told = _Told()
    try:
        walk = walk_avi(reader)
    except WitnesskitError as reason:
        told.add(_of_broken(reader))
        return _answer(told, f"{reason.message}: {reason.detail}", {})
    for place, chunk in walk.others:
        told.add(_placed(place, of_chunk(reader, chunk)))
    for chunk in walk.indexes:
        told.add(_of_index(chunk.kind, chunk.text(reader)))
    told.add(Revelation("other", "AVI", "form", difference) for difference in differences(reader, walk))
    if "headers" in {one.value for one in told.revelations}:
        told.add(_of_headers(reader, walk))
    for number in range(len(walk.streams)):
        try:
            _of_stream(told, reader, walk, number)
        except WitnesskitError as reason:
            told.doubts[f"{reason.message}: {reason.detail}"] = None
    return _answer(told, "; ".join(told.doubts), _facts(walk, told))


def _answer(told: _Told, reason: str, facts: dict[str, Json]) -> Inspection:
    found = Finding.FOUND if told.revelations else Finding.CLEAN
    return Inspection(Finding.UNKNOWN if reason else found, _MEDIA_TYPE, tuple(told.revelations), reason, facts)


def _facts(walk: AviWalk, told: _Told) -> dict[str, Json]:
    streams = [stream.coding for stream in walk.streams]
    facts: dict[str, Json] = {
        "width": walk.width,
        "height": walk.height,
        "streams": streams,
        "chunks": len(walk.size),
    }
    if told.encoders:
        facts["encoders"] = list(told.encoders)
    return facts


def _placed(place: str, revelations: Revelations) -> Revelations:
    for one in revelations:
        yield Revelation(one.group, f"{place}/{one.place}" if place else one.place, one.name, one.value)


def _of_broken(reader: SeekableReader) -> Revelations:
    """The chunks of a file that could not be followed, as far as they stand in their places."""
    found, _ = read_chunks(reader, 12, reader.size)
    for chunk in found[:500]:
        if chunk.kind == "LIST" and reader.read_at(chunk.first, 4) in (b"hdrl", b"movi"):
            inner, _ = read_chunks(reader, chunk.first + 4, min(chunk.last, chunk.first + 65_536))
            for one in inner[:200]:
                if one.kind not in ("avih", "LIST") and not one.kind[:2].isdecimal():
                    yield from of_chunk(reader, one)
        elif chunk.kind != "idx1":
            yield from of_chunk(reader, chunk)


def _of_headers(reader: SeekableReader, walk: AviWalk) -> Revelations:
    """Readable fields of headers: handlers and reserved words."""
    head = reader.read_at(0, min(walk.first[0], 65_536))
    for kind in (b"avih", b"strh", b"strf", b"vprp"):
        place = head.find(kind)
        while place >= 0:
            size = int.from_bytes(head[place + 4 : place + 8], "little")
            yield from of_maker(kind.decode(), head[place + 8 : place + 8 + min(size, 4096)])
            place = head.find(kind, place + 8)


def _of_stream(told: _Told, reader: SeekableReader, walk: AviWalk, number: int) -> None:
    coding, place = walk.streams[number].coding, f"stream {number}"
    chunks = chunks_of(reader, walk, number)
    if coding == "mp3":
        _of_mp3(told, place, chunks)
        chunks = chunks_of(reader, walk, number)
    scan = SampleScan(EntryFacts(coding="h264"), place)
    for chunk in chunks:
        if coding == "mjpeg":
            _of_mjpeg(told, place, chunk)
        elif coding == "mpeg4":
            _of_mpeg4(told, place, chunk)
        elif coding == "h264":
            for unit in units_of(chunk, walk.streams[number].listed):
                if not 1 <= unit[0] & 31 <= 5:
                    look_at_unit(scan, unit)
                else:
                    scan.seen.here.clear()
        elif coding in ("rgb", "yuv"):
            told.add(_behind_shown(place, chunk, walk.streams[number].shown_bytes()))
        if coding in _READ_FOR_TEXT:
            told.add(_of_text(place, chunk))
    told.add(iter(scan.revelations))
    told.doubts.update(scan.doubts)


def _of_index(place: str, body: bytes) -> Revelations:
    """Text where an index should be; names of chunks beside numbers read so over some bytes only."""
    for start, end in runs(body, _TEXT, _INDEX_TEXT_MIN):
        if len(set(body[start:end])) >= 8:
            yield Revelation("other", place, "readable text in the index", shown(body[start : min(end, start + 400)]))


def _of_text(place: str, data: bytes) -> Revelations:
    for start, end in runs(data, _TEXT, _TEXT_MIN):
        text = data[start : min(end, start + 400)]
        if len(set(text)) >= 12:
            yield Revelation("other", place, "readable text in the coded bytes", shown(text))


def _behind_shown(place: str, chunk: bytes, shown_bytes: int) -> Revelations:
    if shown_part(chunk, shown_bytes) != chunk:
        yield Revelation("other", place, "bytes behind the picture", f"{len(chunk) - shown_bytes} bytes")
        yield from of_maker(place, chunk[shown_bytes:])


def _of_mjpeg(told: _Told, place: str, frame: bytes) -> None:
    clean = clean_mjpeg(frame)
    if clean == frame:
        for scan in scans_of(frame):
            told.add(_of_text(place, scan))
        return
    told.add(iter((Revelation("other", place, "data beside the coded pictures", "in its frames"),)))
    told.frames += 1
    if told.frames <= _FRAMES_READ:
        seen = inspect_jpeg(_Frame(frame))
        told.add(_placed(place, (one for one in seen.revelations if "table" not in one.name)))
        for body in extras_of(frame):
            told.add(of_maker(f"{place}/segments", body))
        end = len(clean.rstrip(b"\0"))
        told.add(of_maker(f"{place}/behind the picture", frame[end:]))


def _of_mpeg4(told: _Told, place: str, chunk: bytes) -> None:
    facts = clean_mpeg4(chunk)
    told.encoders.update(dict.fromkeys(facts.encoders))
    for text in facts.texts:
        told.add(iter((Revelation("software", place, "user data in the pictures", shown(text) or text[:80].hex()),)))
    for clock in facts.clocks:
        told.add(iter((Revelation("when", place, "time of day in the pictures", clock),)))
    if facts.fresh != chunk and not facts.texts:
        told.add(iter((Revelation("other", place, "bytes where a picture is repeated", chunk[:80].hex()),)))


def _of_mp3(told: _Told, place: str, chunks: Iterator[bytes]) -> None:
    sound = ChunkSound()
    for _ in sound.read(chunks):
        pass
    if sound.pool.broken:
        told.doubts["frames without sound"] = None
    if sound.loose:
        told.add(iter((Revelation("other", place, "bytes of no frame", f"{sound.loose} places"),)))
    for kind, data in sound.pool.found:
        told.add(_placed(place, of_free(kind, data)))
