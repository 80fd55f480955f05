"""``received/ID.age``: bundles of other desks as they came, sealed, read back and verified before they count.

Of a set ``received/ID/N.age``, and ``received/ID/sums``, a list as of ``sha256sum``, written when all are here.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from witnesskit.actions.given_file import open_given
from witnesskit.digest import sha256_stream
from witnesskit.formats.hash_list import HashLine, dump_hash_list, parse_hash_list
from witnesskit.limits import READ_BLOCK, VOLUME_MAX, VOLUMES_MAX
from witnesskit.vault import durable
from witnesskit.vault.layout import Vault, checked_id
from witnesskit.vault.state import State

FOLDER: Final = "received"
_VOLUME: Final = re.compile(rb"[1-9][0-9]{0,3}\.age")
_SUMS_MAX: Final = 128 * VOLUMES_MAX  # bytes


def path_of(vault: Vault, bundle: str) -> Path:
    """Where the bundle of an id lies or will lie."""
    return vault.path / FOLDER / f"{checked_id(bundle)}.age"


def volume_path(vault: Vault, bundle: str, volume: int) -> Path:
    """Where a volume of a set lies or will lie."""
    return vault.path / FOLDER / checked_id(bundle) / f"{volume}.age"


def is_kept(vault: Vault, bundle: str) -> bool:
    """Whether all of a bundle lies here, and counts."""
    return path_of(vault, bundle).exists() or _sums(vault, bundle).exists()


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


def keep_volume(vault: Vault, part: Path, bundle: str, volume: int) -> None:
    """Give a copy that is whole its place among the volumes of its set."""
    target = volume_path(vault, bundle, volume)
    durable.make_folder(target.parent)
    durable.fix_time(part)
    durable.move(part, target)


def close_set(vault: Vault, bundle: str, volumes: int) -> None:
    """List the volumes of a set that is all here and verified: from now on it counts."""
    paths = [volume_path(vault, bundle, number) for number in range(1, volumes + 1)]
    lines = dump_hash_list(HashLine(digest(path), path.name.encode()) for path in paths)
    durable.replace(_sums(vault, bundle), lines, mode=0o400)


def is_listed(vault: Vault, bundle: str, volume: int, part: Path) -> bool:
    """Whether ``part`` is, byte for byte, the volume that the list of a kept set names."""
    return (volume_path(vault, bundle, volume), digest(part)) in due_files(vault, bundle, "")


def drop_set(vault: Vault, bundle: str) -> None:
    """Leave nothing of a set that was refused."""
    folder = _sums(vault, bundle).parent
    if folder.is_dir() and not _sums(vault, bundle).exists():
        for path in sorted(folder.iterdir()):
            durable.remove(path)
        with durable.faults():
            folder.rmdir()


def kept(vault: Vault) -> int:
    """How many lie here; raises StorageFault."""
    folder = path_of(vault, "0" * 32).parent
    with durable.faults():
        here = folder.iterdir() if folder.is_dir() else ()
        return sum(path.suffix == ".age" or (path / "sums").is_file() for path in here)


def listed_digest(vault: Vault, bundle: str) -> str:
    """What the state says of a kept bundle: SHA-256 of its file, of a set that of its list."""
    path = path_of(vault, bundle)
    return digest(path if path.exists() else _sums(vault, bundle))


def due_files(vault: Vault, bundle: str, sha256: str) -> list[tuple[Path, str]]:
    """Every file of a kept bundle and the SHA-256 that it should have; of a set its list, and what that says."""
    sums = _sums(vault, bundle)
    if not sums.is_file():
        return [(path_of(vault, bundle), sha256)]
    lines = parse_hash_list(durable.read(sums, _SUMS_MAX) or b"").lines
    named = [(line.name.decode("ascii"), line.sha256) for line in lines if _VOLUME.fullmatch(line.name)]
    return [(sums, sha256), *((sums.with_name(name), digest) for name, digest in named)]


def digest(path: Path) -> str:
    """SHA-256 of a kept file."""
    with durable.faults(), open_given(path) as stream:
        return sha256_stream(stream)[0]


def wrong(vault: Vault, present: State) -> tuple[int, int]:
    """(how many should lie here, how many are missing or not as they came)."""
    due = {name: facts.sha256 for name, facts in present.bundles.items() if facts.sender and facts.sha256}
    bad = sum(any(not _is_so(*file) for file in due_files(vault, name, sha256)) for name, sha256 in due.items())
    return len(due), bad


def _is_so(path: Path, sha256: str) -> bool:
    return path.is_file() and digest(path) == sha256


def _sums(vault: Vault, bundle: str) -> Path:
    return vault.path / FOLDER / checked_id(bundle) / "sums"


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
