"""EBML elements: an identifier, a size, a body (RFC 8794); they are written in the fewest bytes."""

from __future__ import annotations

import math
import struct
from typing import Final

from witnesskit.errors.media import BadMedia, MediaCut, MediaTooLarge
from witnesskit.media_limits import MATROSKA_ELEMENTS_MAX
from witnesskit.model import SeekableReader

UNKNOWN_SIZE: Final = -1
HEAD_MAX: Final = 12  # bytes of an identifier (4) and a size (8)
_WIDTHS: Final = tuple(9 - byte.bit_length() for byte in range(256))  # bytes of a number by its first byte; 9: none
Fields = list[tuple[int, bytes]]


def read_head(data: bytes, place: int) -> tuple[int, int, int]:
    """Identifier, place of the body, size of the body (or ``UNKNOWN_SIZE``) of the element at ``place``."""
    if place >= len(data):
        raise MediaCut("an element is cut")
    width = _WIDTHS[data[place]]
    if width > 4:
        raise BadMedia("what should be an element is none")
    at = place + width
    if at >= len(data):
        raise MediaCut("an element is cut")
    size, body = read_number(data, at)
    return int.from_bytes(data[place:at], "big"), body, size


def read_number(data: bytes, place: int) -> tuple[int, int]:
    """A number of variable length at ``place``, ``UNKNOWN_SIZE`` for all ones; and the place behind it."""
    if place >= len(data):
        raise MediaCut("a number is cut")
    width = _WIDTHS[data[place]]
    end = place + width
    if width > 8:
        raise BadMedia("a number is longer than eight bytes")
    if end > len(data):
        raise MediaCut("a number is cut")
    ones = (1 << 7 * width) - 1
    value = int.from_bytes(data[place:end], "big") & ones
    return (UNKNOWN_SIZE if value == ones else value), end


def children(body: bytes) -> Fields:
    """Identifiers and bodies inside a master element."""
    found: Fields = []
    place = 0
    while place < len(body):
        name, start, size = read_head(body, place)
        if size < 0 or start + size > len(body):
            raise BadMedia("an element leaves the one around it")
        found.append((name, body[start : start + size]))
        place = start + size
        if len(found) > MATROSKA_ELEMENTS_MAX:
            raise MediaTooLarge("elements")
    return found


def one(fields: Fields, name: int) -> bytes | None:
    """The body of the only element ``name``; ``None`` if there is none."""
    bodies = [body for found, body in fields if found == name]
    if len(bodies) > 1 and len(set(bodies)) > 1:
        raise BadMedia(f"element {name:x} stands twice")
    return bodies[0] if bodies else None


def number(fields: Fields, name: int, default: int = 0, most: int = 0xFFFFFFFF) -> int:
    """An unsigned number; ``default`` where it is absent or empty."""
    body = one(fields, name)
    if not body:
        return default
    value = int.from_bytes(body, "big")
    if len(body) > 8 or value > most:
        raise BadMedia(f"the number in element {name:x} is too large")
    return value


def real(fields: Fields, name: int) -> float | None:
    """A floating-point number; ``None`` where it is absent or empty."""
    body = one(fields, name)
    if not body:
        return None
    if len(body) not in (4, 8):
        raise BadMedia("a floating-point number of odd length")
    value: float = struct.unpack(">f" if len(body) == 4 else ">d", body)[0]
    if not math.isfinite(value):
        raise BadMedia("a floating-point number that is none")
    return value


def text(fields: Fields, name: int) -> str:
    """A string without the zeros that may follow it; empty where it is absent."""
    return (one(fields, name) or b"").split(b"\0")[0].decode("utf-8", "replace")


def size_bytes(size: int) -> bytes:
    """``size`` as a number of least length."""
    width = 1
    while size >= (1 << 7 * width) - 1:
        width += 1
    return (size | 1 << 7 * width).to_bytes(width, "big")


def make(name: int, *parts: bytes) -> bytes:
    """A whole element."""
    body = b"".join(parts)
    return name_bytes(name) + size_bytes(len(body)) + body


def name_bytes(name: int) -> bytes:
    """An identifier as it is stored."""
    return name.to_bytes((name.bit_length() + 7) // 8, "big")


def make_number(name: int, value: int) -> bytes:
    """An unsigned number in at least one byte."""
    return make(name, value.to_bytes(max(1, (value.bit_length() + 7) // 8), "big"))


def make_signed(name: int, value: int) -> bytes:
    """A signed number in at least one byte."""
    return make(name, value.to_bytes((value if value >= 0 else ~value).bit_length() // 8 + 1, "big", signed=True))


def make_real(name: int, value: float) -> bytes:
    """A floating-point number of eight bytes; minus zero becomes zero."""
    return make(name, struct.pack(">d", value + 0.0))


class Source:
    """Reads ahead by ``window`` bytes, so that small elements cost no read each."""

    def __init__(self, reader: SeekableReader, window: int) -> None:
        self.reader, self._window = reader, window
        self._start, self._data = 0, b""
        self.size = reader.size

    def get(self, offset: int, size: int) -> tuple[bytes, int]:
        """A buffer and where in it ``offset`` is; ``size`` bytes follow. Raises ``MediaCut``."""
        at = offset - self._start
        if at < 0 or at + size > len(self._data):
            self._data = b""
            self._data = self.reader.read_at(offset, max(size, self._window))
            self._start, at = offset, 0
            if len(self._data) < size:
                raise MediaCut("inside the film")
        return self._data, at

    def bytes_at(self, offset: int, size: int) -> bytes:
        """``size`` bytes from ``offset``."""
        data, at = self.get(offset, size)
        return data[at : at + size]

    def head(self, place: int, limit: int) -> tuple[int, int, int]:
        """Identifier, place of the body and size (or ``UNKNOWN_SIZE``) of the element at ``place``."""
        data, at = self.get(place, min(HEAD_MAX, limit - place))
        name, body, size = read_head(data, at)
        return name, place + body - at, size
