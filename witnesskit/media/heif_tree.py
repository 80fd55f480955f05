"""Which items make the picture a reader shows, as the inspector sees it: the primary, its parts, its transparency."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from witnesskit.media.walk_heif import HeifWalk, SeenItem
from witnesskit.media_limits import HEIF_DEPTH_MAX

CODINGS: Final = ("hvc1", "av01", "jpeg")
MADE: Final = ("grid", "iovl", "iden")
ALPHA_TYPES: Final = frozenset(
    {
        "urn:mpeg:mpegB:cicp:systems:auxiliary:alpha",
        "urn:mpeg:hevc:2015:auxid:1",
        "urn:mpeg:avc:2015:auxid:1",
    }
)


@dataclass
class Tree:
    """Numbers of the items of the picture and of its transparency, in order of decoding; doubts."""

    image: list[int] = field(default_factory=list)
    alpha: list[int] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    base: int = 0  # the primary, or the base of a gain map that is the primary

    @property
    def every(self) -> list[int]:
        """All of them."""
        return self.image + self.alpha


def tree_of(walk: HeifWalk) -> Tree:
    """Follow the primary item; never raises."""
    tree = Tree(base=walk.primary)
    first = walk.items.get(walk.primary)
    if first and first.kind == "tmap":
        tree.base = next(iter(walk.references.get(("dimg", walk.primary), ())), 0)
    _follow(walk, tree, tree.base, tree.image)
    helpers: dict[int, list[int]] = {}
    for (kind, source), ids in walk.references.items():
        if kind == "auxl" and source in walk.items and helper_kind(walk, walk.items[source]) in ALPHA_TYPES:
            for to in ids:
                helpers.setdefault(to, []).append(source)
    place = 0
    while place < len(tree.every):
        for number in helpers.get(tree.every[place], ()):
            _follow(walk, tree, number, tree.alpha)
        place += 1
    below = {inner for number in tree.alpha for inner in walk.references.get(("dimg", number), ())}
    veils = {number for numbers in helpers.values() for number in numbers}
    if set(tree.image) & (below | veils):
        tree.doubts.append("a picture that is its own transparency")
    return tree


def helper_kind(walk: HeifWalk, item: SeenItem) -> str:
    """What its auxC property says an item is; empty without one."""
    for number in item.properties:
        kind, body = walk.properties[number - 1]
        if kind == "auxC":
            return body[4:].split(b"\0")[0].decode("latin-1")
    return ""


def _follow(walk: HeifWalk, tree: Tree, number: int, into: list[int]) -> None:
    seen = set(tree.every)
    waiting = [(number, 0)]
    while waiting:
        one, depth = waiting.pop()
        if one in seen:
            continue
        seen.add(one)
        item = walk.items.get(one)
        if item is None or item.kind not in CODINGS + MADE or depth > HEIF_DEPTH_MAX or item.elsewhere:
            name = item.kind if item else "none"
            tree.doubts.append(f"item {one}: a picture of a kind that is not known ({name})")
            continue
        into.append(one)
        below = walk.references.get(("dimg", one), ())
        if (item.kind in MADE) != bool(below):
            tree.doubts.append(f"item {one} and what it is made of do not agree")
        waiting += [(inner, depth + 1) for inner in reversed(below)]


def layout_fits(kind: str, data: bytes, count: int) -> bool:
    """True if ``data`` is a grid, overlay or identity of ``count`` pictures and nothing more."""
    if kind == "iden":
        return not data
    if len(data) < 4 or data[0] or data[1] > 1:
        return False
    width = 4 if data[1] else 2
    if kind == "grid":
        return (data[2] + 1) * (data[3] + 1) == count and len(data) == 4 + 2 * width
    return len(data) == 10 + (2 + 2 * count) * width
