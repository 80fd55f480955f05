"""Shapes of an answer that decide without words: a login page's address, Retry-After, a proxy's own answer."""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from typing import Final
from urllib.parse import urlsplit

from witnesskit.capture.egress import HTTP, Egress
from witnesskit.limits import RETRY_AFTER_MAX

Headers = tuple[tuple[str, str], ...]
_LOGIN_STEPS: Final = frozenset(
    {
        "login", "log-in", "log_in", "signin", "sign-in", "sign_in", "sso", "checkpoint", "servicelogin",
        "challenge", "auth", "authorize", "authenticate", "account_login", "login_required", "connexion", "vhod",
    }
)  # fmt: skip
_LOGIN_HOSTS: Final = ("login.", "signin.", "accounts.", "auth.", "sso.", "passport.", "id.")
_PROXY_STATUS: Final = (407, 502, 503, 504)
_PROXY_MARKS: Final = frozenset({"proxy-status", "x-squid-error", "proxy-agent", "proxy-authenticate"})


def host_of(url: str) -> str:
    """The host a link names, lower case, without a port; empty for none."""
    try:
        return (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return ""


def header(headers: Headers, name: str) -> str:
    """The first header of this name; empty for none."""
    return next((value for key, value in headers if key.lower() == name), "")


def same_place(asked: str, final: str) -> bool:
    """Whether two links differ in nothing but their scheme, their fragment and a ``www.`` before the host."""
    one, other = (urlsplit(url) for url in (asked, final))
    hosts = {host_of(url).removeprefix("www.") for url in (asked, final)}
    return len(hosts) == 1 and (one.path or "/", one.query) == (other.path or "/", other.query)


def login_redirect(asked: str, final: str) -> bool:
    """Whether a link led to an address that has the shape of a login page, which the link itself had not."""
    return bool(final) and final != asked and _is_login(final) and not _is_login(asked)


def _is_login(url: str) -> bool:
    steps = {step.lower().partition(".")[0] for step in urlsplit(url).path.split("/")} if host_of(url) else set()
    return bool(steps & _LOGIN_STEPS) or host_of(url).startswith(_LOGIN_HOSTS)


def retry_after(headers: Headers) -> int:
    """Seconds of ``Retry-After`` (RFC 9110, 10.2.3), a date counted from the answer's own ``Date``; 0 for none."""
    value = header(headers, "retry-after").strip()
    if value.isascii() and value.isdecimal():
        return min(int(value[:12]), RETRY_AFTER_MAX)
    try:
        wait = parsedate_to_datetime(value) - parsedate_to_datetime(header(headers, "date"))
    except (ValueError, TypeError, IndexError, OverflowError):
        return 0
    return max(0, min(int(wait.total_seconds()), RETRY_AFTER_MAX))


def said_by_proxy(status: int, headers: Headers, url: str, egress: Egress) -> bool:
    """Whether an HTTP proxy speaks for itself: 407, or 502 to 504 with a mark that only proxies set (RFC 9209).

    Over https the site alone can answer; what a proxy says to CONNECT is no answer at all, but an error of the proxy.
    """
    if egress.kind != HTTP or not url.lower().startswith("http://") or status not in _PROXY_STATUS:
        return False
    return status == 407 or any(name.lower() in _PROXY_MARKS for name, _ in headers)
