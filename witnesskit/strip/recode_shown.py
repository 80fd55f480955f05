"""A decoded picture as it is shown, and what a derivation makes of it: one picture in, one picture out (libavfilter).

In this order: square points, rotation, black boxes, crop, half size, blocks. The boxes come before everything that
mixes neighbouring points, so nothing of what they cover is in the result.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

import av
from av.filter import Graph

from witnesskit.errors.derive import ChangingPicture
from witnesskit.errors.media import UnsupportedMedia
from witnesskit.strip.derivation import Derivation, blocks_of, grown, in_picture, made_size

# signs of a, b, c, d of the display matrix (ISO/IEC 14496-12 clause 6.2.2) -> filters of libavfilter
_TURNS: Final[dict[tuple[int, int, int, int], tuple[tuple[str, str], ...]]] = {
    (1, 0, 0, 1): (),
    (-1, 0, 0, -1): (("hflip", ""), ("vflip", "")),
    (-1, 0, 0, 1): (("hflip", ""),),
    (1, 0, 0, -1): (("vflip", ""),),
    (0, 1, -1, 0): (("transpose", "dir=clock:passthrough=none"),),
    (0, -1, 1, 0): (("transpose", "dir=cclock:passthrough=none"),),
    (0, 1, 1, 0): (("transpose", "dir=cclock_flip:passthrough=none"),),
    (0, -1, -1, 0): (("transpose", "dir=clock_flip:passthrough=none"),),
}
_QUARTERS: Final = {90: (0, -1, 1, 0), 180: (-1, 0, 0, -1), 270: (0, 1, -1, 0)}  # degrees counterclockwise
_SCALING: Final = "flags=area+accurate_rnd+full_chroma_int+bitexact"
_RGB: Final = 0  # AVColorSpace
_UNSPECIFIED: Final = 2
_BT709: Final = 1
_BT470BG: Final = 5
_HIGH_DEFINITION: Final = 720  # lines; what says nothing is taken for BT.709 from here on, as players do
_SHAPE_MAX: Final = 8  # a point that is longer than this in one direction is a broken number


@dataclass(frozen=True)
class Shape:
    """How one decoded picture is to be shown."""

    width: int  # decoded
    height: int
    pixel_format: str
    angle: int  # degrees, as PyAV says it
    turn: tuple[int, int, int, int]
    point: Fraction  # width by height of one point
    colorspace: int
    full_range: int

    @property
    def square(self) -> tuple[int, int]:
        """Decoded size with square points."""
        return max(1, round(self.width * self.point)), self.height

    @property
    def shown(self) -> tuple[int, int]:
        """Size as shown."""
        width, height = self.square
        return (height, width) if self.turn[0] == 0 else (width, height)


def shape_of(frame: av.VideoFrame, point: Fraction, before: Shape | None = None) -> Shape:
    """The shape of ``frame``; ``point`` is the sample aspect ratio. Raises UnsupportedMedia for a slanted picture.

    ``before`` is the shape of the picture before it: while the angle stays, so does the turn. PyAV keeps a frame
    whose side data were asked for until the next collection of garbage, so they are asked for once.
    """
    ratio = point if 1 / _SHAPE_MAX <= point <= _SHAPE_MAX else Fraction(1)
    colorspace = int(frame.colorspace)
    if colorspace == _UNSPECIFIED and not _is_rgb(frame):
        colorspace = _BT709 if frame.height >= _HIGH_DEFINITION else _BT470BG
    angle = round(frame.rotation) % 360
    turn = before.turn if before is not None and before.angle == angle else _turn(frame)
    return Shape(frame.width, frame.height, frame.format.name, angle, turn, ratio, colorspace, int(frame.color_range))


def _is_rgb(frame: av.VideoFrame) -> bool:
    return bool(frame.format.is_rgb) or frame.format.name.startswith("pal")


def _turn(frame: av.VideoFrame) -> tuple[int, int, int, int]:
    try:
        held: Any = frame.side_data
        parts = [one if hasattr(one, "type") else held[one] for one in held]  # PyAV 19 gives the kinds
    except ValueError:  # a kind that this PyAV has no name for
        return _QUARTERS.get(round(frame.rotation) % 360, (1, 0, 0, 1))
    for part in parts:
        if part.type.name == "DISPLAYMATRIX":
            return _signs(bytes(part))
    return (1, 0, 0, 1)


def _signs(matrix: bytes) -> tuple[int, int, int, int]:
    if len(matrix) < 36:
        return (1, 0, 0, 1)
    numbers = struct.unpack("=9i", matrix[:36])
    picked = (numbers[0], numbers[1], numbers[3], numbers[4])
    largest = max(abs(number) for number in picked)
    signs = tuple(0 if abs(number) * 100 <= largest else (1 if number > 0 else -1) for number in picked)
    if signs not in _TURNS:
        if largest == 0:
            return (1, 0, 0, 1)
        raise UnsupportedMedia("a rotation that is no quarter turn")
    return (signs[0], signs[1], signs[2], signs[3])


class Maker:
    """Makes the pictures of one derivative; all of them have the size of the first."""

    def __init__(self, derivation: Derivation, pixel_format: str) -> None:
        self._derivation = derivation
        self._pixel_format = pixel_format
        self._first: tuple[int, int] | None = None
        self._key: tuple[Shape, tuple[int, ...]] | None = None
        self._graph: Graph | None = None
        self.changed = False  # whether the last picture was made otherwise than the one before

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) of what is made; known after the first picture."""
        assert self._first is not None  # noqa: S101 - asked for only after a picture was made
        return made_size(self._derivation, *self._first)

    def make(self, frame: av.VideoFrame, shape: Shape, first: int, after: int) -> av.VideoFrame:
        """What is made of ``frame``, shown from ``first`` until ``after`` (ms). Raises BadRegion, ChangingPicture."""
        if self._first is None:
            in_picture(self._derivation.regions, *shape.shown)
            self._first = shape.shown
        elif shape.shown != self._first and self._derivation.regions:
            raise ChangingPicture
        active = tuple(n for n, box in enumerate(self._derivation.boxes) if box.span.holds(first, after))
        key = (shape, active)
        self.changed = key != self._key
        if self.changed or self._graph is None:
            self._graph, self._key = self._built(shape, active), key
        graph = self._graph
        frame.pts = 0 if frame.pts is None else frame.pts
        graph.push(frame)
        made: Any = graph.pull()
        return made  # type: ignore[no-any-return]

    def _built(self, shape: Shape, active: tuple[int, ...]) -> Graph:
        graph = Graph()
        graph.threads = 1
        nodes = [graph.add("buffer", **_buffer(shape))]
        nodes += [graph.add(name, arguments or None) for name, arguments in self._steps(shape, active)]
        nodes.append(graph.add("buffersink"))
        graph.link_nodes(*nodes)
        graph.configure()
        return graph

    def _steps(self, shape: Shape, active: tuple[int, ...]) -> list[tuple[str, str]]:
        width, height = shape.shown
        steps: list[tuple[str, str]] = []
        if shape.square != (shape.width, shape.height):
            steps.append(("scale", _scale(*shape.square)))
        steps += _TURNS[shape.turn]
        for number in active:
            region = grown(self._derivation.boxes[number].region, width, height)
            steps.append(("drawbox", f"{_place(region)}:color=black:t=fill:replace=1"))
        if self._derivation.crop is not None:
            steps.append(("crop", f"{_place(self._derivation.crop)}:exact=0"))
        steps.append(("scale", _scale(*self.size) + self._colours(shape)))
        if self._derivation.pixelate:
            steps.append(("scale", _scale(*blocks_of(*self.size))))
            steps.append(("scale", f"w={self.size[0]}:h={self.size[1]}:flags=neighbor+bitexact"))
        return [*steps, ("format", f"pix_fmts={self._pixel_format}"), ("setsar", "sar=1")]

    def _colours(self, shape: Shape) -> str:
        if self._pixel_format == "rgb24":
            return ""
        matrix = ":out_color_matrix=bt709" if shape.colorspace == _RGB else ""
        return f"{matrix}:out_range=tv"


def _buffer(shape: Shape) -> dict[str, str]:
    return {
        "video_size": f"{shape.width}x{shape.height}", "pix_fmt": shape.pixel_format, "time_base": "1/1000",
        "pixel_aspect": "1/1", "colorspace": str(shape.colorspace), "range": str(shape.full_range),
    }  # fmt: skip


def _scale(width: int, height: int) -> str:
    return f"w={width}:h={height}:{_SCALING}"


def _place(region: Any) -> str:
    return f"x={region.x}:y={region.y}:w={region.width}:h={region.height}"
