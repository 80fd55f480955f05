"""The fast search finds what a plain one finds, also where its blocks meet."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.media_builders.readers import Bytes
from witnesskit.media import needles
from witnesskit.media.needles import search

WORD = st.text("abXZ 09", min_size=6, max_size=12).map(str.encode)


@pytest.mark.parametrize("few", [0, 100])
@settings(max_examples=150, deadline=None)
@given(
    wanted=st.lists(
        st.one_of(WORD, WORD.map(lambda w: w.decode().encode("utf-16-le")), st.binary(min_size=6, max_size=9))
    ),
    pieces=st.lists(st.one_of(WORD, st.binary(max_size=9), st.integers(0, 9)), max_size=12),
)
def test_it_finds_what_a_plain_search_finds(few, wanted, pieces):
    parts = [wanted[one % len(wanted)] if isinstance(one, int) else one for one in pieces if wanted]
    data = b"".join(parts)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(needles, "_FEW", few)
        patch.setattr(needles, "_BLOCK", 16)
        assert search(Bytes(data), wanted) == {one for one in wanted if one in data}


def test_words_are_found_in_noise():
    noise = random.Random(3).randbytes(300_000)
    wanted = [b"Serial %04d" % number for number in range(40)]
    data = noise[:1000] + wanted[7] + noise[1000:] + wanted[9]
    assert search(Bytes(data), wanted) == {wanted[7], wanted[9]}
