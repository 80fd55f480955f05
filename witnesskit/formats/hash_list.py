"""Lists of SHA-256 digests as ``sha256sum`` writes and reads them: text and binary marks, escaped names.

A line is ``DIGEST  NAME`` or ``DIGEST *NAME``. A name with a line feed, a carriage return or a backslash is escaped,
and then the line begins with a backslash (GNU coreutils, "cksum output modes"). Lists that were written elsewhere
may end their lines with CR LF.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

_LINE = re.compile(rb"(\\?)([0-9a-fA-F]{64}) [ *](.+)", re.DOTALL)
_ESCAPED: Final = {b"\\": b"\\\\", b"\n": b"\\n", b"\r": b"\\r"}
_UNESCAPED: Final = {b"\\": b"\\", b"n": b"\n", b"r": b"\r"}


@dataclass(frozen=True)
class HashLine:
    """One file: its digest in lower-case hex, its name as bytes of a path."""

    sha256: str
    name: bytes


@dataclass(frozen=True)
class HashList:
    """What could be read; ``bad``: numbers of the lines that could not, from 1."""

    lines: tuple[HashLine, ...]
    bad: tuple[int, ...] = ()


def dump_hash_list(lines: Iterable[HashLine]) -> bytes:
    """The list that ``sha256sum -c`` reads."""
    return b"".join(map(_dumped, lines))


def parse_hash_list(untrusted_data: bytes) -> HashList:
    """Read a list; empty lines and comments (``#``) are passed over."""
    found: list[HashLine] = []
    bad: list[int] = []
    for number, raw in enumerate(untrusted_data.split(b"\n"), 1):
        line = raw.removesuffix(b"\r")
        if not line or line.startswith(b"#"):
            continue
        parsed = _parsed(line)
        if parsed is None:
            bad.append(number)
        else:
            found.append(parsed)
    return HashList(tuple(found), tuple(bad))


def _dumped(line: HashLine) -> bytes:
    name = re.sub(rb"[\\\n\r]", lambda match: _ESCAPED[match[0]], line.name)
    mark = b"\\" if name != line.name else b""
    return mark + line.sha256.encode() + b"  " + name + b"\n"


def _parsed(line: bytes) -> HashLine | None:
    match = _LINE.fullmatch(line)
    if match is None:
        return None
    name = _unescaped(match[3]) if match[1] else match[3]
    return None if name is None or b"\0" in name else HashLine(match[2].decode().lower(), name)


def _unescaped(name: bytes) -> bytes | None:
    """None for an escape that does not exist."""
    if not re.fullmatch(rb"(?:[^\\]|\\[\\nr])*", name, re.DOTALL):
        return None
    return re.sub(rb"\\(.)", lambda match: _UNESCAPED[match[1]], name)
