"""MPEG audio of a transport stream: what stands behind the samples of its frames, as the inspection finds it.

ISO/IEC 11172-3 clause 2.4.1 and tables B.2, ISO/IEC 13818-3 table B.1; layer III is read as in other films.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from witnesskit.media.mp3_chunks import ChunkSound
from witnesskit.media.walk_sps import BitsCut, TextBits

_HEAD: Final = 256  # bytes of a frame that hold all allocations
_RATES: Final = (0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384)
_TRIPLE: Final = {3: 5, 5: 7, 9: 10}  # three samples of so few levels are one number
# levels of quantisation an allocation names (0: no samples), as tables B.2 list them
_FIRST: Final = (0, 3, 7, 15, *(2**bits - 1 for bits in range(5, 17)))
_NEXT: Final = (0, 3, 5, 7, 9, *(2**bits - 1 for bits in range(4, 14)), 65535)
_THIRD: Final = (0, 3, 5, 7, 9, 15, 31, 65535)
_LAST: Final = (0, 3, 5, 65535)
_THIN: Final = (0, 3, 5, 9, *(2**bits - 1 for bits in range(4, 16)))
_HALVED: Final = (0, 3, 5, 7, 9, *(2**bits - 1 for bits in range(4, 15)))


def layer_of(data: bytes, size_of: Callable[[bytes], int]) -> int:
    """The layer of the first frame that another one follows, or that stands in front; 0 if there is none yet."""
    for at in range(len(data) - 16):
        size = size_of(data[at : at + 4]) if data[at] == 255 else 0
        if size and (at == 0 or size_of(data[at + size : at + size + 4])):
            return 4 - (data[at + 1] // 2 & 3)
    return 0


def free_behind(frame: bytes) -> int:
    """Bits behind the last sample of a frame of layer I or II; 0 if it ends before that."""
    bits = TextBits(frame[:_HEAD])
    try:
        bits.u(32 if frame[1] % 2 else 48)
        stereo, joint = frame[3] // 64 != 3, frame[3] // 64 == 1
        split = (frame[3] // 16 % 4 + 1) * 4 if joint else 32
        allocated = [2 if stereo and subband < split else 1 for subband in range(32)]  # allocations of each subband
        used = _one(bits, allocated, stereo) if frame[1] & 6 == 6 else _two(bits, frame, allocated, stereo)
    except (BitsCut, IndexError):
        return 0
    return max(8 * len(frame) - bits.at - used, 0)


def _one(bits: TextBits, allocated: list[int], stereo: bool) -> int:
    """Bits of scale factors and samples of layer I."""
    total = 0
    for count in allocated:
        for _ in range(count):
            size = bits.u(4)
            total += 12 * (size + 1) + 6 * (1 + (stereo and count == 1)) if size else 0
    return total


def _levels(frame: bytes, mono: bool) -> list[tuple[int, ...]]:
    if not frame[1] & 8:
        return [_HALVED] * 4 + [_THIN[:8]] * 7 + [_THIN[:4]] * 19
    rate = _RATES[frame[2] // 16] // (1 if mono else 2)
    sampling = (44, 48, 32)[frame[2] // 4 % 4]
    if rate <= 48:
        return [_THIN] * 2 + [_THIN[:8]] * (10 if sampling == 32 else 6)
    wide = rate >= 96 and sampling != 48
    return [_FIRST] * 3 + [_NEXT] * 8 + [_THIRD] * 12 + [_LAST] * (7 if wide else 4)


def _two(bits: TextBits, frame: bytes, allocated: list[int], stereo: bool) -> int:
    """Bits of scale factors and samples of layer II; moves over what says which factors are there."""
    samples, channels = 0, 0
    for levels, count in zip(_levels(frame, not stereo), allocated, strict=False):
        for _ in range(count):
            steps = levels[bits.u(len(levels).bit_length() - 1)]
            samples += _TRIPLE.get(steps, 3 * steps.bit_length())
            channels += (2 if stereo and count == 1 else 1) if steps else 0
    return 12 * samples + sum(6 * (3, 2, 1, 2)[bits.u(2)] for _ in range(channels))


class LayerThree(ChunkSound):
    """Sound of layer III that comes piece by piece."""

    def __init__(self) -> None:
        super().__init__()
        self._rest = b""

    def feed(self, chunk: bytes, *, last: bool) -> Iterator[bytes]:
        """Take the next bytes; gives what is clean of those before."""
        self._rest = yield from self._take(self._rest + chunk, 0 if last else 6_400)
        if last:
            yield from self._emit(self.pool.end())
            yield from self._emit(iter(()))
