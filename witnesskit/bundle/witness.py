"""Whether a medium gives back what was written to it, without keeping what was written.

Every write is remembered as its length and an AES-256-GCM tag under a key that exists only here (a keyed
checksum of 128 bits, a tenth of the cost of SHA-256). Reading back gives the same tags or the medium lies.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from witnesskit.errors.bundle import ReadBackDiffers
from witnesskit.limits import READ_BLOCK

_PIECE = 2 * READ_BLOCK  # bytes; the sealing writer hands over a little more than one block


class Witness:
    """A sink that writes to ``descriptor`` and remembers what the system took."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._key = AESGCM(os.urandom(32))
        self._pieces: list[tuple[int, bytes]] = []

    def write(self, data: memoryview, /) -> int:
        """Number of bytes the system took; raises OSError."""
        count = os.write(self._descriptor, data[:_PIECE])
        self._pieces.append((count, self._tag(len(self._pieces), data[:count])))
        return count

    def check(self, path: Path) -> None:
        """Read the file again, from the medium where the system allows; raises ReadBackDiffers, OSError."""
        buffer = memoryview(bytearray(_PIECE))
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            with contextlib.suppress(OSError):  # some media cannot; then the cache answers
                os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
            for number, (length, tag) in enumerate(self._pieces):
                if _read_whole(descriptor, buffer[:length]) != length or self._tag(number, buffer[:length]) != tag:
                    raise ReadBackDiffers
            if os.read(descriptor, 1):
                raise ReadBackDiffers("it is longer")
        finally:
            os.close(descriptor)

    def _tag(self, number: int, data: memoryview) -> bytes:
        return self._key.encrypt(number.to_bytes(12), b"", data)


def _read_whole(descriptor: int, place: memoryview) -> int:
    done = 0
    while done < len(place):
        count = os.readv(descriptor, [place[done:]])
        if not count:
            break
        done += count
    return done
