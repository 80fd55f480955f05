"""Sound coded anew: Opus, at most two channels, with the hum of the mains and its overtones notched out.

The notches stand against a simple comparison with the records of a power grid; the voice stays what it is.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any, Final

import av
from av.filter import Graph

from witnesskit.errors.derive import Undecodable
from witnesskit.media_limits import SOUND_HOLE_MAX
from witnesskit.strip.derivation import ALWAYS, Span

RATE: Final = 48_000  # samples a second
HUM_MAX: Final = 1_000  # Hz; overtones above carry no hum that a simple detector finds
HUMS: Final = (50, 60)  # Hz
NOTCH: Final = 6  # Hz
BITS: Final = {1: 48_000, 2: 80_000}  # a second, by number of channels
_LAYOUTS: Final = {1: "mono", 2: "stereo"}


class Sound:
    """Decoded sound in, frames for the encoder out: from 0, without gaps, of one layout."""

    def __init__(self, channels: int, trim: Span, origin: float) -> None:
        self.channels = 1 if channels == 1 else 2
        self._trim = trim
        self._origin = origin  # seconds; where the film starts
        self._graph: Graph | None = None
        self._form: tuple[Any, ...] = ()
        self._written = 0  # samples
        self._heard = 0.0  # seconds of the film until which sound was decoded

    @property
    def layout(self) -> str:
        """Layout of what comes out."""
        return _LAYOUTS[self.channels]

    def push(self, frame: av.AudioFrame) -> Iterator[av.AudioFrame]:
        """Take one decoded frame; raises Undecodable behind a hole that no player would wait through."""
        self._look_for_a_hole(frame)
        form = (frame.sample_rate, frame.format.name, frame.layout.name, frame.time_base)
        if form != self._form:
            yield from self.flush()
            self._graph, self._form = self._new(frame), form
        graph = self._graph
        if graph is not None:
            with contextlib.suppress(av.EOFError):  # behind the end of the trim
                graph.push(frame)
            yield from self._pull(graph)

    def _look_for_a_hole(self, frame: av.AudioFrame) -> None:
        at = self._heard if frame.time is None else frame.time - self._origin
        if at - self._heard > SOUND_HOLE_MAX:
            raise Undecodable
        self._heard = max(self._heard, at)

    def flush(self) -> Iterator[av.AudioFrame]:
        """What is left."""
        if self._graph is not None:
            with contextlib.suppress(av.EOFError):
                self._graph.push(None)
            yield from self._pull(self._graph)
            self._graph = None

    def _pull(self, graph: Graph) -> Iterator[av.AudioFrame]:
        while True:
            try:
                frame: Any = graph.pull()
            except (av.BlockingIOError, av.EOFError):
                return
            frame.pts = self._written
            self._written += frame.samples
            yield frame

    def _new(self, frame: av.AudioFrame) -> Graph:
        graph = Graph()
        graph.threads = 1
        source = graph.add_abuffer(
            sample_rate=frame.sample_rate, format=frame.format.name, layout=frame.layout.name,
            time_base=frame.time_base,
        )  # fmt: skip
        nodes = [source, *(graph.add(name, arguments) for name, arguments in self._steps(frame))]
        nodes.append(graph.add("abuffersink"))
        graph.link_nodes(*nodes)
        graph.configure()
        return graph

    def _steps(self, frame: av.AudioFrame) -> Iterator[tuple[str, str]]:
        # the layout comes first: with one that is not named, libavfilter's notches do nothing
        yield "aformat", f"channel_layouts={_layout_named(frame)}"
        start = self._origin + self._trim.start / 1000
        end = "" if self._trim.end == ALWAYS else f":end={self._origin + self._trim.end / 1000:.6f}"
        yield "atrim", f"start={start:.6f}{end}"
        yield "asetpts", f"PTS-({start:.6f})/TB"
        yield "aresample", f"{RATE}:async=1:first_pts={self._written}"
        yield "aformat", f"sample_fmts=fltp:channel_layouts={self.layout}:sample_rates={RATE}"
        for hertz in notches():
            yield "bandreject", f"frequency={hertz}:width_type=h:width={NOTCH}"
        yield "aformat", f"sample_fmts=flt:channel_layouts={self.layout}:sample_rates={RATE}"


def notches() -> tuple[int, ...]:
    """Every frequency that is taken out, Hz."""
    return tuple(sorted({tone for hum in HUMS for tone in range(hum, HUM_MAX + 1, hum)}))


def _layout_named(frame: av.AudioFrame) -> str:
    """The layout by a name, guessed from the count where the file says none."""
    guesses = {1: "mono", 2: "stereo", 3: "2.1", 4: "quad", 5: "5.0", 6: "5.1", 7: "6.1", 8: "7.1"}
    name = str(frame.layout.name)
    return guesses.get(frame.layout.nb_channels, name) if "channels" in name else name


def add_opus(container: Any, sound: Sound) -> Any:
    """The stream of an output container that takes the frames of ``sound``."""
    stream = container.add_stream("libopus", rate=RATE, layout=sound.layout)
    stream.codec_context.bit_rate = BITS[sound.channels]
    stream.codec_context.thread_count = 1
    return stream
