"""``add FILE...``: copy files into sealed capsules; their names and times are kept sealed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from witnesskit.actions.clock import now
from witnesskit.actions.finishing import Gathered, finish
from witnesskit.actions.full_disk import room_for_the_end
from witnesskit.actions.opening import open_for_saving
from witnesskit.actions.saving import SavedItem, Saving
from witnesskit.actions.session import Session
from witnesskit.capture.localfile import LocalFile, open_local
from witnesskit.errors import WitnesskitError
from witnesskit.errors.capture import NotAFile
from witnesskit.errors.cli import FileUnreadable
from witnesskit.formats import strict_json
from witnesskit.formats.media_record import MediaFact
from witnesskit.media.probe import media_type
from witnesskit.model import Outcome, Role
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


def add(vault: Vault, files: Sequence[Path], passphrase: str, watch: Watch) -> None:
    """Seal every file as an item of its own; one that is no file, or cannot be read, does not stop the others.

    Raises the leaves of the vault and of the disk.
    """
    with open_for_saving(vault, passphrase) as session:
        for number, path in enumerate(files, 1):
            try:
                watch.item(_add_one(session, path, watch))
            except (NotAFile, FileUnreadable) as error:
                error.detail = f"file {number} of {len(files)}" + (f": {error.detail}" if error.detail else "")
                watch.refused(error)


def _add_one(session: Session, path: Path, watch: Watch) -> SavedItem:
    with open_local(path) as source:
        room.require(session.vault.path, source.size)
        saving = Saving(session)
        with room_for_the_end(saving):
            return _sealed(saving, source, watch)


def _sealed(saving: Saving, source: LocalFile, watch: Watch) -> SavedItem:
    gathered = Gathered("file", now())
    stub = saving.capsule(Role.RECORD)
    stub.add("stub.json", strict_json.canonical({"kind": "file", "started_at": gathered.started_at}))
    saving.close(stub)
    original = saving.capsule(Role.ORIGINAL)
    stream = original.stream("media/1")
    head = b""
    for block in source.blocks():
        stream.write(block)
        head = head or bytes(block[:64])
        watch.progress(stream.size, source.size)
    stream.close()
    whole = source.unchanged(stream.size)
    gathered.media.append(
        MediaFact(1, stream.sha256, stream.size, media_type(head), whole, reason="" if whole else "changed")
    )
    gathered.outcome = Outcome.SAVED if whole else Outcome.PARTIAL
    gathered.hidden["name"] = source.name
    gathered.source["kind"] = "file"
    gathered.times["file"] = source.times()
    gathered.completeness |= {
        "media": "ok" if whole else "missing: the file changed while it was read",
        "url": "never: brought as a file",
        "html": "never: brought as a file",
        "screenshot": "never: brought as a file",
        "context": "never: brought as a file",
    }
    return finish(saving, gathered, original)
