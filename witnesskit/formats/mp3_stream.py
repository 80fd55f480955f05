"""MP3 sound in the chunks of a film: frames may reach from one into the next; bytes of no frame become zero."""

from __future__ import annotations

from collections.abc import Iterator

from witnesskit.errors.media import UnsupportedMedia
from witnesskit.formats.mp3_frames import FramePass
from witnesskit.formats.mp3_header import Header, parse_header

_FRAME_MAX = 1_600  # bytes of the longest frame and some


class Mp3Stream:
    """Takes the bytes of the sound in order, gives as many back in order, later."""

    def __init__(self) -> None:
        self.first: Header | None = None
        self._pass: FramePass | None = None
        self._data = bytearray()
        self._zeros: list[tuple[int, int]] = []  # (frames before it, bytes) of bytes that are no frame
        self._taken = self._given = 0

    def put(self, data: bytes) -> Iterator[bytes]:
        """Take ``data``; give what is finished."""
        self._data += data
        yield from self._frames(4 * _FRAME_MAX)

    def finish(self) -> Iterator[bytes]:
        """Give the rest."""
        yield from self._frames(0)
        yield from self._loose(len(self._data))
        self._data.clear()
        if self._pass:
            yield from self._ordered(self._pass.finish())
        yield from self._zeros_before(self._taken)

    def _frames(self, keep: int) -> Iterator[bytes]:
        place, data = 0, self._data
        while len(data) - place > keep:
            header = self._header(place)
            if header is None:
                follower = data.find(b"\xff", place + 1)
                after = follower if follower >= 0 else len(data)
                yield from self._loose(after - place)
                place = after
                continue
            if self._pass is None:
                self.first, self._pass = header, FramePass(header)
            self._taken += 1
            yield from self._ordered(self._pass.put(bytes(data[place : place + header.length])))
            place += header.length
        del data[:place]

    def _header(self, place: int) -> Header | None:
        """The header of a whole frame at ``place``, followed by another or by the end."""
        data = self._data
        header = parse_header(int.from_bytes(data[place : place + 4], "big"))
        if header is None or place + header.length > len(data):
            return None
        if self.first and not header.agrees(self.first):
            follower = parse_header(int.from_bytes(data[place + header.length : place + header.length + 4], "big"))
            if follower and follower.agrees(header):
                raise UnsupportedMedia("the sound changes its rate or channels")
            return None
        end = place + header.length
        behind = bytes(data[end : end + 4])
        follows = not any(behind) or parse_header(int.from_bytes(behind, "big")) is not None
        return header if self.first or follows else None

    def _loose(self, size: int) -> Iterator[bytes]:
        if size:
            self._zeros.append((self._taken, size))
            yield from self._zeros_before(self._given)

    def _ordered(self, frames: Iterator[bytes]) -> Iterator[bytes]:
        for frame in frames:
            yield from self._zeros_before(self._given)
            self._given += 1
            yield frame
        yield from self._zeros_before(self._given)

    def _zeros_before(self, given: int) -> Iterator[bytes]:
        while self._zeros and self._zeros[0][0] <= given:
            yield bytes(self._zeros.pop(0)[1])
