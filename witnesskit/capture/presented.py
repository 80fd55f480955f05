"""Which certificates came where verification failed: one more handshake through the same egress, and not a byte more.

No request is sent over such a connection, ever; what it shows (who stands in for the site) is evidence of its own.
"""

from __future__ import annotations

import contextlib
import ssl
from urllib.parse import urlsplit

from witnesskit.capture import tls
from witnesskit.capture.ask import through_http
from witnesskit.capture.egress import HTTP, Egress
from witnesskit.capture.requestlog import RequestLog
from witnesskit.capture.tunnel import connect

_HTTPS = 443


def note(egress: Egress, log: RequestLog, url: str, seconds: int) -> None:
    """Tell the chain that the server of ``url`` presents, as a Connection; nothing when it presents none any more."""
    parts = urlsplit(url)
    if parts.scheme.lower() != "https" or not parts.hostname:
        return
    with contextlib.suppress(OSError, ValueError):
        _handshake(egress, log, (parts.hostname, parts.port or _HTTPS), seconds)


def _handshake(egress: Egress, log: RequestLog, place: tuple[str, int], seconds: int) -> None:
    with connect(egress, *place) as raw:
        raw.settimeout(seconds)
        if egress.kind == HTTP:
            through_http(raw, *place)
        peer = raw.getpeername()
        with _unverified().wrap_socket(raw, server_hostname=place[0]) as connection:
            log.note_presented(f"{peer[0]} {peer[1]}", tls.presented_of(connection))


def _unverified() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
