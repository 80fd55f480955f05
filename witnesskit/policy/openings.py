"""Which openings of the custody log may leave: each committed name is one field of the policy.

Names per event type are those of docs/spec/custody-log.md. A name that is not listed here does not leave.
"""

from __future__ import annotations

from typing import Final

from witnesskit.model import Audience
from witnesskit.policy.decide import Decision
from witnesskit.policy.schema import ORIGINAL_DIGESTS, Policy

_ORIGINAL: Final = ORIGINAL_DIGESTS[0]
_EXACT_TIMES: Final = ("at", "clock")  # leave only under release.time = "exact"

_WITH_AN_ITEM: Final = {
    "item": "item", "at": "saved", "day": "saved", "url": "url", "final_url": "url", "outcome": "outcome",
    "tool": "tool", "policy": "tool", "egress": "egress",
}  # fmt: skip
_FIELD_OF: Final = {
    "observe": _WITH_AN_ITEM
    | {
        "status": "outcome", "rule": "outcome", "source": "outcome",
        "headers_sha256": _ORIGINAL, "body_sha256": _ORIGINAL,
    },
    "ingest": _WITH_AN_ITEM
    | {
        "sealed": "sealed_sha256", "record_sha256": "sealed_sha256", "name": "name", "clock": "saved",
        "sha256": _ORIGINAL, "media": _ORIGINAL, "essence": "essence", "presentation_sha256": "essence",
        "size": "original_size", "received": "original_size", "media_type": "original_type",
    },
    "check": {
        **dict.fromkeys(("day", "kind", "ok", "bad", "policy", "tool"), "field_log"),
        "who": "collector",  # an operator is a person; ``problems`` tells of other items, and never leaves
    },
    "derive": _WITH_AN_ITEM
    | {
        "sha256": "copy_sha256", "size": "copy_size", "media_type": "copy_type", "essence": "essence",
        "presentation_sha256": "essence", "removed": "removed", "removals_sha256": "removed",
        "finding": "finding", "parameters": "removed", "jail": "tool", "parent": "field_log",
        "parent_sha256": "field_log",
    },
}  # fmt: skip
_OF_THE_LOG: Final = frozenset(
    {
        "genesis", "transfer", "receipt", "recover", "close", "note",
        "key", "access", "anchor", "delete", "link",
    }
)  # fmt: skip


def opening_may_leave(policy: Policy, event_type: str, name: str) -> Decision:
    """Enforces release.fields, release.original_digests and release.time on one opening of an event.

    For the public only the desk's own ``derive`` events open: what tells of an original is of the field.
    """
    in_public = policy.rules.policy_audience is Audience.PUBLIC
    if event_type in _OF_THE_LOG or (in_public and event_type != "derive"):
        return _by_field(policy, "field_log")
    field = _FIELD_OF.get(event_type, {}).get(name, "")
    if field == _ORIGINAL:
        allowed = policy.rules.release_original_digests
        return Decision(allowed, "release.original_digests", policy.id, _sentence(field, allowed))
    if field == "saved" and not _time_may_leave(policy, name):
        return Decision(False, "release.time", policy.id, "times leave less precisely, or not at all")
    return _by_field(policy, field)


def _time_may_leave(policy: Policy, name: str) -> bool:
    precision = policy.rules.release_time
    return precision == "exact" or (precision == "day" and name not in _EXACT_TIMES)


def _by_field(policy: Policy, field: str) -> Decision:
    allowed = field in policy.rules.release_fields
    return Decision(allowed, "release.fields", policy.id, _sentence(field or "this name", allowed))


def _sentence(field: str, allowed: bool) -> str:
    return f"{field} may leave" if allowed else f"{field} does not leave"
