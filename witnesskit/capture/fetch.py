"""Bytes of one URL, to the end or as far as they come: validated, resumed for as long as there is progress.

A resume asks from 64 KiB before the place reached, with ``If-Range``, and compares the overlap: a file that changed
in between is never joined to the old beginning. What was received is given on at once and never taken back. Where
neither a validator nor an overlap shows that both parts are one file, the whole is marked ``assembled-unverified``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from witnesskit.capture.budget import Budget
from witnesskit.capture.overlap import Overlap
from witnesskit.capture.ranges import RangeLog
from witnesskit.capture.transport import Answer, Cut, NoAnswer, Patience, Transport, Wanted
from witnesskit.limits import CAPTURE_FRAME_MAX
from witnesskit.model import Json

OK: Final = 200
PARTIAL: Final = 206
RANGE_REFUSED: Final = 416
FAR: Final = 2**62  # beyond the end of every file
ASSEMBLED: Final = "assembled-unverified"
_TRY_AGAIN: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
_RANGE = re.compile(r"bytes\s+(\d+)-(\d+)/(\d+|\*)")
_UNSATISFIED = re.compile(r"bytes\s+\*/(\d+)")


@dataclass(frozen=True)
class Fetched:
    """How it ended; ``verified`` tells that the server had named the length."""

    complete: bool
    reason: str  # "" | http-410 | changed | stall | cut | reset | dns ...
    size: int
    requests: int
    verified: bool = True
    ranges: tuple[Mapping[str, Json], ...] = ()  # each request: what it asked for and got (ranges.py)
    ranges_dropped: int = 0
    declared: int | None = None  # bytes that the server named


Emit = Callable[[bytes], object]
OnHead = Callable[[Answer, int | None], object]  # first good answer, its length or None


class _Stop(Exception):
    def __init__(self, reason: str, *, complete: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.complete = complete


class Fetch:
    """One fetch on its way; use ``fetch``."""

    def __init__(self, transport: Transport, wanted: Wanted, emit: Emit, on_head: OnHead, budget: Budget) -> None:
        self._transport = transport
        self._wanted = wanted
        self._emit = emit
        self._budget = budget
        self._on_head: OnHead | None = on_head
        held = wanted.held
        self._overlap = Overlap(held.tail_size, held.tail_sha256) if held else Overlap()
        self._validators = (held.etag, held.last_modified) if held else ("", "")  # of the first answer
        self._total: int | None = None if wanted.end is None else wanted.end - wanted.start + 1
        if held and held.total:
            self._total = held.total
        self._joined = True  # every part was shown to be of the same file
        self._ranges = RangeLog()
        self.received = held.received if held else 0
        self.requests = 0

    def run(self, patience: Patience) -> Fetched:
        """Until complete, refused, changed, or without progress for too long."""
        fruitless = 0
        while True:
            before = self.received
            reason, complete = (self._budget.spent, False) if self._budget.spent else self._attempt()
            if complete or reason not in _RETRIED:
                return self._fetched(reason, complete=complete)
            fruitless = 1 if self.received > before else fruitless + 1
            if fruitless > patience.retries:
                return self._fetched(reason, complete=False)
            patience.wait(fruitless)

    def _fetched(self, reason: str, *, complete: bool) -> Fetched:
        told, dropped = tuple(self._ranges.told), self._ranges.dropped
        if complete and not self._joined:
            reason = ASSEMBLED
        verified = self._total is not None
        return Fetched(complete, reason, self.received, self.requests, verified, told, dropped, self._total)

    def _attempt(self) -> tuple[str, bool]:
        """One request, noted with what it asked for and got; returns (reason, complete)."""
        self.requests += 1
        wanted, headers, before = self._wanted, self._request_headers(), self.received
        try:
            answer = self._transport.open(wanted.url, headers, wanted.purpose, wanted.stream)
        except NoAnswer as error:
            self._ranges.note(headers, None, (before, before), error.kind, wanted.purpose)
            return error.kind, False
        reason, complete = self._read(answer)
        self._ranges.note(headers, answer, (before, self.received), reason, wanted.purpose)
        return reason, complete

    def _read(self, answer: Answer) -> tuple[str, bool]:
        try:
            self._accept(answer)
            self._drain(answer)
        except _Stop as stop:
            return stop.reason, stop.complete
        except Cut as cut:
            return cut.kind, self._total is not None and self.received == self._total
        finally:
            answer.close()
        return self._end(answer)

    def _request_headers(self) -> dict[str, str]:
        headers = {"Accept-Encoding": "identity", **self._wanted.headers}  # in the order of the stock extractor
        headers["Accept-Encoding"] = "identity"
        start = self._wanted.start + self.received - self._overlap.size
        end = self._wanted.end
        if self._wanted.piece:
            end = min(self._wanted.start + self.received + self._wanted.piece - 1, self._last())
        if start or end is not None or self.received:
            headers["Range"] = f"bytes={start}-{'' if end is None else end}"
        if self.received and (strong := self._strong()):
            headers["If-Range"] = strong
        return headers

    def _strong(self) -> str:
        """What If-Range may carry: a weak ETag promises nothing about bytes (RFC 9110, 13.1.5)."""
        etag, modified = self._validators
        return etag if etag and not etag.startswith("W/") else modified

    def _last(self) -> int:
        """Number of the last byte, as far as it is known."""
        return self._wanted.start + self._total - 1 if self._total else FAR

    def _accept(self, answer: Answer) -> None:
        """Check that the answer belongs to what we have and read past its overlap; raises _Stop, Cut."""
        if answer.status == RANGE_REFUSED and self.received:
            raise self._past_the_end(answer)
        if answer.status not in (OK, PARTIAL):
            raise _Stop(f"http-{answer.status}")
        if self._on_head is None or self._wanted.held:
            self._same_file(answer)
        start, total = self._placed(answer)
        if self._total is not None and total is not None and total != self._total:
            raise _Stop("changed")
        self._total = total if self._total is None else self._total
        if self._on_head is not None:
            self._validators = (answer.header("ETag"), answer.header("Last-Modified"))
            self._on_head(answer, self._total)
            self._on_head = None
        self._compare_overlap(answer, start)

    def _past_the_end(self, answer: Answer) -> _Stop:
        """416: the part was complete after all, or the file has shrunk."""
        found = _UNSATISFIED.match(answer.header("Content-Range"))
        whole = self._wanted.end is None and found is not None and int(found[1]) == self._wanted.start + self.received
        if found is not None and whole:
            self._total = self.received
            return _Stop("", complete=True)
        return _Stop("changed" if found else f"http-{RANGE_REFUSED}")

    def _same_file(self, answer: Answer) -> None:
        (etag, modified), new = self._validators, answer.header("ETag")
        if etag and new and not etag.startswith("W/") and not new.startswith("W/"):
            if new != etag:
                raise _Stop("changed")
        elif modified and answer.header("Last-Modified") not in ("", modified):
            raise _Stop("changed")

    def _placed(self, answer: Answer) -> tuple[int, int | None]:
        """(where the body begins in what we want, its whole length if the server says it)."""
        length = _number(answer.header("Content-Length")) if not answer.chunked else None
        if answer.status == OK:
            if self._wanted.start or self._wanted.end is not None:
                raise _Stop("range-ignored")
            return 0, length
        found = _RANGE.match(answer.header("Content-Range"))
        if not found:
            raise _Stop("bad-range")
        start = int(found[1]) - self._wanted.start
        if not 0 <= start <= self.received:
            raise _Stop("bad-range")
        total = int(found[3]) - self._wanted.start if found[3] != "*" and self._wanted.end is None else None
        return start, total

    def _compare_overlap(self, answer: Answer, start: int) -> None:
        """Read from ``start`` up to what we have and compare the last 64 KiB of it; raises _Stop, Cut."""
        known_from = self.received - self._overlap.size
        if self.received and start > known_from and not (self._strong() and answer.status == PARTIAL):
            self._joined = False
        again = bytearray()
        while start < self.received:
            block = answer.read1(min(CAPTURE_FRAME_MAX, self.received - start))
            if not block:
                raise Cut("cut")
            again += block[max(0, known_from - start) :]
            start += len(block)
            if self._budget.spent:
                raise _Stop(self._budget.spent)
        if again and not self._overlap.ends_with(bytes(again)):
            raise _Stop("changed")

    def _drain(self, answer: Answer) -> None:
        while block := answer.read1(CAPTURE_FRAME_MAX):
            room = len(block) if self._total is None else self._total - self.received
            block = block if len(block) <= room else block[:room]
            if not block:
                return
            block = block[: self._budget.take(len(block))]
            self._emit(block)
            self.received += len(block)
            self._overlap.add(block)
            if self._budget.spent and self.received != self._total:
                raise _Stop(self._budget.spent)

    def _end(self, answer: Answer) -> tuple[str, bool]:
        if self._total is None and answer.chunked:
            self._total = self.received  # the last chunk says so
        if self._total is None:
            return ("cut", False) if self._wanted.piece and answer.status == PARTIAL else ("unverified-length", True)
        return ("", True) if self.received == self._total else ("cut", False)


_RETRIED: Final = frozenset(
    {"cut", "reset", "stall", "timeout", "refused", "unreachable", "dns", "proxy", "transport"}
    | {f"http-{status}" for status in _TRY_AGAIN}
)


def fetch(
    transport: Transport, wanted: Wanted, emit: Emit, on_head: OnHead, patience: Patience, budget: Budget
) -> Fetched:
    """Fetch one URL; ``emit`` gets every received byte once and in order, ``on_head`` the first good answer.

    Never raises for what the network or the server does. ``Fetched.size`` counts what was held before, too.
    """
    return Fetch(transport, wanted, emit, on_head, budget).run(patience)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
