"""Which rewriter makes the copy of which kind of file: an explicit list, and everything else is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from witnesskit.errors.strip import UnknownFormat
from witnesskit.model import DEFAULT_CHOICES, SeekableReader, Sink, StripChoices, StripResult

Rewriter = Callable[[SeekableReader, Sink, StripChoices], StripResult]


def _jpeg() -> Rewriter:
    from witnesskit.strip.jpeg import strip_jpeg

    return strip_jpeg


def _film() -> Rewriter:
    from witnesskit.strip.isobmff import strip_isobmff

    return strip_isobmff


def _matroska() -> Rewriter:
    from witnesskit.strip.matroska import strip_matroska

    return strip_matroska


REWRITERS: Final[dict[str, Callable[[], Rewriter]]] = {
    "image/jpeg": _jpeg,
    "video/mp4": _film,
    "video/quicktime": _film,
    "video/x-matroska": _matroska,
    "video/webm": _matroska,
}


def strip(
    reader: SeekableReader, media_type: str, sink: Sink, choices: StripChoices = DEFAULT_CHOICES
) -> StripResult:
    """Write the shareable copy of ``reader``, a file of ``media_type``, to ``sink``, in order.

    Raises ``UnknownFormat`` for every other type, the leaves of ``errors/media.py`` and ``errors/strip.py``;
    after a refusal what the sink took must be destroyed.
    """
    rewriter = REWRITERS.get(media_type)
    if rewriter is None:
        raise UnknownFormat(media_type)
    return rewriter()(reader, sink, choices)
