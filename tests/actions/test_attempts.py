"""Every attempt at a link is one ``observe`` event with its outcome, rule and evidence, however it ended."""

from __future__ import annotations

import gzip
import hashlib
import os
import signal
import socket

import pytest

from tests.actions.stage import PATIENCE, Noting, Quiet, Stage
from tests.simulators import socks as proxies
from witnesskit.actions.archive import ArchiveWish, archive
from witnesskit.actions.assigning import Asked
from witnesskit.actions.item_files import chosen, read_item
from witnesskit.actions.opening import open_for_saving
from witnesskit.actions.own_events import own_events
from witnesskit.actions.saving import SavedItem
from witnesskit.actions.shown_outcome import shown_outcome
from witnesskit.capture.egress import parse_egress
from witnesskit.capture.worker import Worker, prestart
from witnesskit.cli.saving import STATUS, WORDS, status_of
from witnesskit.errors import ExitStatus
from witnesskit.errors.capture import BadUrl, NoWorker
from witnesskit.model import Outcome
from witnesskit.vault.keyring import custodian_identities, desk_identities


def attempted(stage: Stage, url: str, egress: str = "direct"):
    """(what was told, record, observe events, all opened fields) of one attempt."""
    watch = Noting()
    with prestart(parse_egress(egress), allow_local=True, patience=PATIENCE) as running:
        archive(stage.desk, ArchiveWish((url,), stage.passphrase, Asked(True)), running, watch)
    return watch.items, *logged(stage)


def logged(stage: Stage):
    with open_for_saving(stage.desk, stage.passphrase) as session:
        identities = (*desk_identities(session.keyring), *custodian_identities(session.keyring))
        (item,) = chosen(session.state, ())
        files = read_item(stage.desk, session.state, item, identities)
        events = list(own_events(session, files.lines))
        lines = [line for line in session.journal.lines() if b'"observe"' in line]
    return files.record, [dict(event.fields) for event in events if event.type == "observe"], lines


ENDINGS = [
    ("/p/good.html", "saved", "all-streams-complete"), ("/p/gone.html", "partial", "media-http-410"),
    ("/p/dies.html", "truncated", "media-cut"), ("/p/swap.html", "changed", "media-changed"),
    ("/h/live/list.m3u8", "live", "media-live"), ("/e/404", "removed", "page-http-404"),
    ("/p/410.html", "removed", "media-http-410"), ("/e/401", "login", "page-http-401"),
    ("/e/403", "blocked", "page-http-403"), ("/e/429", "rate-limited", "page-http-429"),
    ("/e/451", "legal", "page-http-451"), ("/e/500", "unknown", "page-http-500"),
    ("/hang", "network-down", "no-answer-timeout"),
    ("/p/empty.html", "unknown", "media-empty"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "outcome", "rule"), ENDINGS)
def test_each_ending_is_one_event_with_its_evidence(stage, site, path, outcome, rule):
    items, record, observed, lines = attempted(stage, site.url + path)
    assert [str(item.outcome) for item in items] == [outcome]
    assert len(lines) == len(observed) == 1
    evidence = record["capture"]["evidence"]
    assert (
        (observed[0]["outcome"], observed[0]["rule"])
        == (outcome, rule)
        == (record["capture"]["outcome"], evidence["rule"])
    )
    assert observed[0]["status"] == evidence["status"]
    assert observed[0].get("body_sha256", "") == evidence["body_sha256"]
    assert observed[0].get("headers_sha256", "") == evidence["headers_sha256"]


def test_a_removal_keeps_the_answer_of_its_control(stage, site):
    _items, record, _observed, _lines = attempted(stage, f"{site.url}/nothing.html")
    evidence = record["capture"]["evidence"]
    assert evidence["phrase"] == "any-removed"
    assert (evidence["control"]["url"], evidence["control"]["result"]) == (f"{site.url}/", "answered")
    assert [one["purpose"] for one in record["capture"]["attempts"]][-1] == "control"


def test_what_came_in_place_of_media_is_kept_and_said(stage, site):
    items, record, _observed, _lines = attempted(stage, f"{site.url}/p/page.html")
    assert status_of(items[0]) is ExitStatus.NOTHING_SAVED and items[0].received > 0
    assert record["capture"]["media"][0]["bytes"] == items[0].received


def test_a_report_says_why_and_names_no_site(stage, site):
    _items, record, _observed, _lines = attempted(stage, f"{site.url}/nothing.html")
    record["capture"]["evidence"]["removed_by"] = "uploader"
    shown = shown_outcome(record["capture"])
    assert shown == (
        "removed (rule phrase-any-removed; the answer that decided: 200; removed by who uploaded it, as the site says; "
        "the front page of the same site answered 200)"
    )


@pytest.mark.parametrize(
    ("capture", "shown"),
    [
        ({"outcome": "saved", "evidence": {"rule": "all-streams-complete", "status": 200}}, "saved"),
        ({"outcome": "dns", "evidence": {"rule": "no-answer-dns", "status": 0}}, "dns (rule no-answer-dns)"),
        (
            {"outcome": "rate-limited", "evidence": {"retry_after": 9}},
            "rate-limited (the site asked to wait 9 seconds)",
        ),
        ({"outcome": "removed"}, "removed"),
        ({"outcome": 7, "evidence": []}, ""),
        ({"outcome": "removed", "evidence": {"rule": 1, "status": True, "removed_by": [], "control": 3}}, "removed"),
        ({}, ""),
    ],
)
def test_any_record_is_shown(capture, shown):
    assert shown_outcome(capture) == shown


def test_how_long_to_wait_is_told(stage, site):
    site.headers["Retry-After"] = "31"
    items, record, _observed, _lines = attempted(stage, f"{site.url}/e/503")
    assert record["capture"]["evidence"]["retry_after"] == 31
    assert items[0].note == "the site asks to wait 31 seconds"


def test_a_refused_connection_and_a_name_that_is_not_found(stage):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        items, _record, observed, _lines = attempted(stage, f"http://127.0.0.1:{unused.getsockname()[1]}/v")
    assert [item.outcome for item in items] == [Outcome.REFUSED]
    assert [(one["outcome"], one["rule"], one["status"]) for one in observed] == [("refused", "no-answer-refused", 0)]


def test_a_proxy_that_leads_nowhere_is_an_event_too(stage, site):
    with proxies.serve(site.url) as socks:
        socks.refuse = True
        items, record, observed, _lines = attempted(stage, "http://footage.example/v", socks.url)
    assert [item.outcome for item in items] == [Outcome.PROXY_DOWN]
    assert [one["outcome"] for one in observed] == ["proxy-down"]
    assert record["capture"]["evidence"]["error_kind"] == "proxy"


def test_a_worker_that_dies_is_an_event_too(stage, site):
    watch = Noting()
    with prestart(parse_egress("direct"), allow_local=True, patience=PATIENCE) as running:
        inner = running.run

        def dying(wanted):
            messages = inner(wanted)
            os.kill(running.pid, signal.SIGKILL)
            return messages

        running.run = dying
        archive(stage.desk, ArchiveWish((f"{site.url}/p/good.html",), stage.passphrase, Asked(True)), running, watch)
    _record, observed, lines = logged(stage)
    assert [(one["outcome"], one["rule"]) for one in observed] == [("unknown", "worker-died")] and len(lines) == 1


def test_a_worker_that_cannot_start_is_told_and_logged(stage, site, monkeypatch):

    def refuse(self):
        raise NoWorker

    monkeypatch.setattr(Worker, "start", refuse)
    running = Worker(parse_egress("direct"), allow_local=True, patience=PATIENCE)
    with pytest.raises(NoWorker):
        archive(
            stage.desk, ArchiveWish((f"{site.url}/p/good.html",), stage.passphrase, Asked(True)), running, Quiet()
        )
    _record, observed, lines = logged(stage)
    assert [(one["outcome"], one["rule"]) for one in observed] == [("unknown", "no-worker")] and len(lines) == 1
    assert site.requests == []


def test_what_is_no_link_is_a_mistake_of_the_call_and_no_event(stage):
    running = Worker(parse_egress("direct"), allow_local=True, patience=PATIENCE)
    with pytest.raises(BadUrl):
        archive(stage.desk, ArchiveWish(("ftp://h/",), stage.passphrase, Asked(True)), running, Quiet())
    with open_for_saving(stage.desk, stage.passphrase) as session:
        assert not [line for line in session.journal.lines() if b'"observe"' in line]


def test_a_broadcast_of_which_nothing_came_is_not_saved():
    for received, status in ((0, ExitStatus.NOTHING_SAVED), (9, ExitStatus.PARTIAL)):
        saved = SavedItem("ab" * 16, Outcome.LIVE, received)
        assert status_of(saved) is status


@pytest.mark.parametrize("outcome", list(Outcome))
def test_each_outcome_has_one_sentence_and_one_status(outcome):
    words, status = WORDS[outcome], STATUS[outcome]
    assert (outcome is Outcome.SAVED) is (status is ExitStatus.DONE)
    assert (
        words.startswith("NOT SAVED") or status in (ExitStatus.DONE, ExitStatus.PARTIAL) or outcome is Outcome.REMOVED
    )
    assert len(set(WORDS.values())) == len(WORDS)


@pytest.mark.parametrize(
    ("path", "html"),
    [
        ("/p/good.html", "ok"),
        ("/e/404", "missing: the site answered 404"),
        ("/login.html", "missing: another page came (login)"),
        ("/m/good.mp4", "missing: direct-media"),
    ],
)
def test_a_page_that_is_not_the_one_asked_for_is_kept_and_not_counted_as_it(stage, site, path, html):
    _items, record, _observed, _lines = attempted(stage, site.url + path)
    assert record["capture"]["completeness"]["html"] == html
    assert record["capture"]["berkeley_minimum"] is False


def test_a_packed_page_is_sealed_as_it_came_and_as_it_reads(stage, site):
    _items, record, _observed, _lines = attempted(stage, site.url + "/packed.html")
    with open_for_saving(stage.desk, stage.passphrase) as session:
        (item,) = chosen(session.state, ())
        files = read_item(stage.desk, session.state, item, desk_identities(session.keyring))
    held = {file.prefix: file.open().read() for file in files.files}
    assert gzip.decompress(held["wire/1"]) == held["page/1"]
    assert record["capture"]["html"]["wire_sha256"] == hashlib.sha256(held["wire/1"]).hexdigest()
