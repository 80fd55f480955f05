"""Every vector gives the verdict and the codes it states, and its generator still makes it."""

from __future__ import annotations

import pytest

from tests.vectors.custody_log import generate
from tests.verify import cases
from witnesskit.verify import CheckState, examine

_TOLD = (CheckState.FAIL, CheckState.UNKNOWN, CheckState.WARN)


@pytest.mark.parametrize("name", cases.names())
def test_a_vector_ends_as_it_says(name):
    vector = cases.load(name)
    verdict = examine(cases.case_of(vector), cases.trust_of(vector))
    expect = vector["expect"]
    codes = sorted(set(verdict.codes(*_TOLD)) - {"TIME", "UNANCHORED"})
    assert (verdict.state, codes) == (expect["state"], expect["codes"])
    finding = expect["finding"]
    assert (finding["code"], finding["sentence"]) in {(check.code, check.sentence) for check in verdict.checks}
    assert (verdict.sentence, verdict.tally.sentence) == (expect["answer"], expect["tally"])
    assert cases.intervals_of(verdict) == expect.get("intervals", {})


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
