"""OpenTimestamps from the first question to the time of a block, and hostile calendars."""

from __future__ import annotations

import hashlib
import sys

import pytest
from opentimestamps.core.notary import BitcoinBlockHeaderAttestation, PendingAttestation
from opentimestamps.core.op import OpAppend, OpSHA256
from opentimestamps.core.timestamp import Timestamp

from tests.simulators import calendar as simulator
from tests.simulators.calendar import TIME, Calendar, attested
from witnesskit.custody import calendar
from witnesskit.custody.calendar import Question
from witnesskit.custody_limits import OTS_MAX
from witnesskit.errors.custody import OtsMissing, StampRefused
from witnesskit.errors.verify import BadToken
from witnesskit.verify.bitcoin import block_time

DATA = b"the bytes of a checkpoint\n"
HEIGHT = 900_000


def stamped(*calendars: Calendar) -> bytes:
    asked = calendar.submission(DATA)
    return calendar.pending_proof(asked, [one.submit(asked.digest) for one in calendars])


def answers(proof: bytes, *calendars: Calendar) -> dict[Question, bytes]:
    known = {one.url: one for one in calendars}
    open_ = calendar.questions(proof, DATA, known)
    told = {one: known[one.calendar].timestamp(one.path) for one in open_}
    return {one: answer for one, answer in told.items() if answer is not None}


def test_pending_then_upgraded_then_the_time_of_the_block():
    one, two = Calendar(), Calendar("https://other.example")
    proof = stamped(one, two)
    with pytest.raises(BadToken, match="no block holds it yet"):
        block_time(proof, DATA, {})
    assert calendar.upgraded(proof, DATA, answers(proof, one, two)) is None
    later, sooner = one.mine(HEIGHT + 1, TIME + 600), two.mine(HEIGHT, TIME)
    whole = calendar.upgraded(proof, DATA, answers(proof, one, two))
    assert whole is not None
    assert block_time(whole, DATA, {HEIGHT: sooner, HEIGHT + 1: later}) == TIME
    assert block_time(whole, DATA, {HEIGHT + 1: later}) == TIME + 600


def test_one_calendar_that_answers_is_enough():
    one, silent = Calendar(), Calendar("https://silent.example")
    proof = stamped(one, silent)
    header = one.mine(HEIGHT)
    whole = calendar.upgraded(proof, DATA, answers(proof, one))
    assert whole is not None
    assert block_time(whole, DATA, {HEIGHT: header}) == TIME
    assert calendar.questions(whole, DATA, {silent.url}) == calendar.questions(proof, DATA, {silent.url})


def test_a_calendar_learns_no_digest_that_it_could_compare():
    first, second = calendar.submission(DATA), calendar.submission(DATA)
    assert first.digest != second.digest
    assert first.digest != hashlib.sha256(DATA).digest()
    assert repr(first) == "Submission()"


def test_the_nonce_is_used_as_the_library_uses_its_own():
    asked = calendar.submission(DATA)
    theirs = Timestamp(hashlib.sha256(DATA).digest()).ops.add(OpAppend(asked.nonce)).ops.add(OpSHA256())
    assert theirs.msg == asked.digest


def test_only_known_calendars_are_asked():
    asked = calendar.submission(DATA)
    hostile = attested(asked.digest, PendingAttestation("http://127.0.0.1:8080/admin"))
    proof = calendar.pending_proof(asked, [hostile])
    assert calendar.questions(proof, DATA, {"https://calendar.example"}) == []


def test_without_an_answer_there_is_no_proof():
    with pytest.raises(StampRefused, match="no calendar answered"):
        calendar.pending_proof(calendar.submission(DATA), [])


def deep(message: bytes, levels: int) -> bytes:
    tree = tip = Timestamp(message)
    for _ in range(levels):
        tip = tip.ops.add(OpSHA256())
    tip.attestations.add(PendingAttestation("https://calendar.example"))
    return simulator.serialized(tree)


@pytest.mark.parametrize(
    "answer",
    [b"", b"<html>", b"\xf0", b"\x00" * 9, b"\x08" * 1000, b"\xff\x08" * 8000, bytes(OTS_MAX + 1), b"\x03\x66\x00"],
)
def test_an_answer_that_is_no_tree_is_refused(answer):
    with pytest.raises(StampRefused):
        calendar.pending_proof(calendar.submission(DATA), [answer])


def test_a_proof_deeper_than_any_verifier_reads_is_not_made():
    asked = calendar.submission(DATA)
    with pytest.raises(StampRefused, match="cannot be read"):
        calendar.pending_proof(asked, [deep(asked.digest, 255)])


def test_a_block_without_its_header_proves_nothing():
    one = Calendar()
    proof = stamped(one)
    one.mine(HEIGHT)
    whole = calendar.upgraded(proof, DATA, answers(proof, one))
    with pytest.raises(BadToken, match="no header of block 900000 was given"):
        block_time(whole, DATA, {})


def test_a_header_of_another_block_proves_nothing():
    one = Calendar()
    proof = stamped(one)
    header = one.mine(HEIGHT)
    whole = calendar.upgraded(proof, DATA, answers(proof, one))
    for other in (simulator.header(bytes(32), TIME), header[:40], b""):
        with pytest.raises(BadToken, match="does not lead to the block"):
            block_time(whole, DATA, {HEIGHT: other})


def test_a_calendar_that_lies_about_the_block_proves_nothing():
    asked = calendar.submission(DATA)
    proof = calendar.pending_proof(asked, [attested(asked.digest, BitcoinBlockHeaderAttestation(HEIGHT))])
    with pytest.raises(BadToken, match="does not lead to the block"):
        block_time(proof, DATA, {HEIGHT: simulator.header(bytes(32), TIME)})


def test_a_proof_of_other_data_proves_nothing():
    one = Calendar()
    proof = stamped(one)
    with pytest.raises(BadToken, match="of other data"):
        block_time(proof, DATA + b"x", {})
    with pytest.raises(BadToken, match="of other data"):
        block_time(b"", DATA, {})


def test_without_the_library_the_verifier_says_what_to_install(monkeypatch):
    proof = stamped(Calendar())
    for name in [name for name in sys.modules if name.partition(".")[0] == "opentimestamps"]:
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.setitem(sys.modules, "opentimestamps", None)
    with pytest.raises(BadToken, match=r"pip install 'witnesskit\[ots\]'"):
        block_time(proof, DATA, {})
    with pytest.raises(OtsMissing):
        calendar.pending_proof(calendar.submission(DATA), [])
