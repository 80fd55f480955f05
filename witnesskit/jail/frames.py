"""The pipe between parent and child: kind (1 byte), length (4 bytes, little-endian), that many bytes.

Both directions use it. To the child: perhaps ``AHEAD``, names of calls that will come, so that it loads what
they need; ``REQUEST``, then ``KEY`` for each sealed source. From the child for each request:
``LEVEL`` first, before any hostile byte is read; then any number of ``OUTPUT``; last one ``REPLY`` or one
``ERROR``; then it waits for the next request.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Final

from witnesskit.errors.jail import JailGarbage
from witnesskit.limits import JAIL_FRAME_MAX, JAIL_REPLY_MAX, JAIL_REQUEST_MAX

AHEAD: Final = b"A"
REQUEST: Final = b"Q"
KEY: Final = b"K"
LEVEL: Final = b"L"
OUTPUT: Final = b"O"
REPLY: Final = b"R"
ERROR: Final = b"E"

_HEAD: Final = struct.Struct("<cI")
_MAXIMA: Final = {
    AHEAD: 64,
    REQUEST: JAIL_REQUEST_MAX,
    KEY: 64,
    LEVEL: 1024,
    OUTPUT: JAIL_FRAME_MAX,
    REPLY: JAIL_REPLY_MAX,
    ERROR: 1024,
}

ReadExactly = Callable[[int], bytes]


def pack(kind: bytes, payload: bytes) -> bytes:
    """One frame; raises ValueError when ``payload`` is above the maximum of its kind."""
    return head(kind, len(payload)) + payload


def head(kind: bytes, length: int) -> bytes:
    """What stands before a payload of ``length`` bytes; raises ValueError above the maximum of its kind."""
    if length > _MAXIMA[kind]:
        raise ValueError(f"a frame of {length} bytes, at most {_MAXIMA[kind]}")
    return _HEAD.pack(kind, length)


def read(read_exactly: ReadExactly) -> tuple[bytes, bytes]:
    """The next frame as (kind, payload); raises JailGarbage for an unknown kind or too long a frame.

    ``read_exactly(n)`` returns n bytes or raises.
    """
    kind, length = read_head(read_exactly)
    return kind, read_exactly(length)


def read_head(read_exactly: ReadExactly) -> tuple[bytes, int]:
    """Kind and length of the next frame, whose payload comes next; raises as ``read`` does."""
    kind, length = _HEAD.unpack(read_exactly(_HEAD.size))
    if kind not in _MAXIMA:
        raise JailGarbage("unknown kind of frame")
    if length > _MAXIMA[kind]:
        raise JailGarbage("a frame is too long")
    return kind, length
