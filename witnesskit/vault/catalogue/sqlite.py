"""The catalogue in SQLite, in memory alone: no database, journal or temporary file ever touches a disk."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import fields
from importlib import resources
from typing import Any, Final

from witnesskit.errors.catalogue import CatalogueFull, CatalogueUnreadable
from witnesskit.limits import MIB
from witnesskit.vault.catalogue.port import KINDS, Digest, Row, Search
from witnesskit.vault.numbered import NewerSchema, migrate

MIGRATIONS: Final = resources.files("witnesskit.vault.catalogue") / "migrations"
_COLUMNS: Final = tuple(one.name for one in fields(Row))
_NAMES: Final = ", ".join(_COLUMNS)
# every name in a statement is of ours; what comes from outside is a value
_INSERT: Final = f"INSERT INTO item ({_NAMES}) VALUES ({', '.join('?' * len(_COLUMNS))})"  # noqa: S608
_GET: Final = f"SELECT {_NAMES} FROM item WHERE item = ?"  # noqa: S608
_WORDS: Final = "title, text, url, account"
_PRAGMAS: Final = ("temp_store = MEMORY", "journal_mode = MEMORY", "trusted_schema = OFF", "secure_delete = ON")
_FIXED_ROOM: Final = 768 * MIB  # above it there may be too little room for what comes (SQLITE_CONFIG_MEMDB_MAXSIZE)
_SPELLED_MAX: Final = 100  # spellings of one place in capitals and small letters
_PIECE: Final = 33  # bytes of one digest in its row


class SqliteCatalogue:
    """A catalogue in memory; ``stored`` is what ``bytes`` gave before.

    Raises CatalogueUnreadable for bytes that are no such database, or one of a newer program.
    """

    def __init__(self, stored: bytes | memoryview | None = None) -> None:
        self._db = sqlite3.connect(":memory:", isolation_level=None)
        try:
            if stored is not None:
                self._db.deserialize(stored)
                if len(stored) > _FIXED_ROOM:
                    self._move()
            for pragma in _PRAGMAS:
                self._db.execute(f"PRAGMA {pragma}")
            migrate(self._db, MIGRATIONS)
        except NewerSchema:
            self._db.close()
            raise CatalogueUnreadable("a newer program wrote it") from None
        except sqlite3.Error as error:
            self._db.close()
            raise CatalogueUnreadable(type(error).__name__) from None

    def bytes(self) -> bytes:
        """The whole database as one string of bytes, for sealing."""
        return self._db.serialize()

    def optimise(self) -> None:
        """One index of words, without what was dropped; nothing of a dropped row is left in the bytes."""
        self._db.execute("INSERT INTO words (words) VALUES ('optimize')")

    def close(self) -> None:
        """Give the memory back."""
        self._db.close()

    def put(self, rows: Iterable[Row]) -> None:
        """Add or replace; raises CatalogueFull."""
        with _Whole(self._db):
            for row in rows:
                self._put(row)

    def drop(self, items: Iterable[str]) -> None:
        """Take items out."""
        with _Whole(self._db):
            for item in items:
                self._remove(item)

    def set_sensitivity(self, item: str, value: str) -> None:
        """Mark one."""
        self._db.execute("UPDATE item SET sensitivity = ? WHERE item = ?", (value, bytes.fromhex(item)))

    def get(self, item: str) -> Row | None:
        """By its id."""
        found = self._db.execute(_GET, (bytes.fromhex(item),)).fetchone()
        return _row((*found[:-1], _unpacked(found[-1]))) if found else None

    def page(self, search: Search) -> tuple[Row, ...]:
        """Newest first."""
        return tuple(map(_row, self._db.execute(*_question(search, self._spelled(search.place)))))

    def marks(self) -> Iterator[tuple[str, int]]:
        """Every item."""
        return ((item.hex(), mark) for item, mark in self._db.execute("SELECT item, mark FROM item"))

    def count(self) -> int:
        """Of items."""
        found: int = self._db.execute("SELECT count(*) FROM item").fetchone()[0]
        return found

    def note(self, name: str, value: str) -> None:
        """A word about itself."""
        if value:
            self._db.execute("INSERT OR REPLACE INTO note VALUES (?, ?)", (name, value))
        else:
            self._db.execute("DELETE FROM note WHERE name = ?", (name,))

    def noted(self, name: str) -> str:
        """What was noted."""
        found = self._db.execute("SELECT value FROM note WHERE name = ?", (name,)).fetchone()
        return found[0] if found else ""

    def _spelled(self, place: str) -> list[str]:
        """The places that are the same name, in capitals or not; every place once, by their index."""
        folded = _sound(place).casefold()
        every = self._db.execute("SELECT DISTINCT place FROM item WHERE place <> ''") if place else ()
        return [one for (one,) in every if one.casefold() == folded][:_SPELLED_MAX]

    def _put(self, row: Row) -> None:
        marked = self._remove(row.item)
        values = [getattr(row, name) for name in _COLUMNS]
        values[_COLUMNS.index("item")] = bytes.fromhex(row.item)
        values[_COLUMNS.index("sensitivity")] = marked or row.sensitivity
        values[-1] = b"".join(KINDS.index(one.kind).to_bytes() + bytes.fromhex(one.sha256) for one in row.digests)
        self._db.execute(_INSERT, values)
        self._db.execute(
            f"INSERT INTO words (rowid, {_WORDS}) VALUES (?, ?, ?, ?, ?)",  # noqa: S608 - names of ours
            (row.seq, row.title, row.text, row.url, row.account),
        )
        heads = {_head(one.sha256) for one in row.digests}
        self._db.executemany("INSERT INTO digest VALUES (?, ?)", ((head, row.seq) for head in heads))

    def _remove(self, item: str) -> str:
        """Take one out; returns its sensitivity, empty where it was not there."""
        row = self.get(item)
        if row is None:
            return ""
        self._db.execute(
            f"INSERT INTO words (words, rowid, {_WORDS}) VALUES ('delete', ?, ?, ?, ?, ?)",  # noqa: S608
            (row.seq, row.title, row.text, row.url, row.account),
        )
        gone = {(_head(one.sha256), row.seq) for one in row.digests}
        self._db.executemany("DELETE FROM digest WHERE head = ? AND seq = ?", gone)
        self._db.execute("DELETE FROM item WHERE seq = ?", (row.seq,))
        return row.sensitivity

    def _move(self) -> None:
        """Into a database that grows without a bound: what was taken over whole ends at 1 GiB."""
        grown = sqlite3.connect(":memory:", isolation_level=None)
        self._db.backup(grown)
        self._db.close()
        self._db = grown


class _Whole:
    """One transaction: all or nothing."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def __enter__(self) -> None:
        self._db.execute("BEGIN")

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _trace: object) -> None:
        self._db.execute("ROLLBACK" if kind else "COMMIT")
        if isinstance(error, sqlite3.OperationalError) and "full" in str(error):
            raise CatalogueFull from None


def _question(search: Search, places: list[str]) -> tuple[str, list[str | int | bytes]]:
    """The statement and its values; the text of a person is never part of the statement."""
    tables: list[str] = ["item"]
    tests: list[tuple[str, list[str | int | bytes]]] = []
    if words := match_words(search.text):
        tables.insert(0, "words")
        tests = [("item.seq = words.rowid AND words MATCH ?", [words])]
    if search.digest:
        tables.insert(0, "digest")
        tests.append(("item.seq = digest.seq AND digest.head = ?", [_head(search.digest)]))
        tests.append(("instr(item.digests, ?) > 0", [bytes.fromhex(search.digest)]))
    if search.item:
        tests.append(("item.item = ?", [bytes.fromhex(search.item)]))
    order = "words.rowid" if words else "item.seq"
    if search.before is not None:
        tests.append((f"{order} < ?", [search.before]))
    if search.place:
        tests.append((f"item.place IN ({', '.join('?' * len(places))})", [*places]))
    equal = {"source": search.source, "sensitivity": search.sensitivity}
    tests += [(f"item.{name} = ?", [_sound(value)]) for name, value in equal.items() if value]
    tests += [("item.captured >= ?", [search.since])] if search.since else []
    tests += [("item.captured BETWEEN '0' AND ?", [search.until])] if search.until else []
    where = "WHERE " + " AND ".join(test for test, _values in tests) if tests else ""
    names = ", ".join(f"item.{name}" for name in _COLUMNS[:-1])
    question = f"SELECT {names} FROM {' CROSS JOIN '.join(tables)} {where} ORDER BY {order} DESC LIMIT ?"  # noqa: S608
    return question, [*(value for _test, values in tests for value in values), search.limit]


def match_words(untrusted_text: str) -> str:
    """Each word as a string of FTS5, so that nothing in it is an operator; all of them must be there.

    A word without a letter or a digit is in no index: it asks for nothing, unless there is no other one.
    """
    every = _sound(untrusted_text).replace("\0", " ").split()
    words = [word for word in every if any(map(str.isalnum, word))] or every
    return " AND ".join('"' + word.replace('"', '""') + '"' for word in words)


def _sound(untrusted_text: str) -> str:
    """Text as it is stored: a command line may hold bytes that are no characters."""
    return untrusted_text.encode("utf-8", "replace").decode()


def _row(found: tuple[Any, ...]) -> Row:
    seq, item, *others = found
    return Row(seq, item.hex(), *others)


def _unpacked(packed: bytes) -> tuple[Digest, ...]:
    pieces = (packed[place : place + _PIECE] for place in range(0, len(packed), _PIECE))
    return tuple(Digest(KINDS[piece[0]], piece[1:].hex()) for piece in pieces)


def _head(sha256: str) -> int:
    return int.from_bytes(bytes.fromhex(sha256[:16]), signed=True)
