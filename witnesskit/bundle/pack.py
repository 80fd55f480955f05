"""Write one volume: hashes first, then one pass that verifies every source while it is sealed.

Nothing that is not whole ever has the final name: ``.part``, flushed, read back and compared, then renamed.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from witnesskit.bundle import layout
from witnesskit.bundle.hashing import Hashing
from witnesskit.bundle.plaintext import ZEROS, Plaintext
from witnesskit.bundle.plan import BundlePlan, Parcel, PlannedMember, work_out
from witnesskit.bundle.witness import Witness
from witnesskit.errors.bundle import SourceHash
from witnesskit.errors.sealing import NotReadable, NotWritten
from witnesskit.errors.vault import NoRoom
from witnesskit.formats import ustar
from witnesskit.formats.bag import payload_name
from witnesskit.formats.bundle_members import Member
from witnesskit.limits import FIXED_TIME
from witnesskit.sealing.decoys import decoys
from witnesskit.sealing.seal import SealedWriter

Report = Callable[[int], Any]


@dataclass(frozen=True)
class Packed:
    """A finished volume. ``meta_sha256`` is the next bundle's ``previous``.

    The sealed file has no digest of its own: kept anywhere, it would tie a seized stick to its device.
    """

    path: Path
    id: str
    size: int
    meta_sha256: str
    members: int
    header_sha256: str  # of the age header: by it a volume is known again
    set: str  # of one volume its id


def write_volume(
    folder: Path,
    plan: BundlePlan,
    recipients: Sequence[str],
    sign: Callable[[str], str],
    report: Report | None = None,
    remember: Callable[[Packed], None] | None = None,
) -> Packed:
    """Write ``plan`` into ``folder`` under its file name; ``sign`` gives the sender's signature line.

    ``report`` is told the payload bytes done. ``remember`` is called when the volume is whole and compared and has
    not got its name yet: no kill leaves a volume that its sender does not know. Raises NothingToPack,
    VolumeTooLarge, NoRoom, SourceHash, ReadBackDiffers, DiskFull, NotWritten, NotReadable, BadManifest,
    BadSignature, BadKey; then nothing is left in ``folder``.
    """
    parcel = work_out(plan, recipients, sign)
    check_room(folder, parcel.sealed)
    path = folder / plan.file
    part = path.with_name(path.name + ".part")
    descriptor = _create(part)
    try:
        try:
            header = _fill(part, descriptor, parcel, report)
        finally:
            os.close(descriptor)
        meta_sha256 = hashlib.sha256(dict(parcel.tag_files)["bundle.json"]).hexdigest()
        header_sha256 = hashlib.sha256(header).hexdigest()
        meta = parcel.meta
        packed = Packed(path, meta.id, parcel.sealed, meta_sha256, meta.members, header_sha256, meta.set)
        if remember:
            remember(packed)
        _rename(part, path)
    except BaseException:
        for left in (part, path):
            with contextlib.suppress(OSError):
                left.unlink(missing_ok=True)
        raise
    return packed


def _fill(part: Path, descriptor: int, parcel: Parcel, report: Report | None) -> bytes:
    """Seal everything into ``descriptor``, flush it, read it back; returns the age header."""
    witness = Witness(descriptor)
    writer = SealedWriter(
        witness, [*parcel.meta.recipients, *decoys(parcel.meta.decoys, parcel.meta.recipients[0])], digest=False
    )
    _write_plaintext(Plaintext(writer), parcel, report)
    writer.close()
    if writer.sealed_size != parcel.sealed:
        raise NotWritten(f"{writer.sealed_size} of {parcel.sealed} bytes")
    try:
        os.fsync(descriptor)
        witness.check(part)
    except OSError as error:
        raise NotWritten(error.strerror or "") from None
    return writer.header


def _write_plaintext(out: Plaintext, parcel: Parcel, report: Report | None) -> None:
    for name, content in parcel.tag_files:
        out.add(ustar.header(name, len(content)) + content + ZEROS[: layout.slack(len(content))])
    done = 0
    for member, source in parcel.members:
        out.add(ustar.header(payload_name(member.ordinal), member.size))
        _copy(source, member, out)
        out.add(ZEROS[: layout.slack(member.size)])
        done += member.size
        if report:
            report(done)
    out.add_zeros(parcel.plaintext - out.size)
    out.flush()


def _copy(source: PlannedMember, member: Member, out: Plaintext) -> None:
    """Copy one source while it is hashed; raises SourceHash unless it is the planned one, to its end."""
    hashing = Hashing()
    left = member.size
    try:
        with source.open() as stream:
            more = True
            while more:
                place = out.free()
                hashing.settle()  # what it hashes lies where the next piece goes
                if member.is_segment:  # what follows it in its file is another segment
                    place = place[:left]
                count: int = stream.readinto(place) if place else 0  # type: ignore[attr-defined]
                if count > left:
                    raise SourceHash(f"file {member.ordinal} is longer")
                hashing.update(out.take(count))
                left -= count
                more = bool(count) and (
                    left > 0 or count == len(place)
                )  # less than asked for, and all there: the end
    except OSError as error:
        raise NotReadable(error.strerror or "") from None
    if left or hashing.hexdigest() != member.sha256:
        raise SourceHash(f"file {member.ordinal}")


def check_room(folder: Path, size: int) -> None:
    """Raises NoRoom with both numbers, NotWritten where the folder cannot be asked."""
    try:
        found = os.statvfs(folder)
    except OSError as error:
        raise NotWritten(error.strerror or "") from None
    free = found.f_bavail * found.f_frsize
    if free < size:
        raise NoRoom(f"{size} bytes are needed, {free} bytes are free")


def _create(part: Path) -> int:
    try:
        return os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise NotWritten(error.strerror or "") from None


def _flush_folder(folder: int) -> None:
    try:
        os.fsync(folder)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP):  # media that flush files only
            raise


def _rename(part: Path, path: Path) -> None:
    try:
        with contextlib.suppress(PermissionError):  # a medium that keeps no owner may refuse
            os.utime(part, (FIXED_TIME, FIXED_TIME))
        part.rename(path)
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            _flush_folder(folder)
        finally:
            os.close(folder)
    except OSError as error:
        raise NotWritten(error.strerror or "") from None
