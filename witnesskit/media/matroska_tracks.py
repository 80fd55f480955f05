"""What one TrackEntry says to the inspector: kind, coding, how frames are looked into, what it gives away."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from witnesskit.media.film_entries import EntryFacts
from witnesskit.media.film_samples import SampleScan, scan_config, scan_frames
from witnesskit.media.groups import shown
from witnesskit.media.matroska_codecs import (
    coding_of,
    known_by_windows,
    ogg_coding,
    pictures_head,
    resilient_sound,
    spare_private,
)
from witnesskit.media.ogg_codings import OggCoding
from witnesskit.media.walk_audio_frames import strange_sound
from witnesskit.media.walk_obu import strange_units
from witnesskit.media_model import Revelation
from witnesskit.model import Json

_KINDS: Final = {1: "pictures", 2: "sound", 3: "complex", 16: "logo", 17: "subtitles", 18: "buttons", 32: "control"}
_PLACE: Final = "Segment/Tracks/TrackEntry"


@dataclass
class SeenTrack:
    """One track while the film is walked; ``values`` are its elements by their path inside the entry."""

    place: int  # 1 for the first
    values: dict[str, list[bytes]]
    number: int = 0
    kind: str = ""
    codec: str = ""
    coding: str = ""
    prefix: bytes = b""
    private: bytes = b""
    length: int = 4
    blocks: int = 0
    scan: SampleScan | None = None
    ogg: OggCoding | None = None
    doubts: list[str] = field(default_factory=list)

    def u(self, name: str, default: int = 0) -> int:
        """A number of the entry."""
        raw = self.values.get(name, [b""])[0]
        return int.from_bytes(raw, "big") if raw else default

    @property
    def kept(self) -> bool:
        """Whether it is a track of pictures or sound."""
        return self.kind in ("pictures", "sound")

    @property
    def additions(self) -> set[int]:
        """Numbers of data beside blocks that a copy may hold."""
        alpha = {1} if self.coding == "vpx" and self.u("Video/AlphaMode") else set()
        mapped = b"\x04" in self.values.get("BlockAdditionMapping/BlockAddIDType", [])
        return alpha | ({4} if mapped and self.kind == "pictures" else set())

    def facts(self) -> Json:
        """What a report shows of it."""
        facts: dict[str, Json] = {"kind": self.kind, "coding": self.codec, "samples": self.blocks}
        if self.kind == "pictures":
            facts |= {"width": self.u("Video/PixelWidth"), "height": self.u("Video/PixelHeight")}
        if self.scan and self.scan.encoder:
            facts["encoder"] = self.scan.encoder
        return facts


def seen_track(place: int, values: dict[str, list[bytes]]) -> SeenTrack:
    """Read a finished entry."""
    track = SeenTrack(place, values)
    track.number = track.u("TrackNumber")
    track.kind = _KINDS.get(track.u("TrackType"), f"kind {track.u('TrackType')}")
    track.codec = shown(values.get("CodecID", [b""])[0].rstrip(b"\0"))
    track.private = values.get("CodecPrivate", [b""])[0]
    track.coding = coding_of(track.codec, track.private)
    if track.codec == "V_MS/VFW/FOURCC" and not known_by_windows(track.private):
        track.coding = ""
    if track.coding == "mp4a" and resilient_sound(track.private):
        track.coding = "coded"
    _encodings(track)
    if track.kept:
        _scan(track)
    return track


def _encodings(track: SeenTrack) -> None:
    name = "ContentEncodings/ContentEncoding"
    if not any(path.startswith(name) for path in track.values):
        return
    kinds = {int.from_bytes(raw, "big") for raw in track.values.get(f"{name}/ContentEncodingType", [])}
    inside = f"{name}/ContentCompression"
    methods = [int.from_bytes(raw, "big") for raw in track.values.get(f"{inside}/ContentCompAlgo", [b""])]
    if kinds - {0} or any(path.startswith(f"{name}/ContentEncryption") for path in track.values):
        track.doubts.append("a track is encrypted")
    elif methods != [3]:
        track.doubts.append("a track is compressed once more")
    track.prefix = track.values.get(f"{inside}/ContentCompSettings", [b""])[0]


def _scan(track: SeenTrack) -> None:
    if not track.coding or (track.codec[:1] == "V") != (track.kind == "pictures"):
        track.doubts.append(f"coding {track.codec} is not known")
        return
    entry = EntryFacts(coding=track.coding, name=track.codec)
    at = {"h264": 4, "hevc": 21}.get(track.coding)
    if at is not None:
        if len(track.private) <= at:
            track.doubts.append("a track without its decoder's configuration")
            return
        entry.length, entry.config = track.private[at] % 4 + 1, track.private
    track.length = entry.length
    track.scan = SampleScan(entry, f"frames of track {track.place}")
    scan_config(track.scan)
    head = pictures_head(track.codec, track.private)
    if head:
        look_into(track, head)
    found = ogg_coding(track.codec, track.private)
    if found:
        track.ogg = found[0]
        if not track.ogg.bare(found[1]):
            track.doubts.append("headers of the coding that cannot be read")


def look_into(track: SeenTrack, frame: bytes) -> None:
    """Look into one frame whose parts are known; a table for seeking reads like text and is none."""
    scan = track.scan
    if scan is None:
        return
    if track.coding == "av1":
        for name, raw in strange_units(frame):
            scan.say("other", name, shown(raw[:400]) or raw[:80].hex())
    if track.coding == "mpeg2" and b"\0\0\1\xb2" in frame:
        scan.say("software", "user data in pictures", shown(frame.partition(b"\0\0\1\xb2")[2][:400]))
    if track.ogg:
        _packet(track.ogg, frame, scan)
    spare, table = strange_sound(track.codec, frame)
    if spare:
        scan.say("other", "bytes in the sound that are none", shown(spare[:400]) or spare[:80].hex())
    elif not table:
        scan_frames(scan, frame, [len(frame)])


def _packet(ogg: OggCoding, packet: bytes, scan: SampleScan) -> None:
    spans, reason = ogg.paddings(packet), ogg.stray(packet)[2]
    if spans is None or reason:
        scan.doubts[f"{scan.place}: {reason or 'packets that cannot be followed'}"] = None
    for first, last in spans or []:
        if any(packet[first:last]):
            scan.say("other", "padding of the sound that is none", shown(packet[first:last][:400]) or f"{last} bytes")


def of_track(track: SeenTrack) -> Iterator[Revelation]:
    """What the entry gives away beside values that break a rule."""
    if not track.kept:
        yield Revelation("inside", _PLACE, f"track of {track.kind}", track.codec)
        if track.private:
            yield Revelation("who", f"{_PLACE}/CodecPrivate", f"head of {track.kind}", shown(track.private))
        return
    if (track.number, track.u("TrackUID")) != (track.place, track.place):
        yield Revelation(
            "other", f"{_PLACE}/TrackUID", "number of the track", f"{track.number} {track.u('TrackUID'):x}"
        )
    if track.coding:
        for raw in spare_private(track.codec, track.private):
            text = shown(raw) or raw[:80].hex()
            yield Revelation("software", f"{_PLACE}/CodecPrivate", "bytes no decoder needs", text)
    most = track.u("MaxBlockAdditionID")
    if most and most != max(track.additions, default=0):
        yield Revelation("other", _PLACE, "MaxBlockAdditionID", str(most))
