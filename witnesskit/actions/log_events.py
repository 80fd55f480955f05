"""The events of a log as they can be read; what cannot is passed over here, and named by the verifier."""

from __future__ import annotations

from collections.abc import Iterator

from witnesskit.errors import WitnesskitError
from witnesskit.formats import custody_event
from witnesskit.formats.custody_event import Event


def event_of(line: bytes) -> Event | None:
    """One line without its end; None where it cannot be read."""
    try:
        return custody_event.parse(line)
    except WitnesskitError:
        return None


def events_of(lines: bytes) -> Iterator[Event]:
    """Every event that can be read, in its order."""
    return (event for line in lines.splitlines() if (event := event_of(line)))
