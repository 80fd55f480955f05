"""Rows of a PNG without their filters (clause 9): whole rows at a time where the filter allows it."""

from __future__ import annotations

from functools import lru_cache

from witnesskit.errors.media import BadMedia

SLOW = frozenset({3, 4})  # filters that cost a step of the interpreter for each byte


def unfilter(kind: int, row: bytes, prior: bytes, step: int) -> bytes:
    """The bytes of a row; ``prior`` is the row above (zeros for the first), ``step`` the bytes of a pixel.

    Raises ``BadMedia`` for an unknown filter.
    """
    if kind == 0:
        return row
    if kind == 1:
        return _left(row, step)
    if kind == 2:
        return _added(row, prior)
    if kind == 3:
        return _average(row, prior, step)
    if kind == 4:
        return _paeth(row, prior, step)
    raise BadMedia("filter of a row")


@lru_cache(maxsize=8)
def _masks(size: int) -> tuple[int, int]:
    return int.from_bytes(b"\x7f" * size, "little"), int.from_bytes(b"\x80" * size, "little")


def _sum(first: int, second: int, low: int, high: int) -> int:
    """Sums of all bytes at once, each modulo 256."""
    return ((first & low) + (second & low)) ^ ((first ^ second) & high)


def _added(row: bytes, prior: bytes) -> bytes:
    first, second = int.from_bytes(row, "little"), int.from_bytes(prior, "little")
    return _sum(first, second, *_masks(len(row))).to_bytes(len(row), "little")


def _left(row: bytes, step: int) -> bytes:
    """Running sums by doubling: each round adds what stands twice as far to the left."""
    low, high = _masks(len(row))
    value = int.from_bytes(row, "little")
    while step < len(row):
        value = _sum(value, (value << (8 * step)) & (low | high), low, high)
        step *= 2
    return value.to_bytes(len(row), "little")


def _average(row: bytes, prior: bytes, step: int) -> bytes:
    out = bytearray(step) + row
    for place, above in enumerate(prior, step):
        out[place] = out[place] + ((out[place - step] + above) >> 1) & 255
    return bytes(out[step:])


def _paeth(row: bytes, prior: bytes, step: int) -> bytes:
    out, corners = bytearray(step) + row, bytes(step) + prior
    for place, above in enumerate(prior, step):
        left, corner = out[place - step], corners[place - step]
        from_left, from_above = above - corner, left - corner
        from_corner = abs(from_left + from_above)
        from_left, from_above = abs(from_left), abs(from_above)
        if from_left <= from_above and from_left <= from_corner:
            near = left
        else:
            near = above if from_above <= from_corner else corner
        out[place] = out[place] + near & 255
    return bytes(out[step:])
