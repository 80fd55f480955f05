"""What is served, the same bytes each time: films, the pieces of a stream, and the pieces as an encrypting site has them."""

from __future__ import annotations

import hashlib
import random

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

SIZE = 600_000
HALF = SIZE // 2
SEGMENTS = 6
LAST_MODIFIED = "Sat, 17 Dec 2011 08:00:00 GMT"
KEY = bytes(range(16))
IV = bytes(range(16, 32))


def body(seed: int = 1, size: int = SIZE) -> bytes:
    """Bytes that begin like an MP4 and are the same for the same seed."""
    return b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + random.Random(seed).randbytes(size - 24)


def poster() -> bytes:
    """Bytes that begin like a JPEG."""
    return b"\xff\xd8\xff" + body(3, 5000)


def subtitle(language: str) -> bytes:
    """A WebVTT file."""
    return f"WEBVTT\n\n{language}".encode()


def sha256(data: bytes) -> str:
    """Hex digits."""
    return hashlib.sha256(data).hexdigest()


def segment(number: int, of: str = "hls") -> bytes:
    """One piece of a stream in pieces."""
    return random.Random(f"{of}-{number}").randbytes(30_000 + number)


def joined(of: str = "hls", leave_out: int = 0) -> bytes:
    """All pieces as one."""
    return b"".join(segment(number, of) for number in range(1, SEGMENTS + 1) if number != leave_out)


def sealed(number: int, iv: bytes = b"") -> bytes:
    """A piece as an encrypting site serves it: AES-128-CBC, PKCS7 (RFC 8216, 4.3.2.4); no ``iv``: the sequence number."""
    data = segment(number)
    data += bytes([16 - len(data) % 16]) * (16 - len(data) % 16)
    cipher = Cipher(algorithms.AES(KEY), modes.CBC(iv or (39 + number).to_bytes(16, "big"))).encryptor()
    return cipher.update(data) + cipher.finalize()


def sealed_pieces(iv: bytes = b"") -> bytes:
    """All encrypted pieces joined as served."""
    return b"".join(sealed(number, iv) for number in range(1, SEGMENTS + 1))
