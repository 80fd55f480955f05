"""A closed log is followed by a new one, in steps that a crash can only leave to be finished."""

from __future__ import annotations

import shutil
from pathlib import Path

from witnesskit.custody.journal import Journal
from witnesskit.custody.prepare import Prepared
from witnesskit.custody.signer import Signer
from witnesskit.formats.merkle_read import leaf_hash
from witnesskit.vault import durable, layout
from witnesskit.vault.layout import Vault

CLOSED = "closed"  # folder in custody/: logs that were closed and not confirmed yet
_NEXT = "next"  # folder in custody/: the log that will be open
_READY = "ready"  # marks that the next log is whole
_PARTS = ("checkpoints", "log.jsonl")  # the log last: where it lies, its checkpoints lie too


def begin(vault: Vault, signer: Signer, genesis: Prepared) -> None:
    """Write the next log beside the closed one."""
    fresh = vault.custody / _NEXT
    shutil.rmtree(fresh, ignore_errors=True)
    Journal.create(fresh, signer=signer, by="field", genesis=genesis)
    durable.replace(fresh / _READY, _name(vault.custody / "log.jsonl").encode())


def finish(vault: Vault) -> Vault:
    """Put the next log in the place of the closed one, if one was begun; once more is nothing."""
    fresh = vault.custody / _NEXT
    ready = durable.read(fresh / _READY, 64)
    if ready is None:
        return vault
    closed = vault.custody / CLOSED / ready.decode()
    durable.make_folder(closed.parent)
    durable.make_folder(closed)
    for name in _PARTS:
        if not (closed / name).exists():
            durable.move(vault.custody / name, closed / name)
        if (fresh / name).exists():
            durable.move(fresh / name, vault.custody / name)
    journal = Journal.open(vault.custody, by="field")
    changed = layout.with_config(vault, origin=journal.origin, key=journal.vkey)
    durable.remove(fresh / _READY)
    fresh.rmdir()
    return changed


def discard_closed(vault: Vault) -> None:
    """Remove closed logs: a desk has confirmed that it holds them."""
    shutil.rmtree(vault.custody / CLOSED, ignore_errors=True)


def closed_folders(vault: Vault) -> tuple[Path, ...]:
    """Folders of logs that were closed and are still to be delivered."""
    place = vault.custody / CLOSED
    found = sorted(place.iterdir()) if place.is_dir() else []
    return tuple(path for path in found if (path / "log.jsonl").is_file())


def _name(log: Path) -> str:
    first = log.read_bytes().split(b"\n", 1)[0]
    return leaf_hash(first).hex()[:32]
