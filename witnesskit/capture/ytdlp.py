"""The adapter to yt-dlp: extraction only, and its network stack as our transport.

Only this file imports it, and js_runtime.py.

Runs in the worker. No plugin, configuration, cache, cookie or netrc is read, no program started, nothing written:
by options here, by the guard of the process behind them.
"""

from __future__ import annotations

import io
import platform
import ssl
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final
from urllib.parse import urlsplit

import requests.exceptions
import yt_dlp
import yt_dlp.dependencies
import yt_dlp.globals
from yt_dlp.networking import Request, _requests
from yt_dlp.networking.exceptions import HTTPError, RequestError
from yt_dlp.utils import DownloadError, GeoRestrictedError, UnsupportedError, UserNotLive, YoutubeDLError

from witnesskit.capture import facts, wire
from witnesskit.capture.assignment import COMMENTS, EVERYTHING
from witnesskit.capture.bounded import bound
from witnesskit.capture.budget import Budget
from witnesskit.capture.choose import beside, facts_of, grouped, plans
from witnesskit.capture.js_runtime import kind_of
from witnesskit.capture.outcome import NETWORK, UNTRUSTED
from witnesskit.capture.page import PageWatch
from witnesskit.capture.plan import Extraction
from witnesskit.capture.requestlog import RequestLog, about_to_send
from witnesskit.capture.transport import Answer, Cut, NoAnswer, Patience
from witnesskit.capture.user_agent import USER_AGENT
from witnesskit.limits import COMMENTS_MAX, ENTRIES_MAX, ERROR_BODY_MAX, MESSAGE_TEXT_MAX
from witnesskit.model import Json

yt_dlp.globals.plugin_dirs.value = []  # before the first YoutubeDL: else it runs what lies in plugin folders

TOOL: Final = f"yt-dlp {yt_dlp.version.__version__}"
_NOWHERE: Final = "/dev/null/none"
_SCHEMES: Final = ("http://", "https://")
_UNTOLD: Final = frozenset({"proxy", "logger", "cookiefile", "js_runtimes"})  # options that no record repeats


def look_at_every_host(demand: Callable[[str], object]) -> None:
    """Have ``demand`` see the host of each request before it is sent, those of redirects too; what it raises refuses.

    It is called once in the life of a process.
    """

    class Session(_requests.RequestsSession):  # type: ignore[misc]  # the library is untyped
        def send(self, request: Any, **kwargs: Any) -> Any:
            try:
                demand(urlsplit(request.url).hostname or "")
            except OSError as error:
                raise requests.exceptions.ConnectionError(error) from error
            return super().send(request, **kwargs)

    _requests.RequestsSession = Session


class _Silent:
    """yt-dlp's log: kept in memory for the rules, never printed."""

    def __init__(self) -> None:
        self.login = self.drm = False
        self.said = ""  # the first things it said, for the phrases

    def debug(self, message: str) -> None:
        """Nothing is kept of it."""

    def warning(self, message: str) -> None:
        """Note what only the text tells."""
        if len(self.said) < MESSAGE_TEXT_MAX:
            self.said = f"{self.said}\n{message}".strip()
        self.login = self.login or "--cookies" in message or "registered users" in message
        self.drm = self.drm or "DRM protected" in message

    error = warning


@dataclass(frozen=True)
class Given:
    """What an extractor is given for one link. ``cookies``: of a Netscape file; they go to their own hosts only."""

    proxy: str = field(repr=False)
    patience: Patience
    cookies: str = field(default="", repr=False)
    js_runtime: str = ""  # the program, for sites whose player must be solved


def _options(given: Given, logger: _Silent, parts: Collection[str]) -> dict[str, Any]:
    runtimes = {kind_of(given.js_runtime): {"path": given.js_runtime}} if given.js_runtime else {}
    return {
        "getcomments": COMMENTS in parts,
        "extractor_args": {"youtube": {"max_comments": [f"{COMMENTS_MAX},all,all,all"]}},
        "format": "bv,ba/b", "fixup": "never", "noplaylist": True, "playlistend": ENTRIES_MAX + 1,
        "ignoreerrors": False, "ignore_no_formats_error": True, "extractor_retries": 3,
        "socket_timeout": given.patience.stall_seconds, "proxy": given.proxy, "geo_bypass": False, "cachedir": False,
        "usenetrc": False, "cookiefile": None, "js_runtimes": runtimes,
        "remote_components": [], "enable_file_urls": False,
        "http_headers": {"User-Agent": USER_AGENT}, "ffmpeg_location": _NOWHERE, "hls_prefer_native": True,
        "outtmpl": {"default": "%(id)s"}, "quiet": True, "no_warnings": False, "noprogress": True, "color": "never",
        "logger": logger, "allow_playlist_files": False, "check_formats": False, "updatetime": False,
    }  # fmt: skip


def libraries() -> dict[str, Json]:
    """What this process is made of, as far as it touches bytes: interpreter, TLS, where its authorities come from."""
    store = yt_dlp.dependencies.certifi
    authorities = f"certifi {getattr(store, '__version__', 'unknown')}" if store else "those of the system"
    return {"python": platform.python_version(), "openssl": ssl.OPENSSL_VERSION, "authorities": authorities}


class _Recorder(yt_dlp.YoutubeDL):  # type: ignore[misc]  # the library is untyped
    """yt-dlp that logs every request and hands over the chosen formats in place of downloading them."""

    def __init__(self, log: RequestLog, options: dict[str, Any]) -> None:
        self.log = log
        self.watch: PageWatch | None = None
        self.budget: Budget | None = None
        self.chosen: list[dict[str, Any]] = []
        super().__init__(options)

    def build_request_director(self, handlers: Any, preferences: Any = None) -> Any:
        """One network stack and no other: the one whose every request is looked at."""
        del handlers
        return super().build_request_director([_requests.RequestsRH], preferences)

    def process_info(self, info_dict: dict[str, Any]) -> None:
        """Called by yt-dlp for each chosen format, when it would download."""
        self.chosen.append(dict(info_dict))  # yt-dlp empties its own afterwards

    def urlopen(self, req: Any) -> Any:
        """Every request of extractors and of ours passes here."""
        request = req if isinstance(req, Request) else Request(getattr(req, "full_url", req))
        if not request.url.lower().startswith(_SCHEMES):
            raise RequestError("only http and https")
        request.proxies = {}
        for name in [name for name in request.headers if name.lower().startswith("ytdl-")]:
            del request.headers[name]
        page = self.watch is not None and self.watch.is_page(request.method, request.url)
        sent = about_to_send(request.method, request.url, request.headers, "page" if page else "")
        try:
            response = super().urlopen(request)
        except HTTPError as error:
            self.log.note_connection(error.response)  # gone once the body is read
            body = _keep_body(error.response)
            attempt = self.log.answer(sent, error.response, body)
            if page and self.watch is not None:
                self.watch.refused(attempt, body, decoded=bool(error.response.headers.get("Content-Encoding")))
            raise
        except RequestError as error:
            self.log.failure(sent, error)
            raise
        self.log.note_connection(response)
        attempt = self.log.answer(sent, response)
        if self.watch is not None:
            bound(response, self.budget)
            self.watch.list_answered(attempt, response)
            if page:
                self.watch.answered(attempt, response)
        return response


def _keep_body(response: Any) -> bytes:
    """Read the page of an HTTP error once and leave it readable for the extractor."""
    try:
        body: bytes = response.read(ERROR_BODY_MAX) or b""
    except (YoutubeDLError, OSError, ValueError):
        body = b""
    response.read = io.BytesIO(body).read
    response.close()
    return body


class _Live:
    """fetch.Answer over a yt-dlp response."""

    def __init__(self, response: Any, *, proxied: bool) -> None:
        self.status = int(response.status or 0)
        self.final_url = str(response.url)
        self.chunked = wire.is_chunked(response)
        self._response = response
        self._proxied = proxied
        source = response.fp if 200 <= self.status < 300 else None
        self._read: Callable[[int], bytes] = getattr(source, "read1", response.read)
        if hasattr(source, "read_chunked"):  # urllib3: as on the wire
            self._read = partial(self._read, decode_content=False)

    def header(self, name: str) -> str:
        return wire.text_of(self._response.headers.get(name) or "")

    def read1(self, size: int) -> bytes:
        try:
            return self._read(size)
        except Exception as error:  # noqa: BLE001 - several libraries below, each with errors of its own
            kind = wire.kind_of(error, proxied=self._proxied)
            raise Cut({"timeout": "stall", "transport": "cut"}.get(kind, kind)) from None

    def close(self) -> None:
        self._response.close()


class Extractor:
    """One link's yt-dlp: extraction, and the transport for its bytes. Never used for two links."""

    def __init__(self, log: RequestLog, given: Given, parts: Collection[str] = EVERYTHING) -> None:
        self._log = log
        self._logger = _Silent()
        self.parts = frozenset(parts)
        options = _options(given, self._logger, parts)
        self.options = facts.pick(options, sorted(set(options) - _UNTOLD))  # what it was told to do
        if given.cookies:
            options["cookiefile"] = io.StringIO(given.cookies)
        self._ydl = _Recorder(log, options)

    def warm_up(self, go_on: Callable[[], bool]) -> None:
        """Prepare the URL patterns of all extractors, as long as ``go_on`` says there is time."""
        for extractor in list(self._ydl._ies.values()):
            if not go_on():
                return
            extractor.suitable("https://example.invalid/")

    def open(self, url: str, headers: Mapping[str, str], purpose: str, stream: int) -> Answer:
        """One GET (fetch.Transport); raises NoAnswer."""
        self._log.purpose, self._log.stream = purpose, stream
        try:
            response = self._ydl.urlopen(Request(url, headers=dict(headers)))
        except HTTPError as error:
            response = error.response
        except RequestError as error:
            raise NoAnswer(self._log.last_error or wire.kind_of(error, proxied=self._log.proxied)) from None
        return _Live(response, proxied=self._log.proxied)

    def extract(self, url: str, budget: Budget) -> tuple[Extraction, PageWatch]:
        """Find the streams of a link; never raises for what a site does."""
        self._ydl.budget = budget
        self._ydl.watch = watch = PageWatch(Request(url).url)
        self._log.purpose = "extract"
        failure = ""
        try:
            self._ydl.extract_info(url, download=True)  # process_info takes the place of downloading
        except Exception as error:  # noqa: BLE001 - extractors fail in every way; the kind is what counts
            failure = self._failure(error)
        self._ydl.watch = None
        found = grouped(self._ydl.chosen)
        if len(found) > ENTRIES_MAX and not failure:
            failure = "more-entries"
        entries = found[:ENTRIES_MAX]
        streams = tuple(plan for number, entry in enumerate(entries, 1) for plan in plans(number, entry))
        more = tuple(one for number, entry in enumerate(entries, 1) for one in beside(number, entry, self.parts))
        if not streams and not failure:
            failure = self._from_text() or "no-media-found"
        text = str(facts.clean(self._logger.said[:MESSAGE_TEXT_MAX])) if failure else ""
        told = tuple(facts_of(entry, len(entries), self.parts) for entry in entries)
        return Extraction(streams + more, told, failure, text), watch

    def _failure(self, error: Exception) -> str:
        cause: Any = error
        if isinstance(error, DownloadError) and error.exc_info and error.exc_info[1]:
            cause = error.exc_info[1]
        if self._log.last_error in NETWORK | UNTRUSTED and not self._log.answered:
            return self._log.last_error
        if isinstance(cause, UnsupportedError):
            return "no-media-found"
        if isinstance(cause, GeoRestrictedError):
            return "geo-blocked"
        if isinstance(cause, UserNotLive):
            return "not-live"
        self._logger.warning(str(cause))
        return self._from_text() or self._from_network(cause)

    def _from_text(self) -> str:
        return "login-wall" if self._logger.login else "drm" if self._logger.drm else ""

    def _from_network(self, cause: Any) -> str:
        http = getattr(cause, "cause", cause)
        if isinstance(http, HTTPError):
            return f"extractor-http-{http.status}"
        kind = wire.kind_of(cause, proxied=self._log.proxied)
        return "extractor-failed" if kind == "transport" and not isinstance(http, RequestError) else kind
