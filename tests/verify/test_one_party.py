"""Nobody becomes a second party by another name: neither a desk's own witness key, nor a device that says it received."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.vectors.custody_log.anchored import HOUR, NOON, Witness, one_item, policy, receipt_of, stamp
from tests.vectors.custody_log.anchored import desk as a_log
from tests.vectors.custody_log.honest import DAY, DESK, FIELD, Example, id_of, sign, with_case
from witnesskit.custody import prepare
from witnesskit.verify import CaseFiles, State, examine

OWN = Witness(f"{DESK.origin}/witness", b"\x0e" * 32)  # as `trust show` tells it
ANOTHER = Witness("wk1/desk0000000001/witness", b"\x0e" * 32)  # a longer name is another desk's


def cosigned(witness: Witness, quorum: str = "none") -> Example:
    """An authority's stamp, and a cosignature of two years before."""
    with one_item("stamped") as made:
        made.anchor("4.alpha.tsr", stamp(made.notes[0], NOON), logged=False)
        early = witness.cosig(made.notes[0], NOON - 730 * 24 * HOUR)
        made.anchor("4.north.cosig", early, logged=False)
        return made.example(policy=policy(quorum, north=witness))


def test_a_desks_own_witness_key_proves_no_time_with_one_authority():
    verdict = examine(*_parts(cosigned(OWN)))
    assert verdict.state is State.UNCHANGED
    assert not verdict.interval.not_after.proven
    assert examine(*_parts(cosigned(ANOTHER))).interval.not_after.proven


def test_nor_is_it_a_second_party_or_a_quorum():
    with one_item("stamped") as made:
        made.anchor("4.north.cosig", OWN.cosig(made.notes[0], 0), logged=False)
        alone = made.example(policy=policy(north=OWN))
        demanded = made.example(policy=f"witness north {OWN.key.text}\nquorum north\n")
    assert examine(*_parts(alone)).lone
    assert "QUORUM" in examine(*_parts(demanded)).codes("unknown")


def received_by(by: str, *, without: str = "nothing") -> Example:
    """A desk's log of two items; a trusted device's log says that it received it, and that it erased one of them."""
    with one_item("deletes") as made:
        made.item("second")
        made.notes = [sign(made.team.journal.log_bytes(), DESK)]
        example, told = made.example(keys=(DESK.vkey, FIELD.vkey)), receipt_of(made)
    erased = {"item": id_of("first"), "why": "consent", "scope": "both", "authority": "x", "day": DAY}
    with a_log("device", by, FIELD) as device:
        device.log(prepare("receipt", told)).log(prepare("delete", erased)).checkpoint()
        given = device.example().case
    found = tuple(one for one in example.case.found if not one.name.startswith(without))
    case = CaseFiles((*example.case.logs, *given.logs), example.case.openings + given.openings, found)
    return replace(example, case=case)


@pytest.mark.parametrize(("by", "state"), [("field", State.CHANGED), ("desk", State.UNCHANGED)])
def test_only_a_desk_that_received_an_item_deletes_it_on_record(by, state):
    assert examine(*_parts(received_by(by, without="first"))).state is state


@pytest.mark.parametrize(("by", "alone"), [("field", True), ("desk", False)])
def test_a_device_that_says_it_received_a_log_is_no_second_word_for_it(by, alone):
    example = received_by(by)
    verdict = examine(*_parts(example))
    assert (verdict.state, verdict.lone) == (State.UNCHANGED, alone)


def test_two_logs_of_one_name_are_two_histories_also_where_no_quorum_cosigned_them():
    with one_item("stamped") as made:
        example = made.example(policy=policy("both"))
    with one_item("begun anew") as again:
        logs = again.example().case.logs
    verdict = examine(*_parts(with_case(example, logs=(*example.case.logs, *logs))))
    assert "FORK" in verdict.codes("fail")


def _parts(example: Example) -> tuple:
    return example.case, example.trust
