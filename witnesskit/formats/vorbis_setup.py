"""Where the setup header of Vorbis ends: everything behind its last bit is no part of it (Vorbis I clause 4.2.4)."""

from __future__ import annotations

from witnesskit.errors.media import BadMedia

_SYNC = 0x564342


class _Bits:
    """Bits of a byte string, least significant first."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.place = 0

    def read(self, count: int) -> int:
        """The next ``count`` bits, at most 32; raises ``BadMedia`` behind the end."""
        if self.place + count > 8 * len(self._data):
            raise BadMedia("the Vorbis setup is cut")
        first = self.place >> 3
        value = int.from_bytes(self._data[first : first + 5], "little") >> (self.place & 7)
        self.place += count
        return value & ((1 << count) - 1)

    def skip(self, count: int) -> None:
        """Pass over ``count`` bits."""
        self.place += count
        if self.place > 8 * len(self._data):
            raise BadMedia("the Vorbis setup is cut")


def setup_end(data: bytes, channels: int) -> int:
    """Bytes of the setup header at the start of ``data``; ``channels`` as the identification header says.

    Raises ``BadMedia``, also where bits behind the last one are set.
    """
    if not data.startswith(b"\x05vorbis"):
        raise BadMedia("no Vorbis setup")
    bits = _Bits(data)
    bits.skip(56)
    books = [_codebook(bits) for _ in range(bits.read(8) + 1)]
    for _ in range(bits.read(6) + 1):
        if bits.read(16):
            raise BadMedia("a Vorbis time transform")
    for _ in range(bits.read(6) + 1):
        _floor(bits)
    for _ in range(bits.read(6) + 1):
        _residue(bits, len(books))
    for _ in range(bits.read(6) + 1):
        _mapping(bits, channels)
    bits.skip(41 * (bits.read(6) + 1))
    if not bits.read(1) or bits.read(-bits.place % 8):
        raise BadMedia("the Vorbis setup does not end as it should")
    return bits.place // 8


def _codebook(bits: _Bits) -> int:
    if bits.read(24) != _SYNC:
        raise BadMedia("a Vorbis codebook")
    dimensions, entries = bits.read(16), bits.read(24)
    if bits.read(1):
        _ordered(bits, entries)
    elif bits.read(1):
        for _ in range(entries):
            bits.skip(5 if bits.read(1) else 0)
    else:
        bits.skip(5 * entries)
    lookup = bits.read(4)
    if lookup > 2:
        raise BadMedia("a Vorbis codebook of no known kind")
    if lookup:
        bits.skip(64)
        width = bits.read(4) + 1
        bits.skip(1)
        bits.skip(width * (_values(entries, dimensions) if lookup == 1 else entries * dimensions))
    return entries


def _ordered(bits: _Bits, entries: int) -> None:
    bits.skip(5)
    current = 0
    while current < entries:
        current += bits.read((entries - current).bit_length())
        if bits.place > 8 * 1024 * 1024:
            raise BadMedia("a Vorbis codebook")


def _values(entries: int, dimensions: int) -> int:
    """The largest number whose ``dimensions``-th power is at most ``entries`` (clause 9.2.3)."""
    if not dimensions:
        raise BadMedia("a Vorbis codebook without dimensions")
    value = int(entries ** (1 / dimensions)) + 1
    while value**dimensions > entries:
        value -= 1
    return value


def _floor(bits: _Bits) -> None:
    kind = bits.read(16)
    if kind == 0:
        bits.skip(8 + 16 + 16 + 6 + 8)
        bits.skip(8 * (bits.read(4) + 1))
    elif kind == 1:
        classes = [bits.read(4) for _ in range(bits.read(5))]
        dimensions = [_floor_class(bits) for _ in range(max(classes, default=-1) + 1)]
        bits.skip(2)
        width = bits.read(4)
        bits.skip(width * sum(dimensions[one] for one in classes))
    else:
        raise BadMedia("a Vorbis floor of no known kind")


def _floor_class(bits: _Bits) -> int:
    dimensions, subclasses = bits.read(3) + 1, bits.read(2)
    bits.skip((8 if subclasses else 0) + 8 * (1 << subclasses))
    return dimensions


def _residue(bits: _Bits, books: int) -> None:
    if bits.read(16) > 2:
        raise BadMedia("a Vorbis residue of no known kind")
    bits.skip(72)
    classifications = bits.read(6) + 1
    if bits.read(8) >= books:
        raise BadMedia("a Vorbis residue without its codebook")
    used = 0
    for _ in range(classifications):
        low = bits.read(3)
        used += low.bit_count() + (bits.read(5).bit_count() if bits.read(1) else 0)
    bits.skip(8 * used)


def _mapping(bits: _Bits, channels: int) -> None:
    if bits.read(16):
        raise BadMedia("a Vorbis mapping of no known kind")
    submaps = bits.read(4) + 1 if bits.read(1) else 1
    if bits.read(1):
        bits.skip(2 * (channels - 1).bit_length() * (bits.read(8) + 1))
    if bits.read(2):
        raise BadMedia("reserved bits of a Vorbis mapping")
    if submaps > 1:
        bits.skip(4 * channels)
    bits.skip(24 * submaps)
