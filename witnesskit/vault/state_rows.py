"""A desk's state in rows: the SQLite database ``state.sqlite`` (docs/spec/vault.md, "state").

Reading or changing one item costs the same beside a thousand others and beside a million.
"""

from __future__ import annotations

import contextlib
import re
import secrets
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from witnesskit.model import Role, SealedCapsule
from witnesskit.vault.state_database import connect, faults
from witnesskit.vault.state_json import bundle_text, parse_bundle
from witnesskit.vault.state_records import BundleState, ItemState

_PAGE: Final = 1000  # rows read at once: nobody waits long for who reads everything
# every statement is of these words; what comes from outside is a value
_ITEMS: Final = "SELECT id, delivered, receipted, paper, events FROM item"
_CAPSULES: Final = "SELECT item, place, id, sha256, role, part, size FROM capsule"
_BROUGHT: Final = (
    "SELECT bundle.id, carried.place, bundle.sender FROM carried JOIN bundle ON bundle.id = carried.bundle "
    "WHERE carried.item = ? AND bundle.sender <> '' ORDER BY bundle.counter LIMIT 1"
)
_HELD: Final = "WHERE paper = 0 AND (size > 0 OR EXISTS (SELECT 1 FROM capsule WHERE capsule.item = item.id))"
_MARK: Final = re.compile(r"([1-9][0-9]{0,17}) ([0-9a-f]{16})", re.ASCII)
_CapsuleRow = tuple[bytes, int, bytes, bytes, str, int, int]


class Rows:
    """The open database at ``path``; made, with ``write``, where there is none. Raises what ``connect`` raises."""

    def __init__(self, path: Path, *, write: bool = False) -> None:
        self._db = connect(path, write=write)

    def close(self) -> None:
        """Give it back."""
        self._db.close()

    @contextlib.contextmanager
    def one_look(self) -> Iterator[None]:
        """What is read inside is of one moment."""
        with faults():
            self._db.execute("BEGIN")
            try:
                yield
            finally:
                self._db.execute("ROLLBACK")

    def write(self, items: Mapping[str, ItemState | None], bundles: Mapping[str, BundleState | None]) -> None:
        """Add, replace, or take out where the value is None: all of it or nothing."""
        with faults():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                number = self._next_write()
                for item, found in items.items():
                    self._put_item(bytes.fromhex(item), found, number)
                for bundle, facts in bundles.items():
                    self._put_bundle(bytes.fromhex(bundle), facts)
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    def item(self, item: str) -> ItemState | None:
        """One item, by its id."""
        with faults():
            key = _key(item)
            row = self._db.execute(f"{_ITEMS} WHERE id = ?", (key,)).fetchone()
            if row is None:
                return None
            return _item(row, self._db.execute(f"{_CAPSULES} WHERE item = ? ORDER BY place", (key,)).fetchall())

    def items(self) -> Iterator[tuple[str, ItemState]]:
        """Every item, by id; read page by page."""
        last = b""
        while rows := self._page(_ITEMS, last):
            last = rows[-1][0]
            held: dict[bytes, list[_CapsuleRow]] = {}
            for one in self._asked(f"{_CAPSULES} WHERE item BETWEEN ? AND ? ORDER BY item, place", rows[0][0], last):
                held.setdefault(one[0], []).append(one)
            with faults():
                found = [(row[0].hex(), _item(row, held.get(row[0], ()))) for row in rows]
            yield from found

    def bundle(self, bundle: str) -> BundleState | None:
        """One bundle, by its id."""
        with faults():
            row = self._db.execute("SELECT id, facts FROM bundle WHERE id = ?", (_key(bundle),)).fetchone()
            return self._bundle(*row) if row else None

    def bundles(self) -> Iterator[tuple[str, BundleState]]:
        """Every bundle, by id."""
        last = b""
        while rows := self._page("SELECT id, facts FROM bundle", last):
            last = rows[-1][0]
            with faults():
                found = [(row[0].hex(), self._bundle(*row)) for row in rows]
            yield from found

    def count(self, table: str) -> int:
        """How many rows ``item``, ``bundle`` or ``capsule`` has."""
        questions = {
            "item": "SELECT count(*) FROM item",
            "bundle": "SELECT count(*) FROM bundle",
            "capsule": "SELECT count(*) FROM capsule",
        }
        return int(self._asked(questions[table])[0][0])

    def capsule(self, capsule: str) -> SealedCapsule | None:
        """One capsule, by its id."""
        found = self._asked(f"{_CAPSULES} WHERE id = ?", _key(capsule))
        with faults():
            return _capsule(found[0]) if found else None

    def sealed_files(self) -> list[tuple[str, str, int]]:
        """(id, SHA-256, size) of every capsule."""
        found = self._asked("SELECT id, sha256, size FROM capsule")
        return [(name.hex(), sha256.hex(), size) for name, sha256, size in found]

    def holding(self) -> tuple[str, ...]:
        """Items that are no papers and have capsules."""
        found = self._asked(f"SELECT id FROM item {_HELD} ORDER BY id")  # noqa: S608 - words of ours
        return tuple(one.hex() for (one,) in found)

    def tally(self) -> tuple[int, int, int]:
        """Of these items: (how many there are, of them written into a bundle, of them named by a receipt)."""
        counts = "count(*), total(delivered <> x''), total(receipted <> x'')"
        whole, packed, confirmed = self._asked(f"SELECT {counts} FROM item {_HELD}")[0]  # noqa: S608 - words of ours
        return int(whole), int(packed), int(confirmed)

    def papers(self, *events: str) -> list[str]:
        """Papers that may hold openings of such events; of any, where none is named."""
        named = "".join(" OR events LIKE ?" for _one in events) if events else " OR 1"
        question = f"SELECT id FROM item WHERE paper = 1 AND (events = ''{named})"  # noqa: S608 - no value in it
        return [one.hex() for (one,) in self._asked(question, *(f"% {event} %" for event in events))]

    def bundles_of(self, senders: Collection[str]) -> list[tuple[str, BundleState]]:
        """Bundles of one device, under whatever name, without their items."""
        found = []
        for sender in senders:
            rows = self._asked("SELECT id, facts FROM bundle WHERE sender = ? ORDER BY counter", sender)
            found += [(key.hex(), parse_bundle(facts, ())) for key, facts in rows]
        return found

    def brought_by(self, item: str) -> tuple[str, int] | None:
        """Bundle of a device that brought an item, and the item's place in there."""
        found = self._asked(_BROUGHT, _key(item))
        return (found[0][0].hex(), int(found[0][1])) if found else None

    def sender_of(self, item: str) -> str:
        """Verifier key of the device that brought an item first, or empty."""
        found = self._asked(_BROUGHT, _key(item))
        return str(found[0][2]) if found else ""

    def bytes_of(self, senders: Collection[str]) -> int:
        """Bytes of the capsules of all items that the bundles of a device brought."""
        question = "SELECT total(item.size) FROM item JOIN sender ON item.sender = sender.number WHERE sender.key = ?"
        return sum(int(self._asked(question, sender)[0][0]) for sender in senders)

    def mark(self) -> str:
        """Of the present rows: the number of the last write, and what nobody else's write of that number has."""
        found = self._asked("SELECT number, token FROM write ORDER BY number DESC LIMIT 1")
        return f"{found[0][0]} {found[0][1].hex()}" if found else ""

    def changed_since(self, mark: str) -> list[str] | None:
        """Items that were changed after the rows had this mark; None where that cannot be told."""
        match = _MARK.fullmatch(mark)
        number, token = (int(match[1]), bytes.fromhex(match[2])) if match else (0, b"")
        if not self._asked("SELECT 1 FROM write WHERE number = ? AND token = ?", number, token):
            return None
        if int(self.note("dropped") or 0) > number:
            return None
        return [one.hex() for (one,) in self._asked("SELECT id FROM item WHERE changed > ? ORDER BY id", number)]

    def note(self, name: str) -> str:
        """A word about the rows themselves, empty if there is none."""
        found = self._asked("SELECT value FROM note WHERE name = ?", name)
        return str(found[0][0]) if found else ""

    def _asked(self, question: str, *values: bytes | str | int) -> list[tuple]:  # type: ignore[type-arg]
        with faults():
            return self._db.execute(question, values).fetchall()

    def _page(self, question: str, last: bytes) -> list[tuple]:  # type: ignore[type-arg]
        return self._asked(f"{question} WHERE id > ? ORDER BY id LIMIT {_PAGE}", last)

    def _next_write(self) -> int:
        (number,) = self._db.execute("SELECT coalesce(max(number), 0) + 1 FROM write").fetchone()
        self._db.execute("INSERT INTO write VALUES (?, ?)", (number, secrets.token_bytes(8)))
        return int(number)

    def _put_item(self, key: bytes, found: ItemState | None, number: int) -> None:
        self._db.execute("DELETE FROM capsule WHERE item = ?", (key,))
        if found is None:
            self._db.execute("DELETE FROM item WHERE id = ?", (key,))
            self._db.execute("INSERT OR REPLACE INTO note VALUES ('dropped', ?)", (str(number),))
            return
        delivered, receipted = bytes.fromhex(found.delivered), bytes.fromhex(found.receipted)
        events = f" {' '.join(found.events)} " if found.events else ""
        size = sum(capsule.size for capsule in found.capsules)
        self._db.execute(
            "INSERT INTO item (id, delivered, receipted, paper, events, size, changed) VALUES (?, ?, ?, ?, ?, ?, ?) "
            "ON CONFLICT (id) DO UPDATE SET delivered = excluded.delivered, receipted = excluded.receipted, "
            "paper = excluded.paper, events = excluded.events, size = excluded.size, changed = excluded.changed",
            (key, delivered, receipted, found.paper, events, size, number),
        )
        if any(bytes.fromhex(capsule.item) != key for capsule in found.capsules):
            raise ValueError
        self._db.executemany(
            "INSERT INTO capsule VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                (key, place, *map(bytes.fromhex, (one.id, one.sha256)), Role(one.role).value, one.part, one.size)
                for place, one in enumerate(found.capsules)
            ),
        )

    def _put_bundle(self, key: bytes, facts: BundleState | None) -> None:
        self._db.execute("DELETE FROM carried WHERE bundle = ?", (key,))
        if facts is None:
            self._db.execute("DELETE FROM bundle WHERE id = ?", (key,))
            return
        row = (key, facts.sender, facts.counter, bundle_text(facts))
        self._db.execute("INSERT OR REPLACE INTO bundle VALUES (?, ?, ?, ?)", row)
        items = [bytes.fromhex(item) for item in facts.items]
        self._db.executemany(
            "INSERT INTO carried VALUES (?, ?, ?)", ((key, place, item) for place, item in enumerate(items))
        )
        if facts.sender and items:
            self._db.execute("INSERT OR IGNORE INTO sender (key) VALUES (?)", (facts.sender,))
            (number,) = self._db.execute("SELECT number FROM sender WHERE key = ?", (facts.sender,)).fetchone()
            self._db.executemany(
                "UPDATE item SET sender = ? WHERE id = ? AND sender IS NOT ?",
                ((number, item, number) for item in items),
            )

    def _bundle(self, key: bytes, facts: str) -> BundleState:
        found = self._db.execute("SELECT item FROM carried WHERE bundle = ? ORDER BY place", (key,)).fetchall()
        return parse_bundle(facts, tuple(item.hex() for (item,) in found))


def _key(text: str) -> bytes:
    """Bytes of an id; what is no id is in no row."""
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""


def _item(row: tuple[bytes, bytes, bytes, int, str], capsules: Iterable[_CapsuleRow]) -> ItemState:
    _id, delivered, receipted, paper, events = row
    held = tuple(map(_capsule, capsules))
    return ItemState(held, delivered.hex(), receipted.hex(), bool(paper), tuple(events.split()))


def _capsule(row: _CapsuleRow) -> SealedCapsule:
    item, _place, name, sha256, role, part, size = row
    return SealedCapsule(name.hex(), item.hex(), Role(role), part, size, sha256.hex())
