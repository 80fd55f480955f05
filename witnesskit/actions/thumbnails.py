"""``inspect --thumbnails DIR``: the small pictures in a file, written readable because a person asked for it."""

from __future__ import annotations

import os
from pathlib import Path

from witnesskit.actions.examine import MODULE
from witnesskit.errors.cli import OutputExists
from witnesskit.errors.jail import JailGarbage
from witnesskit.errors.sealing import DiskFull
from witnesskit.jail.run import Cell, Given, run
from witnesskit.media_limits import DERIVE_MEMORY, PREVIEWS_MAX, PREVIEWS_SIZE_MAX

_ENDINGS = ("jpg", "png")


class _Held:
    def __init__(self) -> None:
        self.data = bytearray()

    def write(self, data: bytes, /) -> int:
        self.data += data
        return len(data)


def write_thumbnails(source: Given, folder: Path, first: int) -> tuple[Path, ...]:
    """Write them into ``folder`` (made if it is not there) under numbers from ``first``, mode 0600.

    Raises OutputExists, DiskFull and the jail's leaves. The names tell nothing of the file they come from.
    """
    held = _Held()
    cell = Cell(MODULE, memory=DERIVE_MEMORY, output_max=PREVIEWS_SIZE_MAX)
    reply = run(cell, "preview", {}, [source], held)
    parts = _parts(reply.value, len(held.data))
    if parts:
        _make(folder)
    written, place = [], 0
    for number, (kind, ending, size) in enumerate(parts, first):
        path = folder / f"{number:03}-{kind}.{ending}"
        _write(path, held.data[place : place + size])
        written.append(path)
        place += size
    return tuple(written)


def _parts(value: object, whole: int) -> list[tuple[str, str, int]]:
    """The child's list, checked: it may be in other hands."""
    value = value.get("pictures") if isinstance(value, dict) else None
    if not isinstance(value, list) or len(value) > PREVIEWS_MAX + 1:
        raise JailGarbage("no list of pictures")
    parts = []
    for one in value:
        kind, ending, size = (one.get(name) if isinstance(one, dict) else None for name in ("kind", "ending", "size"))
        if kind not in ("embedded", "sheet") or ending not in _ENDINGS or not isinstance(size, int) or size < 1:
            raise JailGarbage("no list of pictures")
        parts.append((str(kind), str(ending), size))
    if sum(size for _, _, size in parts) != whole:
        raise JailGarbage("pictures of another size")
    return parts


def _make(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise OutputExists(os.strerror(error.errno or 0)) from None


def _write(path: Path, data: bytes | bytearray) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise OutputExists(os.strerror(error.errno or 0)) from None
    try:
        with open(descriptor, "wb") as file:  # noqa: PTH123 - a descriptor, not a path
            file.write(data)
    except OSError as error:
        path.unlink(missing_ok=True)
        raise DiskFull(os.strerror(error.errno or 0)) from None
