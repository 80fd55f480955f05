"""What a page says where it speaks for itself: title, meta tags, short notices, a field for a password.

The page is untrusted: at most PAGE_TEXT_MAX bytes are looked at, in one pass that never goes back. A page with more
than SHORT_PAGE_WORDS words is an article, which may quote anything: of it only title and meta tags count.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from witnesskit.limits import NOTICE_TEXTS_MAX, PAGE_TEXT_MAX, SHORT_PAGE_WORDS

_CHARSETS: Final = ("utf-8", "windows-1251", "koi8-r", "windows-1256", "windows-1252", "iso-8859-1")
_SKIPPED: Final = ("script", "style", "template", "textarea", "svg")  # what nobody reads on the page
_TITLES: Final = ("og:title", "og:description", "twitter:title", "twitter:description", "description", "title")
_MEDIA: Final = ("video", "audio", "source")
_TAG_MAX: Final = 4096  # characters of one tag that are looked at
_NAME = re.compile(r"/?[a-z][a-z0-9]{0,15}")
_ATTRIBUTE = re.compile(r"""([a-z:-]{1,32})\s{0,8}=\s{0,8}("[^"]*"|'[^']*'|[^\s"'>]+)""")
_BLANKS = re.compile(r"\s+")
_ENDS = re.compile(r"(?<=[.!?…])\s|\s[|·–—-]\s|[|·]")  # between two sentences or parts of a title
_SEPARATORS: Final = ("|", "·", " – ", " — ", " - ")
_SAME: Final = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "`": "'", "“": '"', "”": '"', "\u00a0": " ", "ё": "е"})


@dataclass(frozen=True)
class PageText:
    """The page's own words, each part plain (``plain``) and cut into sentences."""

    title: tuple[str, ...] = ()  # of the title and the meta tags
    body: tuple[str, ...] = ()  # of a short page without media; empty for every other
    words: int = 0
    media: bool = False
    password: bool = False

    @property
    def notice(self) -> bool:
        """Whether it is a short page, which speaks of nothing but its own matter."""
        return self.words <= SHORT_PAGE_WORDS and not self.media


def plain(text: str) -> str:
    """Text as it is compared: case-folded, one blank between words, one kind of apostrophe."""
    return _BLANKS.sub(" ", text.translate(_SAME).casefold().translate(_SAME)).strip()


def sentences(text: str) -> tuple[str, ...]:
    """The sentences of a text, plain."""
    return tuple(one for one in (plain(part) for part in _ENDS.split(text)) if one)


def is_cut(text: str) -> bool:
    """Whether a text holds a separator between the parts of a title, at which titles are cut."""
    return any(mark in f" {text} " for mark in _SEPARATORS)


def read_page(untrusted: bytes, content_type: str = "") -> PageText:
    """The page's words; never raises, whatever the bytes are."""
    text = untrusted[:PAGE_TEXT_MAX].decode(_charset(content_type), "replace")
    title: list[str] = []
    body: list[str] = []
    words, media, password, within = 0, False, False, ""
    for kind, part in _parts(text):
        if kind == "text":
            (title if within == "title" else body).append(part)
            words += len(part.split()) if within != "title" else 0
            continue
        within = kind
        if kind in ("meta", "input", *_MEDIA):
            attributes = _attributes(part)
            named = attributes.get("property") or attributes.get("name") or ""
            if kind == "meta" and named.lower() in _TITLES:
                title.append(attributes.get("content", ""))
            media = media or kind in _MEDIA or (kind == "meta" and named.lower().startswith("og:video"))
            password = password or (kind == "input" and attributes.get("type", "").lower() == "password")
    notice = words <= SHORT_PAGE_WORDS and not media
    whole = tuple(plain(html.unescape(part)) for part in title[:NOTICE_TEXTS_MAX])
    return PageText((*_cut(title), *whole), _cut(body) if notice else (), words, media, password)


def _charset(content_type: str) -> str:
    named = content_type.lower().rpartition("charset=")[2].strip(" \"';")
    return named if named in _CHARSETS else "utf-8"


def _cut(parts: list[str]) -> tuple[str, ...]:
    return tuple(one for part in parts[:NOTICE_TEXTS_MAX] for one in sentences(html.unescape(part)))


def _parts(text: str) -> Iterator[tuple[str, str]]:
    """("text", words) and (name of a tag, the tag), in order; each character is passed once."""
    lower = text.lower() if len(text.lower()) == len(text) else text  # some letters grow when they are lowered
    place = 0
    while (start := text.find("<", place)) >= 0:
        if words := text[place:start].strip():
            yield "text", words
        if text.startswith("<!--", start):
            place = _behind(text, "-->", start)
            continue
        end = _behind(text, ">", start)
        found = _NAME.match(lower, start + 1)
        name = found[0] if found else ""
        yield name or "none", text[start : min(end, start + _TAG_MAX)]
        place = _behind(lower, f"</{name}", end) if name in _SKIPPED else end
    if words := text[place:].strip():
        yield "text", words


def _behind(text: str, mark: str, start: int) -> int:
    place = text.find(mark, start)
    return len(text) if place < 0 else place + (len(mark) if not mark.startswith("</") else 0)


def _attributes(tag: str) -> dict[str, str]:
    lowered = tag if len(tag.lower()) != len(tag) else tag.lower()
    found: dict[str, str] = {}
    for one in _ATTRIBUTE.finditer(lowered):
        found.setdefault(one[1], tag[one.start(2) : one.end(2)].strip("\"'"))
    return found
