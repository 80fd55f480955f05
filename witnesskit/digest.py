"""Streaming SHA-256, the one hash of every format of ours."""

from __future__ import annotations

import hashlib
from typing import BinaryIO

from witnesskit.limits import READ_BLOCK


def sha256_hex(data: bytes) -> str:
    """SHA-256 of ``data`` as 64 lower-case hex digits."""
    return hashlib.sha256(data).hexdigest()


def sha256_stream(stream: BinaryIO) -> tuple[str, int]:
    """Hash ``stream`` to its end; returns (64 hex digits, bytes read)."""
    hasher = hashlib.sha256()
    size = 0
    buffer = memoryview(bytearray(READ_BLOCK))
    while count := stream.readinto(buffer):  # type: ignore[attr-defined]
        hasher.update(buffer[:count])
        size += count
    return hasher.hexdigest(), size
