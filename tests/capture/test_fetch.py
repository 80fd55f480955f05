"""The fetcher against the fault server, without the worker: pieces, limits, and what a resume asks for."""

import urllib.error
import urllib.request

import pytest

from tests.capture.conftest import PATIENCE
from tests.simulators.site import SIZE
from witnesskit.capture.budget import Budget
from witnesskit.capture.fetch import fetch
from witnesskit.capture.transport import Cut, NoAnswer, Wanted


class Plain:
    """A transport of the standard library: the rules do not hang on one network stack."""

    def __init__(self):
        self.opened = []

    def open(self, url, headers, purpose, stream):
        self.opened.append(headers)
        try:
            response = urllib.request.urlopen(urllib.request.Request(url, headers=dict(headers)), timeout=1)
        except urllib.error.HTTPError as error:
            response = error
        except OSError:
            raise NoAnswer("refused") from None
        return Reply(response)


class Reply:
    def __init__(self, response):
        self.response, self.status, self.final_url = response, response.status, response.url
        self.chunked = response.headers.get("Transfer-Encoding") == "chunked"

    def header(self, name):
        return self.response.headers.get(name) or ""

    def read1(self, size):
        try:
            return self.response.read1(size)
        except Exception:
            raise Cut("cut") from None

    def close(self):
        self.response.close()


def get(site, path, **wanted):
    transport, received, heads = Plain(), [], []
    fetched = fetch(
        transport,
        Wanted(site.url + path, {}, **wanted),
        received.append,
        lambda answer, size: heads.append(size),
        PATIENCE,
        Budget(60, 1 << 40),
    )
    return transport, b"".join(received), heads, fetched


def test_in_pieces_every_request_asks_for_one_and_the_whole_is_verified(site):
    transport, data, heads, fetched = get(site, "/m/good.mp4", piece=200_000)
    assert data == site.videos[1] and fetched.complete and fetched.verified and heads == [SIZE]
    asked = [headers["Range"] for headers in transport.opened]
    assert asked == ["bytes=0-199999", "bytes=134464-399999", f"bytes=334464-{SIZE - 1}"]


def test_pieces_survive_cuts(site):
    _, data, _, fetched = get(site, "/m/drops.mp4", piece=250_000)
    assert data == site.videos[1] and fetched.complete


def test_a_server_that_ignores_pieces_gives_all_at_once(site):
    transport, data, _, fetched = get(site, "/m/no-length.mp4", piece=200_000)
    assert data == site.videos[1] and fetched.reason == "unverified-length" and len(transport.opened) == 1


def test_a_range_of_a_file_is_that_range(site):
    _, data, _, fetched = get(site, "/m/good.mp4", start=1000, end=200_999)
    assert data == site.videos[1][1000:201_000] and fetched.complete and fetched.verified


def test_a_range_survives_cuts(site):
    _, data, _, fetched = get(site, "/m/drops.mp4", start=1000, end=400_999)
    assert data == site.videos[1][1000:401_000] and fetched.complete


def test_a_server_without_ranges_cannot_give_one(site):
    _, data, _, fetched = get(site, "/m/no-range.mp4", start=1000, end=2000)
    assert (data, fetched.complete, fetched.reason) == (b"", False, "range-ignored")


@pytest.mark.parametrize(("name", "requests"), [("403", 1), ("410", 1), ("451", 1), ("503", 3)])
def test_only_what_may_pass_is_asked_again(site, name, requests):
    transport, data, _, fetched = get(site, f"/m/{name}.mp4")
    assert (data, fetched.complete, fetched.reason) == (b"", False, f"http-{name}")
    assert len(transport.opened) == fetched.requests == requests


def test_there_is_no_limit_to_resumes_with_progress(site):
    site.videos[1], whole = site.videos[1] * 8, site.videos[1]
    try:
        transport, data, _, fetched = get(site, "/m/drops.mp4")
        assert data == site.videos[1] and fetched.complete
        assert len(transport.opened) > 10 * PATIENCE.retries
    finally:
        site.videos[1] = whole


@pytest.mark.parametrize("answer", ["", "bytes 0-1/x", "bytes 5-9/600000", "items 0-1/2"])
def test_an_answer_to_another_range_is_not_joined(site, answer):
    class Odd(Reply):
        def header(self, name):
            return answer if name == "Content-Range" else super().header(name)

    class Lying(Plain):
        def open(self, url, headers, purpose, stream):
            reply = super().open(url, headers, purpose, stream)
            return Odd(reply.response) if reply.status == 206 else reply

    received = []
    url = f"{site.url}/m/cut.mp4"
    fetched = fetch(Lying(), Wanted(url, {}), received.append, lambda *_: None, PATIENCE, Budget(60, 1 << 40))
    data = b"".join(received)
    assert not fetched.complete and fetched.reason in ("bad-range", "changed")
    assert site.videos[1].startswith(data) and len(data) == SIZE // 2
