"""Inclusion and consistency proofs of the RFC 6962 tree, and their checks (docs/spec/custody-log.md, "Tree")."""

from __future__ import annotations

from collections.abc import Sequence

from witnesskit.errors.verify import BadProof
from witnesskit.formats.merkle_read import chain, check_inclusion, check_length, leaf_hash, node_hash
from witnesskit.formats.merkle_tree import EMPTY_ROOT, Tree, split

__all__ = [
    "EMPTY_ROOT",
    "Tree",
    "check_consistency",
    "check_inclusion",
    "consistency",
    "inclusion",
    "leaf_hash",
    "node_hash",
]


def inclusion(tree: Tree, index: int, size: int | None = None) -> tuple[bytes, ...]:
    """Proof that leaf ``index`` is in the tree of the first ``size`` leaves (RFC 6962, 2.1.1)."""
    low, high = 0, tree.size if size is None else size
    proof: list[bytes] = []
    while high - low > 1:
        middle = low + split(high - low)
        if index < middle:
            proof.append(tree.subtree(middle, high))
            high = middle
        else:
            proof.append(tree.subtree(low, middle))
            low = middle
    return tuple(reversed(proof))


def consistency(tree: Tree, old_size: int, size: int | None = None) -> tuple[bytes, ...]:
    """Proof that the first ``old_size`` (>= 1) leaves begin the first ``size`` (RFC 6962, 2.1.2)."""
    low, high = 0, tree.size if size is None else size
    proof: list[bytes] = []
    whole = True  # the old tree is still the subtree [0, old_size)
    while old_size < high:
        middle = low + split(high - low)
        if old_size <= middle:
            proof.append(tree.subtree(middle, high))
            high = middle
        else:
            proof.append(tree.subtree(low, middle))
            low = middle
            whole = False
    if not whole:
        proof.append(tree.subtree(low, high))
    return tuple(reversed(proof))


def check_consistency(old_size: int, size: int, proof: Sequence[bytes], old_root: bytes, root: bytes) -> None:
    """Check that the tree of ``old_size`` begins the tree of ``size``; raises BadProof, also from size 0."""
    if not 1 <= old_size <= size:
        raise BadProof("sizes are not in order")
    if old_size == size:
        check_length(proof, 0)
        if old_root != root:
            raise BadProof("two roots for one size")
        return
    low_zeros = (old_size & -old_size).bit_length() - 1
    inner = ((old_size - 1) ^ (size - 1)).bit_length() - low_zeros
    border = ((old_size - 1) >> (inner + low_zeros)).bit_count()
    power_of_two = old_size == 1 << low_zeros
    check_length(proof, inner + border + (not power_of_two))
    seed, rest = (old_root, proof) if power_of_two else (proof[0], proof[1:])
    mask = (old_size - 1) >> low_zeros
    old = new = seed
    for level, sibling in enumerate(rest[:inner]):
        if mask >> level & 1:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
        else:
            new = node_hash(new, sibling)
    if chain(old, rest[inner:]) != old_root:
        raise BadProof("the old root does not follow from the proof")
    if chain(new, rest[inner:]) != root:
        raise BadProof("the new root does not follow from the proof")
