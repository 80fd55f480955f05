"""``derive FILE --out COPY``: one derivative, or a folder of stills, each kept only if the second look is clean."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from witnesskit.actions.derive_source import DerivedCopy, derive_source
from witnesskit.actions.given_file import open_given
from witnesskit.actions.part_file import PartFile
from witnesskit.errors.cli import NoFolder, OutputExists
from witnesskit.jail.run import Given
from witnesskit.strip.derivation import Derivation

Wrote = Callable[[int], None]


def derive_file(path: Path, out: Path, derivation: Derivation, wrote: Wrote) -> tuple[DerivedCopy, ...]:
    """Write the derivative of ``path`` to ``out``; with stills, ``out`` is a new folder of pictures.

    ``wrote`` is told the bytes written, which is at the end of each.
    Raises what ``derive_source`` raises, OutputExists, NoFolder and FileUnreadable; then nothing is left behind.
    """
    derivation.check()
    if out.exists() or out.is_symlink():
        raise OutputExists
    if not out.absolute().parent.is_dir():
        raise NoFolder
    with open_given(path) as stream:
        source = Given(stream.fileno())
        return (
            _stills(source, out, derivation, wrote) if derivation.stills else (_one(source, out, derivation, wrote),)
        )


def _one(source: Given, out: Path, derivation: Derivation, wrote: Wrote) -> DerivedCopy:
    part = PartFile(out.parent, wrote)
    try:
        copy = derive_source(source, derivation, part)
        part.keep(out)
    finally:
        part.destroy()
        part.close()
    return copy


def _stills(source: Given, folder: Path, derivation: Derivation, wrote: Wrote) -> tuple[DerivedCopy, ...]:
    try:
        folder.mkdir(mode=0o700)
    except OSError as error:
        raise OutputExists(os.strerror(error.errno or 0)) from None
    made: list[DerivedCopy] = []
    names: list[Path] = []
    try:
        for number in range(derivation.stills):
            name = folder / f"still-{number + 1:03}.jpg"
            made.append(_one(source, name, replace(derivation, still=number), wrote))
            names.append(name)
    except BaseException:
        for name in names:
            name.unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            folder.rmdir()
        raise
    return tuple(made)
