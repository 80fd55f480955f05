"""``add FILE...``: copy files into sealed capsules; their names and times are kept sealed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from witnesskit.actions.clock import now
from witnesskit.actions.finishing import Gathered, finish
from witnesskit.actions.opening import open_for_saving
from witnesskit.actions.saving import SavedItem, Saving
from witnesskit.actions.session import Session
from witnesskit.capture.localfile import open_local
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


def add(vault: Vault, files: Sequence[Path], passphrase: str, watch: Watch) -> list[SavedItem]:
    """Seal every file as an item of its own; raises the leaves of the vault, of the disk and of the files."""
    saved = []
    with open_for_saving(vault, passphrase) as session:
        for path in files:
            saved.append(_add_one(session, path, watch))
            watch.item(saved[-1])
    return saved


def _add_one(session: Session, path: Path, watch: Watch) -> SavedItem:
    with open_local(path) as source:
        room.require(session.vault.path, source.size)
        saving = Saving(session)
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
