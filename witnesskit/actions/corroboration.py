"""The same content from several hands: one content, several chains side by side, counted by invite.

Two who saved one link saw one publication: their agreement shows that it was public, not that it is true.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from witnesskit.actions.counted import counted
from witnesskit.formats.short_id import short_id
from witnesskit.vault.catalogue.port import Catalogue, Row, Search

_CONTENT: Final = ("original", "copy", "other")  # of a page or a picture of it, equal bytes say nothing
_MOST: Final = 100  # items that are named


@dataclass(frozen=True)
class Corroboration:
    """``items`` hold a file of the same bytes as this one. Each invite counts once, this desk as one more.

    ``invites``: of them all, this one's too. ``publication``: those of ``items`` that came from the very same link.
    """

    items: tuple[str, ...] = ()
    invites: int = 1
    publication: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """What is said of it; nothing where nobody else has it."""
        if not self.items:
            return ""
        named = ", ".join(map(short_id, self.items))
        text = f"same content from {counted(self.invites, 'invite')}: {named}"
        same = ", ".join(map(short_id, self.publication))
        return f"{text}; same publication: {same}" if same else text


def corroborated(catalogue: Catalogue, item: str) -> Corroboration:
    """Who else has the content of an item, by the digests of its files."""
    row = catalogue.get(item)
    if row is None:
        return Corroboration()
    others = {one.item: one for one in _with_content(catalogue, row) if one.item != item}
    senders = {row.sender, *(one.sender for one in others.values())}
    same = tuple(name for name, one in others.items() if row.url and one.url == row.url)
    return Corroboration(tuple(others), len(senders), same)


def holding_the_same(
    catalogue: Catalogue, items: Iterable[str], others: Iterable[str]
) -> Mapping[str, frozenset[str]]:
    """Item -> those of ``others`` that hold a file of the same bytes, or came from the same link."""
    held: dict[str, set[str]] = {}
    for other in others:
        for name in _names(catalogue.get(other)):
            held.setdefault(name, set()).add(other)
    found = {item: [held[name] for name in _names(catalogue.get(item)) if name in held] for item in items}
    return {item: frozenset().union(*known) for item, known in found.items() if known}


def _names(row: Row | None) -> Iterator[str]:
    """Digests of an item's content, and its link."""
    if row is not None:
        yield from (digest.sha256 for digest in row.digests if digest.kind in _CONTENT)
        yield from [row.url] if row.url else []


def _with_content(catalogue: Catalogue, row: Row) -> Iterable[Row]:
    for digest in row.digests:
        if digest.kind not in _CONTENT:
            continue
        for one in catalogue.page(Search(digest=digest.sha256, limit=_MOST)):
            whole = catalogue.get(one.item)  # a page has no digests: of which kind it is there must be looked up
            if whole and any(other.sha256 == digest.sha256 and other.kind in _CONTENT for other in whole.digests):
                yield whole
