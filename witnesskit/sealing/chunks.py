"""The payload's chunks: 64 KiB each under a counter and a final flag (C2SP age.md, "Payload")."""

from __future__ import annotations

from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from witnesskit.limits import AGE_CHUNK

TAG: Final = 16  # bytes behind each chunk
SEALED_CHUNK: Final = AGE_CHUNK + TAG
PAYLOAD_NONCE: Final = 16  # bytes between header and first chunk
BATCH: Final = 16  # chunks handled in one read or write of about 1 MiB

Bytes = bytes | bytearray | memoryview


class PayloadCipher:
    """Seals and opens single chunks of one file; ``number`` counts from 0."""

    def __init__(self, file_key: bytes, payload_nonce: bytes) -> None:
        self.key = HKDF(algorithm=SHA256(), length=32, salt=payload_nonce, info=b"payload").derive(file_key)
        self._aead = ChaCha20Poly1305(self.key)

    def seal_into(self, number: int, chunk: Bytes, place: memoryview, *, final: bool = False) -> int:
        """Put the sealed chunk at the start of ``place``; returns its length."""
        size = len(chunk) + TAG
        self._aead.encrypt_into(nonce(number, final=final), chunk, None, place[:size])
        return size

    def open_into(self, number: int, sealed: Bytes, place: memoryview) -> bool:
        """Put a chunk that is not final at ``place`` (exactly its plaintext's length); False: does not verify."""
        try:
            self._aead.decrypt_into(nonce(number, final=False), sealed, None, place)
        except InvalidTag:
            return False
        return True

    def open(self, number: int, sealed: Bytes, *, final: bool) -> bytes | None:
        """The chunk's plaintext, or None where it does not verify."""
        if len(sealed) < TAG:
            return None
        try:
            return self._aead.decrypt(nonce(number, final=final), sealed, None)
        except InvalidTag:
            return None


def nonce(number: int, *, final: bool) -> bytes:
    """Counter of 11 bytes, big-endian, then the final flag."""
    return (number << 8 | final).to_bytes(12)
