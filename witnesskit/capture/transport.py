"""What a fetch needs of the network: one GET through the egress, and an answer of any status to read from."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from witnesskit.capture.assignment import Resume
from witnesskit.limits import BACKOFF_SECONDS_MAX, RETRIES_WITHOUT_PROGRESS, STALL_SECONDS


class NoAnswer(Exception):
    """No HTTP answer came; ``kind`` as in Attempt.error_kind. Stays inside the capture room."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


class Cut(NoAnswer):
    """The answer broke off: cut, reset, stall."""


class Answer(Protocol):
    """An HTTP answer of any status, its body not yet read."""

    status: int
    final_url: str
    chunked: bool

    def header(self, name: str) -> str:
        """A header's value, empty when absent."""
        ...

    def read1(self, size: int) -> bytes:
        """What has arrived, at most ``size`` bytes, as on the wire; empty at the end; raises Cut."""
        ...

    def close(self) -> None:
        """Let the connection go."""
        ...


class Transport(Protocol):
    """Sends one GET through the egress."""

    def open(self, url: str, headers: Mapping[str, str], purpose: str, stream: int) -> Answer:
        """The answer, whatever its status; raises NoAnswer."""
        ...


@dataclass(frozen=True)
class Patience:
    """When to give up; progress always starts the count anew."""

    stall_seconds: int = STALL_SECONDS  # without a byte
    retries: int = RETRIES_WITHOUT_PROGRESS
    backoff_seconds: int = 1  # before the second attempt without progress; doubles up to BACKOFF_SECONDS_MAX

    def wait(self, fruitless: int) -> None:
        """Sleep before the next attempt; not at all after progress."""
        if fruitless > 1 and self.backoff_seconds:
            time.sleep(min(self.backoff_seconds * 2 ** (fruitless - 2), BACKOFF_SECONDS_MAX))

    def pause(self, seconds: float) -> None:
        """Wait before a broadcast's list is looked at again."""
        time.sleep(max(0.0, seconds))


@dataclass(frozen=True)
class Wanted:
    """One URL; ``end`` is the last byte wanted when only a range is (HLS byte ranges), else None.

    ``piece``: ask for at most so many bytes at a time, where a site slows down whoever asks for more; 0 is all.
    """

    url: str
    headers: Mapping[str, str]
    purpose: str = "media"
    stream: int = 0
    start: int = 0
    end: int | None = None
    piece: int = 0
    held: Resume | None = None  # what an earlier attempt has of it: the bytes behind that are wanted
