"""Who can have made an answer: the server itself, anybody on the way to it, or the proxy."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from witnesskit.capture.egress import HTTP, Egress, comes_from_the_server
from witnesskit.capture.messages import Attempt, Page

_PROXY_STATUS: Final = (407, 502, 503, 504)
_PROXY_MARKS: Final = frozenset({"proxy-status", "x-squid-error", "proxy-agent", "proxy-authenticate"})


def way_is_safe(asked: str, answer: Attempt | Page, egress: Egress) -> bool:
    """Whether nobody on the way can have made the answer, nor a redirect to it.

    Else anybody could lead a plain link to a place over TLS that is gone. A plain link that led to the very same
    place over TLS is safe, as most sites do it.
    """
    final = answer.final_url or answer.url
    if not comes_from_the_server(final, egress):
        return False
    hops = (asked, *(url for _status, url in answer.redirects))
    return all(comes_from_the_server(hop, egress) for hop in hops) or _same_place(asked, final)


def _same_place(asked: str, final: str) -> bool:
    """Whether two links differ in nothing but scheme, fragment and a ``www.`` before the host."""
    one, other = (urlsplit(url) for url in (asked, final))
    hosts = {(parts.hostname or "").removeprefix("www.") for parts in (one, other)}
    return len(hosts) == 1 and (one.path or "/", one.query) == (other.path or "/", other.query)


def said_by_proxy(status: int, headers: tuple[tuple[str, str], ...], url: str, egress: Egress) -> bool:
    """Whether an HTTP proxy speaks for itself: 407, or 502 to 504 with a mark that only proxies set (RFC 9209).

    Over https only the site can answer; what a proxy says to CONNECT is no answer at all, but an error of the proxy.
    """
    if egress.kind != HTTP or not url.lower().startswith("http://") or status not in _PROXY_STATUS:
        return False
    return status == 407 or any(name.lower() in _PROXY_MARKS for name, _ in headers)
