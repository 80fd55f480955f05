"""One writer at a time, and no times left behind by it."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from witnesskit.errors.vault import StorageFault, VaultBusy
from witnesskit.model import VaultKind
from witnesskit.vault import durable
from witnesskit.vault.layout import Vault
from witnesskit.vault.sealed_files import FOLDER as SEALED

NAME = "lock"  # of the file that a writer locks


@contextlib.contextmanager
def in_use(vault: Vault) -> Iterator[None]:
    """Show that a process waits with this vault's keys in memory: a shared lock on its folder, which stops nobody.

    ``lock`` and ``panic`` find the process by it. A file system that knows no locks is left as it is.
    """
    with durable.faults():
        descriptor = os.open(vault.path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        with contextlib.suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        yield
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def writing(vault: Vault) -> Iterator[None]:
    """Hold the vault for writing, without waiting: raises VaultBusy, StorageFault.

    The system frees it when the process ends, however it ends. At the start what a crash left half-written
    is removed; at both ends all times but those of capsules are set to the fixed one.
    """
    with durable.faults():
        descriptor = os.open(vault.path / NAME, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            raise VaultBusy from None
        except OSError:
            os.close(descriptor)
            raise
    try:
        durable.sweep(vault.path)
        for top in (vault.custody, vault.keys, vault.policies, vault.work, vault.path / SEALED):
            for folder, _folders, _files in os.walk(top):
                durable.sweep(Path(folder))
        flatten_times(vault)
        yield
    finally:
        with contextlib.suppress(StorageFault):  # never hide what ended the command
            flatten_times(vault)
        os.close(descriptor)


def flatten_times(vault: Vault) -> None:
    """Set the times of every file and folder to the fixed one, but of files that had it from their first moment.

    These are the capsules, and at a desk the many checkpoints and logs of others, none of which is ever changed.
    """
    placed = {vault.custody / name for name in ("checkpoints", "seen") if vault.config.kind is VaultKind.DESK}
    with durable.faults(), os.scandir(vault.path) as entries, os.scandir(vault.capsules) as found:
        own = {Path(entry.path): entry.is_dir(follow_symlinks=False) for entry in entries}
        folders = [Path(entry.path) for entry in found]
    for top in (path for path, is_folder in own.items() if is_folder and path != vault.capsules):
        for folder, _folders, files in os.walk(top, topdown=False):
            for name in () if placed & {Path(folder), *Path(folder).parents} else files:
                durable.fix_time(Path(folder, name))
            durable.fix_time(Path(folder))
    for path in (*folders, *own, vault.path):
        durable.fix_time(path)
