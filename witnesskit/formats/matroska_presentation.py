"""How a Matroska film is shown, as one digest: tracks and times of blocks (docs/spec/essence-matroska.md)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from witnesskit.digest import sha256_hex
from witnesskit.formats.ebml import Source
from witnesskit.formats.matroska import Film, read_film
from witnesskit.formats.matroska_blocks import Block
from witnesskit.formats.matroska_media import blocks
from witnesskit.formats.matroska_plan import new_plan
from witnesskit.formats.strict_json import canonical
from witnesskit.media_limits import MATROSKA_SCAN_WINDOW
from witnesskit.model import Json, SeekableReader

DEFINITION = "witnesskit.matroska/1"


@dataclass
class Shown:
    """One track's blocks so far: count, time of the first, digest of the rest."""

    count: int = 0
    first: int = 0
    times: hashlib._Hash = field(default_factory=hashlib.sha256)
    beside: hashlib._Hash = field(default_factory=hashlib.sha256)

    def add(self, block: Block, scale: int) -> None:
        """Take the next block; ``scale`` is nanoseconds of a tick."""
        if not self.count:
            self.first = block.time
        self.count += 1
        time = (block.time - self.first) * scale
        if block.duration is None and block.discard is None and not block.invisible and not block.lacing:
            self.times.update(b"%d %d\n" % (time, block.key))
            if not block.additions:
                return
        else:
            frames, duration, discard = len(block.sizes), block.duration, block.discard or 0
            length = -1 if duration is None else duration * scale
            self.times.update(b"%d %d %d %d %d %d\n" % (time, block.key, block.invisible, frames, length, discard))
        for number, data in block.additions:
            self.beside.update(b"%d %d %d\n" % (self.count, number, len(data)))
            self.beside.update(data)


def presentation_of(film: Film, shown: list[Shown], shift: int) -> str:
    """SHA-256 of the canonical JSON, 64 hex digits; ``shift`` is the time at which the film counts as begun."""
    tracks: list[Json] = [
        {
            "beside": one.beside.hexdigest(),
            "blocks": one.count,
            "coding": track.decoding.coding,
            "entry": sha256_hex(track.entry),
            "first": (one.first - shift) * film.scale,
            "kind": "vide" if track.video else "soun",
            "times": one.times.hexdigest(),
        }
        for track, one in zip(film.tracks.kept, shown, strict=True)
    ]
    return sha256_hex(canonical({"definition": DEFINITION, "tracks": tracks}))


def matroska_presentation(reader: SeekableReader) -> str:
    """Of the film in ``reader``; raises the leaves of ``errors/media.py`` and ``errors/strip.py``."""
    film = read_film(reader)
    shown, plan = [Shown() for _ in film.tracks.kept], new_plan(film)
    for block in blocks(Source(reader, MATROSKA_SCAN_WINDOW), film):
        shown[block.track].add(block, film.scale)
        plan.add(block)
    return presentation_of(film, shown, plan.shift)
