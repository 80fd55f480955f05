"""Any value as JSON of our profile: tuples become lists, absent values are left out, other numbers become text."""

from __future__ import annotations

from witnesskit.model import Json

_BOUND = 2**53


def plain(value: Json) -> Json:
    """The value in the profile of docs/spec/record.md."""
    if isinstance(value, dict):
        return {str(key): plain(member) for key, member in value.items() if member is not None}
    if isinstance(value, list | tuple):
        return [plain(member) for member in value if member is not None]
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    return value if isinstance(value, bool | int) and abs(value) < _BOUND else str(value)
