"""A second copy of a sealed bundle on other storage, verified as the first one was."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from witnesskit.bundle.pack import check_room
from witnesskit.bundle.result import LookSink
from witnesskit.bundle.unpack import open_volume
from witnesskit.errors import WitnesskitError
from witnesskit.errors.sealing import NotWritten
from witnesskit.formats.bundle_manifest import BundleMeta
from witnesskit.limits import READ_BLOCK
from witnesskit.sealing.identity import Identity


class CopiedAgain:
    """Volumes of sets that were here whole, copied once more in one run: when each was, the set has two copies."""

    def __init__(self) -> None:
        self._volumes: dict[str, set[int]] = {}

    def of_set(self, meta: BundleMeta, copies: int) -> int:
        """Verified copies of the whole set, after one more volume was copied (``copies`` 1) or was not (0)."""
        done = self._volumes.setdefault(meta.set, set())
        done |= {meta.volume} if copies else set()
        return 2 if len(done) == meta.volumes else 1


def second_copy(path: Path, folder: Path | None, bundle: str, identities: Sequence[Identity]) -> int:
    """Copy the sealed bundle to ``folder`` under its id, read it back, verify every file in it; returns 1 if all do.

    A copy of a damaged bundle is kept and counts as none, and so does one whose name a whole bundle with other
    content has: a device chooses the ids of volumes. Raises NotWritten, NoRoom, what ``open_volume`` raises.
    """
    if folder is None:
        return 0
    target = folder / f"{bundle}.age"
    part = target.with_name(target.name + ".part")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        check_room(folder, path.stat().st_size)
        _copy(path, part)
        made = _digest_of_whole(part, bundle, identities)
        there = _digest_there(target, bundle, identities)
        whole = bool(made) and there in ("", made)
        if whole or not target.exists():
            part.rename(target)
    except OSError as error:
        raise NotWritten(error.strerror or "") from None
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
    return int(whole)


def _copy(source: Path, part: Path) -> None:
    """Copy and flush; nothing is written through a link that lies there."""
    part.unlink(missing_ok=True)
    with source.open("rb") as given, open(part, "xb", opener=_for_its_owner) as written:
        shutil.copyfileobj(given, written, READ_BLOCK)
        written.flush()
        os.fsync(written.fileno())
        if hasattr(os, "posix_fadvise"):
            with contextlib.suppress(OSError):  # so that the medium is read back, not memory
                os.posix_fadvise(written.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _for_its_owner(path: str, flags: int) -> int:
    """As in the vault: whoever else uses that storage learns the name and size of a copy and no more."""
    return os.open(path, flags, 0o600)


def _digest_there(path: Path, bundle: str, identities: Sequence[Identity]) -> str:
    """The same of what lies under the name of a copy, "" too where it cannot be opened."""
    if path.is_symlink() or not path.is_file():
        return ""
    with contextlib.suppress(WitnesskitError):
        return _digest_of_whole(path, bundle, identities)
    return ""


def _digest_of_whole(path: Path, bundle: str, identities: Sequence[Identity]) -> str:
    """SHA-256 of the bundle.json of a copy in which everything verifies, else ""."""
    with path.open("rb", buffering=0) as stream:
        volume = open_volume(stream, identities)
        is_whole = volume.meta.id == bundle and not volume.each(lambda _member: LookSink()).damage
        return volume.tags.meta_sha256 if is_whole else ""
