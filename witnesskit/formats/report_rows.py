"""Reports of a crowd as rows: exports of Ushahidi, of SMS gateways, or any table with such columns.

A row is somebody's word, never evidence by itself. Who sent it gets a pseudonym at import.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from witnesskit.errors.brought import BadCommitment
from witnesskit.formats.commitment import Commitment, mentions, parse
from witnesskit.formats.table import Table, column
from witnesskit.limits import REPORT_TEXT_MAX

_COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "id": ("post id", "#", "id", "message id", "external id", "uuid"),
    "at": (
        "post date (utc)", "incident date", "date", "created (utc)", "created", "received", "sent", "timestamp",
        "time", "дата", "күні",
    ),
    "title": ("title", "incident title", "subject", "тема", "тақырып"),
    "category": ("categories", "category", "survey", "form", "tags", "санат", "категория"),
    "status": ("post status", "status", "verified", "approved"),
}  # fmt: skip
_TEXT: Final = (
    "unstructured description", "description", "message", "text", "body", "content", "sms", "сообщение", "текст",
    "хабарлама",
)  # fmt: skip
_SENDER: Final = (
    "contact", "contact id", "from", "sender", "phone", "phone number", "msisdn", "number", "email", "name", "author",
    "first name", "last name", "отправитель", "телефон", "жіберуші",
)  # fmt: skip
_PHONE = re.compile(r"(?<![\w+])\(?\+?(?:\d[\s().-]{0,2}){6,17}\d(?!\w)")
_DATE = re.compile(r"(?:[0-3]?\d[./-][01]?\d[./-](?:19|20)\d\d|(?:19|20)\d\d-[01]\d-[0-3]\d)(?: \d\d)?")
_TIME = re.compile(r"[\d\s:.,/TZ+AaPpMm-]{6,40}")
_LINE = re.compile(r"(?i)\bwk1[\d\s.,;:·-]+")  # has a field of its own
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")  # from its beginning: a long word is read once
_HANDLE = re.compile(r"(?<!\w)@\w{2,64}")


@dataclass(frozen=True)
class Report:
    """One row as the desk may read it: no sender, no number, no address of a person."""

    row: int
    sender: str  # pseudonym; empty where the row names nobody
    facts: Mapping[str, str] = field(default_factory=dict)  # id, at, title, category, status, text
    commitment: Commitment | None = None
    refused: str = ""  # why a commitment in it is none: "group 3 of 10"


def reports(table: Table, pseudonym_of: Callable[[str], str]) -> tuple[Report, ...]:
    """Every row below the header, or every row of a table that has none."""
    header = table.rows[0] if table.rows and _is_header(table.rows[0]) else ()
    body = zip(table.rows[bool(header) :], table.lines[bool(header) :], strict=True)
    return tuple(_report(header, row, line, pseudonym_of) for row, line in body)


def masked(untrusted_text: str, *names: str) -> str:
    """Text without telephone numbers, mail addresses, handles and the given names; cut at REPORT_TEXT_MAX."""
    text = _EMAIL.sub("[address]", untrusted_text)
    text = _PHONE.sub(lambda found: found[0] if _DATE.fullmatch(found[0]) else "[number]", text)
    text = _HANDLE.sub("[handle]", text)
    for name in sorted((name for name in names if len(name) > 2), key=len, reverse=True):
        text = re.sub(re.escape(name), "[sender]", text, flags=re.IGNORECASE)
    return text[:REPORT_TEXT_MAX]


def _is_header(row: tuple[str, ...]) -> bool:
    known = (*_TEXT, *_SENDER, *(name for names in _COLUMNS.values() for name in names))
    return sum(column(row, name) is not None for name in known) >= 1


def _report(header: tuple[str, ...], row: tuple[str, ...], line: int, pseudonym_of: Callable[[str], str]) -> Report:
    """Without a header nobody knows which cell is the sender's: then the desk is shown none of them."""
    commitment, refused = _commitment(" ".join(row))
    senders = [text for name in _SENDER if (text := _cell(header, row, name))]
    whole = "\n".join(senders) if header else (row[0] if len(row) > 1 else "")
    facts = _facts(header, row, senders) if header else {}
    return Report(line, pseudonym_of(whole) if whole else "", facts, commitment, refused)


def _facts(header: tuple[str, ...], row: tuple[str, ...], senders: list[str]) -> dict[str, str]:
    facts = {}
    for key, names in (*_COLUMNS.items(), ("text", _TEXT)):
        text = next((text for name in names if (text := _cell(header, row, name))), "")
        if key == "at":
            facts[key] = text if _TIME.fullmatch(text) else ""
        elif key == "id":
            facts[key] = text if text.isascii() and text.isdigit() and len(text) < 7 else ""  # no telephone's number
        else:
            facts[key] = masked(_LINE.sub("[commitment] ", text), *senders)
    return {key: text for key, text in facts.items() if text}


def _commitment(text: str) -> tuple[Commitment | None, str]:
    refused = ""
    for found in mentions(text):
        try:
            return parse(found), ""
        except BadCommitment as error:
            refused = error.detail
    return None, refused


def _cell(header: tuple[str, ...], row: tuple[str, ...], name: str) -> str:
    place = column(header, name) if header else None
    return row[place] if place is not None and place < len(row) else ""
