"""Who can have made an answer: no redirect, page or proxy on the way makes a removal."""

import pytest

from witnesskit.capture import control
from witnesskit.capture.egress import parse_egress
from witnesskit.capture.messages import Attempt, Control, Failed, Media, MediaEnd, Page, PageEnd
from witnesskit.capture.outcome import Said, Seen, StreamEnd, decide
from witnesskit.capture.tally import Tally
from witnesskit.capture.vouching import said_by_proxy
from witnesskit.limits import CONTROL_SECONDS
from witnesskit.model import Outcome

NOW = "2026-01-01T00:00:00Z"


def page_of(url, final, status, redirects=(), egress="direct"):
    counted = Tally(url, parse_egress(egress), NOW)
    counted.see(Attempt(1, "page", "GET", url, NOW, status=status, final_url=final))
    counted.see(Page(url, final, status, redirects=redirects, by="extractor"))
    counted.see(PageEnd(complete=True, size=0, sha256=""))
    return counted


@pytest.mark.parametrize(
    ("asked", "redirects", "final", "removed"),
    [
        ("https://h/v", (), "https://h/v", True),
        ("https://h/v", ((301, "https://h/v"),), "https://other/v", True),
        ("http://h/v", ((301, "http://h/v"),), "https://h/v", True),
        ("http://h/v?a", ((301, "http://h/v?a"),), "https://www.h/v?a", True),
        ("http://h/v", ((301, "http://h/v"),), "https://h/not-there", False),
        ("http://h/v", ((301, "http://h/v"),), "https://other/v", False),
        ("https://h/v", ((301, "https://h/v"), (302, "http://h/x")), "https://h/y", False),
    ],
)
def test_nobody_on_the_way_can_lead_a_link_to_a_place_that_is_gone(asked, redirects, final, removed):
    counted = page_of(asked, final, 404, redirects)
    front = final[: final.index("/", 8) + 1]
    counted.see(Control(front, 200, front, "1" * 64))
    found = counted.result(NOW)
    assert found.outcome is (Outcome.REMOVED if removed else Outcome.UNKNOWN)
    assert found.evidence.rule == "page-http-404" + ("" if removed else "-unprotected")


@pytest.mark.parametrize(("page", "removed"), [("https://h/v", True), ("http://h/v", False)])
def test_a_page_that_anybody_may_have_written_names_no_media_that_are_gone(page, removed):
    counted = page_of(page, page, 200)
    counted.see(Attempt(2, "media", "GET", "https://m/v.mp4", NOW, 1, 404, "https://m/v.mp4"))
    counted.see(Media(1, 1, "f", "https://m/v.mp4", "", None, "file"))
    counted.see(MediaEnd(1, complete=False, reason="http-404", size=0))
    counted.see(Control("https://m/", 200, "https://m/", "1" * 64))
    assert counted.result(NOW).outcome is (Outcome.REMOVED if removed else Outcome.UNKNOWN)


def test_words_without_any_answer_remove_nothing():
    counted = Tally("https://www.youtube.com/watch?v=1", parse_egress("direct"), NOW)
    counted.see(Attempt(1, "extract", "GET", "https://www.youtube.com/watch?v=1", NOW, error_kind="dns"))
    counted.see(Failed("dns", "ERROR: [youtube] 1: this video has been removed by the uploader"))
    counted.see(Control("https://www.youtube.com/", 200, "https://www.youtube.com/", "1" * 64))
    assert counted.result(NOW).outcome is Outcome.DNS
    assert decide(Seen(0, False, (), "dns", said=Said("x-y", Outcome.REMOVED), control="answered"))[0] is Outcome.DNS


@pytest.mark.parametrize(
    ("egress", "url", "status", "headers", "proxy"),
    [
        ("http://p:3128", "http://h/v", 407, (), True),
        ("http://p:3128", "http://h/v", 502, (("Proxy-Status", "p; error=dns_error"),), True),
        ("http://p:3128", "http://h/v", 503, (("X-Squid-Error", "ERR_CONNECT_FAIL 111"),), True),
        ("http://p:3128", "http://h/v", 502, (("Server", "nginx"),), False),
        ("http://p:3128", "http://h/v", 404, (("Proxy-Status", "p"),), False),
        ("http://p:3128", "https://h/v", 502, (("Proxy-Status", "p"),), False),
        ("direct", "http://h/v", 407, (), False),
        ("socks5h://p:9050", "http://h/v", 407, (), False),
    ],
)
def test_a_proxys_own_answer_is_told_from_the_sites(egress, url, status, headers, proxy):
    assert said_by_proxy(status, headers, url, parse_egress(egress)) is proxy
    counted = Tally(url, parse_egress(egress), NOW)
    counted.see(Attempt(1, "page", "GET", url, NOW, status=status, headers=headers))
    counted.see(Page(url, url, status, headers, by="extractor"))
    counted.see(PageEnd(complete=True, size=0, sha256=""))
    found = counted.result(NOW).outcome
    assert (found is Outcome.PROXY_DOWN) is proxy and found is not Outcome.REMOVED


def test_a_captive_portals_own_status_is_a_wall():
    assert decide(Seen(511, True)) == (Outcome.BLOCKED, "page-http-511")
    assert decide(Seen(200, True, (StreamEnd(False, "http-511", 0),))) == (Outcome.BLOCKED, "media-http-511")


def test_a_front_page_that_comes_byte_by_byte_is_left_in_time(monkeypatch):
    clock = iter(range(0, 100 * CONTROL_SECONDS, CONTROL_SECONDS // 2))
    monkeypatch.setattr(control, "time", type("Clock", (), {"monotonic": staticmethod(lambda: next(clock))}))

    class Trickle:
        status, final_url, chunked = 200, "https://h/", True

        def header(self, name):
            return "text/html"

        def read1(self, size):
            return b"x"

        def close(self):
            return

    class Network:
        def open(self, url, headers, purpose, stream):
            return Trickle()

    assert control.ask("https://h/v", Network()).status == 200


@pytest.mark.parametrize(
    ("body", "final", "outcome", "rule"),
    [
        ("<form><input type=password></form>", "https://h/v.mp4", Outcome.LOGIN, "media-is-a-login-form"),
        ("<p>Hello</p>", "https://h/accounts/login", Outcome.LOGIN, "media-is-a-login-address"),
        ("<title>This video is private</title>", "https://h/v.mp4", Outcome.PRIVATE, "phrase-any-private"),
        ("<p>This video has been removed</p>", "https://h/v.mp4", Outcome.UNKNOWN, "media-is-a-page"),
        ("<p>Hello</p>", "https://h/v.mp4", Outcome.UNKNOWN, "media-is-a-page"),
    ],
)
def test_a_page_that_came_where_media_should_be_speaks_for_itself(body, final, outcome, rule):
    counted = page_of("https://h/v", "https://h/v", 200)
    counted.see(Media(1, 1, "f", "https://h/v.mp4", "text/html", None, "file", final_url=final, status=200))
    counted.see_media_bytes(1, body.encode())
    counted.see(MediaEnd(1, complete=False, reason="not-media", size=len(body)))
    found = counted.result(NOW)
    assert (found.outcome, found.evidence.rule, found.received) == (outcome, rule, len(body))
