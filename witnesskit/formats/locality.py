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
_BETWEEN: Final = frozenset(" -'’ʼ.,()")
_JOINED: Final = re.compile(r"\S\.(?=[^\s,)])")


def checked(untrusted_text: str) -> str:
    """The name in one spelling (NFC, single blanks); raises PlaceTooFine."""
    try:
        text = " ".join(unicodedata.normalize("NFC", untrusted_text).split())
    except ValueError:
        raise PlaceTooFine("it is no text") from None
    if not text or len(text) > LOCALITY_MAX:
        raise PlaceTooFine(f"it has none, or more than {LOCALITY_MAX} characters")
    if any(unicodedata.category(one) not in _LETTERS and one not in _BETWEEN for one in text):
        raise PlaceTooFine("a digit or a sign stands in it")
    if _JOINED.search(text) or not any(one.isalpha() for one in text):
        raise PlaceTooFine("letters are joined by dots, or there is none")
    return text


def read(untrusted_value: Json) -> str:
    """The name that a record holds; empty for anything finer, or of another type."""
    try:
        return checked(untrusted_value) if isinstance(untrusted_value, str) else ""
    except PlaceTooFine:
        return ""
