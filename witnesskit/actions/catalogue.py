"""The desk's catalogue, opened by a command that looks into it, and then brought up to date.

Importing does not touch it: what is new is found by comparing its items with the vault's list, and read once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import cast

from witnesskit.actions.catalogue_arrivals import Arrival, Arrivals, unknown_seq
from witnesskit.actions.catalogue_rows import row_of
from witnesskit.actions.item_files import ItemFiles, read_item
from witnesskit.actions.session import Session
from witnesskit.actions.statements import MARK, PLACE, localities, statements
from witnesskit.errors import WitnesskitError
from witnesskit.errors.leaving import StatementsShut
from witnesskit.errors.sealing import DiskFull, NotWritten
from witnesskit.errors.vault import NoRoom, StorageFault
from witnesskit.limits import CATALOGUE_BATCH, CATALOGUE_KEEP
from witnesskit.model import Role, SealedCapsule
from witnesskit.sealing import rings
from witnesskit.vault.catalogue import kept
from witnesskit.vault.catalogue.kept import KeptCatalogue
from witnesskit.vault.catalogue.port import Catalogue, Row
from witnesskit.vault.keyring import Keyring, desk_identities
from witnesskit.vault.state import ItemState, State

Report = Callable[[int, int], None]
_PLACE = "place "  # and an item: noted with what the desk said of it
_UNSETTLED = "unsettled"  # noted once an item had no arrival: then all items are compared each time
_NOT_KEPT = (NoRoom, StorageFault, DiskFull, NotWritten)


@dataclass
class Catalogued:
    """The catalogue as of now. ``notices``: (code, sentence) of what must be said of it."""

    rows: Catalogue
    read: int = 0  # items that were read from their capsules now
    dropped: int = 0
    notices: list[tuple[str, str]] = field(default_factory=list)


@contextmanager
def open_catalogue(session: Session, report: Report, *, anew: bool = False) -> Iterator[Catalogued]:
    """The catalogue, up to date; ``anew``: read from records and log alone. Raises CatalogueFull, StorageFault.

    A catalogue that cannot be read is made anew, one that cannot be written is used all the same: both are said.
    """
    with closing(_open(session, anew=anew)) as found:
        done = Catalogued(found)
        if found.fault:
            done.notices.append(("CATALOGUE-ANEW", f"the kept catalogue could not be read ({found.fault})"))
        _refresh(session, found, done, report)
        _keep(found, done)
        yield done


def set_sensitivity(session: Session, levels: Mapping[str, str]) -> None:
    """Show marks that were logged just now, by item (32 hex digits), in the kept catalogue.

    Never raises where it cannot be written: the log has them, and a catalogue made anew takes them from there.
    """
    with suppress(WitnesskitError), open_catalogue(session, _quiet) as found:
        for item, level in levels.items():
            found.rows.set_sensitivity(item, level)
        _keep(cast(KeptCatalogue, found.rows), found)


def read_again(session: Session, items: Sequence[str]) -> None:
    """Read items anew, of which something was said just now; never raises, as ``set_sensitivity``."""
    with suppress(WitnesskitError), open_catalogue(session, _quiet) as found:
        rows = cast(KeptCatalogue, found.rows)
        _note_places(session, rows, items)
        rows.put(_rows(session, rows, Arrivals(session, rows), items))
        _keep(rows, found)


def forget(session: Session, item: str) -> None:
    """Leave nothing of an item that was erased; where that cannot be written, nothing of the whole catalogue.

    Never raises for the catalogue: an erasure does not depend on it, and the next command that opens it tries again.
    """
    folder = session.vault.path / kept.FOLDER
    if not folder.is_dir():
        return
    with suppress(WitnesskitError), closing(_open(session)) as found:
        try:
            _drop(found, [item])
            if session.state.items[item].capsules:  # what the desk said of it stands
                _note_places(session, found, [item])
            found.keep()
        except WitnesskitError:
            kept.discard(folder)


def _open(session: Session, *, anew: bool = False) -> KeptCatalogue:
    folder = session.vault.path / kept.FOLDER
    identity = rings.catalogue_identity(cast(Keyring, session.keyring).desk_seed)
    return kept.empty(folder, identity) if anew else kept.open_kept(folder, identity)


def _keep(found: KeptCatalogue, done: Catalogued) -> None:
    try:
        found.keep()
    except _NOT_KEPT as error:
        done.notices.append(("CATALOGUE-NOT-KEPT", f"the catalogue could not be written ({error.code})"))


def _refresh(session: Session, found: KeptCatalogue, done: Catalogued, report: Report) -> None:
    """Take in what is new or changed, and out what is gone."""
    state, before = session.state.mark(), found.noted("state")
    if state and before == state:
        return
    changed = session.state.changed_since(before) if not found.noted(_UNSETTLED) else None
    if changed is None:
        found.note(_UNSETTLED, "")
    first = not found.count()
    new, gone = _differing(session.state, found, changed)
    _drop(found, gone)
    done.dropped = len(gone)
    if first:
        _say_of_shut(lambda: _note_places(session, found), "places", done)
    arrivals = Arrivals(session, found, changed)
    for start in range(0, len(new), CATALOGUE_BATCH):
        batch = new[start : start + CATALOGUE_BATCH]
        found.put(_rows(session, found, arrivals, batch))
        done.read += len(batch)
        report(done.read, len(new))
        if done.read % CATALOGUE_KEEP == 0:
            _keep(found, done)
    if first:
        _say_of_shut(lambda: _mark_all(session, found), "marks", done)
    found.note("state", state)


def _differing(state: State, found: KeptCatalogue, changed: Iterable[str] | None) -> tuple[list[str], list[str]]:
    """(items to be read, items to be dropped), of the ``changed`` ones, or of all where these are not known."""
    if changed is None:
        have = dict(found.marks())
        wanted = {item: _mark(one.capsules) for item, one in state.items.items() if one.capsules and not one.paper}
    else:
        candidates = {item: state.items[item] for item in changed}
        wanted = {item: _mark(one.capsules) for item, one in candidates.items() if one.capsules and not one.paper}
        have = {item: row.mark for item in candidates if (row := found.get(item))}
    new = sorted(item for item, mark in wanted.items() if have.get(item) != mark)
    return new, [item for item in have if item not in wanted]


def _say_of_shut(read: Callable[[], None], what: str, done: Catalogued) -> None:
    """For a catalogue that is made anew from the log; whether one is missing cannot be told if it is shut."""
    try:
        read()
    except StatementsShut as error:
        told = f"{what} are not shown: the statements of the log are shut ({error.code})"
        done.notices.append((f"{what.upper()}-UNKNOWN", told))


def _mark_all(session: Session, found: KeptCatalogue) -> None:
    for said in statements(session, MARK):  # oldest first
        found.set_sensitivity(said.item, said.text("level"))


def _note_places(session: Session, found: KeptCatalogue, items: Sequence[str] | None = None) -> None:
    """Remember what the desk said, of these items or of all that are here."""
    said = localities(statements(session, PLACE))
    for item in said if items is None else items:
        held = session.state.items.get(item)
        found.note(f"{_PLACE}{item}", said.get(item, "") if held and held.capsules else "")


def _drop(found: KeptCatalogue, items: Sequence[str]) -> None:
    """Take items out, with what was noted of them."""
    found.drop(items)
    for item in items:
        found.note(f"{_PLACE}{item}", "")


def _quiet(_done: int, _whole: int) -> None:
    """Nobody waits for it."""


def _rows(session: Session, found: KeptCatalogue, arrivals: Arrivals, items: Iterable[str]) -> Iterator[Row]:
    for item in items:
        arrival = arrivals.of_bundle(item)
        files = replace(_read(session, item, arrival), place=found.noted(f"{_PLACE}{item}"))
        arrival = arrival or arrivals.of_own(item, files.lines)
        row = row_of(files)
        before = found.get(item)
        if before is not None and not set(before.digests) <= set(row.digests):
            found.purge()  # something of it was erased on purpose
        told = arrival or Arrival(0, "")
        # an item whose arrival is not logged yet (a kill before the receipt) has no mark: it is looked at again
        mark = _mark(session.state.items[item].capsules) if arrival else 0
        if not arrival:
            found.note(_UNSETTLED, "1")
        seq = told.seq(row.captured) if arrival else unknown_seq(item)
        yield replace(row, seq=seq, mark=mark, imported=told.day, sender=told.sender)


def _read(session: Session, item: str, arrival: Arrival | None) -> ItemFiles:
    """What the desk ring opens of it; the keys of its sender first, every other one only where they do not fit."""
    keyring = cast(Keyring, session.keyring)
    records = tuple(one for one in session.state.items[item].capsules if one.role is Role.RECORD)
    alone = State({item: ItemState(records)})
    numbers = [arrival.number] if arrival and arrival.number is not None else []
    files = read_item(session.vault, alone, item, desk_identities(keyring, [*numbers, rings.OWN]))
    if files.faults:
        files = read_item(session.vault, alone, item, desk_identities(keyring))
    return replace(files, capsules=session.state.items[item].capsules)


def _mark(capsules: Sequence[SealedCapsule]) -> int:
    """Of the sealed files that an item has; never 0."""
    names = "".join(sorted(one.id for one in capsules))
    return int.from_bytes(hashlib.sha256(names.encode()).digest()[:7]) + 1
