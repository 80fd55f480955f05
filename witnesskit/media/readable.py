"""Runs of readable bytes in coded ones: about ten times as fast as a pattern, which looks at every byte by itself."""

from __future__ import annotations

from collections.abc import Iterator


def table(readable: bytes) -> bytes:
    """What ``runs`` takes: which bytes count as readable."""
    return bytes(byte in readable for byte in range(256))


def runs(data: bytes, table: bytes, least: int) -> Iterator[tuple[int, int]]:
    """(start, end) of every run, as long as it goes, of at least ``least`` bytes that ``table`` counts."""
    marks = data.translate(table)
    wanted = b"\1" * least
    start = marks.find(wanted)
    while start >= 0:
        end = marks.find(0, start + least)
        end = len(data) if end < 0 else end
        yield start, end
        start = marks.find(wanted, end)
