"""One stream on its way into a capsule, in members of at most 1 MiB."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from witnesskit.errors.capsule import BadCapsule
from witnesskit.limits import CAPSULE_MEMBER_MAX
from witnesskit.sealing.chunks import Bytes

Emit = Callable[[str, Bytes], None]


class StreamWriter:
    """Bytes of one stream, cut into members of CAPSULE_MEMBER_MAX; a Sink."""

    def __init__(self, prefix: str, emit: Emit) -> None:
        self.prefix = prefix
        self.size = 0
        self.closed = False
        self._emit = emit
        self._hasher = hashlib.sha256()
        self._pending = bytearray()

    @property
    def sha256(self) -> str:
        """SHA-256 (64 hex digits) of the bytes given so far."""
        return self._hasher.hexdigest()

    def write(self, data: Bytes, /) -> int:
        """Take all of ``data``; raises DiskFull, NotWritten, and has taken it then too; BadCapsule once closed."""
        if self.closed:
            raise BadCapsule("a closed stream was written to")
        view = memoryview(data).cast("B")
        self._hasher.update(view)
        self.size += len(view)
        start = 0
        try:
            if not self._pending:
                while len(view) - start >= CAPSULE_MEMBER_MAX:
                    start += CAPSULE_MEMBER_MAX
                    self._emit(self.prefix, view[start - CAPSULE_MEMBER_MAX : start])
        finally:
            self._pending += view[start:]
        while len(self._pending) >= CAPSULE_MEMBER_MAX:
            self._emit_pending()
        return len(view)

    def flush(self) -> None:
        """Close the member being filled, short; raises DiskFull, NotWritten."""
        while self._pending:
            self._emit_pending()

    def close(self) -> None:
        """No more bytes will come; raises DiskFull, NotWritten."""
        self.closed = True
        self.flush()

    def _emit_pending(self) -> None:
        member = bytes(self._pending[:CAPSULE_MEMBER_MAX])
        del self._pending[:CAPSULE_MEMBER_MAX]
        self._emit(self.prefix, member)
