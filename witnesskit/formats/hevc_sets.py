"""Parameter sets of HEVC read to their last field, so that nothing can stand behind it (ITU-T H.265 clause 7.3.2).

Only lengths matter here; no value is kept. Sets of a second layer and 3D extensions are not followed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from witnesskit.errors.media import BadMedia
from witnesskit.formats.bits import BitReader


class Unfollowed(Exception):
    """The set goes on in a way that is not read here; never leaves the room."""


def _golombs(bits: BitReader, count: int) -> None:
    for _ in range(count):
        bits.golomb()


def _few(value: int, most: int) -> int:
    if value > most:
        raise BadMedia("a parameter set with too many entries")
    return value


def _profile(bits: BitReader, sub_layers: int) -> None:
    bits.read(96)
    present = [(bits.read(1), bits.read(1)) for _ in range(sub_layers)]
    if sub_layers:
        bits.read(2 * (8 - sub_layers))
    for profile, level in present:
        bits.read(88 * profile + 8 * level)


def _ordering(bits: BitReader, sub_layers: int) -> None:
    _golombs(bits, 3 * (sub_layers + 1 if bits.read(1) else 1))


def video_set(bits: BitReader) -> None:
    """vps: clause 7.3.2.1."""
    bits.read(12)
    sub_layers = bits.read(3)
    bits.read(17)
    _profile(bits, sub_layers)
    _ordering(bits, sub_layers)
    highest = bits.read(6)
    for _ in range(_few(bits.golomb(), 1023)):
        bits.read(highest + 1)
    if bits.read(1):
        bits.read(64)
        if bits.read(1):
            bits.golomb()
        for index in range(_few(bits.golomb(), 1024)):
            bits.golomb()
            _buffers(bits, bool(not index or bits.read(1)), sub_layers)
    if bits.read(1):
        raise Unfollowed


def _buffers(bits: BitReader, common: bool, sub_layers: int) -> None:
    """hrd_parameters, clause E.2.2."""
    kinds, sub_picture = 0, 0
    if common:
        kinds = bits.read(1) + bits.read(1)
        if kinds:
            sub_picture = bits.read(1)
            bits.read(19 * sub_picture + 8 + 4 * sub_picture + 15)
    for _ in range(sub_layers + 1):
        general = bits.read(1)
        within = 1 if general else bits.read(1)
        low_delay = 0
        if within:
            bits.golomb()
        else:
            low_delay = bits.read(1)
        count = 1 if low_delay else _few(bits.golomb(), 31) + 1
        for _ in range(kinds * count):
            _golombs(bits, 4 if sub_picture else 2)
            bits.read(1)


def sequence_set(bits: BitReader) -> None:
    """sps: clause 7.3.2.2."""
    bits.read(4)
    sub_layers = bits.read(3)
    bits.read(1)
    _profile(bits, sub_layers)
    bits.golomb()
    chroma = bits.golomb()
    if chroma == 3:
        bits.read(1)
    _golombs(bits, 2)
    if bits.read(1):
        _golombs(bits, 4)
    depths = (bits.golomb() + 8, bits.golomb() + 8)
    order = _few(bits.golomb(), 12) + 4
    _ordering(bits, sub_layers)
    _golombs(bits, 6)
    if bits.read(1) and bits.read(1):
        _scaling(bits)
    bits.read(2)
    if bits.read(1):
        bits.read(8)
        _golombs(bits, 2)
        bits.read(1)
    _short_term(bits)
    if bits.read(1):
        bits.read((order + 1) * _few(bits.golomb(), 32))
    bits.read(2)
    if bits.read(1):
        _usability(bits, sub_layers)
    if bits.read(1):
        _sequence_extensions(bits, 1 if not chroma else 3, depths)


def _scaling(bits: BitReader) -> None:
    for size in range(4):
        for _ in range(2 if size == 3 else 6):
            if bits.read(1):
                _golombs(bits, (size > 1) + min(64, 1 << 4 + 2 * size))
            else:
                bits.golomb()


def _short_term(bits: BitReader) -> None:
    before = 0
    for index in range(_few(bits.golomb(), 64)):
        if index and bits.read(1):
            bits.read(1)
            bits.golomb()
            before = sum(1 for _ in range(before + 1) if bits.read(1) or bits.read(1))
        else:
            before = _few(bits.golomb(), 16) + _few(bits.golomb(), 16)
            for _ in range(before):
                bits.golomb()
                bits.read(1)


def _usability(bits: BitReader, sub_layers: int) -> None:
    """vui_parameters, clause E.2.1."""
    if bits.read(1) and bits.read(8) == 255:
        bits.read(32)
    if bits.read(1):
        bits.read(1)
    if bits.read(1):
        bits.read(4)
        bits.read(24 * bits.read(1))
    if bits.read(1):
        _golombs(bits, 2)
    bits.read(3)
    if bits.read(1):
        _golombs(bits, 4)
    if bits.read(1):
        bits.read(64)
        if bits.read(1):
            bits.golomb()
        if bits.read(1):
            _buffers(bits, True, sub_layers)
    if bits.read(1):
        bits.read(3)
        _golombs(bits, 5)


def _extensions(bits: BitReader) -> tuple[int, int, int]:
    """Whether range, multilayer and screen content extensions follow; raises ``Unfollowed`` for 3D."""
    found, multilayer, depth, screen = (bits.read(1) for _ in range(4))
    bits.read(4)  # what these announce is free data: it does not belong to the set
    if depth:
        raise Unfollowed
    return found, multilayer, screen


def _sequence_extensions(bits: BitReader, components: int, depths: tuple[int, int]) -> None:
    found, multilayer, screen = _extensions(bits)
    bits.read(9 * found + multilayer)
    if screen:
        bits.read(1)
        if bits.read(1):
            _golombs(bits, 2)
            if bits.read(1):
                count = _few(bits.golomb(), 128) + 1
                bits.read(count * (depths[0] + depths[1] * (components - 1)))
        bits.read(3)


def picture_set(bits: BitReader) -> None:
    """pps: clause 7.3.2.3."""
    _golombs(bits, 2)
    bits.read(7)
    _golombs(bits, 3)
    bits.read(1)
    skipping = bits.read(1)
    if bits.read(1):
        bits.golomb()
    _golombs(bits, 2)
    bits.read(4)
    tiles, _ = bits.read(1), bits.read(1)
    if tiles:
        columns, rows = _few(bits.golomb(), 64), _few(bits.golomb(), 64)
        if not bits.read(1):
            _golombs(bits, columns + rows)
        bits.read(1)
    bits.read(1)
    if bits.read(1):
        bits.read(1)
        if not bits.read(1):
            _golombs(bits, 2)
    if bits.read(1):
        _scaling(bits)
    bits.read(1)
    bits.golomb()
    bits.read(1)
    if bits.read(1):
        _picture_extensions(bits, skipping)


def _picture_extensions(bits: BitReader, skipping: int) -> None:
    found, multilayer, screen = _extensions(bits)
    if multilayer or screen:
        raise Unfollowed
    if found:
        if skipping:
            bits.golomb()
        bits.read(1)
        if bits.read(1):
            bits.golomb()
            _golombs(bits, 2 * (_few(bits.golomb(), 5) + 1))
        _golombs(bits, 2)


READERS: Final[dict[int, Callable[[BitReader], None]]] = {32: video_set, 33: sequence_set, 34: picture_set}
