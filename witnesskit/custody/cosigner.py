"""The key with which a desk cosigns checkpoints of other desks (C2SP cosignature/v1; docs/spec/anchor.md)."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from witnesskit.formats import cosignature
from witnesskit.formats.checkpoint import Checkpoint, note_bytes
from witnesskit.keys import COSIGNATURE, VerifierKey


class Cosigner:
    """Cosigns checkpoints under one name; its text forms never hold the key."""

    def __init__(self, name: str, seed: bytes) -> None:
        """``seed`` is the 32-byte Ed25519 seed."""
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        self.key = VerifierKey(name, self._private.public_key().public_bytes_raw(), COSIGNATURE)

    def cosigned(self, checkpoint: Checkpoint, time: int) -> bytes:
        """A note over the checkpoint's text with this one cosignature; ``time`` in POSIX seconds.

        It says that at ``time`` nothing larger of this log had been seen here, and that all seen agreed with it.
        """
        signature = self._private.sign(cosignature.message(self.key, checkpoint, time))
        return note_bytes(checkpoint.text, cosignature.cosignature_line(self.key, time, signature))

    def __repr__(self) -> str:
        return f"Cosigner({self.key.name!r})"
