"""An audit without a key, against a bare loop of hashlib over the same files with as many workers.

Run ``python benchmarks/audit.py [SMALL [BIG]]``: 20,000 sealed files of 64 KiB, then 4 of 256 MiB, then both. Wall time of
the whole action: the list is read, every file found, hashed and compared, and what was found is kept on the disk. The bare
loop has the list of paths given: small files in two processes, big ones in two threads, the better way for each.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import secrets
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import inputs
import vaults
from measure import Row, compared, paired, tell

from witnesskit.actions.keyless_audit import Slice, keyless_audit
from witnesskit.limits import MIB
from witnesskit.model import Role, SealedCapsule
from witnesskit.vault import layout, state
from witnesskit.vault.layout import Vault
from witnesskit.vault.state import ItemState, State

BAR = 1.1
PAIRS = 7
SMALL, BIG = 65_536 + 500, 256 * MIB
WORKERS = 2


def made(vault: Vault, count: int, size: int) -> dict[str, ItemState]:
    found = {}
    for _number in range(count):
        name = secrets.token_hex(16)
        path = vault.capsule_path(name)
        path.parent.mkdir(exist_ok=True)
        inputs.noise(path, size)
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        found[name] = ItemState((SealedCapsule(name, name, Role.RECORD, 1, size, digest),))
    return found


def hashed(path: str) -> str:
    with Path(path).open("rb", buffering=0) as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def bare(small: Sequence[str], big: Sequence[str]) -> float:
    begin = time.perf_counter()
    if small:
        with multiprocessing.get_context("fork").Pool(WORKERS) as pool:
            pool.map(hashed, small, chunksize=64)
    with ThreadPoolExecutor(WORKERS) as threads:
        list(threads.map(hashed, big))
    return time.perf_counter() - begin


def audited(vault: Vault) -> float:
    (vault.path / "audit").unlink(missing_ok=True)
    begin = time.perf_counter()
    found = keyless_audit(vault, Slice(), lambda _done, _whole: None)
    if found.problems or found.left:
        raise SystemExit("the audit found what nobody changed")
    return time.perf_counter() - begin


def row(vault: Vault, what: str, small: dict[str, ItemState], big: dict[str, ItemState]) -> Row:
    state.save_state(vault, State({**small, **big}))
    paths = [[str(vault.capsule_path(name)) for name in each] for each in (small, big)]
    ours, peer = paired(lambda: audited(vault), lambda: bare(*paths), pairs=PAIRS)
    return compared(f"audit without a key, {what}, two workers", ours, peer, BAR)


def main() -> None:
    small_count = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    big_count = int(sys.argv[2]) if len(sys.argv) > 2 else 4
    with inputs.folder(small_count * SMALL + big_count * BIG) as folder:
        desk, _field = vaults.make(folder)
        vault = layout.open_vault(Path(os.path.realpath(desk)))
        small, big = made(vault, small_count, SMALL), made(vault, big_count, BIG)
        tell([
            row(vault, f"{small_count} files of 64 KiB", small, {}),
            row(vault, f"{big_count} files of 256 MiB", {}, big),
            row(vault, "both", small, big),
        ])  # fmt: skip


if __name__ == "__main__":
    main()
