"""What a sealed record or job says of a stream that an attempt left unfinished."""

from __future__ import annotations

from collections.abc import Mapping

from witnesskit.capture.assignment import Resume
from witnesskit.limits import OVERLAP
from witnesskit.model import Json


def resume_from(untrusted_row: Json) -> Resume | None:
    """What a record says of a stream to go on with; None for what no attempt can have written."""
    if not isinstance(untrusted_row, Mapping):
        return None
    try:
        found = Resume(**untrusted_row)
    except TypeError:
        return None
    numbers = (found.received, found.tail_size, found.total)
    texts = (found.format_id, found.tail_sha256, found.etag, found.last_modified)
    fits = all(type(one) is int and one >= 0 for one in numbers) and all(isinstance(one, str) for one in texts)
    return found if fits and found.received and found.tail_size <= min(OVERLAP, found.received) else None
