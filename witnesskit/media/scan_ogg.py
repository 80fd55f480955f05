"""One look at a whole Ogg file: what it gives away, what is not understood, and the digests of its streams."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from witnesskit.media.groups import shown
from witnesskit.media.ogg_codings import OggCoding, coding_named
from witnesskit.media.readable import runs, table
from witnesskit.media.tags_sound import of_comment, of_picture, of_surplus, texts_in
from witnesskit.media.walk_ogg import OggGap, OggPage, walk_ogg
from witnesskit.media_limits import OGG_PACKET_MAX, OGG_POSITION_MAX, OGG_STREAMS_MAX
from witnesskit.media_model import Revelation
from witnesskit.model import SeekableReader

_NO_END: Final = b"\xff" * 8
_TELL_MAX: Final = 2_000
_WORDS_MAX: Final = 500
_RUNS: Final = re.compile(rb"[\x20-\x7e]{6,}")
_TEXT: Final = table(bytes(range(0x20, 0x7F)))


@dataclass
class OggStream:
    """One stream of one link."""

    link: int
    place: str
    coding: OggCoding | None
    heads: list[bytes] = field(default_factory=list)
    bare: list[bytes] = field(default_factory=list)
    part: bytearray = field(default_factory=bytearray)
    broken: bool = False  # a packet is open at the end of the last page
    ended: bool = False
    pages: int = 0
    packets: int = 0
    position: int = -1
    coded: hashlib._Hash = field(default_factory=hashlib.sha256)
    positions: hashlib._Hash = field(default_factory=hashlib.sha256)
    words: list[bytes] = field(default_factory=list)  # of headers, to look for in a copy


@dataclass
class OggScan:
    """What was seen."""

    links: int = 0
    streams: list[OggStream] = field(default_factory=list)
    told: dict[Revelation, None] = field(default_factory=dict)
    doubts: dict[str, None] = field(default_factory=dict)
    words: list[bytes] = field(default_factory=list)

    def say(self, group: str, place: str, name: str, value: str) -> None:
        """Add a revelation once; a hostile file must not fill the answer."""
        if len(self.told) < _TELL_MAX:
            self.told[Revelation(group, place, name, value)] = None

    @property
    def kept(self) -> list[OggStream]:
        """Streams of sound and pictures."""
        return [stream for stream in self.streams if stream.coding]


def scan_ogg(reader: SeekableReader) -> OggScan:
    """Read the whole file; never raises on content."""
    scan, open_ones, filled = OggScan(), dict[int, OggStream](), True
    for page in walk_ogg(reader):
        if isinstance(page, OggGap):
            for one in of_surplus("between pages", reader, page.place, page.end):
                scan.say(one.group, one.place, one.name, one.value)
            if len(scan.words) < 200:
                scan.words.append(reader.read_at(page.place, min(page.end - page.place, 1 << 18)))
            continue
        if page.flags & 2:
            if filled:
                _ends(scan, open_ones)
                open_ones, filled, scan.links = {}, False, scan.links + 1
            if not _begins(scan, open_ones, page):
                break
        else:
            filled = True
        stream = open_ones.get(page.serial)
        if stream is None or stream.ended:
            scan.doubts["a page of no stream"] = None
        else:
            _page(scan, stream, page)
    _ends(scan, open_ones)
    if not scan.kept:
        scan.doubts["no stream of sound or pictures"] = None
    return scan


def _begins(scan: OggScan, open_ones: dict[int, OggStream], page: OggPage) -> bool:
    if page.serial in open_ones or not page.packets or len(scan.streams) >= OGG_STREAMS_MAX:
        scan.doubts["a stream that does not begin rightly"] = None
        return False
    coding, place = coding_named(page.packets[0]), f"stream {len(scan.streams) + 1}"
    stream = OggStream(scan.links - 1, place, coding)
    scan.streams.append(stream)
    open_ones[page.serial] = stream
    if coding is None:
        scan.say("inside", place, "a stream of another kind", shown(page.packets[0][:40]) or "unknown")
    elif page.serial != len(scan.kept):
        scan.say("other", place, "stream number", f"{page.serial:#010x}")
    if len(page.packets) > 1 or not page.whole:
        scan.say("other", place, "first page", "holds more than the first packet")
    return True


def _ends(scan: OggScan, open_ones: dict[int, OggStream]) -> None:
    for stream in open_ones.values():
        if stream.coding and (stream.broken or not stream.bare or not stream.packets):
            scan.doubts[f"{stream.place} is cut"] = None


def _page(scan: OggScan, stream: OggStream, page: OggPage) -> None:
    stream.ended = bool(page.flags & 4)
    if stream.coding is None:
        stream.words += [part[:4096] for part in page.packets if len(stream.words) < 500]
        for part in page.packets:
            for first, last in list(runs(part[: 1 << 20], _TEXT, 6))[:20]:
                scan.say("who", stream.place, "text", shown(part[first:last]))
        return
    if page.number != stream.pages or page.flags > 7:
        scan.say("other", stream.place, "page number", f"{page.number} {page.flags}")
    stream.pages += 1
    if not page.packets:
        if not stream.ended or page.position != _NO_END:
            scan.say("other", stream.place, "empty page", page.position.hex())
        return
    if page.continues != stream.broken:
        scan.doubts[f"{stream.place}: a packet that is cut between two pages"] = None
        stream.broken, stream.part = False, bytearray()
    headers, packets = not stream.bare, stream.packets
    _parts(scan, stream, page)
    ends = len(page.packets) > 1 or page.whole
    _position(scan, stream, page, (ends, headers, stream.packets > packets))


def _position(scan: OggScan, stream: OggStream, page: OggPage, what: tuple[bool, bool, bool]) -> None:
    ends, headers, coded = what
    if headers and (coded or (stream.bare and stream.broken)):
        scan.say("other", stream.place, "headers", "do not end their page")
    if (not ends and page.position != _NO_END) or (ends and not coded and page.position != bytes(8)):
        scan.say("other", stream.place, "position", shown(page.position) or page.position.hex())
    if coded:
        value = int.from_bytes(page.position, "little", signed=True)
        if not stream.position <= value <= OGG_POSITION_MAX:
            scan.doubts[f"{stream.place}: positions that run backwards or too far"] = None
        stream.position = value
        stream.positions.update(f"{stream.packets} {value}\n".encode())


def _parts(scan: OggScan, stream: OggStream, page: OggPage) -> None:
    for number, part in enumerate(page.packets, 1):
        stream.part += part
        if len(stream.part) > OGG_PACKET_MAX:
            scan.doubts[f"{stream.place}: a packet that is too large"] = None
            stream.part = bytearray()
        stream.broken = number == len(page.packets) and not page.whole
        if not stream.broken:
            packet, stream.part = bytes(stream.part), bytearray()
            (_coded if stream.bare else _header)(scan, stream, packet)


def _header(scan: OggScan, stream: OggStream, packet: bytes) -> None:
    assert stream.coding  # noqa: S101  (for the type checker)
    stream.heads.append(packet)
    if not stream.coding.complete(stream.heads):
        return
    stream.bare = stream.coding.bare(stream.heads)
    if not stream.bare:
        scan.doubts[f"{stream.place}: headers that cannot be read"] = None
        stream.bare = list(stream.heads)
    for number, head in enumerate(stream.heads):
        expected = stream.bare[number] if number < len(stream.bare) else b""
        if head != expected:
            stream.words.append(_words(stream, number, expected))
            for one in _of_header(stream, number, expected):
                scan.say(one.group, one.place, one.name, one.value)


def _words(stream: OggStream, number: int, expected: bytes) -> bytes:
    """What to look for in a copy of a header that a copy has in another form."""
    head = stream.heads[number]
    if expected and head.startswith(expected):
        return head[len(expected) :]
    if number == 0:
        texts = {
            "speex": slice(8, 28),
            "flac": slice(51, None) if expected[35:51] == head[35:51] else slice(35, None),
        }
        return head[texts.get(stream.coding.name if stream.coding else "", slice(len(expected), None))]
    return head[8:] if head[:8] == b"OpusTags" else head


def _of_header(stream: OggStream, number: int, expected: bytes) -> Iterator[Revelation]:
    assert stream.coding  # noqa: S101
    head, place = stream.heads[number], f"{stream.place}/{stream.coding.name} header {number + 1}"
    yield Revelation("software", place, "header", f"{len(head)} bytes")
    if number == 1:
        yield from of_comment(place, stream.coding.comment(stream.heads))
    elif stream.coding.name == "flac" and number and head[0] & 127 == 6:
        yield from of_picture(place, head[4:])
    elif head.startswith(expected) and expected:
        yield Revelation("inside", place, "bytes behind the header", shown(head[len(expected) :]))
    if number != 1:
        for text in _RUNS.findall(head[0 if number else 8 :])[:100]:
            if text not in expected:
                yield Revelation("software", place, "text", shown(text))


def _coded(scan: OggScan, stream: OggStream, packet: bytes) -> None:
    assert stream.coding  # noqa: S101
    stream.packets += 1
    paddings, reason = stream.coding.paddings(packet), stream.coding.stray(packet)[2]
    if reason or paddings is None:
        scan.doubts[f"{stream.place}: {reason or 'an Opus packet of a wrong size'}"] = None
    for first, last in paddings or ():
        if any(packet[first:last]):
            if len(stream.words) < _WORDS_MAX:
                stream.words.append(packet[first:last])
            scan.say("inside", stream.place, "padding", shown(packet[first:last]) or packet[first:last].hex()[:80])
            packet = packet[:first] + bytes(last - first) + packet[last:]
    for text in texts_in(packet):
        scan.say("other", stream.place, "readable text in the coded bytes", text)
    stream.coded.update(packet)
