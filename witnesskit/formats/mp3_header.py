"""The four bytes in front of every frame of MPEG audio layer III (ISO/IEC 11172-3 clause 2.4.1.3, 13818-3)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

MPEG1, MPEG2, MPEG25 = 3, 2, 0
MONO: Final = 3
NAMES: Final = {MPEG1: "1", MPEG2: "2", MPEG25: "2.5"}
_RATES: Final = {MPEG1: (44100, 48000, 32000), MPEG2: (22050, 24000, 16000), MPEG25: (11025, 12000, 8000)}
_KBITS_1: Final = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_KBITS_2: Final = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
_SIDE: Final = {(True, True): 17, (True, False): 32, (False, True): 9, (False, False): 17}
PRIVATE: Final = 0x100
STATUS: Final = 0xC  # copyright and original


@dataclass(frozen=True)
class Header:
    """One header: ``length`` bytes of the frame, ``side`` bytes of side information, ``samples`` of each channel."""

    word: int
    version: int
    protected: bool
    kbits: int
    rate: int
    mode: int
    emphasis: int
    length: int
    samples: int
    side: int

    @property
    def channels(self) -> int:
        """1 or 2."""
        return 1 if self.mode == MONO else 2

    @property
    def body(self) -> int:
        """Offset of the side information in the frame."""
        return 6 if self.protected else 4

    def agrees(self, other: Header) -> bool:
        """True if both can be frames of one sound."""
        return (self.version, self.rate, self.channels, self.emphasis) == (
            other.version,
            other.rate,
            other.channels,
            other.emphasis,
        )


@lru_cache(maxsize=4096)
def parse_header(word: int) -> Header | None:
    """The header in 32 bits; ``None`` for anything else, other layers and free formats too."""
    version, layer, index, rate = word >> 19 & 3, word >> 17 & 3, word >> 12 & 15, word >> 10 & 3
    if word >> 21 != 0x7FF or version == 1 or layer != 1 or index in (0, 15) or rate == 3 or word & 3 == 2:
        return None
    first, mode = version == MPEG1, word >> 6 & 3
    kbits, hertz = (_KBITS_1 if first else _KBITS_2)[index], _RATES[version][rate]
    length = (144 if first else 72) * 1000 * kbits // hertz + (word >> 9 & 1)
    side = _SIDE[first, mode == MONO]
    protected = not word >> 16 & 1
    return Header(word, version, protected, kbits, hertz, mode, word & 3, length, 1152 if first else 576, side)


def smallest(like: Header, needed: int) -> Header:
    """A header without check and without padding of the lowest bit rate whose frame has ``needed`` bytes."""
    base = like.word & 0xFFFE0CCF | 0x10000
    found = (parse_header(base | index << 12) for index in range(1, 15))
    return next(header for header in found if header and header.length >= needed)
