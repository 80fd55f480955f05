"""One picture of a film, as a JPEG: without the film's time, sound and everything around it."""

from __future__ import annotations

from typing import Any

import av

from witnesskit.errors.derive import BadSpan, ChoiceDoesNotFit, Undecodable
from witnesskit.model import SeekableReader
from witnesskit.strip.derivation import ALWAYS, Derivation
from witnesskit.strip.recode_film import Source, source_of
from witnesskit.strip.recode_picture import MEDIA_TYPE, recode_shown
from witnesskit.strip.recode_shown import Maker, shape_of
from witnesskit.strip.recode_source import DECODING_ERRORS, Made, fraction, opened

_MORE = 1_000  # ms decoded beyond the wanted time, for pictures that come out of order


def recode_still(reader: SeekableReader, derivation: Derivation) -> tuple[Made, dict[str, int], tuple[str, ...]]:
    """Picture ``derivation.still`` of ``derivation.stills``, spread evenly; as ``recode_picture`` answers."""
    with opened(reader) as container:
        source = source_of(container, derivation)
        if source.video is None:
            raise ChoiceDoesNotFit
        wanted = _wanted(source, derivation)
    with opened(reader) as container:
        source = source_of(container, derivation)
        found = _seen_at(source, wanted, seek=True)
    if found is None:
        with opened(reader) as container:
            source = source_of(container, derivation)
            found = _seen_at(source, wanted, seek=False)
            return _made(found, source, derivation, wanted)
    with opened(reader) as container:  # the frame keeps its own data; only the shape of its points is asked for
        return _made(found, source_of(container, derivation), derivation, wanted)


def _made(
    frame: av.VideoFrame | None, source: Source, derivation: Derivation, wanted: int
) -> tuple[Made, dict[str, int], tuple[str, ...]]:
    if frame is None:
        raise Undecodable
    shape = shape_of(frame, fraction(source.video.sample_aspect_ratio))
    shown: Any = Maker(derivation, "rgb24").make(frame, shape, wanted, wanted + 1)
    made, facts, remarks = recode_shown(shown.to_image().convert("RGB"), (), Derivation(half=False))
    return made, {**facts, "ms": wanted}, remarks


def _wanted(source: Source, derivation: Derivation) -> int:
    """The middle of the still's share of the time, ms."""
    whole = _length(source)
    end = whole if derivation.trim.end == ALWAYS else min(derivation.trim.end, whole)
    length = end - derivation.trim.start
    if length <= 0:
        raise BadSpan
    return derivation.trim.start + length * (2 * derivation.still + 1) // (2 * derivation.stills)


def _length(source: Source) -> int:
    """How long the film is, ms; counted where the container does not say it."""
    video, origin = source.video, source.origin
    if video.duration and video.time_base:
        end = ((video.start_time or 0) + video.duration) * fraction(video.time_base)
        return max(1, round((float(end) - origin) * 1000))
    if source.container.duration:
        return max(1, int(source.container.duration * 1000 / av.time_base))
    last = 0.0
    for packet in source.container.demux(video):
        if packet.pts is not None and packet.time_base is not None:
            last = max(last, float(packet.pts * fraction(packet.time_base)) - origin)
    return max(1, round(last * 1000))


def _seen_at(source: Source, wanted: int, *, seek: bool) -> Any:
    """The picture that is shown at ``wanted`` ms; None if a seek led nowhere."""
    if seek:
        try:
            second = source.origin + wanted / 1000
            source.container.seek(int(second / fraction(source.video.time_base)), stream=source.video)
        except DECODING_ERRORS:
            return None
    seen = None
    for frame in source.frames():
        at = 0.0 if frame.time is None else (frame.time - source.origin) * 1000
        if at > wanted and (seen is not None or not seek):
            break
        if at > wanted + _MORE:
            break
        seen = frame if at <= wanted or seen is None else seen
    return seen


__all__ = ["MEDIA_TYPE", "recode_still"]
