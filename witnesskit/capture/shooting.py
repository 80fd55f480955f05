"""What the shooter does with a browser that stands ready: load one page, wait until it is quiet, take the picture."""

from __future__ import annotations

import base64
import binascii
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from witnesskit.capture.cdp import BrowserGone, Event, Pipe
from witnesskit.limits import BROWSER_HEIGHT_MAX

WIDTH, HEIGHT = 1280, 800  # of the window, in pixels
_QUIET: Final = 1.0  # seconds without a request under way
_SETTLE: Final = 8.0  # seconds that a page gets to load what it shows further down
_END: Final = 15.0  # seconds for the picture itself, after the time for loading is over
_WEB: Final = ("http", "https", "ws", "wss")
_ENDLESS: Final = ("Media", "EventSource", "WebSocket")  # types of requests that nobody waits for
_OF_ITSELF: Final = ("data", "blob", "about")
_ATTACH: Final = {"autoAttach": True, "waitForDebuggerOnStart": True, "flatten": True}
_WORKERS: Final = [{"type": "service_worker"}, {"type": "shared_worker"}]  # they belong to no page but to the browser
_ERROR: Final = re.compile(r"net::(ERR_[A-Z0-9_]{1,60})", re.ASCII)


@dataclass
class Page:
    """What events tell of the page. ``allow`` hears each address that the page asks for, before it is asked."""

    allow: Callable[[str], object]
    tell: Callable[..., object]
    name: str = ""  # what the browser calls itself, everywhere
    frame: str = ""
    status: int = 0
    final_url: str = ""
    loaded: bool = False
    under_way: set[str] = field(default_factory=set)
    last: float = field(default_factory=time.monotonic)

    def event(self, event: Event) -> None:
        """One event of the browser."""
        name, told, session = event["method"], event["params"], str(event.get("sessionId", ""))
        if name.startswith("Network."):
            self.last = time.monotonic()
            self._network(name, told)
        elif name == "Page.frameNavigated":
            self._navigated(told)
        elif name == "Page.loadEventFired":
            self.loaded = True
        elif name == "Fetch.requestPaused":
            self._paused(session, told)
        elif name == "Page.javascriptDialogOpening":  # nobody is there to answer
            self.tell(session, "Page.handleJavaScriptDialog", accept=False)
        elif name == "Target.attachedToTarget":
            self._attached(str(told.get("sessionId", "")))
        elif name in ("Inspector.targetCrashed", "Target.targetCrashed"):
            raise BrowserGone("crashed")

    def _network(self, name: str, told: dict[str, Any]) -> None:
        request = str(told.get("requestId", ""))
        if name == "Network.requestWillBeSent" and told.get("type") not in _ENDLESS:
            self.under_way.add(request)
        elif name in ("Network.loadingFinished", "Network.loadingFailed"):
            self.under_way.discard(request)
        elif name == "Network.responseReceived":
            self._response(told)

    def _navigated(self, told: dict[str, Any]) -> None:
        """Another page came in place of the one before: what that one still asked for counts no more."""
        frame = told.get("frame")
        if isinstance(frame, dict) and frame.get("id") == self.frame:
            self.under_way.clear()
            self.loaded = False

    def _paused(self, session: str, told: dict[str, Any]) -> None:
        """A request of the page: its place is opened, then it goes on; what is not of the web ends here."""
        number, request = str(told.get("requestId", "")), told.get("request")
        url = str(request.get("url", "")) if isinstance(request, dict) else ""
        scheme = url.partition(":")[0].lower()
        try:
            if scheme in _WEB:
                self.allow(url)
            elif scheme not in _OF_ITSELF:
                raise ValueError(scheme)
        except (ValueError, KeyError):
            self.tell(session, "Fetch.failRequest", requestId=number, errorReason="BlockedByClient")
            return
        self.tell(session, "Fetch.continueRequest", requestId=number)

    def _attached(self, session: str) -> None:
        """A frame or worker in a process of its own: its requests are looked at too, before it runs."""
        if session:
            self.tell(session, "Fetch.enable", patterns=[{"urlPattern": "*"}])
            self.tell(session, "Network.enable")
            self.tell(session, "Target.setAutoAttach", **_ATTACH)
            self.tell(session, "Emulation.setUserAgentOverride", **_called(self.name))
            self.tell(session, "Runtime.runIfWaitingForDebugger")

    def _response(self, told: dict[str, Any]) -> None:
        response = told.get("response")
        if told.get("type") == "Document" and told.get("frameId") == self.frame and isinstance(response, dict):
            status, url = response.get("status"), response.get("url")
            self.status = status if type(status) is int else 0
            self.final_url = url if isinstance(url, str) else ""

    @property
    def quiet(self) -> bool:
        """Loaded, and nothing under way for a moment."""
        return self.loaded and not self.under_way and time.monotonic() - self.last > _QUIET


@dataclass(frozen=True)
class Picture:
    """``reason`` empty: the whole page; else why it is not, or why there is none."""

    png: bytes = field(default=b"", repr=False)
    width: int = 0
    height: int = 0
    status: int = 0
    final_url: str = field(default="", repr=False)
    browser: str = ""
    reason: str = ""


def take(pipe: Pipe, page: Page, url: str, user_agent: str, until: float) -> Picture:
    """The picture of one page, as far as it had loaded at ``until`` (monotonic seconds). Raises BrowserGone."""
    browser = str(pipe.ask("Browser.getVersion", until).get("product", ""))[:100]
    pipe.ask("Browser.setDownloadBehavior", until, behavior="deny")
    _open(pipe, page, user_agent, until)
    answer = pipe.ask("Page.navigate", until, url=url)
    page.frame = page.frame or str(answer.get("frameId", ""))
    if failed := _ERROR.search(str(answer.get("errorText", ""))):
        word = failed[1].removeprefix("ERR_").replace("_", "-").lower()
        return Picture(browser=browser, reason=f"load-failed-{word}")
    quiet = pipe.listen(until, lambda: page.quiet)
    reason = "" if quiet else "timeout"
    end = time.monotonic() + _END
    if not quiet:
        pipe.ask("Page.stopLoading", end)
    height, cut = _height(pipe, end)
    pipe.ask("Emulation.setDeviceMetricsOverride", end, **_metrics(height))  # what loads when it comes into view
    if quiet:
        pipe.listen(min(until, time.monotonic() + _SETTLE), lambda: page.quiet)
        height, cut = _height(pipe, end)
    data = _capture(pipe, height, end)
    size = png_size(data)
    reason = reason or ("too-tall" if cut else "")
    return Picture(data, *size, page.status, page.final_url, browser, reason)


def _open(pipe: Pipe, page: Page, user_agent: str, until: float) -> None:
    """A page of its own that looks like the one the extractor pretends to be."""
    page.name = user_agent
    pipe.ask("Target.setAutoAttach", until, **_ATTACH, filter=_WORKERS)
    target = str(pipe.ask("Target.createTarget", until, url="about:blank").get("targetId", ""))
    pipe.session = str(pipe.ask("Target.attachToTarget", until, targetId=target, flatten=True).get("sessionId", ""))
    page.frame = target  # the main frame has the number of its target
    pipe.ask("Network.enable", until)
    pipe.ask("Page.enable", until)
    pipe.ask("Fetch.enable", until, patterns=[{"urlPattern": "*"}])
    pipe.ask("Target.setAutoAttach", until, **_ATTACH)
    pipe.ask("Emulation.setDeviceMetricsOverride", until, **_metrics(HEIGHT))
    pipe.ask("Emulation.setTimezoneOverride", until, timezoneId="UTC")
    pipe.ask("Emulation.setUserAgentOverride", until, **_called(user_agent))


def _called(name: str) -> dict[str, str]:
    """One name and system; without metadata no client hint is sent that would tell another."""
    return {"userAgent": name, "acceptLanguage": "en-US,en", "platform": "Win32"}


def _metrics(height: int) -> dict[str, int | bool]:
    return {"width": WIDTH, "height": height, "deviceScaleFactor": 1, "mobile": False}


def _height(pipe: Pipe, until: float) -> tuple[int, bool]:
    """(height of the whole page in pixels, whether it is cut at the maximum)."""
    size = pipe.ask("Page.getLayoutMetrics", until).get("cssContentSize")
    height = size.get("height") if isinstance(size, dict) else None
    if not isinstance(height, int | float) or not 0 <= height < 1e9:
        raise BrowserGone("garbage")
    return max(HEIGHT, min(int(height), BROWSER_HEIGHT_MAX)), height > BROWSER_HEIGHT_MAX


def _capture(pipe: Pipe, height: int, until: float) -> bytes:
    clip = {"x": 0, "y": 0, "width": WIDTH, "height": height, "scale": 1}
    found = pipe.ask("Page.captureScreenshot", until, format="png", captureBeyondViewport=True, clip=clip)
    try:
        return base64.b64decode(str(found.get("data", "")), validate=True)
    except binascii.Error:
        raise BrowserGone("garbage") from None


def png_size(untrusted_data: bytes) -> tuple[int, int]:
    """(width, height) of a PNG (RFC 2083, 4.1.1); raises BrowserGone for anything else."""
    if untrusted_data[:8] != b"\x89PNG\r\n\x1a\n" or untrusted_data[12:16] != b"IHDR":
        raise BrowserGone("garbage")
    return int.from_bytes(untrusted_data[16:20]), int.from_bytes(untrusted_data[20:24])
