"""The SQLite database of a desk's state: opened, closed, and its errors as this program's."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Final

from witnesskit.errors.formats import NewerFormat
from witnesskit.errors.vault import BadState, NoRoom, StorageFault, VaultBusy
from witnesskit.limits import STATE_WAIT
from witnesskit.vault import durable
from witnesskit.vault.numbered import NewerSchema, migrate

MIGRATIONS: Final = resources.files("witnesskit.vault") / "state_migrations"
_READ: Final = (
    "temp_store = MEMORY",  # no file but the database and its journal
    "trusted_schema = OFF",
    "cache_size = -16384",
)
_WRITE: Final = (*_READ, "journal_mode = DELETE", "synchronous = EXTRA", "secure_delete = ON")
_FULL: Final = (sqlite3.SQLITE_FULL,)
_BUSY: Final = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


@contextlib.contextmanager
def faults() -> Iterator[None]:
    """Every error of the database becomes NoRoom, VaultBusy, StorageFault or BadState."""
    try:
        yield
    except sqlite3.OperationalError as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in _FULL:
            raise NoRoom from None
        if code in _BUSY:
            raise VaultBusy from None
        raise StorageFault(getattr(error, "sqlite_errorname", "")) from None
    except (sqlite3.Error, TypeError, ValueError, OverflowError):
        raise BadState("its rows") from None


def connect(path: Path, *, write: bool) -> sqlite3.Connection:
    """Open it; with ``write`` it is made if it is not there, else only read.

    Raises the leaves of ``faults``, and NewerFormat for one that a newer program wrote.
    """
    with durable.faults():
        if path.is_symlink():
            raise BadState("its rows")
        if write:
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600))
    with faults():
        address = f"{path.as_uri()}?mode={'rw' if write else 'ro'}"
        db = sqlite3.connect(address, uri=True, isolation_level=None, timeout=STATE_WAIT, check_same_thread=False)
        try:
            for pragma in _WRITE if write else _READ:
                db.execute(f"PRAGMA {pragma}")
            migrate(db, MIGRATIONS, change=write)
        except NewerSchema:
            db.close()
            raise NewerFormat("state") from None
        except BaseException:
            db.close()
            raise
    return db
