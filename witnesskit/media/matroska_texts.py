"""What elements that no clean film holds give away: tags, titles, chapters, attached files, dates, identifiers."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from witnesskit.media.groups import VALUE_MAX, group_of, shown
from witnesskit.media.inspect_jpeg import inspect_jpeg
from witnesskit.media.probe import HEAD_SIZE, media_type
from witnesskit.media.walk_matroska import Visit, Window
from witnesskit.media_model import Revelation
from witnesskit.model import SeekableReader

_EPOCH: Final = datetime(2001, 1, 1, tzinfo=UTC)
_GROUPS: Final = {
    "DateUTC": "when", "MuxingApp": "software", "WritingApp": "software", "Title": "who", "SegmentFilename": "who",
    "PrevFilename": "who", "NextFilename": "who", "Name": "who", "CodecName": "software", "CodecSettings": "software",
    "FileName": "who", "FileDescription": "who", "FileData": "inside", "ChapString": "who", "Language": "where",
    "LanguageBCP47": "where", "ChapLanguage": "where", "ChapCountry": "where", "TagLanguage": "where",
    "SegmentUUID": "device", "SegmentFamily": "device", "Void": "inside",
}  # fmt: skip
_QUIET: Final = frozenset({"Language", "ChapLanguage", "TagLanguage", "LanguageBCP47"})


@dataclass(frozen=True)
class _Part:
    """A file attached to the film, as a reader of its own."""

    reader: SeekableReader
    start: int
    size: int

    def read_at(self, offset: int, length: int, /) -> bytes:
        return self.reader.read_at(self.start + offset, min(length, max(0, self.size - offset)))


@dataclass
class Texts:
    """Tells elements apart by what stands near them: the name of a tag comes before its value."""

    window: Window
    tag: str = ""

    def of(self, visit: Visit) -> Iterator[Revelation]:
        """What the element at ``visit``, a leaf, gives away."""
        name = visit.path.rpartition("/")[2]
        raw = self.window.take(visit.body, visit.stop, VALUE_MAX)
        if name == "TagName":
            self.tag = shown(raw)
            yield Revelation("other", visit.path, name, self.tag)
        elif name in ("TagString", "TagBinary"):
            group = group_of(self.tag, "who")
            yield Revelation(group, "Segment/Tags", self.tag or name, shown(raw.rstrip(b"\0")))
        elif name == "FileData":
            yield from self._file(visit)
        elif name == "Void":
            text = shown(raw.strip(b"\0")) if any(raw) else f"{visit.stop - visit.start} bytes"
            yield Revelation("inside", visit.path, "hidden bytes" if any(raw) else "padding", text)
        else:
            group = _GROUPS.get(name) or ("other" if name in _QUIET else group_of(name))
            yield Revelation(group, visit.path, name, value_of(visit.kind, raw))

    def _file(self, visit: Visit) -> Iterator[Revelation]:
        part = _Part(self.window.reader, visit.body, visit.stop - visit.body)
        kind = media_type(part.read_at(0, HEAD_SIZE))
        said = shown(part.read_at(0, 400))
        yield Revelation("inside", visit.path, f"attached file {kind}".strip(), f"{part.size} bytes {said}".strip())
        if kind == "image/jpeg":
            for one in inspect_jpeg(part).revelations:
                yield Revelation(one.group, f"{visit.path}/{one.place}", one.name, one.value)


def value_of(kind: str, raw: bytes) -> str:
    """The value of an element as a person reads it."""
    if kind == "u" and len(raw) <= 8:
        return str(int.from_bytes(raw, "big"))
    if kind == "i" and len(raw) <= 8:
        return str(int.from_bytes(raw, "big", signed=True))
    if kind == "f" and len(raw) in (4, 8):
        return f"{struct.unpack('>f' if len(raw) == 4 else '>d', raw)[0]:g}"
    if kind == "d" and len(raw) == 8:
        nanoseconds = int.from_bytes(raw, "big", signed=True)
        try:
            return (_EPOCH + timedelta(microseconds=nanoseconds // 1000)).strftime("%Y-%m-%dT%H:%M:%SZ")
        except OverflowError:
            return f"{nanoseconds} nanoseconds"
    text = shown(raw.rstrip(b"\0"))
    readable = kind != "b" or all(0x20 <= byte < 0x7F for byte in raw)
    return text if readable and text else raw[:80].hex()
