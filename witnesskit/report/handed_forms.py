"""The forms in which items leave: a bag, a folder, a table, and the imports of two catalogues.

The columns for Uwazi follow its CSV import and those of HURIDOCS Preserve, those for Atlos its documentation of bulk
import; neither was tried against a running server.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from witnesskit.formats.bag import BAGIT_NAME, BAGIT_TEXT, MANIFEST_NAME
from witnesskit.formats.csv_out import csv_bytes
from witnesskit.report.handed import Entry, HandedItem, as_json, entry, placed, table

SUMS: Final = "SHA256SUMS"
_DATA: Final = "data/"
_FILES: Final = "files/"
_UWAZI: Final = (
    "title", "witnesskit_id", "url", "source", "preservation_date", "sha256", "sensitivity", "consent", "file",
    "attachments",
)  # fmt: skip
_ATLOS: Final = ("status", "description", "sensitive", "more_info", "tags")
_ATLOS_SHORTEST: Final = 8  # characters of a description
_SENSITIVE: Final = {
    "personal_information_visible": "Personal Information Visible",
    "graphic_violence": "Graphic Violence",
    "deleted_by_source": "Deleted by Source",
    "deceptive_or_misleading": "Deceptive or Misleading",
    "minor": "Personal Information Visible",
    "vantage_identifiable": "Personal Information Visible",
    "perpetrator_produced": "Graphic Violence",
}
_CAREFUL: Final = "Personal Information Visible"  # of an item that nobody marked


@dataclass(frozen=True)
class Handed:
    """Everything that goes into one form."""

    items: Sequence[HandedItem]
    audience: str
    policy: str


def bagit(handed: Handed) -> tuple[Entry, ...]:
    """BagIt 1.0 (RFC 8493) with SHA-256; ``bag-info.txt`` says how much it holds and nothing of who or when."""
    payload = [entry(_DATA + one.name, _read(one)) for one in _lists(handed, _FILES)]
    payload += placed(handed.items, _DATA + _FILES)
    oxum = f"Payload-Oxum: {sum(one.size for one in payload)}.{len(payload)}\n"
    tags = [
        entry(BAGIT_NAME, BAGIT_TEXT),
        entry("bag-info.txt", oxum.encode()),
        entry(MANIFEST_NAME, _sums(payload)),
    ]
    return (*payload, *tags, entry("tagmanifest-sha256.txt", _sums(tags)))


def folder(handed: Handed) -> tuple[Entry, ...]:
    """The table, the same as JSON, the files, and their digests as ``sha256sum -c`` reads them."""
    found = [*_lists(handed, _FILES), *placed(handed.items, _FILES)]
    return (*found, entry(SUMS, _sums(found)))


def sheet(handed: Handed) -> tuple[Entry, ...]:
    """The table alone."""
    return (entry("", table(handed.items)),)


def uwazi(handed: Handed) -> tuple[Entry, ...]:
    """``import.csv`` with the files beside it, for the archive that Uwazi imports."""
    rows = [_UWAZI, *map(_uwazi_row, handed.items)]
    return (entry("import.csv", csv_bytes(rows)), *placed(handed.items))


def atlos(handed: Handed) -> tuple[Entry, ...]:
    """A table for bulk import; no ``source_`` column, since its server fetches what stands there."""
    return (entry("", csv_bytes([_ATLOS, *map(_atlos_row, handed.items)])),)


FOLDERS: Final[Mapping[str, Callable[[Handed], tuple[Entry, ...]]]] = {"bagit": bagit, "folder": folder}
ARCHIVES: Final[Mapping[str, Callable[[Handed], tuple[Entry, ...]]]] = {"uwazi": uwazi}
FILES: Final[Mapping[str, Callable[[Handed], tuple[Entry, ...]]]] = {"csv": sheet, "atlos": atlos}
FORMS: Final = {**FOLDERS, **ARCHIVES, **FILES}


def _lists(handed: Handed, place: str) -> list[Entry]:
    told = as_json(handed.items, handed.audience, handed.policy, place)
    return [entry("items.csv", table(handed.items, place)), entry("items.json", told)]


def _read(one: Entry) -> bytes:
    with one.open() as stream:
        return stream.read()


def _sums(entries: Sequence[Entry]) -> bytes:
    return "".join(f"{one.sha256}  {one.name}\n" for one in entries).encode()


def _uwazi_row(item: HandedItem) -> list[str]:
    """A document is shown by Uwazi only if it is a PDF; everything else is an attachment."""
    url = item.values.get("url", "").replace("|", "%7C")
    documents = [one.name for one in item.files if one.media_type == "application/pdf"][:1]
    own = {
        "title": _title(item),
        "witnesskit_id": item.short,
        "url": f"{url}|{url}" if url else "",
        "source": _host(url),
        "preservation_date": item.values.get("saved", "")[:10].replace("-", "/"),
        "sha256": " ".join(one.sha256 for one in item.files),
        "sensitivity": item.mark,
        "consent": item.consent,
        "file": "".join(documents),
        "attachments": "|".join(one.name for one in item.files if one.name not in documents),
    }
    return [own[name] for name in _UWAZI]


def _atlos_row(item: HandedItem) -> list[str]:
    told = [f"witnesskit {item.short}"]
    for name, words in (("saved", "preserved"), ("url", "from"), ("copy_sha256", "SHA-256 of the copy")):
        told += [f"{words}: {item.values[name]}"] if item.values.get(name) else []
    title = _title(item)
    description = title if len(title) >= _ATLOS_SHORTEST else f"Footage {item.short}"
    return ["To Do", description, _sensitive(item), "; ".join(told), "witnesskit"]


def _sensitive(item: HandedItem) -> str:
    """Not sensitive only where somebody marked it public and named nothing."""
    words = dict.fromkeys(_SENSITIVE[word] for word in item.because if word in _SENSITIVE)
    return ",".join(words) or ("Not Sensitive" if item.mark == "public" else _CAREFUL)


def _title(item: HandedItem) -> str:
    return " ".join(item.values.get("title", "").split()) or f"Footage {item.short}"


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
