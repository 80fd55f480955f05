"""The tags of one TIFF page that decoding and showing need, written anew; everything else stays behind (TIFF 6.0)."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from witnesskit.errors.media import BadMedia, UnsupportedMedia
from witnesskit.formats.icc import NeutralProfile, neutralise
from witnesskit.formats.tiff import LONG, RATIONAL, SHORT, SRATIONAL, UNDEFINED, Directory, Tiff
from witnesskit.formats.tiff_layout import FAX_T4, FAX_T6, PALETTE, YCBCR, Layout, one
from witnesskit.formats.tiff_values import Value, ratios, whole
from witnesskit.media_limits import ICC_MAX

REDUCED, PAGE, MASK = 1, 2, 4  # bits of NewSubfileType
_PROFILE: Final = 34675
_COLOURS: Final = frozenset({0, 1, 2, 3, 4, 5, 6, 8})  # WhiteIsZero to YCbCr, CIELab
_LAB: Final = 8
_SEPARATED: Final = 5
_DIFFERENCE, _FLOATS = 2, 3
_ASPECT_MAX: Final = 1000
_FRACTIONS_MAX: Final = 64
_LARGEST: Final = {318: 1, 529: 1, 532: 65_535}  # chromaticities, shares of luma, code values

Values = dict[int, Value]


def subfile_kind(tiff: Tiff, directory: Directory) -> int:
    """NewSubfileType; the older SubfileType where only that is there."""
    kind = one(tiff, directory, 254)
    if kind >= 0:
        return kind
    return {2: REDUCED, 3: PAGE}.get(one(tiff, directory, 255, 0), 0)


def page_values(tiff: Tiff, directory: Directory, layout: Layout) -> Values:
    """Tags a copy of the page holds beside the places of its strips, palette and profile.

    Raises ``BadMedia`` or ``UnsupportedMedia``.
    """
    if layout.photometric not in _COLOURS:
        raise UnsupportedMedia(f"photometric interpretation {layout.photometric}")
    if one(tiff, directory, 32997, 1) != 1:
        raise UnsupportedMedia("volumes of more than one layer")
    order = tiff.order
    kind = subfile_kind(tiff, directory) & (PAGE | MASK)
    values = geometry_values(tiff, directory, layout) | {254: whole(LONG, [kind], order)}
    values |= orientation_values(tiff, directory) | _aspect(tiff, directory) | _fax(tiff, directory, layout)
    if layout.photometric == YCBCR:
        values |= _luma(tiff, directory, layout)
    if layout.photometric == _LAB and 318 in directory.entries:
        values[318] = ratios(_fixed(tiff, directory, 318, 2), order)
    if layout.photometric == _SEPARATED:
        values |= {tag: whole(SHORT, [number], order) for tag, number in _inks(tiff, directory)}
    return values


def geometry_values(tiff: Tiff, directory: Directory, layout: Layout) -> Values:
    """What every picture needs, a raw one too: dimensions, bits, coding, samples, predictor."""
    order = tiff.order
    numbers = [(256, LONG, layout.width), (257, LONG, layout.height), (259, SHORT, layout.compression)]
    numbers += [(262, SHORT, layout.photometric), (277, SHORT, layout.samples), (284, SHORT, layout.planar)]
    if layout.tiled:
        numbers += [(322, LONG, layout.across), (323, LONG, layout.down)]
    else:
        numbers += [(278, LONG, layout.down)]
    if layout.fill_order != 1:
        numbers += [(266, SHORT, layout.fill_order)]
    values = {tag: whole(kind, [number], order) for tag, kind, number in numbers}
    values[258] = whole(SHORT, [layout.bits] * layout.samples, order)
    return values | _predictor(tiff, directory) | _samples(tiff, directory, layout)


def _predictor(tiff: Tiff, directory: Directory) -> Values:
    predictor = one(tiff, directory, 317, 1)
    if predictor not in (1, _DIFFERENCE, _FLOATS, 34892, 34893, 34894, 34895):  # the last four: DNG 1.4
        raise UnsupportedMedia(f"predictor {predictor}")
    return {317: whole(SHORT, [predictor], tiff.order)} if predictor != 1 else {}


def _samples(tiff: Tiff, directory: Directory, layout: Layout) -> Values:
    values: Values = {}
    extra, formats = directory.entries.get(338), directory.entries.get(339)
    if extra is not None and extra.count:
        kinds = [number if number in (0, 1, 2) else 0 for number in tiff.numbers(extra, layout.samples)]
        values[338] = whole(SHORT, kinds, tiff.order)
    kind = tiff.numbers(formats, 1)[0] if formats is not None and formats.count else 1
    if kind not in (1, 2, 3, 4, 5, 6):
        raise BadMedia("format of samples")
    if kind not in (1, 4):
        values[339] = whole(SHORT, [kind] * layout.samples, tiff.order)
    return values


def orientation_values(tiff: Tiff, directory: Directory) -> Values:
    """Orientation, where it turns or mirrors the picture."""
    turned = one(tiff, directory, 274, 1)
    return {274: whole(SHORT, [turned], tiff.order)} if 2 <= turned <= 8 else {}


def _aspect(tiff: Tiff, directory: Directory) -> Values:
    """Pixels that are not square keep their ratio, without a unit; how large it prints is not kept."""
    sides = [directory.entries.get(tag) for tag in (282, 283)]
    read = [
        tiff.fractions(side) if side is not None and side.count == 1 and _is_number(side.kind) else ()
        for side in sides
    ]
    if not all(len(side) == 1 and side[0] > 0 for side in read):
        return {}
    ratio = (read[0][0] / read[1][0]).limit_denominator(_ASPECT_MAX)
    if ratio == 1 or not Fraction(1, _ASPECT_MAX) <= ratio <= _ASPECT_MAX:
        return {}
    across, down = (ratios([Fraction(side)], tiff.order) for side in (ratio.numerator, ratio.denominator))
    return {282: across, 283: down, 296: whole(SHORT, [1], tiff.order)}


def _is_number(kind: int) -> bool:
    return kind in (RATIONAL, SRATIONAL, SHORT, LONG)


def _fax(tiff: Tiff, directory: Directory, layout: Layout) -> Values:
    tag, mask = {FAX_T4: (292, 7), FAX_T6: (293, 2)}.get(layout.compression, (0, 0))
    options = one(tiff, directory, tag, 0) & mask if tag else 0
    return {tag: whole(LONG, [options], tiff.order)} if options else {}


def _luma(tiff: Tiff, directory: Directory, layout: Layout) -> Values:
    values = {530: whole(SHORT, layout.subsampling, tiff.order)}
    position = one(tiff, directory, 531, 1)
    if position == 2:
        values[531] = whole(SHORT, [position], tiff.order)
    for tag, count in ((529, 3), (532, 6)):
        if tag in directory.entries:
            values[tag] = ratios(_fixed(tiff, directory, tag, count), tiff.order)
    return values


def _fixed(tiff: Tiff, directory: Directory, tag: int, count: int) -> tuple[Fraction, ...]:
    entry = directory.entries[tag]
    numbers = tiff.fractions(entry) if entry.count <= _FRACTIONS_MAX else ()
    if len(numbers) < count:
        raise BadMedia(f"count of tag {tag}")
    if not all(abs(number) <= _LARGEST[tag] for number in numbers[:count]):
        raise BadMedia(f"value of tag {tag}")
    return tuple(Fraction(round(number * 100_000), 100_000) for number in numbers[:count])


def _inks(tiff: Tiff, directory: Directory) -> list[tuple[int, int]]:
    if one(tiff, directory, 332, 1) != 2:
        return []
    return [(332, 2), (334, one(tiff, directory, 334, 4) & 0xFF)]


def profile_of(tiff: Tiff, directory: Directory) -> tuple[NeutralProfile | None, bool]:
    """(the colour profile without its texts, True if there was one that had to go)."""
    entry = directory.entries.get(_PROFILE)
    if entry is None or not entry.size or entry.size > ICC_MAX:
        return None, entry is not None and entry.size > 0
    try:
        neutral = neutralise(tiff.raw(entry))
    except BadMedia:
        neutral = None
    return neutral, neutral is None


def profile_value(profile: NeutralProfile) -> Value:
    """The entry of a profile."""
    return Value(UNDEFINED, len(profile.data), profile.data)


def palette_of(tiff: Tiff, directory: Directory, layout: Layout) -> tuple[int, ...]:
    """Red, green and blue of every index; empty for pictures without a palette; raises the usual refusals."""
    if layout.photometric != PALETTE:
        return ()
    if layout.bits > 8 or (layout.samples != 1 and layout.planar == 2):
        raise UnsupportedMedia("palette of this size")
    entry = directory.entries.get(320)
    colours = tiff.numbers(entry, 3 << layout.bits) if entry is not None else ()
    if len(colours) < 3 << layout.bits:
        raise BadMedia("palette")
    return colours
