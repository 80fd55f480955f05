"""The first pass over an Ogg file: which streams stay, where their headers end, which bytes must be blanked.

Nothing is written here; every page is read, every packet of every stream that stays is looked at.
"""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field

from witnesskit.errors.media import BadMedia, MediaCut, MediaTooLarge
from witnesskit.formats.ogg import CONTINUED, FIRST, LAST, Gap, Page, read_pages
from witnesskit.formats.ogg_streams import Coding, coding_of
from witnesskit.media_limits import OGG_BLANKS_MAX, OGG_PACKET_MAX, OGG_POSITION_MAX, OGG_STREAMS_MAX
from witnesskit.model import SeekableReader


@dataclass
class Stream:
    """One stream of one link: its coding (none if it goes), its headers, where its coded data begin."""

    link: int
    coding: Coding | None
    heads: list[bytes] = field(default_factory=list)
    canonical: list[bytes] = field(default_factory=list)
    data_page: int = -1  # place of the page on which the first packet behind the headers stands
    data_segment: int = 0  # the first segment of it on that page
    data_flags: int = 0
    pending: bytearray = field(default_factory=bytearray)
    pieces: list[tuple[int, int]] = field(default_factory=list)  # places and sizes of the parts of a packet
    open: bool = False
    ended: bool = False
    packets: int = 0
    granule: int = -1
    coded: hashlib._Hash = field(default_factory=hashlib.sha256)
    timing: hashlib._Hash = field(default_factory=hashlib.sha256)
    size: int = 0  # bytes of pages of a stream that goes
    gone: hashlib._Hash = field(default_factory=hashlib.sha256)
    late: bool = False

    @property
    def in_heads(self) -> bool:
        """True while header packets are still to come."""
        return not self.canonical


@dataclass
class Plan:
    """What the second pass writes."""

    links: list[list[Stream]] = field(default_factory=list)
    blanks: array[int] = field(default_factory=lambda: array("Q"))  # start and end of each, in order
    gaps: list[tuple[int, int]] = field(default_factory=list)
    empty_pages: int = 0

    def kept(self) -> Iterator[Stream]:
        """Streams that stay, in order."""
        return (stream for link in self.links for stream in link if stream.coding)


def plan_ogg(reader: SeekableReader) -> Plan:
    """Read the whole file; raises ``BadMedia``, ``MediaCut``, ``MediaTooLarge`` or ``UnsupportedMedia``."""
    plan, current, filled = Plan(), dict[int, Stream](), False
    for page in read_pages(reader):
        if isinstance(page, Gap):
            plan.gaps.append((page.start, page.end))
            continue
        if page.flags & FIRST:
            if filled or not plan.links:
                _close(current)
                plan.links.append([])
                current, filled = {}, False
            _begin(plan, current, page)
            continue
        stream = current.get(page.serial)
        if stream is None or stream.ended:
            raise BadMedia("a page of a stream that has not begun, or has ended")
        filled = True
        _take(plan, stream, page)
    _close(current)
    if not any(True for _ in plan.kept()):
        raise BadMedia("no stream of sound or pictures in Ogg")
    return plan


def _begin(plan: Plan, current: dict[int, Stream], page: Page) -> None:
    if page.serial in current:
        raise BadMedia("two streams of one number")
    if not page.lacing or page.flags & CONTINUED:
        raise BadMedia("a stream that begins with no packet")
    size = _packet_sizes(page.lacing)[0]
    stream = Stream(len(plan.links) - 1, coding_of(page.body[:size]))
    plan.links[-1].append(stream)
    current[page.serial] = stream
    if sum(map(len, plan.links)) > OGG_STREAMS_MAX:
        raise MediaTooLarge(f"more than {OGG_STREAMS_MAX} streams")
    _take(plan, stream, page)


def _packet_sizes(lacing: bytes) -> list[int]:
    sizes, size = [], 0
    for one in lacing:
        size += one
        if one < 255:
            sizes.append(size)
            size = 0
    return sizes or [size]


def _close(current: dict[int, Stream]) -> None:
    for stream in current.values():
        if stream.coding and (stream.open or stream.in_heads):
            raise MediaCut("inside a packet of an Ogg stream")
        if stream.coding and not stream.packets:
            raise (BadMedia if stream.ended else MediaCut)("an Ogg stream without coded data")


def _take(plan: Plan, stream: Stream, page: Page) -> None:
    stream.ended = bool(page.flags & LAST)
    if stream.coding is None:
        stream.size += page.end - page.start
        stream.gone.update(page.body)
        return
    if not page.lacing:
        plan.empty_pages += not stream.ended
        return
    if bool(page.flags & CONTINUED) != stream.open:
        raise BadMedia("a packet in Ogg that is cut between two pages")
    before, place, start = stream.packets, 0, 0
    for number, size in enumerate(page.lacing):
        place += size
        if size < 255:
            _piece(stream, page, start, place)
            _packet(plan, stream, (page, number))
            start = place
    if page.lacing[-1] == 255:
        _piece(stream, page, start, place)
        stream.open = True
    if stream.packets > before:
        _position(stream, page)


def _piece(stream: Stream, page: Page, start: int, end: int) -> None:
    stream.pending += page.body[start:end]
    stream.pieces.append((page.body_at + start, end - start))
    if len(stream.pending) > OGG_PACKET_MAX:
        raise MediaTooLarge(f"a packet of more than {OGG_PACKET_MAX} bytes")


def _packet(plan: Plan, stream: Stream, end: tuple[Page, int]) -> None:
    packet, pieces = bytes(stream.pending), stream.pieces
    stream.pending, stream.pieces, stream.open = bytearray(), [], False
    assert stream.coding  # noqa: S101  (for the type checker: streams that go do not come here)
    if stream.in_heads:
        _header(stream, packet, end)
        return
    stream.packets += 1
    for first, last in stream.coding.free(packet):
        if any(packet[first:last]):
            packet = packet[:first] + bytes(last - first) + packet[last:]
            _blank(plan, pieces, first, last)
    stream.coded.update(packet)


def _header(stream: Stream, packet: bytes, end: tuple[Page, int]) -> None:
    page, number = end
    assert stream.coding  # noqa: S101
    stream.heads.append(packet)
    if not stream.coding.wanted(stream.heads):
        stream.canonical = stream.coding.canonical(stream.heads)
        stream.data_page, stream.data_segment = page.start, number + 1


def _blank(plan: Plan, pieces: list[tuple[int, int]], first: int, last: int) -> None:
    """Places in the file of bytes ``first`` to ``last`` of a packet that lies in ``pieces``."""
    before = 0
    for place, size in pieces:
        start, end = max(first - before, 0), min(last - before, size)
        if start < end:
            plan.blanks.extend((place + start, place + end))
        before += size
    if len(plan.blanks) > 2 * OGG_BLANKS_MAX:
        raise MediaTooLarge("too many packets with padding")


def _position(stream: Stream, page: Page) -> None:
    granule = int.from_bytes(page.granule, "little", signed=True)
    if granule < stream.granule or granule > OGG_POSITION_MAX:
        raise BadMedia("positions in Ogg that run backwards or too far")
    assert stream.coding  # noqa: S101
    stream.late |= stream.granule < 0 and granule >> stream.coding.bits > 100_000_000
    stream.granule = granule
    stream.timing.update(b"%d %d\n" % (stream.packets, granule))
