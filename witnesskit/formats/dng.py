"""The tags of a DNG that rendering its raw picture needs (DNG 1.6): an allow-list of kinds and counts.

The copy has one directory. Names, serial numbers, digests, previews, profiles of other looks and private data stay
behind; readers ask for the name of a camera model, so all copies carry the same one.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from witnesskit.errors.media import BadMedia, UnsupportedMedia
from witnesskit.errors.strip import SurplusInPicture
from witnesskit.formats.coded_text import reads_in_jumps
from witnesskit.formats.dng_opcodes import clean_opcodes
from witnesskit.formats.tiff import (
    ASCII,
    BYTE,
    DOUBLE,
    FLOAT,
    LONG,
    RATIONAL,
    SHORT,
    SRATIONAL,
    UNDEFINED,
    Directory,
    Entry,
    Tiff,
)
from witnesskit.formats.tiff_layout import CFA, LINEAR_RAW, Layout
from witnesskit.formats.tiff_page import Values, geometry_values, orientation_values
from witnesskit.formats.tiff_values import Value, ratios, whole

VERSION: Final = 50706
NEUTRAL_MODEL: Final = b"Raw Picture\x00"
RAW_COLOURS: Final = frozenset({CFA, LINEAR_RAW})

# how many values at most
_PICTURE: Final = {
    33421: 2, 50711: 1, 50713: 2, 50717: 8, 50712: 65_536, 50714: 1_024, 50715: 1 << 17, 50716: 1 << 17, 50718: 2,
    50719: 2, 50720: 2, 50829: 4, 50830: 64, 50733: 1, 50737: 1, 50738: 1, 50780: 1, 51125: 4, 50975: 1, 50974: 2,
    51041: 8, 52547: 1,
}  # fmt: skip
_CAMERA: Final = {
    50721: 12, 50722: 12, 52531: 12, 50723: 16, 50724: 16, 52530: 16, 50725: 12, 50726: 12, 52538: 12, 50727: 4,
    50728: 4, 50729: 2, 50730: 1, 50731: 1, 50732: 1, 50734: 1, 50739: 1, 50778: 1, 50779: 1, 52529: 1, 50879: 1,
    50964: 12, 50965: 12, 52532: 12, 50937: 3, 50938: 1 << 18, 50939: 1 << 18, 52537: 1 << 18, 50981: 3,
    50982: 1 << 18, 51107: 1, 51108: 1, 50940: 1 << 14, 50941: 1, 51109: 1, 51110: 1,
}  # fmt: skip
# kinds the specification names for a tag; a fraction may have a sign or none, a whole number any size
_WHOLE: Final = frozenset({BYTE, SHORT, LONG})
_FRACTION: Final = frozenset({RATIONAL, SRATIONAL})
_KINDS: Final[dict[int, frozenset[int]]] = {
    **dict.fromkeys((50714, 50719, 50720, 50728), _WHOLE | _FRACTION),
    **dict.fromkeys((50938, 50939, 52537, 50982, 50940), frozenset({FLOAT})),
    51041: frozenset({DOUBLE}),
    **dict.fromkeys(
        (33421, 50711, 50712, 50713, 50717, 50733, 50778, 50779, 50829, 50830, 50879, 50937, 50941, 50974, 50975,
         50981, 51107, 51108, 51110, 52529, 52547),
        _WHOLE,
    ),
}  # fmt: skip
_LINEARIZATION: Final = 50712
_BYTES: Final = (33422, 50710, 50706, 50707)  # CFA pattern, plane colours, versions
_AREAS: Final = frozenset({50719, 50720, 50829, 50830})  # rows and columns, none outside the picture
_SMALL: Final = 64  # numbers of a tag that is no table
_BYTES_MAX: Final = 4  # numbers of one byte; tables have wider ones
_LETTERS: Final = 5
_WORD: Final = re.compile(rb"[0-9A-Za-z .,:;/_+-]{8,}")
_OPCODES: Final = (51008, 51009, 51022)
_CALIBRATIONS: Final = (50723, 50724, 52530)
_SIGNATURES: Final = (50931, 50932)
_NEEDED_BUT_UNKNOWN: Final = {52533: "light of another kind", 52534: "light of another kind"}


@dataclass(frozen=True)
class RawPicture:
    """The directory with the raw picture, and the tags a copy holds beside the places of its strips."""

    directory: Directory
    layout: Layout
    values: Values
    of_one_camera: bool  # values measured on this very camera or lens stay


def dng_values(tiff: Tiff, top: Directory, main: Directory, layout: Layout) -> RawPicture:
    """The tags of a DNG's copy; raises ``BadMedia``, ``UnsupportedMedia`` or ``SurplusInPicture``."""
    order = tiff.order
    version = tiff.raw(top.entries[VERSION])[:4]
    if version[:1] != b"\x01" or version[1:2] > b"\x07":
        raise UnsupportedMedia("version of DNG")
    values = geometry_values(tiff, main, layout) | orientation_values(tiff, top)
    values[254] = whole(LONG, [0], order)
    values[50708] = Value(ASCII, len(NEUTRAL_MODEL), NEUTRAL_MODEL)
    sides = (layout.width, layout.height)
    values |= _tables(tiff, main.entries, _PICTURE, sides)
    values |= _tables(tiff, {**main.entries, **top.entries}, _CAMERA, sides)
    for tag in _BYTES:
        holder = main if tag in main.entries else top
        if tag in holder.entries:
            values[tag] = _small(tiff, holder.entries[tag])
    for tag in _OPCODES:
        if tag in main.entries:
            data = clean_opcodes(tiff.raw(main.entries[tag]))
            if reads_in_jumps(data, 2):
                raise SurplusInPicture("words in the corrections of a raw picture")
            values[tag] = Value(UNDEFINED, len(data), data)
    if any(tag in top.entries or tag in main.entries for tag in _NEEDED_BUT_UNKNOWN):
        raise UnsupportedMedia("DNG with light described by a spectrum")
    _drop_unused_calibration(tiff, top, values)
    measured = {*_CALIBRATIONS, *_OPCODES, 50715, 50716, 51041}
    return RawPicture(main, layout, values, bool(measured & values.keys()))


def _tables(tiff: Tiff, entries: dict[int, Entry], tags: dict[int, int], sides: tuple[int, int]) -> Values:
    """Those of ``tags`` that are there; a single fraction over nought says nothing and goes."""
    found: Values = {}
    for tag, most in tags.items():
        entry = entries.get(tag)
        single = entry is not None and entry.count == 1 and entry.kind in (RATIONAL, SRATIONAL)
        if entry is not None and not (single and not any(tiff.raw(entry)[4:])):
            found[tag] = _without_words(tiff, entry, _table(tiff, entry, most), sides)
    return found


def _without_words(tiff: Tiff, entry: Entry, value: Value, sides: tuple[int, int]) -> Value:
    """``value``, if its numbers are such as a raw picture has; raises ``SurplusInPicture``."""
    size = len(value.raw) // value.count
    if value.count > _SMALL:
        spells = reads_in_jumps(value.raw, size)
    else:
        spells = any(len(set(word)) >= _LETTERS for word in _WORD.findall(value.raw))
    outside = entry.tag in _AREAS and value.kind in (SHORT, LONG) and max(tiff.numbers(entry)) > max(sides)
    if spells or outside or (value.kind == BYTE and value.count > _BYTES_MAX):
        raise SurplusInPicture(f"numbers of tag {entry.tag} that are none")
    return value


def _table(tiff: Tiff, entry: Entry, most: int) -> Value:
    if not 1 <= entry.count <= most:
        raise BadMedia(f"count of tag {entry.tag}")
    if entry.kind not in _KINDS.get(entry.tag, _FRACTION):
        raise SurplusInPicture(f"numbers of tag {entry.tag} of a kind that is not its own")
    if entry.kind in (RATIONAL, SRATIONAL):
        return ratios(tiff.fractions(entry), tiff.order, signed=entry.kind == SRATIONAL)
    if entry.kind in (FLOAT, DOUBLE):
        return _floats(tiff, entry)
    numbers = tiff.numbers(entry)
    if entry.tag == _LINEARIZATION and any(low > high for low, high in pairwise(numbers)):
        raise UnsupportedMedia("linearisation table that falls")
    return whole(entry.kind if entry.kind in (BYTE, SHORT, LONG) else LONG, numbers, tiff.order)


def _floats(tiff: Tiff, entry: Entry) -> Value:
    """Numbers of a curve or table; those no rendering uses are no numbers but other bytes."""
    raw = tiff.raw(entry)
    form = f"{'<' if tiff.order == 'little' else '>'}{entry.count}{'f' if entry.kind == FLOAT else 'd'}"
    if not all(abs(number) <= 100_000 for number in struct.unpack(form, raw)):
        raise SurplusInPicture(f"numbers of tag {entry.tag} that are none")
    return Value(entry.kind, entry.count, raw)


def _small(tiff: Tiff, entry: Entry) -> Value:
    raw = tiff.raw(entry, 65)
    most, highest = (64, 6) if entry.tag in (33422, 50710) else (4, 9)
    if entry.kind not in (BYTE, UNDEFINED) or not 1 <= len(raw) <= most or max(raw) > highest:
        raise BadMedia(f"value of tag {entry.tag}")
    return Value(BYTE, len(raw), raw)


def _drop_unused_calibration(tiff: Tiff, top: Directory, values: Values) -> None:
    """The calibration of one camera counts only if two signatures agree; both go, so that they still agree."""
    signatures = [tiff.raw(top.entries[tag]).rstrip(b"\0") if tag in top.entries else b"" for tag in _SIGNATURES]
    if signatures[0] != signatures[1]:
        for tag in _CALIBRATIONS:
            values.pop(tag, None)
