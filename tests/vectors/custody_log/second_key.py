"""The desk's ML-DSA-44 key. Its signatures are random, so that they are kept: ``second_key.txt`` holds the one there is."""

from __future__ import annotations

import base64
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey

from tests.vectors.custody_log.honest import DESK
from witnesskit.formats.checkpoint import parse_checkpoint, parse_note
from witnesskit.formats.cosignature import cosignature_line, message
from witnesskit.keys import ML_DSA_44, VerifierKey

_PRIVATE = MLDSA44PrivateKey.from_seed_bytes(b"\x0e" * 32)
_KEPT = Path(__file__).parent / "second_key.txt"
SECOND = VerifierKey(DESK.origin, _PRIVATE.public_key().public_bytes_raw(), ML_DSA_44)


def second_line(note: bytes) -> str:
    """The line under a note, at time 0; a signature that does not fit any more is made anew and kept."""
    signed = message(SECOND, parse_checkpoint(parse_note(note).text), 0)
    kept = base64.b64decode(_KEPT.read_bytes()) if _KEPT.exists() else b""
    if not SECOND.verifies(kept, signed):
        kept = _PRIVATE.sign(signed)
        _KEPT.write_bytes(base64.b64encode(kept))
    return cosignature_line(SECOND, 0, kept)
