"""Video and Audio of a track in canonical form: sizes, colour, projection, channels (RFC 9559 clause 5.1.4.1.28).

Floating-point numbers are rounded to the units the standards of colour and sound know: a double has room for a word.
"""

from __future__ import annotations

from typing import Final

from witnesskit.errors.media import BadMedia, UnsupportedMedia
from witnesskit.formats import matroska_ids as ids
from witnesskit.formats.ebml import Fields, children, make, make_number, make_real, number, one, real

_PIXELS_MAX: Final = 65_535
_WORD: Final = (1 << 64) - 1
_RATE_MAX: Final = 1_536_000  # samples a second
# identifier: the value where it is absent, the largest that is known
_VIDEO: Final = {
    0x9A: (0, 2),  # FlagInterlaced
    0x9D: (2, 14),  # FieldOrder
    0x53B8: (0, 14),  # StereoMode
    ids.ALPHA_MODE: (0, 1),
}
_CROP: Final = (0x54AA, 0x54BB, 0x54CC, 0x54DD)  # bottom, top, left, right
_DISPLAY: Final = (0x54B0, 0x54BA)
_DISPLAY_UNIT: Final = 0x54B2
_COLOUR: Final = {
    0x55B1: (2, 255),  # MatrixCoefficients
    0x55B2: (0, 64),  # BitsPerChannel
    0x55B3: (-1, 4),  # ChromaSubsamplingHorz
    0x55B4: (-1, 4),
    0x55B5: (-1, 4),  # CbSubsamplingHorz
    0x55B6: (-1, 4),
    0x55B7: (0, 2),  # ChromaSitingHorz
    0x55B8: (0, 2),
    0x55B9: (0, 3),  # Range
    0x55BA: (2, 255),  # TransferCharacteristics
    0x55BB: (2, 255),  # Primaries
    0x55BC: (-1, 65_535),  # MaxCLL
    0x55BD: (-1, 65_535),  # MaxFALL
}
_CHROMATICITIES: Final = range(0x55D1, 0x55D9)  # of red, green, blue and white, 1/50000 (SMPTE ST 2086)
_LUMINANCES: Final = (0x55D9, 0x55DA)  # 1/10000 candela for each square metre
_PROJECTION_TYPE, _PROJECTION_PRIVATE = 0x7671, 0x7672
_POSES: Final = (0x7673, 0x7674, 0x7675)  # yaw, pitch, roll
_EMPHASIS: Final = {0x52F1: (0, 16)}
_PRIVATE_SIZES: Final = {0: 0, 1: 20, 2: 12}  # rectangular, equirectangular, cubemap; a mesh is free data


def video_element(fields: Fields) -> bytes:
    """Video with what shows the pictures; raises ``BadMedia`` for numbers out of range."""
    width, height = number(fields, ids.WIDTH, most=_PIXELS_MAX), number(fields, ids.HEIGHT, most=_PIXELS_MAX)
    if not width or not height:
        raise BadMedia("pictures without a size")
    crop = [number(fields, name, most=_PIXELS_MAX) for name in _CROP]
    return make(
        ids.VIDEO,
        *_flags(fields, _VIDEO),
        make_number(ids.WIDTH, width),
        make_number(ids.HEIGHT, height),
        *(make_number(name, value) for name, value in zip(_CROP, crop, strict=True) if value),
        *_display(fields, (width - crop[2] - crop[3], height - crop[0] - crop[1])),
        _colour(fields),
        _projection(fields),
    )


def _flags(fields: Fields, known: dict[int, tuple[int, int]]) -> list[bytes]:
    """Numbers of the table that differ from what a reader assumes; values nobody knows count as absent."""
    found = {name: number(fields, name, default, _WORD) for name, (default, _) in known.items() if one(fields, name)}
    return [
        make_number(name, value)
        for name, value in found.items()
        if value != known[name][0] and value <= known[name][1]
    ]


def _display(fields: Fields, shown: tuple[int, int]) -> list[bytes]:
    unit = number(fields, _DISPLAY_UNIT)
    if unit > 4:
        raise BadMedia("a display size in no known unit")
    sizes = [number(fields, name, most=1 << 24) for name in _DISPLAY]
    out = [
        make_number(name, value)
        for name, value, default in zip(_DISPLAY, sizes, shown, strict=True)
        if value and (unit or value != default)
    ]
    return [*out, make_number(_DISPLAY_UNIT, unit) if unit else b""]


def _colour(fields: Fields) -> bytes:
    colour = children(one(fields, ids.COLOUR) or b"")
    mastering = children(one(colour, ids.MASTERING) or b"")
    levels = [_level(mastering, name, 50_000, 1) for name in _CHROMATICITIES]
    levels += [_level(mastering, name, 10_000, 100_000) for name in _LUMINANCES]
    inside = b"".join([*_flags(colour, _COLOUR), make(ids.MASTERING, *levels) if any(levels) else b""])
    return make(ids.COLOUR, inside) if inside else b""


def _level(fields: Fields, name: int, unit: int, most: int) -> bytes:
    value = real(fields, name)
    if value is None:
        return b""
    if not 0 <= value <= most:
        raise BadMedia("levels of light out of range")
    return make_real(name, round(value * unit) / unit)


def _projection(fields: Fields) -> bytes:
    projection = children(one(fields, ids.PROJECTION) or b"")
    kind = number(projection, _PROJECTION_TYPE)
    poses = [real(projection, name) or 0.0 for name in _POSES]
    private = one(projection, _PROJECTION_PRIVATE) or b""
    if kind not in _PRIVATE_SIZES or any(abs(pose) > 360 for pose in poses):
        raise UnsupportedMedia("a projection that is not known")
    private = _bounds(kind, private[: _PRIVATE_SIZES[kind]])
    parts = [make_number(_PROJECTION_TYPE, kind)] if kind else []
    parts += [make(_PROJECTION_PRIVATE, private)] if private else []
    parts += [make_real(name, round(pose, 3)) for name, pose in zip(_POSES, poses, strict=True) if round(pose, 3)]
    return make(ids.PROJECTION, *parts) if parts else b""


def _bounds(kind: int, private: bytes) -> bytes:
    """Bounds of an equirectangular projection in 65536ths, or padding of a cube; nothing if all is zero."""
    if private and (len(private) < _PRIVATE_SIZES[kind] or any(private[:4])):
        raise BadMedia("a projection's own data")
    if not any(private):
        return b""
    numbers = [int.from_bytes(private[place : place + 4], "big") for place in range(4, len(private), 4)]
    if kind == 1:
        numbers = [min(number + 0x8000 >> 16, 0xFFFF) << 16 for number in numbers]
    elif numbers[0] or numbers[1] > _PIXELS_MAX:
        raise UnsupportedMedia("a projection that is not known")
    kept = b"".join(number.to_bytes(4, "big") for number in numbers)
    return bytes(4) + kept if any(kept) else b""


def audio_element(fields: Fields) -> bytes:
    """Audio with rates, channels and depth; raises ``BadMedia`` for numbers out of range."""
    rate, output = _rate(fields, ids.SAMPLE_RATE) or 8000.0, _rate(fields, ids.OUTPUT_RATE)
    channels, depth = number(fields, ids.CHANNELS, 1, 255), number(fields, ids.BIT_DEPTH, most=64)
    return make(
        ids.AUDIO,
        make_real(ids.SAMPLE_RATE, rate),
        make_real(ids.OUTPUT_RATE, output) if output and output != rate else b"",
        make_number(ids.CHANNELS, channels),
        make_number(ids.BIT_DEPTH, depth) if depth else b"",
        *_flags(fields, _EMPHASIS),
    )


def _rate(fields: Fields, name: int) -> float:
    value = real(fields, name) or 0.0
    if not 0 <= value <= _RATE_MAX:
        raise BadMedia("a sampling rate out of range")
    return round(value, 3)
