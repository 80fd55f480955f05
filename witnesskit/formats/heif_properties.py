"""The properties of pictures in HEIF and AVIF that decoding or showing needs, each in its one canonical form.

ISO/IEC 23008-12 clause 6.5, ISO/IEC 23000-22, the AV1 image format. An unknown property that a reader must know
(essential) refuses the file; any other unknown one is left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from witnesskit.errors.media import BadMedia, UnsupportedMedia
from witnesskit.formats.heif_boxes import Item, Meta
from witnesskit.formats.heif_choice import ALPHA
from witnesskit.formats.heif_units import canonical_av1c, canonical_hvcc
from witnesskit.formats.isobmff import make_box
from witnesskit.formats.isobmff_children import VIDEO_BOXES

Rule = Callable[[bytes], bytes | None]  # body -> canonical body, or None where the property must go

TRANSFORMS: Final = (b"clap", b"irot", b"imir")  # applied in the order an item lists them


@dataclass(frozen=True)
class Properties:
    """Boxes of one item as (box, essential), in canonical order; bodies of what is left out, by type."""

    kept: tuple[tuple[bytes, bool], ...]
    gone: tuple[tuple[bytes, bytes], ...]
    config: bytes = b""  # body of the decoder's configuration
    head: bytes = b""  # jpgC: the first bytes of a JPEG item
    profile: bytes | None = b""  # the colour profile in the copy; None: one had to be dropped


def _first(size: int) -> Rule:
    return lambda body: body[:size] if len(body) >= size else None


def _full(size: int) -> Rule:
    return lambda body: bytes(4) + body[4 : 4 + size] if len(body) >= 4 + size else None


def _masked(mask: int) -> Rule:
    return lambda body: bytes([body[0] & mask]) if body else None


def _extents(body: bytes) -> bytes | None:
    if len(body) < 12 or not any(body[4:8]) or not any(body[8:12]):
        raise BadMedia("a picture without width or height")
    return bytes(4) + body[4:12]


def _pixi(body: bytes) -> bytes | None:
    count = body[4] if len(body) > 4 else 0
    depths = body[5 : 5 + count]
    if not 1 <= count <= 4 or len(depths) != count or not set(depths) <= set(range(1, 33)):
        return None
    return bytes(4) + bytes([count]) + depths


def _colour(body: bytes) -> bytes | None:
    if body[:4] == b"nclx" and any(body[4:10:2]):  # the numbers of ISO/IEC 23091-2 end at 255
        return None
    return VIDEO_BOXES[b"colr"](body)


def _auxc(body: bytes) -> bytes | None:
    name = body[4:].partition(b"\0")[0]
    return bytes(4) + name + b"\0" if name in ALPHA else None


def _volume(body: bytes) -> bytes | None:
    """cclv (ITU-T H.265 clause D.3.40): as many numbers as its flags say."""
    flags = body[0] & 0x3C if body else 0
    size = 1 + 24 * (flags >> 5 & 1) + 4 * sum(flags >> shift & 1 for shift in (4, 3, 2))
    return bytes([flags]) + body[1:size] if body and len(body) >= size else None


# type: rule, whether readers must know it; the order is that of the copy
_RULES: Final[dict[bytes, tuple[Rule, bool]]] = {
    b"hvcC": (canonical_hvcc, True),
    b"av1C": (canonical_av1c, True),
    b"ispe": (_extents, False),
    b"colr": (_colour, False),
    b"pixi": (_pixi, False),
    b"pasp": (_first(8), False),
    b"auxC": (_auxc, True),
    b"clli": (_first(4), False),
    b"mdcv": (_first(24), False),
    b"cclv": (_volume, False),
    b"amve": (_first(8), False),
    b"reve": (_full(16), False),
    b"ndwt": (_full(4), False),
    b"dvcC": (VIDEO_BOXES[b"dvcC"], False),
    b"dvvC": (VIDEO_BOXES[b"dvvC"], False),
    b"a1op": (_first(1), True),
    b"lsel": (_first(2), True),
    b"clap": (_first(32), True),
    b"irot": (_masked(3), True),
    b"imir": (_masked(1), True),
}
_ORDER: Final = {kind: place for place, kind in enumerate(_RULES)}
_WORDS: Final = re.compile(  # numbers of a picture do not read like words
    rb"[\x20-\x7e]{8,}|(?:[\x20-\x7e]\0){6}|(?:\0[\x20-\x7e]){6}"
)
_WORDY: Final = frozenset({b"hvcC", b"av1C", b"colr", b"auxC"})  # whose rules look inside
_TEXTS: Final = frozenset(
    b"udes altt crtt mdft cmin cmex aebr wbbr fobr afbr dobr free skip a1lx".split()
)  # not shown
_NO_PROFILE: Final[bytes | None] = b""
_CONFIGS: Final = {b"hvc1": b"hvcC", b"av01": b"av1C"}


def canonical_body(kind: bytes, body: bytes) -> bytes | None:
    """The canonical body of a property, or of the box of that type in a track; ``None`` where it must go."""
    fresh = _RULES[kind][0](body)
    return None if fresh and kind not in _WORDY and _WORDS.search(fresh) else fresh


@dataclass(frozen=True)
class Known:
    """A property that was read: its canonical box (empty: it goes), what tells it from others, whether it changed."""

    box: bytes
    name: bytes
    changed: bool
    profile: bytes | None = b""


def read_properties(meta: Meta, item: Item, known: dict[int, Known]) -> Properties:
    """Properties of one kept item; ``known`` remembers those that were read, by their number.

    Raises ``BadMedia``, ``UnsupportedMedia`` or ``TextInPictures``.
    """
    found: dict[bytes, bytes] = {}
    transforms: list[bytes] = []
    gone: list[tuple[bytes, bytes]] = []
    head, profile = b"", _NO_PROFILE
    for number, essential in item.properties:
        kind = _kind_of(meta, number)
        if kind == b"jpgC" and item.kind == b"jpeg":
            head = _body_of(meta, number)
            continue
        if number not in known:
            known[number] = _read(kind, _body_of(meta, number))
            gone += [(kind, _body_of(meta, number))] if known[number].changed else []
        one = known[number]
        profile = one.profile if one.profile != b"" else profile
        kept = one.box and _fits(kind, item)
        if not kept and (_RULES[kind][1] if kind in _RULES else essential and kind not in _TEXTS):
            raise UnsupportedMedia(f"a picture needs {kind.decode('latin-1')}")
        if kept and kind in TRANSFORMS:
            transforms.append(one.box)
        elif kept and found.setdefault(one.name, one.box) != one.box:
            raise BadMedia(f"a picture with two different {kind.decode('latin-1')}")
    config = _config(item, found)
    ordered = [found[name] for name in sorted(found, key=lambda name: (_ORDER[name[:4]], name))] + transforms
    return Properties(tuple((box, _RULES[box[4:8]][1]) for box in ordered), tuple(gone), config, head, profile)


def _kind_of(meta: Meta, number: int) -> bytes:
    if number > len(meta.properties):
        raise BadMedia("a property that is not there")
    return meta.properties[number - 1].kind


def _body_of(meta: Meta, number: int) -> bytes:
    box = meta.properties[number - 1]
    return meta.data[box.body : box.end]


def _read(kind: bytes, body: bytes) -> Known:
    fresh = canonical_body(kind, body) if kind in _RULES else None
    name = kind + body[:4].replace(b"rICC", b"prof") if kind == b"colr" else kind
    profile: bytes | None = b""
    if name == b"colrprof":
        profile = fresh[4:] if fresh else None
    return Known(make_box(kind, fresh) if fresh is not None else b"", name, fresh != body, profile)


def _fits(kind: bytes, item: Item) -> bool:
    """A configuration belongs to the items coded in its way."""
    return kind not in _CONFIGS.values() or _CONFIGS.get(item.kind) == kind


def _config(item: Item, found: dict[bytes, bytes]) -> bytes:
    needed = _CONFIGS.get(item.kind)
    if needed and needed not in found:
        raise BadMedia(f"a picture without {needed.decode()}")
    if b"ispe" not in found and item.kind != b"iden":
        raise BadMedia("a picture without its size")
    return found[needed][8:] if needed else b""
