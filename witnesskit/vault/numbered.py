"""Databases whose schema is a row of numbered files: the n-th leads to version n (SQLite's ``user_version``)."""

from __future__ import annotations

import re
import sqlite3
from importlib.resources.abc import Traversable
from typing import Final

_NUMBERED: Final = re.compile(r"([0-9]{4})_[a-z_]+\.sql", re.ASCII)


class NewerSchema(Exception):
    """A newer program wrote the database."""


def migrations(folder: Traversable) -> tuple[str, ...]:
    """The numbered files of a folder, in order."""
    found = {int(match[1]): one for one in folder.iterdir() if (match := _NUMBERED.fullmatch(one.name))}
    return tuple(found[number].read_text(encoding="utf-8") for number in sorted(found))


def migrate(db: sqlite3.Connection, folder: Traversable, *, change: bool = True) -> None:
    """Bring the schema to the newest of the numbered files, each in one transaction; raises NewerSchema.

    Without ``change`` the schema is left as it is.
    """
    (present,) = db.execute("PRAGMA user_version").fetchone()
    numbered = migrations(folder)
    if present > len(numbered):
        raise NewerSchema
    for number, text in enumerate(numbered[present:] if change else (), present + 1):
        db.executescript(f"BEGIN; {text}; PRAGMA user_version = {number}; COMMIT;")
