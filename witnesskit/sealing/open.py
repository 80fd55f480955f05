"""Open sealed files: at any place, while they are still written, and as far as a damaged one verifies."""

from __future__ import annotations

import hmac
import io
import os
from collections.abc import Sequence
from typing import Any, BinaryIO

from witnesskit.errors import WitnesskitError
from witnesskit.errors.sealing import HeaderChanged, HeaderCut, NotReadable
from witnesskit.formats.age import Header, header_mac, parse_header
from witnesskit.limits import AGE_CHUNK, AGE_HEADER_MAX, READ_BLOCK
from witnesskit.model import SeekableReader
from witnesskit.sealing.chunks import PAYLOAD_NONCE, SEALED_CHUNK, TAG, PayloadCipher
from witnesskit.sealing.identity import Passphrase, Unlocking
from witnesskit.sealing.payload import Payload
from witnesskit.sealing.source import Source, source_of
from witnesskit.sealing.stanzas import check_shapes, unwrap

Sealed = BinaryIO | SeekableReader


class SealedReader(io.RawIOBase):
    """The plaintext of one sealed file; only verified bytes leave it.

    ``read`` and ``readinto`` give what verifies before a bad place and raise at it; ``read_at`` raises at once.
    ``complete`` tells whether the final chunk was seen; it is False only for an unfinished file.
    Raises the leaves of PayloadFailure and NotReadable.
    """

    def __init__(self, payload: Payload, nominal: int, file_key: bytes, *, complete: bool | None) -> None:
        super().__init__()
        self.file_key = file_key
        self._payload = payload
        self._nominal = nominal
        self._complete = complete
        self._position = 0

    @property
    def complete(self) -> bool:
        """Whether the final chunk was seen; a whole file that does not verify at its end raises instead."""
        if self._complete is None:
            self._payload.check_end()
            self._complete = True
        return self._complete

    @property
    def size(self) -> int:
        """Length in bytes, vouched for by the final chunk (or by the last whole one of an unfinished file)."""
        _ = self.complete
        return self._nominal

    def read_at(self, offset: int, length: int, /) -> bytes:
        """Bytes from ``offset``; shorter only at the verified end."""
        taken = bytearray(max(0, min(length, self._nominal - offset)))
        with memoryview(taken) as place:
            done = 0
            while done < len(place):
                done += self._fill(offset + done, place[done:])
        if len(taken) < length:
            _ = self.complete
        return bytes(taken)

    def readinto(self, buffer: Any, /) -> int:
        """Fill ``buffer`` as far as one step goes; 0 only at the verified end."""
        with memoryview(buffer).cast("B") as place:
            count = self._fill(self._position, place[: max(0, self._nominal - self._position)])
            if not count and len(place):
                _ = self.complete
        self._position += count
        return count

    def read(self, size: int | None = -1, /) -> bytes:
        """Up to ``size`` bytes; fewer only at the end or before a bad place, which the next call names."""
        if size is None or size < 0:
            return self.readall()
        taken = bytearray()
        while len(taken) < size:
            try:
                piece = super().read(min(size - len(taken), READ_BLOCK))
            except WitnesskitError:
                if taken:
                    break
                raise
            if not piece:
                break
            taken += piece
        return bytes(taken)

    def readall(self) -> bytes:
        """All that is left; raises rather than give a part."""
        data = self.read_at(self._position, max(0, self._nominal - self._position))
        _ = self.complete
        self._position += len(data)
        return data

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        """Move; seeking from the end verifies the end first. Raises NotReadable before the start."""
        start = (0, self._position, 0)[whence] if whence != os.SEEK_END else self.size
        if start + offset < 0:
            raise NotReadable("a place before the start was asked for")
        self._position = start + offset
        return self._position

    def tell(self) -> int:
        """The place of the next ``read``."""
        return self._position

    def readable(self) -> bool:
        """Always."""
        return True

    def seekable(self) -> bool:
        """Always."""
        return True

    def _fill(self, offset: int, place: memoryview) -> int:
        number, skipped = divmod(offset, AGE_CHUNK)
        if not len(place):
            return 0
        whole = 0 if skipped else self._payload.run_into(number, place)
        if whole:
            return whole * AGE_CHUNK
        piece = self._payload.chunk(number)[skipped : skipped + len(place)]
        if not piece:  # foreign bytes behind a short final chunk made the file look longer
            self._payload.check_end()
        place[: len(piece)] = piece
        return len(piece)


def open_sealed(stream: Sealed, keys: Sequence[Unlocking]) -> SealedReader:
    """A reader by the first of ``keys`` that opens the header; ``stream`` must stay open and is not closed.

    Raises NotAge, NewerAge, the leaves of HeaderFailure, WrongKey, WrongPassphrase, PassphraseMemory, NotReadable.
    """
    source = source_of(stream)
    header = _header(source)
    return _reader(source, header, unwrap(header.stanzas, keys))


def open_with_file_key(stream: Sealed, file_key: bytes, *, unfinished: bool = False) -> SealedReader:
    """A reader by the file's own key (16 bytes); ``unfinished``: the file may still grow, or was cut.

    Of an unfinished file every whole chunk that verifies can be read, as of now. Raises as ``open_sealed`` does.
    """
    source = source_of(stream)
    header = _header(source)
    return _reader(source, header, file_key, unfinished=unfinished)


def open_unfinished(stream: Sealed, keys: Sequence[Unlocking]) -> SealedReader:
    """As ``open_sealed``, for a file that was cut or is still being written."""
    source = source_of(stream)
    header = _header(source)
    return _reader(source, header, unwrap(header.stanzas, keys), unfinished=True)


def open_bytes(data: bytes, keys: Sequence[Unlocking]) -> bytes:
    """The whole plaintext of a small file in memory; raises as ``open_sealed`` and ``SealedReader`` do."""
    return open_sealed(io.BytesIO(data), keys).readall()


def open_with_passphrase(data: bytes, passphrase: str) -> bytes:
    """The whole plaintext of a key file; raises as ``open_bytes`` does."""
    return open_bytes(data, [Passphrase(passphrase)])


def _header(source: Source) -> Header:
    start = memoryview(bytearray(AGE_HEADER_MAX))
    header = parse_header(bytes(start[: source.read_into(0, start)]))
    check_shapes(header.stanzas)
    return header


def _reader(source: Source, header: Header, file_key: bytes, *, unfinished: bool = False) -> SealedReader:
    if not hmac.compare_digest(header_mac(file_key, header.signed), header.mac):
        raise HeaderChanged
    nonce = memoryview(bytearray(PAYLOAD_NONCE))
    if source.read_into(header.size, nonce) < PAYLOAD_NONCE:
        raise HeaderCut
    start = header.size + PAYLOAD_NONCE
    cipher = PayloadCipher(file_key, bytes(nonce))
    payload = Payload(source, start, source.length() - start, cipher)
    if unfinished:
        length, complete = payload.whole_part()
        return SealedReader(Payload(source, start, length, cipher), _plain(length), file_key, complete=complete)
    return SealedReader(payload, _plain(payload.length), file_key, complete=None)


def _plain(length: int) -> int:
    return max(0, length - TAG * -(-length // SEALED_CHUNK))
