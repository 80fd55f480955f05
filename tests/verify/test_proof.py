"""Every vector of a proof gives the verdict and the codes it states, and its generator still makes it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.vectors.tlog_proof import generate
from witnesskit.actions.vector_forms import load, proof_ended, proof_told
from witnesskit.formats.tlog_proof import parse_proof, proof_bytes
from witnesskit.verify import State, examine_proof

FOLDER = Path(generate.__file__).parent
NAMES = sorted(path.stem for path in FOLDER.glob("*.json"))
HONEST = generate.ok()


@pytest.mark.parametrize("name", NAMES)
def test_a_vector_ends_as_it_says(name):
    vector = load(FOLDER / f"{name}.json")
    assert proof_ended(vector) == vector["expect"]


def test_the_generator_makes_exactly_these_vectors():
    stored = {name: (FOLDER / f"{name}.json").read_text(encoding="utf-8") for name in NAMES}
    assert generate.all_vectors() == stored


def test_each_vector_is_named_after_a_code_it_raises():
    for name in NAMES:
        codes = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))["expect"]["codes"]
        assert name.startswith("ok") or any(code in name for code in codes), name


def test_the_steps_of_a_proof_are_told_in_their_order():
    made = generate.ok_witnesses()
    numbers = [check.number for check in examine_proof(parse_proof(made.data), made.found, made.trust).checks]
    assert numbers == sorted(numbers)
    assert numbers[-1] == 8
    assert set(numbers) <= set(range(2, 9))


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_a_changed_byte_of_a_proof_is_never_unchanged(data):
    place = data.draw(st.integers(0, len(HONEST.data) - 1))
    end = data.draw(st.integers(place, min(len(HONEST.data), place + 20)))
    changed = HONEST.data[:place] + data.draw(st.binary(max_size=4)) + HONEST.data[end:]
    assert (proof_told(changed, HONEST.found, HONEST.trust)[0] == State.UNCHANGED) == (changed == HONEST.data)


def test_a_proof_is_written_as_it_is_read():
    assert proof_bytes(parse_proof(HONEST.data)) == HONEST.data
