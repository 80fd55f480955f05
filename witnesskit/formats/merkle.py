"""The RFC 6962 tree (SHA-256): append, root, inclusion and consistency proofs, and their checks.

Leaf hash: SHA-256(0x00 || leaf). Inner hash: SHA-256(0x01 || left || right). docs/spec/custody-log.md.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

from witnesskit.errors.verify import BadProof

HASH_SIZE = 32  # bytes
EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(leaf: bytes) -> bytes:
    """Hash (32 bytes) of the bytes of one leaf."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash (32 bytes) of two subtrees."""
    return hashlib.sha256(b"\x01" + left + right).digest()


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
        return self._subtree(0, size) if size else EMPTY_ROOT

    def inclusion(self, index: int, size: int | None = None) -> tuple[bytes, ...]:
        """Proof that leaf ``index`` is in the tree of the first ``size`` leaves (RFC 6962, 2.1.1)."""
        low, high = 0, self.size if size is None else size
        proof: list[bytes] = []
        while high - low > 1:
            middle = low + _split(high - low)
            if index < middle:
                proof.append(self._subtree(middle, high))
                high = middle
            else:
                proof.append(self._subtree(low, middle))
                low = middle
        return tuple(reversed(proof))

    def consistency(self, old_size: int, size: int | None = None) -> tuple[bytes, ...]:
        """Proof that the first ``old_size`` (>= 1) leaves begin the first ``size`` (RFC 6962, 2.1.2)."""
        low, high = 0, self.size if size is None else size
        proof: list[bytes] = []
        whole = True  # the old tree is still the subtree [0, old_size)
        while old_size < high:
            middle = low + _split(high - low)
            if old_size <= middle:
                proof.append(self._subtree(middle, high))
                high = middle
            else:
                proof.append(self._subtree(low, middle))
                low = middle
                whole = False
        if not whole:
            proof.append(self._subtree(low, high))
        return tuple(reversed(proof))

    def _subtree(self, low: int, high: int) -> bytes:
        """Hash of the leaves [low, high); ``low`` is a multiple of the power of two that covers them."""
        width = high - low
        if width & (width - 1) == 0:
            return self._levels[width.bit_length() - 1][low // width]
        middle = low + _split(width)
        return node_hash(self._subtree(low, middle), self._subtree(middle, high))


def check_inclusion(index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes) -> None:
    """Check that ``leaf`` (a leaf hash) is leaf ``index`` of ``size`` under ``root``; raises BadProof."""
    if not 0 <= index < size or len(leaf) != HASH_SIZE:
        raise BadProof("no such leaf")
    inner = (index ^ (size - 1)).bit_length()
    border = (index >> inner).bit_count()
    _check_length(proof, inner + border)
    found = leaf
    for level, sibling in enumerate(proof[:inner]):
        found = node_hash(sibling, found) if index >> level & 1 else node_hash(found, sibling)
    if _chain(found, proof[inner:]) != root:
        raise BadProof("the leaf is not under this root")


def check_consistency(old_size: int, size: int, proof: Sequence[bytes], old_root: bytes, root: bytes) -> None:
    """Check that the tree of ``old_size`` begins the tree of ``size``; raises BadProof, also from size 0."""
    if not 1 <= old_size <= size:
        raise BadProof("sizes are not in order")
    if old_size == size:
        _check_length(proof, 0)
        if old_root != root:
            raise BadProof("two roots for one size")
        return
    low_zeros = (old_size & -old_size).bit_length() - 1
    inner = ((old_size - 1) ^ (size - 1)).bit_length() - low_zeros
    border = ((old_size - 1) >> (inner + low_zeros)).bit_count()
    power_of_two = old_size == 1 << low_zeros
    _check_length(proof, inner + border + (not power_of_two))
    seed, rest = (old_root, proof) if power_of_two else (proof[0], proof[1:])
    mask = (old_size - 1) >> low_zeros
    old = new = seed
    for level, sibling in enumerate(rest[:inner]):
        if mask >> level & 1:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
        else:
            new = node_hash(new, sibling)
    if _chain(old, rest[inner:]) != old_root:
        raise BadProof("the old root does not follow from the proof")
    if _chain(new, rest[inner:]) != root:
        raise BadProof("the new root does not follow from the proof")


def _chain(found: bytes, border: Sequence[bytes]) -> bytes:
    for sibling in border:
        found = node_hash(sibling, found)
    return found


def _check_length(proof: Sequence[bytes], expected: int) -> None:
    if len(proof) != expected or any(len(part) != HASH_SIZE for part in proof):
        raise BadProof("the proof has the wrong length")


def _split(width: int) -> int:
    """Largest power of two below ``width`` (>= 2)."""
    return 1 << (width - 1).bit_length() - 1
