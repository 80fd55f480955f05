"""Names of anchors and checkpoints: the one grammar, and that nothing else is taken for one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from witnesskit.formats.anchor import KINDS, AnchorName, note_size, parse_anchor_name


@pytest.mark.parametrize(("ending", "kind"), KINDS.items())
def test_the_ending_tells_the_kind(ending, kind):
    name = parse_anchor_name(f"12.north-1.{ending}")
    assert name == AnchorName(12, "north-1", ending)
    assert name.kind == kind


def test_the_largest_size_and_the_longest_name_fit():
    assert parse_anchor_name(f"{10**15 - 1}.{'a' * 32}.tsr") == AnchorName(10**15 - 1, "a" * 32, "tsr")
    assert note_size(f"{10**15 - 1}.note") == 10**15 - 1


@pytest.mark.parametrize(
    "text",
    [
        "", "12", "12.tsr", "12..tsr", ".north.tsr", "0.north.tsr", "012.north.tsr", "-1.north.tsr", "+1.north.tsr",
        "1000000000000000.north.tsr", "12.North.tsr", "12.-north.tsr", "12.north_1.tsr", "12.north.1.tsr",
        f"12.{'a' * 33}.tsr", "12.north.tsr\n", " 12.north.tsr", "12.north.TSR", "12.north.note", "12.north.tsr.bak",
        "../12.north.tsr", "12.nor/th.tsr", "12.солтүстік.tsr", "١٢.north.tsr", "12.north.tsr\0", "12.north",
    ],
)  # fmt: skip
def test_another_name_is_no_anchor(text):
    assert parse_anchor_name(text) is None


@pytest.mark.parametrize(
    "text", ["", ".note", "0.note", "06.note", "6.note\n", "6.NOTE", "6.north.note", "../6.note", "٦.note", "6"]
)
def test_another_name_is_no_checkpoint(text):
    assert note_size(text) is None


@given(
    st.integers(1, 10**15 - 1),
    st.from_regex(r"[a-z0-9][a-z0-9-]{0,31}", fullmatch=True),
    st.sampled_from(list(KINDS)),
)
def test_every_name_comes_back(size, provider, ending):
    name = AnchorName(size, provider, ending)
    assert parse_anchor_name(name.text) == name


@given(st.text(alphabet="0123456789abc-./\n", max_size=24) | st.text(max_size=24))
def test_a_name_that_is_read_is_the_one_that_would_be_written(text):
    name = parse_anchor_name(text)
    assert name is None or name.text == text
