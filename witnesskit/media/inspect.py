"""What a file gives away: each container has its own reader, and what has none is UNKNOWN, never clean."""

from __future__ import annotations

from collections.abc import Callable

from witnesskit.errors import WitnesskitError
from witnesskit.media.inspect_jpeg import inspect_jpeg
from witnesskit.media.probe import HEAD_SIZE, media_type
from witnesskit.model import Finding, Inspection, SeekableReader


def inspect(reader: SeekableReader) -> Inspection:
    """Inspect a picture or film; never raises on its content.

    CLEAN only where a reader of ours understood every byte; hostile files belong in the jail's child.
    """
    kind = media_type(reader.read_at(0, HEAD_SIZE))
    try:
        return _reader_of(kind)(reader)
    except WitnesskitError as refusal:
        return Inspection(Finding.UNKNOWN, kind, reason=f"{refusal.code} {refusal.detail}".strip())


def _reader_of(kind: str) -> Callable[[SeekableReader], Inspection]:
    if kind == "image/jpeg":
        return inspect_jpeg
    if kind in ("video/mp4", "video/quicktime"):
        from witnesskit.media.inspect_isobmff import inspect_isobmff

        return inspect_isobmff
    return _unknown


def _unknown(_: SeekableReader) -> Inspection:
    return Inspection(Finding.UNKNOWN, "", reason="no reader of ours knows this kind of file")
