"""What a bundle is asked for with, and what is said of it at its end."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class BundleWish:
    """What the person asked for; audience, recipient, items and custodian sheet only at a desk."""

    folder: Path
    passphrase: str = field(repr=False)
    audience: str = ""
    recipient: str = ""
    items: tuple[str, ...] = ()
    custodian_sheet: Path | None = None
    why: str = "bundle"  # for the log, where originals are opened


@dataclass(frozen=True)
class BundleDone:
    """What was written."""

    file: str
    id: str
    size: int
    items: int
    files: int
    next: str
    held_back: tuple[str, ...] = ()  # for each copy that the public does not get, why
