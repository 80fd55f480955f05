"""OpenTimestamps at a desk: a promise is stored and logged, later completed in a file of its own, and nobody else asked."""

from __future__ import annotations

import pytest
from opentimestamps.core.notary import PendingAttestation

from tests.actions.test_anchor import anchor_lines, journal_note, stored
from tests.simulators import calendar as calendars
from witnesskit.actions.anchor import anchor
from witnesskit.actions.anchor_calendars import upgrade
from witnesskit.digest import sha256_hex
from witnesskit.errors import ExitStatus
from witnesskit.errors.capture import BadUrl
from witnesskit.formats.ots_proof import block_claims, read_proof
from witnesskit.verify.bitcoin import block_time


@pytest.fixture
def calendar():
    with calendars.serving() as found:
        yield found


def test_a_promise_is_stored_and_completed_in_another_file(stage, calendar):
    done = anchor(stage.desk, stage.passphrase, (calendar.url,))
    assert (done.status, stored(stage)) == (ExitStatus.DONE, [f"{done.size}.pending.ots"])
    pending = (stage.desk.custody / "anchors" / f"{done.size}.pending.ots").read_bytes()
    assert block_claims(read_proof(pending, journal_note(stage, done.size))) == []
    waits = upgrade(stage.desk, stage.passphrase, (calendar.url,))
    assert (waits.complete, waits.waiting, len(waits.failures)) == (0, 1, 1)
    header = calendar.mine(900_000)
    assert upgrade(stage.desk, stage.passphrase, (calendar.url + "/",)).complete == 1
    assert stored(stage) == [f"{done.size}.bitcoin.ots", f"{done.size}.pending.ots"]
    whole = (stage.desk.custody / "anchors" / f"{done.size}.bitcoin.ots").read_bytes()
    assert block_time(whole, journal_note(stage, done.size), {900_000: header}) == calendars.TIME
    assert [(event.x["kind"], event.x["size"], event.x["file"]) for event in anchor_lines(stage)] == [
        ("ots", done.size, sha256_hex(pending)),
        ("ots", done.size, sha256_hex(whole)),
    ]
    again = upgrade(stage.desk, stage.passphrase, (calendar.url,))
    assert (again.complete, again.waiting) == (0, 0)


def test_a_calendar_learns_neither_the_checkpoint_nor_its_digest(stage, calendar):
    done = anchor(stage.desk, stage.passphrase, (calendar.url,))
    (digest,) = calendar.digests
    assert digest.hex() != sha256_hex(journal_note(stage, done.size))


def test_only_calendars_that_were_named_are_asked_for_what_was_promised(stage, calendar):
    anchor(stage.desk, stage.passphrase, (calendar.url,))
    calendar.mine(900_000)
    with calendars.serving() as other:
        done = upgrade(stage.desk, stage.passphrase, (other.url,))
    assert (done.complete, done.waiting, done.unasked) == (0, 1, (calendar.url,))


def test_a_calendar_that_is_down_is_told_and_nothing_is_stored(stage, calendar):
    with calendars.serving() as gone:
        url = gone.url
    done = anchor(stage.desk, stage.passphrase, (url,))
    assert (done.status, stored(stage), anchor_lines(stage)) == (ExitStatus.NETWORK, [], [])
    done = anchor(stage.desk, stage.passphrase, (url, calendar.url))
    assert (done.status, len(stored(stage))) == (ExitStatus.PARTIAL, 1)


def test_an_answer_that_is_none_is_not_stored(stage, calendar, monkeypatch):
    monkeypatch.setattr(calendar, "submit", lambda _digest: b"\x00not an attestation")
    done = anchor(stage.desk, stage.passphrase, (calendar.url,))
    assert (done.good, stored(stage)) == ((), [])
    assert done.promises[0].error is not None


def test_an_address_that_is_none_is_refused_before_anything_is_sent(stage):
    with pytest.raises(BadUrl):
        anchor(stage.desk, stage.passphrase, ("calendar.example",))


def test_a_calendar_that_answers_at_great_length_takes_nothing_from_the_others(stage, calendar, monkeypatch):
    """Each answer alone can be read; both together are longer than any verifier reads."""
    with calendars.serving() as greedy:
        for each in (calendar, greedy):
            names = [PendingAttestation(f"{each.url}/{n}/{'x' * 900}") for n in range(10)]
            monkeypatch.setattr(each, "submit", lambda digest, names=names: calendars.attested(digest, *names))
        done = anchor(stage.desk, stage.passphrase, (calendar.url, greedy.url))
    assert (done.status, len(stored(stage))) == (ExitStatus.PARTIAL, 1)
    assert [one.error is None for one in done.promises] == [True, False]
    assert len(anchor_lines(stage)) == 1
