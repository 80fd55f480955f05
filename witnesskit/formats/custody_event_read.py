"""One line of a custody log, read: bytes -> Event (docs/spec/custody-log.md).

A line holds nothing that tells: everything about an item is in ``sd`` as salted digests. Readers keep and
report fields, types and names they do not know; they never trust them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from operator import lt
from string import ascii_letters, digits
from types import MappingProxyType
from typing import Final

from witnesskit.custody_limits import EVENT_DEPTH_MAX, EVENT_LINE_MAX
from witnesskit.custody_model import Json
from witnesskit.errors.formats import NewerFormat
from witnesskit.errors.verify import BadLine, NotNormal
from witnesskit.formats.custody_types import DIGESTS, PUBLIC, WITH_ITEM
from witnesskit.formats.strict_json_read import loads_canonical

VERSION: Final = 1
FIELD_TIME: Final = "sealed"  # ``t`` of every line of a field log
_FIELDS: Final = frozenset({"v", "n", "log", "t", "type", "by", "item", "sd", "x"})
_KEY = re.compile(r"[a-z0-9_]{1,32}", re.ASCII)
_BASE64URL: Final = (ascii_letters + digits + "-_").encode()
_LAST: Final = b"AEIMQUYcgkosw048"  # what the 43rd character of 32 bytes can be
HEX32 = re.compile(r"[0-9a-f]{32}", re.ASCII)
HEX64 = re.compile(r"[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True)
class Event:
    """One line. ``log`` is empty in the genesis line, ``item`` where the type has none."""

    n: int
    type: str
    t: str
    by: str
    sd: tuple[str, ...]
    log: str = ""
    item: str = ""
    x: Mapping[str, Json] = field(default_factory=dict)
    unknown: Mapping[str, Json] = field(default_factory=dict)  # fields of a later version, kept

    @property
    def unknown_names(self) -> tuple[str, ...]:
        """What this version does not know: the type, fields of the line, members of ``x``."""
        kind = () if self.type in DIGESTS else (f"type {self.type}",)
        public = PUBLIC.get(self.type, frozenset())
        extra = () if kind else tuple(f"x.{name}" for name in self.x if name not in public)
        return kind + tuple(self.unknown) + extra


def parse(untrusted_line: bytes) -> Event:
    """Read one line without its line feed; raises BadLine, NotNormal, BadJson and its leaves, NewerFormat."""
    value = loads_canonical(untrusted_line, max_size=EVENT_LINE_MAX, max_depth=EVENT_DEPTH_MAX)
    if not isinstance(value, dict):
        raise BadLine("not an object")
    if not untrusted_line.isascii() and not unicodedata.is_normalized("NFC", untrusted_line.decode()):
        raise NotNormal
    _check_version(value)
    for name, fits in _SHAPE.items():
        if name in value and not fits(value[name]):
            raise BadLine(f"its field {name}")
    _check_keys(value)
    event = _event(value)
    _check_type(event)
    return event


def _event(value: Mapping[str, Json]) -> Event:
    try:
        return Event(
            n=value["n"], type=value["type"], t=value["t"], by=value["by"], sd=tuple(value["sd"]),
            log=value.get("log", ""), item=value.get("item", ""), x=value["x"],
            unknown={name: value[name] for name in value.keys() - _FIELDS},
        )  # fmt: skip
    except KeyError as missing:
        raise BadLine(f"without its field {missing.args[0]}") from None


def _check_version(value: Mapping[str, Json]) -> None:
    version = value.get("v")
    if type(version) is not int or version < VERSION:
        raise BadLine("its field v")
    if version > VERSION:
        raise NewerFormat(f"a custody log line of version {version}")


def _is_count(value: Json) -> bool:
    return type(value) is int and value >= 0


def _is_string(value: Json) -> bool:
    return isinstance(value, str)


def _is_object(value: Json) -> bool:
    return isinstance(value, dict)


def _is_text(pattern: str) -> Callable[[Json], bool]:
    compiled = re.compile(pattern, re.ASCII)
    return lambda value: isinstance(value, str) and compiled.fullmatch(value) is not None


def _is_digest_list(value: Json) -> bool:
    """Strictly ascending digests: sorted, and none twice."""
    if not isinstance(value, list):
        return False
    try:
        joined = ",".join([*value, ""])
    except TypeError:
        return False
    data = joined.encode()
    commas = b"," * len(value)
    return (
        len(data) == 44 * len(value)
        and data[43::44] == commas == data.translate(None, _BASE64URL)
        and not data[42::44].translate(None, _LAST)
        and all(map(lt, value, value[1:]))
    )


def _check_keys(value: Mapping[str, Json]) -> None:
    """Key names of the whole line; only unknown fields and ``x`` can hold objects."""
    names = list(value.keys() - _FIELDS)
    stack = [value.get("x"), *(value[name] for name in names)]
    while stack:
        current = stack.pop()
        if isinstance(current, dict):
            names.extend(current)
            stack.extend(current.values())
        elif isinstance(current, list):
            stack.extend(current)
    if not all(_KEY.fullmatch(name) for name in names):
        raise BadLine("a key")


def _check_type(event: Event) -> None:
    """What the type demands; an unknown type demands nothing."""
    if (event.type == "genesis") != (event.n == 0) or (event.n == 0) == bool(event.log):
        raise BadLine("genesis is line 0, and only line 0 names no log")
    if (event.t == FIELD_TIME) != (event.by == "field"):
        raise BadLine("its field t")
    expected = DIGESTS.get(event.type)
    if expected is None:
        return
    if len(event.sd) != expected:
        raise BadLine(f"{len(event.sd)} digests, {event.type} has {expected}")
    if (event.type in WITH_ITEM) != bool(event.item):
        raise BadLine("its field item")
    members, what = _PUBLIC_SHAPE.get(event.type, ({}, ""))
    if (event.x or event.type != "anchor") and not all(fits(event.x.get(name)) for name, fits in members.items()):
        raise BadLine(what)


_SHAPE: Final[Mapping[str, Callable[[Json], bool]]] = MappingProxyType(
    {
        "n": _is_count,
        "t": _is_text(r"sealed|\d{4}-[01]\d-[0-3]\d(T[0-2]\d:[0-5]\d:[0-6]\dZ)?"),
        "type": _is_text(r"[a-z][a-z0-9_-]{0,31}"),
        "by": _is_text("field|desk"),
        "sd": _is_digest_list,
        "x": _is_object,
        "log": _is_text(HEX64.pattern),
        "item": _is_text(HEX32.pattern),
    }
)
_IS_HEX64: Final = _is_text(HEX64.pattern)
_PUBLIC_SHAPE: Final[Mapping[str, tuple[Mapping[str, Callable[[Json], bool]], str]]] = MappingProxyType(
    {
        "genesis": ({"origin": _is_string, "key": _is_string, "next": _IS_HEX64}, "its genesis"),
        "recover": ({"lost": _is_count}, "its count of lost bytes"),
        "anchor": (
            {"kind": _is_string, "size": _is_count, "file": _IS_HEX64},
            "what it anchors",
        ),  # a field log's is empty
    }
)
