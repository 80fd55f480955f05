"""Make an event ready: salt every field, so that its openings can be sealed before the line is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from witnesskit.errors.custody import NotCommittable
from witnesskit.errors.formats import BadJson
from witnesskit.formats import disclosure
from witnesskit.formats.custody_event import HEX32
from witnesskit.formats.custody_types import COMMITTED, PUBLIC, WITH_ITEM
from witnesskit.model import Json


@dataclass(frozen=True)
class Prepared:
    """An event before it has a place in the log. Disclosures identify people: seal them, never log them."""

    type: str
    disclosures: tuple[str, ...] = field(repr=False)
    deferred_salts: Mapping[str, str] = field(repr=False)
    item: str = ""
    x: Mapping[str, Json] = field(default_factory=dict)

    def opening_line(self) -> Json:
        """What ``openings.jsonl`` of a record capsule holds of this event."""
        return {
            "event": self.type,
            "disclosures": list(self.disclosures),
            "deferred": dict(self.deferred_salts),
        }

    def completed(self, values: Mapping[str, Json]) -> tuple[str, ...]:
        """All disclosures, the deferred ones with their values; raises NotCommittable if they differ."""
        if values.keys() != self.deferred_salts.keys():
            raise NotCommittable("the deferred values are not those prepared")
        late = (disclosure.make(name, value, self.deferred_salts[name]) for name, value in values.items())
        return self.disclosures + tuple(late)


def prepare(
    type: str,
    committed: Mapping[str, Json],
    *,
    deferred: Sequence[str] = (),
    item: str | None = None,
    x: Mapping[str, Json] = MappingProxyType({}),
) -> Prepared:
    """Salt the ``committed`` fields of one event; ``deferred`` names get a salt now, a value at the append.

    ``item`` (32 hex digits) is the public id of an ingest or derive line and of no other type; ``x`` holds
    the public members (genesis: next; recover: lost). Raises NotCommittable for a type, name or value
    outside docs/spec/custody-log.md.
    """
    _check(type, [*committed, *deferred], item or "", x)
    try:
        disclosures = tuple(disclosure.make(name, value) for name, value in committed.items())
    except BadJson as error:
        raise NotCommittable(f"a value of {type}: {error.detail}") from None
    salts = {name: disclosure.new_salt() for name in deferred}
    return Prepared(type, disclosures, salts, item or "", dict(x))


def _check(type: str, names: Sequence[str], item: str, public: Mapping[str, Json]) -> None:
    allowed = COMMITTED.get(type)
    if allowed is None:
        raise NotCommittable("its type")
    if len(set(names)) != len(names) or not allowed.issuperset(names):
        raise NotCommittable(f"a name of {type}")
    if (type in WITH_ITEM) != bool(HEX32.fullmatch(item)):
        raise NotCommittable(f"the item of {type}")
    if not PUBLIC.get(type, frozenset()).issuperset(public):
        raise NotCommittable(f"a public member of {type}")
