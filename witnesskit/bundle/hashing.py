"""SHA-256 on the second core, one piece behind: a large piece is hashed while the next one is read and sealed."""

from __future__ import annotations

import functools
import hashlib
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final

_LARGE: Final = 128 * 1024  # bytes; below it handing over costs more than hashing


class Hashing:
    """One digest. A piece must not change until ``settle`` or the next ``update`` returned."""

    def __init__(self) -> None:
        self._hasher = hashlib.sha256()
        self._pending: Future[None] | None = None

    def update(self, data: bytes | memoryview) -> None:
        """Take ``data``; large ones are under way when this returns."""
        self.settle()
        if len(data) < _LARGE:
            self._hasher.update(data)
        else:
            self._pending = _other_core().submit(self._hasher.update, data)

    def settle(self) -> None:
        """Wait until nothing is under way."""
        pending, self._pending = self._pending, None
        if pending:
            pending.result()

    def hexdigest(self) -> str:
        """64 hex digits over all that was given."""
        self.settle()
        return self._hasher.hexdigest()


@functools.cache
def _other_core() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, "hashing")
