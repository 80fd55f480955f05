"""Claims: whose word it is, and what nobody here saw is never counted, exported or told as saved."""

from __future__ import annotations

import pytest

from tests.actions.stage import Device, Stage, silent
from witnesskit.actions.claims import Claim, claim, claims, unseen
from witnesskit.actions.consents import ConsentWish, consent
from witnesskit.actions.copies import copies
from witnesskit.actions.court_view import court_view
from witnesskit.actions.hand_out import HandOutWish, hand_out
from witnesskit.actions.marks import Mark, mark
from witnesskit.actions.opening import open_for_saving
from witnesskit.actions.report import ReportWish, read_items, report
from witnesskit.actions.status import status
from witnesskit.errors import WitnesskitError
from witnesskit.formats import disclosure
from witnesskit.formats.short_id import short_id
from witnesskit.policy import load
from witnesskit.vault import state


@pytest.fixture
def desk(stage: Stage, device: Device) -> Stage:
    stage.take_in(device.bundle(stage.folder / "stick"))
    return stage


def only(desk: Stage) -> str:
    found = state.load_state(desk.desk).items
    (item,) = (item for item, one in found.items() if not one.paper)
    return short_id(item)


def say(desk: Stage, short: str = "", **said) -> Claim:
    return claim(desk.desk, desk.passphrase, short, Claim(**said))


def test_claims_that_contradict_each_other_stay_side_by_side(desk):
    say(desk, only(desk), text="fourteen dead", by="the prosecutor", source="a press conference")
    say(desk, only(desk), text="sixty-four dead", by="a neighbour", state="disputed", when="the same evening")
    told = claims(desk.desk, desk.passphrase, [only(desk)])
    assert [(one.text, one.by, one.state) for one in told] == [
        ("fourteen dead", "the prosecutor", "asserted"), ("sixty-four dead", "a neighbour", "disputed"),
    ]  # fmt: skip
    assert all(one.day and not one.unseen for one in told)


def test_what_nobody_here_saw_is_listed_as_that_and_counted_as_nothing(desk):
    before = (status(desk.desk).counts, len(copies(desk.desk).items))
    made = say(desk, description="a film that clears the officers", by="the police", url="https://x.example/v")
    assert made.unseen
    assert (status(desk.desk).counts, len(copies(desk.desk).items)) == before
    with open_for_saving(desk.desk, desk.passphrase) as session:
        assert [one.item for one in unseen(session)] == [made.item]
    page = desk.folder / "desk.html"
    report(desk.desk, desk.passphrase, ReportWish("desk", (), page))
    assert f"Asserted, unseen, and not saved: {made.item}." in page.read_text()


@pytest.mark.parametrize("form", ["csv", "folder"])
def test_what_nobody_here_saw_is_in_no_export_and_cannot_be_asked_for(desk, form):
    made = say(desk, description="never-seen-words", by="the police")
    out = desk.folder / "out"
    with pytest.raises(WitnesskitError) as caught:
        hand_out(desk.desk, desk.passphrase, HandOutWish(form, (made.item,), out, "court"), silent)
    assert caught.value.code == "ID-UNKNOWN"
    hand_out(desk.desk, desk.passphrase, HandOutWish("csv", (), out, "court"), silent)
    assert made.item not in out.read_text("utf-8-sig")


def test_a_later_item_can_be_what_was_asserted(desk):
    made = say(desk, sha256="ab" * 32, by="the police")
    say(desk, made.item, text="they showed it", state="verified")
    say(desk, made.item, seen_as=only(desk))
    told = claims(desk.desk, desk.passphrase, [made.item])
    assert {(one.unseen, one.seen_as) for one in told} == {(False, only(desk))}
    with open_for_saving(desk.desk, desk.passphrase) as session:
        assert unseen(session) == ()


def test_who_says_it_and_who_may_have_it_reach_no_court(desk):
    say(desk, only(desk), text="claimed-words", by="named-witness")
    consent(desk.desk, desk.passphrase, [only(desk)], ConsentWish("named-recipient", ("record",)))
    mark(desk.desk, desk.passphrase, [only(desk)], Mark(level="restricted", why="named-reason"))
    with open_for_saving(desk.desk, desk.passphrase) as session:
        notes = sum(b'"type":"note"' in line for line in session.journal.lines())
        view = court_view(session, load.shipped("court"), read_items(session, ()))
    told = [disclosure.parse(one.disclosure) for one in view.openings]
    assert notes == 3
    assert "answers" not in {one.name for one in told}
    assert not [one for one in told if "named-" in str(one.value) or "claimed" in str(one.value)]


@pytest.mark.parametrize(
    ("short", "said"),
    [
        (True, {}),
        (True, {"state": "certain", "text": "x"}),
        (True, {"text": "x" * 5000}),
        (True, {"seen_as": True}),
        (False, {}),
        (False, {"by": "the police"}),
        (False, {"sha256": "AB" * 32}),
        (False, {"sha256": "ab"}),
    ],
)
def test_a_claim_that_says_nothing_clear_is_not_recorded(desk, short, said):
    said = {name: only(desk) if value is True else value for name, value in said.items()}
    before = desk.contents()
    with pytest.raises(WitnesskitError) as caught:
        say(desk, only(desk) if short else "", **said)
    assert (caught.value.code, desk.contents()) == ("STATEMENT", before)
