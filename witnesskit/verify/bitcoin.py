"""The time of a Bitcoin block that an OpenTimestamps proof leads to (docs/spec/anchor.md)."""

from __future__ import annotations

from collections.abc import Mapping

from witnesskit.errors.verify import BadToken
from witnesskit.formats.ots_proof import block_claims, read_proof


def block_time(untrusted_proof: bytes, data: bytes, headers: Mapping[int, bytes]) -> int:
    """POSIX seconds of the earliest block, among ``headers`` by height, that commits to ``data``; raises BadToken.

    Of a header (80 bytes) only the Merkle root and the time are read: whoever gave it answers for it.
    """
    claims = block_claims(read_proof(untrusted_proof, data))
    if not claims:
        raise BadToken("no block holds it yet")
    known = [(root, headers[height]) for root, height in claims if height in headers]
    if not known:
        raise BadToken(f"no header of block {min(height for _, height in claims)} was given")
    times = [int.from_bytes(header[68:72], "little") for root, header in known if header[36:68] == root]
    if not times:
        raise BadToken("it does not lead to the block that it names")
    return min(times)
