"""A client of the Chrome DevTools Protocol over a pipe: JSON objects, a zero byte after each. Nothing is trusted."""

from __future__ import annotations

import json
import os
import select
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from witnesskit.limits import BROWSER_MESSAGE_MAX
from witnesskit.model import Json

_BLOCK: Final = 1 << 20
Event = dict[str, Any]


class BrowserGone(Exception):
    """The browser ended, is silent, or says what it cannot say; ``args[0]`` is a word."""


@dataclass
class Pipe:
    """Commands out, answers and events in; ``on_event`` sees each event once."""

    reading: int
    writing: int
    on_event: Callable[[Event], object] = str
    session: str = ""  # of the page; empty for the browser itself
    _number: int = 0
    _buffer: bytearray = field(default_factory=bytearray, repr=False)

    def ask(self, method: str, until: float, **parameters: Json) -> dict[str, Any]:
        """The result of a command; raises BrowserGone after ``until`` (monotonic seconds)."""
        number = self.tell(self.session, method, **parameters)
        while (message := self._next(until)) is not None:
            if message.get("id") == number:
                result = message.get("result")
                if not isinstance(result, dict):
                    raise BrowserGone(f"refused-{method}")
                return result
            self._told(message)
        raise BrowserGone("silent")

    def tell(self, session: str, method: str, **parameters: Json) -> int:
        """Send a command whose answer nobody waits for; returns its number. Raises BrowserGone."""
        self._number += 1
        command: dict[str, Json] = {"id": self._number, "method": method, "params": parameters}
        if session:
            command["sessionId"] = session
        self._write(json.dumps(command).encode() + b"\0")
        return self._number

    def listen(self, until: float, over: Callable[[], bool]) -> bool:
        """Take events until ``over`` says so; False when the time was over first."""
        while not over():
            message = self._next(min(until, time.monotonic() + 0.1))
            if message is not None:
                self._told(message)
            elif time.monotonic() >= until:
                return False
        return True

    def _told(self, message: Event) -> None:
        if isinstance(message.get("method"), str) and isinstance(message.get("params"), dict):
            self.on_event(message)

    def _next(self, until: float) -> Event | None:
        """The next message; None when the time is over. Raises BrowserGone."""
        searched = 0
        while (end := self._buffer.find(b"\0", searched)) < 0:
            searched = len(self._buffer)
            if searched > BROWSER_MESSAGE_MAX:
                raise BrowserGone("too-long")
            left = until - time.monotonic()
            if left <= 0 or not select.select([self.reading], [], [], left)[0]:
                return None
            data = os.read(self.reading, _BLOCK)
            if not data:
                raise BrowserGone("crashed")
            self._buffer += data
        data = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        try:
            message = json.loads(data)
        except ValueError:
            raise BrowserGone("garbage") from None
        if not isinstance(message, dict):
            raise BrowserGone("garbage")
        return message

    def _write(self, data: bytes) -> None:
        try:
            while data:
                data = data[os.write(self.writing, data) :]
        except OSError:
            raise BrowserGone("crashed") from None
