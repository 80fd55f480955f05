"""A desk and its field devices in one process: the actions as they are, little work for each key file.

A device may be hostile: it signs and seals correctly whatever a test hands it.
"""

from __future__ import annotations

import io
import secrets
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from witnesskit.actions.add import add
from witnesskit.actions.bundle import bundle
from witnesskit.actions.bundled import BundleWish
from witnesskit.actions.chain_members import chain_heads, chain_members
from witnesskit.actions.derive_item import derive_items
from witnesskit.actions.import_bundle import ImportWish, import_bundle, open_for_import
from witnesskit.actions.imported import ImportDone
from witnesskit.actions.init_vault import VaultWish, confirm_sheet, make_desk, make_field
from witnesskit.actions.inspect_item import InspectWish, inspect_item
from witnesskit.actions.invite import InviteWish, write_invite
from witnesskit.actions.opening import open_for_saving
from witnesskit.actions.saving import Saving
from witnesskit.actions.session import Session
from witnesskit.actions.sources import look_through
from witnesskit.actions.trust import trust_add
from witnesskit.bundle.pack import Packed, write_volume
from witnesskit.bundle.plan import BundlePlan, PlannedMember, transfer_digest
from witnesskit.capture.transport import Patience
from witnesskit.custody.prepare import prepare
from witnesskit.custody.signer import Signer
from witnesskit.digest import sha256_hex
from witnesskit.formats import strict_json
from witnesskit.formats.bundle_manifest import TransferOpening
from witnesskit.formats.short_id import short_id
from witnesskit.limits import FIXED_TIME
from witnesskit.media_model import EXPOSURES
from witnesskit.model import Json, Ring, Role, SealedCapsule
from witnesskit.strip.derivation import Derivation
from witnesskit.vault import layout, state
from witnesskit.vault.layout import Vault

DAY = "2026-01-02"
PATIENCE = Patience(stall_seconds=1, retries=1, backoff_seconds=0)


class Quiet:
    """Nobody watches."""

    def progress(self, done: int, whole: int | None) -> None: ...

    def item(self, saved) -> None: ...

    def refused(self, error) -> None:
        raise error

    def known(self): ...


class Noting(Quiet):
    """What was finished, in order."""

    def __init__(self):
        self.items = []

    def item(self, saved):
        self.items.append(saved)


class Board(Quiet):
    """Nobody watches a queue."""

    def began(self, job): ...

    def ended(self, job, saved): ...

    def pausing(self, seconds): ...


def silent(_done: int, _whole: int | None) -> None: ...


@dataclass
class Device:
    """One field vault, and what it has sent."""

    folder: Path
    counter: int = 0
    previous: str = ""
    payload: list[SealedCapsule] = field(default_factory=list)

    @property
    def vault(self) -> Vault:
        return layout.open_vault(self.folder)

    def session(self):
        return open_for_saving(self.vault, "")

    def add(self, *paths: Path) -> None:
        add(self.vault, look_through(paths), "", Quiet())

    def bundle(self, stick: Path) -> Path:
        """As an honest device does it."""
        stick.mkdir(exist_ok=True)
        return Path(bundle(self.vault, BundleWish(stick, ""), silent).file)

    def save(
        self, record: bytes, original: bytes = b"", openings: bytes | None = None, media: bytes = b"m", item: str = ""
    ) -> str:
        """An item whose documents are what a hostile device likes; everything is committed and signed."""
        with self.session() as session:
            saving = Saving(session, item) if item else Saving(session)
            first = saving.capsule(Role.ORIGINAL)
            stream = first.stream("media/1")
            stream.write(media)
            stream.close()
            if original:
                first.add("original.json", original)
            saving.close(first)
            facts = {"item": saving.item, "day": DAY, "sealed": saving.sealed_json()}
            known = session.journal.holds_item(saving.item)
            event = prepare(
                "observe" if known else "ingest",
                facts,
                deferred=("record_sha256",),
                item=None if known else saving.item,
            )
            writer = saving.capsule(Role.RECORD)
            writer.add("record.json", record)
            line = strict_json.canonical(event.opening_line()) + b"\n"
            writer.add("openings.jsonl", line if openings is None else openings)
            saving.log([event], saving.close(writer))
        return saving.item

    def members(self) -> list[PlannedMember]:
        """Every capsule of the vault, as a bundle carries it."""
        vault = self.vault
        return [capsule_member(vault, one) for one in state.load_state(vault).capsules().values()]

    def pack(self, stick: Path, payload: Sequence[PlannedMember] | None = None, **changes) -> Packed:
        """A bundle that is signed and sealed correctly, with ``changes`` to its plan."""
        stick.mkdir(exist_ok=True)
        with self.session() as session:
            return self._pack(session, stick, self.members() if payload is None else payload, changes)

    def _pack(self, session: Session, stick: Path, payload: Sequence[PlannedMember], changes: dict) -> Packed:
        number = changes.pop("counter", self.counter + 1)
        signer = changes.pop("signer", session.signer)
        recipients = changes.pop("recipients", session.recipients.of(Ring.DESK))
        chain = changes.pop("chain_members", None)
        bundle_id = changes.pop("id", secrets.token_hex(16))
        plan = {
            "sender": signer.vkey,
            "counter": number,
            "previous": changes.pop("previous", self.previous),
            "audience": "desk",
            "enrol": session.vault.config.invite.enrol,
            "id": bundle_id,
        }
        event = prepare("transfer", {
            "bundle": bundle_id, "day": DAY, "counter": number, "capsules": len(payload), "to": recipients[0],
            "manifest_sha256": transfer_digest([payload], chain_members=len(chain_members(session.vault, session.journal))),
        })  # fmt: skip
        place = session.journal.append(event)
        session.journal.checkpoint(session.signer)
        members = chain_members(session.vault, session.journal) if chain is None else chain
        plan |= {"chain": chain_heads(session.vault, session.journal)} if chain is None else {}
        plan |= {"openings": (TransferOpening(place, event.disclosures),)} if chain is None else {}
        made = BundlePlan(members=[*members, *payload], **{**plan, **changes})
        packed = write_volume(stick, made, recipients, signer.sign_note)
        self.counter, self.previous = number, packed.meta_sha256
        return packed

    def renamed(self, origin: str) -> Signer:
        """The device's own key under another name."""
        with self.session() as session:
            return Signer(origin, session.signer.to_bytes())


@dataclass
class Stage:
    """A desk, and the folder it lies in."""

    folder: Path
    passphrase: str
    custodian_sheet: str
    recovery_sheet: str = ""

    @property
    def desk(self) -> Vault:
        return layout.open_vault(self.folder / "desk")

    @property
    def key(self) -> str:
        return self.desk.config.key

    def device(self, name: str) -> Device:
        """A fresh device that trusts this desk."""
        make_field(VaultWish(self.folder / name, "field", "direct", "protect-filmer"), lock_key=False)
        invite = self.folder / f"{name}.wkid"
        digits = write_invite(self.desk, self.passphrase, InviteWish(invite, name))
        trust_add(layout.open_vault(self.folder / name), invite, digits, "")
        return Device(self.folder / name)

    def take_in(
        self, *bundles: Path, receipts: str = "receipts", second_copy: Path | None = None
    ) -> list[ImportDone]:
        """Import at the desk; raises the first refusal."""
        wish = ImportWish(self.folder / receipts, second_copy)
        with open_for_import(self.desk, self.passphrase) as desk:
            return [import_bundle(desk, path, wish, silent) for path in bundles]

    def make_public(self) -> list[str]:
        """A derivative of every item that has a copy, and the sheet answered for it; their short ids."""
        found = state.load_state(self.desk).items
        made = []
        for item in sorted(item for item, one in found.items() if not one.paper):
            (done,) = derive_items(self.desk, self.passphrase, [short_id(item)], Derivation())
            if done.copies:
                inspect_item(self.desk, self.passphrase, InspectWish(done.short, dict.fromkeys(EXPOSURES, "no")))
                made.append(done.short)
        return made

    def contents(self) -> dict[str, bytes]:
        """Every file of the desk but its lock, by its place: what a refusal must not change."""
        desk = self.folder / "desk"
        return {
            str(path.relative_to(desk)): path.read_bytes()
            for path in sorted(desk.rglob("*"))
            if path.is_file() and path.name != "lock"
        }


def days_told(vault: Path) -> list[str]:
    """Files and folders of a vault, itself too, that tell the day on which they were written."""
    every = (vault, *vault.rglob("*"))
    return [str(path.relative_to(vault)) for path in every if path.lstat().st_mtime != FIXED_TIME]


def make_stage(folder: Path, *, lone: bool = True) -> Stage:
    """A desk in an empty ``folder``."""
    folder.mkdir(exist_ok=True)
    wish = VaultWish(folder / "desk", "lone" if lone else "desk", "direct", "protect-filmer")
    secret = make_desk(wish)
    confirm_sheet(folder / "desk", secret.passphrase, secret.recovery_sheet)
    return Stage(folder, secret.passphrase, secret.custodian_sheet, secret.recovery_sheet)


def copy_of(stage: Stage, folder: Path) -> Stage:
    """The same desk and devices in another folder."""
    shutil.copytree(stage.folder, folder)
    return Stage(folder, stage.passphrase, stage.custodian_sheet, stage.recovery_sheet)


def capsule_member(vault: Vault, sealed: SealedCapsule, **changes) -> PlannedMember:
    path = vault.capsule_path(sealed.id)
    facts = {"item": sealed.item, "capsule": sealed.id, "role": str(sealed.role), "part": sealed.part}
    return PlannedMember("capsule", sealed.size, sealed.sha256, lambda: path.open("rb"), **{**facts, **changes})


def data_member(kind: str, data: bytes, **facts) -> PlannedMember:
    return PlannedMember(kind, len(data), sha256_hex(data), lambda: io.BytesIO(data), **facts)


def record_json(item: str = "0" * 32, **changes: Json) -> bytes:
    """A record that holds only what it must, with ``changes``."""
    value = {
        "format": "witnesskit.record/1", "item": item, "source": {}, "capture": {}, "times": {}, "collection": {},
        "copies": [], "policy": "",
    }  # fmt: skip
    return strict_json.canonical({**value, **changes})


def bundles_in(folder: Path) -> Iterable[Path]:
    return sorted(folder.glob("*.age"))
