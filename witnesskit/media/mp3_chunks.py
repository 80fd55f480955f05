"""MP3 sound spread over the chunks of a film, as the inspector reads it: whole again, frame by frame, and clean."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator

from witnesskit.errors.media import UnsupportedMedia
from witnesskit.media.mp3_sound import Pool
from witnesskit.media.walk_mp3 import FrameHead, frame_head

_AHEAD = 6_400  # bytes kept back until more are there; four of the longest frames
_STRAYS_MAX = 50  # runs of loose bytes that are told


class ChunkSound:
    """Joins chunks; gives the sound back with zeros where no frame and no sound is. ``pool`` tells what was there."""

    def __init__(self) -> None:
        self.pool = Pool()
        self.loose = 0  # bytes that are not zero and belong to no frame
        self.strays: list[bytes] = []  # the first of them
        self._kind: tuple[int, int, int, int] | None = None
        self._order: list[bytes | None] = []  # zeros, or None for a frame still in the pool

    def read(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """The whole sound, clean, in pieces."""
        held = b""
        for chunk in chunks:
            held += chunk
            if len(held) > 4 * _AHEAD:
                held = yield from self._take(held, _AHEAD)
        yield from self._take(held, 0)
        yield from self._emit(self.pool.end())
        yield from self._emit(iter(()))

    def _take(self, held: bytes, ahead: int) -> Generator[bytes, None, bytes]:
        place = 0
        while len(held) - place > ahead:
            head = self._frame(held, place)
            if head is None:
                after = held.find(b"\xff", place + 1)
                after = len(held) if after < 0 else after
                self._stray(held[place:after])
                self._order.append(bytes(after - place))
                yield from self._emit(iter(()))
                place = after
            else:
                self._kind = self._kind or head.kind
                self._order.append(None)
                yield from self._emit(self.pool.take(head, held[place : place + head.size]))
                place += head.size
        return held[place:]

    def _stray(self, raw: bytes) -> None:
        self.loose += any(raw)
        if any(raw) and len(self.strays) < _STRAYS_MAX:
            self.strays.append(raw[:400])

    def _frame(self, held: bytes, place: int) -> FrameHead | None:
        head = frame_head(held[place : place + 4])
        if head is None or place + head.size > len(held):
            return None
        behind = held[place + head.size : place + head.size + 4]
        follower = frame_head(behind)
        if self._kind is not None and head.kind != self._kind:
            if follower is not None and follower.kind == head.kind:
                raise UnsupportedMedia("the sound changes its rate or channels")
            return None
        return head if self._kind is not None or not any(behind) or follower is not None else None

    def _emit(self, frames: Iterator[bytes]) -> Iterator[bytes]:
        """Frames that are finished, with the zeros that stand between them."""
        for frame in frames:
            yield from self._zeros()
            self._order.pop(0)
            yield frame
        yield from self._zeros()

    def _zeros(self) -> Iterator[bytes]:
        while self._order and self._order[0] is not None:
            yield self._order.pop(0) or b""
