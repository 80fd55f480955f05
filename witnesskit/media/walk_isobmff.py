"""An inspector's own reader of film boxes: it walks everything, keeps nothing, and shares no code with the writer.

Every box becomes a node with its path; what breaks the structure becomes a doubt, and a doubt means UNKNOWN.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import Final

from witnesskit.media_limits import FILM_DEPTH_MAX, FILM_TOP_MAX, MOOV_MAX
from witnesskit.model import SeekableReader

CONTAINERS: Final = frozenset(
    ["moov", "trak", "mdia", "minf", "stbl", "edts", "dinf", "udta", "tref", "gmhd", "tapt", "mvex"]
)


@dataclass(frozen=True)
class Node:
    """One box: path from the top, type, place in the file, and its body (empty for media and containers)."""

    path: str
    kind: str
    start: int
    end: int
    body: bytes
    track: int  # number of the track it lies in, 0 for none


@dataclass
class FilmWalk:
    """Everything found in a file."""

    nodes: list[Node] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    media: list[tuple[int, int]] = field(default_factory=list)  # bodies of mdat: start, end
    fragments: list[tuple[int, int]] = field(default_factory=list)  # moof boxes: start, end
    cut: bool = False  # the last box of media or fragment is longer than the file
    tail: int = 0  # where bytes begin that belong to no box
    tracks: int = 0
    _index: dict[tuple[str, int], list[Node]] = field(default_factory=dict)
    _counted: int = 0  # nodes in the index

    def number(self, track: int) -> int:
        """track_ID that a track's header gives it; 0 if there is none."""
        bodies = [node.body for node in self.of("tkhd", track)]
        at = 20 if bodies and bodies[0][:1] == b"\1" else 12
        return int.from_bytes(bodies[0][at : at + 4], "big") if bodies else 0

    def chapter_pictures(self, track: int) -> bool:
        """True for still pictures that another track says are its chapters; they belong to no film."""
        described = self.of("stsd", track)
        if not described or described[0].body[12:16] not in (b"jpeg", b"png "):
            return False
        number = self.number(track).to_bytes(4, "big")
        named = [node.body for one in range(1, self.tracks + 1) for node in self.of("chap", one)]
        return any(number == body[at : at + 4] for body in named for at in range(0, len(body), 4))

    def of(self, kind: str, track: int) -> list[Node]:
        """Nodes of one type in one track."""
        if self._counted != len(self.nodes):
            self._index, self._counted = {}, len(self.nodes)
            for node in self.nodes:
                self._index.setdefault((node.kind, node.track), []).append(node)
        return self._index.get((kind, track), [])


def walk_film(reader: SeekableReader) -> FilmWalk:
    """Walk the boxes of ``reader``; never raises on content."""
    walk, place = FilmWalk(), 0
    while place + 8 <= reader.size and len(walk.nodes) + len(walk.fragments) < FILM_TOP_MAX:
        size, kind, head = _head(reader.read_at(place, 16), reader.size - place)
        if size < head or not kind.isprintable():
            break
        end = place + size
        if end > reader.size:
            if kind not in ("moov", "mdat", "moof"):
                break
            walk.cut = True
            if kind == "moov":
                walk.doubts.append("moov is cut")
            end = end if kind == "moof" else reader.size
        if kind == "moof":
            walk.fragments.append((place, end))
        elif kind == "mdat":
            walk.media.append((place + head, end))
            walk.nodes.append(Node(kind, kind, place, end, b"", 0))
        elif end - place > MOOV_MAX:
            walk.nodes.append(Node(kind, kind, place, end, b"", 0))
            walk.doubts.append(f"{kind} is too large")
        else:
            _visit(walk, reader.read_at(place, end - place), (place, head), kind, (kind, 0))
        place = end
    walk.tail = min(place, reader.size)
    if len(walk.nodes) + len(walk.fragments) >= FILM_TOP_MAX:
        walk.doubts.append("too many boxes")
    return walk


def _head(raw: bytes, left: int) -> tuple[int, str, int]:
    if len(raw) < 8:
        return 0, "", 8
    size, kind = struct.unpack(">I4s", raw[:8])
    name = kind.decode("latin-1")
    if size == 1 and len(raw) >= 16:
        return struct.unpack(">Q", raw[8:16])[0], name, 16
    return (left if size == 0 else size), name, 8


def _visit(walk: FilmWalk, data: bytes, offsets: tuple[int, int], kind: str, where: tuple[str, int]) -> None:
    """Add the box in ``data``, and what is in it if it is a container; ``offsets``: its place, its head's length."""
    (place, head), (path, track) = offsets, where
    if kind not in CONTAINERS:
        walk.nodes.append(Node(path, kind, place, place + len(data), data[head:], track))
        return
    walk.nodes.append(Node(path, kind, place, place + len(data), b"", track))
    if path.count("/") >= FILM_DEPTH_MAX:
        walk.doubts.append("boxes are nested too deep")
        return
    inner = head
    while inner + 8 <= len(data):
        size, name, inner_head = _head(data[inner : inner + 16], 0)
        if size < inner_head or inner + size > len(data):
            if kind != "udta":
                walk.doubts.append(f"a box in {path} leaves it")
            break
        if len(walk.nodes) >= FILM_TOP_MAX:
            return
        inside = track
        if name == "trak" and path == "moov":
            walk.tracks += 1
            inside = walk.tracks
        below = f"{path}/{name}[{inside}]" if name == "trak" else f"{path}/{name}"
        _visit(walk, data[inner : inner + size], (place + inner, inner_head), name, (below, inside))
        inner += size
    if any(data[inner:]):
        walk.nodes.append(Node(f"{path}/(rest)", "(rest)", place + inner, place + len(data), data[inner:], track))
