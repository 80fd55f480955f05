"""Tags around the frames of an MP3 file: how far each reaches (ID3v1, ID3v2, APEv2, Lyrics3)."""

from __future__ import annotations

from typing import Final

from witnesskit.media_limits import MP3_TAGS_MAX
from witnesskit.model import SeekableReader

Tag = tuple[str, int, int]  # name, first byte, the byte behind it
_LYRICS_MAX: Final = 5_200  # bytes of Lyrics3 v1 with its marks


def tag_size(head: bytes) -> int:
    """Bytes of the ID3v2 or APEv2 tag that begins with ``head`` (32 bytes); 0 if none does."""
    if head[:3] == b"ID3" and len(head) >= 10 and head[3] < 255 and head[4] < 255 and max(head[6:10]) < 128:
        return 10 + _synchsafe(head[6:10]) + 10 * (head[5] >> 4 & 1)
    if head[:8] == b"APETAGEX" and len(head) == 32 and head[23] & 0x20:
        return 32 + int.from_bytes(head[12:16], "little")
    return 0


def _synchsafe(raw: bytes) -> int:
    return (raw[0] << 21) + (raw[1] << 14) + (raw[2] << 7) + raw[3]


def tags_in_front(reader: SeekableReader) -> list[Tag]:
    """Tags before the first frame, in order; one that is longer than the file is none."""
    found: list[Tag] = []
    place = 0
    while len(found) < MP3_TAGS_MAX:
        head = reader.read_at(place, 32)
        size = tag_size(head)
        if not size or place + size > reader.size:
            break
        found.append(("ID3v2" if head[:3] == b"ID3" else "APEv2", place, place + size))
        place += size
    return found


def tags_behind(reader: SeekableReader, start: int) -> list[Tag]:
    """Tags behind the last frame, in the order of the file; none reaches before ``start``."""
    found: list[Tag] = []
    end = reader.size
    while len(found) < MP3_TAGS_MAX:
        name, size = _ending_at(reader, end)
        if not size or end - size < start:
            break
        found.append((name, end - size, end))
        end -= size
    return found[::-1]


def _ending_at(reader: SeekableReader, end: int) -> tuple[str, int]:
    """Name and bytes of the tag whose last byte is before ``end``; 0 if there is none."""
    tail = reader.read_at(max(0, end - 227), min(227, end))
    if len(tail) >= 128 and tail[-128:-125] == b"TAG":
        return "ID3v1", 128
    if len(tail) == 227 and tail[:4] == b"TAG+":
        return "ID3v1 enhanced", 227
    if tail[-32:-24] == b"APETAGEX":
        header = 32 if tail[-9] & 0x80 else 0
        return "APEv2", max(32, int.from_bytes(tail[-20:-16], "little")) + header
    if tail[-10:-7] == b"3DI" and max(tail[-4:]) < 128:
        return "ID3v2", 20 + _synchsafe(tail[-4:])
    if tail[-9:] == b"LYRICS200" and tail[-15:-9].isdigit():
        return "Lyrics3", 15 + int(tail[-15:-9])
    if tail[-9:] == b"LYRICSEND":
        first = max(0, end - _LYRICS_MAX)
        at = reader.read_at(first, end - first).rfind(b"LYRICSBEGIN")
        return "Lyrics3", end - first - at if at >= 0 else 0
    return "", 0
