"""The certificates that were presented where nobody vouches for them: a handshake, and no byte of a request."""

from __future__ import annotations

import contextlib
import socket
import ssl
from collections.abc import Mapping
from urllib.parse import urlsplit

from witnesskit.capture import tls
from witnesskit.capture.egress import HTTP, Egress
from witnesskit.capture.tunnel import connect, lead_through
from witnesskit.model import Json

_HTTPS = 443


def presented(egress: Egress, url: str) -> tuple[str, Mapping[str, Json]] | None:
    """(peer, facts as in a Connection) of whoever answers at ``url``; None where nobody shakes hands."""
    with contextlib.suppress(OSError, ValueError):
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or _HTTPS
        with connect(egress, host, port) as raw:
            if egress.kind == HTTP:
                lead_through(raw, host, port)
            return _peer(raw), _shaken(raw, host)
    return None


def _shaken(raw: socket.socket, host: str) -> Mapping[str, Json]:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE  # to look at who is there; nothing is said to them
    with context.wrap_socket(raw, server_hostname=host) as secured:
        return tls.facts_of(secured)


def _peer(raw: socket.socket) -> str:
    address = raw.getpeername()
    return f"{address[0]} {address[1]}"
