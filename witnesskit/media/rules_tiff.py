"""What the directory of a clean TIFF or DNG holds: tags by number, kind and count, and values that can say no more.

Everything else is a revelation. Written apart from the writer's list on purpose.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from math import gcd
from typing import Final

from witnesskit.media.coded_tiff import Geometry
from witnesskit.media.opcodes_dng import strange_opcodes
from witnesskit.media.readable import jumping_words
from witnesskit.media.walk_tiff_file import Field, Listing, TiffWalk

_SHORT, _LONG, _RATIONAL, _UNDEFINED, _SRATIONAL, _FLOATS = 3, 4, 5, 7, 10, (11, 12)
_PLACES: Final = frozenset({273, 279, 324, 325})
_SIZES: Final = frozenset({279, 325})
_SIDES: Final = frozenset({256, 257, 278, 322, 323})
_ONE_OF: Final[dict[int, tuple[int, frozenset[int]]]] = {  # tag: (kind, values of the single number)
    254: (_LONG, frozenset({0, 2, 4, 6})), 266: (_SHORT, frozenset({2})), 274: (_SHORT, frozenset(range(2, 9))),
    284: (_SHORT, frozenset({1, 2})), 292: (_LONG, frozenset(range(1, 8))), 293: (_LONG, frozenset({2})),
    296: (_SHORT, frozenset({1})), 317: (_SHORT, frozenset({2, 3, 34892, 34893, 34894, 34895})),
    332: (_SHORT, frozenset({2})), 334: (_SHORT, frozenset(range(256))), 531: (_SHORT, frozenset({2})),
    262: (_SHORT, frozenset({0, 1, 2, 3, 4, 5, 6, 8, 32803, 34892})), 277: (_SHORT, frozenset(range(1, 65))),
    259: (_SHORT, frozenset({1, 2, 3, 4, 5, 7, 8, 32773, 32946, 34892})),
}  # fmt: skip
_RATIOS: Final = {282: (1, 1_000), 283: (1, 1_000), 318: (2, 100_000), 529: (3, 100_000), 532: (6, 100_000)}
_COLOUR_SPACES: Final = {318: 8, 529: 6, 530: 6, 531: 6, 532: 6, 332: 5, 334: 5, 320: 3}  # tag: photometric
_RAW_COUNTS: Final = {  # numbers a DNG copy may hold, at most
    33421: 2, 50711: 1, 50712: 65_536, 50713: 2, 50714: 1_024, 50715: 131_072, 50716: 131_072, 50717: 8, 50718: 2,
    50719: 2, 50720: 2, 50721: 12, 50722: 12, 50723: 16, 50724: 16, 50725: 12, 50726: 12, 50727: 4, 50728: 4,
    50729: 2, 50730: 1, 50731: 1, 50732: 1, 50733: 1, 50734: 1, 50737: 1, 50738: 1, 50739: 1, 50778: 1, 50779: 1,
    50780: 1, 50829: 4, 50830: 64, 50879: 1, 50937: 3, 50938: 262_144, 50939: 262_144, 50940: 16_384, 50941: 1,
    50964: 12, 50965: 12, 50974: 2, 50975: 1, 50981: 3, 50982: 262_144, 51041: 8, 51107: 1, 51108: 1, 51109: 1,
    51110: 1, 51125: 4, 52529: 1, 52530: 16, 52531: 12, 52532: 12, 52537: 262_144, 52538: 12, 52547: 1,
}  # fmt: skip
_RAW_KINDS: Final = {  # other tags of a raw picture are fractions
    **dict.fromkeys((50938, 50939, 50940, 50982, 52537), (11,)), 51041: (12,),
    **dict.fromkeys((50714, 50719, 50720, 50728), (1, _SHORT, _LONG, _RATIONAL, _SRATIONAL)),
    **dict.fromkeys((33421, 50711, 50712, 50713, 50717, 50733, 50778, 50779, 50829, 50830, 50879, 50937, 50941, 50974,
                     50975, 50981, 51107, 51108, 51110, 52529, 52547), (1, _SHORT, _LONG)),
}  # fmt: skip
_RAW_BYTES: Final = {33422: (1, 64, 6), 50710: (1, 64, 6), 50706: (1, 4, 9), 50707: (1, 4, 9)}
_AREAS: Final = frozenset({50719, 50720, 50829, 50830})  # rows and columns, none outside the picture
_SMALL: Final = 64  # numbers of a field that is no table
_BYTES_MAX: Final = 4  # numbers of one byte; tables have wider ones
_WORD: Final = re.compile(rb"[0-9A-Za-z .,:;/_+-]{8,}")
_OPCODES: Final = frozenset({51008, 51009, 51022})
_MODEL_TAG: Final = 50708
_MODEL: Final = b"Raw Picture\0"
_FLOAT_MAX: Final = 100_000
_UNDER_MAX: Final = 1 << 20  # denominators of chance are larger


def strange(walk: TiffWalk, field: Field, outline: Geometry, dng: bool) -> str:
    """Why ``field`` is not as a clean copy has it; empty if it is."""
    if any(field.spare):
        return "bytes behind a short value"
    if field.size > (8 if walk.big else 4) and field.start % 2:
        return "at an odd place"
    rule = _rule(field.tag, dng)
    if rule is None:
        return "not needed to show the picture"
    allowed = _COLOUR_SPACES.get(field.tag)
    if allowed not in (None, outline.colours):
        return "of another colour space"
    return "" if rule(walk, field, outline) else "kind, count or value"


def print_size(walk: TiffWalk, page: Listing) -> str:
    """What the resolution of a page says beside the shape of its pixels; empty if nothing."""
    sides = [walk.numbers(page.get(tag), 2) for tag in (282, 283)]
    if not any(page.get(tag) is not None for tag in (282, 283, 296)):
        return ""
    whole = [int(side[0]) for side in sides if len(side) == 2 and side[1] == 1]
    if len(whole) == 2 and page.get(296) is not None and gcd(*whole) == 1 and max(whole) > 1:
        return ""
    return " x ".join(f"{side[0]}/{side[1]}" for side in sides if len(side) == 2) or "unit"


def is_structure(tag: int) -> bool:
    """True for tags that only say how a picture is coded or rendered, so that they need no telling of a preview."""
    return tag != _MODEL_TAG and _rule(tag, True) is not None


def _rule(tag: int, dng: bool) -> Callable[[TiffWalk, Field, Geometry], bool] | None:
    if tag in _ONE_OF:
        return _is_one_of
    fixed = _FIXED.get(tag)
    if fixed is not None:
        return fixed
    return _raw_rule(tag) if dng else None


def _raw_rule(tag: int) -> Callable[[TiffWalk, Field, Geometry], bool] | None:
    if tag in _RAW_COUNTS:
        return _is_raw_table
    if tag in _RAW_BYTES:
        return _is_raw_bytes
    if tag in _OPCODES:
        return _is_opcodes
    return (lambda walk, field, _: field.kind == 2 and walk.bytes_of(field) == _MODEL) if tag == _MODEL_TAG else None


def _is_one_of(walk: TiffWalk, field: Field, _: Geometry) -> bool:
    kind, values = _ONE_OF[field.tag]
    return field.kind == kind and field.count == 1 and walk.numbers(field, 1)[0] in values


def _is_side(walk: TiffWalk, field: Field, outline: Geometry) -> bool:
    rows = walk.numbers(field, 1)
    fits = field.tag != 278 or (len(rows) == 1 and 0 < rows[0] <= outline.high)
    return field.kind == _LONG and field.count == 1 and fits


def _is_place(walk: TiffWalk, field: Field, outline: Geometry) -> bool:
    if field.kind != (16 if walk.big else _LONG) or field.count != len(outline.parts):
        return False
    if field.tag not in _SIZES:
        return True
    return list(walk.numbers(field)) == [part.size for part in outline.parts]


def _is_for_each_sample(walk: TiffWalk, field: Field, outline: Geometry) -> bool:
    numbers = walk.numbers(field, 65)
    least, most = {258: (1, 64), 339: (2, 6)}[field.tag]
    return (
        field.kind == _SHORT
        and len(numbers) == outline.samples
        and len(set(numbers)) == 1
        and least <= numbers[0] <= most
    )


def _is_extra(walk: TiffWalk, field: Field, outline: Geometry) -> bool:
    return field.kind == _SHORT and 1 <= field.count <= outline.samples and max(walk.numbers(field)) <= 2


def _is_palette(_walk: TiffWalk, field: Field, outline: Geometry) -> bool:
    return field.kind == _SHORT and outline.bits <= 8 and field.count == 3 << outline.bits


def _is_subsampling(walk: TiffWalk, field: Field, _: Geometry) -> bool:
    return field.kind == _SHORT and field.count == 2 and set(walk.numbers(field)) <= {1, 2, 4}


def _is_profile(_walk: TiffWalk, field: Field, _: Geometry) -> bool:
    return field.kind == _UNDEFINED  # what is in it is looked at by the reader of profiles


def _is_ratio(walk: TiffWalk, field: Field, _: Geometry) -> bool:
    count, under = _RATIOS[field.tag]
    if field.kind != _RATIONAL or field.count != count or not _reduced(walk, field, under):
        return False
    numbers, most = walk.numbers(field), 65_535 if field.tag == 532 else 1 if field.tag in (318, 529) else 1_000
    return all(over <= most * under for over, under in zip(numbers[::2], numbers[1::2], strict=True))


def _reduced(walk: TiffWalk, field: Field, under_max: int) -> bool:
    """True if every fraction is in its lowest terms, so that it can be written in one way only."""
    numbers = [int(number) for number in walk.numbers(field)]
    pairs = zip(numbers[::2], numbers[1::2], strict=True)
    return all(0 < under <= under_max and gcd(over, under) == 1 for over, under in pairs)


def _is_raw_table(walk: TiffWalk, field: Field, outline: Geometry) -> bool:
    kinds = _RAW_KINDS.get(field.tag, (_RATIONAL, _SRATIONAL))
    if not 1 <= field.count <= _RAW_COUNTS[field.tag] or field.kind not in kinds:
        return False
    if field.kind in (_RATIONAL, _SRATIONAL):
        return _reduced(walk, field, _UNDER_MAX)
    numbers = walk.numbers(field)
    if _spells(walk.bytes_of(field), field):
        return False
    if field.kind in _FLOATS:
        return all(-_FLOAT_MAX <= number <= _FLOAT_MAX for number in numbers)
    if field.tag in _AREAS and max(numbers) > max(outline.wide, outline.high):
        return False
    if field.kind == 1 and field.count > _BYTES_MAX:
        return False
    return field.kind in (1, _SHORT, _LONG) and (field.tag != 50712 or sorted(numbers) == list(numbers))


def _spells(raw: bytes, field: Field) -> bool:
    """True if numbers of a raw picture read like words."""
    if field.count > _SMALL:
        return bool(jumping_words(raw, field.size // field.count))
    return any(len(set(word)) >= 5 for word in _WORD.findall(raw))


def _is_opcodes(walk: TiffWalk, field: Field, _: Geometry) -> bool:
    data = walk.bytes_of(field)
    return field.kind == _UNDEFINED and not strange_opcodes(data) and not jumping_words(data, 2)


def _is_raw_bytes(walk: TiffWalk, field: Field, _: Geometry) -> bool:
    kind, most, highest = _RAW_BYTES[field.tag]
    return field.kind == kind and 1 <= field.count <= most and max(walk.bytes_of(field)) <= highest


_FIXED: Final[dict[int, Callable[[TiffWalk, Field, Geometry], bool]]] = {
    **dict.fromkeys(_SIDES, _is_side),
    **dict.fromkeys(_PLACES, _is_place),
    **dict.fromkeys((258, 339), _is_for_each_sample),
    **dict.fromkeys(_RATIOS, _is_ratio),
    320: _is_palette,
    338: _is_extra,
    530: _is_subsampling,
    34675: _is_profile,
}
