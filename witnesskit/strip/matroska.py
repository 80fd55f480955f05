"""The shareable copy of a Matroska or WebM film: pictures and sound as coded, and a new file around them.

The film is read twice: once to lay out the copy, since every size stands in front of what it counts, and once
to write it. No element is copied; each is built from the fields that decoding and showing need.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from witnesskit.errors.media import BadMedia
from witnesskit.errors.strip import HiddenFootage
from witnesskit.formats.ebml import Source
from witnesskit.formats.matroska import Film, Gone, read_film
from witnesskit.formats.matroska_blocks import Block, write_head
from witnesskit.formats.matroska_media import blocks, frames_of
from witnesskit.formats.matroska_plan import Plan, new_plan
from witnesskit.formats.matroska_presentation import Shown, presentation_of
from witnesskit.formats.matroska_private import packet_check
from witnesskit.formats.mpeg4_units import ENCODER
from witnesskit.limits import MIB
from witnesskit.media_limits import FILM_WINDOW, MATROSKA_SCAN_WINDOW
from witnesskit.media_model import DEFAULT_CHOICES, EssenceHash, Removal, StripChoices, StripResult
from witnesskit.model import SeekableReader, Sink
from witnesskit.strip.bitstream import Described, Part, TrackWork, pass_samples
from witnesskit.strip.copying import Copying, refuse_if
from witnesskit.strip.isobmff_remarks import coder_remarks

_BLOCK: Final = 2 * MIB  # bytes given to the sink at a time
_LOOKED_INTO: Final = frozenset({"h264", "hevc", "aac", "mpeg4", "av1", "mjpeg"})  # unit by unit
_KNOWN_WHOLE: Final = _LOOKED_INTO | {"pcm", "mpeg2"}
Check = Callable[[bytes], None]
_NAL: Final = ("h264", "hevc")


@dataclass
class _Copy(Copying):
    """Gathers parts into blocks for the sink."""

    parts: list[Part] = field(default_factory=list)
    waiting: int = 0

    def gather(self, parts: list[Part]) -> None:
        self.parts += parts
        self.waiting += sum(map(len, parts))
        if self.waiting >= _BLOCK:
            self.flush()

    def flush(self) -> None:
        self.put(b"".join(self.parts))
        self.parts.clear()
        self.waiting = 0


def strip_matroska(reader: SeekableReader, sink: Sink, choices: StripChoices = DEFAULT_CHOICES) -> StripResult:
    """Write a copy of the film in ``reader`` to ``sink`` that keeps pictures and sound and nothing that identifies.

    The structure is understood before anything is written; frames are checked while they are copied, so what is
    in the sink after a refusal is worth nothing. Raises ``BadMedia``, ``MediaCut``, ``MediaTooLarge``,
    ``UnsupportedMedia`` or a leaf of ``Unstrippable``; what the sink raises passes through.
    """
    film = read_film(reader)
    film.gone = gone = Gone(reader)
    shown, plan = [Shown() for _ in film.tracks.kept], new_plan(film)
    for block in blocks(Source(reader, MATROSKA_SCAN_WINDOW), film):
        shown[block.track].add(block, film.scale)
        plan.add(block)
    if film.ordered:
        refuse_if(choices.hidden_footage, "refuse", HiddenFootage)
    film.gone = None
    copy = _Copy(sink)
    copy.gather([plan.head()])
    works = [
        TrackWork(track.decoding.coding, (Described(track.decoding.length, track.decoding.private),))
        for track in film.tracks.kept
    ]
    _media(Source(reader, FILM_WINDOW), film, (plan, works), copy)
    copy.flush()
    return StripResult(
        media_type="video/webm" if film.doc_type == "webm" else "video/x-matroska",
        size=copy.size,
        sha256=copy.sha256,
        removed=(*_removed(film, gone), *_blanked(works)),
        essence=_essence(film, works),
        presentation_sha256=presentation_of(film, shown, plan.shift),
        kept=tuple(
            dict.fromkeys((*film.remarks, *_remarks(film, plan), *(r for work in works for r in work.remarks)))
        ),
    )


def _media(source: Source, film: Film, planned: tuple[Plan, list[TrackWork]], copy: _Copy) -> None:
    plan, works = planned
    checks = [packet_check(track.decoding) for track in film.tracks.kept]
    index, left, shift = -1, 0, plan.shift
    for block in blocks(source, film):
        if not left:
            index += 1
            if index >= len(plan.counts):
                raise BadMedia("the film changed while it was read")
            left = plan.counts[index]
            copy.gather([plan.cluster_head(index)])
        left -= 1
        track = film.tracks.kept[block.track]
        head, tail = write_head(block, len(track.prefix), plan.bases[index])
        copy.gather([head, *_frames(source, works[block.track], checks[block.track], (block, track.prefix)), tail])
    if left or index + 1 != len(plan.counts) or shift != plan.shift:
        raise BadMedia("the film changed while it was read")


def _frames(source: Source, work: TrackWork, check: Check | None, framed: tuple[Block, bytes]) -> list[Part]:
    block, prefix = framed
    data, start, sizes = frames_of(source, block, prefix)
    if work.coding in _LOOKED_INTO:
        return pass_samples(work, data, start, array("I", sizes), 1)
    part = memoryview(data)[start : start + sum(sizes)]
    if check:
        place = start
        for size in sizes:
            check(data[place : place + size])
            place += size
    work.hasher.update(part)
    return [part]


def _essence(film: Film, works: list[TrackWork]) -> tuple[EssenceHash, ...]:
    seen, found = {True: 0, False: 0}, []
    for track, work in zip(film.tracks.kept, works, strict=True):
        name = f"{'video' if track.video else 'audio'}:{seen[track.video]}"
        seen[track.video] += 1
        definition = f"{work.coding}-vcl" if work.coding in _NAL else "raw-packets"
        found.append(EssenceHash(name, definition, work.hasher.hexdigest()))
    return tuple(found)


def _removed(film: Film, gone: Gone) -> tuple[Removal, ...]:
    of_tracks = [removal for track in film.tracks.kept for removal in track.removed]
    return (*film.tracks.removed, *of_tracks, *gone.removals())


def _blanked(works: list[TrackWork]) -> list[Removal]:
    return [
        Removal(f"free data in the frames of track {number}", work.blanked_size, work.blanked.hexdigest())
        for number, work in enumerate(works, 1)
        if work.blanked_size
    ]


def _remarks(film: Film, plan: Plan) -> list[str]:
    remarks = [remark for track in film.tracks.kept for remark in track.remarks]
    codings = [track.decoding.coding for track in film.tracks.kept if track.decoding.coding not in _KNOWN_WHOLE]
    remarks += [f"what a decoder passes over inside {coding} was not looked into" for coding in codings]
    named = (ENCODER.search(track.decoding.private) for track in film.tracks.kept if track.decoding.coding == "mpeg4")
    remarks += coder_remarks(found.group().decode() for found in named if found)
    if sum(track.video for track in film.tracks.kept) > 1:
        remarks.append("the film holds more than one track of pictures: players show one of them")
    if not all(track.enabled for track in film.tracks.kept):
        remarks.append("a track that players do not show by themselves stays in the copy")
    if plan.shift:
        remarks.append("the film began in the middle of a longer stream: its times were moved to begin at zero")
    return remarks
