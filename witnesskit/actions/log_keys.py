"""The verifier keys of a log, as its own lines name them: genesis, and every change since (docs/spec/custody-log.md).

Nothing is judged here: whether a change was authorised is the verifier's finding.
"""

from __future__ import annotations

from contextlib import suppress
from functools import lru_cache

from witnesskit.actions.log_events import event_of, events_of
from witnesskit.errors import WitnesskitError
from witnesskit.errors.formats import BadKey
from witnesskit.formats import key_change
from witnesskit.formats.custody_event import Event
from witnesskit.formats.key_change import KeyChange
from witnesskit.keys import parse_verifier_key


@lru_cache(maxsize=16)
def changes(lines: bytes) -> tuple[KeyChange, ...]:
    """Every ``key`` event of the log, in its order; one that cannot be read is passed over."""
    found, origin = [], ""
    for event in events_of(lines):
        if event.type == "genesis":
            origin = str(event.x.get("origin", ""))
        if event.type == "key":
            try:
                found.append(key_change.read(event, origin))
            except WitnesskitError:
                continue
    return tuple(found)


def genesis(lines: bytes) -> Event | None:
    """The first line; None where it cannot be read."""
    return event_of(lines.split(b"\n", 1)[0])


def key_at(lines: bytes, size: int) -> str:
    """The verifier key that signs checkpoints of ``size`` lines; empty where the log does not name one."""
    first = genesis(lines)
    key = str(first.x.get("key", "")) if first else ""
    for change in changes(lines):
        if change.n < size:
            key = change.key.text
    with suppress(BadKey):
        return parse_verifier_key(key).text
    return ""
