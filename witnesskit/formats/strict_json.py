"""JSON from outside, strictly: no duplicate key, float, null or huge number; RFC 8785 on the way out.

Profile: docs/spec/record.md, "JSON profile". Under it the standard library's sorted dump equals RFC 8785:
our numbers are integers below 2**53, and keys outside ASCII are sorted by UTF-16 before the dump.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, NoReturn

from witnesskit.custody_limits import JSON_DEPTH_MAX, JSON_MAX
from witnesskit.custody_model import Json
from witnesskit.errors.formats import BadJson, BadNumber, DuplicateKey, NotCanonical

_INTEGER_BOUND = 2**53
_NOT_PLAIN = (b" ", b"\\", b"\n", b"\r", b"\t")
_BRACKET = re.compile(r"[\[\]{}]")


def loads(untrusted_data: bytes, *, max_size: int = JSON_MAX, max_depth: int = JSON_DEPTH_MAX) -> Json:
    """Parse one document; raises BadJson (or its DuplicateKey, BadNumber) naming the rule it breaks."""
    return _parse(untrusted_data, _DECODER, max_size, max_depth)


def _parse(untrusted_data: bytes, decoder: json.JSONDecoder, max_size: int, max_depth: int) -> Json:
    if len(untrusted_data) > max_size:
        raise BadJson(f"{len(untrusted_data)} bytes, at most {max_size} are read")
    try:
        text = untrusted_data.decode("utf-8")
    except UnicodeDecodeError:
        raise BadJson("not UTF-8") from None
    _check_depth(text, max_depth)
    try:
        value = decoder.decode(text)
    except (ValueError, RecursionError):
        raise BadJson("not JSON") from None
    if "\\" in text or "null" in text:  # the only ways to a lone surrogate or a null
        _encode(value)
    return value


def loads_canonical(untrusted_data: bytes, *, max_size: int = JSON_MAX, max_depth: int = JSON_DEPTH_MAX) -> Json:
    """Parse a document that must be in its RFC 8785 form; raises BadJson or NotCanonical."""
    if untrusted_data.isascii() and not any(byte in untrusted_data for byte in _NOT_PLAIN):
        # without white space and escapes only the order of keys is left to differ
        return _parse(untrusted_data, _SORTED_DECODER, max_size, max_depth)
    value = _parse(untrusted_data, _DECODER, max_size, max_depth)
    if _encode(value) != untrusted_data:
        raise NotCanonical
    return value


def canonical(value: Json) -> bytes:
    """RFC 8785 bytes of a value of our profile; raises BadJson for a value outside it."""
    return _encode(value)


def _encode(value: Json) -> bytes:
    try:
        return _dump(value, ascii_keys=_check_values(value))
    except UnicodeEncodeError:
        raise BadJson("a string holds a lone surrogate") from None
    except RecursionError:
        raise BadJson("nested too deep") from None


def _dump(value: Json, *, ascii_keys: bool) -> bytes:
    text = _SORTING.encode(value) if ascii_keys else _AS_GIVEN.encode(_utf16_sorted(value))
    return text.encode("utf-8")


def _check_depth(text: str, max_depth: int) -> None:
    """Count brackets outside strings, so that nesting never reaches the recursive parser.

    Exact for every prefix that the parser accepts: a backslash outside a string stops it.
    """
    if text.count("[") + text.count("{") <= max_depth:
        return
    outside = "".join(text.replace("\\\\", "").replace('\\"', "").split('"')[::2])
    depth = 0
    for bracket in _BRACKET.findall(outside):
        depth += 1 if bracket in "[{" else -1
        if depth > max_depth:
            raise BadJson(f"nested deeper than {max_depth}")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise DuplicateKey
    return found


def _unique_sorted(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = _unique(pairs)
    if len(pairs) > 1 and sorted(found) != list(found):
        raise NotCanonical
    return found


def _no_float(_text: str) -> NoReturn:
    raise BadNumber("not an integer")


def _small_integer(text: str) -> int:
    if len(text) > 17:
        raise BadNumber("2**53 or more")
    number = int(text)
    if not -_INTEGER_BOUND < number < _INTEGER_BOUND:
        raise BadNumber("2**53 or more")
    if number == 0 and text != "0":
        raise BadNumber("minus zero")
    return number


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
        elif not -_INTEGER_BOUND < current < _INTEGER_BOUND:
            raise BadNumber("2**53 or more")
    return ascii_keys


def _check_keys(members: dict[Any, Any]) -> bool:
    if not all(isinstance(key, str) for key in members):
        raise BadJson("a key is not text")
    return all(key.isascii() for key in members)


def _utf16_sorted(value: Json) -> Json:
    """The value with every object in the order of RFC 8785, section 3.2.3."""
    if isinstance(value, dict):
        ordered = sorted(value, key=lambda key: key.encode("utf-16-be", "surrogatepass"))
        return {key: _utf16_sorted(value[key]) for key in ordered}
    if isinstance(value, list | tuple):
        return [_utf16_sorted(member) for member in value]
    return value


def _decoder(hook: Callable[[list[tuple[str, Any]]], dict[str, Any]]) -> json.JSONDecoder:
    return json.JSONDecoder(
        object_pairs_hook=hook, parse_float=_no_float, parse_constant=_no_float, parse_int=_small_integer
    )


_DECODER = _decoder(_unique)
_SORTED_DECODER = _decoder(_unique_sorted)
_SORTING = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))
_AS_GIVEN = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
