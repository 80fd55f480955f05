"""Every vector gives the verdict and the codes it states, and its generator still makes it."""

from __future__ import annotations

import pytest

from tests.vectors.custody_log import generate
from tests.verify import cases


@pytest.mark.parametrize("name", cases.names())
def test_a_vector_ends_as_it_says(name):
    vector = cases.load(name)
    assert cases.case_ended(vector) == vector["expect"]


def test_the_generator_makes_exactly_these_vectors():
    made = {vector.name: generate.as_json(vector) for vector in generate.all_vectors()}
    stored = {name: (cases.FOLDER / f"{name}.json").read_text(encoding="utf-8") for name in cases.names()}
    assert made == stored


def test_each_vector_is_named_after_a_code_it_raises():
    for name in cases.names():
        codes = cases.load(name)["expect"]["codes"]
        assert name.startswith("ok") or any(code in name for code in codes), name


def test_two_of_three_vectors_hold_a_defect_that_is_told():
    names = cases.names()
    assert sum(name.startswith("ok") for name in names) * 3 <= len(names)
