"""JSON in its one canonical form, read strictly: no duplicate key, float, null or huge number (RFC 8785).

Profile: docs/spec/record.md, "JSON profile". Under it the standard library's dump of keys in the order of RFC 8785,
section 3.2.3, is RFC 8785: our numbers are integers below 2**53.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from typing import Any, NoReturn

from witnesskit.custody_limits import JSON_DEPTH_MAX, JSON_MAX
from witnesskit.custody_model import Json
from witnesskit.errors.formats import BadJson, BadNumber, DuplicateKey, NotCanonical

INTEGER_BOUND = 2**53
_NOT_PLAIN = (b" ", b"\\", b"\n", b"\r", b"\t")
_BRACKET = re.compile(r"[\[\]{}]")
_AS_GIVEN = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def loads_canonical(untrusted_data: bytes, *, max_size: int = JSON_MAX, max_depth: int = JSON_DEPTH_MAX) -> Json:
    """Parse a document that must be in its RFC 8785 form; raises BadJson or NotCanonical."""
    value = parse(untrusted_data, _SORTED_DECODER, max_size, max_depth)
    # without white space and escapes only the order of keys is left to differ, and the decoder saw to it
    plain = untrusted_data.isascii() and not any(byte in untrusted_data for byte in _NOT_PLAIN)
    if not plain and dump(value) != untrusted_data:
        raise NotCanonical
    return value


def parse(untrusted_data: bytes, decoder: json.JSONDecoder, max_size: int, max_depth: int) -> Json:
    """Parse one document with one of our decoders; raises BadJson or its leaves."""
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
    if "null" in text and "null" in _outside_strings(text):
        raise BadJson("a value is null or not an integer")
    if "\\" in text:  # the only way to a lone surrogate
        dump(value)
    return value


def dump(value: Json) -> bytes:
    """The bytes of a value, its keys in the order they have; raises BadJson for a lone surrogate."""
    try:
        return _AS_GIVEN.encode(value).encode("utf-8")
    except UnicodeEncodeError:
        raise BadJson("a string holds a lone surrogate") from None


def _check_depth(text: str, max_depth: int) -> None:
    """Count brackets outside strings, so that nesting never reaches the recursive parser."""
    if text.count("[") + text.count("{") <= max_depth:
        return
    depth = 0
    for bracket in _BRACKET.findall(_outside_strings(text)):
        depth += 1 if bracket in "[{" else -1
        if depth > max_depth:
            raise BadJson(f"nested deeper than {max_depth}")


def _outside_strings(text: str) -> str:
    """Exact for every prefix that the parser accepts: a backslash outside a string stops it."""
    return "".join(text.replace("\\\\", "").replace('\\"', "").split('"')[::2])


def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of these members; raises DuplicateKey."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise DuplicateKey
    return found


def _unique_sorted(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = unique(pairs)
    if len(pairs) > 1 and sorted_keys(found) != list(found):
        raise NotCanonical
    return found


def sorted_keys(keys: Iterable[str]) -> list[str]:
    """In the order of UTF-16 (RFC 8785, section 3.2.3), which among ASCII is the usual one."""
    if "".join(keys).isascii():
        return sorted(keys)
    return sorted(keys, key=lambda key: key.encode("utf-16-be", "surrogatepass"))


def _no_float(_text: str) -> NoReturn:
    raise BadNumber("not an integer")


def _small_integer(text: str) -> int:
    if len(text) > 17:
        raise BadNumber("2**53 or more")
    number = int(text)
    if not -INTEGER_BOUND < number < INTEGER_BOUND:
        raise BadNumber("2**53 or more")
    if number == 0 and text != "0":
        raise BadNumber("minus zero")
    return number


def decoder(hook: Callable[[list[tuple[str, Any]]], dict[str, Any]]) -> json.JSONDecoder:
    """A decoder that makes objects with ``hook`` and takes no number that readers understand differently."""
    return json.JSONDecoder(
        object_pairs_hook=hook, parse_float=_no_float, parse_constant=_no_float, parse_int=_small_integer
    )


_SORTED_DECODER = decoder(_unique_sorted)
