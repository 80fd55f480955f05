"""Names of the files that prove a time or a witness: ``N.note``, ``N.NAME.tsr`` ... (docs/spec/anchor.md)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

KINDS: Final = {"tsr": "rfc3161", "ots": "ots", "cosig": "cosignature", "proof": "receipt"}  # ending -> kind
_NAME = re.compile(r"([1-9][0-9]{0,14})\.([a-z0-9][a-z0-9-]{0,31})\.(tsr|ots|cosig|proof)", re.ASCII)
_NOTE = re.compile(r"([1-9][0-9]{0,14})\.note", re.ASCII)


@dataclass(frozen=True)
class AnchorName:
    """``size``: lines of the checkpoint it is about; ``provider``: what the desk calls whoever gave it."""

    size: int
    provider: str
    ending: str

    @property
    def kind(self) -> str:
        """The ``kind`` that the ``anchor`` event tells."""
        return KINDS[self.ending]

    @property
    def text(self) -> str:
        """The file's name."""
        return f"{self.size}.{self.provider}.{self.ending}"


def parse_anchor_name(untrusted_text: str) -> AnchorName | None:
    """The parts of a name; None for any other."""
    match = _NAME.fullmatch(untrusted_text)
    return AnchorName(int(match[1]), match[2], match[3]) if match else None


def note_size(untrusted_text: str) -> int | None:
    """Lines that a checkpoint file's name tells; None for any other name."""
    match = _NOTE.fullmatch(untrusted_text)
    return int(match[1]) if match else None
