"""The verifier keys of a log, as its own lines name them: genesis, and every change since (docs/spec/custody-log.md).

What a change says is told as it stands; a key that somebody is told to use is one that an authorised change names.
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
from witnesskit.formats.merkle_read import leaf_hash
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
    """The verifier key that signs checkpoints of ``size`` lines; empty where the log does not name one.

    A change that the recovery key did not authorise is passed over, as the verifier does: its key is a stranger's.
    """
    first = genesis(lines)
    key, following = (str(first.x.get(name, "")) if first else "" for name in ("key", "next"))
    log = leaf_hash(lines.split(b"\n", 1)[0]).hex()
    for change in changes(lines):
        if change.authorised(log, following):
            following = change.next
            key = change.key.text if change.n < size else key
    with suppress(BadKey):
        return parse_verifier_key(key).text
    return ""
