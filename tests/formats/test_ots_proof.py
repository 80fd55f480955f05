"""OpenTimestamps proofs: what hostile bytes may cost, and attestations that are not Bitcoin's."""

from __future__ import annotations

import hashlib
import warnings

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opentimestamps.core.notary import BitcoinBlockHeaderAttestation, LitecoinBlockHeaderAttestation
from opentimestamps.core.serialize import BytesSerializationContext
from opentimestamps.core.timestamp import DetachedTimestampFile, Timestamp

from tests.simulators.calendar import Calendar, attested
from witnesskit.custody_limits import OTS_MAX
from witnesskit.errors.verify import BadToken
from witnesskit.formats.ots_proof import HEAD, block_claims, read_branch, read_proof

DATA = b"the bytes of a checkpoint\n"
DIGEST = hashlib.sha256(DATA).digest()


def whole() -> bytes:
    one = Calendar()
    one.submit(DIGEST)
    one.mine(5)
    (branch,) = one.complete.values()
    return branch


def test_the_head_is_the_one_that_the_library_writes():
    from opentimestamps.core.op import OpSHA256

    tree = Timestamp(DIGEST)
    tree.attestations.add(BitcoinBlockHeaderAttestation(5))
    context = BytesSerializationContext()
    DetachedTimestampFile(OpSHA256(), tree).serialize(context)
    assert context.getbytes() == HEAD + DIGEST + attested(DIGEST, BitcoinBlockHeaderAttestation(5))
    assert block_claims(read_proof(context.getbytes(), DATA)) == [(DIGEST, 5)]


@pytest.mark.parametrize("digest", [b"\x02", b"\x03", b"\x67"])
def test_a_proof_that_begins_with_another_digest_is_refused(digest):
    proof = HEAD[:-1] + digest + DIGEST + attested(DIGEST, BitcoinBlockHeaderAttestation(5))
    with pytest.raises(BadToken, match="of other data"):
        read_proof(proof, DATA)


def test_a_block_of_another_coin_does_not_count():
    tree = read_branch(attested(DIGEST, LitecoinBlockHeaderAttestation(5)), DIGEST)
    assert block_claims(tree) == []


def test_bytes_behind_a_proof_are_refused():
    with pytest.raises(BadToken, match="cannot be read"):
        read_branch(attested(DIGEST, BitcoinBlockHeaderAttestation(5)) + b"\0", DIGEST)


def test_a_proof_longer_than_any_is_not_looked_at():
    with pytest.raises(BadToken, match="more than"):
        read_branch(bytes(OTS_MAX + 1), DIGEST)


def test_a_height_of_thousands_of_digits_is_no_block():
    payload = b"\xff" * 8000 + b"\x01"
    size = bytes([len(payload) & 127 | 128, len(payload) >> 7])
    tree = read_branch(b"\x00" + bytes.fromhex("0588960d73d71901") + size + payload, DIGEST)
    assert block_claims(tree) == []


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300), st.integers(0, 200), st.integers(0, 40))
def test_no_bytes_fail_in_another_way(piece, place, dropped):
    good = whole()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for data in (piece, good[:place] + piece + good[place + dropped :]):
            try:
                block_claims(read_branch(data, DIGEST))
            except BadToken as refused:
                assert refused.detail == "it cannot be read"


@pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")
@pytest.mark.parametrize("tail", [b"", b"\x00"])
@pytest.mark.parametrize("step", [b"\x08", b"\xff\x08", b"\xf3", b"\xff\xf0\x01a", b"\xf1\x01a", b"\xff\xf2"])
def test_hostile_repetition_ends_in_a_refusal(step, tail):
    with pytest.raises(BadToken):
        read_branch(step * (OTS_MAX // len(step) - 1) + tail, DIGEST)
