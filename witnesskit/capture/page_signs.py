"""What a page shows of itself: title, few or many words, a login form, media; by the standard parser, bounded."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Final
from urllib.parse import urlsplit

from witnesskit.limits import SIGNS_TEXT_MAX

_CHARSET = re.compile(rb"charset\s*=\s*[\"']?([A-Za-z0-9_-]{1,32})", re.IGNORECASE)
_CHARSETS: Final = frozenset(
    {
        "utf-8", "utf8", "windows-1251", "cp1251", "koi8-r", "koi8-u", "iso-8859-1", "windows-1252", "windows-1256",
        "iso-8859-9",
    }
)  # fmt: skip
_UNSEEN: Final = frozenset({"script", "style", "noscript", "template", "svg", "title"})
_DESCRIPTIONS: Final = frozenset(
    {"og:title", "og:description", "description", "twitter:title", "twitter:description"}
)
_MEDIA: Final = frozenset({"video", "audio", "iframe", "embed", "object"})
_LOGIN_STEPS: Final = frozenset(
    {
        "login",
        "signin",
        "sign-in",
        "sign_in",
        "log-in",
        "log_in",
        "authwall",
        "checkpoint",
        "servicelogin",
        "auth",
        "sso",
    }
)


@dataclass(frozen=True)
class Signs:
    """Of one page; everything in it is the site's word."""

    title: str = ""
    description: str = ""
    text: str = ""  # the first words that are seen
    words: int = 0
    has_media: bool = False
    has_password: bool = False


def signs_of(untrusted_page: bytes, content_type: str = "") -> Signs:
    """Read what came of a page, at most SIGNS_MAX bytes of it by the caller's care; never raises."""
    reader = _Reader()
    try:
        reader.feed(_decoded(untrusted_page, content_type))
        reader.close()
    except (AssertionError, ValueError, RecursionError):  # the parser of some versions, for markup without sense
        pass
    text = " ".join(reader.seen)
    return Signs(
        " ".join(reader.title), " ".join(reader.described)[:SIGNS_TEXT_MAX], text[:SIGNS_TEXT_MAX], reader.words,
        reader.has_media, reader.has_password,
    )  # fmt: skip


def is_login_address(url: str, asked: str) -> bool:
    """Whether one was led from a link to an address where people log in."""
    return url != asked and bool(_steps(url) & _LOGIN_STEPS) and not _steps(asked) & _LOGIN_STEPS


def _steps(url: str) -> set[str]:
    try:
        parts = urlsplit(url.lower())
    except ValueError:
        return set()
    host = (parts.hostname or "").split(".")[0]
    names = {step.partition(".")[0] for step in parts.path.split("/") if step}
    return names | ({host} if host in ("login", "signin", "auth", "sso") else set())


def _decoded(page: bytes, content_type: str) -> str:
    found = _CHARSET.search(content_type.encode("ascii", "replace")) or _CHARSET.search(page[:2048])
    name = found[1].decode().lower() if found else "utf-8"
    return page.decode(codecs.lookup(name).name if name in _CHARSETS else "utf-8", "replace")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.title: list[str] = []
        self.described: list[str] = []
        self.seen: list[str] = []
        self.words = 0
        self.has_media = self.has_password = False
        self._length = 0
        self._unseen: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _UNSEEN:
            self._unseen.append(tag)
        self.has_media = self.has_media or tag in _MEDIA
        if tag in ("input", "meta"):
            self._look(tag, {name: value or "" for name, value in attrs})

    def _look(self, tag: str, found: dict[str, str]) -> None:
        if tag == "input" and found.get("type", "").lower() == "password":
            self.has_password = True
        named = found.get("property") or found.get("name") or ""
        if tag == "meta" and named.lower() in _DESCRIPTIONS:
            self.described.append(found.get("content", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag in self._unseen:
            while self._unseen and self._unseen.pop() != tag:
                continue

    def handle_data(self, data: str) -> None:
        if self._unseen:
            if self._unseen[-1] == "title" and len(self.title) < 8:
                self.title.append(data.strip()[:SIGNS_TEXT_MAX])
            return
        words = data.split()
        self.words += len(words)
        if self._length < SIGNS_TEXT_MAX and words:
            self.seen.append(" ".join(words))
            self._length += len(data)
