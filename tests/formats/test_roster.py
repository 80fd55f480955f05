"""The roster has one form, and nothing else is read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from witnesskit.errors.bundle import BadManifest
from witnesskit.formats.roster import RosterLine, parse_roster, roster_bytes

LINES = (RosterLine(1, "a" * 16 + ".age", "0" * 64, 65_834), RosterLine(2, "b2c3d4e5f6g7abcd.age", "f" * 64, 65_834))


def test_it_comes_back_as_it_was():
    assert parse_roster(roster_bytes(LINES)) == LINES
    assert parse_roster(b"") == ()


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data[:-1],
        lambda data: data.replace(b'"volume":2', b'"volume":3'),
        lambda data: data.replace(b'"volume":1', b'"volume":01'),
        lambda data: data.replace(b"aaaaaaaaaaaaaaaa.age", b"../../etc/passwd.age"),
        lambda data: data.replace(b"65834", b"-1", 1),
        lambda data: data.replace(b'"size"', b' "size"', 1),
        lambda data: data + b"\n",
        lambda data: data.replace(b"0" * 64, b"\xff" * 64),
        lambda data: data * 2_000_000,
    ],
)
def test_any_other_form_is_refused(change):
    with pytest.raises(BadManifest):
        parse_roster(change(roster_bytes(LINES)))


@given(st.binary(max_size=300))
def test_no_bytes_raise_anything_else(data):
    try:
        lines = parse_roster(data)
    except BadManifest:
        return
    assert roster_bytes(lines) == data
