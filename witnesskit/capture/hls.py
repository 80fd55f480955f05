"""An HLS media playlist (RFC 8216) as a list of pieces; only what can be joined as served is taken."""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

from witnesskit.capture.plan import Segment
from witnesskit.limits import SEGMENTS_MAX

_URI = re.compile(r'URI="([^"]*)"')
_RANGE = re.compile(r'BYTERANGE="?(\d{1,18})(?:@(\d{1,18}))?')
_METHOD = re.compile(r"METHOD=([A-Z0-9-]+)")


class NotJoinable(Exception):
    """The pieces cannot be joined as served; ``reason`` is a stable word. Stays inside the capture room."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def parse(untrusted_text: str, url: str) -> tuple[tuple[Segment, ...], bool]:
    """(pieces in order, whether the playlist has its end mark); raises NotJoinable.

    Encrypted pieces, several initialisation sections and playlists of playlists are not joined.
    """
    if not untrusted_text.lstrip("\ufeff \r\n\t").startswith("#EXTM3U"):
        raise NotJoinable("not-a-playlist")
    reader = _Reader(url)
    for line in untrusted_text.splitlines():
        reader.line(line.strip())
    if not reader.pieces:
        raise NotJoinable("no-segments")
    return tuple(reader.pieces), reader.ended


class _Reader:
    def __init__(self, url: str) -> None:
        self.pieces: list[Segment] = []
        self.ended = False
        self._url = url
        self._range = ""
        self._next_start = 0
        self._maps: set[Segment] = set()

    def line(self, line: str) -> None:
        if not line:
            return
        if not line.startswith("#"):
            self._add(line)
        elif line.startswith("#EXT-X-STREAM-INF"):
            raise NotJoinable("playlist-of-playlists")
        elif line.startswith("#EXT-X-KEY"):
            found = _METHOD.search(line)
            if not found or found[1] != "NONE":
                raise NotJoinable("encrypted")
        elif line.startswith("#EXT-X-MAP"):
            self._map(line)
        elif line.startswith("#EXT-X-BYTERANGE:"):
            self._range = "BYTERANGE=" + line.partition(":")[2]
        elif line == "#EXT-X-ENDLIST":
            self.ended = True

    def _map(self, line: str) -> None:
        found = _URI.search(line)
        if not found:
            raise NotJoinable("bad-playlist")
        piece = self._piece(found[1], line)
        if piece in self._maps:
            return
        if self._maps:
            raise NotJoinable("several-initialisations")
        self._maps.add(piece)
        self.pieces.append(piece)

    def _add(self, uri: str) -> None:
        if len(self.pieces) >= SEGMENTS_MAX:
            raise NotJoinable("too-many-segments")
        self.pieces.append(self._piece(uri, self._range))
        self._range = ""

    def _piece(self, uri: str, range_text: str) -> Segment:
        try:
            url = urljoin(self._url, uri)
            scheme = urlsplit(url).scheme
        except ValueError:
            raise NotJoinable("bad-playlist") from None
        if scheme not in ("http", "https"):
            raise NotJoinable("bad-playlist")
        found = _RANGE.search(range_text)
        if not found or int(found[1]) == 0:
            return Segment(url)
        start = int(found[2]) if found[2] else self._next_start
        self._next_start = start + int(found[1])
        return Segment(url, start, self._next_start - 1)
