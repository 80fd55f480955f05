"""Which items of a HEIF file the copy keeps: the primary picture, what it is made of, and its transparency.

ISO/IEC 23008-12 clause 6; everything else is dropped, and what a person could miss is named in ``dropped``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from witnesskit.errors.media import BadMedia, UnsupportedMedia
from witnesskit.errors.strip import ExternalData
from witnesskit.formats.heif_boxes import Item, Meta
from witnesskit.media_limits import HEIF_DEPTH_MAX

CODED: Final = frozenset({b"hvc1", b"av01", b"jpeg"})
DERIVED: Final = frozenset({b"grid", b"iovl", b"iden"})
ALPHA: Final = frozenset(
    {b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha", b"urn:mpeg:hevc:2015:auxid:1", b"urn:mpeg:avc:2015:auxid:1"}
)
_PICTURES: Final = CODED | DERIVED | frozenset(b"tmap avc1 lhv1 j2k1 j2ki vvc1 evc1 unci hev1 mski".split())
_GAIN_MAP: Final = b"gainmap"


class Dropped(StrEnum):
    """What of the file beside the picture is left out and must be said."""

    GAIN_MAP = "gain map"
    HELPERS = "helpers"
    FURTHER = "further pictures"
    CREDENTIALS = "credentials"


@dataclass
class Chosen:
    """Numbers of kept items in the order of the copy: the primary first, each behind what is made of it."""

    order: list[int] = field(default_factory=list)
    inputs: dict[int, tuple[int, ...]] = field(default_factory=dict)
    alphas: dict[int, tuple[int, ...]] = field(default_factory=dict)  # alpha item -> pictures it is of
    premultiplied: set[tuple[int, int]] = field(default_factory=set)  # picture, alpha
    dropped: set[Dropped] = field(default_factory=set)


def choose(meta: Meta) -> Chosen:
    """Follow the primary item; raises ``BadMedia``, ``UnsupportedMedia`` or ``ExternalData``."""
    chosen = Chosen()
    primary = meta.items.get(meta.primary)
    if primary and primary.kind == b"tmap":  # a base with its gain map: the base alone
        primary = meta.items.get(next(iter(meta.targets(b"dimg", meta.primary)), 0))
        chosen.dropped.add(Dropped.GAIN_MAP)
    if primary is None:
        raise BadMedia("no primary picture")
    _visit(meta, chosen, primary.number)
    of_image = set(chosen.order)
    alphas, place = _alphas(meta), 0
    while place < len(chosen.order):
        for alpha in alphas.get(chosen.order[place], {}):
            if alpha not in chosen.inputs:
                _visit(meta, chosen, alpha)
            chosen.alphas[alpha] = (*chosen.alphas.get(alpha, ()), chosen.order[place])
        place += 1
    of_alpha = [number for number in chosen.order if number not in of_image]
    if of_image & {*chosen.alphas, *(one for number in of_alpha for one in chosen.inputs[number])}:
        raise BadMedia("a picture that is its own transparency")
    for kind, source, ids in meta.references:
        if kind == b"prem":
            chosen.premultiplied |= {(source, to) for to in ids if source in chosen.alphas.get(to, ())}
    _say_dropped(meta, chosen)
    return chosen


def aux_type(meta: Meta, item: Item) -> bytes:
    """The type an auxC property of ``item`` names; empty if it has none."""
    for number, _ in item.properties:
        if number <= len(meta.properties) and meta.properties[number - 1].kind == b"auxC":
            box = meta.properties[number - 1]
            return meta.data[box.body + 4 : box.end].partition(b"\0")[0]
    return b""


def _visit(meta: Meta, chosen: Chosen, first: int) -> None:
    """Add ``first`` and all it is made of, parents before children; no recursion."""
    waiting = [(first, 0, frozenset[int]())]
    while waiting:
        number, depth, above = waiting.pop()
        if number in above or depth > HEIF_DEPTH_MAX:
            raise BadMedia("a picture is made of itself, or in too many steps")
        if number in chosen.inputs:
            continue
        chosen.order.append(number)
        inputs = _inputs(meta, number)
        chosen.inputs[number] = inputs
        waiting += [(one, depth + 1, above | {number}) for one in reversed(inputs)]


def _inputs(meta: Meta, number: int) -> tuple[int, ...]:
    item = meta.items.get(number)
    if item is None:
        raise BadMedia("a picture is made of an item that is not there")
    if item.kind not in CODED | DERIVED:
        raise UnsupportedMedia(f"a picture of type {item.kind.decode('latin-1')}")
    if item.protected:
        raise UnsupportedMedia("a protected picture")
    if item.location and item.location.reference:
        raise ExternalData("item")
    inputs = meta.targets(b"dimg", number)
    if (item.kind in DERIVED) != bool(inputs) or (item.kind == b"iden" and len(inputs) != 1):
        raise BadMedia("a picture and what it is made of do not agree")
    return inputs


def _alphas(meta: Meta) -> dict[int, dict[int, None]]:
    """Transparencies by the picture they are of."""
    found: dict[int, dict[int, None]] = {}
    for kind, source, ids in meta.references:
        item = meta.items.get(source)
        if kind == b"auxl" and item and aux_type(meta, item) in ALPHA:
            for to in ids:
                found.setdefault(to, {})[source] = None
    return found


def _say_dropped(meta: Meta, chosen: Chosen) -> None:
    kept = set(chosen.order)
    sources = {kind: {source for name, source, _ in meta.references if name == kind} for kind in (b"thmb", b"auxl")}
    made_of = {to for name, source, ids in meta.references if name == b"dimg" and source not in kept for to in ids}
    for item in meta.items.values():
        if item.number in kept:
            continue
        helper = aux_type(meta, item)
        if item.kind == b"tmap" or _GAIN_MAP in helper:
            chosen.dropped.add(Dropped.GAIN_MAP)
        elif b"c2pa" in item.content_type or b"jumb" in item.content_type:
            chosen.dropped.add(Dropped.CREDENTIALS)
        elif (
            item.kind not in _PICTURES or item.number in sources[b"thmb"] or item.number in made_of or helper in ALPHA
        ):
            continue
        else:
            chosen.dropped.add(Dropped.HELPERS if helper or item.number in sources[b"auxl"] else Dropped.FURTHER)
