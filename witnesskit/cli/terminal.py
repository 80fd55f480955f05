"""What reaches a screen: control and bidirectional characters escaped, and no encoding ever fails.

A remote title may hold escape sequences or a right-to-left override; printed raw, it could change what the
reader believes. A terminal that cannot show Kazakh or Arabic must not abort a save.
"""

from __future__ import annotations

import io
import sys
import unicodedata
from typing import TextIO

_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def printable(untrusted_text: str) -> str:
    """``untrusted_text`` on one line with every control, bidi and unassigned character escaped."""
    return "".join(_escaped(character) if _unsafe(character) else character for character in untrusted_text)


def make_streams_unfailing() -> None:
    """Let stdout and stderr escape what their encoding cannot hold."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


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
