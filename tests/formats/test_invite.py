import contextlib
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.vectors.invite import generate
from witnesskit.errors import WitnesskitError
from witnesskit.errors.invite import BadInvite, DigitsDiffer, DigitsIncomplete, InviteExpired
from witnesskit.formats.invite import check_digits, check_valid, encode_invite, invite_digits, parse_invite
from witnesskit.model import RecipientSet, Ring

FILES = sorted(generate.FOLDER.glob("*.invite"))
SPEC = Path(__file__).resolve().parents[2] / "docs" / "spec" / "invite.md"
OK = generate.OK
DIGITS = "84692 43669 98763 65282 94150 72602"


def test_the_vectors_are_those_that_the_generator_makes():
    assert {file.name: file.read_bytes() for file in FILES} == generate.all_vectors()


@pytest.mark.parametrize("file", [file for file in FILES if file.name.startswith("ok")], ids=lambda file: file.stem)
def test_a_good_invite_is_read_and_written_again(file):
    assert encode_invite(parse_invite(file.read_bytes())) == file.read_bytes()


@pytest.mark.parametrize("file", [file for file in FILES if "--" in file.name], ids=lambda file: file.stem)
def test_one_defect_gives_the_code_in_the_name(file):
    with pytest.raises(WitnesskitError) as refusal:
        parse_invite(file.read_bytes())
    assert refusal.value.code == file.name.partition("--")[0]


def test_at_least_three_of_four_vectors_are_negative():
    assert sum("--" in file.name for file in FILES) * 4 >= 3 * len(FILES)


def test_the_page_shows_the_vector_and_its_digits():
    page = SPEC.read_text(encoding="utf-8")
    assert OK.decode().rstrip("\n") in "".join(line.strip() for line in page.splitlines())
    assert invite_digits(OK) in page


def test_each_ring_has_its_own_key_and_the_recovery_key():
    invite = parse_invite(OK)
    assert invite.rings == RecipientSet(invite.custodian + invite.recovery, invite.desk + invite.recovery)
    assert len(set(invite.rings.of(Ring.CUSTODIAN)) | set(invite.rings.of(Ring.DESK))) == 3


def test_the_digits_never_change():
    assert invite_digits(OK) == DIGITS


@pytest.mark.parametrize(
    "spoil",
    [
        lambda digits: digits.replace(" ", ""),
        lambda digits: digits.replace(" ", "-"),
        lambda digits: digits.replace(" ", "\n"),
        lambda digits: f"  {digits}. ",
        lambda digits: digits.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")),
        lambda digits: digits.translate(str.maketrans("0123456789", "０１２３４５６７８９")),
    ],
)
def test_digits_are_typed_with_forgiveness(spoil):
    check_digits(OK, spoil(DIGITS))


@pytest.mark.parametrize("typed", ["", "1", DIGITS[:-1], DIGITS + "0", DIGITS[:-1] + "x", "²" * 30, DIGITS[6:17]])
def test_less_than_all_digits_is_not_enough(typed):
    with pytest.raises(DigitsIncomplete):
        check_digits(OK, typed)


def test_one_wrong_digit_refuses_and_names_its_group():
    for place, digit in enumerate(DIGITS):
        if digit != " ":
            wrong = DIGITS[:place] + str((int(digit) + 1) % 10) + DIGITS[place + 1 :]
            with pytest.raises(DigitsDiffer, match=f"only group {place // 6 + 1} differs"):
                check_digits(OK, wrong)


def test_another_file_is_refused_without_naming_groups():
    other = encode_invite(replace(parse_invite(OK), id="f" * 32))
    with pytest.raises(DigitsDiffer) as refusal:
        check_digits(other, DIGITS)
    assert refusal.value.detail == ""


def test_every_byte_counts_for_the_digits():
    assert len({invite_digits(data) for data in (OK, OK[:-1], OK + b"\n", OK.replace(b"K", b"J"))}) == 4


def test_the_last_day_is_included():
    invite = parse_invite(OK)
    check_valid(invite, date(2026, 12, 31))
    with pytest.raises(InviteExpired):
        check_valid(invite, date(2027, 1, 1))


@pytest.mark.parametrize("changes", [{"id": "x"}, {"desk": ()}, {"policy": 7}, {"desk": "age1"}, {"checkpoint": "x"}])
def test_what_would_be_refused_is_not_written(changes):
    with pytest.raises(BadInvite):
        encode_invite(replace(parse_invite(OK), **changes))


@settings(max_examples=200)
@given(st.integers(0, len(OK)), st.integers(0, 8), st.binary(max_size=8))
def test_a_mutated_invite_leaks_no_other_error_and_never_keeps_its_digits(place, gone, data):
    mutated = OK[:place] + data + OK[place + gone :]
    with contextlib.suppress(WitnesskitError):
        parse_invite(mutated)
    assert (invite_digits(mutated) == DIGITS) == (mutated == OK)


@settings(max_examples=100)
@given(st.text(max_size=60))
def test_nothing_typed_leaks_another_error(typed):
    with pytest.raises((DigitsDiffer, DigitsIncomplete)):
        check_digits(OK, typed)
