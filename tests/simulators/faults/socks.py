"""A SOCKS5 proxy on loopback that notes who is asked for, and leads every name to one place: nothing leaves by it."""

from __future__ import annotations

import contextlib
import socket
import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from .asked import Site

NAME, IPV4 = 3, 1
REFUSED = 5


@dataclass
class Socks:
    """``asked`` holds (kind of address, host, port) of every connection wanted."""

    port: int = 0
    target: tuple[str, int] = ("127.0.0.1", 0)
    refuse: bool = False
    asked: list[tuple[int, str, int]] = field(default_factory=list)
    users: list[str] = field(default_factory=list)  # of each connection that brought credentials (RFC 1929)
    refused: frozenset[str] = frozenset()  # hosts that it refuses to connect to
    relayed: set[int] = field(default_factory=set)  # local ports of the connections that it made
    names: list[str] = field(default_factory=list)  # ``host:port`` of every connection wanted

    @property
    def url(self) -> str:
        return f"socks5h://127.0.0.1:{self.port}"


class _Handler(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        with contextlib.suppress(OSError, struct.error):
            self._greet()
            kind, host, port = self._wanted()
            socks = self.server.socks  # type: ignore[attr-defined]
            socks.asked.append((kind, host, port))
            socks.names.append(f"{host}:{port}")
            code = REFUSED if socks.refuse or host in socks.refused else 0
            self.request.sendall(bytes([5, code, 0, 1, 0, 0, 0, 0, 0, 0]))
            if not code:
                self._relay(socks)

    def _greet(self) -> None:
        _version, count = self._exactly(2)
        if 2 not in self._exactly(count):
            self.request.sendall(b"\x05\x00")
            return
        self.request.sendall(b"\x05\x02")
        _version, length = self._exactly(2)
        self.server.socks.users.append(self._exactly(length).decode())  # type: ignore[attr-defined]
        self._exactly(self._exactly(1)[0])
        self.request.sendall(b"\x01\x00")

    def _wanted(self) -> tuple[int, str, int]:
        _version, _command, _zero, kind = self._exactly(4)
        return kind, self._host(kind), struct.unpack("!H", self._exactly(2))[0]

    def _host(self, kind: int) -> str:
        if kind == NAME:
            return self._exactly(self._exactly(1)[0]).decode()
        family, length = (socket.AF_INET, 4) if kind == IPV4 else (socket.AF_INET6, 16)
        return socket.inet_ntop(family, self._exactly(length))

    def _relay(self, socks: Socks) -> None:
        with socket.create_connection(socks.target) as out:
            socks.relayed.add(out.getsockname()[1])
            back = threading.Thread(target=_pump, args=(out, self.request), daemon=True)
            back.start()
            _pump(self.request, out)
            back.join(timeout=5)

    def _exactly(self, length: int) -> bytes:
        data = b""
        while len(data) < length:
            piece = self.request.recv(length - len(data))
            if not piece:
                raise ConnectionError
            data += piece
        return data


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False


@contextmanager
def serve(
    target_url: str,
    listener: socket.socket | None = None,
    site: Site | None = None,
    refused: frozenset[str] = frozenset(),
) -> Iterator[Socks]:
    """A proxy that leads every connection to the host and port of ``target_url``; ``site`` is told what came.

    ``listener``: on this socket.
    """
    host, _, port = target_url.removeprefix("http://").partition(":")
    with _Server(("127.0.0.1", 0), _Handler, bind_and_activate=listener is None) as server:
        if listener is not None:
            server.socket.close()
            server.socket, server.server_address = listener, listener.getsockname()
        else:
            server.server_address = server.socket.getsockname()
        socks = Socks(server.server_address[1], (host, int(port)), refused=refused)
        if site is not None:
            socks.relayed, socks.names = site.relayed, site.names
        server.socks = socks  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        yield socks
        server.shutdown()
