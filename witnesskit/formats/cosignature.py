"""Cosignatures of checkpoints, written; what they say and their reader are in cosignature_read.py."""

from __future__ import annotations

from witnesskit.formats.checkpoint import signature_line
from witnesskit.formats.cosignature_read import TIME_MAX, cosigned_by, message
from witnesskit.keys import VerifierKey

__all__ = ["TIME_MAX", "cosignature_line", "cosigned_by", "message"]


def cosignature_line(key: VerifierKey, time: int, signature: bytes) -> str:
    """The line, with its line feed, of a cosignature made at ``time``."""
    return signature_line(key, time.to_bytes(8) + signature)
