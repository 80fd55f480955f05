"""What a desk hands out of its items, before it has one of the forms of docs/spec/export.md, "Items for others"."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import BinaryIO, Final

from witnesskit.digest import sha256_hex
from witnesskit.formats import strict_json
from witnesskit.formats.csv_out import csv_bytes

FORMAT: Final = "witnesskit.handed/1"
WITHHELD: Final = "withheld"
COLUMNS: Final = (
    "item", "mark", "because", "consent", "url", "title", "uploader", "name", "place", "saved", "published",
    "outcome", "parts", "tool", "original_type", "original_size", "original_sha256", "copy_type", "copy_size",
    "copy_sha256", "finding", "removed", "essence", "files", "files_sha256",
)  # fmt: skip


@dataclass(frozen=True)
class HandedFile:
    """One file that leaves; ``name`` is ours: a number and the kind that the bytes are of."""

    name: str
    kind: str  # copy, original, page or screenshot
    media_type: str
    size: int
    sha256: str
    open: Callable[[], BinaryIO] = field(repr=False)


@dataclass(frozen=True)
class HandedItem:
    """One item: what its policy shows, what is withheld by name, its mark, its consent, its files."""

    short: str
    values: Mapping[str, str]
    withheld: tuple[str, ...] = ()
    mark: str = ""
    because: tuple[str, ...] = ()
    consent: str = ""
    files: tuple[HandedFile, ...] = ()

    def cell(self, name: str) -> str:
        """One value for a table; ``withheld`` where it is held back, empty where there is none."""
        return WITHHELD if name in self.withheld else self.values.get(name, "")


@dataclass(frozen=True)
class Entry:
    """One file of what is written: its place, what it must be, and where its bytes come from."""

    name: str
    size: int
    sha256: str
    open: Callable[[], BinaryIO] = field(repr=False)


def entry(name: str, data: bytes) -> Entry:
    """A file that was made here."""
    return Entry(name, len(data), sha256_hex(data), partial(io.BytesIO, data))


def placed(items: Iterable[HandedItem], folder: str = "") -> list[Entry]:
    """Every file of the items under ``folder``."""
    return [Entry(folder + one.name, one.size, one.sha256, one.open) for item in items for one in item.files]


def table(items: Sequence[HandedItem], folder: str = "") -> bytes:
    """All items as CSV with COLUMNS, one row each; files as they lie under ``folder``, joined by ``|``."""
    return csv_bytes([COLUMNS, *(_row(item, folder) for item in items)], bom=True)


def as_json(items: Sequence[HandedItem], audience: str, policy: str, folder: str = "") -> bytes:
    """The same as JSON, with what is withheld by name and each file with kind, type, size and digest."""
    told = [
        {
            "item": item.short,
            "values": dict(item.values),
            "withheld": list(item.withheld),
            "mark": item.mark,
            "because": list(item.because),
            "consent": item.consent,
            "files": [
                {
                    "name": folder + one.name,
                    "kind": one.kind,
                    "media_type": one.media_type,
                    "size": one.size,
                    "sha256": one.sha256,
                }
                for one in item.files
            ],
        }
        for item in items
    ]
    return strict_json.canonical({"format": FORMAT, "audience": audience, "policy": policy, "items": told}) + b"\n"


def _row(item: HandedItem, folder: str) -> list[str]:
    own = {
        "item": item.short,
        "mark": item.mark,
        "because": "|".join(item.because),
        "consent": item.consent,
        "files": "|".join(folder + one.name for one in item.files),
        "files_sha256": "|".join(one.sha256 for one in item.files),
    }
    return [own[name] if name in own else item.cell(name) for name in COLUMNS]
