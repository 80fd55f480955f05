"""Bits of a byte string, most significant first."""

from __future__ import annotations

from witnesskit.errors.media import BadMedia


class BitReader:
    """Reads fields of some bits; reading past the end raises ``BadMedia``."""

    def __init__(self, data: bytes) -> None:
        self._value = int.from_bytes(data, "big")
        self._size = len(data) * 8
        self.place = 0  # bits read so far

    def read(self, count: int) -> int:
        """The next ``count`` bits as a number."""
        self.place += count
        if self.place > self._size:
            raise BadMedia("a bit field is cut")
        return (self._value >> (self._size - self.place)) & ((1 << count) - 1)

    def skip(self, count: int) -> None:
        """Pass over ``count`` bits."""
        self.read(count)

    def at_end(self) -> bool:
        """True where no bit is left."""
        return self.place >= self._size

    def golomb(self) -> int:
        """An unsigned Exp-Golomb number, ue(v) (ITU-T H.264 clause 9.1)."""
        zeros = 0
        while not self.read(1):
            zeros += 1
            if zeros > 32:
                raise BadMedia("an Exp-Golomb number is too long")
        return (1 << zeros) - 1 + self.read(zeros) if zeros else 0
