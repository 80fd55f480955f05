"""Shapes without words: login addresses, Retry-After, a proxy's own answer; and what a control is worth."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from witnesskit.capture.egress import parse_egress
from witnesskit.capture.gone import Gone, front_page, worth
from witnesskit.capture.messages import Attempt, Control, Page, PageEnd
from witnesskit.capture.signs import login_redirect, retry_after, said_by_proxy
from witnesskit.capture.tally import Tally
from witnesskit.limits import RETRY_AFTER_MAX
from witnesskit.model import Outcome

NOW = "2026-01-01T00:00:00Z"


@pytest.mark.parametrize(
    ("final", "login"),
    [
        ("https://site.example/login?next=/v/1", True),
        ("https://site.example/accounts/login/", True),
        ("https://site.example/users/sign_in.php", True),
        ("https://accounts.other.example/v3/x", True),
        ("https://site.example/v/1/", False),
        ("https://site.example/blogin/catalog", False),
        ("https://site.example/v/1", False),
        ("", False),
        ("http://[", False),
    ],
)
def test_a_redirect_to_a_login_page_is_known_by_its_address(final, login):
    assert login_redirect("https://site.example/v/1", final) is login


def test_a_link_that_is_a_login_page_itself_was_not_redirected_to_one():
    assert not login_redirect("https://site.example/login/film", "https://site.example/login/film/")


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ((("Retry-After", "120"),), 120),
        ((("retry-after", " 0 "),), 0),
        ((("Retry-After", "9" * 50),), RETRY_AFTER_MAX),
        ((("Retry-After", "-5"),), 0),
        ((("Retry-After", "١٢"),), 0),
        ((("Retry-After", "soon"),), 0),
        ((("Retry-After", "Fri, 02 Jan 2026 00:01:00 GMT"), ("Date", "Fri, 02 Jan 2026 00:00:00 GMT")), 60),
        ((("Retry-After", "Fri, 02 Jan 2026 00:00:00 GMT"), ("Date", "Fri, 02 Jan 2026 00:01:00 GMT")), 0),
        ((("Retry-After", "Fri, 02 Jan 2026 00:01:00 GMT"),), 0),
        ((), 0),
    ],
)
def test_how_long_to_wait(headers, seconds):
    assert retry_after(headers) == seconds


@given(st.text(max_size=30), st.text(max_size=30))
def test_any_retry_after_is_a_number_in_bounds(value, date):
    assert 0 <= retry_after((("Retry-After", value), ("Date", date))) <= RETRY_AFTER_MAX


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
    tally = Tally(url, parse_egress(egress), NOW)
    tally.see(Attempt(1, "page", "GET", url, NOW, status=status, headers=headers))
    tally.see(Page(url, url, status, headers, by="extractor"))
    tally.see(PageEnd(True, 0, ""))
    found = tally.result(NOW)
    assert (found.outcome is Outcome.PROXY_DOWN) is proxy
    assert found.outcome is not Outcome.REMOVED


@pytest.mark.parametrize(
    ("url", "page"),
    [
        ("https://h:8443/a/b?c#d", "https://h:8443/"),
        ("http://[::1]:1/x", "http://[::1]:1/"),
        ("https://h", ""),
        ("https://h/", ""),
        ("https://h/?v=1", "https://h/"),
    ],
)
def test_the_front_page_of_a_link(url, page):
    assert front_page(url) == page


def answered(**more):
    told = {"status": 200, "final_url": "https://h/", "body_sha256": "f" * 64, "size": 9}
    return Control("https://h/", NOW, **{**told, **more})


@pytest.mark.parametrize(
    ("control", "word"),
    [
        (None, None),
        (answered(), ""),
        (answered(status=302, final_url="https://elsewhere.example/"), ""),
        (Control("https://h/", NOW, error_kind="timeout"), "no-answer-timeout"),
        (answered(status=404), "http-404"),
        (answered(status=503), "http-503"),
        (answered(status=0), "http-0"),
        (answered(login="form"), "login"),
        (answered(login="redirect"), "login"),
        (answered(phrase="any-removed"), "phrase"),
        (answered(body_sha256="a" * 64), "same-answer"),
        (Control("https://other/", NOW, 200, "https://other/", body_sha256="f" * 64), "elsewhere"),
        (Control("https://h/v", NOW, 200, "https://h/v", body_sha256="f" * 64), "elsewhere"),
    ],
)
def test_what_a_control_is_worth(control, word):
    assert worth(control, Gone("https://h/v", "a" * 64)) == word


def test_a_control_beside_no_answer_at_all_counts_for_nothing():
    assert worth(answered(), Gone("")) == "elsewhere"
