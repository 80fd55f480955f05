"""What a clean copy may hold: each element by its path, and the form and range of its value."""

from __future__ import annotations

import math
import struct
from collections.abc import Callable
from typing import Final

from witnesskit.media.matroska_codecs import coding_of

Rule = Callable[[bytes], bool]
_SECONDS_10: Final = 10_000_000_000  # nanoseconds
HEADERS: Final = tuple(
    bytes.fromhex(f"1a45dfa3{size}42868101 42f78101 42f28104 42f38108 4282{name} 42878104 42858102".replace(" ", ""))
    for size, name in (("a3", "88" + b"matroska".hex()), ("9f", "84" + b"webm".hex()))
)


def whole(raw: bytes) -> bool:
    """True for an unsigned number in the fewest bytes, one at least."""
    return 0 < len(raw) <= 8 and (len(raw) == 1 or raw[0] != 0)


def _number(most: int, least: int = 0) -> Rule:
    return lambda raw: whole(raw) and least <= int.from_bytes(raw, "big") <= most


def _signed(most: int) -> Rule:
    def rule(raw: bytes) -> bool:
        value = int.from_bytes(raw, "big", signed=True)
        fewest = len(raw) == 1 or (len(raw) > 1 and not -(1 << 8 * len(raw) - 9) <= value < 1 << 8 * len(raw) - 9)
        return 0 < len(raw) <= 8 and fewest and abs(value) <= most

    return rule


def _real(unit: int, low: float, high: float) -> Rule:
    """A double between ``low`` and ``high`` that is a whole number of ``unit``-ths."""

    def rule(raw: bytes) -> bool:
        if len(raw) != 8:
            return False
        value: float = struct.unpack(">d", raw)[0]
        if not math.isfinite(value) or not low <= value <= high or raw == b"\x80" + bytes(7):
            return False
        return value in (round(value * unit) / unit, round(value, 3))

    return rule


def _text(*known: str) -> Rule:
    return lambda raw: raw in [one.encode() for one in known]


def _any(_: bytes) -> bool:
    return True


_ENTRY: Final = "Segment/Tracks/TrackEntry/"
_GROUP: Final = "Segment/Cluster/BlockGroup/"
MASTERS: Final = frozenset(
    f"Segment{tail}"
    for tail in (
        "", "/Info", "/Tracks", "/Tracks/TrackEntry", "/Tracks/TrackEntry/BlockAdditionMapping",
        "/Tracks/TrackEntry/Video", "/Tracks/TrackEntry/Video/Colour",
        "/Tracks/TrackEntry/Video/Colour/MasteringMetadata", "/Tracks/TrackEntry/Video/Projection",
        "/Tracks/TrackEntry/Audio", "/Cues", "/Cues/CuePoint", "/Cues/CuePoint/CueTrackPositions", "/Cluster",
        "/Cluster/BlockGroup", "/Cluster/BlockGroup/BlockAdditions", "/Cluster/BlockGroup/BlockAdditions/BlockMore",
    )
)  # fmt: skip
REPEATABLE: Final = frozenset(
    ["TrackEntry", "BlockAdditionMapping", "Cluster", "CuePoint", "SimpleBlock", "BlockGroup", "BlockMore"]
)
_VIDEO: Final[dict[str, Rule]] = {
    "FlagInterlaced": _number(2, 1),
    "FieldOrder": _number(14),
    "StereoMode": _number(14, 1),
    "AlphaMode": _number(1, 1),
    "PixelWidth": _number(65_535, 1),
    "PixelHeight": _number(65_535, 1),
    **{f"PixelCrop{side}": _number(65_535, 1) for side in ("Bottom", "Top", "Left", "Right")},
    "DisplayWidth": _number(1 << 24, 1),
    "DisplayHeight": _number(1 << 24, 1),
    "DisplayUnit": _number(4, 1),
    "Colour/MatrixCoefficients": _number(255),
    "Colour/BitsPerChannel": _number(64, 1),
    **{f"Colour/{name}": _number(4) for name in ("ChromaSubsamplingHorz", "ChromaSubsamplingVert")},
    **{f"Colour/{name}": _number(4) for name in ("CbSubsamplingHorz", "CbSubsamplingVert")},
    **{f"Colour/ChromaSiting{side}": _number(2, 1) for side in ("Horz", "Vert")},
    "Colour/Range": _number(3, 1),
    "Colour/TransferCharacteristics": _number(255),
    "Colour/Primaries": _number(255),
    "Colour/MaxCLL": _number(65_535),
    "Colour/MaxFALL": _number(65_535),
    **{
        f"Colour/MasteringMetadata/{colour}Chromaticity{axis}": _real(50_000, 0, 1)
        for colour in ("PrimaryR", "PrimaryG", "PrimaryB", "WhitePoint")
        for axis in "XY"
    },
    **{f"Colour/MasteringMetadata/Luminance{end}": _real(10_000, 0, 100_000) for end in ("Max", "Min")},
    "Projection/ProjectionType": _number(2, 1),
    "Projection/ProjectionPrivate": lambda raw: (
        not any(raw[:4])
        and ((len(raw) == 20 and not any(raw[6::4] + raw[7::4])) or (len(raw) == 12 and not any(raw[4:10])))
    ),
    **{f"Projection/ProjectionPose{axis}": _real(1_000, -360, 360) for axis in ("Yaw", "Pitch", "Roll")},
}
RULES: Final[dict[str, Rule]] = {
    "Segment/Info/TimestampScale": _number(1_000_000_000, 1),
    "Segment/Info/Duration": _real(1, 0, 1 << 62),
    "Segment/Info/MuxingApp": _text(""),
    "Segment/Info/WritingApp": _text(""),
    _ENTRY + "TrackNumber": _number(127, 1),
    _ENTRY + "TrackUID": _number(127, 1),
    _ENTRY + "TrackType": _number(2, 1),
    _ENTRY + "FlagEnabled": _number(0),
    _ENTRY + "FlagDefault": _number(0),
    _ENTRY + "FlagForced": _number(1, 1),
    _ENTRY + "Language": _text("und"),
    _ENTRY + "DefaultDuration": _number(_SECONDS_10, 1),
    _ENTRY + "MaxBlockAdditionID": _number(4, 1),
    _ENTRY + "BlockAdditionMapping/BlockAddIDValue": _number(4, 4),
    _ENTRY + "BlockAdditionMapping/BlockAddIDType": lambda raw: raw in (b"\x04", b"dvcC", b"dvvC"),
    _ENTRY + "BlockAdditionMapping/BlockAddIDExtraData": lambda raw: (
        len(raw) == 24 and not raw[4] & 3 and not any(raw[5:])
    ),
    _ENTRY + "CodecID": lambda raw: coding_of(raw.decode("latin-1")) != "",
    _ENTRY + "CodecPrivate": _any,
    _ENTRY + "CodecDelay": _number(_SECONDS_10, 1),
    _ENTRY + "SeekPreRoll": _number(_SECONDS_10, 1),
    **{f"{_ENTRY}Video/{name}": rule for name, rule in _VIDEO.items()},
    _ENTRY + "Audio/SamplingFrequency": _real(1_000, 0, 1_536_000),
    _ENTRY + "Audio/OutputSamplingFrequency": _real(1_000, 0, 1_536_000),
    _ENTRY + "Audio/Channels": _number(255),
    _ENTRY + "Audio/BitDepth": _number(64, 1),
    _ENTRY + "Audio/Emphasis": _number(16, 1),
    "Segment/Cues/CuePoint/CueTime": whole,
    "Segment/Cues/CuePoint/CueTrackPositions/CueTrack": _number(127, 1),
    "Segment/Cues/CuePoint/CueTrackPositions/CueClusterPosition": lambda raw: len(raw) == 8,
    "Segment/Cluster/Timestamp": whole,
    "Segment/Cluster/SimpleBlock": _any,
    _GROUP + "Block": _any,
    _GROUP + "BlockDuration": _number(1 << 40),
    _GROUP + "ReferenceBlock": _number(0),
    _GROUP + "DiscardPadding": _signed(_SECONDS_10),
    _GROUP + "BlockAdditions/BlockMore/BlockAddID": _number(4, 1),
    _GROUP + "BlockAdditions/BlockMore/BlockAdditional": _any,
}
