"""Desks that trust each other, what one sends to another, and a desk that shows two histories."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.actions.stage import Device, Stage, make_stage, silent
from witnesskit.actions import peers
from witnesskit.actions.answer import AnswersTaken, take_answers
from witnesskit.actions.bundle import bundle
from witnesskit.actions.bundled import BundleWish
from witnesskit.actions.exchange import ExchangeRead, read_exchange, write_exchange
from witnesskit.actions.import_bundle import ImportWish, import_bundle, open_for_import
from witnesskit.actions.imported import PeerImportDone
from witnesskit.actions.opening import open_for_saving
from witnesskit.custody.journal import Journal
from witnesskit.custody.prepare import prepare
from witnesskit.errors import WitnesskitError
from witnesskit.formats import custody_event
from witnesskit.vault.keyring import Peer


@dataclass
class Desk(Stage):
    """A desk with a name that the others know it by."""

    name: str = ""

    @property
    def keys(self) -> peers.OwnKeys:
        return peers.own_keys(self.desk, self.passphrase)

    @property
    def peer(self) -> Peer:
        return Peer(self.name, self.keys.log.text, self.keys.witness.text)

    @property
    def journal(self) -> Journal:
        return Journal.open(self.desk.custody, by="desk")

    def session(self):
        return open_for_saving(self.desk, self.passphrase)

    def trust(self, *others: Desk) -> None:
        for other in others:
            peers.add_peer(self.desk, self.passphrase, other.peer)

    def collect(self, name: str) -> None:
        """One device of its own brings one file."""
        device = self.device(name)
        (self.folder / f"{name}.txt").write_text(name * 50)
        device.add(self.folder / f"{name}.txt")
        self.take_in(device.bundle(self.folder / f"stick-{name}"))

    def more(self, kind: str = "access") -> None:
        """One further event in its log."""
        with self.session() as session:
            session.journal.append(prepare(kind, {"day": "2026-01-02"}))
            session.journal.checkpoint(session.signer)

    def send(self, other: Desk) -> Path:
        """A court bundle for another desk."""
        out = self.folder / "out"
        out.mkdir(exist_ok=True)
        wish = BundleWish(out, self.passphrase, "court", other.keys.recipient)
        return Path(bundle(self.desk, wish, silent).file)

    def receive(self, *paths: Path, key: Path | None = None, shelf: Path | None = None) -> list[PeerImportDone]:
        wish = ImportWish(self.folder / "answers", shelf, key=key)
        with open_for_import(self.desk, self.passphrase) as desk:
            return [import_bundle(desk, path, wish, silent) for path in paths]

    def take(self, *answers: object) -> AnswersTaken:
        return take_answers(self.desk, self.passphrase, [Path(str(answer)) for answer in answers])

    def tell(self, path: Path, to: Desk | None = None, *, armour: bool = False) -> Path:
        """A file of what this desk saw; sealed, and then with its devices, where it is ``to`` somebody."""
        write_exchange(self.desk, self.passphrase, path, to.keys.recipient if to else "", armour=armour)
        return path

    def hear(self, path: Path) -> ExchangeRead:
        return read_exchange(self.desk, self.passphrase, path)

    def conflicts(self) -> list[bytes]:
        """What is kept of forks."""
        folder = self.desk.custody / "seen" / "conflicts"
        return [path.read_bytes() for path in sorted(folder.glob("*"))]

    def types(self) -> list[str]:
        return [custody_event.parse(line).type for line in self.journal.lines()]


def make_desk(folder: Path, name: str) -> Desk:
    stage = make_stage(folder / name)
    return Desk(stage.folder, stage.passphrase, stage.custodian_sheet, stage.recovery_sheet, name)


def copy_desk(desk: Desk, folder: Path) -> Desk:
    """The same desk, log and keys, in another folder: what a thief or a restored copy is."""
    shutil.copytree(desk.folder, folder)
    return Desk(folder, desk.passphrase, desk.custodian_sheet, desk.recovery_sheet, desk.name)


def copies(desks: Sequence[Desk], folder: Path) -> list[Desk]:
    return [copy_desk(desk, folder / desk.name) for desk in desks]


def device_of(desk: Desk, name: str) -> Device:
    return Device(desk.folder / name)


def refusal(action, *arguments) -> WitnesskitError:
    """What was raised."""
    with pytest.raises(WitnesskitError) as caught:
        action(*arguments)
    return caught.value
