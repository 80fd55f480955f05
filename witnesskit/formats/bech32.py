"""Bech32 (BIP 173) without its limit of 90 characters, as age writes keys."""

from __future__ import annotations

from functools import reduce
from operator import xor
from typing import Final

from witnesskit.errors.formats import BadKey
from witnesskit.limits import AGE_KEY_TEXT_MAX

_ALPHABET: Final = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_VALUES: Final = {character: value for value, character in enumerate(_ALPHABET)}
_GENERATORS: Final = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_CHECK_LENGTH: Final = 6
# what each value of the top five bits adds: a post-quantum key has two thousand characters
_FOLDED: Final = tuple(
    reduce(xor, (generator for place, generator in enumerate(_GENERATORS) if top >> place & 1), 0)
    for top in range(32)
)


def encode(prefix: str, data: bytes) -> str:
    """Lower-case text of ``data`` under a lower-case human-readable ``prefix``."""
    values = _regroup(data, 8, 5, pad=True)
    return prefix + "1" + "".join(_ALPHABET[value] for value in values + _checksum(prefix, values))


def decode(untrusted_text: str) -> tuple[str, bytes]:
    """(prefix in lower case, bytes) of a text in one case; raises BadKey."""
    text = untrusted_text.lower()
    if len(text) > AGE_KEY_TEXT_MAX or not text.isascii() or untrusted_text not in (text, untrusted_text.upper()):
        raise BadKey("too long, not plain letters, or in mixed case")
    prefix, separator, rest = text.rpartition("1")
    letters = all("!" <= char <= "~" for char in prefix) and all(char in _VALUES for char in rest)
    if not separator or not prefix or len(rest) < _CHECK_LENGTH or not letters:
        raise BadKey("a character is missing or is one that is never used")
    values = [_VALUES[char] for char in rest]
    if _polymod(_expanded(prefix) + values) != 1:
        raise BadKey("its check characters do not match")
    return prefix, bytes(_regroup(values[:-_CHECK_LENGTH], 5, 8, pad=False))


def _regroup(values: bytes | list[int], from_bits: int, to_bits: int, *, pad: bool) -> list[int]:
    number = bits = 0
    result: list[int] = []
    for value in values:
        number = number << from_bits | value
        bits += from_bits
        while bits >= to_bits:
            bits -= to_bits
            result.append(number >> bits)
            number &= (1 << bits) - 1
    if pad:
        return [*result, number << to_bits - bits] if bits else result
    if bits >= from_bits or number:
        raise BadKey("its last character holds bits that must be zero")
    return result


def _checksum(prefix: str, values: list[int]) -> list[int]:
    remainder = _polymod(_expanded(prefix) + values + [0] * _CHECK_LENGTH) ^ 1
    return [remainder >> 5 * (_CHECK_LENGTH - 1 - place) & 31 for place in range(_CHECK_LENGTH)]


def _expanded(prefix: str) -> list[int]:
    return [ord(char) >> 5 for char in prefix] + [0] + [ord(char) & 31 for char in prefix]


def _polymod(values: list[int]) -> int:
    check = 1
    for value in values:
        check = (check & 0x1FFFFFF) << 5 ^ value ^ _FOLDED[check >> 25]
    return check
