"""A commitment in digits: whatever one digit, one swap, one lost or added digit does to it, it is refused."""

from __future__ import annotations

import hashlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from witnesskit.errors.brought import BadCommitment
from witnesskit.formats.commitment import Commitment, check_digit, line, mentions, parse

ROOT = hashlib.sha256(b"root").digest()
LINE = line("2011-12-16", 42, ROOT)


def test_what_is_written_is_read():
    found = parse(LINE)
    assert (found.day, found.size) == ("2011-12-16", 42)
    assert found.fits(ROOT)
    assert not found.fits(hashlib.sha256(b"another").digest())


@given(st.binary(min_size=32, max_size=32), st.integers(0, 10**10 - 1), st.dates())
def test_every_line_fits_one_message_and_comes_back(root, size, day):
    text = line(day.isoformat(), size, root)
    assert len(text) <= 160
    assert re.fullmatch(r"[A-Z0-9 ]+", text)
    assert parse(text) == Commitment(day.isoformat(), size, parse(text).digits)


@pytest.mark.parametrize(
    "place", [place for place, character in enumerate(LINE) if character.isdigit() and place > 2]
)
def test_one_wrong_digit_is_refused(place):
    for digit in "0123456789".replace(LINE[place], ""):
        with pytest.raises(BadCommitment):
            parse(LINE[:place] + digit + LINE[place + 1 :])


@pytest.mark.parametrize("place", range(4, len(LINE) - 1))
def test_two_neighbours_swapped_are_refused(place):
    swapped = LINE[:place] + LINE[place + 1] + LINE[place] + LINE[place + 2 :]
    if swapped.split() != LINE.split() and " " not in LINE[place : place + 2]:
        with pytest.raises(BadCommitment):
            parse(swapped)


def test_the_group_that_is_wrong_is_named():
    words = LINE.split()
    words[5] = words[5][:-1] + str((int(words[5][-1]) + 1) % 10)
    with pytest.raises(BadCommitment, match="group 3 of 10"):
        parse(" ".join(words))


def test_two_groups_in_each_other_s_place_are_refused():
    words = LINE.split()
    words[3], words[4] = words[4], words[3]
    with pytest.raises(BadCommitment):
        parse(" ".join(words))


@pytest.mark.parametrize(
    "text",
    ["", "WK1", "WK2 " + LINE[4:], LINE + " 1", LINE.rsplit(" ", 1)[0], "١" + LINE, LINE.replace("2011", "٢٠١١")],
)
def test_what_is_no_line_is_refused(text):
    with pytest.raises(BadCommitment):
        parse(text)


def test_a_day_that_is_none_is_refused():
    plain = "20111316 42"
    digits = parse(LINE).digits
    forged = LINE.replace("20111216", "20111316")[:-1] + check_digit(plain.replace(" ", "") + digits)
    with pytest.raises(BadCommitment, match="the day"):
        parse(forged)


def test_it_is_found_inside_a_message_and_as_people_type_it():
    typed = "Salem! " + LINE.lower().replace(" ", "-") + " call me"
    assert [parse(found).size for found in mentions(typed)] == [42]


@given(st.text(max_size=300))
def test_no_text_breaks_the_reader(text):
    for found in mentions(text):
        try:
            parse(found)
        except BadCommitment:
            continue
