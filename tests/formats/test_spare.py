"""The head of a spare volume has one form."""

import pytest

from witnesskit.errors import WitnesskitError
from witnesskit.formats.spare import HEAD_SIZE, SpareHead, head_bytes, parse_head, tie_of

HEAD = SpareHead(3, 5, 4, tie_of(["0" * 64, "1" * 64]))


def test_it_comes_back_as_it_was():
    assert len(head_bytes(HEAD)) == HEAD_SIZE
    assert parse_head(head_bytes(HEAD)) == HEAD


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda data: data[:-1], "PARITY-FORM"),
        (lambda data: b"x" + data[1:], "PARITY-FORM"),
        (lambda data: data.replace(b"spr/1", b"spr/2"), "NEWER-FORMAT"),
        (lambda data: data[:16] + b"\0\0" + data[18:], "PARITY-FORM"),
        (lambda data: data[:20] + b"\0\2" + data[22:], "PARITY-FORM"),
        (lambda data: data[:20] + b"\0\5" + data[22:], "PARITY-FORM"),
        (lambda data: data[:22] + b"x" + data[23:], "PARITY-FORM"),
    ],
)
def test_any_other_is_refused(change, code):
    with pytest.raises(WitnesskitError) as caught:
        parse_head(change(head_bytes(HEAD)))
    assert caught.value.code == code
