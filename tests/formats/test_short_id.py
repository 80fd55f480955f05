import contextlib
import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from witnesskit.errors import WitnesskitError
from witnesskit.errors.vault import ShortIdAmbiguous, ShortIdTypo, ShortIdUnknown
from witnesskit.formats.short_id import ALPHABET, matches, resolve, short_id

ITEM = "00112233445566778899aabbccddeeff"
ids = st.binary(min_size=16, max_size=16).map(bytes.hex)


def test_an_id_never_changes_its_short_form():
    assert short_id(ITEM) == "zh7a-jm"
    assert short_id(ITEM, 8) == "zh7a-j5st-2"
    assert short_id("0" * 32) == "2222-22"


def test_typing_is_forgiven_case_dashes_and_spaces():
    for typed in ("ZH7A-JM", " zh7ajm ", "z h 7 a j m", "zh7a–jm", ITEM, ITEM.upper()):
        assert resolve(typed, [ITEM, "0" * 32]) == ITEM


@settings(max_examples=60)
@given(ids, st.integers(0, 5), st.sampled_from(ALPHABET))
def test_every_single_slip_is_seen(item, place, other):
    bare = short_id(item).replace("-", "")
    if bare[place] == other:
        return
    with pytest.raises(ShortIdTypo):
        resolve(bare[:place] + other + bare[place + 1 :], [item])


@settings(max_examples=60)
@given(ids)
def test_every_swap_is_seen(item):
    bare = short_id(item).replace("-", "")
    for left, right in itertools.combinations(range(6), 2):
        swapped = list(bare)
        swapped[left], swapped[right] = swapped[right], swapped[left]
        if swapped != list(bare):
            with pytest.raises(ShortIdTypo):
                matches("".join(swapped), [item])


@settings(max_examples=100)
@given(st.text(max_size=40))
def test_nothing_typed_leaks_another_error(typed):
    with contextlib.suppress(WitnesskitError):
        resolve(typed, [ITEM])


def test_unknown_and_ambiguous_ids_are_told_apart():
    twin = f"{int(ITEM, 16) + 31**5:032x}"
    assert short_id(twin) == short_id(ITEM)
    with pytest.raises(ShortIdAmbiguous) as refusal:
        resolve(short_id(ITEM), [ITEM, twin])
    longer = str(refusal.value).partition(": ")[2].split(", ")
    assert sorted(resolve(name, [ITEM, twin]) for name in longer) == sorted([ITEM, twin])
    with pytest.raises(ShortIdUnknown):
        resolve(short_id(ITEM), ["0" * 32])


@pytest.mark.parametrize(
    "typed", ["", "zh7a", "zh7a-j", "zh7a-j0", "zh7i-jm", "zh7a-jm" * 5, "../../etc", "７h7a-jm"]
)
def test_what_is_no_short_id_is_refused(typed):
    with pytest.raises(ShortIdTypo):
        resolve(typed, [ITEM])
