"""Shares of a custodian key: what is typed comes back, and every way to get it wrong is named with the share."""

from __future__ import annotations

import random
import re
from itertools import combinations
from pathlib import Path

import pytest
import shamir_mnemonic
from hypothesis import given, settings
from hypothesis import strategies as st
from shamir_mnemonic.wordlist import WORDLIST

from witnesskit.actions.custodian_ring import ring_digits
from witnesskit.errors import WitnesskitError
from witnesskit.errors.shares import ShareDoubled, ShareForeign, SharesTooFew, SharesTooMany, ShareTypo
from witnesskit.formats.key_share import join_shares, parse_share, share_rows, split_seed
from witnesskit.sealing.rings import OWN, custodian_identity

SEED = bytes(range(32))
MADE = split_seed(SEED, 2, 3)
OTHER = split_seed(SEED, 2, 3)  # of the same seed, made at another time
PAGE = (Path(__file__).parents[2] / "docs" / "spec" / "shares.md").read_text(encoding="utf-8")


def read(*texts: str):
    return [parse_share(text, f"share {number}") for number, text in enumerate(texts, 1)]


def test_the_page_s_shares_give_the_page_s_seed_and_ring():
    first = re.search(r"^    SHARE 1 OF 3.*?(?=^Share 2)", PAGE, re.MULTILINE | re.DOTALL)[0]
    second = re.search(r"^    (orbit crunch academic agency .*)$", PAGE, re.MULTILINE)[1]
    seed = join_shares(read(first, second))
    assert seed == b"\x02" * 32
    ring = custodian_identity(seed, OWN).recipient
    assert f"`{ring}`" in PAGE
    assert ring_digits(ring) in first


@pytest.mark.parametrize(("need", "of"), [(2, 2), (2, 3), (3, 3), (3, 5), (4, 7), (7, 7)])
def test_every_choice_of_enough_shares_gives_the_seed(need, of):
    shares = read(*split_seed(SEED, need, of))
    assert len(shares) == of
    assert {join_shares(chosen) for chosen in combinations(shares, need)} == {SEED}


def test_another_program_joins_them_with_no_passphrase():
    assert shamir_mnemonic.combine_mnemonics(MADE[1:], b"") == SEED


@pytest.mark.parametrize(
    "typed",
    [
        MADE[0],
        MADE[0].upper(),
        MADE[0].replace(" ", "\n"),
        MADE[0].replace(" ", ", "),
        " ".join(word[:4] for word in MADE[0].split()),
        share_rows(MADE[0]),
        share_rows(MADE[0]).replace(":", ")"),
        "".join(reversed(share_rows(MADE[0]).splitlines(keepends=True))),
        "A share of three, an academic one\n\n" + share_rows(MADE[0]).replace("\n", "\r\n") + "\nKeep it safe.\n",
    ],
)
def test_typing_is_forgiven(typed):
    assert join_shares(read(typed, MADE[1])) == SEED


@settings(max_examples=150)
@given(st.integers(0, 32), st.sampled_from(WORDLIST))
def test_a_wrong_word_is_never_joined(place, other):
    words = MADE[0].split()
    if words[place] == other:
        return
    words[place] = other
    with pytest.raises(ShareTypo, match="share 1"):
        parse_share(" ".join(words), "share 1")


ROWS = share_rows(MADE[0])


@pytest.mark.parametrize(
    ("typed", "where"),
    [
        ("", "share 1 has 0 words, not 33"),
        (MADE[0].rpartition(" ")[0], "share 1 has 32 words"),
        (f"{MADE[0]} {MADE[0].split()[0]}", "share 1 has 34 words"),
        (MADE[0].replace(MADE[0].split()[4], "zzzzz", 1), "word 5 of share 1"),
        (MADE[0].replace(MADE[0].split()[4], MADE[0].split()[4][:3], 1), "word 5 of share 1"),
        (ROWS.replace("3:", "2:"), "row 2 of share 1 is there twice"),
        (ROWS.replace("7:", "8:"), "row 8 of share 1 is one too many"),
        ("".join(ROWS.splitlines(keepends=True)[:6]), "share 1 has 30 words"),
        (ROWS.replace("2:  ", "2:  qqqq "), "row 2 of share 1"),
        (" ".join(reversed(MADE[0].split())), "all together are not"),
        ("academic " * 4000, "more than"),
    ],
)
def test_what_is_wrong_is_located_and_no_word_is_told(typed, where):
    with pytest.raises(ShareTypo, match=where) as refusal:
        parse_share(typed, "share 1")
    assert not set(MADE[0].split()) & set(str(refusal.value).split())


def test_a_share_of_another_length_is_told():
    short = shamir_mnemonic.generate_mnemonics(1, [(2, 3)], SEED[:16])[0]
    with pytest.raises(ShareTypo, match="20 words, not 33"):
        parse_share(short[0], "share 1")


def test_a_share_of_groups_or_of_endless_work_is_refused_before_the_work():
    groups = shamir_mnemonic.generate_mnemonics(2, [(2, 3), (2, 3)], SEED)
    with pytest.raises(ShareForeign, match="share 1 was made in another way"):
        parse_share(groups[0][0], "share 1")
    share = shamir_mnemonic.Share.from_mnemonic(MADE[0])
    costly = shamir_mnemonic.Share(**{**vars(share), "iteration_exponent": 15})
    with pytest.raises(ShareForeign, match="share 1 was made in another way"):
        parse_share(costly.mnemonic(), "share 1")


@pytest.mark.parametrize(
    ("texts", "refusal", "where"),
    [
        ((), SharesTooFew, "none"),
        (MADE[:1], SharesTooFew, "1 of 2"),
        (MADE, SharesTooMany, "3 of 2"),
        ((MADE[0], MADE[0]), ShareDoubled, "share 1 and share 2"),
        ((MADE[0], MADE[1], MADE[0]), ShareDoubled, "share 1 and share 3"),
        ((MADE[0], OTHER[1]), ShareForeign, "share 1 and share 2"),
        ((MADE[0], OTHER[1], MADE[2]), ShareForeign, "share 2 and the others"),
    ],
)
def test_a_set_that_does_not_fit_is_refused_by_name(texts, refusal, where):
    with pytest.raises(refusal, match=where):
        join_shares(read(*texts))


def forged(text: str, **changes) -> str:
    """A share with a right checksum that the splitting never made."""
    return shamir_mnemonic.Share(**{**vars(shamir_mnemonic.Share.from_mnemonic(text)), **changes}).mnemonic()


def test_a_forged_share_gives_no_key():
    with pytest.raises(ShareForeign, match="share 1 and share 2 together give no key"):
        join_shares(read(MADE[0], forged(MADE[1], value=bytes(32))))
    with pytest.raises(ShareForeign, match="say that they are the same one, and differ"):
        join_shares(read(MADE[0], forged(MADE[0], value=bytes(32))))


@settings(max_examples=150)
@given(
    st.text(max_size=200) | st.lists(st.sampled_from([*WORDLIST[:40], "1:", "2)", "\n"]), max_size=60).map(" ".join)
)
def test_nothing_typed_leaks_another_error(typed):
    try:
        parse_share(typed, "share 1")
    except WitnesskitError as refusal:
        assert not any(len(word) > 6 and word in str(refusal) for word in typed.split())


@settings(max_examples=100)
@given(st.integers(0, 2**32 - 1))
def test_a_mutated_value_is_never_taken_for_the_seed(number):
    chance = random.Random(number)
    value = bytearray(shamir_mnemonic.Share.from_mnemonic(MADE[0]).value)
    value[chance.randrange(32)] ^= chance.randrange(1, 256)
    with pytest.raises(ShareForeign):
        join_shares(read(forged(MADE[0], value=bytes(value)), MADE[1]))
