"""A connection that leaves through the egress or not at all: direct, by an HTTP proxy, by SOCKS5 (RFC 1928)."""

from __future__ import annotations

import socket
from typing import Final

from witnesskit.capture.egress import DIRECT, SOCKS, Egress
from witnesskit.limits import STALL_SECONDS

_NO_AUTH, _PASSWORD = 0, 2  # RFC 1928, section 3
_NAME: Final = 3  # address kind of SOCKS5: the proxy looks the name up
_REST: Final = {1: 4, 4: 16}  # bytes of an address in the proxy's answer


class ProxyRefused(OSError):
    """The proxy does not lead there."""


def connect(egress: Egress, host: str, port: int, credentials: str = "") -> socket.socket:
    """A connected socket; with a proxy nothing else than the proxy is ever contacted. Raises OSError, ProxyRefused.

    ``credentials``: user name and password at a SOCKS proxy. They open nothing; Tor leads each one over a circuit of
    its own.
    Through an HTTP proxy the socket leads to the proxy itself, which is then asked in HTTP.
    """
    if egress.kind == DIRECT:
        return socket.create_connection((host, port), STALL_SECONDS)
    try:
        found = socket.create_connection((egress.host, egress.port), STALL_SECONDS)
    except OSError:
        raise ProxyRefused("no connection to it") from None
    if egress.kind == SOCKS:
        try:
            _greet(found, credentials.encode())
            _ask_for(found, host, port)
        except BaseException:
            found.close()
            raise
    return found


def _greet(proxy: socket.socket, credentials: bytes) -> None:
    """Agree on how to begin; a proxy that takes no credentials is used without (RFC 1929)."""
    methods = bytes((_NO_AUTH, _PASSWORD)) if credentials else bytes((_NO_AUTH,))
    proxy.sendall(bytes((5, len(methods))) + methods)
    version, method = _exactly(proxy, 2)
    if version != 5 or method not in methods:
        raise ProxyRefused("it wants a password, or is no SOCKS5 proxy")
    if method == _PASSWORD:
        proxy.sendall(bytes((1, len(credentials))) + credentials + bytes((len(credentials),)) + credentials)
        if _exactly(proxy, 2)[1]:
            raise ProxyRefused("it takes only who it knows")


def _ask_for(proxy: socket.socket, host: str, port: int) -> None:
    """Ask for ``host`` by its name."""
    name = host.encode("idna") if not host.isascii() else host.encode()
    if not 0 < len(name) < 256:
        raise ProxyRefused("the name is too long")
    proxy.sendall(b"\x05\x01\x00" + bytes((_NAME, len(name))) + name + port.to_bytes(2, "big"))
    version, code, _zero, kind = _exactly(proxy, 4)
    if version != 5 or code != 0:
        raise ProxyRefused(f"answer {code}")
    rest = _REST.get(kind) or (_exactly(proxy, 1)[0] if kind == _NAME else 0)
    _exactly(proxy, rest + 2)


def lead_through(proxy: socket.socket, host: str, port: int) -> None:
    """CONNECT (RFC 9110, 9.3.6): the answer's head is read byte by byte, for what follows is TLS."""
    place = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    proxy.sendall(f"CONNECT {place} HTTP/1.1\r\nHost: {place}\r\n\r\n".encode())
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        piece = proxy.recv(1)
        if not piece or len(head) > 8192:
            raise ProxyRefused("its answer ends early")
        head += piece
    if not head.startswith((b"HTTP/1.1 200", b"HTTP/1.0 200")):
        raise ProxyRefused("it does not lead there")


def _exactly(proxy: socket.socket, length: int) -> bytes:
    data = b""
    while len(data) < length:
        piece = proxy.recv(length - len(data))
        if not piece:
            raise ProxyRefused("it ended the connection")
        data += piece
    return data
