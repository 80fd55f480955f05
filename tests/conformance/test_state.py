"""A desk's state in rows answers as one in memory does, saved or not, whatever was changed."""

from functools import partial

from hypothesis import given, settings
from hypothesis import strategies as st

from witnesskit.model import Role, SealedCapsule
from witnesskit.vault.state import (
    BundleState,
    State,
    delivered,
    receipted,
    with_capsules,
    with_item,
    with_paper,
    without_capsules,
    without_items,
)
from witnesskit.vault.state_layers import RowState
from witnesskit.vault.state_records import ItemState
from witnesskit.vault.state_rows import Rows

ITEMS = [f"{number:032x}" for number in range(1, 5)]
BUNDLES = [f"{number:032x}" for number in range(11, 14)]
SENDERS = ["", "a+1", "b+2"]
EVENTS = ["receipt", "check", "note"]
items, bundles = st.sampled_from(ITEMS), st.sampled_from(BUNDLES)


def capsule(item, number):
    return SealedCapsule(f"{int(item, 16) * 100 + number:032x}", item, Role.RECORD, 1, 1000 + number, "e" * 64)


def more(state, item, number):
    known = state.items.get(item)
    new = capsule(item, number)
    return state if known and new in known.capsules else with_capsules(state, item, new)


def paper(state, number, event):
    item = f"{number:032x}"
    return with_paper(state, SealedCapsule(item, item, Role.RECORD, 1, 7, "f" * 64), *([event] if event else []))


def sent(state, bundle, sender, chosen):
    """A device's bundle brings what nobody brought before; one written here carries what is here."""
    mine = tuple(item for item in dict.fromkeys(chosen) if item in state.items)
    facts = BundleState(1, "", "d" * 64, "a" * 64, sender=sender)
    if not sender:
        return delivered(state, bundle, BundleState(1, "", "d" * 64, "a" * 64, mine))
    known = state.bundles.get(bundle)
    if known and known.sender != sender:
        return state
    free = tuple(item for item in mine if state.brought_by(item) is None)
    return state.with_bundle(
        bundle, BundleState(**{**vars(known or facts), "items": (*(known.items if known else ()), *free)})
    )


def confirmed(state, bundle, copies):
    return receipted(state, bundle, copies) if bundle in state.bundles else state


def erased(state, item, number):
    return without_capsules(state, item, capsule(item, number).id) if item in state.items else state


steps = st.lists(
    st.one_of(
        st.builds(lambda item, number: partial(more, item=item, number=number), items, st.integers(0, 3)),
        st.builds(lambda number, event: partial(paper, number=number, event=event), st.integers(50, 53), st.sampled_from(["", *EVENTS])),
        st.builds(
            lambda bundle, sender, chosen: partial(sent, bundle=bundle, sender=sender, chosen=chosen),
            bundles, st.sampled_from(SENDERS), st.lists(items, max_size=4),
        ),
        st.builds(lambda bundle, copies: partial(confirmed, bundle=bundle, copies=copies), bundles, st.integers(0, 3)),
        st.builds(lambda item, number: partial(erased, item=item, number=number), items, st.integers(0, 3)),
        st.builds(lambda bundle: lambda state: state.without_bundle(bundle), bundles),
        st.just("save"),
    ),
    max_size=25,
)  # fmt: skip


def answers(state):
    return {
        "items": dict(state.items.items()),
        "ids": sorted(state.items),
        "values": sorted(map(str, state.items.values())),
        "count": (len(state.items), len(state.bundles), len(state.capsules())),
        "bundles": dict(state.bundles.items()),
        "capsules": dict(state.capsules().items()),
        "all": sorted(one.id for one in state.capsules().values()),
        "one": [state.capsules().get(capsule(ITEMS[0], 0).id), state.items.get(ITEMS[0]), state.items.get("no id")],
        "holding": state.holding(),
        "tally": state.tally(),
        "papers": [sorted(state.papers(*events)) for events in ((), ("receipt",), ("check", "note"))],
        "of": [sorted(dict(state.bundles_of(senders))) for senders in ([""], ["a+1"], ["a+1", "b+2"], ["nobody"])],
        "brought": [state.brought_by(item) for item in ITEMS],
        "senders": [state.sender_of(item) for item in ITEMS],
        "heads": [sorted(map(str, dict(state.bundles_of(senders)).values())) for senders in (["", "a+1"], ["b+2"])],
        "bytes": [state.bytes_of(senders) for senders in (["a+1"], ["a+1", "b+2"], ["nobody"])],
    }


@settings(max_examples=120, deadline=None)
@given(steps)
def test_rows_answer_as_memory_does(tmp_path_factory, done):
    rows = Rows(tmp_path_factory.mktemp("rows") / "state.sqlite", write=True)
    try:
        plain, stored = State(), RowState.of(rows)
        for step in done:
            if step == "save":
                stored.save()
            else:
                plain, stored = step(plain), step(stored)
        assert answers(stored) == answers(plain)
        stored.save()
        assert stored.is_saved
        assert answers(stored) == answers(plain)
        assert answers(RowState.of(rows)) == answers(plain)
    finally:
        rows.close()


def test_what_was_changed_is_told_since_every_mark(tmp_path):
    rows = Rows(tmp_path / "state.sqlite", write=True)
    state = RowState.of(rows)
    assert state.mark() == ""
    marks = []
    for item in ITEMS:
        state = more(state, item, 1)
        assert state.mark() == ""  # not saved yet
        state.save()
        marks.append(state.mark())
    assert [state.changed_since(mark) for mark in marks] == [ITEMS[1:], ITEMS[2:], ITEMS[3:], []]
    assert state.changed_since("") is None
    assert state.changed_since(marks[0].split(" ")[0] + " " + "00" * 8) is None  # of other rows with as many writes
    state = with_item(state, ITEMS[0], ItemState((capsule(ITEMS[0], 2),)))
    state.save()
    assert state.changed_since(marks[1]) == [ITEMS[0], *ITEMS[2:]]
    state = without_items(state, ITEMS[3])
    state.save()
    assert state.changed_since(marks[3]) is None  # one is gone: all must be compared
    assert state.changed_since(state.mark()) == []
    rows.close()
