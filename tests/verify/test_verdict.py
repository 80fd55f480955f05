"""What the answer says beyond its state: whose word, since when, item by item."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from tests.vectors.custody_log.honest import (
    DAY,
    DESK,
    FIELD,
    build,
    counted_randomness,
    digest_of,
    id_of,
    listed,
    with_case,
)
from witnesskit.custody import Journal, prepare
from witnesskit.custody.signer import Signer
from witnesskit.formats import disclosure
from witnesskit.verify import (
    CaseFiles,
    Found,
    ItemState,
    LogFiles,
    State,
    Trust,
    compare_logs,
    examine,
    examine_chain,
)

HONEST = build()


def test_nothing_handed_over_is_never_unchanged():
    for trust in (Trust(), HONEST.trust):
        assert examine(CaseFiles(()), trust).state is State.CANNOT_TELL
        assert examine(with_case(HONEST, logs=()).case, trust).state is State.CANNOT_TELL
        assert examine(with_case(HONEST, found=()).case, trust).state is not State.UNCHANGED
        assert examine(with_case(HONEST, openings=()).case, trust).state is State.CANNOT_TELL
        empty = (LogFiles(b"", (b"",)),)
        assert examine(with_case(HONEST, logs=empty).case, trust).state is not State.UNCHANGED


def test_the_answer_names_whose_word_it_is_and_the_day():
    verdict = examine(HONEST.case, HONEST.trust)
    word = f"UNCHANGED since {DAY}, on the word of {DESK.origin}"
    assert verdict.sentence == f"{word}; one party's word, time unproven"
    assert "unproven" in verdict.checks[-1].sentence


def test_an_answer_that_is_not_unchanged_names_nobody():
    verdict = examine(HONEST.case, Trust())
    assert (verdict.since, verdict.word_of, verdict.sentence) == ("", (), "CANNOT TELL")


def test_steps_are_told_in_order_and_none_twice_over():
    numbers = [check.number for check in examine(HONEST.case, HONEST.trust).checks]
    assert numbers[0] == 1
    assert numbers[-1] == 20
    assert set(range(1, 21)) - set(numbers) <= {8, 9, 10, 14, 15, 17, 18}  # reported only when something is amiss


def test_a_received_log_stands_on_the_day_of_the_receipt_not_on_the_day_it_claims(tmp_path):
    """A field log could claim any day; the desk's word begins when it received it."""
    with counted_randomness("claims an early day"):
        early = prepare("ingest", {"day": "2011-12-16", "sealed": _sealed("early")}, item=id_of("early"))
        field = _journal(tmp_path / "field", FIELD, "field")
        field.append(early)
        field.checkpoint(FIELD)
        receipt = prepare("receipt", _receipt_of(field, day="2026-11-20"))
        desk = _journal(tmp_path / "desk", DESK, "desk")
        desk.append(receipt)
        desk.checkpoint(DESK)
    case = _case([desk, field], [*early.disclosures, *receipt.disclosures], _found("early"))
    verdict = examine(case, HONEST.trust)
    assert (verdict.state, verdict.since, verdict.word_of) == (State.UNCHANGED, "2026-11-20", (DESK.origin,))


def test_a_received_log_vouches_for_no_third_one(tmp_path):
    field = _journal(tmp_path / "field", FIELD, "field")
    third = _journal(tmp_path / "third", DESK, "desk")
    item = prepare("ingest", {"sealed": _sealed("third")}, item=id_of("third"))
    third.append(item)
    third.checkpoint(DESK)
    inner = prepare("receipt", _receipt_of(third))
    field.append(inner)
    field.checkpoint(FIELD)
    from witnesskit.custody import Signer

    top = Signer("wk1/top0000000000", b"\x05" * 32)
    desk = _journal(tmp_path / "top", top, "desk")
    outer = prepare("receipt", _receipt_of(field))
    desk.append(outer)
    desk.checkpoint(top)
    texts = [*item.disclosures, *inner.disclosures, *outer.disclosures]
    verdict = examine(_case([desk, field, third], texts, _found("third")), Trust((top.vkey,)))
    assert verdict.state is State.CANNOT_TELL
    assert "UNTRUSTED" in verdict.codes("unknown")


def test_lines_after_the_receipt_stand_on_nobodys_word(tmp_path):
    field = _journal(tmp_path / "field", FIELD, "field")
    receipt = prepare("receipt", _receipt_of(field))
    late = prepare("ingest", {"sealed": _sealed("late")}, item=id_of("late"))
    field.append(late)
    field.checkpoint(FIELD)
    desk = _journal(tmp_path / "desk", DESK, "desk")
    desk.append(receipt)
    desk.checkpoint(DESK)
    verdict = examine(_case([desk, field], [*late.disclosures, *receipt.disclosures], _found("late")), HONEST.trust)
    assert verdict.state is State.CANNOT_TELL
    assert "TAIL" in verdict.codes("unknown")


@pytest.mark.parametrize("broken", [{"size": "4"}, {"size": True}, {"size": -1}, {"origin": 5}, {"root": []}])
def test_a_receipt_of_another_shape_vouches_for_nothing(tmp_path, broken):
    field = _journal(tmp_path / "field", FIELD, "field")
    receipt = prepare("receipt", {**_receipt_of(field), **broken})
    desk = _journal(tmp_path / "desk", DESK, "desk")
    desk.append(receipt)
    desk.checkpoint(DESK)
    verdict = examine(_case([desk, field], receipt.disclosures, _found("x")), HONEST.trust)
    assert verdict.state is not State.UNCHANGED


@pytest.mark.parametrize("sealed", [5, "x", {}, [5], [{}], [{"sha256": 5, "capsule": []}], [[[]]], [True]])
def test_a_committed_value_of_another_shape_is_a_finding(tmp_path, sealed):
    event = prepare("ingest", {"sealed": sealed, "media": sealed, "sha256": digest_of("x")}, item=id_of("x"))
    desk = _journal(tmp_path / "desk", DESK, "desk")
    desk.append(event)
    desk.checkpoint(DESK)
    verdict = examine(_case([desk], event.disclosures, (Found("x", digest_of("x"), 5),)), HONEST.trust)
    assert verdict.state is State.CANNOT_TELL
    assert "VALUE" in verdict.codes("unknown")


def test_items_say_which_thing_is_altered_missing_or_withheld():
    found = list(HONEST.case.found)
    found[2] = replace(found[2], sha256=digest_of("another"))
    del found[1]
    verdict = examine(with_case(HONEST, found=tuple(found)).case, HONEST.trust)
    states = {one.item: one.state for one in verdict.items if one.type == "ingest"}
    assert states == {id_of("at the desk"): ItemState.ALTERED, id_of("in the field"): ItemState.MISSING}
    altered = next(one for one in verdict.items if one.state is ItemState.ALTERED)
    assert digest_of("another") in {thing.found_sha256 for thing in altered.things}


def test_a_capsule_under_another_capsules_id_does_not_pass():
    first, second, *rest = HONEST.case.found
    swapped = (replace(first, capsule=second.capsule), replace(second, capsule=first.capsule), *rest)
    assert examine(with_case(HONEST, found=swapped).case, HONEST.trust).state is State.CHANGED


def test_what_is_withheld_on_purpose_does_not_spoil_the_rest():
    kept = tuple(one for one in HONEST.case.openings if _name(one) != "sealed")
    media = Found("data/00000001", digest_of("at the desk media"), 9000)
    partly = with_case(HONEST, openings=kept, found=(media,), expected=listed(media.sha256))
    assert examine(partly.case, HONEST.trust).state is State.UNCHANGED


def test_a_trusted_key_that_cannot_be_read_is_said():
    verdict = examine(HONEST.case, Trust((DESK.vkey, "garbage")))
    assert verdict.state is State.CANNOT_TELL
    assert "KEY-TEXT" in verdict.codes("unknown")


def _name(opening):
    return disclosure.parse(opening.disclosure).name


def _sealed(name):
    return [{"capsule": id_of(name), "role": "original", "part": 1, "size": 5, "sha256": digest_of(name)}]


def _found(name):
    return (Found(name, digest_of(name), 5, id_of(name)),)


def _journal(folder, signer, by):
    genesis = prepare("genesis", {}, x={"next": "0" * 64})
    return Journal.create(folder, signer=signer, by=by, genesis=genesis, today=lambda: DAY)


def _receipt_of(journal, **more):
    return {"origin": journal.origin, "log": journal.log, "size": journal.size, "root": journal.root, **more}


def _case(journals, texts, found):
    openings = []
    for journal in journals:
        placed, texts = disclosure.place(journal.log, journal.lines(), texts)
        openings += placed
    logs = tuple(LogFiles(journal.log_bytes(), journal.notes()) for journal in journals)
    return CaseFiles(logs, tuple(openings), tuple(found))


def test_an_attempt_that_saved_nothing_commits_its_record(tmp_path):
    event = prepare("observe", {"outcome": "removed", "day": DAY, "item": id_of("gone")}, deferred=["record_sha256"])
    desk = _journal(tmp_path / "desk", DESK, "desk")
    desk.append(event, {"record_sha256": digest_of("gone")})
    desk.checkpoint(DESK)
    texts = event.completed({"record_sha256": digest_of("gone")})
    here = examine(_case([desk], texts, _found("gone")), HONEST.trust)
    gone = examine(_case([desk], texts, ()), HONEST.trust)
    assert (here.state, gone.state) == (State.UNCHANGED, State.CHANGED)


def test_a_chain_can_be_judged_before_its_files_are_here():
    chain = with_case(HONEST, found=()).case
    assert {check.state for check in examine_chain(chain, HONEST.trust)} == {"ok"}
    assert "UNTRUSTED" in {check.code for check in examine_chain(chain, Trust()) if check.state == "unknown"}


def test_a_log_of_one_event_is_not_told_of_as_many(tmp_path):
    signer = Signer.generate("wk1/one0000000000")
    genesis = prepare("genesis", {"day": "2026-01-02"}, x={"next": "0" * 64})
    journal = Journal.create(tmp_path / "log", signer=signer, by="desk", genesis=genesis)
    log = LogFiles(journal.log_bytes(), journal.notes())
    trust = Trust((signer.vkey,), remembered={journal.origin: (1, journal.root)})
    told = [check.sentence for check in examine(CaseFiles((log,)), trust).checks]
    told += [check.sentence for check in compare_logs(log, log)]
    assert "a checkpoint signs exactly the first event" in told
    assert not [sentence for sentence in told if re.search(r"\b1 (events|items|logs|files|openings)\b", sentence)]
