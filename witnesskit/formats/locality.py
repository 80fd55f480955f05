"""A place as it may be kept: the name of a town or district, in letters (docs/spec/record.md, ``place``).

Whoever films is found by what is finer. No digit is taken, so that no coordinates, numbers of houses, postal or plus
codes are in it; and no letters joined by dots, which name a square of three metres or a web address.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from witnesskit.errors.brought import PlaceTooFine
from witnesskit.limits import LOCALITY_MAX
from witnesskit.model import Json

_LETTERS: Final = frozenset({"Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc"})
_BETWEEN: Final = frozenset(" -'’‘.,()،־׳״")
_JOINERS: Final = frozenset("\u200c\u200d")  # Persian and Indic names are spelled with them
_DOTTED: Final = re.compile(r"\S\.(?=[^\s,)])")


def checked(untrusted_text: str) -> str:
    """The name in one spelling (NFC, single blanks); raises PlaceTooFine."""
    text = spelled(untrusted_text)
    if not text or len(text) > LOCALITY_MAX:
        raise PlaceTooFine(f"it has none, or more than {LOCALITY_MAX} characters")
    if not all(_taken(text, place) for place in range(len(text))):
        raise PlaceTooFine("a digit or a sign stands in it")
    if _DOTTED.search(text) or not any(one.isalpha() for one in text):
        raise PlaceTooFine("letters are joined by dots, or there is none")
    return text


def _taken(text: str, place: int) -> bool:
    """A letter, a sign between letters, or a joiner with a letter on either side: alone it is seen by nobody."""
    if text[place] in _JOINERS:
        return all(
            one and unicodedata.category(one) in _LETTERS
            for one in (text[max(0, place - 1) : place], text[place + 1 : place + 2])
        )
    return unicodedata.category(text[place]) in _LETTERS or text[place] in _BETWEEN


def spelled(untrusted_text: str) -> str:
    """Any text in NFC, with single blanks: as names are kept and looked for."""
    return " ".join(unicodedata.normalize("NFC", untrusted_text).split())


def read(untrusted_value: Json) -> str:
    """The name that a record holds; empty for anything finer, or of another type."""
    try:
        return checked(untrusted_value) if isinstance(untrusted_value, str) else ""
    except PlaceTooFine:
        return ""
