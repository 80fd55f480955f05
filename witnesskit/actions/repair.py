"""``bundle --parity --spare`` and ``import --repair``: parity beside bundles, and what it gives back."""

from __future__ import annotations

import contextlib
import secrets
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from witnesskit.actions.bundle_set import header_digest
from witnesskit.actions.bundled import BundleDone, BundleWish
from witnesskit.actions.given_file import open_given
from witnesskit.actions.import_bundle import Desk, ImportWish, import_bundle
from witnesskit.actions.imported import ImportDone
from witnesskit.bundle import parity, spare
from witnesskit.bundle.unpack import open_volume
from witnesskit.errors import WitnesskitError
from witnesskit.errors.bundle import BundleCut, BundleDamaged
from witnesskit.errors.parity import BadParity
from witnesskit.errors.sealing import ChunkDamaged, FileCut, HeaderChanged, TailDamaged
from witnesskit.formats.spare import tie_of
from witnesskit.vault import durable
from witnesskit.vault.keyring import desk_identities
from witnesskit.vault.layout import Vault

Report = Callable[[int, int | None], None]
_MENDABLE = (BundleDamaged, BundleCut, ChunkDamaged, FileCut, TailDamaged, HeaderChanged)


def with_parity(done: BundleDone, wish: BundleWish) -> BundleDone:
    """PAR2 beside every file that was written, and spare volumes of a set; raises the leaves of errors/parity.py."""
    files = [Path(done.file), *map(Path, done.more_files)]
    made = [one for file in files for one in parity.write_parity(file, wish.parity)] if wish.parity else []
    if wish.spare:
        folders = [wish.folders[(len(files) + number) % len(wish.folders)] for number in range(wish.spare)]
        made += spare.write_spares(files, [_digest(file) for file in files], folders)
    return replace(done, parity=tuple(map(str, made)))


def import_repaired(desk: Desk, path: Path, wish: ImportWish, report: Report) -> ImportDone:
    """As ``import_bundle``; a file that is damaged is taken from a copy that its parity repaired.

    What was whole before is kept either way. Raises what ``import_bundle`` raises, NoRepair, BadParity.
    """
    try:
        done = import_bundle(desk, path, wish, report)
        if done.unpacked.complete:
            return done
    except _MENDABLE:
        pass
    with _work(desk.session.vault) as work:
        return import_bundle(desk, parity.repaired(path, work), wish, report)


@contextlib.contextmanager
def lost_volumes(desk: Desk, volumes: Sequence[Path], spares: Sequence[Path]) -> Iterator[list[Path]]:
    """The volumes of one set that are not among ``volumes``, made from the others and ``spares``; they go afterwards.

    Raises NoRepair, BadParity, ParityMissing, what ``open_volume`` raises.
    """
    there = dict(_numbered(desk, volumes))
    with _work(desk.session.vault) as work:
        found = spare.recovered(there, spares, work)
        every = {**there, **found}
        if tie_of([_digest(every[number]) for number in sorted(every)]) != spare.head_of(spares[0]).tie:
            raise BadParity("volumes of another set, or damaged ones")
        yield [found[number] for number in sorted(found)]


def offer(path: Path, failure: WitnesskitError | None = None) -> str:
    """What is said of parity that lies beside a damaged file; empty where there is none, or it would not help."""
    if failure is not None and not isinstance(failure, _MENDABLE):
        return ""
    with contextlib.suppress(OSError):
        if parity.beside(path):
            return f"parity for it lies beside it: run the same command with --repair ({path.name}.par2)"
    return ""


def _numbered(desk: Desk, volumes: Sequence[Path]) -> Iterator[tuple[int, Path]]:
    identities = desk_identities(desk.keyring)
    sets = set()
    for path in volumes:
        with open_given(path) as stream:
            meta = open_volume(stream, identities).meta
        sets.add(meta.set)
        yield meta.volume, path
    if len(sets) > 1:
        raise BadParity("volumes of several sets; name those of one")


def _digest(path: Path) -> str:
    with open_given(path) as stream:
        return header_digest(stream)


@contextlib.contextmanager
def _work(vault: Vault) -> Iterator[Path]:
    """A folder of the vault for sealed files that are put together; nothing in it is readable."""
    folder = vault.work / f".part-repair-{secrets.token_hex(8)}"
    durable.make_folder(folder)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
