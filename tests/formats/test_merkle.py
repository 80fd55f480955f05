"""The RFC 6962 tree against the vectors of transparency-dev/merkle and against the definition."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from witnesskit.errors.verify import BadProof
from witnesskit.formats.merkle import Tree, check_consistency, check_inclusion, consistency, inclusion, leaf_hash
from witnesskit.formats.merkle_read import Leaves

VECTORS = json.loads((Path(__file__).parent.parent / "vectors/merkle/rfc6962.json").read_text())
LEAVES = [leaf_hash(bytes([number])) for number in range(70)]


def _bytes(text):
    return base64.b64decode(text or "")


def _check(vector):
    proof = [_bytes(part) for part in vector["proof"] or []]
    if "leafIdx" in vector:
        leaf, root = _bytes(vector["leafHash"]), _bytes(vector["root"])
        check_inclusion(vector["leafIdx"], vector["treeSize"], leaf, proof, root)
    else:
        old_root, root = _bytes(vector["root1"]), _bytes(vector["root2"])
        check_consistency(vector["size1"], vector["size2"], proof, old_root, root)


def test_all_196_vectors_are_here():
    assert len(VECTORS) == 196


@pytest.mark.parametrize("name", VECTORS)
def test_each_vector_ends_as_it_says(name):
    vector = VECTORS[name]
    if vector["wantErr"]:
        with pytest.raises(BadProof):
            _check(vector)
    else:
        _check(vector)


def _root_by_definition(leaves):
    if len(leaves) < 2:
        return leaves[0] if leaves else hashlib.sha256(b"").digest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    halves = _root_by_definition(leaves[:split]) + _root_by_definition(leaves[split:])
    return hashlib.sha256(b"\x01" + halves).digest()


def test_appending_and_building_give_the_root_of_the_definition():
    growing = Tree()
    for size, leaf in enumerate(LEAVES):
        assert _root_by_definition(LEAVES[:size]) == growing.root() == Tree(LEAVES[:size]).root()
        growing.append(leaf)
    assert [_root_by_definition(LEAVES[:size]) for size in range(70)] == [growing.root(n) for n in range(70)]


def test_every_inclusion_proof_up_to_seventy_leaves_holds_and_only_for_its_leaf():
    tree = Tree(LEAVES)
    for size in range(1, 71):
        for index in range(size):
            proof = inclusion(tree, index, size)
            check_inclusion(index, size, LEAVES[index], proof, tree.root(size))
            with pytest.raises(BadProof):
                check_inclusion(index, size, LEAVES[index - 1] + b"", proof, b"\0" * 32)


def test_every_consistency_proof_up_to_seventy_leaves_holds():
    tree = Tree(LEAVES)
    for size in range(1, 71):
        for old in range(1, size + 1):
            check_consistency(old, size, consistency(tree, old, size), tree.root(old), tree.root(size))


def test_consistency_from_nothing_is_refused():
    with pytest.raises(BadProof):
        check_consistency(0, 4, [], Tree().root(), Tree(LEAVES[:4]).root())


def test_a_leaf_hash_has_32_bytes():
    with pytest.raises(BadProof):
        check_inclusion(0, 1, b"", [], b"")


@settings(max_examples=200, deadline=None)
@given(st.integers(-2, 70), st.integers(-2, 70), st.lists(st.binary(min_size=30, max_size=33), max_size=8))
def test_a_made_up_proof_never_leads_to_a_root(first, second, proof):
    tree = Tree(LEAVES)
    for check in (
        lambda: check_inclusion(first, second, LEAVES[0], proof, b"\1" * 32),
        lambda: check_consistency(first, second, proof, b"\1" * 32, tree.root()),
    ):
        with pytest.raises(BadProof):
            check()


@pytest.mark.parametrize("count", [*range(9), 255, 256, 257, 511, 512, 513, 1000])
def test_packed_leaves_have_the_roots_of_the_tree(count):
    leaves = [leaf_hash(bytes([number % 251])) for number in range(count)]
    packed, tree = Leaves(), Tree(leaves)
    for leaf in leaves:
        packed.append(leaf)
    assert len(packed) == count
    sizes = range(0, count + 1, max(1, count // 60))
    assert [packed.root(size) for size in sizes] == [tree.root(size) for size in sizes]
    assert [packed.leaf(index) for index in range(count)] == leaves
