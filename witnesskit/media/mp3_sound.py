"""Where in the frames of an MP3 file the sound lies, and which bytes beside it are not zero.

All frames' main data form one string; each frame says from where in it, and for how many bits, its sound goes. What
lies between two sounds is free. This reads the string as a pool; the writer goes from frame to frame.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from witnesskit.media.walk_mp3 import FrameHead


def _tables() -> list[int]:
    table = []
    for byte in range(256):
        register = byte << 8
        for _ in range(8):
            register = (register << 1) ^ (0x18005 if register & 0x8000 else 0)
        table.append(register)
    return table


_CRC = _tables()


def crc_of(data: bytes) -> int:
    """The check over the end of the header and the side information (ISO/IEC 11172-3 clause 2.4.3.1)."""
    register = 0xFFFF
    for byte in data:
        register = ((register & 0xFF) << 8) ^ _CRC[register >> 8 ^ byte]
    return register


@dataclass
class Cleaned:
    """One frame with zeros where no sound is."""

    front: bytes
    first: int  # of its main data among all main data
    size: int


@dataclass
class Pool:
    """Takes frames, gives them back clean; ``found`` collects the free bytes that were not zero, and odd heads."""

    status: int = -1  # copyright and original bits of the first frame
    found: dict[tuple[str, bytes], None] = field(default_factory=dict)
    broken: bool = False
    _bytes: bytearray = field(default_factory=bytearray)
    _base: int = 0  # place of the pool's first byte among all main data
    _heard: int = 0  # bit behind the last sound
    _waiting: list[Cleaned] = field(default_factory=list)

    def take(self, head: FrameHead, frame: bytes) -> Iterator[bytes]:
        """One frame in; the frames that nothing can reach back into any more come out."""
        start = 6 if head.checked else 4
        body = start + head.side
        if body > len(frame):
            self.broken = True
            return
        back, bits, side = self._side(head, frame[start:body])
        place = self._base + len(self._bytes)
        begin = max(place - back, 0)
        self._free(begin)
        self._heard = max(self._heard, begin * 8 + bits)
        self._waiting.append(Cleaned(self._front(head, frame[:start], side), place, len(frame) - body))
        self._bytes += frame[body:]
        yield from self._done(begin)

    def end(self) -> Iterator[bytes]:
        """The frames that are left."""
        last = self._base + len(self._bytes)
        self._free(last)
        yield from self._done(last)

    def note(self, kind: str, data: bytes) -> None:
        """Remember what was found, but not without bound."""
        if len(self.found) < 200:
            self.found[kind, bytes(data[:400])] = None

    def _side(self, head: FrameHead, raw: bytes) -> tuple[int, int, bytes]:
        version, _, channels, _ = head.kind
        text = int.from_bytes(raw, "big")
        total = len(raw) * 8

        def bits(first: int, count: int) -> int:
            return text >> (total - first - count) & ((1 << count) - 1)

        if version == 3:
            width, free, units, step = 9, 3 if channels == 2 else 5, 2 * channels, 59
            start = width + free + 4 * channels
        else:
            width, free, units, step = 8, channels, channels, 63
            start = width + free
        if bits(width, free):
            self.note("private bits", raw[:2])
            text ^= bits(width, free) << (total - width - free)
        return (
            bits(0, width),
            sum(bits(start + step * unit, 12) for unit in range(units)),
            text.to_bytes(len(raw), "big"),
        )

    def _front(self, head: FrameHead, front: bytes, side: bytes) -> bytes:
        status = front[3] & 0x0C
        self.status = status if self.status < 0 else self.status
        plain = front[:2] + bytes([front[2] & 0xFE, front[3] & 0xF3 | self.status])
        if plain != front[:4]:
            self.note("private, copyright or original bits", front[:4])
        if not head.checked:
            return plain + side
        check = crc_of(plain[2:] + side).to_bytes(2, "big")
        if check != front[4:]:
            self.note("check of a frame", front[4:])
        return plain + check + side

    def _free(self, end: int) -> None:
        """Everything from the last sound to byte ``end`` is free: it must be zero."""
        first = self._heard // 8
        at, stop = max(first - self._base, 0), end - self._base
        if stop <= at:
            return
        piece = int.from_bytes(self._bytes[at:stop], "big")
        width = 8 * (stop - at) - (self._heard % 8 if first - self._base == at else 0)
        free = piece & ((1 << width) - 1)
        if free:
            self.note("free bytes", free.to_bytes(stop - at, "big"))
            self._bytes[at:stop] = (piece ^ free).to_bytes(stop - at, "big")

    def _done(self, before: int) -> Iterator[bytes]:
        count = 0
        for one in self._waiting:
            if one.first + one.size > before:
                break
            at = one.first - self._base
            yield one.front + bytes(self._bytes[at : at + one.size])
            count += 1
        if count:
            last = self._waiting[count - 1]
            gone = last.first + last.size - self._base
            del self._waiting[:count], self._bytes[:gone]
            self._base += gone
