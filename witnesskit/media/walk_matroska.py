"""An inspector's own reader of EBML: it visits every element, and shares no code with the writer.

What breaks the structure becomes a doubt, and a doubt means UNKNOWN; how an element is stored is noted too, since
sizes longer than they need be can carry a message.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from witnesskit.media.matroska_names import CLUSTER, EBML, KINDS, NAMES, SEGMENT, TOP
from witnesskit.media_limits import FILM_DEPTH_MAX, FILM_SAMPLES_MAX, FILM_WINDOW
from witnesskit.model import SeekableReader

_ONES = tuple((1 << 7 * width) - 1 for width in range(9))
_DOUBTS_MAX = 20


@dataclass(frozen=True, slots=True)
class Visit:
    """An element met: path by names, number, bytes. A master is met before and (kind ``end``) after its inside."""

    path: str
    number: int
    start: int
    body: int
    stop: int  # -1: the size is not given
    kind: str  # as in matroska_names, "x": not known, "end": behind a master's inside
    least: bool  # its size is stored in the fewest bytes
    repeated: bool  # the master around it has had one of this number before


@dataclass
class Window:
    """Bytes of a reader, read ahead."""

    reader: SeekableReader
    ahead: int = FILM_WINDOW
    start: int = 0
    data: bytes = b""

    def at(self, place: int, size: int) -> tuple[bytes, int]:
        """A buffer and where ``place`` is in it; fewer than ``size`` bytes follow only at the end of the file."""
        inside = place - self.start
        if inside < 0 or inside + size > len(self.data):
            self.data = b""
            self.data, self.start, inside = self.reader.read_at(place, max(size, self.ahead)), place, 0
        return self.data, inside

    def take(self, place: int, end: int, most: int = 1 << 40) -> bytes:
        """Bytes from ``place`` up to ``end``, at most ``most``."""
        size = min(end - place, most)
        data, inside = self.at(place, size)
        return data[inside : inside + size]


@dataclass
class Walk:
    """State of a walk: doubts, and where bytes begin that belong to no element."""

    window: Window
    closed: frozenset[str] = frozenset()  # names of masters that are not looked into
    doubts: dict[str, None] = field(default_factory=dict)
    tail: int = 0
    cut: bool = False  # a film of no given size that ends in the middle: what stands before is whole

    def doubt(self, reason: str) -> None:
        """Add a reason, once."""
        if len(self.doubts) < _DOUBTS_MAX:
            self.doubts[reason] = None


@dataclass
class _Open:
    path: str
    number: int
    start: int
    end: int
    known: bool
    met: set[int] = field(default_factory=set)


def head_of(data: bytes, place: int) -> tuple[int, int, int, bool] | None:
    """Number, bytes of the head, size (-1: not given), whether the size has the fewest bytes; ``None``: no head."""
    if place >= len(data) or data[place] < 16:
        return None
    width = 9 - data[place].bit_length()
    at = place + width
    if at >= len(data) or not data[at]:
        return None
    long = 9 - data[at].bit_length()
    if at + long > len(data):
        return None
    number = int.from_bytes(data[place:at], "big")
    size = int.from_bytes(data[at : at + long], "big") & _ONES[long]
    if size == _ONES[long]:
        return number, width + long, -1, False
    return number, width + long, size, long == 1 or size >= _ONES[long - 1]


def walk_matroska(walk: Walk) -> Iterator[Visit]:
    """Visit every element up to the end of the first segment; never raises on content."""
    stack = [_Open("", 0, -1, walk.window.reader.size, True)]
    for _ in range(FILM_SAMPLES_MAX):
        while len(stack) > 1 and walk.tail >= stack[-1].end:
            yield _left(stack.pop())
        head = _next(walk, stack)
        if head is None:
            return
        while len(stack) > 1 and not stack[-1].known and _ends(stack[-1].number, head[0]):
            yield _left(stack.pop())
        if len(stack) == 1 and SEGMENT in stack[0].met:
            return
        visit = _met(walk, stack, head)
        if visit is None:
            return
        yield visit
        walk.tail = visit.body if stack[-1].start == visit.start else max(visit.stop, visit.body)
    walk.doubt("too many elements")


def _next(walk: Walk, stack: list[_Open]) -> tuple[int, int, int, bool] | None:
    """The head at ``walk.tail``; ``None`` at the end of the film, or where none can be read."""
    if walk.tail >= walk.window.reader.size or (len(stack) == 1 and SEGMENT in stack[0].met):
        return None
    data, at = walk.window.at(walk.tail, 12)
    head = head_of(data, at)
    if head is None and len(stack) > 1:
        walk.doubt("what should be an element is none")
        walk.cut = _cut(walk, stack)
    return head


def _met(walk: Walk, stack: list[_Open], head: tuple[int, int, int, bool]) -> Visit | None:
    """The element at ``walk.tail``; it is opened if it is a master. ``None`` if it leaves the one around it."""
    (number, width, size, least), around, place = head, stack[-1], walk.tail
    end = around.end if size < 0 else place + width + size
    if end > around.end:
        walk.doubt("an element leaves the one around it, or the file is cut")
        if number not in (SEGMENT, CLUSTER):
            walk.cut = end > walk.window.reader.size and _cut(walk, stack)
            return None
        end, size = around.end, -1
    if size < 0 and number not in (SEGMENT, CLUSTER):
        walk.doubt("an element without a size")
    kind, name = KINDS.get(number, "x"), NAMES.get(number) or f"element {number:X}"
    path = f"{around.path}/{name}" if around.path else name
    visit = Visit(path, number, place, place + width, -1 if size < 0 else end, kind, least, number in around.met)
    around.met.add(number)
    if name in walk.closed and size >= 0:
        return visit
    if kind == "m" and len(stack) <= FILM_DEPTH_MAX:
        stack.append(_Open(path, number, place, end, size >= 0))
    elif kind == "m":
        walk.doubt("elements are nested too deep")
    return visit


def _cut(walk: Walk, stack: list[_Open]) -> bool:
    """Whether a film of no given size ends here: no further cluster follows the broken element."""
    if len(stack) < 2 or stack[1].known:
        return False
    mark, step = CLUSTER.to_bytes(4, "big"), walk.window.ahead
    reader = walk.window.reader
    return not any(mark in reader.read_at(at, step + 3) for at in range(walk.tail + 1, reader.size, step))


def _ends(around: int, number: int) -> bool:
    """Whether an element cannot lie inside ``around``, whose size is not given."""
    if around == CLUSTER:
        return number in TOP or number in (EBML, SEGMENT)
    return number in (EBML, SEGMENT)


def _left(one: _Open) -> Visit:
    return Visit(one.path, one.number, one.start, one.start, one.end, "end", True, False)
