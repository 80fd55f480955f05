"""An image sequence as the copy will hold it: the track that is shown, its transparency, each picture cleaned."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final

from witnesskit.digest import sha256_hex
from witnesskit.errors.media import BadMedia, MediaCut, MediaTooLarge
from witnesskit.formats.heif_choice import ALPHA
from witnesskit.formats.heif_file import read_index
from witnesskit.formats.heif_track import StillTrack, TrackHead, read_head, read_still
from witnesskit.formats.heif_units import clean_av1, clean_hevc
from witnesskit.formats.isobmff import Box, children, number_bytes
from witnesskit.formats.isobmff_headers import Times, read_times
from witnesskit.formats.isobmff_words import check_film_times
from witnesskit.media_limits import FILM_TRACKS_MAX, HEIF_DATA_MAX, HEIF_SAMPLES_MAX
from witnesskit.media_model import EssenceHash, Removal
from witnesskit.model import Json, SeekableReader

_HIDDEN: Final = Fraction(1, 50)  # seconds; less is rounding


@dataclass
class KeptTrack:
    """A track with its pictures as the copy holds them, and runs of (pictures, description)."""

    track: StillTrack
    samples: list[bytes] = field(default_factory=list)
    runs: list[tuple[int, int]] = field(default_factory=list)

    def presentation(self) -> Json:
        """What decides how the track is shown."""
        shown, tables = self.track.shown, self.track.tables
        return {
            "kind": self.track.head.handler.decode("latin-1"),
            "descriptions": [sha256_hex(entry.data) for entry in self.track.entries],
            "runs": [list(run) for run in self.runs],
            "matrix": shown.matrix.hex(),
            "size": shown.size.hex(),
            "enabled": shown.flags & 1,
            "duration": str(shown.duration),
            "timescale": self.track.times.timescale,
            "edits": [[str(edit.duration), str(edit.start), edit.rate] for edit in self.track.edits],
            "repeats": self.track.repeats,
            "durations": sha256_hex(number_bytes(tables.durations)),
            "compositions": sha256_hex(number_bytes(tables.compositions)),
            "sync": "all" if tables.sync is None else sha256_hex(number_bytes(tables.sync)),
        }


@dataclass
class Sequence:
    """The kept tracks, the one shown first, then its transparency if it has one; and what was left out."""

    times: Times
    tracks: list[KeptTrack] = field(default_factory=list)
    removed: list[Removal] = field(default_factory=list)
    essence: tuple[EssenceHash, ...] = ()
    spans: list[tuple[int, int]] = field(default_factory=list)
    further: bool = False  # tracks of further pictures were dropped
    helpers: bool = False
    others: tuple[str, ...] = ()  # handlers of tracks that are no pictures

    @property
    def kind(self) -> bytes:
        """Type of the sample descriptions of what is shown."""
        return self.tracks[0].track.entries[0].kind

    @property
    def hides(self) -> bool:
        """Whether an edit list keeps pictures from being shown."""
        return any(_hidden(kept.track, self.times.timescale) > _HIDDEN for kept in self.tracks)

    def presentation(self) -> Json:
        """Members of the presentation's object."""
        return {
            "tracks": [kept.presentation() for kept in self.tracks],
            "times": [self.times.timescale, str(self.times.duration)],
        }


def read_sequence(reader: SeekableReader, moov: Box) -> Sequence:
    """Understand and clean the tracks; raises the leaves of ``errors/media.py`` and of ``Unstrippable``."""
    data = read_index(reader, moov, "the index")
    times, heads, sequence = None, [], None
    removed = []
    for box in children(data, moov.body - moov.start, len(data)):
        if box.kind == b"mvhd" and times is None:
            times = read_times(data, box)
        elif box.kind == b"trak":
            heads.append(read_head(data, box))
            if len(heads) > FILM_TRACKS_MAX:
                raise MediaTooLarge(f"more than {FILM_TRACKS_MAX} tracks")
        else:
            raw = data[box.start : box.end]
            removed.append(Removal(f"moov/{box.name}", len(raw), sha256_hex(raw)))
    if times is None:
        raise BadMedia("no mvhd")
    sequence = Sequence(times, removed=removed)
    _choose(data, heads, sequence)
    check_film_times(times, len(sequence.tracks))
    _fill(reader, sequence)
    return sequence


def _choose(data: bytes, heads: list[TrackHead], sequence: Sequence) -> None:
    pictures = [one for one in heads if one.handler == b"pict" and not {b"auxl", b"thmb"} & set(one.references)]
    main = next((one for one in pictures if one.enabled), pictures[0] if pictures else None)
    if main is None or len({one.number for one in heads}) != len(heads):
        raise BadMedia("no track of pictures, or two of one number")
    sequence.tracks.append(KeptTrack(read_still(data, main)))
    others = []
    for place, head in enumerate(heads, 1):
        if head is main:
            continue
        alpha = _alpha(data, head, main) if len(sequence.tracks) == 1 else None
        if alpha:
            sequence.tracks.append(KeptTrack(alpha))
            continue
        raw = data[head.box.start : head.box.end]
        name = head.handler.decode("latin-1") if head.handler.isalnum() else head.handler.hex()
        sequence.removed.append(Removal(f"moov/trak[{place}] ({name})", len(raw), sha256_hex(raw)))
        sequence.further |= head.handler == b"pict" and b"thmb" not in head.references
        sequence.helpers |= head.handler == b"auxv"
        others += [name] if head.handler not in (b"pict", b"auxv") else []
    sequence.others = tuple(dict.fromkeys(others))


def _alpha(data: bytes, head: TrackHead, main: TrackHead) -> StillTrack | None:
    """The transparency of ``main``, if ``head`` is that: a reader knows it by its type and its reference."""
    if head.handler not in (b"auxv", b"pict") or main.number not in head.references.get(b"auxl", ()):
        return None
    track = read_still(data, head)
    return track if all(entry.helper in ALPHA for entry in track.entries) else None


def _fill(reader: SeekableReader, sequence: Sequence) -> None:
    left, essence = HEIF_DATA_MAX, []
    for number, kept in enumerate(sequence.tracks):
        hasher = hashlib.sha256()
        gone: list[bytes] = []
        for raw, description in _samples(reader, kept.track, left, sequence.spans):
            entry = kept.track.entries[description - 1]
            if entry.kind == b"av01":
                cleaned = clean_av1(raw, hasher, several=True)
            else:
                cleaned = clean_hevc(raw, (entry.config[21] & 3) + 1, hasher)
            left -= len(raw)
            kept.samples.append(cleaned.data)
            gone += cleaned.gone
            if kept.runs and kept.runs[-1][1] == description:
                kept.runs[-1] = (kept.runs[-1][0] + 1, description)
            else:
                kept.runs.append((1, description))
        name = "av1-frames" if kept.track.entries[0].kind == b"av01" else "hevc-vcl"
        essence.append(EssenceHash(f"video:{number}", name, hasher.hexdigest()))
        if gone:
            raw = b"".join(gone)
            sequence.removed.append(
                Removal(f"free data in the samples of track {number + 1}", len(raw), sha256_hex(raw))
            )
    sequence.essence = tuple(essence)


def _samples(
    reader: SeekableReader, track: StillTrack, left: int, spans: list[tuple[int, int]]
) -> Iterator[tuple[bytes, int]]:
    """Every sample in order of decoding, with the number of its description."""
    sizes = track.tables.sizes
    if sizes.count > HEIF_SAMPLES_MAX:
        raise MediaTooLarge("pictures of a sequence")
    for extent in track.tables.extents():
        left -= extent.size
        if left < 0:
            raise MediaTooLarge("the coded pictures")
        data = reader.read_at(extent.offset, extent.size)
        if len(data) != extent.size:
            raise MediaCut("inside the pictures")
        spans.append((extent.offset, extent.offset + extent.size))
        place = 0
        for size in sizes.of(extent.first, extent.samples):
            yield data[place : place + size], extent.description
            place += size


def _hidden(track: StillTrack, movie_scale: int) -> Fraction:
    """Seconds of pictures that the edit list leaves out."""
    if not track.edits:
        return Fraction(0)
    durations = track.tables.durations
    total = Fraction(
        sum(count * each for count, each in zip(durations[0::2], durations[1::2], strict=True)), track.times.timescale
    )
    shown = sum((Fraction(edit.duration, movie_scale) for edit in track.edits if edit.start >= 0), Fraction(0))
    late = min(
        (Fraction(edit.start, track.times.timescale) for edit in track.edits if edit.start >= 0), default=total
    )
    return max(total - shown, late)
