"""One stream on its way into a capsule, in members of at most 1 MiB."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from witnesskit.errors import WitnesskitError
from witnesskit.errors.capsule import BadCapsule
from witnesskit.limits import CAPSULE_MEMBER_MAX
from witnesskit.sealing.chunks import Bytes

Emit = Callable[[str, Bytes], None]


class StreamWriter:
    """Bytes of one stream, cut into members of CAPSULE_MEMBER_MAX; a Sink. ``emit`` takes all even when it raises."""

    def __init__(self, prefix: str, emit: Emit) -> None:
        self.prefix = prefix
        self.size = 0
        self.closed = False
        self._emit = emit
        self._hasher = hashlib.sha256()
        self._member = memoryview(bytearray(CAPSULE_MEMBER_MAX))  # one place for all, so that no memory is asked for
        self._filled = 0

    @property
    def sha256(self) -> str:
        """SHA-256 (64 hex digits) of the bytes given so far."""
        return self._hasher.hexdigest()

    def write(self, data: Bytes, /) -> int:
        """Take all of ``data``; raises DiskFull, NotWritten, and has taken it then too; BadCapsule once closed."""
        if self.closed:
            raise BadCapsule("a closed stream was written to")
        failure: WitnesskitError | None = None
        view = memoryview(data).cast("B")
        self._hasher.update(view)
        self.size += len(view)
        while len(view):
            view = view[self._take(view) :]
            try:
                self._hand_on_if_full()
            except WitnesskitError as error:
                failure = failure or error
        if failure:
            raise failure
        return len(data)

    def flush(self) -> None:
        """Close the member being filled, short; raises DiskFull, NotWritten."""
        filled, self._filled = self._filled, 0
        if filled:
            self._emit(self.prefix, self._member[:filled])

    def close(self) -> None:
        """No more bytes will come; raises DiskFull, NotWritten."""
        self.closed = True
        self.flush()

    def _take(self, view: memoryview) -> int:
        count = min(len(view), CAPSULE_MEMBER_MAX - self._filled)
        self._member[self._filled : self._filled + count] = view[:count]
        self._filled += count
        return count

    def _hand_on_if_full(self) -> None:
        if self._filled == CAPSULE_MEMBER_MAX:
            self.flush()
