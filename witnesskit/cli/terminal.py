"""What reaches a screen: control and bidirectional characters escaped, and no encoding ever fails.

A remote title may hold escape sequences or a right-to-left override; printed raw, it could change what the
reader believes. A terminal that cannot show Kazakh or Arabic must not abort a save.
"""

from __future__ import annotations

import contextlib
import io
import os
import sys
import unicodedata
from typing import TextIO

_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def printable(untrusted_text: str) -> str:
    """``untrusted_text`` on one line with every control, bidi and unassigned character escaped."""
    return "".join(_escaped(character) if _unsafe(character) else character for character in untrusted_text)


def make_streams_unfailing() -> None:
    """Let stdout and stderr escape what their encoding cannot hold; a closed one is there and says nothing.

    Without this a capsule that is opened next could get the number of a closed stream, and be printed into.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        _fill_descriptor(number)
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w" if number else "r", encoding="utf-8"))  # noqa: SIM115, PTH123
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def silence(stream: TextIO) -> None:
    """Nobody reads ``stream`` any more: what is still waiting in it must not fail at the end of the process."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


def _fill_descriptor(number: int) -> None:
    try:
        os.fstat(number)
    except OSError:
        opened = os.open(os.devnull, os.O_RDWR)
        if opened != number:
            os.dup2(opened, number)
            os.close(opened)


def shows(stream: TextIO, text: str) -> bool:
    """Whether the encoding of ``stream`` holds ``text``."""
    try:
        text.encode(getattr(stream, "encoding", None) or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def _unsafe(character: str) -> bool:
    return character in _BIDI or unicodedata.category(character) in ("Cc", "Cs", "Co", "Cn", "Zl", "Zp")


def _escaped(character: str) -> str:
    number = ord(character)
    if number < 0x100:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"
