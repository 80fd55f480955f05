"""What a jailed writer says of its copy, held against the bytes that came: such a child may be in other hands."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from witnesskit.errors.formats import BadJson
from witnesskit.errors.jail import JailGarbage
from witnesskit.formats.record_shape import check_written
from witnesskit.model import Json, Sink


@dataclass
class Measured:
    """Passes bytes on to ``sink``, counted and hashed."""

    sink: Sink
    _size: int = 0
    _sha256: hashlib._Hash = field(default_factory=hashlib.sha256)

    def write(self, data: bytes, /) -> int:
        """All of ``data``."""
        self._sha256.update(data)
        self._size += len(data)
        return self.sink.write(data)

    def demand(self, untrusted_reply: Json) -> None:
        """Raise JailGarbage unless the reply has the form of a copy's facts and names exactly what was written."""
        try:
            facts = check_written(untrusted_reply)
        except BadJson as error:
            raise JailGarbage(error.detail) from None
        if (facts["sha256"], facts["size"]) != (self._sha256.hexdigest(), self._size):
            raise JailGarbage("a copy that is not what was said of it")
