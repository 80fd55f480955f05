import contextlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.vault.cells import field_vault
from witnesskit.errors import WitnesskitError
from witnesskit.errors.formats import NewerFormat
from witnesskit.errors.vault import BadState
from witnesskit.model import Role, SealedCapsule
from witnesskit.vault.state import (
    BundleState,
    ItemState,
    State,
    delivered,
    load_state,
    receipted,
    save_state,
    with_capsules,
    with_paper,
    without_items,
)
from witnesskit.vault.state_json import dump_state, parse_state

ITEM, OTHER, BUNDLE = "1" * 32, "2" * 32, "b" * 32
FACTS = BundleState(1, "", "d" * 64, "a" * 64, (ITEM,))


def capsule(item=ITEM, number=1, role=Role.ORIGINAL):
    return SealedCapsule(f"{number:032x}", item, role, 1, 65536, "e" * 64)


WHOLE = delivered(with_capsules(State(closed=("f" * 64,)), ITEM, capsule()), BUNDLE, FACTS)
TEXT = dump_state(WHOLE)


def test_the_file_is_exactly_this_and_nothing_else():
    assert json.loads(TEXT) == {
        "format": "witnesskit.state/1",
        "items": {
            ITEM: {
                "delivered": BUNDLE, "receipted": "", "paper": False,
                "capsules": [{"id": "0" * 31 + "1", "role": "original", "part": 1, "size": 65536, "sha256": "e" * 64}],
            }
        },
        "bundles": {
            BUNDLE: {
                "counter": 1, "previous": "", "sha256": "d" * 64, "meta_sha256": "a" * 64, "items": [ITEM],
                "sender": "", "copies": 0, "counts": [1],
            }
        },
        "closed": ["f" * 64],
    }  # fmt: skip


def test_what_is_saved_comes_back(tmp_path):
    vault = field_vault(tmp_path)
    assert load_state(vault) == State()
    save_state(vault, WHOLE)
    assert load_state(vault) == WHOLE


def test_a_receipt_confirms_what_its_bundle_carried():
    state = receipted(WHOLE, BUNDLE, 2)
    assert state.items[ITEM] == ItemState((capsule(),), BUNDLE, BUNDLE)
    assert state.bundles[BUNDLE].copies == 2


def test_what_came_after_the_bundle_is_not_confirmed_by_its_receipt():
    later = with_capsules(WHOLE, ITEM, capsule(number=2))
    later = with_capsules(later, OTHER, capsule(OTHER, 3))
    state = receipted(later, BUNDLE, 2)
    assert state.items[ITEM].receipted == ""
    assert state.items[OTHER].receipted == ""
    assert len(state.items[ITEM].capsules) == 2


def test_an_old_receipt_does_not_confirm_what_only_a_later_bundle_carried():
    later = with_capsules(WHOLE, ITEM, capsule(number=2))
    twice = delivered(later, "c" * 32, BundleState(2, "a" * 64, "d" * 64, "f" * 64, (ITEM,)))
    assert receipted(twice, BUNDLE, 1).items[ITEM].receipted == ""
    assert receipted(twice, "c" * 32, 1).items[ITEM].receipted == "c" * 32


def test_a_receipt_for_the_first_of_two_equal_bundles_confirms():
    twice = delivered(WHOLE, "c" * 32, BundleState(2, "a" * 64, "d" * 64, "f" * 64, (ITEM,)))
    assert receipted(twice, BUNDLE, 1).items[ITEM].receipted == BUNDLE


def test_a_paper_is_carried_as_an_item_and_told_from_it():
    state = with_paper(State(), capsule())
    assert state.items[ITEM] == ItemState((capsule(),), paper=True)
    assert parse_state(dump_state(state)) == state
    assert with_capsules(state, ITEM, capsule(number=2)).items[ITEM].paper


def test_forgotten_items_leave_the_state_and_their_bundle_stays():
    state = without_items(WHOLE, ITEM)
    assert state.items == {}
    assert state.bundles == WHOLE.bundles
    assert receipted(state, BUNDLE, 0) == state


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"closed":["', b'"closed":[7,"'),
        (b'"paper":false', b'"paper":0'),
        (b'"copies":0', b'"copies":"two"'),
        (b'"meta_sha256":"a', b'"meta_sha256":"'),
        (b'"part":1', b'"part":0'),
        (b'"part":1', b'"part":true'),
        (b'"size":65536', b'"size":-1'),
        (b'"role":"original"', b'"role":"url"'),
        (b'"sender":""', b'"sender":"a b"'),
        (b'"sender":""', b'"sender":"","url":"x"'),
        (b'"counter":1', b'"counter":1.0'),
        (b'"delivered":"b', b'"delivered":"B'),
        (b"witnesskit.state/1", b"witnesskit.other/1"),
        (b'"items":{', b'"titles":{},"items":{'),
        (b'"bundles":{', b'"bundles":[],"x":{'),
    ],
)
def test_a_damaged_state_is_refused(old, new):
    assert TEXT.count(old)
    with pytest.raises(BadState):
        parse_state(TEXT.replace(old, new, 1))


def test_a_newer_state_is_left_alone():
    with pytest.raises(NewerFormat):
        parse_state(TEXT.replace(b"state/1", b"state/2"))


def test_a_url_cannot_be_written_into_it(tmp_path):
    vault = field_vault(tmp_path)
    for state in (
        State(items={"https://example.org": ItemState(())}),
        State(items={ITEM: ItemState((), "2026-01-01")}),
        State(bundles={BUNDLE: BundleState(1, "", "d" * 64, "a" * 64, ("a title",))}),
    ):
        with pytest.raises(BadState):
            save_state(vault, state)
    assert not vault.state.exists()


@settings(max_examples=150)
@given(st.integers(0, len(TEXT)), st.binary(max_size=6))
def test_a_mutated_state_leaks_no_other_error(place, data):
    with contextlib.suppress(WitnesskitError):
        parse_state(TEXT[:place] + data + TEXT[place + len(data) :])
