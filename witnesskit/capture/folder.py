"""A folder brought by hand (a card, a telephone): its ordinary files, counted; links are not followed."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from witnesskit.errors.capture import FolderTooLarge
from witnesskit.errors.cli import FileUnreadable
from witnesskit.limits import FOLDER_DEPTH_MAX, FOLDER_FILES_MAX

# what systems write beside the files of people
_SYSTEM_FILES: Final = frozenset({"thumbs.db", "desktop.ini", ".ds_store", ".nomedia", "ehthumbs.db", ".localized"})
_SYSTEM_FOLDERS: Final = frozenset(
    {"system volume information", "$recycle.bin", ".trashes", ".spotlight-v100", ".fseventsd", ".thumbnails", ".git"}
)


@dataclass(frozen=True)
class Found:
    """One file of a folder; ``name`` is its way inside it, telling."""

    path: Path = field(repr=False)
    name: str = field(repr=False)  # with "/" between folders, beginning with the given folder's own name


@dataclass
class Walk:
    """What a folder holds; the counts add up to everything that was met."""

    files: list[Found] = field(default_factory=list)
    links: int = 0  # symbolic links: what they lead to was not given
    special: int = 0  # devices, pipes, sockets
    system: int = 0  # files that a system wrote for itself
    unreadable: int = 0  # folders that could not be listed


def walk(folder: Path) -> Walk:
    """Everything below ``folder``, in order of names; raises FileUnreadable for itself, FolderTooLarge."""
    found = Walk()
    for path, kind in _below(folder, found, 0):
        if stat.S_ISLNK(kind):
            found.links += 1
        elif not stat.S_ISREG(kind):
            found.special += 1
        elif path.name.lower() in _SYSTEM_FILES or path.name.startswith("._"):
            found.system += 1
        else:
            found.files.append(Found(path, f"{folder.resolve().name}/{path.relative_to(folder).as_posix()}"))
        if len(found.files) > FOLDER_FILES_MAX:
            raise FolderTooLarge(f"more than {FOLDER_FILES_MAX} files")
    return found


def _below(folder: Path, found: Walk, depth: int) -> Iterator[tuple[Path, int]]:
    if depth > FOLDER_DEPTH_MAX:
        raise FolderTooLarge(f"more than {FOLDER_DEPTH_MAX} levels")
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: os.fsencode(entry.name))
    except OSError as error:
        if not depth:
            raise FileUnreadable(os.strerror(error.errno or 0).lower()) from None
        found.unreadable += 1
        return
    for entry in entries:
        kind = entry.stat(follow_symlinks=False).st_mode
        if stat.S_ISDIR(kind):
            if entry.name.lower() in _SYSTEM_FOLDERS:
                found.system += 1
            else:
                yield from _below(Path(entry.path), found, depth + 1)
        else:
            yield Path(entry.path), kind
