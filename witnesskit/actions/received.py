"""``received/ID.age``: bundles of other desks as they came, sealed, read back and verified before they count."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from witnesskit.actions.given_file import open_given
from witnesskit.digest import sha256_stream
from witnesskit.limits import READ_BLOCK, VOLUME_MAX
from witnesskit.vault import durable
from witnesskit.vault.layout import Vault, checked_id
from witnesskit.vault.state import State

FOLDER: Final = "received"


def path_of(vault: Vault, bundle: str) -> Path:
    """Where the bundle of an id lies or will lie."""
    return vault.path / FOLDER / f"{checked_id(bundle)}.age"


@contextlib.contextmanager
def copied(vault: Vault, source: Path) -> Iterator[Path]:
    """A flushed copy of ``source`` inside the vault, for the caller to verify and then to ``keep``; else it goes.

    So what is verified is what is kept, whatever the stick does meanwhile. Raises FileUnreadable, NoRoom,
    StorageFault.
    """
    folder = path_of(vault, "0" * 32).parent
    durable.make_folder(folder)
    durable.sweep(folder)
    part = folder / f".part-{secrets.token_hex(8)}"
    try:
        _copy(source, part)
        yield part
    finally:
        if part.exists():
            durable.remove(part)


def keep(vault: Vault, part: Path, bundle: str) -> None:
    """Give a verified copy its name; one that lies there already is replaced by it."""
    durable.fix_time(part)
    durable.move(part, path_of(vault, bundle))


def kept(vault: Vault) -> int:
    """How many lie here; raises StorageFault."""
    folder = path_of(vault, "0" * 32).parent
    with durable.faults():
        return sum(1 for path in folder.iterdir() if path.suffix == ".age") if folder.is_dir() else 0


def digest(path: Path) -> str:
    """SHA-256 of a kept file."""
    with durable.faults(), open_given(path) as stream:
        return sha256_stream(stream)[0]


def wrong(vault: Vault, present: State) -> tuple[int, int]:
    """(how many should lie here, how many are missing or not as they came)."""
    due = {name: facts.sha256 for name, facts in present.bundles.items() if facts.sender and facts.sha256}
    bad = sum(not path_of(vault, name).is_file() or digest(path_of(vault, name)) != due[name] for name in due)
    return len(due), bad


def _copy(source: Path, part: Path) -> None:
    left = VOLUME_MAX
    with durable.faults(), open_given(source) as given:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o400)
        with os.fdopen(descriptor, "wb", buffering=0) as written:
            while left > 0 and (block := given.read(min(READ_BLOCK, left))):
                durable.write_all(written, block)
                left -= len(block)
            os.fsync(descriptor)
            if hasattr(os, "posix_fadvise"):
                with contextlib.suppress(OSError):  # so that the medium is read back, not memory
                    os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
