"""Every outcome, end to end: a fault server, the worker process, the messages it sends."""

import socket

import pytest

from tests.capture.seen import Seen, capture, take
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
    assert seen.outcome is Outcome.SAVED
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
    ("name", "reason", "outcome"), [("stall", "stall", Outcome.PARTIAL), ("dies", "cut", Outcome.TRUNCATED)]
)
def test_what_comes_no_further_is_a_partial_and_what_ends_early_is_truncated(site, worker, name, reason, outcome):
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


def controls(seen):
    return [attempt.url for attempt in seen.attempts if attempt.purpose == "control"]


def test_a_removal_stands_on_the_front_page_of_the_same_site(site, worker):
    seen = capture(worker, f"{site.url}/e/410")
    assert seen.outcome is Outcome.REMOVED and controls(seen) == [f"{site.url}/"]
    control = seen.evidence.control
    front = b"<!doctype html><html><head><title>Square</title></head><body><h1>Square</h1><p>News of the square.</p></body></html>"
    assert (control["status"], control["body_sha256"], control["worth"]) == (200, sha256(front), "counts")
    assert [request.path for request in site.requests].count("/") == 1


def test_media_that_are_gone_are_controlled_at_the_host_that_said_so(site, worker):
    seen = capture(worker, f"{site.url}/o/404.html")
    assert (seen.outcome, seen.rule) == (Outcome.REMOVED, "media-http-404")
    assert controls(seen) == [site.url.replace("127.0.0.1", "localhost") + "/"]


@pytest.mark.parametrize("path", ["/e/410", "/p/410.html"])
def test_a_site_that_is_down_as_a_whole_removes_nothing(site, worker, path):
    site.flags.add("down")
    seen = capture(worker, site.url + path)
    assert (seen.outcome, seen.rule) == (Outcome.UNKNOWN, "page-http-410-control-http-410")


def test_a_wall_that_answers_for_everything_removes_nothing(site, worker):
    site.flags.add("wall")
    seen = capture(worker, f"{site.url}/p/good.html")
    assert (seen.outcome, seen.rule) == (Outcome.UNKNOWN, "body-phrase-removed-control-phrase")


def test_the_front_page_itself_has_no_control(site, worker):
    site.flags.add("down")
    seen = capture(worker, f"{site.url}/")
    assert (seen.outcome, seen.rule) == (Outcome.UNKNOWN, "page-http-410-no-control")
    assert controls(seen) == []


def test_without_leave_for_a_control_nothing_is_removed_and_nothing_more_is_asked(site, worker):
    seen = Seen()
    for message in worker.run(Assignment(f"{site.url}/e/404", control=False)):
        take(seen, message)
    assert (seen.outcome, seen.rule) == (Outcome.UNKNOWN, "page-http-404-no-control")
    assert [request.path for request in site.requests] == ["/e/404"]


@pytest.mark.parametrize("path", ["/p/good.html", "/e/403", "/e/451", "/p/gone.html", "/login.html"])
def test_a_control_is_asked_only_where_the_link_seems_gone(site, worker, path):
    assert controls(capture(worker, site.url + path)) == []


BY_STATUS = [
    (401, Outcome.LOGIN), (403, Outcome.BLOCKED), (429, Outcome.RATE_LIMITED), (451, Outcome.LEGAL),
    (500, Outcome.UNKNOWN), (503, Outcome.UNKNOWN), (511, Outcome.BLOCKED),
]  # fmt: skip


@pytest.mark.parametrize(("status", "outcome"), BY_STATUS)
def test_a_refusal_is_no_removal_and_keeps_its_proof(site, worker, status, outcome):
    seen = capture(worker, f"{site.url}/e/{status}")
    assert (seen.outcome, seen.rule) == (outcome, f"page-http-{status}")
    assert seen.evidence.status == status and seen.evidence.body_sha256 == sha256(seen.page_bytes)


@pytest.mark.parametrize(
    ("name", "outcome"), [("403", Outcome.BLOCKED), ("451", Outcome.LEGAL), ("503", Outcome.UNKNOWN)]
)
def test_refused_media_are_no_removal(site, worker, name, outcome):
    seen = capture(worker, f"{site.url}/p/{name}.html")
    assert (seen.outcome, seen.rule) == (outcome, f"media-http-{name}")
    assert seen.evidence.status == int(name) and seen.evidence.final_url.endswith(f"/m/{name}.mp4")


@pytest.mark.parametrize("path", ["/e/429", "/e/503", "/p/503.html"])
def test_how_long_a_site_asks_to_wait_is_evidence(site, worker, path):
    site.headers["Retry-After"] = "7"
    seen = capture(worker, site.url + path)
    assert (seen.outcome, seen.evidence.retry_after) == (Outcome.RATE_LIMITED, 7)


def test_a_page_that_only_says_removed_is_a_removal_by_the_sites_words(site, worker):
    seen = capture(worker, f"{site.url}/nothing.html")
    assert (seen.outcome, seen.rule) == (Outcome.REMOVED, "body-phrase-removed")
    assert (seen.evidence.status, seen.evidence.phrase, seen.evidence.phrase_in) == (200, "any-removed", "body")
    assert seen.page.status == 200 and seen.page_end.complete


@pytest.mark.parametrize(
    ("path", "rule"), [("/login.html", "page-login-form"), ("/r/account", "page-login-redirect")]
)
def test_a_login_page_is_neither_live_nor_saved(site, worker, path, rule):
    seen = capture(worker, site.url + path)
    assert (seen.outcome, seen.rule) == (Outcome.LOGIN, rule)
    assert seen.page.status == 200 and not seen.media


def test_a_page_of_no_known_kind_is_not_saved_however_well_it_answers(site, worker):
    seen = capture(worker, f"{site.url}/")
    assert (seen.outcome, seen.rule) == (Outcome.UNSUPPORTED, "unsupported-url")
    assert "Unsupported URL" in seen.evidence.text


def test_a_page_in_place_of_media_is_not_saved_and_what_came_is_kept(site, worker):
    seen = capture(worker, f"{site.url}/p/page.html")
    assert (seen.outcome, seen.rule) == (Outcome.REMOVED, "media-body-phrase-removed")
    assert not seen.ends[0].complete and b"removed" in seen.bytes[1]
    assert seen.done.result.received == len(seen.bytes[1])


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
        (Outcome.DNS, "no-answer-dns"),
        (Outcome.NETWORK_DOWN, "no-answer-timeout"),
    )


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
    assert (seen.outcome, seen.rule) == (Outcome.LIVE, "media-live")
    assert seen.ends[0].reason == "live"


def test_encrypted_segments_are_not_a_success(site, worker):
    seen = capture(worker, f"{site.url}/h/key/list.m3u8")
    assert (seen.outcome, seen.rule) == (Outcome.UNSUPPORTED, "media-encrypted")


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
