"""What a Matroska or WebM film gives away. CLEAN only if every element and frame is on the list of a clean film."""

from __future__ import annotations

import struct
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

from witnesskit.limits import KIB
from witnesskit.media.film_samples import scan_frames
from witnesskit.media.groups import shown
from witnesskit.media.matroska_blocks import SeenBlock, seen_block
from witnesskit.media.matroska_names import SEGMENT
from witnesskit.media.matroska_rules import HEADERS, MASTERS, REPEATABLE, RULES
from witnesskit.media.matroska_texts import Texts, value_of
from witnesskit.media.matroska_tracks import SeenTrack, look_into, of_track, seen_track
from witnesskit.media.walk_matroska import Visit, Walk, Window, walk_matroska
from witnesskit.media_limits import (
    FILM_SAMPLE_MAX,
    FILM_TRACKS_MAX,
    MATROSKA_CLUSTERS_MAX,
    MATROSKA_PRIVATE_MAX,
    MATROSKA_START_SECONDS,
)
from witnesskit.media_model import Finding, Inspection, Revelation
from witnesskit.model import Json, SeekableReader

_REVELATIONS_MAX: Final = 2_000
_SUBTITLES_SHOWN: Final = 20
_ENTRY: Final = "Segment/Tracks/TrackEntry"
_CUE: Final = "Segment/Cues/CuePoint"
_HDR10_PLUS: Final = b"\xb5\x00\x3c\x00\x01\x04"
_BY_FRAME: Final = frozenset(
    {"V_AV1", "A_AC3", "A_AC3/BSID9", "A_AC3/BSID10", "A_EAC3", "A_DTS", "A_DTS/EXPRESS", "A_DTS/LOSSLESS"}
)
_SECOND: Final = 1_000_000_000


@dataclass
class _Seen:
    """Everything noted while the film is walked."""

    window: Window
    texts: Texts
    revelations: dict[Revelation, None] = field(default_factory=dict)
    doubts: dict[str, None] = field(default_factory=dict)
    tracks: list[SeenTrack] = field(default_factory=list)
    values: dict[str, list[bytes]] = field(default_factory=dict)  # of the track entry being read
    group: dict[str, list[bytes]] = field(default_factory=dict)  # of the block group being read
    cue: list[int] = field(default_factory=list)
    cues: array[int] = field(default_factory=lambda: array("Q"))  # time, track, place of each
    keys: array[int] = field(default_factory=lambda: array("Q"))  # the same, as the blocks are
    segment: int = 0
    scale: int = 1_000_000
    duration: float = 0.0
    cluster: int = 0
    time: int = -1
    key_found: bool = False
    earliest: int = 1 << 62
    latest: int = 0
    end: int = 0  # where the film ends

    def say(self, group: str, place: str, name: str, value: str) -> None:
        if len(self.revelations) < _REVELATIONS_MAX:
            self.revelations[Revelation(group, place, name, value)] = None


def inspect_matroska(reader: SeekableReader) -> Inspection:
    """Inspect the film in ``reader``; never raises on content, what is not understood is UNKNOWN with its reason."""
    window = Window(reader)
    walk, seen = Walk(window), _Seen(window, Texts(window))
    for visit in walk_matroska(walk):
        _visit(seen, visit)
    _whole(seen, walk)
    _index(seen)
    doubts = [*walk.doubts, *seen.doubts]
    for track in seen.tracks:
        doubts += track.doubts
        if track.scan:
            doubts += track.scan.doubts
            seen.revelations |= track.scan.revelations
    found = Finding.FOUND if seen.revelations else Finding.CLEAN
    webm = b"\x42\x82\x84webm" in reader.read_at(0, 64)
    facts: dict[str, Json] = {"tracks": [track.facts() for track in seen.tracks if track.kept]}
    return Inspection(
        finding=Finding.UNKNOWN if doubts else found,
        media_type="video/webm" if webm else "video/x-matroska",
        revelations=tuple(seen.revelations),
        reason="; ".join(dict.fromkeys(doubts)),
        facts=facts,
    )


def _visit(seen: _Seen, visit: Visit) -> None:
    path, name = visit.path, visit.path.rpartition("/")[2]
    if visit.kind == "end":
        _LEFT.get(path, _nothing)(seen, visit)
        return
    if visit.repeated and name not in REPEATABLE and not path.startswith(("Segment/Tags/", "Segment/SeekHead/")):
        seen.say("other", path, "element that stands twice", "")
    if not visit.least and path != "Segment":
        seen.say("other", "Segment", "sizes stored in more bytes than they need", "")
    if visit.kind == "m":
        if path not in MASTERS and path != "EBML":
            seen.say("other", path, "element", f"{max(0, visit.stop - visit.start)} bytes")
        _ENTERED.get(path, _nothing)(seen, visit)
    elif path == "Segment/Cluster/SimpleBlock":
        _simple(seen, visit)
    elif path.startswith("Segment/Cluster/BlockGroup/"):
        _in_group(seen, visit, path[len("Segment/Cluster/BlockGroup/") :])
    else:
        _leaf(seen, visit)


def _nothing(_: _Seen, __: Visit) -> None:
    """Most masters need no more than their place."""


def _leaf(seen: _Seen, visit: Visit) -> None:
    path, rule = visit.path, RULES.get(visit.path)
    if path.startswith("EBML/"):
        return
    raw = b""
    if rule or path.startswith(_ENTRY):
        raw = seen.window.take(visit.body, visit.stop, MATROSKA_PRIVATE_MAX)
        if visit.stop - visit.body > len(raw):
            seen.doubts[f"{path} is too long"] = None
    if rule is None or not rule(raw):
        if rule is None:
            for one in seen.texts.of(visit):
                seen.say(one.group, one.place, one.name, one.value)
        else:
            group = "software" if path.endswith("App") else "other"
            seen.say(group, path, path.rpartition("/")[2], value_of(visit.kind, raw))
    _note(seen, visit, raw)


def _note(seen: _Seen, visit: Visit, raw: bytes) -> None:
    path = visit.path
    if path.startswith(_ENTRY):
        seen.values.setdefault(path[len(_ENTRY) + 1 :], []).append(raw)
    elif path.startswith(_CUE):
        seen.cue.append(int.from_bytes(raw[-8:], "big"))
    elif path == "Segment/Cluster/Timestamp":
        seen.time = int.from_bytes(raw, "big")
    elif path == "Segment/Info/TimestampScale":
        seen.scale = max(1, int.from_bytes(raw, "big"))
    elif path == "Segment/Info/Duration":
        seen.duration = struct.unpack(">d", raw)[0] if len(raw) == 8 else -1.0


def _enter_segment(seen: _Seen, visit: Visit) -> None:
    seen.segment = visit.body
    head = seen.window.reader.read_at(0, visit.start)
    if head not in HEADERS:
        seen.say("other", "EBML", "header", shown(head) or head.hex())
    if visit.stop < 0 or visit.body - visit.start != 12:
        seen.say("other", "Segment", "size", "not given" if visit.stop < 0 else "stored in an unusual way")


def _enter_entry(seen: _Seen, _: Visit) -> None:
    seen.values = {}


def _leave_entry(seen: _Seen, _: Visit) -> None:
    if len(seen.tracks) >= FILM_TRACKS_MAX:
        seen.doubts["too many tracks"] = None
        return
    if seen.cluster:
        seen.doubts["a track behind the first cluster"] = None
    track = seen_track(len(seen.tracks) + 1, seen.values)
    if any(other.number == track.number for other in seen.tracks):
        seen.doubts["two tracks of one number"] = None
    seen.tracks.append(track)
    for one in of_track(track):
        seen.say(one.group, one.place, one.name, one.value)


def _enter_cluster(seen: _Seen, visit: Visit) -> None:
    seen.cluster, seen.time, seen.key_found = visit.start - seen.segment, -1, False
    if visit.stop < 0:
        seen.say("other", "Segment/Cluster", "size", "not given")


def _enter_cue(seen: _Seen, _: Visit) -> None:
    seen.cue = []


def _leave_cue(seen: _Seen, _: Visit) -> None:
    if len(seen.cue) != 3:
        seen.say("other", _CUE, "entry of the index", " ".join(map(str, seen.cue)))
    elif len(seen.cues) < 3 * MATROSKA_CLUSTERS_MAX:
        seen.cues.extend(seen.cue)
    else:
        seen.doubts["too many entries of the index"] = None


def _enter_group(seen: _Seen, _: Visit) -> None:
    seen.group = {}


def _in_group(seen: _Seen, visit: Visit, name: str) -> None:
    rule = RULES.get(visit.path)
    if rule is None:
        _leaf(seen, visit)
        return
    raw = seen.window.take(visit.body, visit.stop, FILM_SAMPLE_MAX)
    if len(raw) < visit.stop - visit.body:
        seen.doubts["a frame is too large"] = None
    if not rule(raw):
        seen.say("other", visit.path, name, value_of(visit.kind, raw))
    seen.group.setdefault(name, []).append(raw)


def _leave_group(seen: _Seen, _: Visit) -> None:
    bodies = seen.group.get("Block", [])
    if len(bodies) != 1:
        seen.say("other", "Segment/Cluster/BlockGroup", "group without one block", "")
        return
    key = "ReferenceBlock" not in seen.group
    durations = seen.group.get("BlockDuration")
    duration = int.from_bytes(durations[0], "big") if durations else None
    if len(seen.group) == 1 or seen.group.keys() == {"Block", "ReferenceBlock"}:
        seen.say("other", "Segment/Cluster/BlockGroup", "group that is not needed", "")
    track = _block(seen, bodies[0], key, duration)
    numbers = [int.from_bytes(raw, "big") for raw in seen.group.get("BlockAdditions/BlockMore/BlockAddID", [])]
    additions = seen.group.get("BlockAdditions/BlockMore/BlockAdditional", [])
    if len(numbers) != len(additions) or len(set(numbers)) != len(numbers):
        seen.say("other", "BlockAdditions", "data beside a frame without a number", shown(b" ".join(additions)))
        return
    for number, data in zip(numbers, additions, strict=True):
        hdr = data.startswith(_HDR10_PLUS) and len(data) <= 256
        if track is None or number not in track.additions or (number == 4 and not hdr):
            seen.say("other", "BlockAdditions", f"data beside a frame, kind {number}", shown(data) or data[:80].hex())
        elif track.scan and number == 1:
            scan_frames(track.scan, data, [len(data)])


def _simple(seen: _Seen, visit: Visit) -> None:
    body = seen.window.take(visit.body, visit.stop, FILM_SAMPLE_MAX)
    if len(body) < visit.stop - visit.body:
        seen.doubts["a frame is too large"] = None
        return
    _block(seen, body, None, None)


def _block(seen: _Seen, body: bytes, key: bool | None, duration: int | None) -> SeenTrack | None:
    """Look into one block; ``key`` is ``None`` for a simple one, which tells itself."""
    block = seen_block(body)
    if block is None:
        seen.doubts["a block that cannot be read"] = None
        return None
    track = next((one for one in seen.tracks if one.number == block.track), None)
    if track is None:
        seen.say("inside", "Segment/Cluster", "blocks of no track", shown(body[block.frames :][:400]))
        return None
    track.blocks += 1
    if not track.kept:
        if track.kind == "subtitles" and track.blocks <= _SUBTITLES_SHOWN:
            seen.say("inside", "Segment/Cluster", "subtitle", shown(body[block.frames :][:400]))
        return track
    if block.flags & ~(0x8E if key is None else 0x0E) or not block.plain:
        seen.say("other", "Segment/Cluster", "spare bits in the head of a frame", f"{block.flags:02x}")
    if seen.time < 0:
        seen.doubts["a block in front of its cluster's time"] = None
    _times(seen, track, block, (block.flags > 127 if key is None else key, duration))
    _look(track, body, block)
    return track


def _times(seen: _Seen, track: SeenTrack, block: SeenBlock, how: tuple[bool, int | None]) -> None:
    time, (key, duration) = seen.time + block.time, how
    if duration is None:
        duration = -(-track.u("DefaultDuration") * len(block.sizes) // seen.scale)
    seen.earliest, seen.latest = min(seen.earliest, time), max(seen.latest, time + duration)
    lead = next((one for one in seen.tracks if one.kind == "pictures"), None)
    lead = lead or next(one for one in seen.tracks if one.kept)
    if track is lead and key and not seen.key_found and time >= 0:
        seen.key_found = True
        if len(seen.keys) >= 3 * MATROSKA_CLUSTERS_MAX:
            seen.doubts["too many clusters"] = None
        elif time < 1 << 63:
            seen.keys.extend((time, track.number, seen.cluster))


def _look(track: SeenTrack, body: bytes, block: SeenBlock) -> None:
    """Look into the frames of a block; what header stripping took is put back first."""
    if track.scan is None or track.coding == "pcm":
        return
    data, sizes = body[block.frames :], list(block.sizes)
    if track.prefix:
        data = b"".join(track.prefix + frame for frame in _frames(data, sizes))
        sizes = [size + len(track.prefix) for size in sizes]
    if track.ogg or track.codec in _BY_FRAME or track.codec.startswith(("A_MPEG/", "V_MPEG1", "V_MPEG2")):
        for frame in _frames(data, sizes):
            look_into(track, frame)
    else:
        scan_frames(track.scan, data, sizes)


def _frames(data: bytes, sizes: list[int]) -> Iterator[bytes]:
    place = 0
    for size in sizes:
        yield data[place : place + size]
        place += size


def _whole(seen: _Seen, walk: Walk) -> None:
    size = walk.window.reader.size
    if walk.tail < size and not walk.doubts:
        raw = walk.window.reader.read_at(walk.tail, 64 * KIB)
        name = "further film" if SEGMENT.to_bytes(4, "big") in raw else "trailing bytes"
        seen.say("inside", "after the film", name, f"{size - walk.tail} bytes {shown(raw[:400])}".strip())
    if not seen.segment or not any(track.kept for track in seen.tracks):
        seen.doubts["no film, or no tracks of pictures or sound"] = None
    if seen.earliest != 1 << 62 and seen.earliest * seen.scale > MATROSKA_START_SECONDS * _SECOND:
        seconds = seen.earliest * seen.scale // _SECOND
        seen.say("when", "Segment/Cluster", "time at which the film begins", f"{seconds} seconds")


def _index(seen: _Seen) -> None:
    """Cues and Duration must say what the blocks say: numbers that differ could say something else."""
    known = iter(zip(seen.keys[0::3], seen.keys[1::3], seen.keys[2::3], strict=True))
    cues = zip(seen.cues[0::3], seen.cues[1::3], seen.cues[2::3], strict=True)
    if not all(cue in known for cue in cues):  # each is sought behind the one before it
        seen.say("other", "Segment/Cues", "index that differs from the film", f"{len(seen.cues) // 3} entries")
    if seen.duration != float(seen.latest):
        seen.say("other", "Segment/Info/Duration", "duration that differs from the film", f"{seen.duration:g}")


_ENTERED: Final[dict[str, Callable[[_Seen, Visit], None]]] = {
    "Segment": _enter_segment,
    _ENTRY: _enter_entry,
    "Segment/Cluster": _enter_cluster,
    "Segment/Cluster/BlockGroup": _enter_group,
    _CUE: _enter_cue,
}
_LEFT: Final[dict[str, Callable[[_Seen, Visit], None]]] = {
    _ENTRY: _leave_entry,
    "Segment/Cluster/BlockGroup": _leave_group,
    _CUE: _leave_cue,
}
