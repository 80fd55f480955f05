"""An opened bundle: the folder that ``age -d x.age | tar x`` makes, checked as the volume itself is.

Every name is opened relative to its folder without following links, and must be a regular file.
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from witnesskit.bundle import layout
from witnesskit.bundle.blocks import Piece
from witnesskit.bundle.result import Damage, Store, Unpacked
from witnesskit.bundle.tags import Tags, check_tags
from witnesskit.bundle.taking import take
from witnesskit.errors import WitnesskitError
from witnesskit.errors.bundle import BagEntry, BundleTooBig, InnerOrder, MemberSize
from witnesskit.errors.sealing import NotReadable
from witnesskit.formats.bag import payload_name, payload_ordinal
from witnesskit.formats.bundle_members import Member
from witnesskit.limits import READ_BLOCK

_PAYLOAD: Final = "data"
_FOLDER_FLAGS: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE_FLAGS: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class OpenBag:
    """A folder whose lists and signature are checked; recipients cannot be, the envelope is gone.

    ``unlisted``: how many files beside the bag were not looked at.
    """

    def __init__(self, folder: Path, tags: Tags, unlisted: int) -> None:
        self.tags = tags
        self.meta = tags.meta
        self.members = tags.members
        self.unlisted = unlisted
        self._folder = folder

    def each(self, store: Store, report: Callable[[int], Any] | None = None) -> Unpacked:
        """As OpenVolume.each: what is missing or changed is told, and never stops the others."""
        kept: list[int] = []
        skipped: list[int] = []
        damage: list[Damage] = []
        done = 0
        with _opened_folder(self._folder / _PAYLOAD) as payload:
            for member in self.members:
                sink = store(member)
                if sink is None:
                    skipped.append(member.ordinal)
                else:
                    found = take(member, _pieces(payload, member), sink)
                    damage += found
                    kept += [] if found else [member.ordinal]
                done += member.size
                if report:
                    report(done)
        return Unpacked(len(self.members), tuple(kept), tuple(skipped), tuple(damage))


def read_bag(folder: Path) -> OpenBag:
    """Check the tag files and every name of an opened bundle; nothing of the payload is read yet.

    Raises BagEntry for a link, device, pipe or anything in ``data`` that is not listed; BadManifest, BadSignature,
    BundleTooBig, NewerFormat, NotReadable.
    """
    with _opened_folder(folder) as handle:
        names = set(_names(handle))
        tags = check_tags({name: _tag_file(handle, name, most) for name, most in layout.TAG_FILES.items()})
        if "fetch.txt" in names:
            raise BagEntry("fetch.txt: a list of files to be fetched from elsewhere")
        strangers = names - set(layout.TAG_FILES) - {_PAYLOAD}
        for name in strangers:
            _refuse_special(handle, name, "a file beside the bag")
    with _opened_folder(folder / _PAYLOAD) as payload:
        _check_payload_names(payload, len(tags.members))
    return OpenBag(folder, tags, len(strangers))


def _check_payload_names(payload: int, listed: int) -> None:
    for name in _names(payload):
        ordinal = payload_ordinal(f"{_PAYLOAD}/{name}")
        if not 1 <= ordinal <= listed:
            raise BagEntry("a file in data is not in the list")
        _refuse_special(payload, name, f"file {ordinal}")


def _pieces(payload: int, member: Member) -> Iterator[Piece]:
    """Content of one payload file, or what is wrong with it in its place."""
    try:
        handle = _open_file(payload, payload_name(member.ordinal).removeprefix(f"{_PAYLOAD}/"))
    except FileNotFoundError:
        yield 0, member.size, InnerOrder.code
        return
    except WitnesskitError as error:
        yield 0, member.size, error.code
        return
    except OSError as error:
        raise NotReadable(error.strerror or "") from None
    try:
        yield from _read_pieces(handle, member.size)
    except OSError as error:
        raise NotReadable(error.strerror or "") from None
    finally:
        os.close(handle)


def _read_pieces(handle: int, size: int) -> Iterator[Piece]:
    if os.fstat(handle).st_size != size:
        yield 0, size, MemberSize.code
        return
    done = 0
    while done < size:
        data = os.read(handle, min(READ_BLOCK, size - done))
        if not data:
            yield done, size, MemberSize.code
            return
        yield done, done + len(data), memoryview(data)
        done += len(data)


def _tag_file(folder: int, name: str, most: int) -> bytes:
    try:
        handle = _open_file(folder, name)
    except FileNotFoundError:
        raise BagEntry(f"{name} is missing") from None
    except OSError as error:
        raise NotReadable(error.strerror or "") from None
    with os.fdopen(handle, "rb", buffering=0) as stream:
        found = b""
        try:
            while len(found) <= most and (piece := stream.read(most + 1 - len(found))):
                found += piece
        except OSError as error:
            raise NotReadable(error.strerror or "") from None
    if len(found) > most:
        raise BundleTooBig(f"{name}: at most {most} bytes are read")
    return found


def _open_file(folder: int, name: str) -> int:
    """A regular file by its name in ``folder``; raises BagEntry for any other thing, OSError."""
    _refuse_special(folder, name, "a file")
    handle = os.open(name, _FILE_FLAGS, dir_fd=folder)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise BagEntry("a file is a link, a folder or a device")
    return handle


def _refuse_special(folder: int, name: str, what: str) -> None:
    if not stat.S_ISREG(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode):
        raise BagEntry(f"{what} is a link, a folder or a device")


def _names(folder: int) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError as error:
        raise NotReadable(error.strerror or "") from None


@contextlib.contextmanager
def _opened_folder(path: Path) -> Iterator[int]:
    try:
        handle = os.open(path, _FOLDER_FLAGS)
    except (FileNotFoundError, NotADirectoryError):
        raise BagEntry("a folder is missing") from None
    except OSError as error:
        raise NotReadable(error.strerror or "") from None
    try:
        yield handle
    finally:
        os.close(handle)
