"""What streams and tables of a transport stream tell that are neither sound nor pictures.

DVB: ETSI EN 300 468; positions of aircraft: MISB ST 0601; camcorders: the MDPM message of AVCHD.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from witnesskit.media.groups import shown
from witnesskit.media_model import Revelation

_RUNS: Final = re.compile(rb"[\x20-\x7e]{5,}")
_TABLES: Final = {16: "network", 17: "names of services", 18: "programme guide", 20: "time of day"}
_LOCAL_SET: Final = bytes.fromhex("060e2b34020b01010e01030101000000")
_TEXTS: Final = {3: "mission", 4: "tail number", 10: "aircraft", 11: "sensor"}
_ANGLES: Final = {
    13: ("latitude", 90),
    14: ("longitude", 180),
    23: ("latitude of the view", 90),
    24: ("longitude of the view", 180),
}
_MAKERS: Final = {0x0103: "Panasonic", 0x0108: "Sony", 0x1011: "Canon", 0x1104: "JVC"}


def of_other(pid: int, name: str, data: bytes) -> Iterator[Revelation]:
    """What the payload of a PID tells that a copy does not have."""
    place = f"PID {pid}" + (f" ({name or _TABLES.get(pid, 'unknown')})")
    yield Revelation("inside", place, "packets", f"{len(data)} bytes")
    if pid == 20 and len(data) > 8:
        yield Revelation("when", place, "time of day", _time_of_day(data))
    yield from _positions(place, data)
    group = "who" if pid in (16, 17, 18) else "inside"
    for text in _RUNS.findall(data)[:200]:
        yield Revelation(group, place, "text", shown(text))


def _time_of_day(data: bytes) -> str:
    at = 4 if data[:1] == b"\0" else 3
    days, clock = int.from_bytes(data[at : at + 2], "big"), data[at + 2 : at + 5].hex()
    day = date(1858, 11, 17) + timedelta(days)
    return f"{day.isoformat()} {clock[:2]}:{clock[2:4]}:{clock[4:]}"


def _positions(place: str, data: bytes) -> Iterator[Revelation]:
    at = data.find(_LOCAL_SET)
    for _ in range(20):
        if at < 0:
            return
        at += 16
        size, at = _length(data, at)
        end = min(at + size, len(data))
        while at + 2 < end:
            tag = data[at]
            size, at = _length(data, at + 1)
            yield from _position(place, tag, data[at : at + size])
            at += size
        at = data.find(_LOCAL_SET, at)


def _length(data: bytes, at: int) -> tuple[int, int]:
    first = data[at] if at < len(data) else 0
    if first < 128:
        return first, at + 1
    return int.from_bytes(data[at + 1 : at + 1 + (first & 7)], "big"), at + 1 + (first & 7)


def _position(place: str, tag: int, value: bytes) -> Iterator[Revelation]:
    if tag == 2 and len(value) == 8:
        seconds, _ = divmod(int.from_bytes(value, "big"), 1_000_000)
        if seconds < 1 << 36:
            day = date(1970, 1, 1) + timedelta(seconds // 86400)
            clock = seconds % 86400
            stamp = f"{day.isoformat()} {clock // 3600:02}:{clock // 60 % 60:02}:{clock % 60:02}"
            yield Revelation("when", place, "time of the pictures", stamp)
    elif tag in _TEXTS:
        yield Revelation("device", place, _TEXTS[tag], shown(value))
    elif tag in _ANGLES and len(value) == 4:
        name, span = _ANGLES[tag]
        angle = int.from_bytes(value, "big", signed=True) * span * 10**6 // (2**31 - 1)
        yield Revelation("where", place, name, f"{angle // 10**6}.{angle % 10**6:06}")


def of_camcorder(place: str, value: str) -> Iterator[Revelation]:
    """Date, position and maker in an MDPM message, given as hex."""
    try:
        data = bytes.fromhex(value)
    except ValueError:
        return
    start = data.find(b"MDPM") + 5
    if start < 5:
        return
    found = {data[at]: data[at + 1 : at + 5] for at in range(start, len(data) - 4, 5)}
    if 0x18 in found and 0x19 in found:
        day, clock = found[0x18].hex(), found[0x19].hex()
        stamp = f"{day[2:6]}-{day[6:]}-{clock[:2]} {clock[2:4]}:{clock[4:6]}:{clock[6:]}"
        yield Revelation("when", place, "recorded", stamp)
    for name, first in (("latitude", 0xB2), ("longitude", 0xB6)):
        if first in found and first + 2 in found:
            parts = [f"{_ratio(found[first + step])}" for step in range(3) if first + step in found]
            yield Revelation("where", place, name, " ".join([shown(found.get(first - 1, b"")[:1]), *parts]))
    if 0xE0 in found:
        maker = int.from_bytes(found[0xE0][:2], "big")
        yield Revelation("device", place, "maker", _MAKERS.get(maker, f"{maker:#06x}"))


def _ratio(data: bytes) -> str:
    top, bottom = int.from_bytes(data[:2], "big"), int.from_bytes(data[2:], "big")
    return str(top) if bottom in (0, 1) else f"{top * 1000 // bottom / 1000}"
