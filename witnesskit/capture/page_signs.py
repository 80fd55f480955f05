"""What a page shows of itself: title, few or many words, a login form, media; in one pass, bounded.

The standard parser takes minutes for some hostile pages of 256 KiB (it looks for each end anew from every place);
this one passes each character once.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from typing import Final
from urllib.parse import urlsplit

from witnesskit.limits import SIGNS_MAX, SIGNS_TEXT_MAX

HTML: Final = ("text/html", "application/xhtml+xml")
_PAGE_STARTS: Final = (b"<!doctype html", b"<html")
PAGE_START_MAX: Final = 256  # bytes in which a page has shown that it is one
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?([A-Za-z0-9_-]{1,32})", re.IGNORECASE)
_CHARSETS: Final = frozenset(
    {
        "utf-8", "utf8", "windows-1251", "cp1251", "koi8-r", "koi8-u", "iso-8859-1", "windows-1252", "windows-1256",
        "iso-8859-9",
    }
)  # fmt: skip
_UNSEEN: Final = frozenset({"script", "style", "noscript", "template", "svg"})
_TAG_MAX: Final = 4096  # characters of one tag that are looked at
_NAME = re.compile(r"/?[a-z][a-z0-9]{0,15}")
_ATTRIBUTE = re.compile(r"""([a-z:-]{1,32})\s{0,8}=\s{0,8}("[^"]*"|'[^']*'|[^\s"'>]+)""")
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
    heads: tuple[str, ...] = ()  # titles and descriptions, each by itself
    pieces: tuple[str, ...] = ()  # of ``text``, as tags part them


def looks_like_page(untrusted_head: bytes) -> bool:
    """Whether bytes begin as a page does, whatever their header calls them; no film, sound or picture begins so."""
    return untrusted_head.removeprefix(codecs.BOM_UTF8).lstrip().lower().startswith(_PAGE_STARTS)


def signs_of(untrusted_page: bytes, content_type: str = "") -> Signs:
    """Read what came of a page, at most SIGNS_MAX bytes of it; never raises."""
    found = _Found()
    within = ""
    for tag, part in _parts(_decoded(untrusted_page[:SIGNS_MAX], content_type)):
        if tag:
            within = tag
            found.tag(tag, part)
        elif within == "title":
            found.title.append(" ".join(unescape(part).split())[:SIGNS_TEXT_MAX])
        else:
            found.text(unescape(part))
    seen = tuple(found.seen)
    return Signs(
        " ".join(found.title[:8]), " ".join(found.described)[:SIGNS_TEXT_MAX], " ".join(seen)[:SIGNS_TEXT_MAX],
        found.words, found.has_media, found.has_password, (*found.title[:8], *found.described), seen,
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


class _Found:
    def __init__(self) -> None:
        self.title: list[str] = []
        self.described: list[str] = []
        self.seen: list[str] = []
        self.words = 0
        self.has_media = self.has_password = False
        self._length = 0

    def tag(self, name: str, tag: str) -> None:
        self.has_media = self.has_media or name in _MEDIA
        if name not in ("input", "meta"):
            return
        found = _attributes(tag)
        if name == "input" and found.get("type", "").lower() == "password":
            self.has_password = True
        named = found.get("property") or found.get("name") or ""
        if name == "meta" and named.lower() in _DESCRIPTIONS and len(self.described) < 8:
            self.described.append(unescape(found.get("content", ""))[:SIGNS_TEXT_MAX])

    def text(self, data: str) -> None:
        words = data.split()
        self.words += len(words)
        if self._length < SIGNS_TEXT_MAX and words:
            self.seen.append(" ".join(words)[:SIGNS_TEXT_MAX])
            self._length += len(data)


def _parts(text: str) -> Iterator[tuple[str, str]]:
    """("", words) and (name of a tag, the tag), in order; what nobody sees is left out."""
    lower = text.lower()
    lower = lower if len(lower) == len(text) else text  # some letters grow when they are lowered
    place = 0
    while (start := text.find("<", place)) >= 0:
        if words := text[place:start].strip():
            yield "", words
        if text.startswith("<!--", start):
            place = _behind(text, "-->", start + 4)
            continue
        found = _NAME.match(lower, start + 1)
        if found is None and not text.startswith(("<!", "<?"), start):
            place = start + 1  # a mere sign
            continue
        end = _behind(text, ">", start)
        name = found[0] if found else "none"
        yield name, text[start : min(end, start + _TAG_MAX)]
        place = lower.find(f"</{name}", end) if name in _UNSEEN else end
        place = len(text) if place < 0 else place
    if words := text[place:].strip():
        yield "", words


def _behind(text: str, mark: str, start: int) -> int:
    place = text.find(mark, start)
    return len(text) if place < 0 else place + len(mark)


def _attributes(tag: str) -> dict[str, str]:
    lower = tag.lower()
    lower = lower if len(lower) == len(tag) else tag
    found: dict[str, str] = {}
    for one in _ATTRIBUTE.finditer(lower):
        found.setdefault(one[1], tag[one.start(2) : one.end(2)].strip("\"'"))
    return found
