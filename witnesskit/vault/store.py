"""Finished capsules by id: read, take over, check, erase. Fixity is the digest of the ciphertext."""

from __future__ import annotations

import hashlib
import io
import os
import secrets
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from witnesskit.digest import sha256_stream
from witnesskit.errors.vault import CapsuleChanged, CapsuleMissing
from witnesskit.formats.age import parse_header
from witnesskit.limits import AGE_HEADER_MAX
from witnesskit.model import SealedCapsule
from witnesskit.vault import durable
from witnesskit.vault.items import place
from witnesskit.vault.layout import Vault, checked_id


def open_capsule(vault: Vault, capsule: str) -> BinaryIO:
    """Open a capsule to read; links are not followed. Raises CapsuleMissing, StorageFault."""
    path = vault.capsule_path(capsule)
    if not has(vault, capsule):
        raise CapsuleMissing
    with durable.faults():
        return os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb")


def has(vault: Vault, capsule: str) -> bool:
    """Whether a capsule of that id is here; its bytes are not read."""
    path = vault.capsule_path(capsule)
    with durable.faults():
        return path.is_file() and not path.is_symlink()


def find(vault: Vault, capsule: SealedCapsule) -> Path | None:
    """Where a listed capsule lies: in its place or, after a kill, still in ``work/``. Nothing is moved."""
    waiting = vault.work / checked_id(capsule.item) / f"{checked_id(capsule.id)}.{capsule.role}.{capsule.part}"
    with durable.faults():
        for path in (vault.capsule_path(capsule.id), waiting):
            if path.is_file() and not path.is_symlink():
                return path
    return None


def open_found(path: Path) -> BinaryIO:
    """Open what ``find`` found; links are not followed. Raises StorageFault."""
    with durable.faults():
        return os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb")


def put(vault: Vault, capsule: str, chunks: Iterable[bytes], sha256: str) -> bool:
    """Take over a capsule whose ciphertext has the digest ``sha256``; False if it is here already.

    What arrives is written, flushed and compared before it gets its name. Raises CapsuleChanged (other bytes
    than promised, or other bytes already here under this id), NoRoom, StorageFault.
    """
    if has(vault, capsule):
        check(vault, capsule, sha256)
        return False
    part = vault.work / f".part-{secrets.token_hex(8)}"
    try:
        if _written(part, chunks) != sha256:
            raise CapsuleChanged("other bytes than its digest promised")
        place(part, vault.capsule_path(capsule))
    finally:
        part.unlink(missing_ok=True)
    return True


def check(vault: Vault, capsule: str, sha256: str) -> int:
    """Re-read a capsule and compare; returns its size in bytes. Raises CapsuleMissing, CapsuleChanged."""
    with open_capsule(vault, capsule) as stream, durable.faults():
        found, size = sha256_stream(stream)
    if found != sha256:
        raise CapsuleChanged
    return size


def stanzas(vault: Vault, capsule: str) -> int:
    """How many keys its header is sealed to, decoys too; raises CapsuleMissing, the leaves of HeaderFailure."""
    with open_capsule(vault, capsule) as stream, durable.faults():
        head = stream.read(AGE_HEADER_MAX)
    return len(parse_header(head).stanzas)


def ids(vault: Vault) -> Iterator[str]:
    """Ids of every capsule here, sorted."""
    with durable.faults():
        paths = sorted(vault.capsules.glob("[0-9a-f][0-9a-f]/" + "[0-9a-f]" * 32))
    for path in paths:
        if path.name.startswith(path.parent.name) and path.is_file() and not path.is_symlink():
            yield path.name


def erase(vault: Vault, capsule: str) -> None:
    """Unlink a capsule and flush its folder; nothing if it is gone already. Raises StorageFault.

    Flash memory may keep the bytes until it reuses them: they are ciphertext, but tell the person so.
    """
    path = vault.capsule_path(capsule)
    if path.parent.is_dir():
        durable.remove(path)


def _written(part: Path, chunks: Iterable[bytes]) -> str:
    hasher = hashlib.sha256()
    with durable.faults():
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        stream = io.FileIO(descriptor, "wb")
    with stream:
        for chunk in chunks:  # outside faults(): errors of the source are not the disk's
            hasher.update(chunk)
            with durable.faults():
                durable.write_all(stream, chunk)
    return hasher.hexdigest()
