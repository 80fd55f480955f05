import contextlib
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from witnesskit.errors.sealing import WrongPassphrase
from witnesskit.vault.passphrase import generate_passphrase, typed_passphrase


def test_a_passphrase_is_four_groups_of_four_and_never_the_same():
    found = {generate_passphrase() for _ in range(100)}
    assert len(found) == 100
    assert all(re.fullmatch(r"([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}", text) for text in found)


@pytest.mark.parametrize(
    "typed",
    [
        "01AB-CDEF-GHJK-MNPQ",
        "oiab cdef ghjk mnpq",
        "OLABCDEFGHJKMNPQ\n",
        " 0-1-a-b cdefghjk.MNPQ",
        "01АВ-СDЕF-GНJК-МNРQ",
    ],
)
def test_typing_is_forgiven(typed):
    assert typed_passphrase(typed) == "01AB-CDEF-GHJK-MNPQ"


@pytest.mark.parametrize("typed", ["", "01AB-CDEF-GHJK", "01AB-CDEF-GHJK-MNPQR", "01AB-CDEF-GHJK-MNPU", "x" * 10_000])
def test_what_can_be_no_passphrase_costs_no_work(typed):
    with pytest.raises(WrongPassphrase) as refusal:
        typed_passphrase(typed)
    assert not typed or typed not in str(refusal.value)


@settings(max_examples=100)
@given(st.text(max_size=40))
def test_nothing_typed_leaks_another_error(typed):
    with contextlib.suppress(WrongPassphrase):
        assert len(typed_passphrase(typed)) == 19
