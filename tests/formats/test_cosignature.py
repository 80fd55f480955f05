"""Cosignatures: the example of the C2SP specification, both kinds, and what outweighs what."""

from __future__ import annotations

import struct

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from witnesskit.errors.formats import BadNote
from witnesskit.formats.checkpoint import (
    Checkpoint,
    SignatureState,
    note_bytes,
    parse_checkpoint,
    parse_note,
    signature_line,
)
from witnesskit.formats.cosignature import TIME_MAX, cosignature_line, cosigned_by, message
from witnesskit.keys import COSIGNATURE, ED25519, ML_DSA_44, VerifierKey

EDWARDS = Ed25519PrivateKey.from_private_bytes(b"\x01" * 32)
LATTICE = MLDSA44PrivateKey.from_seed_bytes(b"\x02" * 32)
WITNESS = VerifierKey("witness.example/w1", EDWARDS.public_key().public_bytes_raw(), COSIGNATURE)
POST_QUANTUM = VerifierKey("witness.example/w1", LATTICE.public_key().public_bytes_raw(), ML_DSA_44)
PRIVATE = {COSIGNATURE: EDWARDS, ML_DSA_44: LATTICE}
KEYS = [WITNESS, POST_QUANTUM]
CHECKPOINT = Checkpoint("wk1/example000000", 6, bytes(range(32)))
TIME = 1_780_000_000

EXAMPLE = """example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==
"""


def line(key: VerifierKey, time: int = TIME, checkpoint: Checkpoint = CHECKPOINT) -> str:
    return cosignature_line(key, time, PRIVATE[key.kind].sign(message(key, checkpoint, time)))


def state(*lines: str, key: VerifierKey = WITNESS, checkpoint: Checkpoint = CHECKPOINT) -> tuple[SignatureState, int]:
    return cosigned_by(parse_note(note_bytes(CHECKPOINT.text, *lines)), checkpoint, key)


GOOD, BAD, ABSENT = SignatureState.GOOD, SignatureState.BAD, SignatureState.ABSENT


def test_the_example_of_the_specification_is_read_and_its_message_is_the_one_shown():
    """c2sp.org/tlog-cosignature, "Format" and "Ed25519 signed message"; the specification tells no key."""
    note = parse_note(EXAMPLE.encode())
    checkpoint = parse_checkpoint(note.text)
    told = note.signatures[1]
    time = int.from_bytes(told.signature[:8])
    assert message(WITNESS, checkpoint, time).decode() == (
        "cosignature/v1\ntime 1679315147\nexample.com/behind-the-sofa\n20852163\n"
        "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    )
    assert len(told.signature) == 8 + 64
    assert cosigned_by(note, checkpoint, WITNESS) == (ABSENT, 0)


def test_the_post_quantum_message_is_the_structure_of_the_specification():
    """c2sp.org/tlog-cosignature, "ML-DSA-44 signed message"."""
    name, origin = POST_QUANTUM.name.encode(), CHECKPOINT.origin.encode()
    expected = struct.pack(
        f">12sB{len(name)}sQB{len(origin)}sQQ32s",
        b"subtree/v1\n\0", len(name), name, TIME, len(origin), origin, 0, 6, CHECKPOINT.root,
    )  # fmt: skip
    assert message(POST_QUANTUM, CHECKPOINT, TIME) == expected


@pytest.mark.parametrize("key", KEYS)
def test_a_cosignature_tells_its_time(key):
    assert state(line(key), key=key) == (GOOD, TIME)


def test_both_kinds_stand_side_by_side():
    lines = [line(key, TIME + place) for place, key in enumerate(KEYS)]
    assert [state(*lines, key=key) for key in KEYS] == [(GOOD, TIME), (GOOD, TIME + 1)]


@pytest.mark.parametrize("key", KEYS)
def test_of_several_times_the_earliest_counts(key):
    assert state(line(key, TIME + 5), line(key), line(key, TIME + 9), key=key) == (GOOD, TIME)


def test_time_nought_tells_no_time_and_takes_none_away():
    assert state(line(POST_QUANTUM, 0), key=POST_QUANTUM) == (GOOD, 0)
    assert state(line(POST_QUANTUM, 0), line(POST_QUANTUM), key=POST_QUANTUM) == (GOOD, TIME)


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize(
    "other",
    [
        Checkpoint("wk1/example000001", 6, CHECKPOINT.root),
        Checkpoint("wk1/example000000", 7, CHECKPOINT.root),
        Checkpoint("wk1/example000000", 6, bytes(32)),
    ],
)
def test_what_was_signed_of_another_checkpoint_is_bad(key, other):
    assert state(line(key, checkpoint=other), key=key) == (BAD, 0)


@pytest.mark.parametrize("key", KEYS)
def test_a_time_that_was_moved_is_bad(key):
    signature = PRIVATE[key.kind].sign(message(key, CHECKPOINT, TIME))
    assert state(cosignature_line(key, TIME - 86_400, signature), key=key) == (BAD, 0)


@pytest.mark.parametrize("key", KEYS)
def test_one_bad_line_outweighs_a_good_one(key):
    bad = cosignature_line(key, TIME, bytes(64))
    assert state(line(key), bad, key=key) == state(bad, line(key), key=key) == (BAD, 0)


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("length", [1, 8, 71, 73, 2429])
def test_a_signature_of_another_length_is_bad(key, length):
    assert state(signature_line(key, bytes(length)), key=key) == (BAD, 0)


@pytest.mark.parametrize("time", [TIME_MAX + 1, 2**64 - 1])
def test_a_time_beyond_the_specification_is_bad(time):
    assert state(line(WITNESS, TIME_MAX)) == (GOOD, TIME_MAX)
    assert state(line(WITNESS, time)) == (BAD, 0)


def test_a_signature_of_the_note_itself_is_no_cosignature():
    log = VerifierKey(WITNESS.name, WITNESS.public, ED25519)
    signed = signature_line(log, EDWARDS.sign(CHECKPOINT.text.encode()))
    assert state(signed) == (ABSENT, 0)
    disguised = signature_line(WITNESS, EDWARDS.sign(CHECKPOINT.text.encode()))
    assert state(disguised) == (BAD, 0)


def test_a_post_quantum_cosignature_names_its_cosigner():
    other = VerifierKey("witness.example/w2", POST_QUANTUM.public, ML_DSA_44)
    moved = cosignature_line(other, TIME, LATTICE.sign(message(POST_QUANTUM, CHECKPOINT, TIME)))
    assert state(moved, key=other) == (BAD, 0)


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 255), st.data())
def test_no_changed_byte_of_the_line_is_good(value, data):
    good = note_bytes(CHECKPOINT.text, line(WITNESS))
    place = data.draw(st.integers(len(CHECKPOINT.text), len(good) - 1))
    changed = good[:place] + bytes([value]) + good[place + 1 :]
    try:
        found = cosigned_by(parse_note(changed), CHECKPOINT, WITNESS)
    except BadNote:
        return
    assert (found == (GOOD, TIME)) == (changed == good)
