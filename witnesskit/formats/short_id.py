"""Short ids for people (``k7f2-93``): five characters of the random item id and a check character.

The alphabet has 31 characters (no 0, 1, i, l, o), a prime, so that the check character shows every single
typing error and every swap of two characters. Longer ids begin with the shorter ones' characters.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from witnesskit.errors.vault import ShortIdAmbiguous, ShortIdTypo, ShortIdUnknown

ALPHABET: Final = "23456789abcdefghjkmnpqrstuvwxyz"
_BASE = len(ALPHABET)
_LENGTH = 5  # characters without the check: 25 bits
_LONGEST = 23  # characters without the check: 113 bits, and a weight of its own for each
_WHOLE = re.compile(r"[0-9a-f]{32}", re.ASCII)


def short_id(item: str, length: int = _LENGTH) -> str:
    """Short id of ``item`` (32 hex digits) with ``length`` (5 to 23) characters before the check character."""
    data = _characters(item, length)
    whole = data + ALPHABET[_check(data)]
    return "-".join(whole[start : start + 4] for start in range(0, len(whole), 4))


def matches(untrusted_typed: str, items: Iterable[str]) -> tuple[str, ...]:
    """Every item with this short id, or this whole id of 32 hex digits; raises ShortIdTypo."""
    typed = untrusted_typed.strip().lower()
    if _WHOLE.fullmatch(typed):
        return tuple(item for item in items if item == typed)
    data = _checked(typed)
    return tuple(item for item in items if _characters(item, len(data)) == data)


def resolve(untrusted_typed: str, items: Iterable[str]) -> str:
    """The one item meant; raises ShortIdTypo, ShortIdUnknown or ShortIdAmbiguous."""
    found = matches(untrusted_typed, items)
    if not found:
        raise ShortIdUnknown
    if len(found) > 1:
        raise ShortIdAmbiguous(", ".join(sorted(_apart(found))[:8]))
    return found[0]


def _apart(items: tuple[str, ...]) -> list[str]:
    """The shortest ids, all of one length, that tell ``items`` apart."""
    for length in range(_LENGTH, _LONGEST):
        names = [short_id(item, length) for item in items]
        if len(set(names)) == len(names):
            return names
    return list(items)


def _characters(item: str, length: int) -> str:
    number, found = int(item, 16), []
    for _ in range(length):
        number, digit = divmod(number, _BASE)
        found.append(ALPHABET[digit])
    return "".join(found)


def _check(data: str) -> int:
    """Value that brings the weighted sum to 0 modulo 31; weights 2, 3, 4 ... and 1 for the check itself."""
    return -sum(weight * ALPHABET.index(character) for weight, character in enumerate(data, 2)) % _BASE


def _checked(typed: str) -> str:
    """Characters without the check; raises ShortIdTypo."""
    bare = re.sub(r"[\s\-‐‑–—]", "", typed)
    if not _LENGTH < len(bare) <= _LONGEST + 1:
        raise ShortIdTypo(f"it has {len(bare)} characters, at least {_LENGTH + 1} are needed")
    if not set(bare) <= set(ALPHABET):
        raise ShortIdTypo("a character that is never used")
    if ALPHABET[_check(bare[:-1])] != bare[-1]:
        raise ShortIdTypo
    return bare[:-1]
