"""The RFC 6962 tree (SHA-256) that a writer grows; a reader's is in merkle_read.py, proofs are in merkle.py."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from witnesskit.formats.merkle_read import leaf_hash, node_hash

__all__ = ["EMPTY_ROOT", "Tree", "leaf_hash", "node_hash", "split"]

EMPTY_ROOT = hashlib.sha256(b"").digest()


class Tree:
    """A growing tree; level k stores the hashes of all complete subtrees of 2**k leaves."""

    def __init__(self, leaves: Iterable[bytes] = ()) -> None:
        """Build from leaf hashes of 32 bytes each."""
        self._levels: list[list[bytes]] = [list(leaves)]
        while len(self._levels[-1]) > 1:
            below = iter(self._levels[-1])
            self._levels.append([node_hash(left, right) for left, right in zip(below, below, strict=False)])

    @property
    def size(self) -> int:
        """Number of leaves."""
        return len(self._levels[0])

    def append(self, leaf: bytes) -> None:
        """Add one leaf hash (32 bytes)."""
        level = 0
        self._levels[0].append(leaf)
        while len(self._levels[level]) % 2 == 0:
            pair = self._levels[level][-2:]
            level += 1
            if level == len(self._levels):
                self._levels.append([])
            self._levels[level].append(node_hash(*pair))

    def leaf(self, index: int) -> bytes:
        """The leaf hash at ``index``."""
        return self._levels[0][index]

    def root(self, size: int | None = None) -> bytes:
        """Root of the first ``size`` leaves (all of them by default)."""
        size = self.size if size is None else size
        return self.subtree(0, size) if size else EMPTY_ROOT

    def subtree(self, low: int, high: int) -> bytes:
        """Hash of the leaves [low, high); ``low`` is a multiple of a power of two that covers them."""
        width = high - low
        if width & (width - 1) == 0:
            return self._levels[width.bit_length() - 1][low // width]
        middle = low + split(width)
        return node_hash(self.subtree(low, middle), self.subtree(middle, high))


def split(width: int) -> int:
    """Largest power of two below ``width`` (>= 2)."""
    return 1 << (width - 1).bit_length() - 1
