"""A second, verified copy of a sealed bundle on other storage."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from witnesskit.digest import sha256_file
from witnesskit.errors.bundle import ReadBackDiffers
from witnesskit.errors.sealing import NotWritten


def second_copy(path: Path, folder: Path | None) -> int:
    """Copy the sealed bundle to other storage and compare; returns how many copies that makes."""
    if folder is None:
        return 0
    target = folder / path.name
    part = target.with_name(target.name + ".part")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, part)
        descriptor = os.open(part, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if sha256_file(part) != sha256_file(path):
            raise ReadBackDiffers
        part.rename(target)
    except OSError as error:
        raise NotWritten(error.strerror or "") from None
    finally:
        part.unlink(missing_ok=True)
    return 1
