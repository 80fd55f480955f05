"""The catalogue at rest: one sealed snapshot, and sealed changes behind it that are small (docs/spec/vault.md).

Both are sealed to a key whose public half stands nowhere, so that nobody who can write into the folder can make one.
What cannot be read is left out and told: the vault itself knows everything that stands in it.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from witnesskit.errors import WitnesskitError
from witnesskit.errors.catalogue import CatalogueUnreadable
from witnesskit.formats import strict_json
from witnesskit.limits import CATALOGUE_CHANGES_MIN, CATALOGUE_CHANGES_PART
from witnesskit.model import Json
from witnesskit.sealing.identity import Identity
from witnesskit.vault import durable
from witnesskit.vault.catalogue import sealed_part
from witnesskit.vault.catalogue.port import Digest, Row, Search
from witnesskit.vault.catalogue.sqlite import SqliteCatalogue

FOLDER: Final = "catalogue"
FORMAT: Final = "witnesskit.catalogue/1"
CHANGES: Final = "witnesskit.catalogue-changes/1"
SNAPSHOT: Final = "snapshot"
_CHANGES: Final = re.compile(r"changes-[0-9]{6}", re.ASCII)


@dataclass
class KeptCatalogue:
    """A catalogue of the port; what is changed through it is written by ``keep``, and is lost without.

    ``fault``: why what was kept could not be read, empty if it could or if there was nothing.
    """

    folder: Path
    identity: Identity = field(repr=False)
    rows: SqliteCatalogue
    id: str = ""  # of the snapshot; empty: there is none that could be added to
    number: int = 0  # of the last changes behind it
    sizes: tuple[int, int] = (0, 0)  # sealed bytes of the snapshot, and of all changes behind it
    fault: str = ""
    _pending: list[Json] = field(default_factory=list, repr=False)
    _purge: bool = False

    def put(self, rows: Iterable[Row]) -> None:
        """As the port says."""
        added = tuple(rows)
        self.rows.put(added)
        self._later(*(["put", _row_json(row)] for row in added))

    def drop(self, items: Iterable[str]) -> None:
        """As the port says; the next ``keep`` leaves nothing of them."""
        gone = tuple(items)
        self.rows.drop(gone)
        self._purge = self._purge or bool(gone)

    def set_sensitivity(self, item: str, value: str) -> None:
        """As the port says."""
        self.rows.set_sensitivity(item, value)
        self._later(["sensitivity", item, value])

    def get(self, item: str) -> Row | None:
        """As the port says."""
        return self.rows.get(item)

    def page(self, search: Search) -> tuple[Row, ...]:
        """As the port says."""
        return self.rows.page(search)

    def marks(self) -> Iterator[tuple[str, int]]:
        """As the port says."""
        return self.rows.marks()

    def count(self) -> int:
        """As the port says."""
        return self.rows.count()

    def note(self, name: str, value: str) -> None:
        """As the port says."""
        if self.rows.noted(name) != value:
            self.rows.note(name, value)
            self._later(["note", name, value])

    def noted(self, name: str) -> str:
        """As the port says."""
        return self.rows.noted(name)

    def purge(self) -> None:
        """The next ``keep`` writes everything anew: what rows said before must not stay."""
        self._purge = True

    def keep(self) -> None:
        """Seal what is new: as changes while they are small beside the snapshot, else as a new snapshot.

        So each change costs the same whatever the number of items. Raises NoRoom, DiskFull, StorageFault.
        """
        most = max(CATALOGUE_CHANGES_MIN, self.sizes[0] // CATALOGUE_CHANGES_PART)
        if not self.id or self._purge or self.sizes[1] > most:
            self._keep_whole()
        elif self._pending:
            self._keep_changes()
        self._pending.clear()

    def close(self) -> None:
        """Give the memory back."""
        self.rows.close()

    def _later(self, *changes: Json) -> None:
        if self.id:  # without a snapshot everything is written at the end
            self._pending.extend(changes)

    def _keep_whole(self) -> None:
        self.rows.optimise()
        new = secrets.token_hex(16)
        durable.make_folder(self.folder)
        durable.sweep(self.folder)
        size = sealed_part.write(
            self.folder / SNAPSHOT, {"format": FORMAT, "id": new}, self.rows.bytes(), self.identity
        )
        self.id, self.number, self.sizes, self._purge = new, 0, (size, 0), False
        for path in _changes_in(self.folder):
            durable.remove(path)

    def _keep_changes(self) -> None:
        head = {"format": CHANGES, "of": self.id, "number": self.number + 1}
        data = strict_json.canonical(self._pending)
        size = sealed_part.write(self.folder / f"changes-{self.number + 1:06d}", head, data, self.identity)
        self.number, self.sizes = self.number + 1, (self.sizes[0], self.sizes[1] + size)


def open_kept(folder: Path, identity: Identity) -> KeptCatalogue:
    """What was kept, as far as it can be read; an empty catalogue where it cannot. Raises StorageFault."""
    try:
        return _opened(folder, identity)
    except WitnesskitError as error:
        return KeptCatalogue(folder, identity, SqliteCatalogue(), fault=error.code)


def empty(folder: Path, identity: Identity) -> KeptCatalogue:
    """A catalogue that takes the place of whatever is kept."""
    return KeptCatalogue(folder, identity, SqliteCatalogue())


def discard(folder: Path) -> None:
    """Unlink whatever is kept; raises StorageFault."""
    if folder.is_dir():
        durable.sweep(folder)
        for path in (*_changes_in(folder), folder / SNAPSHOT):
            durable.remove(path)


def _opened(folder: Path, identity: Identity) -> KeptCatalogue:
    found = sealed_part.read(folder / SNAPSHOT, identity)
    if found is None:
        return empty(folder, identity)
    if found.head.get("format") != FORMAT or not isinstance(found.head.get("id"), str):
        raise CatalogueUnreadable("another form")
    rows = SqliteCatalogue(found.content)
    kept = KeptCatalogue(folder, identity, rows, str(found.head["id"]), 0, (found.size, 0))
    del found
    try:
        for path in _changes_in(folder):
            _apply(kept, path)
    except WitnesskitError as error:  # what comes behind is read from the vault again
        return replace(kept, id="", fault=error.code)
    return kept


def _apply(kept: KeptCatalogue, path: Path) -> None:
    """One file of changes; one that belongs to an older snapshot is left where it lies."""
    found = sealed_part.read(path, kept.identity)
    if found is None or found.head.get("of") != kept.id:
        return
    if found.head.get("format") != CHANGES or found.head.get("number") != kept.number + 1:
        raise CatalogueUnreadable("changes are missing")
    data = bytes(found.content)
    try:
        for name, *values in strict_json.loads(data, max_size=len(data)):
            _change(kept.rows, name, values)
    except (TypeError, ValueError, KeyError):
        raise CatalogueUnreadable("changes of another form") from None
    kept.number, kept.sizes = kept.number + 1, (kept.sizes[0], kept.sizes[1] + found.size)


def _change(rows: SqliteCatalogue, name: str, values: list[Any]) -> None:
    match name:
        case "put":
            rows.put([_row_of(values[0])])
        case "sensitivity":
            rows.set_sensitivity(*values)
        case "note":
            rows.note(*values)
        case _:
            raise CatalogueUnreadable("a change that is not known")


def _row_json(row: Row) -> Json:
    """Numbers of more than 53 bits as texts: the JSON profile holds no others."""
    value = asdict(row)
    return {
        **value,
        "seq": str(row.seq),
        "mark": str(row.mark),
        "digests": [[one.kind, one.sha256] for one in row.digests],
    }


def _row_of(value: dict[str, Any]) -> Row:
    digests = tuple(Digest(kind, sha256) for kind, sha256 in value["digests"])
    return Row(**{**value, "seq": int(value["seq"]), "mark": int(value["mark"]), "digests": digests})


def _changes_in(folder: Path) -> list[Path]:
    with durable.faults():
        found = list(folder.iterdir()) if folder.is_dir() else []
    return sorted(path for path in found if _CHANGES.fullmatch(path.name))
