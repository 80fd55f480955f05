"""XMP and IPTC of any picture or film: their values by name, found without parsing XML or trusting lengths."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from witnesskit.media.groups import shown

VALUES_MAX: Final = 2_000  # values of one block; more are of no use to a person
_ATTRIBUTE: Final = re.compile(rb"""([\w.-]{1,40}:[\w.-]{1,80})\s{0,9}=\s{0,9}(?:"([^"<]*)"|'([^'<]*)')""")
_ELEMENT: Final = re.compile(rb"<([\w.-]{1,40}:[\w.-]{1,80})(?:\s[^<>]{0,2000})?>([^<]+)<")
_IPTC_NAMES: Final = {
    5: "ObjectName", 25: "Keywords", 55: "DateCreated", 60: "TimeCreated", 65: "OriginatingProgram", 80: "By-line",
    90: "City", 92: "Sub-location", 95: "Province", 101: "Country", 105: "Headline", 110: "Credit", 115: "Source",
    116: "CopyrightNotice", 118: "Contact", 120: "Caption", 122: "CaptionWriter",
}  # fmt: skip
_IPTC_RESOURCE: Final = 0x0404


def xmp_values(packet: bytes) -> Iterator[tuple[str, str]]:
    """(name, value) of attributes and elements; namespaces and RDF's own words are left out."""
    parent, count = "", 0
    for pattern in (_ATTRIBUTE, _ELEMENT):
        for match in pattern.finditer(packet):
            name = match.group(1).decode("latin-1")
            value = shown((match.group(2) or match.group(match.lastindex or 2) or b"").decode("utf-8", "replace"))
            if name == "rdf:li":
                name = _parent(packet, match.start()) or parent or name
            parent = name
            if value and not name.startswith(("xmlns:", "rdf:about", "rdf:parseType", "xml:")):
                yield name, value
                count += 1
            if count > VALUES_MAX:
                return


def _parent(packet: bytes, place: int) -> str:
    """The property an ``rdf:li`` belongs to, seen in the kilobyte before it."""
    names = re.findall(rb"<([\w.-]{1,40}:[\w.-]{1,80})", packet[max(0, place - 1000) : place])
    return next((name.decode("latin-1") for name in reversed(names) if not name.startswith(b"rdf:")), "")


def photoshop_values(block: bytes) -> Iterator[tuple[str, str]]:
    """(name, value) of the image resources of an APP13 body behind its head; IPTC data sets by their names."""
    place = 0
    while block[place : place + 4] == b"8BIM":
        number = int.from_bytes(block[place + 4 : place + 6], "big")
        name_size = (block[place + 6] if len(block) > place + 6 else 0) | 1
        start = place + 7 + name_size + 4
        size = int.from_bytes(block[start - 4 : start], "big")
        data = block[start : start + size]
        if number == _IPTC_RESOURCE:
            yield from _iptc_values(data)
        else:
            yield f"resource {number:04x}", shown(data[:200]) or f"{size} bytes"
        place = start + size + size % 2


def _iptc_values(data: bytes) -> Iterator[tuple[str, str]]:
    place = 0
    while data[place : place + 1] == b"\x1c" and len(data) >= place + 5:
        record, number = data[place + 1], data[place + 2]
        size = int.from_bytes(data[place + 3 : place + 5], "big")
        value = data[place + 5 : place + 5 + size]
        if record == 2 and value:
            yield _IPTC_NAMES.get(number, f"IPTC 2:{number}"), shown(value.decode("utf-8", "replace"))
        place += 5 + size
