"""Every outcome, end to end: a fault server, the worker process, the messages it sends."""

import socket

import pytest

from tests.capture.seen import capture
from tests.simulators import site as sites
from tests.simulators.site import SEGMENTS, SIZE, sha256
from witnesskit.capture.assignment import Assignment
from witnesskit.errors.capture import BadUrl
from witnesskit.model import Outcome

WHOLE = [
    "good",
    "cut",
    "drops",
    "reset",
    "stall-once",
    "chunked",
    "chunked-cut",
    "no-length-reset",
    "no-range",
    "busy-once",
]


@pytest.mark.parametrize("name", WHOLE)
def test_a_stream_is_whole_whatever_the_line_did(site, worker, name):
    seen = capture(worker, f"{site.url}/p/{name}.html")
    assert (seen.outcome, seen.rule) == (Outcome.SAVED, "all-streams-complete")
    assert sha256(seen.bytes[1]) == sha256(site.videos[1])
    assert seen.ends[0].complete and not seen.ends[0].reason
    assert seen.done.result.received == SIZE


def test_a_resume_asks_for_an_overlap_and_names_its_validator(site, worker):
    capture(worker, f"{site.url}/m/drops.mp4")
    resumed = [r.headers for r in site.requests if "Range" in r.headers]
    assert resumed and all(headers["If-Range"] == '"v1"' for headers in resumed)
    starts = [int(headers["Range"][6:-1]) for headers in resumed]
    assert starts == sorted(starts) and starts[0] == 150_000 - 65_536
    media = [request.headers for request in site.requests if request.path == "/m/drops.mp4"][1:]
    assert all(headers["Accept-Encoding"] == "identity" for headers in media)


def test_no_length_is_whole_but_unverified(site, worker):
    seen = capture(worker, f"{site.url}/p/no-length.html")
    assert (seen.outcome, seen.rule) == (Outcome.SAVED, "all-streams-complete-unverified-length")
    assert seen.ends[0].complete and seen.ends[0].reason == "unverified-length"
    assert seen.media[0].declared_size is None


@pytest.mark.parametrize("name", ["swap", "swap-silent", "no-range-swap", "swap-shorter"])
def test_a_changed_file_is_never_joined_to_the_old_beginning(site, worker, name):
    seen = capture(worker, f"{site.url}/p/{name}.html")
    assert (seen.outcome, seen.rule) == (Outcome.CHANGED, "media-changed")
    assert seen.bytes[1] == site.videos[1][: SIZE // 2]


def test_a_takedown_half_way_keeps_every_received_byte_and_its_proof(site, worker):
    seen = capture(worker, f"{site.url}/p/gone.html")
    assert (seen.outcome, seen.rule) == (Outcome.PARTIAL, "media-http-410")
    assert seen.bytes[1] == site.videos[1][: SIZE // 2]
    assert seen.evidence.status == 410
    assert seen.evidence.body_sha256 == sha256(b"<!doctype html><title>410</title><p>No.</p>")
    assert not seen.ends[0].complete and seen.ends[0].size == SIZE // 2


@pytest.mark.parametrize(
    ("name", "outcome", "reason"), [("stall", Outcome.PARTIAL, "stall"), ("dies", Outcome.TRUNCATED, "cut")]
)
def test_a_line_that_stays_dead_leaves_what_came(site, worker, name, outcome, reason):
    seen = capture(worker, f"{site.url}/p/{name}.html")
    assert (seen.outcome, seen.rule) == (outcome, f"media-{reason}")
    assert seen.bytes[1] == site.videos[1][: SIZE // 2]


@pytest.mark.parametrize("status", [404, 410])
def test_a_page_that_is_gone_is_removed_with_its_proof(site, worker, status):
    seen = capture(worker, f"{site.url}/e/{status}")
    assert (seen.outcome, seen.rule) == (Outcome.REMOVED, f"page-http-{status}")
    assert seen.evidence.status == status and seen.evidence.peer.startswith("127.0.0.1 ")
    assert seen.evidence.body_sha256 == sha256(seen.page_bytes) and b"No." in seen.page_bytes
    assert len(seen.evidence.headers_sha256) == 64
    assert not seen.media


def test_a_redirect_to_a_gone_page_is_removed(site, worker):
    seen = capture(worker, f"{site.url}/r/gone")
    assert (seen.outcome, seen.rule) == (Outcome.REMOVED, "page-http-410")
    assert seen.evidence.final_url == f"{site.url}/e/410"


@pytest.mark.parametrize("status", [404, 410])
def test_media_that_are_gone_from_a_living_page_are_removed(site, worker, status):
    seen = capture(worker, f"{site.url}/p/{status}.html")
    assert (seen.outcome, seen.rule) == (Outcome.REMOVED, f"media-http-{status}")
    assert seen.evidence.status == status and seen.evidence.final_url.endswith(f"/m/{status}.mp4")
    assert seen.page.status == 200 and seen.page_end.complete


REFUSALS = {
    401: Outcome.LOGIN,
    403: Outcome.BLOCKED,
    429: Outcome.RATE_LIMITED,
    451: Outcome.LEGAL,
    503: Outcome.UNKNOWN,
}


@pytest.mark.parametrize("status", REFUSALS)
def test_a_refusal_is_not_a_removal(site, worker, status):
    seen = capture(worker, f"{site.url}/e/{status}")
    assert (seen.outcome, seen.rule) == (REFUSALS[status], f"page-http-{status}")
    assert seen.evidence.status == status
    assert not any(attempt.purpose == "control" for attempt in seen.attempts)


@pytest.mark.parametrize("status", [403, 451, 503])
def test_refused_media_are_no_removal(site, worker, status):
    seen = capture(worker, f"{site.url}/p/{status}.html")
    assert (seen.outcome, seen.rule) == (REFUSALS[status], f"media-http-{status}")


def test_a_site_that_asks_us_to_wait_is_heard(site, worker):
    site.headers["Retry-After"] = "120"
    seen = capture(worker, f"{site.url}/e/503")
    assert (seen.outcome, seen.evidence.retry_after) == (Outcome.RATE_LIMITED, 120)


def test_removed_needs_a_living_front_page_in_the_same_run(site, worker):
    seen = capture(worker, f"{site.url}/e/410")
    assert seen.outcome is Outcome.REMOVED
    assert seen.evidence.control["result"] == "answered"
    assert seen.evidence.control["url"] == f"{site.url}/"
    assert [attempt.purpose for attempt in seen.attempts][-1] == "control"


@pytest.mark.parametrize("flag", ["front-down", "down"])
def test_where_the_whole_site_answers_so_nothing_is_said_to_be_removed(site, worker, flag):
    site.flags.add(flag)
    seen = capture(worker, f"{site.url}/e/410")
    assert seen.outcome is Outcome.UNKNOWN
    assert seen.rule.startswith("page-http-410-control-http-4")
    assert seen.evidence.status == 410


def test_without_a_control_nothing_is_removed(site, worker):
    seen = capture(worker, f"{site.url}/e/410", control=False)
    assert (seen.outcome, seen.rule) == (Outcome.UNKNOWN, "page-http-410-control-not-asked")
    assert len(site.requests) == 1


def test_a_page_that_says_so_at_200_is_removed_with_its_phrase(site, worker):
    seen = capture(worker, f"{site.url}/nothing.html")
    assert (seen.outcome, seen.rule) == (Outcome.REMOVED, "phrase-any-removed")
    assert seen.evidence.phrase == "any-removed"
    assert seen.page.status == 200 and seen.page_end.complete


def test_a_page_that_says_so_on_a_dead_site_is_unknown(site, worker):
    site.flags.add("front-down")
    seen = capture(worker, f"{site.url}/nothing.html")
    assert (seen.outcome, seen.rule) == (Outcome.UNKNOWN, "phrase-any-removed-control-http-404")


def test_a_page_where_people_log_in_is_neither_live_nor_saved(site, worker):
    seen = capture(worker, f"{site.url}/login.html")
    assert (seen.outcome, seen.rule) == (Outcome.LOGIN, "page-login-form")
    assert seen.page.status == 200 and seen.page_end.complete


def test_being_led_to_a_login_is_told(site, worker):
    seen = capture(worker, f"{site.url}/r/members")
    assert (seen.outcome, seen.rule) == (Outcome.LOGIN, "page-login-address")


def test_a_page_in_place_of_media_is_not_saved(site, worker):
    seen = capture(worker, f"{site.url}/p/page.html")
    assert (seen.outcome, seen.rule) == (Outcome.UNKNOWN, "media-is-a-page")
    assert not seen.ends[0].complete and seen.bytes[1]


def test_a_page_that_breaks_off_is_kept_and_said_to_be_cut(site, worker):
    seen = capture(worker, f"{site.url}/cut-page.html")
    assert seen.outcome in (Outcome.UNKNOWN, Outcome.NETWORK_DOWN)
    assert (seen.page_end.complete, seen.page_end.reason) == (False, "cut")
    assert seen.page_bytes == b"<!doctype html><title>half</title>"


def test_empty_media_are_not_saved(site, worker):
    seen = capture(worker, f"{site.url}/p/empty.html")
    assert (seen.outcome, seen.rule) == (Outcome.UNKNOWN, "media-empty")


def test_a_refused_connection_is_the_network(site, worker):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        seen = capture(worker, f"http://127.0.0.1:{unused.getsockname()[1]}/clip.mp4")
    assert (seen.outcome, seen.rule) == (Outcome.REFUSED, "no-answer-refused")
    assert seen.evidence.status == 0 and seen.evidence.error_kind == "refused"
    assert seen.page.reason == "no-answer-refused" and seen.page_end is None


def test_a_name_that_is_not_found_is_the_network(site, worker):
    seen = capture(worker, "http://no-such-host.invalid/clip.mp4")
    assert (seen.outcome, seen.rule) in (
        (Outcome.DNS, "no-answer-dns"), (Outcome.NETWORK_DOWN, "no-answer-timeout"),
    )  # fmt: skip


def test_a_server_that_never_answers_is_the_network(site, worker):
    seen = capture(worker, f"{site.url}/hang")
    assert (seen.outcome, seen.rule) == (Outcome.NETWORK_DOWN, "no-answer-timeout")


def test_two_videos_of_one_page_are_two_streams(site, worker):
    seen = capture(worker, f"{site.url}/p/two/videos.html")
    assert seen.outcome is Outcome.SAVED
    assert seen.bytes == {1: site.videos[1], 2: site.videos[2]}
    assert [facts.entry for facts in seen.facts] == [1, 2]


def test_hls_is_joined_as_served(site, worker):
    seen = capture(worker, f"{site.url}/h/good/list.m3u8")
    assert seen.outcome is Outcome.SAVED
    assert seen.bytes[1] == sites.joined()
    assert (seen.media[0].kind, seen.media[0].segments) == ("segments", SEGMENTS)


def test_a_missing_segment_is_partial_and_named(site, worker):
    seen = capture(worker, f"{site.url}/h/gap/list.m3u8")
    assert (seen.outcome, seen.rule) == (Outcome.PARTIAL, "media-gaps")
    assert seen.bytes[1] == sites.joined(leave_out=3)
    assert seen.ends[0].gaps == ({"kept": 0, "reason": "http-404", "segment": 3},)


def test_a_playlist_without_its_end_is_never_a_success(site, worker):
    seen = capture(worker, f"{site.url}/h/live/list.m3u8")
    assert seen.outcome is not Outcome.SAVED
    assert seen.ends[0].reason == "live"


def test_dash_gives_each_stream_as_served(site, worker):
    seen = capture(worker, f"{site.url}/d/manifest.mpd")
    assert seen.outcome is Outcome.SAVED
    assert seen.bytes == {1: sites.joined("video"), 2: sites.joined("audio")}


@pytest.mark.parametrize(
    "url", ["", "clip.mp4", "file:///etc/passwd", "http://", "http://u:p@h/", "http://h/a b", "ftp://h/"]
)
def test_what_is_no_link_is_refused_before_anything_is_sent(worker, url):
    with pytest.raises(BadUrl) as caught:
        worker.run(Assignment(url))
    assert not url or url not in str(caught.value)
