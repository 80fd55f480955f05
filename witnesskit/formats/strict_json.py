"""JSON from outside in any form, strictly, and RFC 8785 on the way out; a verifier's half is strict_json_read.py."""

from __future__ import annotations

import json
from typing import Any

from witnesskit.custody_limits import JSON_DEPTH_MAX, JSON_MAX
from witnesskit.errors.formats import BadJson, BadNumber
from witnesskit.formats.strict_json_read import (
    INTEGER_BOUND,
    decoder,
    dump,
    loads_canonical,
    parse,
    sorted_keys,
    unique,
)
from witnesskit.model import Json

__all__ = ["canonical", "loads", "loads_canonical"]

_DECODER = decoder(unique)
_SORTING = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def loads(untrusted_data: bytes, *, max_size: int = JSON_MAX, max_depth: int = JSON_DEPTH_MAX) -> Json:
    """Parse one document; raises BadJson (or its DuplicateKey, BadNumber) naming the rule it breaks."""
    return parse(untrusted_data, _DECODER, max_size, max_depth)


def canonical(value: Json) -> bytes:
    """RFC 8785 bytes of a value of our profile; raises BadJson for a value outside it."""
    try:
        if _check_values(value):
            return _SORTING.encode(value).encode("utf-8")
        return dump(_in_order(value))
    except UnicodeEncodeError:
        raise BadJson("a string holds a lone surrogate") from None
    except RecursionError:
        raise BadJson("nested too deep") from None


def _check_values(value: Json) -> bool:
    """Refuse null, floats, huge integers and keys that are not text; tells whether all keys are ASCII."""
    ascii_keys = True
    stack = [value]
    while stack:
        current = stack.pop()
        if isinstance(current, str | bool):
            continue
        if isinstance(current, dict):
            ascii_keys &= _check_keys(current)
            stack.extend(current.values())
        elif isinstance(current, list | tuple):
            stack.extend(one for one in current if type(one) is not str)
        elif not isinstance(current, int):
            raise BadJson("a value is null or not an integer")
        elif not -INTEGER_BOUND < current < INTEGER_BOUND:
            raise BadNumber("2**53 or more")
    return ascii_keys


def _check_keys(members: dict[Any, Any]) -> bool:
    if not all(isinstance(key, str) for key in members):
        raise BadJson("a key is not text")
    return all(key.isascii() for key in members)


def _in_order(value: Json) -> Json:
    """The value with every object in the order of RFC 8785, section 3.2.3."""
    if isinstance(value, dict):
        return {key: _in_order(value[key]) for key in sorted_keys(value)}
    if isinstance(value, list | tuple):
        return [_in_order(member) for member in value]
    return value
