"""Cosignatures of checkpoints: what a witness signed, and when (c2sp.org/tlog-cosignature; docs/spec/anchor.md).

A line carries eight bytes of POSIX time, big-endian, and a signature: Ed25519 (kind 0x04) over two header lines
and the checkpoint's text, or ML-DSA-44 (kind 0x06) over a structure that names the cosigner. Time 0 of the latter
says nothing about time: so a log's own key signs its checkpoints.
"""

from __future__ import annotations

from witnesskit.formats.checkpoint_read import Checkpoint, SignatureState, SignedNote
from witnesskit.keys import ML_DSA_44, VerifierKey

TIME_MAX = 2**63 - 1  # seconds


def message(key: VerifierKey, checkpoint: Checkpoint, time: int) -> bytes:
    """The bytes that a cosigner signs at ``time`` (POSIX seconds)."""
    if key.kind != ML_DSA_44:
        return f"cosignature/v1\ntime {time}\n{checkpoint.text}".encode()
    name, origin = key.name.encode(), checkpoint.origin.encode()
    return (
        b"subtree/v1\n\0" + bytes([len(name)]) + name + time.to_bytes(8)
        + bytes([len(origin)]) + origin + bytes(8) + checkpoint.size.to_bytes(8) + checkpoint.root
    )  # fmt: skip


def cosigned_by(note: SignedNote, checkpoint: Checkpoint, key: VerifierKey) -> tuple[SignatureState, int]:
    """Whether ``key`` cosigned, and its earliest time, 0 where it tells none.

    One bad line under its name and hash outweighs a good one.
    """
    found = [line.signature for line in note.signatures if (line.name, line.key_hash) == (key.name, key.key_hash)]
    if not found:
        return SignatureState.ABSENT, 0
    times = [int.from_bytes(signature[:8]) for signature in found]
    for time, signature in zip(times, found, strict=True):
        if time > TIME_MAX or not key.verifies(signature[8:], message(key, checkpoint, time)):
            return SignatureState.BAD, 0
    return SignatureState.GOOD, min(filter(None, times), default=0)
