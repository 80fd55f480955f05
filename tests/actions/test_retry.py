"""Asking again: from where the first attempt ended, into an item of its own, and all parts as one file."""

from __future__ import annotations

import pytest

from tests.actions.stage import PATIENCE, Board, Quiet, make_stage, record_json
from tests.simulators import site as sites
from witnesskit.actions.archive import ArchiveWish, archive
from witnesskit.actions.assigning import Asked
from witnesskit.actions.custodian import CustodianPaper
from witnesskit.actions.item_files import read_item
from witnesskit.actions.opening import open_for_saving
from witnesskit.actions.own_events import own_events
from witnesskit.actions.places import place
from witnesskit.actions.queue import open_queue, run, wait_again
from witnesskit.actions.queue_add import Said, add_links
from witnesskit.actions.queue_run import RunWish
from witnesskit.actions.resume import resume_from
from witnesskit.actions.retry import RetryWish, retry
from witnesskit.capture.egress import parse_egress
from witnesskit.capture.pace import Pace
from witnesskit.capture.worker import prestart
from witnesskit.errors.capture import BadUrl
from witnesskit.errors.cli import Interrupted, WrongVaultKind
from witnesskit.errors.retry import NotFromALink, PartChanged
from witnesskit.formats.link_list import Entry, LinkList
from witnesskit.formats.short_id import short_id
from witnesskit.model import Outcome, Role
from witnesskit.vault.keyring import custodian_identities, desk_identities

LOCAL = Asked(allow_local=True)
HALF = sites.SIZE // 2


def save(stage, worker, link):
    archive(stage.desk, ArchiveWish((link,), stage.passphrase, LOCAL), worker, Quiet())


def again(stage, worker, *shorts, **wish):
    return list(retry(stage.desk, stage.passphrase, RetryWish(shorts, asked=LOCAL, **wish), worker, Quiet()))


def items(stage):
    """Every item as lone researchers read it, in the order of the log; those of devices come first."""
    with open_for_saving(stage.desk, stage.passphrase) as session:
        keys = (*desk_identities(session.keyring), *custodian_identities(session.keyring))
        known = [item for item, one in session.state.items.items() if not one.paper]
        found = [read_item(stage.desk, session.state, item, keys) for item in known]
        return sorted(found, key=lambda one: min((event.n for event in own_events(session, one.lines)), default=-1))


def media(files):
    return {one.prefix: one.open().read() for one in files.streams("media")}


def test_a_file_that_was_cut_is_gone_on_with_and_put_together(stage, site, worker):
    save(stage, worker, site.url + "/p/comes-back.html")
    (first,) = items(stage)
    assert first.record["capture"]["outcome"] == "truncated"
    (row,) = first.record["capture"]["resume"]
    assert row["received"] == HALF
    site.requests.clear()
    site.flags.add("back")
    (done,) = again(stage, worker)
    ranges = [one.headers.get("Range") for one in site.requests if one.path == "/m/comes-back.mp4"]
    assert ranges[-1] == f"bytes={HALF - 65536}-"
    first, second, whole = items(stage)
    assert second.record["source"]["retry_of"] == first.item
    assert second.record["capture"]["media"][0]["start"] == HALF
    assert media(first)["media/1"] + media(second)["media/1"] == site.videos[1]
    assert media(whole)["media/1"] == site.videos[1]
    assert whole.record["source"]["assembled_of"] == [first.item, second.item]
    assert whole.record["capture"]["media"][0]["sha256"] == sites.sha256(site.videos[1])
    assert whole.record["collection"]["egress"] == "direct"
    assert done.assembled.outcome is Outcome.SAVED
    assert again(stage, worker) == []  # nothing is left


def test_a_file_that_became_another_one_is_never_joined_to_the_old_beginning(stage, site, worker):
    save(stage, worker, site.url + "/p/comes-back.html")
    site.flags.update({"back", "other"})
    (done,) = again(stage, worker)
    assert done.assembled is None
    assert done.saved.outcome is Outcome.CHANGED
    _first, second = items(stage)
    assert media(second)["media/2"] == site.videos[2]


def test_three_attempts_are_one_chain(stage, site, worker):
    save(stage, worker, site.url + "/p/comes-back.html")
    site.flags.add("further")
    (done,) = again(stage, worker)
    assert done.assembled is None and done.saved.outcome is Outcome.TRUNCATED
    site.flags.add("back")
    (done,) = again(stage, worker)
    assert done.assembled
    *_parts, whole = items(stage)
    assert len(whole.record["capture"]["parts"]) == 3
    assert media(whole)["media/1"] == site.videos[1]


BEGINNING, END = b"the beginning, ", b"and the end"


def part(device, data, start=0, retry_of="", **media):
    """An item of a device that says what it likes of the bytes that it seals."""
    source = {"kind": "url", "url": "https://video.example/v", "retry_of": retry_of}
    fact = {"stream": 1, "role": "original", "bytes": len(data), "mime": "video/mp4", "start": start} | media
    record = record_json(source=source, capture={"outcome": "saved", "media": [fact]})
    return device.save(record, media=data)


def parts_of_a_device(stage, device, sha256):
    """A whole file in two parts, the second with this digest in its record."""
    first = part(device, BEGINNING, sha256=sites.sha256(BEGINNING))
    last = part(device, END, len(BEGINNING), sha256=sha256, complete=True, retry_of=first)
    stage.take_in(device.bundle(stage.folder / "stick"))
    return first, last


def test_parts_that_a_device_brought_are_put_together_once(stage):
    first, last = parts_of_a_device(stage, stage.device("c"), sites.sha256(END))
    (done,) = again(stage, None)
    assert (done.before, done.saved, done.refusal, done.unopened) == (last, None, None, False)
    whole = items(stage)[-1]
    assert whole.record["source"]["assembled_of"] == [first, last]
    assert media(whole)["media/1"] == BEGINNING + END
    assert again(stage, None) == []


def test_a_part_whose_bytes_are_not_those_of_its_record_is_refused_and_others_are_asked_for(stage, site, worker):
    _first, last = parts_of_a_device(stage, stage.device("c"), sites.sha256(b"what was never there"))
    save(stage, worker, site.url + "/e/429")
    found = {one.before: one for one in again(stage, worker)}
    assert len(found) == 2
    refused = found.pop(last)
    assert isinstance(refused.refusal, PartChanged) and short_id(last) in str(refused.refusal)
    assert (refused.saved, refused.assembled) == (None, None)
    assert [one.saved.outcome for one in found.values()] == [Outcome.RATE_LIMITED]


def test_a_part_that_is_damaged_is_refused(stage):
    _first, last = parts_of_a_device(stage, stage.device("c"), sites.sha256(END))
    original = next(one for one in items(stage) if one.item == last)
    capsule = next(one for one in original.capsules if one.role is Role.ORIGINAL)
    path = stage.desk.capsule_path(capsule.id)
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.chmod(0o600)
    path.write_bytes(data)
    (done,) = again(stage, None)
    assert isinstance(done.refusal, PartChanged)


def test_parts_that_no_key_here_opens_are_told_and_wait_for_the_sheet(tmp_path):
    stage = make_stage(tmp_path / "team", lone=False)
    _first, last = parts_of_a_device(stage, stage.device("c"), sites.sha256(END))
    (done,) = again(stage, None)
    assert (done.before, done.saved, done.assembled, done.unopened) == (last, None, None, True)
    sheet = tmp_path / "sheet.txt"
    sheet.write_text(stage.custodian_sheet)
    (done,) = again(stage, None, custodian=CustodianPaper(sheet))
    assert done.assembled and not done.unopened


def test_a_link_that_may_not_be_asked_for_stops_no_other(stage, site, worker):
    save(stage, worker, site.url + "/e/429")
    save(stage, worker, site.url + "/e/403")
    site.requests.clear()
    found = list(retry(stage.desk, stage.passphrase, RetryWish(), worker, Quiet()))  # without --allow-local
    assert [type(one.refusal) for one in found] == [BadUrl, BadUrl]
    assert {short_id(one.before) in str(one.refusal) for one in found} == {True}
    assert not site.requests


class Impatient(Quiet):
    """Somebody who presses Ctrl-C when the first bytes of media come."""

    def progress(self, done, whole):
        raise KeyboardInterrupt


def test_what_was_interrupted_is_told_before_all_of_it_ends(stage, site):
    site.flags.add("back")
    with prestart(parse_egress("direct"), allow_local=True, patience=PATIENCE) as own:
        save(stage, own, site.url + "/e/429")
        (first,) = items(stage)
        site.pages["/e/429"] = '<video src="/m/good.mp4"></video>'
        wish = RetryWish(asked=LOCAL)
        running = retry(stage.desk, stage.passphrase, wish, own, Impatient())
        done = next(running)
        assert (done.before, done.saved.interrupted) == (first.item, True)
        assert done.saved.received > 0
        with pytest.raises(Interrupted):
            next(running)


def test_only_the_page_is_asked_for_where_only_it_is_wanted(stage, site, worker):
    save(stage, worker, site.url + "/p/good.html")
    (first,) = items(stage)
    site.requests.clear()
    again(stage, worker, short_id(first.item), part="page")
    assert [one.path for one in site.requests if one.path.startswith("/m/")] == []
    assert [one.path for one in site.requests]


def test_what_was_answered_for_good_is_not_asked_again_unless_it_is_named(stage, site, worker):
    save(stage, worker, site.url + "/p/good.html")
    save(stage, worker, site.url + "/e/404")
    assert again(stage, worker) == []
    gone = next(one for one in items(stage) if one.record["capture"]["outcome"] == "removed")
    (done,) = again(stage, worker, short_id(gone.item))
    assert done.saved.outcome is Outcome.REMOVED


def test_a_field_device_and_a_file_cannot_be_asked_again(stage, device, worker):
    with pytest.raises(WrongVaultKind):
        list(retry(device.vault, "", RetryWish(), worker, Quiet()))
    from witnesskit.actions.add import add
    from witnesskit.actions.sources import look_through

    add(stage.desk, look_through([stage.folder / "a.txt"]), stage.passphrase, Quiet())
    (file,) = items(stage)
    with pytest.raises(NotFromALink):
        again(stage, worker, short_id(file.item))


def test_a_queue_goes_on_from_where_it_was(stage, site, worker):
    wish = RunWish(allow_local=True, pace=Pace(0))
    with open_queue(stage.desk, stage.passphrase) as (session, queue):
        add_links(queue, LinkList((Entry(1, site.url + "/p/comes-back.html"),)), Said(allow_local=True))
        run(session, queue, worker, wish, Board())
        (job,) = queue.jobs.values()
        assert (job.outcome, job.resume[0]["received"]) == ("truncated", HALF)
    assert wait_again(stage.desk, stage.passphrase, (), everything=True) == 1
    site.flags.add("back")
    with open_queue(stage.desk, stage.passphrase) as (session, queue):
        run(session, queue, worker, wish, Board())
        (job,) = queue.jobs.values()
        assert job.outcome == "saved"
    first, second = items(stage)
    assert second.record["source"]["retry_of"] == first.item
    last = short_id(second.item)
    (done,) = again(stage, worker, last)
    assert done.saved is None
    assert media(items(stage)[-1])["media/1"] == site.videos[1]


GOOD = {"format_id": "0", "received": 100, "tail_size": 100, "tail_sha256": "0" * 64}


@pytest.mark.parametrize(
    "changes",
    [
        {"received": -1}, {"received": 0}, {"received": True}, {"received": "1"}, {"tail_size": 101}, {"tail_size": 70_000},
        {"etag": 1}, {"total": None}, {"more": 1}, {"format_id": None},
    ],
)  # fmt: skip
def test_a_record_that_no_attempt_wrote_gives_nothing_to_go_on_with(changes):
    assert resume_from(GOOD)
    assert resume_from({**GOOD, **changes}) is None
    assert resume_from([1]) is None


def test_an_attempt_and_the_whole_are_from_where_the_first_one_was_said_to_be(stage, site, worker):
    told = Asked(allow_local=True, place="Aktau")
    archive(stage.desk, ArchiveWish((site.url + "/p/comes-back.html",), stage.passphrase, told), worker, Quiet())
    site.flags.add("further")
    again(stage, worker)
    (first, second) = items(stage)
    assert [one.record["place"] for one in (first, second)] == [{"locality": "Aktau"}] * 2
    assert first.stub["place"] == {"locality": "Aktau"}
    place(stage.desk, stage.passphrase, [short_id(second.item)], "Zhanaozen")
    site.flags.add("back")
    again(stage, worker)
    assert [one.record["place"]["locality"] for one in items(stage)] == ["Aktau", "Aktau", "Zhanaozen", "Zhanaozen"]
