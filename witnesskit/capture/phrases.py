"""The words of sites for "gone", "private" and the like: the data file phrases.toml, and how it is asked.

Of a page a phrase counts only where the page speaks for itself (reading.py): as a whole sentence of its title or meta
tags, or as the beginning of a sentence of a short page without media. In what the extractor says it counts anywhere.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from witnesskit.capture.outcome import Sign
from witnesskit.capture.reading import PageText, is_cut, plain
from witnesskit.limits import PHRASES_MAX
from witnesskit.model import Outcome

PLACES: Final = ("message", "title", "body")
WHO: Final = ("", "uploader", "platform", "account")
ANY: Final = "any"
_KEYS: Final = frozenset({"id", "hosts", "extractors", "outcome", "removed_by", "where", "texts", "note"})
_LEAST: Final = 8  # letters; less means nothing by itself
_STOPS: Final = " .!…,;:"


@dataclass(frozen=True)
class Phrase:
    """One entry of the file; ``texts`` are plain."""

    id: str
    hosts: tuple[str, ...]  # names of sites, which stand for all names below them too; or ANY
    extractors: tuple[str, ...]  # the extractor's names for the site, as its messages begin with them
    outcome: Outcome
    by: str
    where: tuple[str, ...]
    texts: tuple[str, ...]

    def of_host(self, host: str) -> bool:
        """Whether it is a phrase of this site."""
        return any(one == ANY or host == one or host.endswith(f".{one}") for one in self.hosts)

    def sign(self, where: str) -> Sign:
        """That it was found there."""
        return Sign(self.outcome, self.id, where, self.by)


@lru_cache(maxsize=1)
def phrases() -> tuple[Phrase, ...]:
    """The phrases of the package, in the order they are asked; raises ValueError for a file of another form."""
    return parse(Path(__file__).with_name("phrases.toml").read_bytes())


def parse(data: bytes) -> tuple[Phrase, ...]:
    """The phrases of a file; raises ValueError (tomllib's own too) naming the entry that is wrong."""
    if len(data) > PHRASES_MAX:
        raise ValueError("the file is too long")
    document = tomllib.loads(data.decode())
    if set(document) != {"phrase"}:
        raise ValueError("a file of phrases holds phrases and nothing else")
    found = tuple(_phrase(one) for one in document["phrase"])
    if len({one.id for one in found}) != len(found):
        raise ValueError("an id stands twice")
    return found


def _phrase(one: dict[str, Any]) -> Phrase:
    named = str(one.get("id", ""))
    if not set(one) <= _KEYS or not named:
        raise ValueError(f"{named}: an unknown key, or no id")
    where, by = tuple(one["where"]), str(one.get("removed_by", ""))
    outcome = Outcome(one["outcome"])
    if not where or not set(where) <= set(PLACES) or by not in WHO or (by and outcome is not Outcome.REMOVED):
        raise ValueError(f"{named}: an unknown place or remover")
    texts = tuple(plain(text) for text in one["texts"])
    if not texts or not one["hosts"] or any(len(text) < _LEAST or is_cut(text) for text in texts):
        raise ValueError(f"{named}: no text, no host, or a text that is too short or holds a separator of titles")
    return Phrase(named, tuple(one["hosts"]), tuple(one.get("extractors", ())), outcome, by, where, texts)


def in_message(host: str, message: str) -> Sign | None:
    """The first phrase in what the extractor said of a link to ``host``."""
    text = plain(message)
    for phrase in phrases():
        ours = phrase.of_host(host) or any(f"[{name}" in text for name in phrase.extractors)
        if ours and "message" in phrase.where and any(one in text for one in phrase.texts):
            return phrase.sign("message")
    return None


def in_page(host: str, page: PageText) -> Sign | None:
    """The first phrase in a page of ``host``, where the page speaks for itself."""
    titles = {one.strip(_STOPS) for one in page.title}
    for phrase in phrases():
        if not phrase.of_host(host):
            continue
        if "title" in phrase.where and any(text.strip(_STOPS) in titles for text in phrase.texts):
            return phrase.sign("title")
        if "body" in phrase.where and any(_begins(page.body, text) for text in phrase.texts):
            return phrase.sign("body")
    return None


def _begins(body: tuple[str, ...], text: str) -> bool:
    """Whether a sentence begins with the phrase, and with whole words of it; a phrase may be several sentences."""
    wanted = text.strip(_STOPS)
    for place, sentence in enumerate(body):
        joined = sentence if len(sentence) >= len(wanted) else " ".join(body[place : place + 4])
        if joined.startswith(wanted) and not joined[len(wanted) : len(wanted) + 1].isalnum():
            return True
    return False
