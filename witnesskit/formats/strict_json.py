"""JSON from outside, strictly: no duplicate key, float, null or huge number; RFC 8785 on the way out.

Profile: docs/spec/record.md, "JSON profile". Under it the standard library's sorted dump equals RFC 8785,
because our keys are ASCII and our numbers are integers below 2**53.
"""

from __future__ import annotations

import json
from typing import Any, NoReturn

from witnesskit.errors.formats import BadJson
from witnesskit.limits import JSON_DEPTH_MAX, JSON_MAX
from witnesskit.model import Json

_INTEGER_BOUND = 2**53


def loads(untrusted_data: bytes, *, max_size: int = JSON_MAX, max_depth: int = JSON_DEPTH_MAX) -> Json:
    """Parse one document; raises BadJson naming the rule it breaks."""
    if len(untrusted_data) > max_size:
        raise BadJson(f"{len(untrusted_data)} bytes, at most {max_size} are read")
    try:
        text = untrusted_data.decode("utf-8")
    except UnicodeDecodeError:
        raise BadJson("not UTF-8") from None
    _check_depth(text, max_depth)
    try:
        value = json.loads(
            text,
            object_pairs_hook=_unique,
            parse_float=_no_float,
            parse_constant=_no_float,
            parse_int=_small_integer,
        )
    except BadJson:
        raise
    except (ValueError, RecursionError):
        raise BadJson("not JSON") from None
    _check_values(value)
    return value


def canonical(value: Json) -> bytes:
    """RFC 8785 bytes of a value of our profile; raises BadJson for a value outside it."""
    _check_values(value)
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8")


def _check_depth(text: str, max_depth: int) -> None:
    """Count brackets outside strings, so that nesting never reaches the recursive parser."""
    depth = 0
    in_string = escaped = False
    if text.count("[") + text.count("{") <= max_depth:
        return
    for character in text:
        if in_string:
            if escaped:
                escaped = False
            elif character == "\\":
                escaped = True
            elif character == '"':
                in_string = False
        elif character == '"':
            in_string = True
        elif character in "[{":
            depth += 1
            if depth > max_depth:
                raise BadJson(f"nested deeper than {max_depth}")
        elif character in "]}":
            depth -= 1


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise BadJson("an object holds one key twice")
    return found


def _no_float(_text: str) -> NoReturn:
    raise BadJson("a number is not an integer")


def _small_integer(text: str) -> int:
    if len(text) > 17 or abs(int(text)) >= _INTEGER_BOUND:
        raise BadJson("a number is 2**53 or more")
    if text == "-0":
        raise BadJson("a number is minus zero")
    return int(text)


def _check_values(value: Json) -> None:
    """Refuse what the parser lets through: null, floats, lone surrogates."""
    stack = [value]
    while stack:
        current = stack.pop()
        if isinstance(current, dict):
            stack.extend(current)
            stack.extend(current.values())
        elif isinstance(current, list | tuple):
            stack.extend(current)
        elif isinstance(current, str):
            if any("\ud800" <= character <= "\udfff" for character in current):
                raise BadJson("a string holds a lone surrogate")
        elif not isinstance(current, bool | int):
            raise BadJson("a value is null or not an integer")
        elif not isinstance(current, bool) and abs(current) >= _INTEGER_BOUND:
            raise BadJson("a number is 2**53 or more")
