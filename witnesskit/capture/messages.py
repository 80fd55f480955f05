"""What the worker tells while it captures one link, in order: Started, Connection…, Attempt…, Page, PageBytes…,
PageEnd, WireBytes…, WireEnd, Facts, then for each stream Media, MediaBytes…, Piece…, MediaEnd with Attempts between
them, and last Done.

Everything here is telling (links, headers, names): it goes into sealed capsules only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from witnesskit.capture.outcome import AttemptResult
from witnesskit.model import Json

Headers = tuple[tuple[str, str], ...]  # as received, in order; values of cookies are "withheld"


@dataclass(frozen=True)
class Started:
    """The worker has begun; nothing was sent yet."""

    started_at: str  # RFC 3339 UTC
    tool: str  # "yt-dlp 2026.10.26"
    user_agent: str
    egress: str  # "direct" or the proxy's URL
    options: Mapping[str, Json] = field(default_factory=dict)  # given to the extractor, without the egress
    libraries: Mapping[str, Json] = field(default_factory=dict)  # python, openssl, authorities: of the worker


@dataclass(frozen=True)
class Connection:
    """What all connections to one end have in common; told before the first Attempt that names its number."""

    number: int  # from 1, at most CONNECTIONS_MAX
    peer: str  # "address port"; through a proxy: the proxy's
    facts: Mapping[str, Json]  # tls.py


@dataclass(frozen=True)
class Attempt:
    """One request and what came back; ``status`` 0 and an ``error_kind`` when no answer came.

    After REQUEST_LOG_MAX bytes only refusals and failures are told, without headers, and after twice as many none:
    ``number`` shows the holes.
    """

    number: int  # from 1, in the order they were sent
    purpose: str  # page | extract | media | segment | playlist | key | subtitle | thumbnail | control
    method: str
    url: str
    started_at: str
    stream: int = 0  # for media, segment and playlist
    status: int = 0
    final_url: str = ""
    redirects: tuple[tuple[int, str], ...] = ()  # (status, URL that answered with it)
    sent: Headers = ()  # request headers, without cookies and authorisation
    headers: Headers = ()
    headers_sha256: str = ""
    body_sha256: str = ""  # of the page that came with an HTTP error
    error_kind: str = ""  # dns | refused | timeout | unreachable | reset | proxy | tls | local-address | transport
    peer: str = ""  # "address port"; through a proxy: the proxy's
    tls: Mapping[str, Json] = field(default_factory=dict)  # version, cipher, certificate_sha256
    answered_at: str = ""  # when its headers were here
    connection: int = 0  # number of the Connection; 0: none is told


@dataclass(frozen=True)
class Page:
    """Head of the page. ``status`` 0: none was received, ``reason`` says why."""

    url: str
    final_url: str = ""
    status: int = 0
    headers: Headers = ()
    headers_sha256: str = ""
    redirects: tuple[tuple[int, str], ...] = ()
    peer: str = ""
    tls: Mapping[str, Json] = field(default_factory=dict)
    by: str = ""  # "extractor": its own response; "own-request": one more request by us; "": none
    decoded: bool = False  # a content encoding was undone on the way: the bytes are not those of the wire
    reason: str = ""  # direct-media | no-answer | not-received


@dataclass(frozen=True)
class Control:
    """The front page of a site that said something is gone; told after its Attempt."""

    url: str
    status: int = 0  # 0: no answer
    final_url: str = ""
    body_sha256: str = ""  # of its first CONTROL_MAX bytes
    login: bool = False  # it is a page where people log in
    phrase: str = ""  # id of a phrase on it
    error_kind: str = ""


@dataclass(frozen=True)
class Document:
    """A playlist or manifest as it was served: what said which pieces there are."""

    kind: str  # playlist | manifest
    url: str
    sha256: str  # of its bytes
    text: str  # of them as UTF-8, what is none replaced; at most DOCUMENT_MAX bytes
    stream: int = 0


@dataclass(frozen=True)
class PageBytes:
    """The next bytes of the page, at most 1 MiB."""

    data: bytes


@dataclass(frozen=True)
class WireBytes:
    """The next bytes of the page as they came, before its content encoding was undone; told after its end."""

    data: bytes


@dataclass(frozen=True)
class WireEnd:
    """The bytes of the wire are all told; where this is missing, they were cut."""

    size: int


@dataclass(frozen=True)
class PageEnd:
    """The page is over; ``complete`` False: ``reason`` is "cut" or "too-long"."""

    complete: bool
    size: int
    sha256: str
    reason: str = ""


@dataclass(frozen=True)
class Facts:
    """What the extractor said, reduced to listed keys (facts.py); one message for each video found."""

    entry: int  # from 1
    values: Mapping[str, Json]


@dataclass(frozen=True)
class Media:
    """Head of one stream, from its first answer. Sent before its bytes."""

    stream: int  # from 1
    entry: int  # the Facts it belongs to
    format_id: str
    url: str  # signed, telling: sealed only
    media_type: str  # as the server says; empty when it says none
    declared_size: int | None
    kind: str  # "file" | "segments": many pieces joined as they were served
    extension: str = ""
    final_url: str = ""
    status: int = 0
    headers: Headers = ()
    segments: int = 0
    role: str = "original"  # original | subtitle | thumbnail | decrypted
    language: str = ""  # of a subtitle
    version: int = 1  # 2 and more: another file under the same address, kept beside the first
    start: int = 0  # bytes that an earlier attempt holds; the bytes that follow begin there


@dataclass(frozen=True)
class MediaBytes:
    """The next bytes of a stream, at most 1 MiB, exactly as served."""

    stream: int
    data: bytes


@dataclass(frozen=True)
class Piece:
    """One segment of an open stream, told after its bytes: where they lie in it, and what the server said."""

    stream: int
    number: int  # from 1, in the order of the list
    url: str  # signed, telling: sealed only
    offset: int  # in the stream
    size: int  # bytes received
    sha256: str  # of the bytes as served
    status: int = 0
    headers: Headers = ()
    declared: int | None = None  # bytes that the server or the list named
    reason: str = ""  # why it is not whole
    key: Mapping[str, Json] = field(default_factory=dict)  # method, iv, uri, key (hex), sha256: when encrypted


@dataclass(frozen=True)
class MediaEnd:
    """The stream is over. ``reason`` when not complete, and "unverified-length" when complete but the server never
    said how long it is."""

    stream: int
    complete: bool
    reason: str
    size: int
    requests: int = 1
    gaps: tuple[Mapping[str, Json], ...] = ()  # missing segments: {"segment": 3, "reason": "http-404"}
    ranges: tuple[Mapping[str, Json], ...] = ()  # each request: what it asked for and got (ranges.py)
    ranges_dropped: int = 0


@dataclass(frozen=True)
class Failed:
    """Why extraction or the worker ended early; consumed by worker.py, never seen by its callers."""

    kind: str
    text: str = ""  # what the extractor said, at most MESSAGE_TEXT_MAX characters


@dataclass(frozen=True)
class Done:
    """The last message."""

    result: AttemptResult


Message = (
    Started
    | Connection
    | Attempt
    | Page
    | Control
    | Document
    | PageBytes
    | WireBytes
    | WireEnd
    | PageEnd
    | Facts
    | Media
    | MediaBytes
    | Piece
    | MediaEnd
    | Failed
    | Done
)
