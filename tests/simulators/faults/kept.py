"""What must be kept of a case, in words, and the very bytes that the words mean."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Mapping

from .bodies import HALF, IV, SIZE, body, joined, poster, sealed_pieces, segment, sha256, subtitle

Files = Callable[[], list[bytes]]

ALL = f"all {SIZE} bytes"
HALF_OF_IT = f"the first half ({HALF} bytes)"
BOTH = f"{HALF_OF_IT}, and beside it all of the other file"
SHORTER = f"{HALF_OF_IT}, and beside it all 100000 bytes of the other file"
AGAIN = f"{HALF_OF_IT}, and beside it all {SIZE} bytes that came afterwards"
AND_PAGE = f"{HALF_OF_IT}, and beside it the page"
PACKED = "the packed bytes as they were sent"
TWO = "both films"
FIRST = "all of the film that is there"
WITH_OTHERS = "the film, its poster and both subtitles"
PIECES = "all 6 pieces, joined as served"
NO_THIRD = "pieces 1, 2, 4, 5 and 6"
PAGE_INSIDE = "pieces 1, 2, 4, 5 and 6, and the page apart or in its place"
THREE = "pieces 1, 2 and 3"
CUT_PIECE = "pieces 1 and 2, and what came of 3"
ENCRYPTED = "all 6 encrypted pieces as served"
ENCRYPTED_IV = "all 6 encrypted pieces as served (their IV is named)"
MAPPED = "3 pieces with 2 initialisation sections, in their places"
JUMPED = "pieces 1, 2, 4, 5 and 6 (3 slid out of the list)"
FIRST_LOOKS = "the 4 pieces that were named before the list was gone"
STREAMS = "both streams, all 6 pieces of each"
STREAMS_GAP = "all 6 pieces of the picture, and 5 of the sound"
PAGE = "no film; the page that came in its place"
ANSWER = "no film; the answer itself"
PART = "no film; what came of the page"
SOME = "the beginning, as far as it came"
NOTHING = "nothing"
CERTIFICATE = "nothing; the certificate that was shown"


def _film() -> bytes:
    return body(1)


def _half() -> bytes:
    return body(1)[:HALF]


def _pieces(*numbers: int) -> bytes:
    return b"".join(segment(number) for number in numbers)


def _mapped() -> bytes:
    return segment(1, "map") + _pieces(1, 2) + segment(2, "map") + _pieces(3)


# words -> the files; words that are not here mean no file, or one whose length hangs on the tool's patience
FILES: Mapping[str, Files] = {
    ALL: lambda: [_film()],
    HALF_OF_IT: lambda: [_half()],
    BOTH: lambda: [_half(), body(2)],
    SHORTER: lambda: [_half(), _film()[:100_000]],
    AGAIN: lambda: [_half(), _film()],
    PACKED: lambda: [gzip.compress(_film(), mtime=0)],
    TWO: lambda: [_film(), body(2)],
    FIRST: lambda: [_film()],
    WITH_OTHERS: lambda: [_film(), subtitle("kk"), subtitle("ru"), poster()],
    PIECES: lambda: [joined()],
    NO_THIRD: lambda: [joined(leave_out=3)],
    THREE: lambda: [_pieces(1, 2, 3)],
    CUT_PIECE: lambda: [_pieces(1, 2) + segment(3)[:10_000]],
    ENCRYPTED: lambda: [sealed_pieces()],
    ENCRYPTED_IV: lambda: [sealed_pieces(IV)],
    MAPPED: lambda: [_mapped()],
    JUMPED: lambda: [joined(leave_out=3)],
    FIRST_LOOKS: lambda: [_pieces(1, 2, 3, 4)],
    STREAMS: lambda: [joined("video"), joined("audio")],
    STREAMS_GAP: lambda: [joined("video"), joined("audio", leave_out=3)],
}


def told(words: str) -> list[dict[str, object]]:
    """Size and SHA-256 of each file that must be kept, as ``/cases.json`` gives them."""
    return [{"bytes": len(data), "sha256": sha256(data)} for data in FILES[words]()] if words in FILES else []
