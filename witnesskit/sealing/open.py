"""Open sealed files: at any place, while they are still written, and as far as a damaged one verifies."""

from __future__ import annotations

import hmac
import io
from collections.abc import Sequence
from typing import BinaryIO

from witnesskit.errors.sealing import HeaderChanged, HeaderCut
from witnesskit.formats.age import Header, header_mac, parse_header
from witnesskit.limits import AGE_CHUNK, AGE_HEADER_MAX
from witnesskit.model import SeekableReader
from witnesskit.sealing.chunks import PAYLOAD_NONCE, SEALED_CHUNK, TAG, PayloadCipher
from witnesskit.sealing.identity import Passphrase, Unlocking
from witnesskit.sealing.payload import Payload
from witnesskit.sealing.reader import SealedReader
from witnesskit.sealing.source import Source, source_of
from witnesskit.sealing.stanzas import check_shapes, unwrap

__all__ = [
    "Sealed",
    "SealedReader",
    "open_bytes",
    "open_sealed",
    "open_unfinished",
    "open_with_file_key",
    "open_with_passphrase",
]

Sealed = BinaryIO | SeekableReader


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
    whole, rest = divmod(length, SEALED_CHUNK)
    return whole * AGE_CHUNK + max(0, rest - TAG)
