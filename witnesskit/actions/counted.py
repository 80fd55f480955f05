"""A number with its word, as people write it."""

from __future__ import annotations


def counted(number: int, one: str, many: str = "") -> str:
    """``1 copy``, ``2 copies``; ``many`` is the word with an s if it is not given."""
    return f"{number} {one if number == 1 else many or one + 's'}"
