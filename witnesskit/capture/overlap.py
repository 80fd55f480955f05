"""The last bytes received, against which a resume is compared: themselves, or of an earlier attempt their digest."""

from __future__ import annotations

import hashlib

from witnesskit.limits import OVERLAP


class Overlap:
    """At most OVERLAP bytes; ``size`` of them are asked for again."""

    def __init__(self, held_size: int = 0, held_sha256: str = "") -> None:
        """``held_*``: of the end of what an earlier attempt received; the bytes themselves are not here."""
        self.size = held_size
        self._sha256 = held_sha256
        self._tail = b""

    def add(self, block: bytes) -> None:
        """More was received."""
        self._tail = block[-OVERLAP:] if len(block) >= OVERLAP else (self._tail + block)[-OVERLAP:]
        self._sha256 = ""
        self.size = len(self._tail)

    def ends_with(self, again: bytes) -> bool:
        """Whether ``again``, the last bytes of what was received, are the same; a part of a held end is not known."""
        if self._sha256:
            return len(again) < self.size or hashlib.sha256(again).hexdigest() == self._sha256
        return self._tail.endswith(again)
