"""``init``: make a field vault, a desk, or a lone researcher's desk with one ring."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from witnesskit.actions.device_check import demand_quiet
from witnesskit.actions.opening import policy_of
from witnesskit.actions.openings_capsule import seal_openings
from witnesskit.actions.tool_identity import TOOL
from witnesskit.capture.egress import parse_egress
from witnesskit.custody.journal import Journal, utc_day
from witnesskit.custody.prepare import prepare
from witnesskit.custody.signer import SEED_BYTES, Signer, new_origin
from witnesskit.errors.cli import OutputExists
from witnesskit.errors.vault import StorageFault
from witnesskit.formats.sheet import SheetKind, sheet_text
from witnesskit.model import RecipientSet, VaultKind
from witnesskit.policy import load
from witnesskit.sealing import rings
from witnesskit.vault import durable, layout, lock, sheet_test
from witnesskit.vault.config import Config
from witnesskit.vault.keyring import Keyring, OfflineSeeds, new_keyring
from witnesskit.vault.keyring_file import KEYRING, keyring_file, open_keyring, save_keyring
from witnesskit.vault.layout import Vault
from witnesskit.vault.passphrase import generate_passphrase
from witnesskit.vault.signing import SIGNING_KEY, signing_file
from witnesskit.vault.state import State


@dataclass(frozen=True)
class VaultWish:
    """What the person asked for; ``kind`` is field, desk or lone, ``hybrid``: a desk with post-quantum keys."""

    folder: Path
    kind: str
    egress: str
    policy: str
    hybrid: bool = False


@dataclass(frozen=True)
class Secrets:
    """What must be on paper before it is forgotten; its text form shows nothing."""

    passphrase: str = field(default="", repr=False)
    recovery_sheet: str = field(default="", repr=False)
    custodian_sheet: str = field(default="", repr=False)

    def texts(self) -> tuple[tuple[str, str], ...]:
        """(title, text) of each secret there is."""
        every = (
            ("PASSPHRASE", self.passphrase),
            ("RECOVERY SHEET: opens everything; two copies, two places, never near the desk", self.recovery_sheet),
            ("CUSTODIAN SHEET: opens originals; for the custodian alone", self.custodian_sheet),
        )
        return tuple((title, text) for title, text in every if text)


def make_field(wish: VaultWish, *, lock_key: bool) -> Secrets:
    """A write-only vault; it gets its rings and its log with ``trust add``."""
    layout.check_new(wish.folder)
    demand_quiet(load.find(wish.policy), wish.folder)
    signer = Signer(new_origin(), os.urandom(SEED_BYTES))
    passphrase = generate_passphrase() if lock_key else ""
    config, files = _config(wish, signer, VaultKind.FIELD)
    layout.create(wish.folder, config, {**files, SIGNING_KEY: signing_file(signer, passphrase)})
    return Secrets(passphrase)


def make_desk(wish: VaultWish) -> Secrets:
    """A desk with its log begun; the custodian seed is in it only for a lone researcher."""
    layout.check_new(wish.folder)
    demand_quiet(load.find(wish.policy), wish.folder)
    keyring, seeds = new_keyring(lone=wish.kind == "lone", hybrid=wish.hybrid)
    origin = new_origin()
    config, files = _config(wish, keyring.signer(origin), VaultKind.DESK, keyring.own_recipients)
    files |= {KEYRING: keyring_file(keyring), sheet_test.SHEET_TEST: sheet_test.sheet_test(keyring)}
    vault = layout.create(wish.folder, config, files)
    with lock.writing(vault):
        _begin_log(vault, keyring, rings.change_digest(seeds.recovery, 0))
    return _sheets(keyring, seeds)


def confirm_sheet(folder: Path, passphrase: str, typed: str) -> None:
    """Open the test capsule with what was typed back from paper; raises SheetTypo, SheetWrong."""
    vault = layout.open_vault(folder)
    layout.demand(vault, VaultKind.DESK)
    with lock.writing(vault):
        keyring = open_keyring(vault, passphrase)
        save_keyring(vault, sheet_test.confirm_sheet(vault, keyring, typed))


@contextmanager
def secrets_folder(folder: Path) -> Iterator[None]:
    """Make the new folder (a stick) before the vault: a vault whose secrets went nowhere could never be opened.

    It goes again if the vault is not made. Raises OutputExists, StorageFault.
    """
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        raise OutputExists from None
    except OSError as error:
        raise StorageFault(os.strerror(error.errno or 0).lower()) from None
    try:
        yield
    except BaseException:
        with suppress(OSError):  # something is in it: the vault was made
            folder.rmdir()
        raise


def write_secrets(folder: Path, secrets: Secrets) -> None:
    """Write each secret into a file of that folder, for its owner alone."""
    named = (
        ("passphrase.txt", secrets.passphrase),
        ("recovery-sheet.txt", secrets.recovery_sheet),
        ("custodian-sheet.txt", secrets.custodian_sheet),
    )
    for name, text in named:
        if text:
            durable.replace(folder / name, text.rstrip("\n").encode() + b"\n")


def _config(
    wish: VaultWish, signer: Signer, kind: VaultKind, recipients: RecipientSet | None = None
) -> tuple[Config, dict[str, bytes]]:
    """vault.toml, and the policy's file if it is not a shipped one."""
    egress = str(parse_egress(wish.egress))
    policy = load.find(wish.policy)
    files = {}
    if wish.policy not in load.shipped_names():
        files[f"policies/{policy.name}.toml"] = load.read(Path(wish.policy))
    return Config(kind, signer.key.name, signer.key.text, policy.name, egress, recipients), files


def _begin_log(vault: Vault, keyring: Keyring, following: str) -> None:
    """``following``: the digest of the offline key that may change this log's key."""
    recipients = keyring.own_recipients
    committed = {
        "recipients": {"custodian": list(recipients.custodian), "desk": list(recipients.desk)},
        "kind": "lone" if keyring.lone else "desk",
        "day": utc_day(),
        "tool": TOOL,
        "policy": policy_of(vault).id,
    }
    genesis = prepare("genesis", committed, x={"next": following})
    seal_openings(vault, State(), recipients, [genesis.opening_line()])
    Journal.create(vault.custody, signer=keyring.signer(vault.config.origin), by="desk", genesis=genesis)


def _sheets(keyring: Keyring, seeds: OfflineSeeds) -> Secrets:
    custodian = "" if keyring.lone else sheet_text(SheetKind.CUSTODIAN, seeds.custodian)
    return Secrets(keyring.passphrase, sheet_text(SheetKind.RECOVERY, seeds.recovery), custodian)
