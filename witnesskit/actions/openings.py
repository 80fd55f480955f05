"""Find the event that each opening belongs to: a disclosure's digest stands in exactly one line of a log."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO

from witnesskit.actions.log_events import event_of
from witnesskit.errors import WitnesskitError
from witnesskit.errors.formats import BadJson
from witnesskit.errors.verify import BadDisclosure
from witnesskit.formats import disclosure, strict_json
from witnesskit.formats.merkle_read import leaf_hash
from witnesskit.model import Json, Opening
from witnesskit.sealing.capsule import CapsuleReader
from witnesskit.sealing.identity import Identity

OPENINGS = "openings.jsonl"


@dataclass(frozen=True)
class OpeningLine:
    """One line of ``openings.jsonl``, and the digest of the capsule it lay in (for deferred openings)."""

    disclosures: tuple[str, ...] = field(repr=False)
    deferred: Mapping[str, str] = field(repr=False)
    capsule_sha256: str = ""

    def texts(self) -> tuple[str, ...]:
        """Every disclosure, the deferred one rebuilt from the capsule's own digest."""
        late = (
            disclosure.make(name, self.capsule_sha256, salt)
            for name, salt in self.deferred.items()
            if self.capsule_sha256
        )
        return (*self.disclosures, *late)

    def about(self) -> frozenset[str]:
        """Items that the disclosures name: their event's own, its parent, the one it is linked with."""
        found = set()
        for text in self.disclosures:
            with contextlib.suppress(BadDisclosure):
                told = disclosure.parse(text)
                if told.name in ("item", "parent", "other_item") and isinstance(told.value, str):
                    found.add(told.value)
        return frozenset(found)


def parse_lines(untrusted_data: bytes, capsule_sha256: str = "") -> tuple[OpeningLine, ...]:
    """Read ``openings.jsonl``; raises BadJson."""
    return tuple(line_from(strict_json.loads(line), capsule_sha256) for line in untrusted_data.splitlines() if line)


def line_from(untrusted_value: Json, capsule_sha256: str = "") -> OpeningLine:
    """One line from its JSON; raises BadJson."""
    line = untrusted_value if isinstance(untrusted_value, dict) else {}
    texts, deferred = line.get("disclosures"), line.get("deferred")
    if not isinstance(texts, list) or not isinstance(deferred, dict):
        raise BadJson("an opening")
    if not all(isinstance(text, str) for text in (*texts, *deferred, *deferred.values())):
        raise BadJson("an opening")
    return OpeningLine(tuple(texts), deferred, capsule_sha256)


def read_capsule_openings(stream: BinaryIO, identities: Sequence[Identity], sha256: str) -> tuple[OpeningLine, ...]:
    """Openings in one record capsule; none if it is not ours to open or holds none."""
    try:
        reader = CapsuleReader(stream, identities)
        if OPENINGS not in reader.names():
            return ()
        return parse_lines(reader.read(OPENINGS), sha256)
    except WitnesskitError:
        return ()


def resolve(lines: Iterable[OpeningLine], logs: Iterable[bytes], *events: str) -> tuple[Opening, ...]:
    """Each disclosure with its log and number, once; only of these types of ``events``, where some are named.

    One that no event commits is put beside its siblings, so that the verifier refuses it there; a line of which no
    disclosure is committed belongs to a log that is not here.
    """
    index = _index(logs, events)
    found: dict[Opening, None] = {}
    for line in lines:
        texts = line.texts()
        places = [index.get(disclosure.digest(text)) for text in texts]
        home = next((place for place in places if place), None)
        if home is None:
            continue
        for text, place in zip(texts, places, strict=True):
            found[Opening(*(place or home), text)] = None
    return tuple(found)


def lines_of(lines: Sequence[bytes], events: Collection[str]) -> Iterable[bytes]:
    """The lines that may hold such events, or all of them; most lines of a desk are receipts."""
    words = tuple(f'"type":"{event}"'.encode() for event in events)
    return (line for line in lines if any(word in line for word in words)) if words else lines


def _index(logs: Iterable[bytes], events: Collection[str]) -> dict[str, tuple[str, int]]:
    index: dict[str, tuple[str, int]] = {}
    for log in logs:
        lines = log.split(b"\n")
        name = leaf_hash(lines[0]).hex()
        for event in filter(None, map(event_of, lines_of(lines[:-1], events))):
            index.update((digest, (name, event.n)) for digest in event.sd)
    return index
