"""One line of a custody log, written; its form and its reader are in custody_event_read.py."""

from __future__ import annotations

from witnesskit.formats.custody_event_read import FIELD_TIME, HEX32, HEX64, VERSION, Event, parse
from witnesskit.formats.strict_json import canonical
from witnesskit.model import Json

__all__ = ["FIELD_TIME", "HEX32", "HEX64", "VERSION", "Event", "dump", "parse"]


def dump(event: Event) -> bytes:
    """The bytes of the line, without its line feed; raises BadJson outside the JSON profile."""
    value: dict[str, Json] = {
        **event.unknown,
        "v": VERSION, "n": event.n, "t": event.t, "type": event.type, "by": event.by,
        "sd": list(event.sd), "x": dict(event.x),
    }  # fmt: skip
    if event.log:
        value["log"] = event.log
    if event.item:
        value["item"] = event.item
    return canonical(value)
