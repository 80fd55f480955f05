"""The RFC 6962 tree (SHA-256) for a reader: packed leaves, root, inclusion (docs/spec/custody-log.md, "Tree").

Leaf hash: SHA-256(0x00 || leaf). Inner hash: SHA-256(0x01 || left || right).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from witnesskit.errors.verify import BadProof

HASH_SIZE = 32  # bytes
_BLOCK = 256 * HASH_SIZE  # leaves whose common node is kept, so that a root of any size costs little


def leaf_hash(leaf: bytes) -> bytes:
    """Hash (32 bytes) of the bytes of one leaf."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash (32 bytes) of two subtrees."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Leaves:
    """The leaf hashes of a growing log: 32 bytes and an eighth of a byte each."""

    def __init__(self) -> None:
        """Without a leaf."""
        self._leaves = bytearray()
        self._blocks = bytearray()

    def __len__(self) -> int:
        """Number of leaves."""
        return len(self._leaves) // HASH_SIZE

    def append(self, leaf: bytes) -> None:
        """Add one leaf hash."""
        self._leaves += leaf
        if len(self._leaves) % _BLOCK == 0:
            self._blocks += _root(self._leaves[-_BLOCK:])

    def leaf(self, index: int) -> bytes:
        """The leaf hash at ``index``."""
        return bytes(self._leaves[index * HASH_SIZE : (index + 1) * HASH_SIZE])

    def root(self, size: int) -> bytes:
        """Root of the first ``size`` leaves."""
        if not size:
            return hashlib.sha256(b"").digest()
        end = size * HASH_SIZE
        whole = end // _BLOCK
        tail = self._leaves[whole * _BLOCK : end]
        return _root(self._blocks[: whole * HASH_SIZE] + (_root(tail) if tail else b""))


def _root(nodes: bytes | bytearray) -> bytes:
    """Hash of packed nodes of one level; one without a neighbour rises as it is."""
    while len(nodes) > HASH_SIZE:
        pairs = range(0, len(nodes) - HASH_SIZE, 2 * HASH_SIZE)
        above = b"".join(hashlib.sha256(b"\x01" + nodes[at : at + 2 * HASH_SIZE]).digest() for at in pairs)
        nodes = above + nodes[len(pairs) * 2 * HASH_SIZE :]
    return bytes(nodes)


def check_inclusion(index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes) -> None:
    """Check that ``leaf`` (a leaf hash) is leaf ``index`` of ``size`` under ``root``; raises BadProof."""
    if not 0 <= index < size or len(leaf) != HASH_SIZE:
        raise BadProof("no such leaf")
    inner = (index ^ (size - 1)).bit_length()
    border = (index >> inner).bit_count()
    check_length(proof, inner + border)
    found = leaf
    for level, sibling in enumerate(proof[:inner]):
        found = node_hash(sibling, found) if index >> level & 1 else node_hash(found, sibling)
    if chain(found, proof[inner:]) != root:
        raise BadProof("the leaf is not under this root")


def chain(found: bytes, border: Sequence[bytes]) -> bytes:
    """The node above ``found`` and its left neighbours ``border``, the lowest first."""
    for sibling in border:
        found = node_hash(sibling, found)
    return found


def check_length(proof: Sequence[bytes], expected: int) -> None:
    """A proof has exactly ``expected`` hashes; raises BadProof."""
    if len(proof) != expected or any(len(part) != HASH_SIZE for part in proof):
        raise BadProof("the proof has the wrong length")
