"""Base32 for paper: Crockford's alphabet, and what people type instead of it."""

from __future__ import annotations

from typing import Final

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VALUES = {character: value for value, character in enumerate(ALPHABET)}
_SEPARATORS = dict.fromkeys(map(ord, " \t\r\n\u00a0-‐‑‒–—_.,;"))
_LOOK_ALIKES = str.maketrans("OILОАВСЕНКМРТХ", "0110ABCEHKMPTX")  # the last eleven are Cyrillic


def encode(data: bytes) -> str:
    """Eight characters for every five bytes; ``len(data)`` is a multiple of five."""
    count = len(data) * 8 // 5
    number = int.from_bytes(data)
    return "".join(ALPHABET[number >> 5 * (count - 1 - place) & 31] for place in range(count))


def decode(text: str) -> bytes:
    """Bytes of canonical text (see ``is_canonical``) whose length is a multiple of eight."""
    number = 0
    for character in text:
        number = number << 5 | _VALUES[character]
    return number.to_bytes(len(text) * 5 // 8)


def value(character: str) -> int:
    """0 to 31 of one character of the alphabet."""
    return _VALUES[character]


def is_canonical(text: str) -> bool:
    """Whether every character is one of the alphabet, as printed."""
    return all(character in _VALUES for character in text)


def tidy(untrusted_text: str) -> str:
    """Typed text without separators, in capitals, O read as 0 and I, L as 1; strangers stay as they are."""
    return untrusted_text.translate(_SEPARATORS).upper().translate(_LOOK_ALIKES)


def in_fours(text: str, separator: str) -> str:
    """``text`` in groups of four characters."""
    return separator.join(text[start : start + 4] for start in range(0, len(text), 4))
