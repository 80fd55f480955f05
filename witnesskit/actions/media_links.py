"""Links of media can hold who asked for them: sites sign the collector's own address into them.

The desk reads the server of such a link; the link itself is for the custodian ring (docs/spec/record.md).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from witnesskit.actions.asked_from import addresses
from witnesskit.formats import strict_json
from witnesskit.model import Json

WITHHELD: Final = "withheld"
_LINKS: Final = ("url", "final_url", "redirects")
_PAIRS: Final = ("headers", "sent")
_KEPT: Final = frozenset(  # headers that say what came; others can say to whom
    {
        "accept-ranges", "age", "cache-control", "content-encoding", "content-length", "content-range",
        "content-type", "date", "etag", "expires", "last-modified", "retry-after", "server", "transfer-encoding",
        "accept", "accept-encoding", "accept-language", "if-range", "range", "user-agent",
    }
)  # fmt: skip
_LINK: Final = re.compile(r"(?<![a-z0-9+.-])[a-z][a-z0-9+.-]*://[^\s\"'<>]+", re.IGNORECASE)


class MediaLinks:
    """Keeps record and original of one capture apart. ``url``: the link that was given."""

    def __init__(self, url: str) -> None:
        self.lines: list[bytes] = []  # of links.jsonl
        self.addresses: set[str] = set()  # that the links hold
        self._of_the_page = {url}
        self._has_page = False

    def page(self, facts: Json) -> None:
        """Where the page came from is where the footage was seen: the desk reads that."""
        if facts.get("status"):
            self._has_page = True
            self._of_the_page |= set(_links(facts))

    def desk(self, facts: Json, **named: Json) -> Json:
        """One request or stream as the desk may read it; ``named``: which one it is."""
        own = facts.get("purpose") == "control" or (self._has_page and facts.get("purpose") == "page")
        if own or set(_links(facts)) <= self._of_the_page:
            return facts
        exact = {name: facts[name] for name in (*_LINKS, *_PAIRS) if facts.get(name)}
        self.lines.append(strict_json.canonical({**named, **exact}) + b"\n")
        self.addresses |= {found for link in _links(facts) for found in addresses(_behind(link))}
        return _without_links(facts)

    def evidence(self, facts: Json) -> Json:
        """What an outcome stands on; what the extractor said may repeat a link."""
        message = _LINK.sub(self._in_words, str(facts.get("message", "")))
        shown = facts if set(_links(facts)) <= self._of_the_page else _without_links(facts)
        return {**shown, **({"message": message} if message else {})}

    def is_told(self, url: str) -> bool:
        """Whether the desk, the log and a report may name where it all ended: a page, or the link that was given."""
        return url in self._of_the_page

    def seen_at(self, url: str, extractor: str) -> str:
        """What the extractor calls the page; one that knows no site calls the media so, where a link led to it."""
        known = self._has_page and extractor != "generic" and not addresses(_behind(url))
        return url if known or self.is_told(url) else server(url)

    def _in_words(self, found: re.Match[str]) -> str:
        return found[0] if found[0].rstrip(".,;:)") in self._of_the_page else server(found[0])


def _without_links(facts: Json) -> Json:
    redirects = [[status, server(link)] for status, link in facts.get("redirects", ())]
    links = {name: server(facts[name]) for name in _LINKS[:2] if facts.get(name)}
    pairs = {name: [pair for pair in facts.get(name, ()) if pair[0].lower() in _KEPT] for name in _PAIRS}
    hidden: dict[str, Json] = {**links, **pairs, "redirects": redirects}
    return {name: hidden.get(name, value) for name, value in facts.items()}


def server(url: str) -> str:
    """Scheme, host and port of a link, and that the rest is withheld."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return WITHHELD
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}{f':{port}' if port else ''}/{WITHHELD}" if host else WITHHELD


def unless_it_names(url: str) -> str:
    """A link; of one that holds an address, the server."""
    return server(url) if addresses(_behind(url)) else url


def _behind(url: str) -> str:
    """What stands behind the server's name."""
    return url.partition("://")[2].partition("/")[2]


def _links(facts: Json) -> Iterator[str]:
    yield from (facts[name] for name in _LINKS[:2] if facts.get(name))
    yield from (link for _status, link in facts.get("redirects", ()))
