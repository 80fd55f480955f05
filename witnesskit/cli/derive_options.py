"""How regions and spans of time are written on the command line."""

from __future__ import annotations

import re
from typing import Final

from witnesskit.errors.derive import BadRegion, BadSpan
from witnesskit.strip.derivation import ALWAYS, Box, Region, Span

_REGION: Final = re.compile(r"(\d{1,6}),(\d{1,6}),(\d{1,6}),(\d{1,6})", re.ASCII)
_TIME: Final = re.compile(r"(?:(?:(\d{1,3}):)?(\d{1,3}):)?(\d{1,6})(?:\.(\d{1,3}))?", re.ASCII)


def region(text: str) -> Region:
    """``X,Y,W,H`` in points; raises BadRegion."""
    match = _REGION.fullmatch(text.strip())
    if match is None:
        raise BadRegion("written as X,Y,W,H")
    return Region(*map(int, match.groups()))


def span(text: str) -> Span:
    """``START-END``, each seconds or [hours:]minutes:seconds, either may be left out; raises BadSpan."""
    start, dash, end = text.strip().partition("-")
    if not dash or not (start or end):
        raise BadSpan("written as START-END")
    return Span(_milliseconds(start) if start else 0, _milliseconds(end) if end else ALWAYS)


def box(text: str) -> Box:
    """``X,Y,W,H`` or ``X,Y,W,H@START-END``; raises BadRegion or BadSpan."""
    place, at, time = text.partition("@")
    return Box(region(place), span(time) if at else Span())


def _milliseconds(text: str) -> int:
    match = _TIME.fullmatch(text.strip())
    if match is None:
        raise BadSpan("written as START-END")
    hours, minutes, seconds, parts = match.groups()
    return (int(hours or 0) * 3600 + int(minutes or 0) * 60 + int(seconds)) * 1000 + int((parts or "").ljust(3, "0"))
