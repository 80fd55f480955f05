"""What an event type holds: public members, number of digests, committed names (docs/spec/custody-log.md).

The number of digests of a type never changes, so that a line's length tells its type and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

DIGESTS: Final[Mapping[str, int]] = MappingProxyType(
    {
        **{"genesis": 16, "observe": 24, "ingest": 32, "derive": 24, "transfer": 16, "receipt": 16},
        **dict.fromkeys(("recover", "close", "note", "key", "access", "check", "anchor", "delete", "link"), 8),
    }
)
WITH_ITEM: Final = frozenset({"ingest", "derive"})  # the types whose lines carry a public random id
PUBLIC: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "genesis": frozenset({"origin", "key", "next"}),
        "recover": frozenset({"lost"}),
        "key": frozenset({"op", "key", "next", "since", "auth_key", "auth"}),
        "anchor": frozenset({"kind", "size", "file"}),  # of a desk's log; a field log's has none
    }
)  # members of ``x``; every other type has none


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


COMMITTED: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "genesis": _names("recipients kind day tool policy previous not_before enrol"),
        "observe": _names(
            "item at day url final_url outcome status rule headers_sha256 body_sha256 egress tool policy source"
            " name sealed record_sha256"  # the last two where nothing was saved and no ingest follows
        ),
        "ingest": _names(
            "item at day sealed record_sha256 outcome sha256 size media_type media essence"
            " presentation_sha256 url name tool policy clock received"
        ),
        "derive": _names(
            "item parent day sealed record_sha256 sha256 size media_type media policy removed"
            " removals_sha256 essence presentation_sha256 finding jail tool parameters parent_sha256"
            " at url outcome"  # what a desk tells anew of an item, to disclose it under a fresh id
        ),
        "transfer": _names("bundle manifest_sha256 day to counter capsules policy"),
        "receipt": _names("bundle origin log size root result checked opened missing copies day sender policy"),
        "recover": _names("day lost"),
        "close": _names("day successor reason policy"),
        "note": _names("item day kind answers copies policy tool"),
        "key": _names("day reason policy"),
        "access": _names("item day what who why policy tool"),
        "check": _names("day kind ok bad problems who policy tool"),
        "anchor": _names("day provider kind file note policy"),
        "delete": _names("item day scope why authority policy"),
        "link": _names("item day other_log other_item other_n how policy"),
    }
)  # the only names a writer of this version commits; readers keep and report others
