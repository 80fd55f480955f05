"""A zip file brought by hand: listed and read through the open file, never unpacked to a disk, bounded."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from witnesskit.capture.facts import clean
from witnesskit.capture.localfile import LocalFile
from witnesskit.errors.capture import BadArchive
from witnesskit.limits import READ_BLOCK, ZIP_DIRECTORY_MAX, ZIP_MEMBERS_MAX, ZIP_RATIO_MAX

_STARTS: Final = (b"PK\x03\x04", b"PK\x05\x06")
_METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED: Final = 0x1
_FAULTS: Final = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError)


def is_zip(head: bytes) -> bool:
    """Whether a file begins as a zip archive does."""
    return head.startswith(_STARTS)


@dataclass(frozen=True)
class Member:
    """One file of an archive; ``name`` is telling and only a text: it leads nowhere on this computer."""

    number: int  # from 1, in the order of the list
    name: str = field(repr=False)
    size: int  # bytes, as the list says
    reason: str = ""  # why it cannot be read: "encrypted", "method-12", "bomb"

    @property
    def base(self) -> str:
        """The name without folders."""
        return self.name.rpartition("/")[2]


class Archive:
    """An open zip archive."""

    def __init__(self, source: LocalFile) -> None:
        """Read its list; raises BadArchive."""
        try:
            self._zip = zipfile.ZipFile(_Placed(source))
        except _FAULTS:
            raise BadArchive("its list cannot be read") from None
        infos = [info for info in self._zip.infolist() if not info.is_dir()]
        if len(infos) > ZIP_MEMBERS_MAX:
            raise BadArchive(f"more than {ZIP_MEMBERS_MAX} files")
        self._infos = infos
        self.members = tuple(Member(n, _name(info), info.file_size, _reason(info)) for n, info in enumerate(infos, 1))

    def blocks(self, member: Member) -> Iterator[bytes]:
        """A member's bytes, 1 MiB at a time, never more than the list says; raises BadArchive."""
        if member.reason:
            raise BadArchive(member.reason)
        left = member.size
        try:
            with self._zip.open(self._infos[member.number - 1]) as stream:
                while left and (block := stream.read(min(READ_BLOCK, left))):
                    left -= len(block)
                    yield block
                if left or stream.read(1):
                    raise BadArchive("a file has another length than the list says")
        except _FAULTS:
            raise BadArchive("a file of it is damaged") from None

    def read(self, member: Member, most: int) -> bytes:
        """A small member whole; raises BadArchive, also for one of more than ``most`` bytes."""
        if member.size > most:
            raise BadArchive(f"more than {most} bytes")
        return b"".join(self.blocks(member))


def _reason(info: zipfile.ZipInfo) -> str:
    if info.flag_bits & _ENCRYPTED:
        return "encrypted"
    if info.compress_type not in _METHODS:
        return f"method-{info.compress_type}"
    return "bomb" if info.file_size > max(1, info.compress_size) * ZIP_RATIO_MAX else ""


def _name(info: zipfile.ZipInfo) -> str:
    return str(clean(info.filename))[:1024]


class _Placed(io.RawIOBase):
    """The open file as zipfile wants it; what is read of its list is bounded."""

    def __init__(self, source: LocalFile) -> None:
        self._source = source
        self._place = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self._source.size}[whence]
        if start + offset < 0:
            raise ValueError("before the start")
        self._place = start + offset
        return self._place

    def tell(self) -> int:
        return self._place

    def read(self, size: int = -1) -> bytes:
        length = self._source.size - self._place if size < 0 else size
        if length > ZIP_DIRECTORY_MAX:
            raise ValueError("too much at once")
        data = self._source.read_at(self._place, max(0, length))
        self._place += len(data)
        return data
