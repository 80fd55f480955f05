"""Setup headers of Vorbis and Theora, walked to their last bit: nothing may stand behind the tables.

Vorbis I specification clause 4.2.4; Theora specification clause 6.4.
"""

from __future__ import annotations

from collections.abc import Callable

from witnesskit.errors.media import BadMedia
from witnesskit.media_limits import OGG_SETUP_MAX


class _Bits:
    """Reads numbers of some bits; Vorbis begins at the lowest bit of a byte, Theora at the highest."""

    def __init__(self, data: bytes, *, lowest_first: bool) -> None:
        if len(data) > OGG_SETUP_MAX:
            raise BadMedia("a setup header is too long")
        self.text = "".join(f"{byte:08b}"[::-1] if lowest_first else f"{byte:08b}" for byte in data)
        self.lowest_first = lowest_first
        self.place = 0

    def read(self, count: int) -> int:
        text = self.text[self.place : self.place + count]
        self.skip(count)
        return int(text[::-1] if self.lowest_first else text, 2) if count else 0

    def skip(self, count: int) -> None:
        self.place += count
        if self.place > len(self.text):
            raise BadMedia("a setup header is cut")

    def whole_bytes(self) -> int:
        """Bytes up to here; raises ``BadMedia`` for set bits in the rest of the last one."""
        end = (self.place + 7) // 8
        if "1" in self.text[self.place : 8 * end]:
            raise BadMedia("bits behind a setup header")
        return end


def vorbis_setup_size(packet: bytes, channels: int) -> int:
    """Bytes of the setup header in ``packet`` (``05 vorbis``...) that decoders read; raises ``BadMedia``."""
    if packet[:7] != b"\x05vorbis":
        raise BadMedia("no Vorbis setup header where one should be")
    bits = _Bits(packet[7:], lowest_first=True)
    _each(bits, 8, _codebook)
    for _ in range(bits.read(6) + 1):
        if bits.read(16):
            raise BadMedia("a Vorbis transform of a reserved kind")
    _each(bits, 6, _floor)
    _each(bits, 6, _residue)
    _each(bits, 6, lambda inner: _mapping(inner, channels))
    _each(bits, 6, _mode)
    if not bits.read(1):
        raise BadMedia("a Vorbis setup header without its last bit")
    return 7 + bits.whole_bytes()


def _each(bits: _Bits, width: int, read: Callable[[_Bits], None]) -> None:
    for _ in range(bits.read(width) + 1):
        read(bits)


def _codebook(bits: _Bits) -> None:
    if bits.read(24) != 0x564342:
        raise BadMedia("a Vorbis codebook without its mark")
    dimensions, entries = bits.read(16), bits.read(24)
    if bits.read(1):
        bits.skip(5)
        _ordered(bits, entries)
    elif bits.read(1):
        for _ in range(entries):
            if bits.read(1):
                bits.skip(5)
    else:
        bits.skip(5 * entries)
    kind = bits.read(4)
    if kind > 2 or (kind and not dimensions):
        raise BadMedia("a Vorbis codebook of a reserved kind")
    if kind:
        bits.skip(64)
        width = bits.read(4) + 1
        bits.skip(1 + width * (_lookups(entries, dimensions) if kind == 1 else entries * dimensions))


def _ordered(bits: _Bits, entries: int) -> None:
    done = 0
    for _ in range(33):
        if done == entries:
            return
        done += bits.read((entries - done).bit_length())
        if done > entries:
            break
    raise BadMedia("a Vorbis codebook of wrong lengths")


def _lookups(entries: int, dimensions: int) -> int:
    """The largest whole number whose ``dimensions``-th power is no more than ``entries``."""
    value = int(entries ** (1 / dimensions))
    while (value + 1) ** dimensions <= entries:
        value += 1
    while value and value**dimensions > entries:
        value -= 1
    return value


def _floor(bits: _Bits) -> None:
    kind = bits.read(16)
    if kind == 0:
        bits.skip(54)
        bits.skip(8 * (bits.read(4) + 1))
        return
    if kind != 1:
        raise BadMedia("a Vorbis floor of a reserved kind")
    classes = [bits.read(4) for _ in range(bits.read(5))]
    sizes = []
    for _ in range(max(classes, default=-1) + 1):
        sizes.append(bits.read(3) + 1)
        subclasses = bits.read(2)
        bits.skip((8 if subclasses else 0) + 8 * (1 << subclasses))
    bits.skip(2)
    width = bits.read(4)
    bits.skip(width * sum(sizes[one] for one in classes))


def _residue(bits: _Bits) -> None:
    if bits.read(16) > 2:
        raise BadMedia("a Vorbis residue of a reserved kind")
    bits.skip(72)
    classes = bits.read(6) + 1
    bits.skip(8)
    books = 0
    for _ in range(classes):
        low = bits.read(3)
        high = bits.read(5) if bits.read(1) else 0
        books += (high * 8 + low).bit_count()
    bits.skip(8 * books)


def _mapping(bits: _Bits, channels: int) -> None:
    if bits.read(16):
        raise BadMedia("a Vorbis mapping of a reserved kind")
    submaps = bits.read(4) + 1 if bits.read(1) else 1
    if bits.read(1):
        steps = bits.read(8) + 1
        bits.skip(2 * steps * (channels - 1).bit_length())
    if bits.read(2):
        raise BadMedia("a Vorbis mapping with reserved bits")
    if submaps > 1:
        bits.skip(4 * channels)
    bits.skip(24 * submaps)


def _mode(bits: _Bits) -> None:
    bits.skip(1)
    if bits.read(32):
        raise BadMedia("a Vorbis mode of a reserved kind")
    bits.skip(8)


def theora_setup_size(packet: bytes) -> int:
    """Bytes of the setup header in ``packet`` (``82 theora``...) that decoders read; raises ``BadMedia``."""
    if packet[:7] != b"\x82theora":
        raise BadMedia("no Theora setup header where one should be")
    bits = _Bits(packet[7:], lowest_first=False)
    bits.skip(64 * bits.read(3))
    for _ in range(2):
        bits.skip(64 * (bits.read(4) + 1))
    matrices = bits.read(9) + 1
    bits.skip(8 * 64 * matrices)
    for number in range(6):
        _ranges(bits, number, (matrices - 1).bit_length())
    for _ in range(80):
        _tree(bits)
    return 7 + bits.whole_bytes()


def _ranges(bits: _Bits, number: int, width: int) -> None:
    if number and not bits.read(1):
        if number >= 3:
            bits.skip(1)
        return
    bits.skip(width)
    quality = 0
    while quality < 63:
        quality += bits.read((62 - quality).bit_length()) + 1
        bits.skip(width)
    if quality > 63:
        raise BadMedia("Theora quantisation ranges of a wrong size")


def _tree(bits: _Bits) -> None:
    leaves, open_ends = 0, 1
    while open_ends:
        if bits.read(1):
            bits.skip(5)
            leaves, open_ends = leaves + 1, open_ends - 1
        else:
            open_ends += 1
        if leaves + open_ends > 32:
            raise BadMedia("a Theora code with too many words")
