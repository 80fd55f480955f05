"""Blocks whose form only a camera's or recorder's maker knows: their readable texts, told by what they look like."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from witnesskit.media.blocks import of_exif
from witnesskit.media.groups import shown
from witnesskit.media_model import Revelation

_RUN: Final = re.compile(rb"[\x20-\x7e]{4,}")
_WIDE: Final = re.compile(rb"(?:[\x20-\x7e]\0){4,}")
_RUNS_MAX: Final = 200
_WHEN: Final = re.compile(
    r"\d{4}[:/. -]\d{1,2}[:/. -]\d{1,2}|\d{1,2}:\d{2}:\d{2}|"
    r"\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]* +\d{1,2}\b",
    re.IGNORECASE,
)
_WHERE: Final = re.compile(r"[+-]\d{2}\.\d{3,}|\$GP[A-Z]{3}|\bgps\b", re.IGNORECASE)
_DEVICE: Final = re.compile(
    r"canon|nikon|sony|casio|olympus|panasonic|kodak|pentax|ricoh|fuji|samsung|sanyo|minolta|leica|gopro|zoom|tascam|"
    r"roland|philips|novatek|ambarella|nokia|motorola|serial|model|camera|s/n",
    re.IGNORECASE,
)


def of_maker(place: str, body: bytes) -> Iterator[Revelation]:
    """Readable texts of a block, each in the group it looks like; Exif blocks inside are read as such."""
    at = body.find(b"Exif\0\0")
    if at >= 0:
        yield from of_exif(f"{place}/Exif", body[at:], [])
    found = [run.group() for run in _RUN.finditer(body)][:_RUNS_MAX]
    found += [run.group()[::2] for run in _WIDE.finditer(body)][:_RUNS_MAX]
    for run in found:
        text = shown(run)
        if text:
            yield Revelation(_group(text), place, "readable text", text)


def _group(text: str) -> str:
    for group, pattern in (("when", _WHEN), ("where", _WHERE), ("device", _DEVICE)):
        if pattern.search(text):
            return group
    return "other"
