"""The copy on its way out: every byte to the sink, hashed and counted."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field

from witnesskit.errors.strip import Unstrippable
from witnesskit.model import Sink


@dataclass
class Copying:
    """Passes bytes to ``sink``; ``size`` and ``sha256`` are those of the whole copy."""

    sink: Sink
    size: int = 0
    _whole: hashlib._Hash = field(default_factory=hashlib.sha256)

    @property
    def sha256(self) -> str:
        """Digest of what has been written, 64 hex digits."""
        return self._whole.hexdigest()

    def put(self, data: bytes | memoryview) -> None:
        """Write ``data``; give large blocks, each call costs one write."""
        self.sink.write(data)  # type: ignore[arg-type]
        self._whole.update(data)
        self.size += len(data)


def refuse_if(choice: str, refusing: str, refusal: Callable[[], Unstrippable]) -> None:
    """Raise ``refusal()`` where a choice of the policy says ``refusing``."""
    if choice == refusing:
        raise refusal()
