"""One question over HTTP goes out through the egress or not at all, and nothing in its answer holds us or leads us on."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.simulators import socks as proxies
from tests.simulators import tsa
from witnesskit import limits
from witnesskit.capture import ask as asking
from witnesskit.capture.ask import Question, ask
from witnesskit.capture.egress import Egress, parse_egress
from witnesskit.errors.capture import BadUrl, NoReply

DIRECT = Egress()


def _whole_request(connection: socket.socket) -> bytes:
    """Head and body: a connection that is closed with bytes unread is reset, and the answer may be lost with it."""
    data = connection.recv(65536)
    while data.startswith((b"GET", b"POST")) and b"\r\n\r\n" not in data:
        data += connection.recv(65536)
    found = re.search(rb"(?i)content-length: (\d+)", data)
    missing = data.index(b"\r\n\r\n") + 4 + int(found[1]) - len(data) if found else 0
    while missing > 0 and (more := connection.recv(missing)):
        data, missing = data + more, missing - len(more)
    return data


@contextmanager
def answering(*pieces: bytes, hold: bool = False) -> Iterator[tuple[str, list[bytes]]]:
    """A server that sends these bytes whatever it is asked; ``hold``: and never ends."""
    heard: list[bytes] = []
    ended = threading.Event()

    def serve() -> None:
        while True:
            try:
                connection, _peer = listener.accept()
            except OSError:
                return
            with connection:
                heard.append(_whole_request(connection))
                for piece in pieces:
                    connection.sendall(piece)
                if hold:
                    ended.wait(20)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", heard
        ended.set()


def head(*lines: str) -> bytes:
    return "\r\n".join(("HTTP/1.1 200 OK", *lines, "", "")).encode()


def test_the_body_of_a_whole_answer_is_given():
    with answering(head("Content-Length: 3") + b"abc") as (url, heard):
        assert ask(DIRECT, Question(url + "/x?y=1", 10, b"question", "a/b")) == b"abc"
    assert heard[0].startswith(b"POST /x?y=1 HTTP/1.1\r\n")
    assert b"User-Agent" not in heard[0]


def test_a_question_without_a_body_is_a_get():
    with answering(head("Content-Length: 1") + b"a") as (url, heard):
        assert ask(DIRECT, Question(url, 10)) == b"a"
    assert heard[0].startswith(b"GET / HTTP/1.1\r\n")


@pytest.mark.parametrize(
    ("sent", "why"),
    [
        (b"HTTP/1.1 302 Found\r\nLocation: http://192.0.2.1/\r\nContent-Length: 0\r\n\r\n", "not followed"),
        (b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n", "404"),
        (b"HTTP/1.1 204 No\r\n\r\n", "204"),
        (head("Content-Length: 30") + b"abc", "cut"),
        (head("Transfer-Encoding: chunked") + b"5\r\nabc", "cut"),
        (head("Content-Length: 11") + b"a" * 11, "longer than 10"),
        (head() + b"a" * 11, "longer than 10"),
        (b"no HTTP at all\r\n\r\n", "transport"),
        (b"", "reset"),
    ],
)
def test_anything_else_is_no_answer(sent, why):
    with answering(sent) as (url, _heard), pytest.raises(NoReply, match=why):
        ask(DIRECT, Question(url, 10, b"question"))


def test_a_server_that_never_ends_is_left_at_the_limit(monkeypatch):
    monkeypatch.setattr(asking, "ASK_SECONDS_MAX", 0.3)
    with answering(head("Content-Length: 9") + b"abc", hold=True) as (url, _heard), pytest.raises(NoReply):
        ask(DIRECT, Question(url, 10))
    assert limits.ASK_SECONDS_MAX >= limits.STALL_SECONDS


def test_a_port_where_nobody_listens_is_no_answer():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(NoReply, match="refused"):
        ask(DIRECT, Question(f"http://127.0.0.1:{port}", 10))


@pytest.mark.parametrize("url", ["ftp://example.org/", "http://u:p@example.org/", "http:///x", "http://a b/"])
def test_an_address_that_is_none_is_refused_before_anything_is_sent(url):
    with pytest.raises(BadUrl):
        ask(DIRECT, Question(url, 10))


# through a proxy


def test_through_socks_the_proxy_is_asked_by_name_and_nobody_else_is_contacted():
    with tsa.serving() as server, proxies.serve(server.url.rpartition("/")[0]) as proxy:
        data = ask(
            parse_egress(proxy.url),
            Question("http://tsa.example/tsa", 65536, tsa.request(b"x"), "application/timestamp-query"),
        )
    assert data
    assert proxy.asked == [(proxies.NAME, "tsa.example", 80)]


def test_a_proxy_that_refuses_ends_it():
    with tsa.serving() as server, proxies.serve(server.url.rpartition("/")[0]) as proxy:
        proxy.refuse = True
        with pytest.raises(NoReply, match="proxy"):
            ask(parse_egress(proxy.url), Question(server.url, 65536, b"x"))
    assert server.requests == []


def test_where_the_proxy_is_not_up_nothing_is_sent_directly():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with tsa.serving() as server:
        for kind in ("socks5h", "http"):
            with pytest.raises(NoReply, match="proxy"):
                ask(parse_egress(f"{kind}://127.0.0.1:{port}"), Question(server.url, 65536, b"x"))
    assert server.requests == []


def test_an_http_proxy_is_given_the_whole_address():
    with answering(head("Content-Length: 3") + b"abc") as (proxy, heard):
        assert ask(parse_egress(proxy), Question("http://tsa.example/tsa", 10, b"question")) == b"abc"
    assert heard[0].startswith(b"POST http://tsa.example/tsa HTTP/1.1\r\nHost: tsa.example\r\n")


def test_an_http_proxy_that_does_not_tunnel_ends_a_question_over_tls():
    with answering(b"HTTP/1.1 403 No\r\n\r\n") as (proxy, heard), pytest.raises(NoReply, match="proxy"):
        ask(parse_egress(proxy), Question("https://tsa.example/tsa", 10, b"question"))
    assert heard == [b"CONNECT tsa.example:443 HTTP/1.1\r\nHost: tsa.example:443\r\n\r\n"]


def test_a_server_whose_certificate_nobody_vouches_for_is_no_answer():
    with answering(b"not TLS") as (url, _heard), pytest.raises(NoReply, match="tls"):
        ask(DIRECT, Question(url.replace("http", "https"), 10))
