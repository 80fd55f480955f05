"""Internet addresses in texts: whether a page holds the one that the site signed into its media links."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from typing import Final

_FOUR: Final = r"(?<![0-9.])[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?![0-9.]*[0-9])"
_SIX: Final = r"(?<![0-9A-Za-z:])(?:[0-9A-Fa-f]{0,4}:){2,7}[0-9A-Fa-f]{0,4}(?![0-9A-Za-z:])"
_ADDRESS: Final = re.compile(f"{_FOUR}|{_SIX}", re.ASCII)
_ESCAPED: Final = re.compile(r"(?:%(?:25)*|\\\\?u00)([0-7][0-9A-F])", re.IGNORECASE)
_LONGEST: Final = 128  # bytes of an address in any spelling
_MOST: Final = 4_096  # addresses of one page


def addresses(text: str) -> set[str]:
    """Public addresses in a text, whatever is escaped in it, in their short forms (RFC 5952)."""
    return set(_found(text))


class PageAddresses:
    """Addresses in bytes that arrive in pieces."""

    def __init__(self) -> None:
        self.found: set[str] = set()
        self._tail = b""

    def see(self, data: bytes) -> None:
        """The next bytes."""
        if len(self.found) < _MOST:
            here = self._tail + data
            self.found |= addresses(here.decode("latin-1"))
            self._tail = here[-_LONGEST:]


def _found(text: str) -> Iterator[str]:
    for match in _ADDRESS.finditer(_ESCAPED.sub(_sign, text)):
        try:
            address = ipaddress.ip_address(match[0])
        except ValueError:
            continue
        if address.is_global:
            yield str(address)


def _sign(found: re.Match[str]) -> str:
    return chr(int(found[1], 16))
