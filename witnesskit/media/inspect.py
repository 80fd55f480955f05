"""What a file gives away: each container has its own reader, and what has none is UNKNOWN, never clean."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from witnesskit.errors import WitnesskitError
from witnesskit.media.probe import HEAD_SIZE, media_type
from witnesskit.model import Finding, Inspection, SeekableReader

Inspector = Callable[[SeekableReader], Inspection]


def _jpeg() -> Inspector:
    from witnesskit.media.inspect_jpeg import inspect_jpeg

    return inspect_jpeg


def _film() -> Inspector:
    from witnesskit.media.inspect_isobmff import inspect_isobmff

    return inspect_isobmff


def _matroska() -> Inspector:
    from witnesskit.media.inspect_matroska import inspect_matroska

    return inspect_matroska


INSPECTORS: Final[dict[str, Callable[[], Inspector]]] = {
    "image/jpeg": _jpeg,
    "video/mp4": _film,
    "video/quicktime": _film,
    "video/x-matroska": _matroska,
    "video/webm": _matroska,
}


def inspect(reader: SeekableReader) -> Inspection:
    """Inspect a picture, film or sound; never raises on its content.

    CLEAN only where a reader of ours understood every byte; hostile files belong in the jail's child.
    """
    kind = media_type(reader.read_at(0, HEAD_SIZE))
    known = INSPECTORS.get(kind)
    if known is None:
        return Inspection(Finding.UNKNOWN, kind, reason="no reader of ours knows this kind of file")
    try:
        return known()(reader)
    except WitnesskitError as refusal:
        return Inspection(Finding.UNKNOWN, kind, reason=f"{refusal.code} {refusal.detail}".strip())
