"""Keys of encrypted pieces: fetched once each, through the same way out, and told with every piece they open."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from witnesskit.capture.plan import Key, Segment
from witnesskit.capture.telling import Job
from witnesskit.capture.transport import Cut, NoAnswer, Transport
from witnesskit.limits import KEY_BYTES_MAX, KEYS_MAX
from witnesskit.model import Json

_KEY_SIZE = 16  # AES-128


class Keys:
    """The keys of one stream. ``missing``: one of them could not be had."""

    def __init__(self, job: Job, transport: Transport, stream: int, headers: Mapping[str, str]) -> None:
        self._job, self._transport, self._stream, self._headers = job, transport, stream, headers
        self._known: dict[str, bytes] = {}
        self.missing = False

    def of(self, piece: Segment) -> Mapping[str, Json]:
        """What is told of a piece's key: method, uri, iv, and the key itself where it is one that opens."""
        key = piece.key
        if key is None or (piece.is_map and not key.iv):
            return {}
        told: dict[str, Json] = {"method": key.method, "uri": key.url, "iv": key.iv or f"{piece.sequence:032x}"}
        if not key.opens:
            return {**told, "format": key.format}
        data = self._fetched(key)
        if len(data) != _KEY_SIZE:
            self.missing = True
            return {**told, "missing": f"{len(data)} bytes came where a key has {_KEY_SIZE}"}
        return {**told, "key": data.hex(), "sha256": hashlib.sha256(data).hexdigest()}

    def _fetched(self, key: Key) -> bytes:
        if key.url not in self._known and len(self._known) < KEYS_MAX and not self._job.budget.spent:
            self._known[key.url] = self._asked(key.url)
        return self._known.get(key.url, b"")

    def _asked(self, url: str) -> bytes:
        headers = {**self._headers, "Accept-Encoding": "identity"}
        try:
            answer = self._transport.open(url, headers, "key", self._stream)
        except NoAnswer:
            return b""
        data = b""
        try:
            while answer.status == 200 and len(data) <= KEY_BYTES_MAX and (block := answer.read1(KEY_BYTES_MAX)):
                data += block
        except Cut:
            return b""
        finally:
            answer.close()
        return data
