"""What a lost device or a sender that is not known sends: kept whole as it came, never taken in, never answered.

``quarantine/`` of the vault holds each file under the SHA-256 of its ciphertext.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from witnesskit.actions import received
from witnesskit.actions.own_checks import QUARANTINE, Looked, log_check, own_checks
from witnesskit.actions.session import Session
from witnesskit.bundle.sequence import seen_bundle
from witnesskit.errors import WitnesskitError
from witnesskit.errors.bundle import BundleIdReused, RolledBackSender, SenderUnknown
from witnesskit.errors.invite import DeviceLost
from witnesskit.errors.sealing import NotReadable
from witnesskit.formats.bundle_manifest import BundleMeta
from witnesskit.limits import QUARANTINE_MAX, READ_BLOCK
from witnesskit.vault import durable, room
from witnesskit.vault.items import place_open
from witnesskit.vault.keyring import IssuedInvite, Loss
from witnesskit.vault.layout import Vault
from witnesskit.vault.state import State

FOLDER: Final = "quarantine"
_NAME: Final = re.compile(r"[0-9a-f]{64}\.age", re.ASCII)
_NEW: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


def refuse_lost(session: Session, invite: IssuedInvite, meta: BundleMeta, stream: BinaryIO) -> None:
    """Set aside a bundle sealed to the invite of a lost device, log that, and raise DeviceLost.

    The very bundles that were received before the loss pass. Raises NoRoom, StorageFault, NotReadable too.
    """
    loss = invite.lost
    if loss is None or _was_received(session.state, loss, meta):
        return
    raise _set_aside(session, meta, stream, DeviceLost())


@contextlib.contextmanager
def of_unknown(session: Session, meta: BundleMeta, stream: BinaryIO) -> Iterator[None]:
    """Set a bundle aside that is refused for whom it is from or for its number, and pass the refusal on."""
    try:
        yield
    except (SenderUnknown, RolledBackSender, BundleIdReused) as refusal:
        raise _set_aside(session, meta, stream, refusal) from None


def _set_aside(session: Session, meta: BundleMeta, stream: BinaryIO, refusal: WitnesskitError) -> WitnesskitError:
    """Keep the file; returns the refusal, which tells if it was not kept. Raises NoRoom, StorageFault, NotReadable.

    Past QUARANTINE_MAX nothing more is kept: anybody with a device's invite could fill the disk.
    """
    here, size = sum(path.stat().st_size for path in set_aside(session.vault)), _size(stream)
    if here + size > QUARANTINE_MAX:
        told = f"not set aside, {here} bytes of such files lie here"
        return type(refusal)("; ".join(filter(None, (refusal.detail, told))))
    room.require(session.vault.path, size)
    digest = _keep(session.vault, stream)
    logged = (check.looked.problems for check in own_checks(session, QUARANTINE))
    if not any(digest in problems for problems in logged):
        log_check(session, Looked(QUARANTINE, bad=1, problems=(digest, meta.id), who=meta.sender))
    return refusal


def _size(stream: BinaryIO) -> int:
    """Bytes of the file as it lies there, which say nothing of what was signed."""
    try:
        return stream.seek(0, os.SEEK_END)
    except OSError as error:
        raise NotReadable(error.strerror or "") from None


def set_aside(vault: Vault) -> tuple[Path, ...]:
    """Every file that was set aside; raises StorageFault."""
    folder = vault.path / FOLDER
    with durable.faults():
        return (
            tuple(sorted(path for path in folder.iterdir() if _NAME.fullmatch(path.name))) if folder.is_dir() else ()
        )


def wrong(vault: Vault) -> tuple[int, int]:
    """(how many files were set aside, how many of them are not as they came)."""
    files = set_aside(vault)
    return len(files), sum(received.digest(path) != path.stem for path in files)


def _was_received(present: State, loss: Loss, meta: BundleMeta) -> bool:
    """Whether this very bundle was taken in, and says nothing beyond the lines that were confirmed by then."""
    known, bundle = present.bundles.get(meta.set), seen_bundle(meta)
    seen = known is not None and (known.volumes[meta.volume - 1 : meta.volume] or (known.meta_sha256,))
    same = bool(seen) and seen == (bundle.volumes[meta.volume - 1 : meta.volume] or (bundle.meta_sha256,))
    return same and all(head.size <= loss.confirmed(head.log) for head in meta.chain)


def _keep(vault: Vault, stream: BinaryIO) -> str:
    """Copy the whole file; returns its SHA-256. The same file twice is one."""
    folder = vault.path / FOLDER
    durable.make_folder(folder)
    durable.sweep(folder)
    part = folder / f".part-{secrets.token_hex(8)}"
    with durable.faults():
        descriptor = os.open(part, _NEW, 0o600)
    try:
        digest = _copy(stream, descriptor)
    except BaseException:
        os.close(descriptor)
        durable.remove(part)
        raise
    place_open(descriptor, part, folder / f"{digest}.age")
    return digest


def _copy(stream: BinaryIO, descriptor: int) -> str:
    """From the first byte to the last; returns the SHA-256 of what was written."""
    hasher = hashlib.sha256()
    for block in _blocks(stream):
        hasher.update(block)
        rest = memoryview(block)
        while rest:
            with durable.faults():
                rest = rest[os.write(descriptor, rest) :]
    return hasher.hexdigest()


def _blocks(stream: BinaryIO) -> Iterator[bytes]:
    try:
        stream.seek(0)
        yield from iter(lambda: stream.read(READ_BLOCK), b"")
    except OSError as error:
        raise NotReadable(error.strerror or "") from None
