"""Write a capsule as bytes arrive (docs/spec/capsule.md). The reader is in capsule_reader.py."""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Callable, Sequence
from pathlib import Path

from witnesskit.errors import WitnesskitError
from witnesskit.errors.capsule import BadCapsule
from witnesskit.errors.sealing import NotWritten
from witnesskit.formats import ustar
from witnesskit.formats.capsule import FILLER, HEADER_NAME, CapsuleHeader, header_bytes, piece_name, split_name
from witnesskit.limits import AGE_CHUNK, CAPSULE_MEMBER_MAX
from witnesskit.model import SealedCapsule
from witnesskit.sealing.capsule_reader import CapsuleReader
from witnesskit.sealing.capsule_stream import StreamWriter
from witnesskit.sealing.chunks import Bytes
from witnesskit.sealing.open import open_with_file_key
from witnesskit.sealing.pieces import PieceReader
from witnesskit.sealing.seal import SealedWriter

__all__ = ["CapsuleReader", "CapsuleWriter", "StreamWriter"]

_ZEROS = bytes(CAPSULE_MEMBER_MAX)


class CapsuleWriter:
    """One capsule being sealed into a new file at ``path`` (0600), which must not exist, or into an ``empty`` one.

    After DiskFull or NotWritten everything given is still in memory: make room and call ``flush``, or ``abandon``.
    Raises NotWritten, BadKey.
    """

    def __init__(self, path: Path, header: CapsuleHeader, recipients: Sequence[str], *, empty: bool = False) -> None:
        self.path = path
        self.header = header
        self._file = _create(path, empty=empty)
        try:
            self._sealed = SealedWriter(self._file, recipients)
        except BaseException:
            self.discard()
            raise
        self.file_key = self._sealed.file_key
        self._pieces: dict[str, list[tuple[int, int]]] = {}
        self._open: StreamWriter | None = None
        self._names = {HEADER_NAME, FILLER}  # a name is written once
        self._content_size = 0  # of the archive with its end; set at close
        self._settled = 0
        self._emit(HEADER_NAME, header_bytes(header))

    def add(self, name: str, data: Bytes) -> None:
        """One document; a long one goes in as pieces. Raises InnerName, BadCapsule, DiskFull, NotWritten."""
        self._new_name(name)
        if len(data) <= CAPSULE_MEMBER_MAX:
            self._emit(name, data)
            return
        view = memoryview(data)
        for start in range(0, len(view), CAPSULE_MEMBER_MAX):
            self._emit_piece(name, view[start : start + CAPSULE_MEMBER_MAX])

    def stream(self, prefix: str) -> StreamWriter:
        """Begin a stream; the one before must be closed. Raises BadCapsule, InnerName."""
        if self._open and not self._open.closed:
            raise BadCapsule("another stream is still being written")
        self._new_name(prefix)
        self._pieces[prefix] = []
        self._open = StreamWriter(prefix, self._emit_piece)
        return self._open

    def flush(self, *, sync: bool = False) -> None:
        """Hand everything given to the system but the last chunk of at most 64 KiB; ``sync``: and to the disk."""
        if self._open:
            self._open.flush()
        self._sealed.flush()
        if sync:
            _system(lambda: os.fdatasync(self._file.fileno()))

    def settle(self) -> None:
        """As ``flush``, and the last chunk too, behind a filler of zeros: a reader of the file sees every byte."""
        self.flush()
        size = self._sealed.size
        if size != self._settled:
            self._emit_piece(FILLER, _ZEROS[: -size % AGE_CHUNK])
            self._settled = self._sealed.size
            self._sealed.flush()

    def reader(self, prefix: str) -> PieceReader:
        """All bytes of a stream so far, by the key in memory; good until ``close``. Raises BadCapsule."""
        if prefix not in self._pieces:
            raise BadCapsule("no such stream was begun")
        self.settle()
        return PieceReader(open_with_file_key(self._file, self.file_key, unfinished=True), self._pieces[prefix])

    def close(self) -> SealedCapsule:
        """Pad to the size class, seal the final chunk, fsync, fix the time. May be called again after DiskFull."""
        if self._open:
            self._open.close()
        if not self._content_size:
            self._content_size = self._sealed.size + ustar.END_SIZE
        target = ustar.padded_size(self._content_size)
        while self._sealed.size < target:
            self._sealed.write(_ZEROS[: target - self._sealed.size])
        self._sealed.close()
        self._end()
        size, sha256 = self._sealed.sealed_size, self._sealed.sealed_sha256
        return SealedCapsule(self.header.id, self.header.item, self.header.role, self.header.part, size, sha256)

    def abandon(self) -> None:
        """Leave a partial capsule with everything the disk takes; it opens as far as it goes."""
        with contextlib.suppress(WitnesskitError):
            self.settle()
        with contextlib.suppress(WitnesskitError):
            self._end()
        self._file.close()

    def discard(self) -> None:
        """Remove the file: nothing of it is kept."""
        self._file.close()
        self.path.unlink(missing_ok=True)

    def _new_name(self, name: str) -> None:
        ustar.header(piece_name(name, 1), 0)
        if name in self._names or split_name(name)[1]:
            raise BadCapsule("a name was given twice, or looks like a piece's")
        self._names.add(name)

    def _emit_piece(self, prefix: str, data: Bytes) -> None:
        pieces = self._pieces.setdefault(prefix, [])
        pieces.append((self._sealed.size + ustar.BLOCK, len(data)))
        self._emit(piece_name(prefix, len(pieces)), data)

    def _emit(self, name: str, data: Bytes) -> None:
        head = ustar.header(name, len(data))
        self._sealed.write_all((head, data, bytes(ustar.slack(len(data)))))
        if len(data) == CAPSULE_MEMBER_MAX:
            self._sealed.flush()

    def _end(self) -> None:
        if not self._file.closed:
            _system(lambda: os.utime(self._file.fileno(), (0, 0)))
            _system(lambda: os.fsync(self._file.fileno()))
            self._file.close()


def _create(path: Path, *, empty: bool) -> io.FileIO:
    flags = os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW | (0 if empty else os.O_CREAT | os.O_EXCL)
    try:
        file = io.FileIO(os.open(path, flags, 0o600), "r+b")
    except OSError as error:
        raise NotWritten(error.strerror or "") from None
    if os.fstat(file.fileno()).st_size:
        file.close()
        raise NotWritten("the file is not empty")
    return file


def _system(call: Callable[[], None]) -> None:
    try:
        call()
    except OSError as error:
        raise NotWritten(error.strerror or "") from None
