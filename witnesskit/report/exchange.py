"""One HTTP exchange of a capture, as an archive of the web holds it: what was asked, what came, and its bytes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import BinaryIO

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Exchange:
    """``open`` gives the payload from its first byte, as often as it is asked."""

    url: str = field(repr=False)
    at: str  # RFC 3339 UTC
    status: int
    headers: Headers = field(repr=False)
    size: int  # bytes of the payload
    open: Callable[[], BinaryIO] = field(repr=False)
    sent: Headers = field(default=(), repr=False)
    peer: str = field(default="", repr=False)  # address of the server; empty where it is not known
    truncated: str = ""  # why the payload is not whole: disconnect, length, time, unspecified
    kind: str = "response"  # response: over HTTP; resource: bytes of our own account
    media_type: str = ""  # of a resource
    title: str = field(default="", repr=False)  # of a page; empty for everything else
    page: bool = False
