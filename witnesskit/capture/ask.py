"""One small question over HTTP, and its answer: what a desk asks of authorities of time.

No cookie, no redirect, no name of a program, no second try. The answer proves itself: http serves as well as https.
"""

from __future__ import annotations

import contextlib
import http.client
import secrets
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, urlsplit

from witnesskit.capture.egress import HTTP, Egress, check_url
from witnesskit.capture.tunnel import ProxyRefused, connect, lead_through
from witnesskit.capture.wire import kind_of
from witnesskit.errors.capture import NoReply
from witnesskit.limits import ASK_SECONDS_MAX

_PORTS: Final = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Question:
    """``body`` empty: a GET. ``most``: bytes of the answer that are read."""

    url: str
    most: int
    body: bytes = b""
    sends: str = ""  # media type of the body
    accepts: str = "*/*"


def ask(egress: Egress, question: Question) -> bytes:
    """The body of a 200 answer; raises BadUrl, and NoReply for everything else, never with the link in it."""
    parts = urlsplit(check_url(question.url, allow_local=True))
    try:
        with _connected(egress, parts) as connection:
            return _asked(connection, egress, parts, question)
    except ProxyRefused:
        raise NoReply("the proxy does not lead there") from None
    except http.client.IncompleteRead:
        raise NoReply("cut") from None
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise NoReply(kind_of(error, proxied=bool(egress.proxy))) from None


@contextmanager
def _connected(egress: Egress, parts: SplitResult) -> Iterator[http.client.HTTPConnection]:
    """A connection whose whole life has an end: a server that sends a byte now and then holds nobody."""
    host, scheme = parts.hostname or "", parts.scheme.lower()
    port = parts.port or _PORTS[scheme]
    connection = http.client.HTTPConnection(host, port)
    connection.default_port = _PORTS[scheme]
    connection.sock = connect(egress, host, port, secrets.token_hex(8))
    watch = threading.Timer(ASK_SECONDS_MAX, _end, (connection,))
    watch.daemon = True
    watch.start()
    try:
        if scheme == "https":
            if egress.kind == HTTP:
                lead_through(connection.sock, host, port)
            connection.sock = secured = ssl.create_default_context().wrap_socket(
                connection.sock, server_hostname=host, do_handshake_on_connect=False
            )
            secured.do_handshake()
        yield connection
    finally:
        watch.cancel()
        connection.close()


def _end(connection: http.client.HTTPConnection) -> None:
    """End what is being waited for; below TLS, whose own way of ending would wait too."""
    with contextlib.suppress(OSError, TypeError):
        socket.socket.shutdown(connection.sock, socket.SHUT_RDWR)


def _asked(connection: http.client.HTTPConnection, egress: Egress, parts: SplitResult, question: Question) -> bytes:
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if egress.kind == HTTP and parts.scheme.lower() == "http":
        target = f"http://{parts.netloc}{target}"
    headers = {"Accept": question.accepts, "Connection": "close"}
    headers |= {"Content-Type": question.sends} if question.body else {}
    connection.request("POST" if question.body else "GET", target, question.body or None, headers)
    answer = connection.getresponse()
    if 300 <= answer.status < 400:
        raise NoReply("it sends elsewhere, which is not followed")
    if answer.status != 200:
        raise NoReply(f"HTTP status {answer.status}")
    data = answer.read(question.most + 1)
    if len(data) > question.most:
        raise NoReply(f"its answer is longer than {question.most} bytes")
    if answer.length:
        raise NoReply("cut")
    return data
