"""OpenTimestamps proofs, read by their own library within our limits (opentimestamps.org; docs/spec/anchor.md).

What is handed around is that library's ``Timestamp``: a tree of operations that begins with one message and ends in
attestations. It reads 256 levels and 4 KiB of a message at most; its own exceptions end here.
"""

from __future__ import annotations

import hashlib
from typing import Any

from witnesskit.custody_limits import OTS_MAX
from witnesskit.errors.verify import BadToken

MAGIC = b"\x00OpenTimestamps\x00\x00Proof\x00\xbf\x89\xe2\xe8\x84\xe8\x92\x94"
HEAD = MAGIC + b"\x01\x08"  # version 1; what follows is a digest of SHA-256
_BITCOIN = bytes.fromhex("0588960d73d71901")  # tag of the attestation that tells a block's height
_HEIGHT_MAX = 2**31  # blocks; the format holds numbers of thousands of digits


def read_proof(untrusted_proof: bytes, data: bytes) -> Any:
    """The tree of a proof file about ``data``; raises BadToken."""
    digest = hashlib.sha256(data).digest()
    if not untrusted_proof.startswith(HEAD + digest):
        raise BadToken("it is of other data, or no OpenTimestamps proof")
    return read_branch(untrusted_proof.removeprefix(HEAD + digest), digest)


def read_branch(untrusted_branch: bytes, message: bytes) -> Any:
    """The tree that begins with ``message``, as calendars answer it; raises BadToken."""
    try:
        from opentimestamps.core import serialize
        from opentimestamps.core.timestamp import Timestamp
    except ImportError:
        raise BadToken("this installation cannot read OpenTimestamps: pip install 'witnesskit[ots]'") from None
    if len(untrusted_branch) > OTS_MAX:
        raise BadToken(f"more than {OTS_MAX} bytes")
    context = serialize.BytesDeserializationContext(untrusted_branch)
    try:
        stamp = Timestamp.deserialize(context, message)
        context.assert_eof()
    except (serialize.DeserializationError, ValueError, TypeError, AssertionError, RecursionError):
        raise BadToken("it cannot be read") from None
    return stamp


def block_claims(stamp: Any) -> list[tuple[bytes, int]]:
    """The Merkle roots that the tree leads to, each with the height of the Bitcoin block that should have it."""
    found = [(message, int(one.height)) for message, one in stamp.all_attestations() if one.TAG == _BITCOIN]
    return [claim for claim in found if claim[1] < _HEIGHT_MAX]
