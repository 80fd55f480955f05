"""Verifier keys of the three kinds: their text forms, and what is refused."""

from __future__ import annotations

import base64
import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from witnesskit.errors.formats import BadKey
from witnesskit.formats.digits import fingerprint
from witnesskit.keys import COSIGNATURE, ED25519, ML_DSA_44, SIZES, VerifierKey, parse_verifier_key

KINDS = (ED25519, COSIGNATURE, ML_DSA_44)
EDWARDS = Ed25519PrivateKey.from_private_bytes(b"\x01" * 32)
LATTICE = MLDSA44PrivateKey.from_seed_bytes(b"\x02" * 32)
NAME = "witness.example/w1"
KEYS = {
    ED25519: VerifierKey(NAME, EDWARDS.public_key().public_bytes_raw()),
    COSIGNATURE: VerifierKey(NAME, EDWARDS.public_key().public_bytes_raw(), COSIGNATURE),
    ML_DSA_44: VerifierKey(NAME, LATTICE.public_key().public_bytes_raw(), ML_DSA_44),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_key_of_each_kind_comes_back_from_its_text(kind):
    assert parse_verifier_key(KEYS[kind].text, KINDS) == KEYS[kind]
    assert len(KEYS[kind].public) == SIZES[kind]


@pytest.mark.parametrize("kind", KINDS)
def test_the_key_hash_is_over_name_kind_and_key(kind):
    told = hashlib.sha256(NAME.encode() + b"\n" + kind + KEYS[kind].public).digest()[:4]
    assert KEYS[kind].key_hash == told
    assert KEYS[kind].text == f"{NAME}+{told.hex()}+{base64.b64encode(kind + KEYS[kind].public).decode()}"


def test_one_key_of_two_kinds_has_two_hashes_and_two_fingerprints():
    assert KEYS[ED25519].key_hash != KEYS[COSIGNATURE].key_hash
    assert fingerprint(KEYS[ED25519]) != fingerprint(KEYS[COSIGNATURE])


@pytest.mark.parametrize("kind", [COSIGNATURE, ML_DSA_44])
def test_a_kind_that_is_not_wanted_is_refused(kind):
    with pytest.raises(BadKey):
        parse_verifier_key(KEYS[kind].text)
    with pytest.raises(BadKey):
        parse_verifier_key(KEYS[ED25519].text, (kind,))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("change", [-1, 1])
def test_a_key_of_another_length_is_refused(kind, change):
    public = KEYS[kind].public[:-1] if change < 0 else KEYS[kind].public + b"\0"
    with pytest.raises(BadKey):
        parse_verifier_key(VerifierKey(NAME, public, kind).text, KINDS)


def test_a_kind_that_nobody_knows_is_refused():
    with pytest.raises(BadKey):
        parse_verifier_key(VerifierKey(NAME, bytes(32), b"\x05").text, (*KINDS, b"\x05"))


@pytest.mark.parametrize(
    "text",
    [
        KEYS[COSIGNATURE].text.replace("w1", "w2"),
        KEYS[COSIGNATURE].text.replace("w1", "W1"),
        KEYS[COSIGNATURE].text.replace("+", "++", 1),
        KEYS[COSIGNATURE].text + "=",
        KEYS[COSIGNATURE].text.replace(KEYS[COSIGNATURE].key_hash.hex(), KEYS[COSIGNATURE].key_hash.hex().upper()),
    ],
)
def test_a_damaged_text_is_refused(text):
    with pytest.raises(BadKey):
        parse_verifier_key(text, KINDS)


def test_each_kind_checks_with_its_own_algorithm():
    signature, other = LATTICE.sign(b"text"), EDWARDS.sign(b"text")
    assert KEYS[ML_DSA_44].verifies(signature, b"text")
    assert KEYS[COSIGNATURE].verifies(other, b"text")
    assert not KEYS[ML_DSA_44].verifies(other, b"text")
    assert not KEYS[COSIGNATURE].verifies(signature, b"text")
    assert not KEYS[ML_DSA_44].verifies(signature, b"texts")
    assert not KEYS[ML_DSA_44].verifies(signature[:-1], b"text")
    assert not KEYS[ML_DSA_44].verifies(b"", b"text")


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=80))
def test_no_text_fails_in_another_way(text):
    try:
        key = parse_verifier_key(text, KINDS)
    except BadKey:
        return
    assert key.text == text.strip()
