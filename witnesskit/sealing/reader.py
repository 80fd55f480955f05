"""The plaintext of a sealed file, at any place; nothing unverified leaves it."""

from __future__ import annotations

import io
import os
from typing import Any

from witnesskit.errors import WitnesskitError
from witnesskit.errors.sealing import NotReadable
from witnesskit.limits import AGE_CHUNK, READ_BLOCK
from witnesskit.sealing.payload import Payload


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
        if not piece:
            raise NotReadable("it became shorter while it was read")
        place[: len(piece)] = piece
        return len(piece)
