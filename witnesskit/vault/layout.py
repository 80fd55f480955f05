"""Where things lie in a vault, how one is made, and how it is found (docs/spec/vault.md)."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from witnesskit.errors.cli import WrongVaultKind
from witnesskit.errors.vault import (
    BadVault,
    CapsuleMissing,
    FolderNotEmpty,
    NoVault,
    StorageFault,
    VaultExists,
    VaultForeign,
)
from witnesskit.limits import VAULT_CONFIG_MAX
from witnesskit.model import VaultKind
from witnesskit.vault import durable
from witnesskit.vault.config import Config, dump_config, load_config
from witnesskit.vault.synced import refuse_synced

CONFIG: Final = "vault.toml"
VARIABLE: Final = "WITNESSKIT_VAULT"
_FOLDERS = ("capsules", "custody", "keys", "policies", "work")
_NOTHING: Mapping[str, bytes] = {}
_ID = re.compile(r"[0-9a-f]{32}", re.ASCII)


@dataclass(frozen=True)
class Vault:
    """A vault's folder and what its vault.toml says."""

    path: Path
    config: Config

    @property
    def custody(self) -> Path:
        """Folder of the custody log."""
        return self.path / "custody"

    @property
    def work(self) -> Path:
        """Folder of captures in progress."""
        return self.path / "work"

    @property
    def capsules(self) -> Path:
        """Folder of finished capsules, in sub-folders named by the first two digits of the id."""
        return self.path / "capsules"

    @property
    def keys(self) -> Path:
        """Folder of the signing key or the keyring."""
        return self.path / "keys"

    @property
    def policies(self) -> Path:
        """Folder of policies that are not shipped: one brought at ``init``, one that came with the invite."""
        return self.path / "policies"

    @property
    def state(self) -> Path:
        """The state file."""
        return self.path / "state"

    def capsule_path(self, capsule: str) -> Path:
        """Where the capsule of an id (32 hex digits) lies or will lie; raises CapsuleMissing for no id."""
        return self.capsules / checked_id(capsule)[:2] / capsule


def checked_id(text: str) -> str:
    """``text`` if it is an id of 32 hex digits; raises CapsuleMissing, so that no id leads out of the vault."""
    if not _ID.fullmatch(text):
        raise CapsuleMissing("not an id")
    return text


def check_new(path: Path) -> None:
    """Refuse a place where no vault can be made: raises VaultExists, FolderNotEmpty, CloudFolder, StorageFault."""
    refuse_synced(path)
    if any(_has_vault(place) for place in (path.absolute(), *path.absolute().parents)):
        raise VaultExists
    with durable.faults():
        if path.exists() and (not path.is_dir() or any(path.iterdir())):
            raise FolderNotEmpty


def create(path: Path, config: Config, files: Mapping[str, bytes] = _NOTHING) -> Vault:
    """Make a vault; ``files`` (such as "keys/signing.key") are written 0600 before vault.toml, which is last.

    Raises what ``check_new`` raises, NoRoom and BadVault. A crash leaves no vault, and a folder that is refused.
    """
    path = Path(os.path.realpath(path))
    check_new(path)
    written = dump_config(config)
    with durable.faults():
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    restrict(path)
    for name in _FOLDERS:
        durable.make_folder(path / name)
    for name, data in files.items():
        durable.replace(path / name, data)
    durable.replace(path / CONFIG, written)
    return Vault(path, config)


def _has_vault(place: Path) -> bool:
    return os.path.isfile(place / CONFIG)  # noqa: PTH113 - a folder that cannot be read holds none


def restrict(path: Path) -> None:
    """Owner only; file systems of sticks that know no owners are left as they are."""
    try:
        path.chmod(0o700)
    except OSError:
        return


def open_vault(path: Path) -> Vault:
    """The vault in this very folder; raises NoVault, CloudFolder, BadVault, NewerFormat."""
    try:
        data = durable.read(path / CONFIG, VAULT_CONFIG_MAX)
    except StorageFault:
        raise BadVault("it cannot be read") from None
    if data is None:
        raise NoVault
    refuse_synced(path)
    return Vault(Path(os.path.realpath(path)), load_config(data))


def locate(start: Path, environment: Mapping[str, str], explicit: Path | None = None) -> Path:
    """The folder of the vault named by ``--vault``, else by WITNESSKIT_VAULT, else around ``start``.

    Nothing in it is read. Raises NoVault; VaultForeign, since another user's is not taken from a parent folder.
    """
    named = explicit or (Path(environment[VARIABLE]) if environment.get(VARIABLE) else None)
    if named is not None:
        if not os.path.lexists(named / CONFIG):
            raise NoVault
        return named
    for place in (start.absolute(), *start.absolute().parents):
        if _has_vault(place):
            if (place / CONFIG).lstat().st_uid != os.geteuid():
                raise VaultForeign
            return place
    raise NoVault


def find(start: Path, environment: Mapping[str, str], explicit: Path | None = None) -> Vault:
    """The vault in the folder that ``locate`` finds; raises what it and ``open_vault`` raise."""
    return open_vault(locate(start, environment, explicit))


def with_config(vault: Vault, **changes: object) -> Vault:
    """Write a changed vault.toml (fields of Config); raises BadVault, NoRoom, StorageFault."""
    config = replace(vault.config, **changes)  # type: ignore[arg-type]
    durable.replace(vault.path / CONFIG, dump_config(config))
    return replace(vault, config=config)


def demand(vault: Vault, kind: VaultKind) -> None:
    """Refuse a vault of the other kind: raises WrongVaultKind."""
    if vault.config.kind is not kind:
        raise WrongVaultKind(f"this is a {vault.config.kind} vault, a {kind} vault is needed")
