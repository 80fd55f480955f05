"""Seal as bytes arrive: an age v1 writer that counts every write and loses nothing it was given."""

from __future__ import annotations

import errno
import hashlib
import os
import random
from collections.abc import Callable, Sequence
from typing import Final, Protocol

from witnesskit.errors import WitnesskitError
from witnesskit.errors.formats import BadKey
from witnesskit.errors.sealing import DiskFull, NotWritten
from witnesskit.formats.age import FILE_KEY_SIZE, Stanza, serialise_header
from witnesskit.formats.age_keys import demand_one_kind
from witnesskit.limits import AGE_CHUNK, AGE_HEADER_MAX, AGE_STANZAS_MAX
from witnesskit.sealing.chunks import BATCH, PAYLOAD_NONCE, SEALED_CHUNK, Bytes, PayloadCipher
from witnesskit.sealing.identity import Passphrase
from witnesskit.sealing.open import open_with_passphrase
from witnesskit.sealing.stanzas import wrap_for, wrap_with_passphrase

__all__ = ["SealedWriter", "full_or_refused", "open_with_passphrase", "seal_bytes", "seal_with_passphrase"]

_NO_ROOM: Final = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
Recipients = Sequence[str] | Passphrase


class RawSink(Protocol):
    """Takes bytes and tells how many it took; may take fewer than it was given."""

    def write(self, data: memoryview, /) -> int | None:
        """Number of bytes taken."""
        ...


class SealedWriter:
    """One age file being written to ``out`` (a descriptor or raw object), for at least one recipient.

    A refused write raises DiskFull or NotWritten; the bytes given stay in memory, and ``flush`` or ``close`` goes
    on where the disk stopped. The caller syncs and closes ``out``. Raises BadKey for recipients, MixedRecipients.
    Without ``digest`` the ciphertext is not hashed, which is half of the cost.
    """

    def __init__(self, out: int | RawSink, recipients: Recipients, *, digest: bool = True) -> None:
        self.file_key = os.urandom(FILE_KEY_SIZE)
        payload_nonce = os.urandom(PAYLOAD_NONCE)
        self.header = serialise_header(_stanzas(recipients, self.file_key), self.file_key)
        if len(self.header) > AGE_HEADER_MAX:
            raise BadKey(f"a list of recipients that takes more than {AGE_HEADER_MAX} bytes")
        self.payload_start = len(self.header) + PAYLOAD_NONCE
        self.size = 0  # bytes of plaintext given
        self.sealed_size = 0  # bytes of ciphertext that the system took
        self._write = _writer(out)
        self._cipher = PayloadCipher(self.file_key, payload_nonce)
        self._hasher = hashlib.sha256() if digest else None
        self._chunks = 0
        self._pending = bytearray()  # plaintext not yet sealed; a full chunk stays, it may be the final one
        self._batch = memoryview(bytearray(AGE_HEADER_MAX + PAYLOAD_NONCE + BATCH * SEALED_CHUNK))
        self._batch[: self.payload_start] = self.header + payload_nonce
        self._sent, self._filled = 0, self.payload_start
        self._closed = False

    def write(self, data: Bytes) -> int:
        """Take all of ``data``; returns its length. Raises DiskFull, NotWritten, and has taken it then too."""
        view = memoryview(data).cast("B")
        taken = 0
        try:
            while len(self._pending) + len(view) - taken > AGE_CHUNK:
                self._room_for_a_chunk()
                taken += self._seal_next(view[taken:])
        finally:
            self._pending += view[taken:]
            self.size += len(view)
        return len(view)

    def write_all(self, parts: Sequence[Bytes]) -> None:
        """Take all parts in order, also when an early one raises DiskFull or NotWritten."""
        failure: WitnesskitError | None = None
        for part in parts:
            try:
                self.write(part)
            except WitnesskitError as error:
                failure = failure or error
        if failure:
            raise failure

    def flush(self) -> None:
        """Hand every chunk that cannot be the final one to the system; raises DiskFull, NotWritten."""
        self._seal_pending()
        self._drain()

    def close(self) -> None:
        """Seal the final chunk and hand it over; may be called again after DiskFull, NotWritten."""
        if not self._closed:
            self._seal_pending()
            self._room_for_a_chunk()
            self._append(self._pending, final=True)
            self._closed = True
        self._drain()

    @property
    def sealed_sha256(self) -> str:
        """SHA-256 (64 hex digits) of what the system took; of the whole file after ``close``; or empty."""
        return self._hasher.hexdigest() if self._hasher else ""

    def _seal_pending(self) -> None:
        while len(self._pending) > AGE_CHUNK:
            self._room_for_a_chunk()
            self._seal_next(memoryview(b""))

    def _seal_next(self, more: memoryview) -> int:
        """Seal one full chunk from what is pending and ``more``; returns how much of ``more`` it took."""
        if not self._pending:
            self._append(more[:AGE_CHUNK])
            return AGE_CHUNK
        taken = max(0, AGE_CHUNK - len(self._pending))
        self._pending += more[:taken]
        with memoryview(self._pending) as pending, pending[:AGE_CHUNK] as chunk:
            self._append(chunk)
        del self._pending[:AGE_CHUNK]
        return taken

    def _append(self, chunk: Bytes, *, final: bool = False) -> None:
        self._filled += self._cipher.seal_into(self._chunks, chunk, self._batch[self._filled :], final=final)
        self._chunks += 1

    def _room_for_a_chunk(self) -> None:
        if self._chunks % BATCH == 0 or len(self._batch) - self._filled < SEALED_CHUNK:
            self._drain()

    def _drain(self) -> None:
        while self._sent < self._filled:
            count = full_or_refused(self._write, self._batch[self._sent : self._filled])
            if self._hasher:
                self._hasher.update(self._batch[self._sent : self._sent + count])
            self._sent += count
            self.sealed_size += count
        self._sent = self._filled = 0


def full_or_refused(write: Callable[[memoryview], int | None], data: memoryview) -> int:
    """One write; how much it took, at least 1. Raises DiskFull, NotWritten."""
    try:
        count = write(data)
    except OSError as error:
        raise (DiskFull if error.errno in _NO_ROOM else NotWritten)(error.strerror or "") from None
    if not count:
        raise NotWritten("it took no byte")
    return count


def seal_bytes(plaintext: bytes, recipients: Recipients) -> bytes:
    """A whole small file in memory; raises BadKey, MixedRecipients."""
    collected = bytearray()

    class _Memory:
        def write(self, data: memoryview) -> int:
            collected.extend(data)
            return len(data)

    writer = SealedWriter(_Memory(), recipients)
    writer.write(plaintext)
    writer.close()
    return bytes(collected)


def seal_with_passphrase(plaintext: bytes, passphrase: str) -> bytes:
    """A key file under a passphrase (scrypt, limits.SCRYPT_LOG_N); raises PassphraseMemory."""
    return seal_bytes(plaintext, Passphrase(passphrase))


def _stanzas(recipients: Recipients, file_key: bytes) -> list[Stanza]:
    if isinstance(recipients, Passphrase):
        return [wrap_with_passphrase(recipients, file_key)]
    if isinstance(recipients, str) or not 0 < len(recipients) <= AGE_STANZAS_MAX:
        raise BadKey(f"a file is sealed to a list of one to {AGE_STANZAS_MAX} recipients")
    demand_one_kind(recipients)
    stanzas = [wrap_for(recipient, file_key) for recipient in recipients]
    random.SystemRandom().shuffle(stanzas)
    return stanzas


def _writer(out: int | RawSink) -> Callable[[memoryview], int | None]:
    if isinstance(out, int):
        descriptor = out
        return lambda data: os.write(descriptor, data)
    return out.write
