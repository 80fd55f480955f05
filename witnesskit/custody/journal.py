"""The log of one vault: append, checkpoint, and what a crash left (docs/spec/custody-log.md, "Crash rules").

``log.jsonl`` is append-only; every line is on the disk before its number is returned. One writer at a time:
the vault's lock sees to it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from witnesskit.custody import checkpointer
from witnesskit.custody.durable import append_durably, flush_folder, read_whole, replace_durably
from witnesskit.custody.key_line import KeyLine
from witnesskit.custody.prepare import Prepared, prepare
from witnesskit.custody.scan import Found, scan, tree_of
from witnesskit.custody.signer import Signer
from witnesskit.custody_limits import LOG_LINES_MAX, LOG_MAX
from witnesskit.errors.custody import JournalExists, LogNotWritten, NotCommittable
from witnesskit.errors.formats import BadJson
from witnesskit.errors.verify import BadLine
from witnesskit.formats import custody_event, disclosure, merkle
from witnesskit.formats.checkpoint import Checkpoint, root_text
from witnesskit.formats.custody_event import Event
from witnesskit.formats.custody_types import DIGESTS
from witnesskit.model import Json

LOG_NAME = "log.jsonl"
_ITEM = re.compile(rb'"item":"([0-9a-f]{32})"')
_TYPE = re.compile(rb'"type":"([a-z-]+)"')
_NOTHING: Mapping[str, Json] = {}


def utc_day() -> str:
    """Today as ``YYYY-MM-DD``."""
    return datetime.now(UTC).strftime("%Y-%m-%d")


class Journal:
    """One open custody log. ``by`` is "field" or "desk"; ``root`` is base64, ``log`` 64 hex digits."""

    def __init__(self, folder: Path, by: str, found: Found, today: Callable[[], str]) -> None:
        """Use create or open."""
        self._folder, self._path = folder, folder / LOG_NAME
        self._by = by
        self._today = today
        self._keys = found.keys
        self._torn = found.torn
        self._usable = True
        self._note = b""
        self._tree = found.tree
        self._last = found.lines[-1]
        self._items = {match[1].decode() for line in found.lines for match in _ITEM.finditer(line)}
        self._types = {word for line in found.lines for word in _TYPE.findall(line)}
        self._bytes = sum(map(len, found.lines)) + len(found.lines)

    @classmethod
    def create(
        cls,
        folder: Path,
        *,
        signer: Signer,
        by: str,
        genesis: Prepared,
        origin: str = "",
        today: Callable[[], str] = utc_day,
    ) -> Journal:
        """Begin a log with its genesis line and first checkpoint; raises JournalExists, LogNotWritten.

        ``genesis.x`` holds ``next``; origin (if given, it must be the signer's) and key are filled in.
        """
        if genesis.type != "genesis" or origin not in ("", signer.origin):
            raise NotCommittable("a log begins with genesis")
        public = {**genesis.x, "origin": signer.origin, "key": signer.vkey}
        draft = Event(n=0, type="genesis", t=_time(by, today), by=by, sd=(), x=public)
        line = _line(replace(draft, sd=_digests(genesis, _NOTHING)))
        _make_folders(folder)
        replace_durably(folder / LOG_NAME, line + b"\n", exclusive=True)
        tree = tree_of([line])
        keys = KeyLine(tree.leaf(0).hex(), signer.key, str(public["next"]))
        journal = cls(folder, by, Found((line,), 0, keys, tree), today)
        journal.checkpoint(signer)
        return journal

    @classmethod
    def open(cls, folder: Path, *, by: str, today: Callable[[], str] = utc_day) -> Journal:
        """Open a log; raises RolledBack if it is not what its newest checkpoint signs, JournalDamaged."""
        data = read_whole(folder / LOG_NAME, "its lines")
        return cls(folder, by, scan(folder, data), today)

    @property
    def size(self) -> int:
        """Number of lines."""
        return self._tree.size

    @property
    def root(self) -> str:
        """Root of the tree over all lines, standard base64 as in a checkpoint."""
        return root_text(self._tree.root())

    def root_at(self, size: int) -> bytes:
        """Root (32 bytes) of the tree over the first ``size`` lines."""
        return self._tree.root(size)

    @property
    def log(self) -> str:
        """The log's id: leaf hash of line 0, 64 hex digits."""
        return self._tree.leaf(0).hex()

    @property
    def origin(self) -> str:
        """The log's name."""
        return self._keys.first.name

    @property
    def vkey(self) -> str:
        """Verifier key in force."""
        return self._keys.key.text

    @property
    def keys(self) -> KeyLine:
        """The keys that signed and sign this log, and what may authorise the next change."""
        return self._keys

    @property
    def lost(self) -> int:
        """Bytes of torn lines that the next append cuts and records in a ``recover`` event."""
        return self._torn

    @property
    def last_line(self) -> bytes:
        """The newest whole line, without its line feed."""
        return self._last

    def holds_item(self, item: str) -> bool:
        """Whether an ingest or derive line bears this id (32 hex digits)."""
        return item in self._items

    def may_hold(self, event: str) -> bool:
        """Whether a line looks as if it were an event of this type; if not, none is."""
        return event.encode() in self._types

    def append(self, prepared: Prepared, deferred_values: Mapping[str, Json] = _NOTHING) -> int:
        """Write one event and flush it; returns its number ``n``. Raises LogNotWritten, NotCommittable."""
        return self.append_all([(prepared, deferred_values)])[0]

    def append_all(self, batch: Sequence[tuple[Prepared, Mapping[str, Json]]]) -> tuple[int, ...]:
        """Write several events with one flush; returns their numbers."""
        self.settle()
        if any(prepared.type == "key" for prepared, _values in batch):
            raise NotCommittable("a key is replaced with change_key")
        items = [prepared.item for prepared, _values in batch if prepared.item]
        if len(set(items)) != len(items) or self._items.intersection(items):
            raise NotCommittable("an item enters the log once")
        first = self.size
        lines = [self._make(first + place, *entry) for place, entry in enumerate(batch)]
        self._write(lines)
        self._items.update(items)
        return tuple(range(first, self.size))

    def settle(self) -> int:
        """Cut what a crash left, as the next append would; returns the number of the next event."""
        if not self._usable:
            raise LogNotWritten("an earlier write failed; open the log again")
        if self._torn:
            self._recover()
        return self.size

    def change_key(self, prepared: Prepared, signer: Signer) -> bytes:
        """Append an authorised ``key`` event and sign the checkpoint after it with the new key; returns the note.

        ``prepared.x`` holds ``key_change.public_members`` of the change that ``authorise`` signed for the number
        that ``settle`` told. Raises UnauthorisedChange, NotCommittable (a key of another, or used before).
        """
        if prepared.type != "key":
            raise NotCommittable("a key is replaced by a key event")
        line = self._make(self.settle(), prepared, _NOTHING)
        keys = self._keys.after(custody_event.parse(line))
        if keys.key != signer.key or keys.key in self._keys.keys:
            raise NotCommittable("the signer is not the new key, or not new")
        self._write([line])
        self._keys = keys
        return self.checkpoint(signer)

    def checkpoint(self, signer: Signer, operators: Sequence[Signer] = ()) -> bytes:
        """Sign and store the present size and root; returns the note. A field log keeps only the newest.

        ``operators`` sign it too, under names of their own.
        """
        if signer.key != self._keys.key:
            raise NotCommittable("the signer is not this log's")
        if any(operator.origin == self.origin for operator in operators):
            raise NotCommittable("an operator under the log's own name")
        present = Checkpoint(self.origin, self.size, self._tree.root())
        keep_all = self._by != "field"
        self._note = checkpointer.write(self._folder, present, signer, keep_all=keep_all, operators=operators)
        return self._note

    def log_bytes(self) -> bytes:
        """The whole lines as stored, each with its line feed."""
        return read_whole(self._path, "its lines")[: self._bytes]

    def lines(self) -> tuple[bytes, ...]:
        """The lines without line feeds."""
        return tuple(self.log_bytes().split(b"\n")[:-1])

    def sizes(self) -> tuple[int, ...]:
        """Lines of every stored checkpoint, ascending."""
        return tuple(checkpointer.sizes(self._folder))

    def notes(self) -> tuple[bytes, ...]:
        """Every stored checkpoint, oldest first."""
        return tuple(checkpointer.read_note(self._folder, size) for size in checkpointer.sizes(self._folder))

    def newest_note(self) -> bytes:
        """The newest stored checkpoint; raises JournalDamaged where there is none."""
        if not self._note:
            self._note = checkpointer.read_note(self._folder, max(checkpointer.sizes(self._folder), default=0))
        return self._note

    def note_of(self, size: int) -> bytes | None:
        """The stored checkpoint of ``size`` lines, None where there is none."""
        return checkpointer.stored_note(self._folder, size)

    def consistency(self, old_size: int) -> tuple[bytes, ...]:
        """Proof that the first ``old_size`` lines begin this log."""
        return merkle.consistency(self._tree, old_size)

    def inclusion(self, index: int) -> tuple[bytes, ...]:
        """Proof that line ``index`` is in the tree over all lines."""
        return merkle.inclusion(self._tree, index)

    def _make(self, number: int, prepared: Prepared, values: Mapping[str, Json]) -> bytes:
        if prepared.type == "genesis":
            raise NotCommittable("genesis comes once")
        return _line(
            Event(
                n=number, type=prepared.type, t=_time(self._by, self._today), by=self._by,
                sd=_digests(prepared, values), log=self.log, item=prepared.item, x=prepared.x,
            )
        )  # fmt: skip

    def _write(self, lines: Sequence[bytes]) -> None:
        data = b"".join(line + b"\n" for line in lines)
        if self._bytes + len(data) > LOG_MAX or self.size + len(lines) > LOG_LINES_MAX:
            raise LogNotWritten("the log is full; close it and begin a new vault")
        self._usable = False
        append_durably(self._path, data)
        self._usable = True
        self._take(lines)

    def _recover(self) -> None:
        """Replace the torn file by its whole lines and a ``recover`` event, in one rename.

        A kill before the rename leaves the torn line and its count; one after it leaves the event.
        """
        event = prepare("recover", {}, x={"lost": self._torn})
        line = self._make(self.size, event, _NOTHING)
        replace_durably(self._path, self.log_bytes() + line + b"\n")
        self._torn = 0
        self._take([line])

    def _take(self, lines: Sequence[bytes]) -> None:
        for line in lines:
            self._tree.append(merkle.leaf_hash(line))
            self._types.update(_TYPE.findall(line))
            self._bytes += len(line) + 1
            self._last = line


def _line(event: Event) -> bytes:
    """The bytes of a line that our own reader accepts; raises NotCommittable."""
    try:
        line = custody_event.dump(event)
        custody_event.parse(line)
    except (BadLine, BadJson) as error:
        raise NotCommittable(f"{event.type}: {error.detail or error.code}") from None
    return line


def _digests(prepared: Prepared, values: Mapping[str, Json]) -> tuple[str, ...]:
    """Digests of all disclosures, filled with decoys to the fixed number of the type, sorted."""
    found = [disclosure.digest(text) for text in prepared.completed(values)]
    missing = DIGESTS[prepared.type] - len(found)
    return tuple(sorted(found + disclosure.decoys(missing)))


def _time(by: str, today: Callable[[], str]) -> str:
    return custody_event.FIELD_TIME if by == "field" else today()


def _make_folders(folder: Path) -> None:
    try:
        (folder / "checkpoints").mkdir(parents=True, exist_ok=True)
        flush_folder(folder)
    except FileExistsError:
        raise JournalExists from None
    except OSError as error:
        raise LogNotWritten(error.strerror or "") from None
