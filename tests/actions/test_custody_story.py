"""The story of an item: what opened events say of it, what others prove of the time, and nothing of anything else."""

from __future__ import annotations

import pytest

from tests.report.test_premis import check_order, parsed
from witnesskit.actions.chain_members import LogCopy
from witnesskit.actions.custody_story import opened_events, story_of
from witnesskit.custody.journal import Journal
from witnesskit.custody.prepare import prepare
from witnesskit.custody.signer import Signer
from witnesskit.digest import sha256_hex
from witnesskit.formats import disclosure
from witnesskit.formats.short_id import short_id
from witnesskit.model import Opening
from witnesskit.verify.verdict import Bound, Interval, ItemResult, ItemState, State, Verdict

ITEM, OTHER, COPY, COPY_OF_COPY = "ab" * 16, "cd" * 16, "ef" * 16, "12" * 16
ORIGINAL, STRIPPED, SMALL = "1" * 64, "2" * 64, "3" * 64
DAY = {"day": "2026-01-02"}
DEVICE, DESK = Signer("wk1/device0000000", b"d" * 32), Signer("wk1/desk000000000", b"k" * 32)
EVENTS = (
    ("observe", {**DAY, "item": ITEM, "at": "2026-01-02T10:00:00Z", "outcome": "saved"}, ""),
    ("ingest", {**DAY, "sha256": ORIGINAL, "size": 9, "media_type": "video/mp4", "tool": "witnesskit 0.1.0",
                "sealed": [{"capsule": "0" * 32, "sha256": "4" * 64, "size": 12}]}, ITEM),
    ("derive", {**DAY, "parent": ITEM, "sha256": STRIPPED, "size": 8, "finding": "clean"}, COPY),
    ("derive", {**DAY, "parent": COPY, "sha256": SMALL, "size": 4, "finding": "clean", "parameters": "h264 720"}, COPY_OF_COPY),
    ("ingest", {**DAY, "sha256": "5" * 64}, OTHER),
    ("note", {**DAY, "item": OTHER}, ""),
    ("transfer", {**DAY, "counter": 1}, ""),
)  # fmt: skip


def write(folder, signer, by, events):
    """A log, its bytes as a copy, and every opening."""
    genesis = prepare("genesis", DAY, x={"next": "0" * 64})
    journal = Journal.create(folder, signer=signer, by=by, genesis=genesis)
    openings = [Opening(journal.log, 0, text) for text in genesis.disclosures]
    for kind, values, item in events:
        event = prepare(kind, values, **({"item": item} if item else {}))
        n = journal.append(event, {})
        openings += [Opening(journal.log, n, text) for text in event.disclosures]
    journal.checkpoint(signer)
    copy = LogCopy(signer.origin, journal.log, journal.size, journal.root, journal.log_bytes(), journal.notes()[-1])
    return copy, openings


@pytest.fixture
def case(tmp_path):
    field, told = write(tmp_path / "field", DEVICE, "field", EVENTS)
    receipt = {
        **DAY,
        "origin": field.origin,
        "log": field.log,
        "size": field.size,
        "root": field.root,
        "result": "complete",
    }
    foreign = {**DAY, "origin": "wk1/other00000000", "log": "9" * 64, "size": 2, "root": "x"}
    desk, more = write(tmp_path / "desk", DESK, "desk", (("receipt", receipt, ""), ("receipt", foreign, "")))
    return (desk, field), [*told, *more]


def verdict(log, n, interval):
    item = ItemResult(ITEM, log, n, "ingest", "2026-01-02", ItemState.PRESENT, (), interval)
    return Verdict(State.UNCHANGED, "2026-01-02", ("wk1/desk000000000",), (), (item,))


NO_BOUNDS = Interval()


def told(case, items=(ITEM,), interval=NO_BOUNDS, openings=None):
    logs, every = case
    events = opened_events(logs, every if openings is None else openings)
    return story_of(events, items, verdict(logs[1].log, 2, interval), "court@2#00")


def test_events_of_the_item_and_of_its_copies_are_told_in_the_order_of_their_logs(case):
    ids = [one.id for one in told(case).happenings]
    device, desk = "wk1/device0000000#", "wk1/desk000000000#"
    assert ids == [f"{desk}0", f"{desk}1", *(f"{device}{n}" for n in (0, 1, 2, 3, 4, 7))]


def test_nothing_of_another_item_or_device_is_told(case):
    story = told(case)
    whole = repr(story)
    for foreign in (OTHER, "5" * 64, "wk1/other00000000", "9" * 64, short_id(OTHER)):
        assert foreign not in whole
    assert OTHER in repr(told(case, (ITEM, OTHER)))


def test_files_are_told_once_with_the_item_they_belong_to(case):
    story = told(case)
    found = {(thing.kind, thing.sha256): thing for thing in story.things}
    assert {kind for kind, _sha in found} == {"item", "log", "original", "copy", "sealed"}
    for kind, sha256 in (("original", ORIGINAL), ("copy", STRIPPED), ("copy", SMALL), ("sealed", "4" * 64)):
        assert found[kind, sha256].item == short_id(ITEM)
    logs = {thing.sha256 for thing in story.of_kind("log")}
    assert logs == {sha256_hex(log.lines) for log in case[0]}


def test_agents_are_keys_and_programs_and_never_people(case):
    story = told(case)
    assert {agent.id for agent in story.agents} == {DEVICE.vkey, DESK.vkey, "witnesskit 0.1.0"}
    assert all("which person held it is not recorded" in agent.note for agent in story.agents if not agent.version)


def test_what_is_not_opened_is_counted_and_told_of_nothing(case):
    logs, every = case
    kept = [one for one in every if (one.log, one.n) != (logs[1].log, 3)]
    story = told(case, openings=kept)
    assert story.unopened == 1
    assert STRIPPED not in repr(story)
    assert "wk1/device0000000#3" not in [one.id for one in story.happenings]


def test_an_opening_that_was_not_committed_tells_nothing(case):
    logs, every = case
    forged = Opening(logs[1].log, 2, disclosure.make("url", "https://forged.example/"))
    assert "forged.example" not in repr(told(case, openings=[forged, *every]))


@pytest.mark.parametrize(
    ("interval", "words"),
    [
        (Interval(), "no time is proven for this event"),
        (
            Interval(not_after=Bound(1_767_400_000, ("north",))),
            "on the word of north (not proven: the word of one alone)",
        ),
        (
            Interval(Bound(1_767_300_000, ("a", "b"), True), Bound(1_767_400_000, ("a", "b"), True)),
            "existed before 2026-01-03T00:26:40Z on the word of a, b (proven); "
            "came into being after 2026-01-01T20:40:00Z on the word of a, b (proven)",
        ),
    ],
)
def test_what_others_prove_of_the_time_stands_beside_what_the_log_claims(case, interval, words):
    (ingest,) = [one for one in told(case, interval=interval).happenings if one.type == "ingest"]
    assert ingest.bounds.endswith(words)
    assert ingest.when == "2026-01-02"
    (observe,) = [one for one in told(case, interval=interval).happenings if one.type == "observe"]
    assert observe.when == "2026-01-02T10:00:00Z"


def test_a_derived_file_is_told_by_how_it_was_made(case):
    kinds = [one.premis_type for one in told(case).happenings if one.type == "derive"]
    assert kinds == ["redaction", "migration"]


def test_a_real_story_is_premis_in_the_order_of_the_schema(case):
    check_order(parsed(told(case)))
