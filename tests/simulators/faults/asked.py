"""What was asked of the site and what it sent, for tests and for ``/log.json``."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from .bodies import body

TOLD = ("Range", "If-Range", "Accept-Encoding", "User-Agent")


@dataclass
class Answered:
    """``sent``: bytes of the body that the system took; ``start``: their place in the file, where it is a range."""

    status: int = 0
    start: int = 0
    sent: int = 0
    file: str = ""  # SHA-256 of the whole file of which this is a part
    keep: int = 0  # bytes of the body that are remembered
    data: bytearray = field(default_factory=bytearray, repr=False)
    _hasher: Any = field(default_factory=hashlib.sha256, repr=False)

    @contextmanager
    def giving(self, block: bytes) -> Iterator[None]:
        """Bytes of the body on their way: counted before the other end can have them, taken back if they never went."""
        before = self.sent, self._hasher.copy(), len(self.data)
        self.sent += len(block)
        self._hasher.update(block)
        self.data += block[: max(0, self.keep - len(self.data))]
        try:
            yield
        except OSError:
            self.sent, self._hasher = before[:2]
            del self.data[before[2] :]
            raise

    @property
    def sha256(self) -> str:
        """Of the bytes sent."""
        return str(self._hasher.hexdigest())


@dataclass(frozen=True)
class Request:
    """One request; ``listener`` as in ``Case.via``, ``through``: direct, or socks for what came through the trap."""

    path: str
    headers: dict[str, str]
    peer: tuple[str, int]
    listener: str = "http"
    through: str = "direct"
    answer: Answered = field(default_factory=Answered, compare=False)


@dataclass
class Site:
    """What was asked, and what is served."""

    url: str = ""
    requests: list[Request] = field(default_factory=list)
    times: Counter[str] = field(default_factory=Counter)  # requests for each path
    videos: dict[int, bytes] = field(default_factory=lambda: {1: body(1), 2: body(2)})
    ahead: int = 0  # seconds that the site's clock is ahead
    headers: dict[str, str] = field(default_factory=dict)  # further ones in every answer
    pages: dict[str, str] = field(default_factory=dict)  # pages of a test, by path
    flags: set[str] = field(default_factory=set)  # switches of a test: "down" answers 410 to everything
    silence: float = 4  # seconds that a stalled answer stays silent, unless the other end hangs up
    keep: int = 2 << 20  # bytes remembered of each body sent
    bases: dict[str, str] = field(default_factory=dict)  # Case.via -> beginning of its URLs
    relayed: set[int] = field(default_factory=set)  # ports of connections that the SOCKS trap made
    names: list[str] = field(default_factory=list)  # host:port asked of the SOCKS trap

    @property
    def title(self) -> str:
        """Of every page."""
        return "Weather" if "another-title" in self.flags else "Square"

    def reset(self) -> None:
        """As it was in the beginning."""
        self.requests.clear()
        self.times.clear()
        self.flags.clear()
        self.headers.clear()
        self.names.clear()
        self.ahead = 0

    def log(self) -> dict[str, object]:
        """Everything so far, as ``/log.json`` gives it."""
        return {"requests": [_told(one) for one in list(self.requests)], "socks": list(self.names)}


def _told(one: Request) -> dict[str, object]:
    lower = {name.lower(): value for name, value in one.headers.items()}
    told: dict[str, object] = {"path": one.path, "listener": one.listener, "through": one.through}
    told |= {name.lower().replace("-", "_"): lower[name.lower()] for name in TOLD if name.lower() in lower}
    answer = one.answer
    return told | {"status": answer.status, "start": answer.start, "sent": answer.sent, "sha256": answer.sha256}
