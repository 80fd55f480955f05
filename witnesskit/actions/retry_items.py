"""Items of links at a desk: which of them left something to get, and which lie in parts that nobody put together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from witnesskit.actions.assemble import Chain, part_chain
from witnesskit.actions.item_files import ItemFiles, chosen, read_item
from witnesskit.actions.session import Session
from witnesskit.actions.untrusted import mapping
from witnesskit.errors.retry import NotFromALink
from witnesskit.model import IN_PART, UNREACHED, Json, Outcome
from witnesskit.sealing.identity import Identity

# outcomes after which it is worth asking again without being told to
_AGAIN: Final = IN_PART | UNREACHED | {Outcome.RATE_LIMITED, Outcome.BLOCKED, Outcome.UNKNOWN}


@dataclass
class LinkItems:
    """What a desk can read of its items, each read once."""

    session: Session
    identities: Sequence[Identity]
    places: Mapping[str, str] = field(default_factory=dict, repr=False)  # item -> what the desk said
    _read: dict[str, ItemFiles] = field(default_factory=dict)

    def read(self, item: str) -> ItemFiles:
        """One item."""
        if item not in self._read:
            files = read_item(self.session.vault, self.session.state, item, self.identities)
            self._read[item] = replace(files, place=self.places.get(item, ""))
        return self._read[item]

    def named(self, shorts: Sequence[str]) -> list[ItemFiles]:
        """Those with these short ids; raises NotFromALink, the leaves of short ids."""
        found = [self.read(item) for item in chosen(self.session.state, shorts)]
        if not all(map(link_of, found)):
            raise NotFromALink
        return found

    def unfinished(self) -> list[ItemFiles]:
        """Last attempts that left something to get, and those that end a file which is there in parts only."""
        links = self._links()
        retried = {str(_source(files).get("retry_of")) for files in links}
        left = {files.item for files in links if files.item not in retried and _left(files)}
        return [files for files in links if files.item in left or self.unjoined(files)]

    def unjoined(self, last: ItemFiles) -> Chain | None:
        """The parts of a whole file that end with ``last``, unless an item holds them as one already."""
        chain = part_chain(last, self.read)
        if chain is None or not chain.whole:
            return None
        items = list(chain.items)
        return None if any(_source(files).get("assembled_of") == items for files in self._links()) else chain

    def _links(self) -> list[ItemFiles]:
        items = list(self.session.state.holding())
        return [files for files in map(self.read, items) if link_of(files)]


def link_of(files: ItemFiles) -> str:
    """The link that an item came from; empty for one that came from none."""
    url = _source(files).get("url")
    return url if _source(files).get("kind") == "url" and isinstance(url, str) else ""


def _source(files: ItemFiles) -> Mapping[str, Json]:
    return mapping(files.record.get("source"))


def _left(files: ItemFiles) -> bool:
    capture = files.record.get("capture", {})
    return str(capture.get("outcome")) in _AGAIN and capture.get("rule") != "media-not-asked"
