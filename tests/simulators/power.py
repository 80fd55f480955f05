"""A disk that loses its power: what may lie there after a cut at any moment, by what POSIX promises and no more.

Content is safe once the file was flushed, a name once its folder was. Until then a write may be there whole, in part, as
zeros, or not at all, and a change of names may have happened or not. ``recording`` watches the calls of one run;
``states`` gives every disk that a cut after each call may leave.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from unittest.mock import patch

_DAMAGES = ("lost", "half", "zeros", "whole")  # what became of content that nobody flushed


@dataclass
class _File:
    """One inode: flushed content, and content as the running system sees it."""

    safe: bytes = b""
    seen: bytes = b""

    def after(self, damage: str) -> bytes:
        """Content after a cut."""
        if self.seen == self.safe or damage == "whole":
            return self.seen
        if damage == "lost":
            return self.safe
        fresh = self.seen[len(self.safe) :] if self.seen.startswith(self.safe) else self.seen
        kept = self.seen[: len(self.seen) - len(fresh)]
        return kept + (fresh[: len(fresh) // 2] if damage == "half" else bytes(len(fresh)))


@dataclass
class Disk:
    """A folder under watch. ``cuts`` holds, for each call, the label it had and the disks a cut may leave."""

    folder: Path
    names: dict[str, _File] = field(default_factory=dict)  # as the running system sees them
    safe_names: dict[str, _File] = field(default_factory=dict)
    open_files: dict[int, str] = field(default_factory=dict)
    cuts: list[tuple[int, dict[str, bytes]]] = field(default_factory=list)
    pending: list[dict[str, _File]] = field(default_factory=list)  # names after each call since a folder was flushed
    promised: int = 0  # what the caller says it has been told so far

    def cut(self) -> None:
        """Every state that losing the power now may leave."""
        self.pending.append(dict(self.names))
        for names in (self.safe_names, *self.pending):
            for damage in _DAMAGES:
                state = {name: file.after(damage) for name, file in names.items()}
                if (self.promised, state) not in self.cuts:
                    self.cuts.append((self.promised, state))

    def inside(self, path: object) -> str | None:
        """The name of a path inside the folder."""
        try:
            return str(Path(os.fspath(path)).relative_to(self.folder))  # type: ignore[call-overload]
        except (TypeError, ValueError):
            return None


def of_folder(folder: Path) -> Disk:
    """A disk on which everything that lies there is safe."""
    disk = Disk(folder)
    for path in folder.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            disk.names[str(path.relative_to(folder))] = _File(data, data)
    disk.safe_names = dict(disk.names)
    return disk


@contextmanager
def recording(disk: Disk) -> Iterator[None]:
    """Watch every change of the folder by this process."""
    real = {name: getattr(os, name) for name in ("open", "write", "close", "fsync", "fdatasync", "replace", "unlink")}

    def opened(path: object, flags: int, mode: int = 0o777, **more: object) -> int:
        handle = real["open"](path, flags, mode, **more)
        name = disk.inside(path)
        if name is not None:
            disk.open_files[handle] = name
            if flags & os.O_CREAT and (name not in disk.names or flags & os.O_TRUNC):
                disk.names[name] = _File()  # a truncated file is treated as a new one: the old content may come back
                disk.cut()
        return handle

    def written(handle: int, data: bytes) -> int:
        count = real["write"](handle, data)
        if handle in disk.open_files:
            disk.names[disk.open_files[handle]].seen += bytes(data)[:count]
            disk.cut()
        return count

    def flushed(call: str) -> object:
        def flush(handle: int) -> None:
            real[call](handle)
            name = disk.open_files.get(handle)
            if name is None:
                return
            if (disk.folder / name).is_dir():
                disk.safe_names = _entries(disk, name)
                disk.pending.clear()
            else:
                disk.names[name].safe = disk.names[name].seen
            disk.cut()

        return flush

    def closed(handle: int) -> None:
        disk.open_files.pop(handle, None)
        real["close"](handle)

    def replaced(source: object, target: object, **more: object) -> None:
        real["replace"](source, target, **more)
        old, new = disk.inside(source), disk.inside(target)
        if old is not None and new is not None:
            disk.names[new] = disk.names.pop(old)
            disk.cut()

    def unlinked(path: object, **more: object) -> None:
        real["unlink"](path, **more)
        name = disk.inside(path)
        if name is not None:
            disk.names.pop(name, None)
            disk.cut()

    wrappers = {
        "open": opened, "write": written, "close": closed, "replace": replaced, "unlink": unlinked,
        "fsync": flushed("fsync"), "fdatasync": flushed("fdatasync"),
    }  # fmt: skip
    with patch.multiple(os, **wrappers):
        yield


def _entries(disk: Disk, folder: str) -> dict[str, _File]:
    """Safe names after a flush of one folder: its own entries as they are seen, all others as they were."""
    parent = "" if folder == "." else folder

    def lies_in(name: str) -> bool:
        return name.rpartition("/")[0] == parent

    kept = {name: file for name, file in disk.safe_names.items() if not lies_in(name)}
    return kept | {name: file for name, file in disk.names.items() if lies_in(name)}


def lay_out(state: dict[str, bytes], folder: Path, *folders: str) -> Path:
    """Put one state on a real disk, with the folders that were there before."""
    for name in folders:
        (folder / name).mkdir(parents=True, exist_ok=True)
    for name, data in state.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder
