"""Packets of Opus: where padding stands in them (RFC 6716 clause 3.2, self-delimiting form appendix B)."""

from __future__ import annotations

from witnesskit.errors.media import BadMedia


def padding(packet: bytes, streams: int) -> list[tuple[int, int]]:
    """(start, end) of the padding of each of ``streams`` streams in ``packet``; raises ``BadMedia``."""
    found, place = [], 0
    for stream in range(streams):
        place, start = _one(packet, place, delimited=stream < streams - 1)
        if start < place:
            found.append((start, place))
    return found


def _one(packet: bytes, place: int, *, delimited: bool) -> tuple[int, int]:
    """(place behind this stream's part, where its padding begins)."""
    if place >= len(packet):
        raise BadMedia("an Opus packet without a stream")
    code, place = packet[place] & 3, place + 1
    if code == 3:
        return _many(packet, place, delimited=delimited)
    count, sizes = (1 if code == 0 else 2), 0
    if code == 2:
        sizes, place = _size(packet, place)
    if delimited:
        last, place = _size(packet, place)
        end = place + (sizes + last if code == 2 else last * count)
    else:
        end = len(packet)
        if (code == 1 and (end - place) % 2) or (code == 2 and place + sizes > end):
            raise BadMedia("an Opus packet of a wrong size")
    if end > len(packet):
        raise BadMedia("an Opus packet of a wrong size")
    return end, end


def _many(packet: bytes, place: int, *, delimited: bool) -> tuple[int, int]:
    head = packet[place] if place < len(packet) else 0
    count, place, gap = head & 63, place + 1, 0
    if not count:
        raise BadMedia("an Opus packet without a frame")
    if head & 0x40:
        gap, place = _padding_size(packet, place)
    total = 0
    if head & 0x80:
        for _ in range(count - 1):
            size, place = _size(packet, place)
            total += size
    if delimited:
        last, place = _size(packet, place)
        start = place + total + (last if head & 0x80 else last * count)
        end = start + gap
    else:
        end = len(packet)
        start = end - gap
        if start < place + total or (not head & 0x80 and (start - place) % count):
            raise BadMedia("an Opus packet of a wrong size")
    if end > len(packet):
        raise BadMedia("an Opus packet of a wrong size")
    return end, start


def _padding_size(packet: bytes, place: int) -> tuple[int, int]:
    total = 0
    while place < len(packet):
        byte, place = packet[place], place + 1
        total += 254 if byte == 255 else byte
        if byte < 255:
            return total, place
    raise BadMedia("an Opus packet that ends in its padding's size")


def _size(packet: bytes, place: int) -> tuple[int, int]:
    first = packet[place : place + 2]
    if not first or (first[0] > 251 and len(first) < 2):
        raise BadMedia("an Opus packet that ends in a size")
    if first[0] > 251:
        return first[0] + 4 * first[1], place + 2
    return first[0], place + 1
