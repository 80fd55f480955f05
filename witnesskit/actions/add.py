"""``add PATH...``: copy files into sealed capsules; their names and times are kept sealed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from witnesskit.actions.add_archive import sealed_archive
from witnesskit.actions.add_reports import add_reports
from witnesskit.actions.brought_before import Before
from witnesskit.actions.device_check import demand_quiet
from witnesskit.actions.full_disk import room_for_the_end
from witnesskit.actions.opening import open_for_saving
from witnesskit.actions.saving import SavedItem, Saving
from witnesskit.actions.sealing_file import sealed_file
from witnesskit.actions.session import Session
from witnesskit.actions.sources import Given, Sources
from witnesskit.capture.archive_file import is_zip
from witnesskit.capture.localfile import open_local
from witnesskit.errors import WitnesskitError
from witnesskit.errors.brought import BadTable
from witnesskit.errors.capture import NotAFile
from witnesskit.errors.cli import FileUnreadable
from witnesskit.vault import room
from witnesskit.vault.layout import Vault


class Watch(Protocol):
    """Who is told how far it is."""

    def progress(self, done: int, whole: int | None) -> None:
        """Bytes sealed of the current item."""
        ...

    def item(self, saved: SavedItem) -> None:
        """One item is finished and signed."""
        ...

    def refused(self, error: WitnesskitError) -> None:
        """One of several was not taken; the others are."""
        ...

    def known(self) -> None:
        """One of a folder is here already."""
        ...


def add(vault: Vault, sources: Sources, passphrase: str, watch: Watch) -> None:
    """Seal every file as an item of its own; one that is no file, or cannot be read, does not stop the others.

    Where the vault has a passphrase, files of a folder that were brought before are known and not sealed twice, so
    that a folder that was broken off is begun again without harm. Raises the leaves of the vault and of the disk.
    """
    with open_for_saving(vault, passphrase) as session:
        demand_quiet(session.policy, vault.path)
        before = Before(session)
        try:
            for number, given in enumerate(sources.files, 1):
                with _told(f"file {number} of {len(sources.files)}", watch):
                    _add_one(session, sources, given, before, watch)
        finally:
            before.keep()
        for number, table in enumerate(sources.tables, 1):
            with _told(f"table {number} of {len(sources.tables)}", watch):
                watch.item(add_reports(session, table, sources))


@contextmanager
def _told(which: str, watch: Watch) -> Iterator[None]:
    """What ails one of several stops no other."""
    try:
        yield
    except (NotAFile, FileUnreadable, BadTable) as error:
        error.detail = which + (f": {error.detail}" if error.detail else "")
        watch.refused(error)


def _add_one(session: Session, sources: Sources, given: Given, before: Before, watch: Watch) -> None:
    with open_local(given.path) as source:
        if given.name and before.holds(source):
            watch.known()
            return
        room.require(session.vault.path, source.size)
        saving = Saving(session)
        with room_for_the_end(saving):
            seal = sealed_archive if is_zip(source.read_at(0, 4)) else sealed_file
            saved = seal(saving, source, sources, given, watch)
        before.note(source, saved)
        watch.item(saved)
