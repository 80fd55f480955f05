"""What PyAV (FFmpeg's libraries) says of a film or sound: container, streams, tags, chapters, and side data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import av
from av.container import InputContainer

from witnesskit.media.groups import shown
from witnesskit.media.open_av import AV_ERRORS, looked_at
from witnesskit.media.reading import VALUES_MAX, Reading, told
from witnesskit.media_model import Revelation
from witnesskit.model import SeekableReader

NAME: Final = f"PyAV {av.__version__} (FFmpeg {av.ffmpeg_version_info})"
_STREAMS_MAX: Final = 100
_PACKETS_MAX: Final = 400  # until the first picture is decoded
_CONTAINER_WORDS: Final = frozenset({"major_brand", "minor_version", "compatible_brands"})
_TIMECODES: Final = ("GOP_TIMECODE", "S12M_TIMECODE")


def read_av(reader: SeekableReader) -> Reading:
    """Look at a film or sound, and decode its first picture for what travels inside; never raises on content."""
    facts: list[tuple[str, str]] = []
    found: list[Revelation] = []
    try:
        with looked_at(reader) as container:
            facts += _facts(container)
            for one in _values(container):
                found += [one] if one is not None else []
                if len(found) >= VALUES_MAX:
                    break
            found += _in_pictures(container)
    except AV_ERRORS as error:
        return Reading(NAME, tuple(facts), tuple(found), type(error).__name__)
    return Reading(NAME, tuple(facts), tuple(found))


def _facts(container: InputContainer) -> Iterator[tuple[str, str]]:
    yield "container", shown(container.format.name)
    if container.duration:
        yield "duration", f"{container.duration / av.time_base:.3f} s"
    for number, stream in enumerate(container.streams):
        if number < _STREAMS_MAX:
            yield f"stream {number}", _stream(stream)


def _stream(stream: Any) -> str:
    context = stream.codec_context
    words = [str(stream.type), "unknown coding" if context is None else str(context.name)]
    if context is not None and stream.type == "video":
        rate = f", {float(stream.average_rate):.3f} pictures/s" if stream.average_rate else ""
        words.append(f"{context.width} x {context.height}{rate}")
    if context is not None and stream.type == "audio":
        words.append(f"{context.sample_rate} Hz, {context.layout.name}")
    return shown(" ".join(words))


def _values(container: InputContainer) -> Iterator[Revelation | None]:
    for name, value in container.metadata.items():
        if name not in _CONTAINER_WORDS:
            yield told("container", name, value)
    for stream in container.streams:
        for name, value in stream.metadata.items():
            yield told(f"stream {stream.index}", name, value)
        if stream.type in ("attachment", "data", "subtitle"):
            yield told(f"stream {stream.index}", "embedded", f"a stream of {stream.type}")
    for number, chapter in enumerate(container.chapters()):
        for name, value in chapter["metadata"].items():
            yield told(f"chapter {number + 1}", name, value)


def _in_pictures(container: InputContainer) -> list[Revelation]:
    """What the first decoded picture carries beside itself: messages of the encoder, time codes, a rotation."""
    frame = _first_picture(container)
    found: list[Revelation] = []
    if frame is None:
        return found
    if frame.rotation:
        found.append(Revelation("other", "first picture", "rotation", f"{frame.rotation} degrees"))
    for part in _side_data(frame):
        name = part.type.name
        if name == "SEI_UNREGISTERED":
            data = bytes(part)
            found.append(Revelation("device", "first picture", f"user data {data[:16].hex()}", shown(data[16:])))
        elif name in _TIMECODES:
            found.append(Revelation("when", "first picture", name.lower(), bytes(part).hex()))
    return found


def _side_data(frame: Any) -> list[Any]:
    try:
        held = frame.side_data
        return [one if hasattr(one, "type") else held[one] for one in held]  # PyAV 19 gives the kinds
    except ValueError:  # a kind that this PyAV has no name for
        return []


def _first_picture(container: InputContainer) -> Any:
    video = next((stream for stream in container.streams.video if stream.codec_context is not None), None)
    if video is None:
        return None
    for number, packet in enumerate(container.demux(video)):
        if number > _PACKETS_MAX:
            break
        try:
            frames = packet.decode()
        except AV_ERRORS:
            continue
        if frames:
            return frames[0]
    return None
