"""An opening finds its event by its digest alone; what leads nowhere is never dropped in silence."""

from __future__ import annotations

import pytest

from witnesskit.actions.openings import OpeningLine, line_from, parse_lines, resolve
from witnesskit.custody.journal import Journal
from witnesskit.custody.prepare import prepare
from witnesskit.custody.signer import Signer, new_origin
from witnesskit.errors.formats import BadJson
from witnesskit.formats import disclosure, strict_json
from witnesskit.model import Opening

DIGEST = "a" * 64
FOREIGN = disclosure.make("day", "2026-01-01")


@pytest.fixture
def journal(tmp_path) -> Journal:
    genesis = prepare("genesis", {"day": "2026-01-02"}, x={"next": "0" * 64})
    return Journal.create(tmp_path / "log", signer=Signer.generate(new_origin()), by="field", genesis=genesis)


def test_each_disclosure_finds_its_event(journal):
    events = [prepare("receipt", {"bundle": f"{n:032x}", "checked": n}) for n in range(3)]
    numbers = journal.append_all([(event, {}) for event in events])
    found = resolve((OpeningLine(event.disclosures, {}) for event in reversed(events)), [journal.log_bytes()])
    expected = {
        Opening(journal.log, number, text)
        for number, event in zip(numbers, events, strict=True)
        for text in event.disclosures
    }
    assert set(found) == expected


def test_a_late_one_is_rebuilt_from_its_capsule_and_only_from_it(journal):
    event = prepare("ingest", {"day": "2026-01-02"}, deferred=("record_sha256",), item="ab" * 16)
    number = journal.append(event, {"record_sha256": DIGEST})
    line = strict_json.canonical(event.opening_line()) + b"\n"
    found = resolve(parse_lines(line, DIGEST), [journal.log_bytes()])
    assert {disclosure.parse(one.disclosure).name for one in found} == {"day", "record_sha256"}
    assert {one.n for one in found} == {number}
    elsewhere = resolve(parse_lines(line, "b" * 64), [journal.log_bytes()])
    digests = journal.log_bytes().decode()
    assert [disclosure.digest(one.disclosure) in digests for one in elsewhere].count(False) == 1


def test_a_disclosure_that_nobody_committed_stays_beside_its_siblings(journal):
    event = prepare("receipt", {"checked": 1})
    number = journal.append(event)
    found = resolve([OpeningLine((*event.disclosures, FOREIGN), {})], [journal.log_bytes()])
    assert Opening(journal.log, number, FOREIGN) in found


def test_a_line_of_a_log_that_is_not_here_leads_nowhere(journal):
    assert resolve([OpeningLine((FOREIGN,), {})], [journal.log_bytes()]) == ()


def test_what_is_given_twice_is_there_once(journal):
    event = prepare("receipt", {"checked": 1})
    journal.append(event)
    line = OpeningLine(event.disclosures, {})
    assert len(resolve([line, line], [journal.log_bytes(), journal.log_bytes()])) == len(event.disclosures)


def test_a_line_names_its_items():
    event = prepare("derive", {"parent": "ab" * 16, "size": 1}, item="cd" * 16)
    assert OpeningLine((*event.disclosures, "no disclosure", "\udc80"), {}).about() == {"ab" * 16}


@pytest.mark.parametrize(
    "value",
    [
        None, [], "", 1, {}, {"disclosures": []}, {"deferred": {}},
        {"disclosures": "abc", "deferred": {}}, {"disclosures": [], "deferred": "abc"},
        {"disclosures": [1], "deferred": {}}, {"disclosures": [], "deferred": {"a": 1}},
        {"disclosures": 1, "deferred": {}}, {"disclosures": [], "deferred": []},
    ],
)  # fmt: skip
def test_what_is_no_opening_is_refused(value):
    with pytest.raises(BadJson):
        line_from(value)
