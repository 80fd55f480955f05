"""Every request the worker sends, told to the parent as it happens."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from witnesskit.capture import tls, wire
from witnesskit.capture.messages import Attempt, Connection
from witnesskit.capture.outcome import GONE, UNTRUSTED
from witnesskit.capture.times import utc_now
from witnesskit.digest import sha256_hex
from witnesskit.formats import strict_json
from witnesskit.limits import CONNECTIONS_MAX, REQUEST_LOG_MAX
from witnesskit.model import Json


@dataclass
class RequestLog:
    """Numbers and describes requests; ``purpose`` and ``stream`` say what the next ones are for."""

    tell: Callable[[Attempt | Connection], object]
    proxied: bool = False
    presented: Callable[[str], tuple[str, Mapping[str, Json]] | None] = lambda _url: None  # who answered, unverified
    purpose: str = "extract"
    stream: int = 0
    answered: bool = False
    last_error: str = ""
    gone: str = ""  # URL of the newest answer of 404 or 410
    newest: Attempt | None = field(default=None, repr=False)  # whether it was told or not
    _number: int = field(default=0, repr=False)
    _told: int = field(default=0, repr=False)  # bytes, about
    _peer: str = field(default="", repr=False)
    _tls: Mapping[str, Json] = field(default_factory=dict, repr=False)
    _connection: int = field(default=0, repr=False)
    _known: dict[str, int] = field(default_factory=dict, repr=False)  # digest of a Connection -> its number
    _socket: Any = field(default=lambda: None, repr=False)  # weakly, the last one looked at

    def note_connection(self, response: Any) -> None:
        """Peer and TLS of a connection that is still open; for the next ``answer``."""
        connection = wire.socket_of(response)
        if connection is not None and connection is self._socket():
            return  # kept alive: nothing is new
        self._peer, self._tls = wire.peer_of(response), wire.tls_of(response)
        self._connection = self._number_of(connection) if self._peer else 0
        self._socket = _weakly(connection)

    def _number_of(self, connection: Any) -> int:
        """The number of a connection's facts, told when they are new; 0 beyond CONNECTIONS_MAX."""
        return self._number_of_facts(self._peer, tls.facts_of(connection))

    def _number_of_facts(self, peer: str, facts: Mapping[str, Json]) -> int:
        known = sha256_hex(strict_json.canonical({"peer": peer, "facts": facts}))
        if known not in self._known and len(self._known) < CONNECTIONS_MAX:
            self._known[known] = len(self._known) + 1
            self.tell(Connection(self._known[known], peer, facts))
        return self._known.get(known, 0)

    def answer(self, request: Sent, response: Any, body: bytes | None = None) -> Attempt:
        """Log an answer of any status; ``body`` is the page that came with an HTTP error."""
        self.answered = True
        headers = wire.headers_of(response.headers)
        return self._log(
            request,
            status=int(response.status or 0),
            final_url=wire.text_of(response.url),
            redirects=wire.redirects_of(response),
            sent=wire.sent_of(response, request.headers),
            headers=headers,
            headers_sha256=wire.headers_digest(headers),
            body_sha256=sha256_hex(body) if body else "",
            peer=self._peer,
            tls=self._tls,
            answered_at=utc_now(),
            connection=self._connection,
        )

    def failure(self, request: Sent, error: BaseException) -> str:
        """Log that no answer came; returns the kind."""
        self.last_error = wire.kind_of(error, proxied=self.proxied)
        number = 0
        if self.last_error in UNTRUSTED and (found := self.presented(request.url)):
            number = self._number_of_facts(*found)
        sent = wire.sent_headers(request.headers)
        self._log(request, error_kind=self.last_error, sent=sent, connection=number)
        return self.last_error

    def _log(self, request: Sent, **found: Any) -> Attempt:
        self._number += 1
        attempt = Attempt(
            number=self._number,
            purpose=request.purpose or self.purpose,
            method=request.method,
            url=request.url,
            started_at=request.started_at,
            stream=self.stream,
            **found,
        )
        self.newest = attempt
        if attempt.status in GONE and attempt.purpose != "control":
            self.gone = attempt.final_url or attempt.url
        self._tell(attempt)
        return attempt

    def _tell(self, attempt: Attempt) -> None:
        """Tell it, or less of it when much was told: a hostile site must not fill the record."""
        if self._told > REQUEST_LOG_MAX:
            if 0 < attempt.status < 400 or self._told > 2 * REQUEST_LOG_MAX:
                return
            attempt = replace(attempt, sent=(), headers=(), redirects=())
        self._told += _weight(attempt)
        self.tell(attempt)


@dataclass(frozen=True)
class Sent:
    """A request about to be sent."""

    method: str
    url: str
    headers: Mapping[str, str]
    started_at: str
    purpose: str = ""


def _weakly(connection: Any) -> Callable[[], Any]:
    """A way to the object that does not keep it open."""
    try:
        return weakref.ref(connection)
    except TypeError:
        return lambda: None


def _weight(attempt: Attempt) -> int:
    pairs = (*attempt.sent, *attempt.headers)
    return 400 + len(attempt.url) + len(attempt.final_url) + sum(len(name) + len(value) + 6 for name, value in pairs)


def about_to_send(method: str, url: str, headers: Mapping[str, str], purpose: str = "") -> Sent:
    """Note a request and the time."""
    return Sent(method, wire.text_of(url), dict(headers), utc_now(), purpose)
