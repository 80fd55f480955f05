"""The control and the chain of a false server go through the same egress as everything else, bounded and once."""

import io

import pytest

from tests.capture.conftest import PATIENCE
from tests.capture.seen import capture
from tests.capture.test_wire import certificate, tls_server  # noqa: F401 - a fixture
from tests.simulators import authority
from tests.simulators import site as sites
from tests.simulators import socks as proxies
from witnesskit.capture import control, worker
from witnesskit.capture.egress import parse_egress
from witnesskit.capture.requestlog import RequestLog
from witnesskit.capture.transport import Cut, NoAnswer
from witnesskit.digest import sha256_hex
from witnesskit.limits import CONTROL_READ_MAX, CONTROL_SECONDS
from witnesskit.model import Outcome


@pytest.fixture(scope="module")
def ca(tmp_path_factory):
    return authority.make(tmp_path_factory.mktemp("authority"))


def trusting(ca, egress):
    """A worker that trusts this authority."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(worker.sys, "executable", str(ca.interpreter()))
        return worker.prestart(parse_egress(egress), allow_local=True, patience=PATIENCE)


def port_of(url):
    return url.rpartition(":")[2]


def test_over_tls_through_socks_a_removal_and_its_control_go_to_the_proxy(ca):
    with sites.serve(ca.context()) as site, proxies.serve(f"http://127.0.0.1:{port_of(site.url)}") as socks:
        with trusting(ca, socks.url) as running:
            seen = capture(running, f"{site.url}/e/410")
        assert (seen.outcome, seen.rule) == (Outcome.REMOVED, "page-http-410")
        assert [request.path for request in site.requests][-1] == "/"
        assert {(kind, host) for kind, host, _port in socks.asked} == {(proxies.NAME, "localhost")}


def test_without_tls_through_a_proxy_no_control_is_asked_for_it_could_prove_nothing():
    with sites.serve() as site, proxies.serve(site.url) as socks:
        with worker.prestart(parse_egress(socks.url), patience=PATIENCE) as running:
            seen = capture(running, "http://footage.example/e/410")
        assert (seen.outcome, seen.rule) == (Outcome.UNKNOWN, "page-http-410-unprotected")
        assert "/" not in [request.path for request in site.requests]


def test_the_chain_of_a_false_server_is_fetched_through_the_proxy_too(certificate):  # noqa: F811
    received = []
    with tls_server(certificate[0], received) as port, proxies.serve(f"http://127.0.0.1:{port}") as socks:
        with worker.prestart(parse_egress(socks.url), patience=PATIENCE) as running:
            seen = capture(running, "https://footage.example/clip.mp4")
        assert (seen.outcome, seen.rule) == (Outcome.TLS_INTERCEPTED, "no-answer-certificate")
        assert [one["sha256"] for one in seen.evidence.presented] == [certificate[1]]
        assert {host for _kind, host, _port in socks.asked} == {"footage.example"}
        assert seen.connections[0].peer == f"127.0.0.1 {socks.port}"
    assert not any(received)


class Page:
    """An answer from memory."""

    chunked = False

    def __init__(self, data, *, status=200, final_url="https://h/", then=None):
        self.status, self.final_url, self._then = status, final_url, then
        self._body = io.BytesIO(data)
        self.closed = False

    def header(self, name):
        return "text/html" if name == "Content-Type" else ""

    def read1(self, size):
        data = self._body.read(min(size, 1000))
        if not data and self._then:
            raise self._then
        return data

    def close(self):
        self.closed = True


class Network:
    def __init__(self, answer):
        self.answer, self.asked = answer, []

    def open(self, url, headers, purpose, stream):
        self.asked.append((url, purpose))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def asked(answer, url="https://h/v/1"):
    network = Network(answer)
    return control.ask(network, RequestLog(lambda _: None), url), network


def test_no_more_of_a_front_page_is_read_than_the_limit():
    page = Page(b"x" * (3 * CONTROL_READ_MAX))
    found, network = asked(page)
    assert network.asked == [("https://h/", "control")]
    assert (found.size, found.body_sha256) == (CONTROL_READ_MAX, sha256_hex(b"x" * CONTROL_READ_MAX))
    assert page.closed


def test_a_front_page_that_never_ends_is_left_in_time(monkeypatch):
    clock = iter(range(0, 10 * CONTROL_SECONDS, CONTROL_SECONDS // 2))
    monkeypatch.setattr(control.time, "monotonic", lambda: next(clock))
    found, _network = asked(Page(b"x" * 5000))
    assert 0 < found.size < 5000


def test_a_front_page_that_breaks_off_is_taken_as_far_as_it_came():
    found, _network = asked(Page(b"<h1>Square</h1>", then=Cut("cut")))
    assert (found.status, found.size) == (200, 15)


@pytest.mark.parametrize(
    ("page", "login", "phrase"),
    [
        (Page(b"<h1>Square</h1>"), "", ""),
        (Page(b"<form><input type=password></form>"), "form", ""),
        (Page(b"<input type=password>" + b"<p>news</p>" * 500), "", ""),
        (Page(b"<h1>Square</h1>", final_url="https://h/login"), "redirect", ""),
        (Page(b"<title>Just a moment...</title>"), "", "any-bot-check"),
        (Page(b"<title>Captive Portal</title>"), "", "any-captive-portal"),
        (Page(b"<p>This video has been removed</p>"), "", "any-removed"),
        (Page(b"<title>Page not found</title>"), "", "any-soft-404"),
    ],
)
def test_what_a_front_page_says_of_itself(page, login, phrase):
    found, _network = asked(page)
    assert (found.login, found.phrase) == (login, phrase)


def test_no_answer_is_told_with_its_kind():
    found, _network = asked(NoAnswer("dns"))
    assert (found.status, found.error_kind) == (0, "dns")


def test_a_front_page_is_not_asked_for_itself():
    found, network = asked(Page(b""), "https://h/")
    assert found is None and network.asked == []
