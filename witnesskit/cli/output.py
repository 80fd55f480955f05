"""Human text to stderr, data to stdout, ``--json`` as one object (docs/commands.md, "Machine output")."""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from witnesskit.cli.terminal import printable, shows, silence
from witnesskit.errors import ExitStatus, WitnesskitError

SCHEMA = "witnesskit.cli/1"
_LINE_EVERY = 5.0  # seconds between progress lines where there is no terminal


@dataclass
class Answer:
    """What one command has to say at its end."""

    command: str
    status: ExitStatus = ExitStatus.DONE
    state: str = ""
    items: list[Mapping[str, Any]] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    warnings: list[Mapping[str, str]] = field(default_factory=list)
    errors: list[Mapping[str, str]] = field(default_factory=list)
    data: dict[str, Any] = field(default_factory=dict)

    def warn(self, code: str, message: str) -> None:
        """Add one warning."""
        self.warnings.append({"code": code, "message": message})

    def refuse(self, error: WitnesskitError, item: str = "") -> None:
        """Add one error of the tree and take its status."""
        self.errors.append({"code": error.code, "item": item, "message": str(error), "next": error.hint})
        self.status = error.status


class Output:
    """The two streams of one run."""

    def __init__(self, *, as_json: bool = False, quiet: bool = False) -> None:
        self.as_json = as_json
        self.quiet = quiet
        self._terminal = sys.stderr.isatty() and os.environ.get("TERM", "") != "dumb"
        self._line_open = False
        self._block = 0  # lines of the block that is shown in place
        self._told = (0, 0)  # warnings and errors that were printed

    def say(self, text: str = "") -> None:
        """One line for the person; silent under ``--quiet``."""
        if not self.quiet:
            self._end_line()
            self._write(sys.stderr, text + "\n")

    def tell(self, text: str) -> None:
        """One line that matters even under ``--quiet``."""
        self._end_line()
        self._write(sys.stderr, text + "\n")

    def data(self, text: str) -> None:
        """Data for the next program; under ``--json`` it is in the closing object, and nothing else is on stdout."""
        if self.as_json:
            return
        self._end_line()
        self._write(sys.stdout, text + "\n")

    def error(self, message: str, hint: str) -> None:
        """The error line and the hint line."""
        self.tell(f"witnesskit: error: {printable(message)}")
        if hint:
            self.tell(f"witnesskit: hint: {printable(hint)}")

    def finish(self, answer: Answer) -> None:
        """Print the closing object under ``--json``, else the errors and warnings."""
        if self.as_json:
            self._end_line()
            self._write(sys.stdout, json.dumps(_closing_object(answer), ensure_ascii=True) + "\n")
            return
        self.so_far(answer)

    def so_far(self, answer: Answer) -> None:
        """Print the warnings and errors that were not printed yet: a command may run for days."""
        if self.as_json:
            return
        warned, refused = self._told
        for warning in answer.warnings[warned:]:
            self.tell(f"witnesskit: warning: {printable(warning['message'])}")
        for error in answer.errors[refused:]:
            place = f"{error['item']}: " if error["item"] else ""
            self.error(place + error["message"], error["next"])
        self._told = (len(answer.warnings), len(answer.errors))

    @contextmanager
    def progress(self, label: str) -> Iterator[Progress]:
        """A progress line that ends itself."""
        line = Progress(self, label)
        try:
            yield line
        finally:
            self._end_line()

    def draw(self, text: str) -> None:
        """Show ``text`` in place on a terminal."""
        if self._terminal and not self.quiet:
            self._write(sys.stderr, "\r\x1b[K" + text)
            self._line_open = True

    def block(self, lines: Sequence[str]) -> None:
        """Show several lines in place on a terminal; the next ones take their place."""
        if not self._terminal or self.quiet:
            return
        width = shutil.get_terminal_size().columns - 1
        up = f"\r\x1b[{self._block}A" if self._block else "\r"
        self._write(sys.stderr, up + "\x1b[J" + "".join(f"{line[:width]}\n" for line in lines))
        self._block = len(lines)

    def end_block(self) -> None:
        """What is shown stays, and what follows stands below it."""
        self._block = 0

    def clear(self) -> None:
        """Take what a terminal shows away, what was scrolled off its top too: a secret that is on paper by now."""
        if self._terminal:
            self._write(sys.stderr, "\x1b[H\x1b[2J\x1b[3J")

    @property
    def terminal(self) -> bool:
        """Whether a person watches stderr."""
        return self._terminal

    def _end_line(self) -> None:
        if self._line_open:
            self._write(sys.stderr, "\n")
            self._line_open = False

    @staticmethod
    def _write(stream: Any, text: str) -> None:
        """Printing must never abort a save: a closed or full terminal is not our failure."""
        try:
            stream.write(text)
            stream.flush()
        except (OSError, ValueError):
            silence(stream)


class Progress:
    """Bytes or parts done of a known or unknown whole, with rate; at most some lines a second."""

    def __init__(self, output: Output, label: str) -> None:
        self._output = output
        self._label = label
        self._started = self._last = 0.0

    def update(self, done: int, whole: int | None = None) -> None:
        """Say that ``done`` bytes of ``whole`` are through."""
        now = time.monotonic()
        if not self._started:
            self._started = self._last = now
        if now - self._last < (0.2 if self._output.terminal else _LINE_EVERY):
            return
        self._last = now
        rate = done / max(now - self._started, 0.001)
        text = f"{self._label} {size(done)}"
        if whole:
            left = max(whole - done, 0) / max(rate, 1)
            text += f" of {size(whole)}  {_bar(done, whole)}  {size(int(rate))}/s  {duration(left)} left"
        else:
            text += f"  {size(int(rate))}/s"
        if self._output.terminal:
            self._output.draw(text)
        else:
            self._output.say(text)

    def count(self, done: int, whole: int, what: str = "files") -> None:
        """Say that ``done`` of ``whole`` things are through."""
        now = time.monotonic()
        if now - self._last < (0.2 if self._output.terminal else _LINE_EVERY) and done < whole:
            return
        self._started, self._last = self._started or now, now
        left = (now - self._started) / max(done, 1) * (whole - done)
        text = f"{self._label} {done} of {whole} {what}  {_bar(done, whole)}  {duration(left)} left"
        if self._output.terminal:
            self._output.draw(text)
        elif done < whole:
            self._output.say(text)


def _closing_object(answer: Answer) -> Mapping[str, Any]:
    return {
        "schema": SCHEMA,
        "command": answer.command,
        "ok": answer.status is ExitStatus.DONE,
        "exit_code": int(answer.status),
        "state": answer.state,
        "items": answer.items,
        "counts": answer.counts,
        "warnings": answer.warnings,
        "errors": answer.errors,
        **answer.data,
    }


def _bar(done: int, whole: int) -> str:
    filled = min(20, 20 * done // max(whole, 1))
    full, empty = ("█", "░") if shows(sys.stderr, "█░") else ("#", "-")
    return full * filled + empty * (20 - filled)


def size(count: float) -> str:
    """Bytes for people."""
    for unit in ("B", "kB", "MB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} GB"


def duration(seconds: float) -> str:
    """Seconds for people."""
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"


def table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows as aligned text columns."""
    if not rows:
        return []
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
