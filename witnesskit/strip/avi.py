"""The shareable copy of an AVI film: headers built anew, the chunks of pictures and sound, an index. Nothing else."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from witnesskit.errors.media import MediaCut, MediaTooLarge
from witnesskit.errors.strip import CredentialsKept
from witnesskit.formats.annexb import AnnexB, hash_slices
from witnesskit.formats.avi import Avi, read_avi
from witnesskit.formats.avi_layout import avi_presentation, chunk_name, copy_size, head, index
from witnesskit.formats.avi_streams import LOOKED_INTO, VIDEO
from witnesskit.formats.mjpeg import clean_frame
from witnesskit.formats.mp3 import Window
from witnesskit.formats.mp3_stream import Mp3Stream
from witnesskit.formats.mpeg4_units import clean_pictures
from witnesskit.limits import READ_BLOCK
from witnesskit.media_limits import AVI_SIZE_MAX
from witnesskit.media_model import DEFAULT_CHOICES, EssenceHash, Removal, StripChoices, StripResult
from witnesskit.model import SeekableReader, Sink
from witnesskit.strip.copying import Copying, refuse_if
from witnesskit.strip.remarks import CREDENTIALS_DROPPED, FILM_CUT

MEDIA_TYPE = "video/x-msvideo"


class _Sound:
    """The MP3 sound of one stream, read ahead of the film: its frames reach over the ends of chunks."""

    def __init__(self, reader: SeekableReader, avi: Avi, number: int) -> None:
        self._parts = self._clean(Window(reader, reader.size), avi, number)
        self._held = bytearray()

    def _clean(self, window: Window, avi: Avi, number: int) -> Iterator[bytes]:
        stream = Mp3Stream()
        for at, of in enumerate(avi.streams_of):
            if of == number:
                yield from stream.put(window.read(avi.offsets[at], avi.sizes[at]))
        yield from stream.finish()

    def take(self, size: int) -> bytes:
        """The next ``size`` bytes."""
        while len(self._held) < size:
            self._held += next(self._parts, b"") or bytes(size - len(self._held))
        data = bytes(self._held[:size])
        del self._held[:size]
        return data


@dataclass
class _Work:
    """One stream on its way."""

    coding: str
    plain: int = 0  # bytes of a picture without compression
    hasher: hashlib._Hash = field(default_factory=hashlib.sha256)
    names: dict[str, None] = field(default_factory=dict)
    annexb: AnnexB = field(default_factory=lambda: AnnexB(False))
    sound: _Sound | None = None

    def clean(self, data: bytes) -> bytes:
        """One chunk as the copy holds it, as long as ``data``."""
        if self.coding == "mjpeg":
            fresh = clean_frame(data)
        elif self.coding == "mpeg4":
            fresh = clean_pictures(data, self.names)
        elif self.coding == "h264":
            fresh = self.annexb.clean(data)
        elif self.sound:
            fresh = self.sound.take(len(data))
        elif self.plain and len(data) > self.plain:
            fresh = data[: self.plain].ljust(len(data), b"\0")
        else:
            fresh = data
        if self.coding == "h264":
            hash_slices(fresh, self.hasher)
        else:
            self.hasher.update(fresh)
        return fresh


def strip_avi(reader: SeekableReader, sink: Sink, choices: StripChoices = DEFAULT_CHOICES) -> StripResult:
    """Write a copy of the AVI film in ``reader`` to ``sink``.

    Raises the leaves of errors/media.py, ``UnknownCoding``, ``TextInPictures``, ``CredentialsKept`` where the policy
    asks for it; what the sink raises passes through.
    """
    avi = read_avi(reader)
    if copy_size(avi) > AVI_SIZE_MAX:
        raise MediaTooLarge(f"a film of more than {AVI_SIZE_MAX} bytes")
    credentials = "C2PA" in avi.gone
    if credentials:
        refuse_if(choices.credentials, "keep", CredentialsKept)
    copy, works = Copying(sink), _works(reader, avi)
    copy.put(head(avi))
    blanked = _film(copy, reader, avi, works)
    for part in index(avi):
        copy.put(part)
    return StripResult(
        media_type=MEDIA_TYPE,
        size=copy.size,
        sha256=copy.sha256,
        removed=avi.removed + blanked,
        essence=_essence(avi, works),
        presentation_sha256=avi_presentation(avi),
        kept=_remarks(avi, works) + ((CREDENTIALS_DROPPED,) if credentials else ()),
    )


def _works(reader: SeekableReader, avi: Avi) -> list[_Work]:
    works = [_Work(stream.coding, stream.plain, annexb=AnnexB(stream.from_mp4)) for stream in avi.streams]
    for number, work in enumerate(works):
        if work.coding == "mp3":
            work.sound = _Sound(reader, avi, number)
    return works


def _film(copy: Copying, reader: SeekableReader, avi: Avi, works: list[_Work]) -> tuple[Removal, ...]:
    """Every chunk of the film; gives what was blanked inside of them."""
    window, blanked, size = Window(reader, reader.size), hashlib.sha256(), 0
    names = [chunk_name(avi, number) for number in range(len(works))]
    waiting = bytearray()
    for number, offset, length in zip(avi.streams_of, avi.offsets, avi.sizes, strict=True):
        data = window.read(offset, length)
        if len(data) != length:
            raise MediaCut("inside the film")
        fresh = works[number].clean(data)
        if fresh != data:
            blanked.update(data)
            size += length
        waiting += names[number] + length.to_bytes(4, "little") + fresh + b"\0" * (length % 2)
        if len(waiting) >= READ_BLOCK:
            copy.put(bytes(waiting))
            waiting.clear()
    copy.put(bytes(waiting))
    return (Removal("free data inside pictures or sound", size, blanked.hexdigest()),) if size else ()


def _essence(avi: Avi, works: list[_Work]) -> tuple[EssenceHash, ...]:
    counts, found = {VIDEO: 0, b"auds": 0}, []
    for stream, work in zip(avi.streams, works, strict=True):
        name = f"{'video' if stream.kind == VIDEO else 'audio'}:{counts[stream.kind]}"
        counts[stream.kind] += 1
        definition = "h264-vcl" if work.coding == "h264" else "raw-packets"
        found.append(EssenceHash(name, definition, work.hasher.hexdigest()))
    return tuple(found)


def _remarks(avi: Avi, works: list[_Work]) -> tuple[str, ...]:
    said = [f"the pictures name the program that coded them ({name})" for work in works for name in work.names]
    codings = dict.fromkeys(work.coding for work in works if work.coding not in LOOKED_INTO | {"rgb", "yuv"})
    said += [f"what a decoder passes over inside {coding} was not looked into" for coding in codings]
    return tuple(said) + ((FILM_CUT,) if avi.cut else ())
