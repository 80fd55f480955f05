"""The fast search for readable runs finds what the pattern finds that it replaces."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from witnesskit.media.readable import runs, table

LETTERS = b"abc \0"


@pytest.mark.parametrize("least", [1, 3, 6])
@settings(max_examples=100, deadline=None)
@given(data=st.lists(st.sampled_from([*LETTERS, 1, 200, 255]), max_size=60).map(bytes))
def test_it_finds_what_a_pattern_finds(least, data):
    pattern = re.compile(b"[" + re.escape(LETTERS) + b"]{%d,}" % least)
    found = [data[start:end] for start, end in runs(data, table(LETTERS), least)]
    assert found == pattern.findall(data)


@pytest.mark.parametrize("least", [15, 16, 32, 33, 40])
@settings(max_examples=100, deadline=None)
@given(pieces=st.lists(st.tuples(st.integers(0, 48), st.binary(min_size=1, max_size=5)), max_size=8))
def test_long_runs_are_found_though_only_some_bytes_are_looked_at_first(least, pieces):
    pattern = re.compile(b"[" + re.escape(LETTERS) + b"]{%d,}" % least)
    data = b"".join((b"abc \0" * 10)[:length] + between for length, between in pieces)
    found = [data[start:end] for start, end in runs(data, table(LETTERS), least)]
    assert found == pattern.findall(data)


def test_nothing_is_found_in_nothing():
    assert list(runs(b"", table(LETTERS), 6)) == []
