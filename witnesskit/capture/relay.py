"""A small HTTP proxy that leads a browser out by the one egress, to the places that its page asked for and no other.

It serves connections of one listener (RFC 9110, 9.3.6 for CONNECT; absolute-form requests for plain http). Every
connection out is made by ``tunnel.connect``: through the vault's proxy, or direct to an address that was checked.
"""

from __future__ import annotations

import contextlib
import select
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from witnesskit.capture.egress import HTTP, Egress
from witnesskit.capture.tunnel import connect, lead_through
from witnesskit.limits import BROWSER_BYTES_MAX, BROWSER_CONNECTIONS_MAX, STALL_SECONDS

_HEAD_MAX: Final = 64 * 1024  # bytes of a request's head
_BLOCK: Final = 64 * 1024
_NO: Final = b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
_YES: Final = b"HTTP/1.1 200 Connection established\r\n\r\n"
_PORTS: Final = {"http": 80, "https": 443, "ws": 80, "wss": 443}
_OUR_OWN: Final = (b"proxy-", b"connection:", b"keep-alive:")  # headers that end at a proxy


@dataclass
class Asked:
    """One connection that the browser wanted."""

    host: str = field(repr=False)
    port: int
    received: int = 0  # bytes
    refused: str = ""  # why it was not made


@dataclass
class Relay:
    """The proxy; ``demand`` refuses hosts by raising OSError."""

    egress: Egress
    credentials: str
    demand: Callable[[str], object]
    allowed: set[tuple[str, int]] = field(default_factory=set, repr=False)
    asked: list[Asked] = field(default_factory=list)
    received: int = 0

    def allow(self, url: str) -> None:
        """Lead to the place of ``url`` from now on: a page asked for it. Raises ValueError."""
        parts = urlsplit(url)
        self.allowed.add((parts.hostname or "", parts.port or _PORTS[parts.scheme]))

    def serve(self, listener: socket.socket) -> None:
        """Take connections for ever, each in a thread that ends with the process."""
        while True:
            try:
                client, _address = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._client, args=(client,), daemon=True).start()

    def _client(self, client: socket.socket) -> None:
        with client, contextlib.suppress(OSError, ValueError):
            client.settimeout(STALL_SECONDS)
            head, rest = _head(client)
            method, target = head[0].split(b" ")[:2]
            tunnel = method == b"CONNECT"
            host, port = _place(target.decode("ascii"), tunnel=tunnel)
            one = Asked(host, port)
            out = self._out(one, tunnel=tunnel)
            if out is None:
                client.sendall(_NO)
                return
            with out:
                if tunnel:
                    client.sendall(_YES)
                else:
                    out.sendall(self._request(head, target))
                out.sendall(rest)
                self._pump(client, out, one)

    def _out(self, one: Asked, *, tunnel: bool) -> socket.socket | None:
        if len(self.asked) >= BROWSER_CONNECTIONS_MAX:
            return None
        self.asked.append(one)
        if (one.host, one.port) not in self.allowed:  # the browser itself wants something of its makers
            one.refused = "not-of-the-page"
            return None
        try:
            self.demand(one.host)
            out = connect(self.egress, one.host, one.port, self.credentials)
        except OSError as error:
            one.refused = type(error).__name__
            return None
        if tunnel and self.egress.kind == HTTP:
            try:
                lead_through(out, one.host, one.port)
            except OSError as error:
                one.refused = type(error).__name__
                out.close()
                return None
        return out

    def _request(self, head: list[bytes], target: bytes) -> bytes:
        """The request as it goes out: to a server in origin-form, to a further proxy as it came."""
        first = head[0]
        if self.egress.kind != HTTP:
            parts = urlsplit(target.decode("ascii"))
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            method, _target, version = head[0].split(b" ")
            first = b" ".join((method, path.encode("ascii"), version))
        kept = [line for line in head[1:] if not line.lower().startswith(_OUR_OWN)]
        return b"\r\n".join((first, *kept, b"Connection: close", b"", b""))

    def _pump(self, client: socket.socket, out: socket.socket, one: Asked) -> None:
        ends = {client: out, out: client}
        while ends:
            ready = select.select(list(ends), [], [], STALL_SECONDS * 3)[0]
            if not ready or self.received > BROWSER_BYTES_MAX:
                return
            for source in ready:
                data = source.recv(_BLOCK)
                if source is out:
                    one.received += len(data)
                    self.received += len(data)
                if not data:
                    ends.pop(source).shutdown(socket.SHUT_WR)
                else:
                    ends[source].sendall(data)


def _head(client: socket.socket) -> tuple[list[bytes], bytes]:
    """(lines of the head, bytes that came behind it); raises ValueError, OSError."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = client.recv(_BLOCK)
        if not piece or len(data) > _HEAD_MAX:
            raise ValueError("no request")
        data += piece
    head, _empty, rest = data.partition(b"\r\n\r\n")
    return head.split(b"\r\n"), rest


def _place(target: str, *, tunnel: bool) -> tuple[str, int]:
    """(host, port) of a request's target; raises ValueError."""
    parts = urlsplit(f"//{target}" if tunnel else target)
    if not parts.hostname or (not tunnel and parts.scheme != "http"):
        raise ValueError("no place on the web")
    return parts.hostname, parts.port or 80
