"""Internet addresses in texts: whether a page names the one that it was asked from.

A page is many megabytes that anybody may have written: each step costs time that grows with its length alone.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from typing import Final

_ESCAPED: Final = [  # as links are escaped in links, once or twice, and as scripts escape them
    (spelled.encode(), sign.encode())
    for sign in ":=&/"
    for code in (f"{ord(sign):02X}", f"{ord(sign):02x}")
    for spelled in (f"%25{code}", f"%{code}", f"\\u00{code}")
]
_FOUR: Final = re.compile(rb"[0-9]{1,3}(?:\.[0-9]{1,3}){3}")
_COLONS: Final = re.compile(rb":[0-9A-Fa-f]{0,4}:")
_OF_SIX: Final = b"0123456789abcdefABCDEF:"
_CALLED: Final = re.compile(rb"ip[a-z0-9_-]{0,20}[\"'\\]{0,4}\s?[=:/]\s?[\"'\\]{0,4}\Z", re.IGNORECASE)
_LONGEST: Final = 48  # bytes of an address, and of what it is called
_OVERLAP: Final = 256
_MOST: Final = 4_096  # addresses of one page
_Place = tuple[int, int]


def addresses(text: str) -> set[str]:
    """Public addresses in a text, whatever is escaped in it, in their short forms (RFC 5952)."""
    return {address for address, _place, _data in _found(text.encode("utf-8", "replace"))}


class PageAddresses:
    """Addresses in bytes that arrive in pieces. ``named``: those that a page calls one, as in ``ip=``."""

    def __init__(self) -> None:
        self.found: set[str] = set()
        self.named: set[str] = set()
        self._tail = b""

    def see(self, data: bytes) -> None:
        """The next bytes."""
        here = self._tail + data
        self._tail = here[-_OVERLAP:]
        for address, start, text in _found(here):
            self.found.add(address)
            if address not in self.named and _CALLED.search(text[max(0, start - _LONGEST) : start]):
                self.named.add(address)
            if len(self.found) > _MOST:
                return


def _found(escaped: bytes) -> Iterator[tuple[str, int, bytes]]:
    """(address, where it begins, the text without escapes) of each."""
    data = escaped
    for spelled, sign in _ESCAPED:
        data = data.replace(spelled, sign)
    known: dict[bytes, str] = {}
    for start, end in (*_fours(data), *_sixes(data)):
        text = data[start:end]
        if text not in known:
            known[text] = _public(text)
        if known[text]:
            yield known[text], start, data


def _fours(data: bytes) -> Iterator[_Place]:
    for match in _FOUR.finditer(data):
        start, end = match.span()
        around = data[max(0, start - 1) : start] + data[end : end + 1]
        if not any(sign in b"0123456789." for sign in around):
            yield start, end


def _sixes(data: bytes) -> Iterator[_Place]:
    """Runs of hexadecimal digits and colons that stand alone."""
    place = 0
    while match := _COLONS.search(data, place):
        before, behind = (
            data[max(0, match.start() - _LONGEST) : match.start()],
            data[match.end() : match.end() + _LONGEST],
        )
        start = match.start() - (len(before) - len(before.rstrip(_OF_SIX)))
        end = place = match.end() + len(behind) - len(behind.lstrip(_OF_SIX))
        around = data[max(0, start - 1) : start] + data[end : end + 1]
        if end - start < _LONGEST and not any(chr(sign).isalnum() for sign in around):
            yield start, end


def _public(text: bytes) -> str:
    """Its short form; nothing for what is no address, or one that is no one's on the internet."""
    try:
        address = ipaddress.ip_address(text.decode("ascii"))
    except ValueError:
        return ""
    return str(address) if address.is_global else ""
