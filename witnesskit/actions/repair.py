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
from witnesskit.bundle.result import LookSink
from witnesskit.bundle.unpack import open_volume
from witnesskit.errors import WitnesskitError
from witnesskit.errors.bundle import BundleCut, BundleDamaged
from witnesskit.errors.parity import BadParity, NoRepair, ParityMissing
from witnesskit.errors.sealing import ChunkDamaged, FileCut, HeaderChanged, NotReadable, TailDamaged
from witnesskit.errors.vault import NoRoom
from witnesskit.formats.bundle_manifest import BundleMeta
from witnesskit.formats.spare import tie_of
from witnesskit.sealing.identity import Identity
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
    """The volumes that are not whole among ``volumes``, made from the others of their set and ``spares``.

    They go afterwards. A damaged volume counts as lost, unless its parity repairs it. A spare that is of no use stops
    no other one: raises NoRepair, BadParity, ParityMissing, NoRoom, NotReadable for the first of them at the end.
    """
    refused: list[WitnesskitError] = []
    with _work(desk.session.vault) as work:
        sets: dict[str, dict[int, Path]] = {}
        wholes: dict[str, int] = {}
        for meta, path in _whole_ones(volumes, desk_identities(desk.keyring), work):
            sets.setdefault(meta.set, {})[meta.volume] = path
            wholes[meta.set] = meta.volumes
        groups: dict[bytes, list[Path]] = {}
        for one in spares:
            with _noted(refused):
                groups.setdefault(spare.head_of(one).tie, []).append(one)
        made: list[Path] = []
        for number, group in enumerate(groups.values()):
            needed = spare.head_of(group[0]).needed
            known = [there for name, there in sets.items() if wholes[name] == needed]
            known += [{}] if needed == 1 else []  # the spare of a bundle of one volume is all of it
            folder = work / f"set-{number}"
            folder.mkdir()
            with _noted(refused):
                made += _given_back(known, group, folder)
        yield made
    if refused:
        raise refused[0]


@contextlib.contextmanager
def _noted(refused: list[WitnesskitError]) -> Iterator[None]:
    """A refusal is told later."""
    try:
        yield
    except WitnesskitError as error:
        refused.append(error)


def _given_back(known: Sequence[dict[int, Path]], spares: Sequence[Path], work: Path) -> list[Path]:
    """What spares give back of the one of the ``known`` sets that they are of; raises NoRepair, BadParity."""
    refusal: WitnesskitError = BadParity("no volume of their set is here")
    for there in known:
        try:
            found = spare.recovered(there, spares, work)
        except NoRepair as error:
            refusal = error
            continue
        every = {**there, **found}
        if tie_of([_digest(every[number]) for number in sorted(every)]) == spare.head_of(spares[0]).tie:
            return [found[number] for number in sorted(found)]
        refusal = BadParity("volumes of another set, or damaged ones")
        for path in found.values():
            path.unlink()
    raise refusal


def offer(path: Path, failure: WitnesskitError | None = None) -> str:
    """What is said of parity that lies beside a damaged file; empty where there is none, or it would not help."""
    if failure is not None and not isinstance(failure, _MENDABLE):
        return ""
    with contextlib.suppress(NotReadable):
        if parity.beside(path):
            return f"parity for it lies beside it: run the same command with --repair ({path.name}.par2)"
    return ""


def _whole_ones(
    volumes: Sequence[Path], identities: Sequence[Identity], work: Path
) -> Iterator[tuple[BundleMeta, Path]]:
    """Volumes of sets that are whole, or were repaired in ``work``."""
    for number, path in enumerate(volumes):
        whole, meta = path, _meta_of_whole(path, identities)
        if meta is None:
            with contextlib.suppress(NoRepair, ParityMissing, BadParity, NoRoom, NotReadable):
                folder = work / f"volume-{number}"
                folder.mkdir()
                whole = parity.repaired(path, folder)
                meta = _meta_of_whole(whole, identities)
        if meta is not None and meta.volumes > 1:
            yield meta, whole


def _meta_of_whole(path: Path, identities: Sequence[Identity]) -> BundleMeta | None:
    """What a volume says of itself where all of it verifies, else None."""
    try:
        with open_given(path) as stream:
            volume = open_volume(stream, identities)
            return None if volume.each(lambda _member: LookSink()).damage else volume.meta
    except WitnesskitError:
        return None


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
