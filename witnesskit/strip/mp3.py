"""The shareable copy of an MP3 file: its frames, free bytes zero, behind an index frame if the original had one."""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field

from witnesskit.digest import sha256_hex
from witnesskit.errors.media import BadMedia
from witnesskit.errors.strip import CredentialsKept
from witnesskit.formats.mp3 import Frames, find_frames
from witnesskit.formats.mp3_frames import FramePass
from witnesskit.formats.mp3_header import NAMES, Header, parse_header
from witnesskit.formats.mp3_info import Info, build_info, read_info, settled
from witnesskit.formats.riff import removal
from witnesskit.formats.strict_json import canonical
from witnesskit.limits import READ_BLOCK
from witnesskit.media_model import DEFAULT_CHOICES, EssenceHash, Removal, StripChoices, StripResult
from witnesskit.model import SeekableReader, Sink
from witnesskit.strip.copying import Copying, refuse_if
from witnesskit.strip.remarks import CREDENTIALS_DROPPED, ENCODER_WORD, GAIN_DROPPED

MEDIA_TYPE = "audio/mpeg"


@dataclass
class _Sound(Copying):
    """The copy, and the digest of its frames of sound."""

    frames: hashlib._Hash = field(default_factory=hashlib.sha256)

    def pass_on(self, frames: Iterator[bytes]) -> None:
        """Write frames in blocks."""
        waiting, size = [], 0
        for frame in frames:
            waiting.append(frame)
            size += len(frame)
            if size >= READ_BLOCK:
                self._flush(waiting)
                waiting, size = [], 0
        self._flush(waiting)

    def _flush(self, waiting: list[bytes]) -> None:
        block = b"".join(waiting)
        if block:
            self.put(block)
            self.frames.update(block)


def strip_mp3(reader: SeekableReader, sink: Sink, choices: StripChoices = DEFAULT_CHOICES) -> StripResult:
    """Write a copy of the MP3 file in ``reader`` to ``sink``: no tags, nothing between frames, no encoder's name.

    Raises ``BadMedia``, ``MediaTooLarge``, ``UnsupportedMedia``, ``CredentialsKept`` where the policy asks for it;
    what the sink raises passes through.
    """
    frames = find_frames(reader)
    original = next(frames.read(reader))
    told = read_info(original)
    lengths = frames.lengths[1:] if told else frames.lengths
    if not lengths:
        raise BadMedia("no frame of sound")
    credentials = _credentials(reader, frames, choices)
    removed = [removal(reader, *one) for one in frames.others]
    copy, passing = _Sound(sink), FramePass(_first(frames, reader, told))
    info = settled(told, len(lengths)) if told else None
    if info:
        fresh = build_info(passing.first, info, lengths, _constant(lengths))
        copy.put(fresh)
        if fresh != original:
            removed.append(Removal("index frame (written anew)", len(original), sha256_hex(original)))
    copy.pass_on(_passed(reader, frames, passing, bool(told)))
    if passing.gone_size:
        removed.append(Removal("free bytes and bits of frames", passing.gone_size, passing.gone.hexdigest()))
    return StripResult(
        media_type=MEDIA_TYPE,
        size=copy.size,
        sha256=copy.sha256,
        removed=tuple(removed),
        essence=(EssenceHash("audio:0", "mp3-frames", copy.frames.hexdigest()),),
        presentation_sha256=_presentation(passing.first, info, len(lengths)),
        kept=credentials + _remarks(told),
    )


def _remarks(told: Info | None) -> tuple[str, ...]:
    if told is None or told.delay < 0:
        return ()
    return (ENCODER_WORD, GAIN_DROPPED) if told.gain else (ENCODER_WORD,)


def _passed(reader: SeekableReader, frames: Frames, passing: FramePass, skip: bool) -> Iterator[bytes]:
    every = frames.read(reader)
    if skip:
        next(every)
    for frame in every:
        yield from passing.put(frame)
    yield from passing.finish()


def _first(frames: Frames, reader: SeekableReader, told: Info | None) -> Header:
    """The header of the first frame of sound."""
    every = frames.read(reader)
    if told:
        next(every)
    header = parse_header(int.from_bytes(next(every)[:4], "big"))
    if header is None:
        raise BadMedia("no frame of sound")
    return header


def _constant(lengths: array[int]) -> bool:
    """One bit rate all along: frames differ by their padding byte at most."""
    return max(lengths) - min(lengths) <= 1


def _credentials(reader: SeekableReader, frames: Frames, choices: StripChoices) -> tuple[str, ...]:
    """Content credentials lie in a GEOB frame of ID3v2 (C2PA specification, embedding into ID3)."""
    for name, start, end in frames.others:
        if name == "ID3v2" and b"c2pa" in reader.read_at(start, min(end - start, READ_BLOCK)):
            refuse_if(choices.credentials, "keep", CredentialsKept)
            return (CREDENTIALS_DROPPED,)
    return ()


def _presentation(first: Header, info: Info | None, frames: int) -> str:
    """SHA-256 of what decides how the sound is played (docs/spec/essence-mp3.md)."""
    document = {
        "definition": "witnesskit.mp3/1",
        "version": NAMES[first.version],
        "rate": first.rate,
        "channels": first.channels,
        "emphasis": first.emphasis,
        "frames": frames,
        "index": info is not None,
        "delay": info.delay if info else -1,
        "padding": info.padding if info else -1,
    }
    return sha256_hex(canonical(document))
