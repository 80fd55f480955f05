"""An HLS media playlist (RFC 8216) as a list of pieces, in the order in which they are joined as served."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Final
from urllib.parse import urljoin, urlsplit

from witnesskit.capture.plan import Key, Segment
from witnesskit.limits import SEGMENTS_MAX, TARGET_SECONDS_MAX

_ATTRIBUTE = re.compile(r'(?<![A-Z0-9-])([A-Z0-9-]+)=("[^"]*"|[^",]*)')  # a long word is read once
_RANGE = re.compile(r"(\d{1,18})(?:@(\d{1,18}))?")
_NUMBER = re.compile(r"\d{1,15}")
_IV = re.compile(r"0[xX]([0-9A-Fa-f]{1,32})")
_TARGET: Final = 6.0  # seconds, where a playlist names none


class NotJoinable(Exception):
    """The pieces cannot be joined as served; ``reason`` is a stable word. Stays inside the capture room."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Playlist:
    """One reading of a playlist."""

    pieces: tuple[Segment, ...]
    ended: bool  # it has its end mark
    from_start: bool  # nothing was taken off its beginning
    target: float = _TARGET  # seconds of the longest piece

    @property
    def next_sequence(self) -> int:
        """The number after the last piece."""
        return max((piece.sequence for piece in self.pieces if not piece.is_map), default=-1) + 1


def parse(untrusted_text: str, url: str) -> Playlist:
    """Read a playlist that came from ``url``; raises NotJoinable, also for a playlist of playlists."""
    if not untrusted_text.lstrip("\ufeff \r\n\t").startswith("#EXTM3U"):
        raise NotJoinable("not-a-playlist")
    reader = _Reader(url)
    for line in untrusted_text.splitlines():
        reader.line(line.strip())
    if not any(not piece.is_map for piece in reader.pieces):
        raise NotJoinable("no-segments")
    whole = reader.kind in ("EVENT", "VOD") or reader.first == 0 or (reader.ended and reader.kind != "LIVE")
    return Playlist(tuple(reader.pieces), reader.ended, whole, reader.target)


@dataclass
class _Reader:
    url: str
    pieces: list[Segment] = field(default_factory=list)
    ended: bool = False
    kind: str = ""
    first: int = 0
    target: float = _TARGET
    _sequence: int = 0
    _range: str = ""
    _next_start: int = 0
    _key: Key | None = None
    _map: Segment | None = None
    _absent: bool = False

    def line(self, line: str) -> None:
        if not line:
            return
        if not line.startswith("#"):
            self._add(line)
            return
        name, _, value = line.partition(":")
        match name:
            case "#EXT-X-STREAM-INF":
                raise NotJoinable("playlist-of-playlists")
            case "#EXT-X-DEFINE":  # names are put into addresses: not understood, so not guessed
                raise NotJoinable("variables")
            case "#EXT-X-ENDLIST":
                self.ended = True
            case "#EXT-X-GAP":
                self._absent = True
            case "#EXT-X-BYTERANGE":
                self._range = value
            case _:
                self._valued(name, value)

    def _valued(self, name: str, value: str) -> None:
        match name:
            case "#EXT-X-KEY":
                self._key = self._read_key(value)
            case "#EXT-X-MAP":
                self._read_map(value)
            case "#EXT-X-PLAYLIST-TYPE":
                self.kind = value.strip()
            case "#EXT-X-MEDIA-SEQUENCE":
                self.first = self._sequence = int(value) if _NUMBER.fullmatch(value) else 0
            case "#EXT-X-TARGETDURATION":
                self.target = min(float(value), TARGET_SECONDS_MAX) if _NUMBER.fullmatch(value) else _TARGET

    def _read_key(self, value: str) -> Key | None:
        found = _attributes(value)
        method = found.get("METHOD", "")
        if method == "NONE":
            return None
        iv = _IV.fullmatch(found.get("IV", ""))
        key = Key(method, "", iv[1].rjust(32, "0").lower() if iv else "", found.get("KEYFORMAT", "identity"))
        uri = found.get("URI", "")
        return replace(key, url=self._absolute(uri) if key.opens else uri)

    def _read_map(self, value: str) -> None:
        found = _attributes(value)
        if not found.get("URI"):
            raise NotJoinable("bad-playlist")
        piece = self._piece(found["URI"], found.get("BYTERANGE", ""), is_map=True)
        if (known := replace(piece, sequence=0)) != self._map:
            self._map = known
            self.pieces.append(piece)

    def _add(self, uri: str) -> None:
        if len(self.pieces) >= SEGMENTS_MAX:
            raise NotJoinable("too-many-segments")
        self.pieces.append(self._piece(uri, self._range))
        self._range, self._absent = "", False
        self._sequence += 1

    def _piece(self, uri: str, range_text: str, *, is_map: bool = False) -> Segment:
        start, end = self._span(range_text)
        absent = self._absent and not is_map
        return Segment(self._absolute(uri), start, end, self._sequence, self._key, is_map, absent)

    def _span(self, text: str) -> tuple[int, int | None]:
        found = _RANGE.fullmatch(text.strip())
        if not found or int(found[1]) == 0:
            return 0, None
        start = int(found[2]) if found[2] else self._next_start
        self._next_start = start + int(found[1])
        return start, self._next_start - 1

    def _absolute(self, uri: str) -> str:
        try:
            url = urljoin(self.url, uri)
            scheme = urlsplit(url).scheme
        except ValueError:
            raise NotJoinable("bad-playlist") from None
        if scheme not in ("http", "https"):
            raise NotJoinable("bad-playlist")
        return url


def _attributes(text: str) -> dict[str, str]:
    return {name: value.strip('"') for name, value in _ATTRIBUTE.findall(text)}
