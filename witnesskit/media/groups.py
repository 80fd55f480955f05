"""Where a person looks for what a file gives away: where, when, device, who, software, inside, other."""

from __future__ import annotations

import re
from typing import Final

VALUE_MAX: Final = 4_000  # characters of one value kept in an inspection

_RULES: Final = (
    ("when", r"gps.?(time|date)|date|(?<!exposure)(?<!elapsed)time(?!lapse)|subsec|creat(ed|ion)|modified"),
    ("where", r"gps|latitude|longitude|altitude|location|city|country|province|state|geo"),
    ("inside", r"thumbnail|preview|jpeginterchange|motionphoto|microvideo|gainmap|hdrgm|depth"),
    ("software", r"software|creatortool|firmware|processing|toolkit|xmptk|history|(?<!exposure)program"),
    ("who", r"artist|author|by-?line|creator|copyright|owner|rights|credit|person|contact|email|caption.?writer"),
    (
        "device",
        r"make|model|lens|serial|camera|body|host|device|printim|imageid|unique|identifier|documentid|instance",
    ),
)
_RUNS: Final = re.compile(rb"[\x20-\x7e]{4,}")
_COMPILED: Final = tuple((group, re.compile(pattern, re.IGNORECASE)) for group, pattern in _RULES)


def group_of(name: str, otherwise: str = "other") -> str:
    """Group of a tag by its name; ``otherwise`` where no word of it is known."""
    return next((group for group, pattern in _COMPILED if pattern.search(name)), otherwise)


def shown(value: object) -> str:
    """A value as text, bounded, without control characters; bytes as UTF-8, else their readable runs."""
    text = _text_of(value) if isinstance(value, bytes) else str(value)
    return "".join(char for char in text[:VALUE_MAX] if char.isprintable()).strip()


def _text_of(value: bytes) -> str:
    try:
        return value[:VALUE_MAX].decode("utf-8")
    except UnicodeDecodeError:
        return b" ".join(_RUNS.findall(value[:VALUE_MAX])).decode("ascii") or f"{len(value)} bytes"
