"""Values of the vault's own JSON files, taken as the type that they must have; anything else is a ValueError."""

from __future__ import annotations

import re
from typing import Any, Final

HEX32: Final = re.compile(r"[0-9a-f]{32}", re.ASCII)
HEX64: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)
BUNDLE_FILE: Final = re.compile(r"[a-z2-7]{16}\.age", re.ASCII)


def text(value: Any, rule: re.Pattern[str], *, empty: bool = False) -> str:
    """A text of this form; raises ValueError, TypeError for what is no text."""
    if not (empty and value == "") and not rule.fullmatch(value):
        raise ValueError
    return str(value)


def number(value: Any, least: int) -> int:
    """An integer of at least ``least``; true is none. Raises ValueError."""
    if type(value) is not int or value < least:
        raise ValueError
    return value
