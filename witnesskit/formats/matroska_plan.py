"""The copy of a film laid out before it is written: clusters, index of key pictures, heads (RFC 9559 clause 25)."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from typing import Final

from witnesskit.errors.media import BadMedia, MediaTooLarge
from witnesskit.formats import matroska_ids as ids
from witnesskit.formats.ebml import make, make_number, make_real, name_bytes, size_bytes
from witnesskit.formats.matroska import Film
from witnesskit.formats.matroska_blocks import Block, write_head
from witnesskit.media_limits import (
    MATROSKA_CLUSTER_SECONDS,
    MATROSKA_CLUSTER_SIZE,
    MATROSKA_CLUSTERS_MAX,
    MATROSKA_START_SECONDS,
)

_SECOND: Final = 1_000_000_000
_APP: Final = b""  # both names of programs are mandatory, and may be empty
_CUE_STEP: Final = _SECOND // 2  # nanoseconds between two entries of the index at the least
_NO_CUE: Final = -(1 << 62)


@dataclass
class Plan:
    """Clusters of the copy: time of each, bytes and count of its blocks, time of its key picture.

    A cluster ends before a key picture once it spans a second, and at five seconds or five mebibytes.
    """

    film: Film
    lead: int  # the track whose key pictures are indexed: the first of pictures, else the first
    bases: array[int] = field(default_factory=lambda: array("q"))
    sizes: array[int] = field(default_factory=lambda: array("Q"))
    counts: array[int] = field(default_factory=lambda: array("Q"))
    cues: array[int] = field(default_factory=lambda: array("q"))
    last_cue: int = -(1 << 62)
    earliest: int = 1 << 62
    latest: int = 0

    def add(self, block: Block) -> None:
        """Lay out the next block."""
        time, film = block.time, self.film
        track = film.tracks.kept[block.track]
        leads = block.track == self.lead and block.key
        if not self.bases or self._full(time, leads and track.video):
            if len(self.bases) >= MATROSKA_CLUSTERS_MAX:
                raise MediaTooLarge("clusters")
            self.bases.append(max(time, 0))
            self.sizes.append(0)
            self.counts.append(0)
            self.cues.append(_NO_CUE)
        head, tail = write_head(block, len(track.prefix), self.bases[-1])
        self.sizes[-1] += len(head) + len(tail) + block.end - block.start + len(track.prefix) * len(block.sizes)
        if block.lacing:
            self.sizes[-1] += sum(block.sizes) - (block.end - block.start)
        self.counts[-1] += 1
        far = (time - self.last_cue) * film.scale >= _CUE_STEP
        if leads and far and time >= 0 and self.cues[-1] == _NO_CUE:
            self.cues[-1] = self.last_cue = time
        self.earliest = min(self.earliest, time)
        frames = -(-track.default_duration * len(block.sizes) // film.scale)
        self.latest = max(self.latest, time + (frames if block.duration is None else block.duration))

    def _full(self, time: int, key: bool) -> bool:
        span = time - self.bases[-1]
        elapsed = span * self.film.scale
        late = elapsed >= (_SECOND if key else MATROSKA_CLUSTER_SECONDS * _SECOND)
        return late or not -0x8000 <= span < 0x8000 or self.sizes[-1] >= MATROSKA_CLUSTER_SIZE

    @property
    def shift(self) -> int:
        """Ticks by which every time becomes less: a film cut from a long stream begins at zero."""
        late = self.earliest * self.film.scale > MATROSKA_START_SECONDS * _SECOND
        return self.earliest if late and self.bases else 0

    def cluster_head(self, index: int) -> bytes:
        """Head and time of one cluster."""
        time = make_number(ids.TIMESTAMP, self.bases[index] - self.shift)
        return name_bytes(ids.CLUSTER) + size_bytes(len(time) + self.sizes[index]) + time

    def head(self) -> bytes:
        """Everything in front of the first cluster; raises ``BadMedia`` for a film without blocks."""
        if not self.bases:
            raise BadMedia("no coded pictures and no sound")
        shift = self.shift
        info = make(
            ids.INFO,
            make_number(ids.TIMESTAMP_SCALE, self.film.scale),
            make_real(ids.DURATION, max(0, self.latest - shift)),
            make(ids.MUXING_APP, _APP),
            make(ids.WRITING_APP, _APP),
        )
        front = info + make(ids.TRACKS, *(track.entry for track in self.film.tracks.kept))
        heads = [len(self.cluster_head(index)) for index in range(len(self.bases))]
        cues = self._cues(len(front) + len(self._cues(0, heads)), heads)
        size = len(front) + len(cues) + sum(heads) + sum(self.sizes)
        return (
            _ebml(self.film.doc_type) + name_bytes(ids.SEGMENT) + (1 << 56 | size).to_bytes(8, "big") + front + cues
        )

    def _cues(self, place: int, heads: list[int]) -> bytes:
        """The index; places have eight bytes each, so its own length does not depend on them."""
        points = []
        for index, time in enumerate(self.cues):
            if time != _NO_CUE:
                where = make(ids.CUE_CLUSTER, place.to_bytes(8, "big"))
                position = make(ids.CUE_POSITIONS, make_number(ids.CUE_TRACK, self.lead + 1), where)
                points.append(make(ids.CUE_POINT, make_number(ids.CUE_TIME, time - self.shift), position))
            place += heads[index] + self.sizes[index]
        return make(ids.CUES, *points) if points else b""


def new_plan(film: Film) -> Plan:
    """An empty plan for the copy of ``film``."""
    lead = next((index for index, track in enumerate(film.tracks.kept) if track.video), 0)
    return Plan(film, lead)


def _ebml(doc_type: str) -> bytes:
    return make(
        ids.EBML,
        make_number(0x4286, 1),
        make_number(ids.READ_VERSION, 1),
        make_number(ids.MAX_ID, 4),
        make_number(ids.MAX_SIZE, 8),
        make(ids.DOC_TYPE, doc_type.encode()),
        make_number(0x4287, 4),
        make_number(ids.DOC_READ_VERSION, 2),
    )
