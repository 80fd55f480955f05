"""Phrases that sites show in place of media (phrases.toml), and where they may stand to mean something."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final
from urllib.parse import urlsplit

from witnesskit.capture.page_signs import Signs
from witnesskit.limits import BESIDE_TEXT_MAX, BESIDE_TITLE_MAX, FEW_WORDS
from witnesskit.model import Outcome

MESSAGE: Final = "message"
TITLE: Final = "title"
PAGE: Final = "page"
ANY: Final = "any"
_BLANKS = re.compile(r"\s+")
_ENDS = re.compile(r"(?<=[.!?…])\s|\s[|·–—-]\s|[|·]")  # between sentences, or parts of a title


@dataclass(frozen=True)
class Phrase:
    """One meaning and the words for it."""

    id: str
    hosts: tuple[str, ...]
    outcome: Outcome
    where: str  # of MESSAGE, TITLE, PAGE
    text: tuple[str, ...]
    by: str = ""  # uploader | platform | account, of a removal

    def of_extractor(self, message: str) -> bool:
        """Whether the extractor of this site speaks: a player inside another site's page is named so."""
        names = {host.split(".")[0] for host in self.hosts if self.hosts != (ANY,)} - {"x", "t"}
        return any(f"[{name}{end}" in message for name in names for end in "]:")

    def of_host(self, host: str) -> bool:
        """Whether it is for this host or one below it."""
        return self.hosts == (ANY,) or any(host == one or host.endswith(f".{one}") for one in self.hosts)


@cache
def table() -> tuple[Phrase, ...]:
    """All of them; those of named hosts first."""
    data = tomllib.loads(files("witnesskit.capture").joinpath("phrases.toml").read_text(encoding="utf-8"))
    found = [
        Phrase(
            one["id"], tuple(one["hosts"]), Outcome(one["outcome"]), one["where"],
            tuple(_tidy(text) for text in one["text"]), one.get("by", ""),
        )
        for one in data["phrase"]
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda one: one.hosts == (ANY,)))


def in_message(url: str, untrusted_text: str) -> Phrase | None:
    """The phrase that an extractor's message holds: it speaks about the item itself, so every phrase counts."""
    text, host = _tidy(untrusted_text), _host(url)
    ours = (phrase for phrase in table() if phrase.of_host(host) or phrase.of_extractor(text))
    return next((phrase for phrase in ours if any(one in text for one in phrase.text)), None)


def in_page(url: str, signs: Signs) -> Phrase | None:
    """The phrase that a page shows in its title, its description of itself, or as nearly all it has to say.

    It must be nearly the whole of a sentence or of a part of a title: whoever tells of a removal says more.
    """
    if found := _first(url, _sentences(signs.heads), (TITLE, PAGE), BESIDE_TITLE_MAX):
        return found
    if signs.has_media or signs.words > FEW_WORDS:
        return None
    return _first(url, _sentences(signs.pieces), (PAGE,), BESIDE_TEXT_MAX)


def _sentences(parts: Iterable[str]) -> list[str]:
    return [_tidy(one) for part in parts for one in (part, *_ENDS.split(part))]


def _first(url: str, texts: Iterable[str], places: tuple[str, ...], beside: int) -> Phrase | None:
    """The first phrase of the site that stands in one of ``texts`` with at most ``beside`` characters around it."""
    host = _host(url)
    said = [text for text in texts if text]
    for phrase in table():
        if phrase.where not in places or not phrase.of_host(host):
            continue
        if any(one in text and len(text) - len(one) <= beside for one in phrase.text for text in said):
            return phrase
    return None


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").lower()


def _tidy(text: str) -> str:
    return _BLANKS.sub(" ", text).strip().casefold()
