"""The pipe between parent and worker: kind (1 byte), stream (2), length (4, both little-endian), then the bytes.

To the worker: ``JOB`` frames. From it: ``MESSAGE`` (canonical JSON), ``PAGE``, ``WIRE`` and ``MEDIA`` (raw bytes).
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from witnesskit.errors.capture import WorkerGarbage
from witnesskit.limits import CAPTURE_FRAME_MAX, CAPTURE_JOB_MAX, CAPTURE_MESSAGE_MAX

JOB: Final = b"J"
MESSAGE: Final = b"m"
PAGE: Final = b"p"
WIRE: Final = b"w"
MEDIA: Final = b"b"
HEAD: Final = struct.Struct("<cHI")
_MAXIMA: Final = {
    JOB: CAPTURE_JOB_MAX,
    MESSAGE: CAPTURE_MESSAGE_MAX,
    PAGE: CAPTURE_FRAME_MAX,
    WIRE: CAPTURE_FRAME_MAX,
    MEDIA: CAPTURE_FRAME_MAX,
}
_RAW: Final = (PAGE, WIRE, MEDIA)

Read = Callable[[int], bytes]  # up to n bytes; fewer only when the other side is gone


@dataclass(frozen=True)
class Frame:
    """One frame; ``whole`` False when the other side went away inside it (only raw bytes are given then)."""

    kind: bytes
    stream: int
    payload: bytes
    whole: bool = True


def head(kind: bytes, stream: int, length: int) -> bytes:
    """The seven bytes before a payload of ``length`` bytes; raises ValueError above the maximum of the kind."""
    if length > _MAXIMA[kind]:
        raise ValueError(f"a frame of {length} bytes, at most {_MAXIMA[kind]}")
    return HEAD.pack(kind, stream, length)


def read(read_up_to: Read) -> Frame | None:
    """The next frame; None when the other side has gone. Raises WorkerGarbage for what is no frame."""
    start = read_up_to(HEAD.size)
    if len(start) < HEAD.size:
        return None
    kind, stream, length = HEAD.unpack(start)
    if kind not in _MAXIMA:
        raise WorkerGarbage("unknown kind of frame")
    if length > _MAXIMA[kind]:
        raise WorkerGarbage("a frame is too long")
    payload = read_up_to(length)
    if len(payload) == length:
        return Frame(kind, stream, payload)
    return Frame(kind, stream, payload, whole=False) if kind in _RAW else None
