"""The shareable copy of an Ogg file: streams of sound and pictures, headers built anew, packets as they are.

Streams are numbered 1, 2 ... instead of at random; comments, vendors, bit rates, indexes, texts and whatever is no
page are not written. Opus padding is zeroed. Pages keep their packets and positions.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field

from witnesskit.digest import sha256_hex
from witnesskit.formats.flac import advises_gain
from witnesskit.formats.ogg import (
    CONTINUED,
    FIRST,
    LAST,
    NO_END,
    Gap,
    Page,
    PageHead,
    header_pages,
    page_bytes,
    read_pages,
)
from witnesskit.formats.strict_json import canonical
from witnesskit.limits import READ_BLOCK
from witnesskit.media_model import DEFAULT_CHOICES, EssenceHash, Removal, StripChoices, StripResult
from witnesskit.model import SeekableReader, Sink
from witnesskit.strip.copying import Copying
from witnesskit.strip.ogg_plan import Plan, Stream, plan_ogg
from witnesskit.strip.remarks import GAIN_DROPPED, SOUND_BEGINS_LATE, STREAMS_DROPPED

MEDIA_TYPES = {True: "video/ogg", False: "audio/ogg"}


def strip_ogg(reader: SeekableReader, sink: Sink, choices: StripChoices = DEFAULT_CHOICES) -> StripResult:  # noqa: ARG001
    """Write a copy of the Ogg file in ``reader`` to ``sink`` that keeps sound and pictures and nothing else.

    Nothing is written before every packet was looked at. Raises ``BadMedia``, ``MediaCut``, ``MediaTooLarge`` or
    ``UnsupportedMedia``; what the sink raises passes through.
    """
    plan = plan_ogg(reader)
    writer = _Writer(Copying(sink), plan)
    for page in read_pages(reader):
        if not isinstance(page, Gap):
            writer.page(page)
    writer.flush()
    kept = list(plan.kept())
    remarks: tuple[str, ...] = (
        (STREAMS_DROPPED,) if any(not stream.coding for link in plan.links for stream in link) else ()
    )
    remarks += (SOUND_BEGINS_LATE,) if any(stream.late for stream in kept) else ()
    remarks += (GAIN_DROPPED,) if any(_advises_gain(stream) for stream in kept) else ()
    return StripResult(
        media_type=MEDIA_TYPES[any(stream.coding and stream.coding.kind == "video" for stream in kept)],
        size=writer.copy.size,
        sha256=writer.copy.sha256,
        removed=tuple(_removed(reader, plan)),
        essence=tuple(_essence(kept)),
        presentation_sha256=_presentation(plan),
        kept=remarks,
    )


def _advises_gain(stream: Stream) -> bool:
    """Whether the comment, which begins behind a mark of the coding, says how loud to play."""
    assert stream.coding  # noqa: S101
    skipped = {"opus": 8, "speex": 0, "flac": 4}.get(stream.coding.name, 7)
    return advises_gain(stream.heads[1][skipped:])


@dataclass
class _Writer:
    """The second pass: pages of streams that stay, numbered anew."""

    copy: Copying
    plan: Plan
    link: int = -1
    filled: bool = True
    serial: int = 0
    place: int = 0  # of the next stream in its link
    streams: dict[int, tuple[Stream, int]] = field(default_factory=dict)  # by the old number: stream, new number
    sequences: dict[int, int] = field(default_factory=dict)
    waiting: bytearray = field(default_factory=bytearray)

    def page(self, page: Page) -> None:
        """Write what stays of one page of the original."""
        if page.flags & FIRST:
            if self.filled:
                self._next_link()
            self._begin(page)
        else:
            self.filled = True
        known = self.streams.get(page.serial)
        if known and page.start >= known[0].data_page:
            self._data(page, *known)

    def _next_link(self) -> None:
        self.link, self.place, self.filled, self.streams = self.link + 1, 0, False, {}
        first = []
        for number, stream in enumerate(self._kept(), self.serial + 1):
            first += header_pages(stream.canonical[:1], number, 0, FIRST)
        later = []
        for number, stream in enumerate(self._kept(), self.serial + 1):
            pages = header_pages(stream.canonical[1:], number, 1)
            self.sequences[number] = 1 + len(pages)
            later += pages
        self._put(b"".join(first + later))

    def _kept(self) -> Iterator[Stream]:
        return (stream for stream in self.plan.links[self.link] if stream.coding)

    def _begin(self, page: Page) -> None:
        stream = self.plan.links[self.link][self.place]
        self.place += 1
        if stream.coding:
            self.serial += 1
            self.streams[page.serial] = stream, self.serial

    def _data(self, page: Page, stream: Stream, serial: int) -> None:
        skipped = stream.data_segment if page.start == stream.data_page else 0
        lacing, start = page.lacing[skipped:], sum(page.lacing[:skipped])
        last = page.flags & LAST
        if not lacing and not last:
            return
        ends = bool(lacing) and min(lacing) < 255
        flags = last | (0 if skipped else page.flags & CONTINUED)
        head = PageHead(flags if lacing else last, page.granule if ends else NO_END, serial, self.sequences[serial])
        self.sequences[serial] += 1
        self._put(page_bytes(head, lacing, self._blanked(page)[start:]))

    def _blanked(self, page: Page) -> bytes:
        blanks = self.plan.blanks
        number = bisect_left(blanks, page.body_at) // 2 * 2
        if number >= len(blanks) or blanks[number] >= page.end:
            return page.body
        body = bytearray(page.body)
        while number < len(blanks) and blanks[number] < page.end:
            first, last = max(blanks[number] - page.body_at, 0), max(blanks[number + 1] - page.body_at, 0)
            body[first:last] = bytes(last - first)
            number += 2
        return bytes(body)

    def _put(self, data: bytes) -> None:
        self.waiting += data
        if len(self.waiting) >= READ_BLOCK:
            self.flush()

    def flush(self) -> None:
        """Write what waits."""
        self.copy.put(bytes(self.waiting))
        self.waiting = bytearray()


def _essence(kept: list[Stream]) -> Iterator[EssenceHash]:
    counts = {"audio": 0, "video": 0}
    for stream in kept:
        assert stream.coding  # noqa: S101
        kind = stream.coding.kind
        yield EssenceHash(f"{kind}:{counts[kind]}", "raw-packets", stream.coded.hexdigest())
        counts[kind] += 1


def _presentation(plan: Plan) -> str:
    links = [[_shown(stream) for stream in link if stream.coding] for link in plan.links]
    return sha256_hex(canonical({"definition": "ogg-presentation", "links": [link for link in links if link]}))


def _shown(stream: Stream) -> dict[str, str | int]:
    assert stream.coding  # noqa: S101
    return {
        "coding": stream.coding.name,
        "headers": sha256_hex(b"".join(stream.canonical)),
        "packets": stream.packets,
        "positions": stream.timing.hexdigest(),
    }


def _removed(reader: SeekableReader, plan: Plan) -> Iterator[Removal]:
    for link in plan.links:
        for number, stream in enumerate(link, 1):
            if stream.coding is None:
                yield Removal(f"stream {number}", stream.size, stream.gone.hexdigest())
            for one, (old, new) in enumerate(zip(stream.heads, stream.canonical, strict=False), 1):
                if old != new:
                    yield Removal(f"stream {number} header {one}", len(old), sha256_hex(old))
            for old in stream.heads[len(stream.canonical) :]:
                yield Removal(f"stream {number} further header", len(old), sha256_hex(old))
    yield from _blanked_and_gaps(reader, plan)


def _blanked_and_gaps(reader: SeekableReader, plan: Plan) -> Iterator[Removal]:
    if plan.blanks:
        gone, size = hashlib.sha256(), 0
        for number in range(0, len(plan.blanks), 2):
            first, last = plan.blanks[number], plan.blanks[number + 1]
            gone.update(reader.read_at(first, last - first))
            size += last - first
        yield Removal("padding of packets", size, gone.hexdigest())
    for start, end in plan.gaps:
        gone = hashlib.sha256()
        for place in range(start, end, READ_BLOCK):
            gone.update(reader.read_at(place, min(READ_BLOCK, end - place)))
        yield Removal("between pages", end - start, gone.hexdigest())
