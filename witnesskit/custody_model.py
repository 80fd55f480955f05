"""What a verifier is handed of other rooms, in a file of its own for its auditor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Json = Any  # JSON value: object, list, str, int or bool; never float, never null in our own formats


@dataclass(frozen=True)
class Opening:
    """One disclosed commitment: the disclosure text and the event whose ``sd`` holds its digest."""

    log: str  # 64 hex digits: leaf hash of line 0
    n: int
    disclosure: str
