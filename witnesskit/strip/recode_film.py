"""A film or a sound coded anew: VP9 and Opus in WebM, or Opus in Ogg. Nothing but decoded pictures and sound passes.

SVT-AV1 is not offered: it starts threads, which the jail forbids; libvpx does with one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Final

import av
from av.codec.context import Flags
from av.container import InputContainer
from av.stream import Discard, Disposition
from av.video.frame import PictureType

from witnesskit.errors.derive import BadSpan, ChoiceDoesNotFit, Undecodable
from witnesskit.media_limits import BROKEN_PACKETS_MAX
from witnesskit.model import SeekableReader
from witnesskit.strip.derivation import ALWAYS, Derivation
from witnesskit.strip.recode_shown import Maker, Shape, shape_of
from witnesskit.strip.recode_sound import Sound, add_opus
from witnesskit.strip.recode_source import DECODING_ERRORS, Made, bound, fraction, opened

FILM: Final = "video/webm"
SOUND: Final = "application/ogg"
VP9: Final = {
    "crf": "40", "b": "0", "deadline": "realtime", "cpu-used": "6", "lag-in-frames": "0", "auto-alt-ref": "0",
    "row-mt": "0", "g": "240",
}  # fmt: skip
_MILLISECONDS: Final = Fraction(1, 1000)
_LAST_SHOWN: Final = 40  # ms; how long the last picture is shown where nothing says it
_RATE_MAX: Final = 240  # pictures a second


@dataclass
class Recoded:
    """What was made, and what must be said of it."""

    media_type: str
    made: Made
    facts: dict[str, int] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()
    encoders: tuple[str, ...] = ()


@dataclass
class Source:
    """The streams of one open container, and the clock of its film."""

    container: InputContainer
    video: Any
    audio: Any
    broken: int = 0

    @property
    def origin(self) -> float:
        """Second of the container's clock at which the film starts."""
        return (self.container.start_time or 0) / av.time_base

    def frames(self) -> Iterator[Any]:
        """Decoded pictures and sound in the order of the file; what cannot be decoded is counted."""
        streams = [stream for stream in (self.video, self.audio) if stream is not None]
        packets = self.container.demux(*streams)
        while True:
            try:
                packet = next(packets)
            except StopIteration:
                return
            except DECODING_ERRORS:
                self._count()
                return
            try:
                yield from packet.decode()
            except DECODING_ERRORS:
                self._count()

    def _count(self) -> None:
        self.broken += 1
        if self.broken > BROKEN_PACKETS_MAX:
            raise Undecodable


def source_of(container: InputContainer, derivation: Derivation) -> Source:
    """The streams that are shown and heard; raises Undecodable where there are none."""
    video = next((stream for stream in container.streams.video if _is_film(stream)), None)
    audio: Any = None if derivation.mute or derivation.stills else container.streams.best("audio")
    if audio is not None and audio.codec_context is None:
        audio = None
    for stream in container.streams:
        if stream is not video and stream is not audio:
            stream.discard = Discard.all
    for chosen in (video, audio):
        if chosen is not None:
            bound(chosen.codec_context)
    if video is None and audio is None:
        raise ChoiceDoesNotFit if container.streams.audio else Undecodable
    return Source(container, video, audio)


def _is_film(stream: Any) -> bool:
    return stream.codec_context is not None and not stream.disposition & Disposition.attached_pic


def recode_film(reader: SeekableReader, derivation: Derivation) -> Recoded:
    """Code the film or sound in ``reader`` anew, in memory.

    Raises the leaves of errors/derive.py, and UnsupportedMedia for a picture turned by no quarter.
    """
    with opened(reader) as container:
        source = source_of(container, derivation)
        if source.video is None:
            return _Work(source, derivation).sound_only()
        return _Work(source, derivation).film()


@dataclass
class _Shown:
    """A picture and when it appears, ms from the start of the film."""

    frame: av.VideoFrame
    at: int


class _Work:
    def __init__(self, source: Source, derivation: Derivation) -> None:
        self._source = source
        self._derivation = derivation
        self._made = Made()
        self._maker = Maker(derivation, "yuv420p")
        self._last: _Shown | None = None
        self._shape: Shape | None = None
        self._at = -1  # ms of the last picture written
        self._pictures = 0
        self._out: Any = None
        self._video: Any = None
        self._sound: Sound | None = None
        self._opus: Any = None
        self._waiting: list[Any] = []  # coded sound; the first picture opens the file

    def film(self) -> Recoded:
        with av.open(self._made, "w", format="webm", options=_muxing()) as self._out:
            self._add_streams()
            for frame in self._source.frames():
                if isinstance(frame, av.AudioFrame):
                    self._hear(frame)
                else:
                    self._see(frame)
                if self._is_past():
                    break
            self._finish()
        if not self._pictures:
            raise BadSpan if self._last is not None else Undecodable
        width, height = self._maker.size
        facts = {"width": width, "height": height, "pictures": self._pictures, "ms": self._at}
        encoders = ("libvpx-vp9", "libopus") if self._opus else ("libvpx-vp9",)
        return Recoded(FILM, self._made, facts, self._remarks(), encoders)

    def sound_only(self) -> Recoded:
        if self._derivation.regions or self._derivation.pixelate or self._derivation.stills:
            raise ChoiceDoesNotFit
        heard = False
        with av.open(self._made, "w", format="ogg", options=_muxing()) as self._out:
            self._add_sound()
            for frame in self._source.frames():
                heard = True
                self._hear(frame)
            self._finish()
        if not heard:
            raise Undecodable
        return Recoded(SOUND, self._made, {}, self._remarks(), ("libopus",))

    def _add_streams(self) -> None:
        rate = float(fraction(self._source.video.average_rate, 30))
        self._video = self._out.add_stream("libvpx-vp9", rate=round(min(max(rate, 1), _RATE_MAX)), options=VP9)
        self._video.pix_fmt = "yuv420p"
        context = self._video.codec_context
        context.time_base = _MILLISECONDS
        context.thread_count = 1
        context.flags |= Flags.bitexact.value
        if self._source.audio is not None:
            self._add_sound()

    def _add_sound(self) -> None:
        channels = int(self._source.audio.codec_context.layout.nb_channels or 1)
        self._sound = Sound(channels, self._derivation.trim, self._source.origin)
        self._opus = add_opus(self._out, self._sound)
        self._opus.codec_context.flags |= Flags.bitexact.value

    def _hear(self, frame: av.AudioFrame) -> None:
        if self._sound is not None:
            for made in self._sound.push(frame):
                self._put(self._opus.encode(made))

    def _put(self, coded: list[Any]) -> None:
        """Coded sound; of a film only once its first picture is there."""
        self._waiting += coded
        if self._pictures or self._video is None:
            self._out.mux(self._waiting)
            self._waiting = []

    def _see(self, frame: av.VideoFrame) -> None:
        """A picture is made when the next one is there: only then is known how long it is shown."""
        before = self._last
        at = self._time_of(frame)
        if before is not None and at > before.at:
            self._make(before, at)
        self._last = _Shown(frame, at) if before is None or at > before.at else before

    def _time_of(self, frame: av.VideoFrame) -> int:
        if frame.pts is None or not frame.time_base:
            return 0 if self._last is None else self._last.at + _LAST_SHOWN
        return round((frame.pts * fraction(frame.time_base) - Fraction(self._source.origin)) * 1000)

    def _make(self, shown: _Shown, after: int) -> None:
        trim = self._derivation.trim
        if not trim.holds(shown.at, after):
            return
        shape = self._shape = shape_of(shown.frame, fraction(self._source.video.sample_aspect_ratio), self._shape)
        made = self._maker.make(shown.frame, shape, shown.at, after)
        if not self._pictures:
            self._prepare(made)
        at = max(shown.at - trim.start, 0, self._at + 1)
        made.pts, made.time_base = at, _MILLISECONDS
        # a box begins and ends with a whole picture: nothing from before shows through it
        made.pict_type = PictureType.I if self._maker.changed else PictureType.NONE
        self._at = at
        self._pictures += 1
        self._out.mux(self._video.encode(made))

    def _prepare(self, first: av.VideoFrame) -> None:
        """The encoder takes its size and its colours from the first picture."""
        context = self._video.codec_context
        context.width, context.height = first.width, first.height
        context.colorspace, context.color_range = first.colorspace, first.color_range
        context.color_primaries, context.color_trc = first.color_primaries, first.color_trc

    def _is_past(self) -> bool:
        end = self._derivation.trim.end
        return end != ALWAYS and self._last is not None and self._last.at > end + 2000

    def _finish(self) -> None:
        if self._last is not None:
            self._make(self._last, self._last.at + _LAST_SHOWN)
        if self._sound is not None:
            for made in self._sound.flush():
                self._put(self._opus.encode(made))
            self._put(self._opus.encode(None))
        if self._pictures:
            self._out.mux(self._video.encode(None))

    def _remarks(self) -> tuple[str, ...]:
        broken = self._source.broken
        return (f"{broken} packets of the original could not be decoded and are missing",) if broken else ()


def _muxing() -> dict[str, str]:
    return {"fflags": "+bitexact"}
