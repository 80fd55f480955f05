"""A receipt says one thing in one form, and only under the key that was promised."""

import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.vectors.bundle.parts import OTHER_SENDER, SENDER
from witnesskit.errors import ExitStatus, WitnesskitError
from witnesskit.formats.receipt import Receipt, parse_receipt, receipt_bytes, receipt_text

NOTE = SENDER.note("wk1/desk\n1\n" + "A" * 43 + "=\n").decode()
WHOLE = Receipt("1" * 32, "2" * 64, 40, bytes(range(32)), checked=12, opened=5, copies=2)
PART = dataclasses.replace(WHOLE, missing=(3, 5, 6, 7, 9), checkpoint=NOTE)
SET = dataclasses.replace(WHOLE, volumes=((2, (4, 5, 9)), (3, ()), (4, ()), (6, ())))


@pytest.mark.parametrize("receipt", [WHOLE, PART, SET], ids=["complete", "partial", "set"])
def test_it_is_read_as_it_was_written(receipt):
    assert parse_receipt(receipt_bytes(receipt, SENDER.sign_note), SENDER.key) == receipt


def test_it_says_complete_only_when_nothing_is_missing():
    assert receipt_text(WHOLE).split("\n")[5] == "complete"
    lines = receipt_text(PART).split("\n")
    assert lines[5:10] == ["partial", "checked 12 opened 5 copies 2", "missing 3", "missing 5-7", "missing 9"]

    lines = receipt_text(SET).split("\n")[7:-1]
    assert lines == ["missing 3-4/", "missing 6/", "missing 2/4-5", "missing 2/9"]


def test_another_key_is_refused():
    data = receipt_bytes(WHOLE, OTHER_SENDER.sign_note)
    assert code(data) == "RECEIPT-SIGNATURE"
    with pytest.raises(WitnesskitError) as refusal:
        parse_receipt(data, SENDER.key)
    assert refusal.value.status is ExitStatus.CHANGED


CHANGES = {
    "partial without missing": ("complete", "partial"),
    "leading zero": ("\n40\n", "\n040\n"),
    "more opened than checked": ("opened 5", "opened 13"),
    "other order": ("checked 12 opened 5", "opened 5 checked 12"),
    "short bundle id": ("1" * 32, "1" * 31),
    "upper case log": ("2" * 64, "A" * 64),
    "short root": ("AAECAwQF", "AAEC"),
    "extra line": ("copies 2\n", "copies 2\nnew\n"),
    "missing zero": ("copies 2\n", "copies 2\nmissing 0\n"),
    "missing backwards": ("copies 2\n", "copies 2\nmissing 9-3\n"),
    "missing twice": ("copies 2\n", "copies 2\nmissing 3\nmissing 3\n"),
    "missing not joined": ("copies 2\n", "copies 2\nmissing 3\nmissing 4\n"),
    "volumes not joined": ("copies 2\n", "copies 2\nmissing 3/\nmissing 4/\n"),
    "volumes backwards": ("copies 2\n", "copies 2\nmissing 4-3/\n"),
    "volume zero": ("copies 2\n", "copies 2\nmissing 0/\n"),
    "files of several volumes": ("copies 2\n", "copies 2\nmissing 3-4/2\n"),
    "files of a volume before whole ones": ("copies 2\n", "copies 2\nmissing 2/1\nmissing 3/\n"),
    "files of a volume that is not there": ("copies 2\n", "copies 2\nmissing 2/\nmissing 2/1\n"),
    "files of a volume far too many": ("copies 2\n", "copies 2\nmissing 2/1-99999999\n"),
    "missing far too many": ("copies 2\n", "copies 2\nmissing 1-99999999\n"),
    "checkpoint not base64": ("copies 2\n", "copies 2\ncheckpoint %%\n"),
    "checkpoint not text": ("copies 2\n", "copies 2\ncheckpoint /w==\n"),
    "another format": ("witnesskit receipt v1", "witnesskit bundle v1"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_another_form_is_refused_even_when_signed(change):
    text = receipt_text(WHOLE)
    assert change[0] in text
    assert code(SENDER.note(text.replace(*change, 1))) == "RECEIPT-FORM"


def test_a_newer_one_is_called_newer():
    assert code(SENDER.note(receipt_text(WHOLE).replace("v1", "v2"))) == "NEWER-FORMAT"


@pytest.mark.parametrize("value", [{"size": -1}, {"size": 2**53}, {"root": b""}, {"missing": (4, 3)}, {"opened": 13}])
def test_what_would_not_be_read_is_not_written(value):
    with pytest.raises(WitnesskitError):
        receipt_bytes(dataclasses.replace(WHOLE, **value), SENDER.sign_note)


@settings(max_examples=150, deadline=None)
@given(at=st.integers(0, 500), new=st.binary(max_size=3))
def test_no_mutation_passes_or_escapes_untyped(at, new):
    whole = receipt_bytes(PART, SENDER.sign_note)
    mutated = whole[:at] + new + whole[at + len(new) + 1 :]
    if mutated != whole:
        assert code(mutated)


def code(data: bytes) -> str:
    with pytest.raises(WitnesskitError) as refusal:
        parse_receipt(data, SENDER.key)
    return refusal.value.code


@pytest.mark.parametrize(
    "checkpoint", ["x", NOTE[:-1], NOTE.replace("\n1\n", "\n01\n"), NOTE.replace("desk\n", "desk\nextra\n")]
)
def test_a_checkpoint_that_is_no_signed_note_over_three_lines_is_refused(checkpoint):
    text = receipt_text(dataclasses.replace(WHOLE, checkpoint=checkpoint))
    assert code(SENDER.note(text)) == "RECEIPT-FORM"
