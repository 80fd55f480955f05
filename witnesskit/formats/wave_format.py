"""What a sound chunk's ``fmt`` says that a decoder needs (Microsoft mmreg.h, RFC 2361), and nothing else of it.

Every field is read, checked, and written anew; what can be computed from the others is computed.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final

from witnesskit.errors.media import BadMedia
from witnesskit.errors.strip import UnknownCoding

PCM, MS_ADPCM, FLOAT, A_LAW, MU_LAW, IMA_ADPCM, GSM, EXTENSIBLE = 1, 2, 3, 6, 7, 0x11, 0x31, 0xFFFE
NAMES: Final = {
    PCM: "pcm",
    MS_ADPCM: "adpcm-ms",
    FLOAT: "pcm-float",
    A_LAW: "a-law",
    MU_LAW: "mu-law",
    IMA_ADPCM: "adpcm-ima",
    GSM: "gsm",
}
_BITS: Final = {PCM: range(1, 65), MS_ADPCM: (4,), FLOAT: (32, 64), A_LAW: (8,), MU_LAW: (8,), IMA_ADPCM: (4,)}
_WIDENED: Final = frozenset({PCM, FLOAT, A_LAW, MU_LAW})  # codings an extensible format may name
_SUBFORMAT: Final = bytes.fromhex("000000001000800000aa00389b71")
_AMBISONIC: Final = bytes.fromhex("00002107d3118644c8c1ca000000")
_SPEAKERS: Final = 0x3FFFF  # the positions that have a name
_CHANNELS_MAX: Final = 255
_COEFFICIENTS: Final = struct.pack(
    "<15h", 7, 256, 0, 512, -256, 0, 0, 192, 64, 240, 0, 460, -208, 392, -232
)  # the seven pairs every decoder has


@dataclass(frozen=True)
class WaveFormat:
    """Coding, channels, samples a second, bytes and bits; ``block`` is nBlockAlign, ``per_block`` samples in one.

    ``valid`` bits of each sample, speaker ``mask`` and ``tail`` of the sub-format are those of an extensible format.
    """

    tag: int
    channels: int
    rate: int
    block: int
    bits: int
    per_block: int = 1
    extensible: bool = False
    valid: int = 0
    mask: int = 0
    tail: bytes = _SUBFORMAT

    def body(self) -> bytes:
        """The ``fmt`` chunk's body in its one canonical form."""
        first = struct.pack(
            "<HHIIHH",
            EXTENSIBLE if self.extensible else self.tag,
            self.channels,
            self.rate,
            min(self.rate * self.block // self.per_block, 0xFFFFFFFF),
            self.block,
            self.bits,
        )
        if self.extensible:
            return first + struct.pack("<HHIH", 22, self.valid, self.mask, self.tag) + self.tail
        if self.tag == PCM:
            return first
        if self.tag in (IMA_ADPCM, GSM):
            return first + struct.pack("<HH", 2, self.per_block)
        if self.tag == MS_ADPCM:
            return first + struct.pack("<HH", 32, self.per_block) + _COEFFICIENTS
        return first + b"\0\0"

    def whole(self, size: int) -> int:
        """Bytes of ``size`` that a decoder turns into sound: a cut block counts where it can be read."""
        rest = size % self.block
        if self.tag == MS_ADPCM and rest >= 7 * self.channels:
            return size
        if self.tag == IMA_ADPCM and rest >= 8 * self.channels:
            return size - rest % (4 * self.channels)
        return size - rest

    def samples(self, size: int) -> int:
        """Samples of each channel in ``size`` bytes of whole sound."""
        return size // self.block * self.per_block + self._samples_of_rest(size % self.block)

    def _samples_of_rest(self, rest: int) -> int:
        head = {MS_ADPCM: 7, IMA_ADPCM: 4}.get(self.tag, 0) * self.channels
        if not head or rest < head:
            return 0
        return (rest - head) * 2 // self.channels + (2 if self.tag == MS_ADPCM else 1)


def parse_format(body: bytes) -> WaveFormat:
    """The format in a ``fmt`` chunk's body; raises ``BadMedia`` or ``UnknownCoding``."""
    if len(body) < 14:
        raise BadMedia("sound format length")
    tag, channels, rate, _, block = struct.unpack_from("<HHIIH", body)
    bits = int.from_bytes(body[14:16], "little") if len(body) >= 16 else 8
    if not 1 <= channels <= _CHANNELS_MAX or not rate:
        raise BadMedia("channels or rate of the sound")
    if tag == EXTENSIBLE:
        return _extensible(body, channels, rate, bits)
    if tag == GSM:
        return _gsm(channels, rate, block)
    if tag not in _BITS:
        raise UnknownCoding(f"sound format {tag:04x}")
    if bits not in _BITS[tag]:
        raise BadMedia("bits per sample")
    if tag == MS_ADPCM:
        return _ms_adpcm(body, channels, rate, block)
    if tag == IMA_ADPCM:
        return _ima_adpcm(channels, rate, block)
    return WaveFormat(tag, channels, rate, channels * (-(-bits // 8)), bits)


def _gsm(channels: int, rate: int, block: int) -> WaveFormat:
    if (channels, block) != (1, 65):
        raise BadMedia("blocks of GSM sound")
    return WaveFormat(GSM, channels, rate, block, 0, 320)


def _ima_adpcm(channels: int, rate: int, block: int) -> WaveFormat:
    if not 8 * channels <= block < 0x8000 or block % (4 * channels):
        raise BadMedia("blocks of ADPCM sound")
    return WaveFormat(IMA_ADPCM, channels, rate, block, 4, (block - 4 * channels) * 2 // channels + 1)


def _ms_adpcm(body: bytes, channels: int, rate: int, block: int) -> WaveFormat:
    if channels > 2 or not 7 * channels < block < 0x8000:
        raise BadMedia("blocks of ADPCM sound")
    if body[20:50] != _COEFFICIENTS:
        raise UnknownCoding("ADPCM sound with tables of its own")
    return WaveFormat(MS_ADPCM, channels, rate, block, 4, (block - 7 * channels) * 2 // channels + 2)


def _extensible(body: bytes, channels: int, rate: int, bits: int) -> WaveFormat:
    if len(body) < 40:
        raise BadMedia("extensible sound format length")
    valid, mask, tag = struct.unpack_from("<HIH", body, 18)
    tail = body[26:40]
    if (
        tag not in _WIDENED
        or tail not in (_SUBFORMAT, _AMBISONIC)
        or (tail == _AMBISONIC and tag not in (PCM, FLOAT))
    ):
        raise UnknownCoding(f"sound format {tag:04x} {tail.hex()}")
    if bits not in _BITS[tag] or valid > bits:
        raise BadMedia("bits per sample")
    block = channels * (-(-bits // 8))
    return WaveFormat(tag, channels, rate, block, bits, 1, True, valid, mask & _SPEAKERS, tail)
