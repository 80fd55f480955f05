"""What content credentials say: JUMBF boxes (ISO/IEC 19566-5), CBOR (RFC 8949) and JSON in them, as C2PA does it.

Bounded and never raising: a store that breaks its form is told as far as it can be read.
"""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Iterator
from typing import Any, Final

from witnesskit.media_limits import JUMBF_BOXES_MAX, JUMBF_DEPTH_MAX, JUMBF_VALUES_MAX

_WORDS: Final = re.compile(rb"[\x20-\x7e]{5,}")
_SIMPLE: Final = {20: False, 21: True}
_BREAK: Final = object()


class _BrokenError(Exception):
    """CBOR or a box that is not in its form."""


def jumbf_values(store: bytes) -> Iterator[tuple[str, str]]:
    """(name, text) of every text in the boxes of ``store``; names are the boxes' labels and the keys inside."""
    left = JUMBF_VALUES_MAX
    for label, kind, content in _boxes(store):
        for name, text in _texts(label, kind, content):
            yield name, text
            left -= 1
            if not left:
                return


def joined_segments(bodies: list[bytes]) -> bytes:
    """The boxes that APP11 segments of a JPEG carry in pieces (ISO/IEC 19566-5 annex D), joined in their order."""
    pieces: dict[int, list[tuple[int, bytes]]] = {}
    for body in bodies:
        if len(body) >= 16:
            number, sequence = int.from_bytes(body[2:4], "big"), int.from_bytes(body[4:8], "big")
            pieces.setdefault(number, []).append((sequence, body[8:]))
    return b"".join(_join(sorted(parts, key=lambda part: part[0])) for _, parts in sorted(pieces.items()))


def _join(parts: list[tuple[int, bytes]]) -> bytes:
    """Every piece repeats the head of the box."""
    head = 16 if parts[0][1][:4] == b"\0\0\0\1" else 8
    return parts[0][1] + b"".join(data[head:] for _, data in parts[1:])


def _boxes(store: bytes) -> Iterator[tuple[str, bytes, bytes]]:
    """(label of the box above, type, content) of every box that holds no boxes."""
    waiting = [(0, len(store), "", 0)]
    left = JUMBF_BOXES_MAX
    while waiting and left:
        place, end, label, depth = waiting.pop()
        while place + 8 <= end and left:
            left -= 1
            size, kind = int.from_bytes(store[place : place + 4], "big"), store[place + 4 : place + 8]
            head = 16 if size == 1 else 8
            size = int.from_bytes(store[place + 8 : place + 16], "big") if size == 1 else size or end - place
            if size < head or place + size > end:
                break
            if kind == b"jumb" and depth < JUMBF_DEPTH_MAX:
                waiting.append((place + head, place + size, label, depth + 1))
            elif kind == b"jumd":
                label = f"{label}/{_label(store[place + head : place + size])}".strip("/")
            else:
                yield label, kind, store[place + head : place + size]
            place += size


def _label(description: bytes) -> str:
    if len(description) < 18 or not description[16] & 2:
        return ""
    return description[17:].partition(b"\0")[0][:80].decode("utf-8", "replace")


def _texts(label: str, kind: bytes, content: bytes) -> Iterator[tuple[str, str]]:
    name = label.rpartition("/")[2]
    if kind == b"cbor":
        yield from _flat(name, _cbor(content))
    elif kind == b"json":
        try:
            yield from _flat(name, json.loads(content))
        except (ValueError, RecursionError):
            yield from _runs(name, content)
    else:  # a picture, say: its bytes read like words and are none
        yield name or kind.decode("latin-1"), f"{len(content)} bytes"


def _runs(name: str, content: bytes) -> Iterator[tuple[str, str]]:
    for run in _WORDS.findall(content):
        yield name, run.decode("ascii")


def _flat(name: str, value: Any) -> Iterator[tuple[str, str]]:
    """Texts of a tree; bytes (certificates, signatures) give their readable runs."""
    waiting = [(name, value, 0)]
    while waiting:
        name, value, depth = waiting.pop()
        if isinstance(value, str) and value:
            yield name, value
        elif isinstance(value, bytes):
            yield from _runs(name, value[:16384])
        elif isinstance(value, dict) and depth < JUMBF_DEPTH_MAX:
            waiting += [
                (f"{name} {key}" if isinstance(key, str) else name, part, depth + 1) for key, part in value.items()
            ]
        elif isinstance(value, list) and depth < JUMBF_DEPTH_MAX:
            waiting += [(name, part, depth + 1) for part in value]


def _cbor(data: bytes) -> Any:
    """The first item; what cannot be read is its bytes, so that their readable runs are told."""
    try:
        return _Cbor(data).item(0)
    except (_BrokenError, IndexError, struct.error, OverflowError, MemoryError):
        return data


class _Cbor:
    """A reader of one CBOR item; every length is held against what is there."""

    def __init__(self, data: bytes) -> None:
        self._data, self._place, self._left = data, 0, JUMBF_VALUES_MAX * 4

    def item(self, depth: int) -> Any:
        self._left -= 1
        if depth > JUMBF_DEPTH_MAX or self._left < 0:
            raise _BrokenError
        first = self._take(1)[0]
        major, minor = first >> 5, first & 31
        if major == 7:
            return self._simple(minor)
        if minor == 31:
            return self._endless(major, depth)
        number = minor if minor < 24 else int.from_bytes(self._take(1 << (minor - 24)), "big")
        return self._sized(major, number, depth)

    def _sized(self, major: int, number: int, depth: int) -> Any:
        if major < 2:
            return number if major == 0 else -1 - number
        if major in (2, 3):
            data = self._take(number)
            return data if major == 2 else data.decode("utf-8", "replace")
        if major == 6:
            return self.item(depth + 1)
        if number > len(self._data) - self._place:
            raise _BrokenError
        if major == 4:
            return [self.item(depth + 1) for _ in range(number)]
        return {self._key(depth): self.item(depth + 1) for _ in range(number)}

    def _endless(self, major: int, depth: int) -> Any:
        parts = []
        while (part := self.item(depth + 1)) is not _BREAK:
            parts.append(part)
        if major == 4:
            return parts
        if major == 5:
            return {str(key)[:80]: value for key, value in zip(parts[::2], parts[1::2], strict=False)}
        return "".join(map(str, parts)) if major == 3 else b"".join(part for part in parts if isinstance(part, bytes))

    def _key(self, depth: int) -> str:
        return str(self.item(depth + 1))[:80]

    def _simple(self, minor: int) -> Any:
        if minor in (25, 26, 27):
            self._take(1 << (minor - 24))
            return None
        if minor == 31:
            return _BREAK
        return _SIMPLE.get(minor)

    def _take(self, count: int) -> bytes:
        if count > len(self._data) - self._place:
            raise _BrokenError
        self._place += count
        return self._data[self._place - count : self._place]
