"""``key operator`` and ``key cosign``: somebody beside the desk signs what it signs, under a key of their own."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from witnesskit.actions.opening import open_for_saving
from witnesskit.actions.own_checks import OPERATOR, Looked, log_check
from witnesskit.errors.cli import FileUnreadable, OutputExists
from witnesskit.errors.vault import BadOperatorKey
from witnesskit.limits import OPERATOR_FILE_MAX
from witnesskit.model import VaultKind
from witnesskit.vault import durable, layout
from witnesskit.vault.layout import Vault
from witnesskit.vault.operator_file import new_operator, open_operator, operator_file
from witnesskit.vault.passphrase import generate_passphrase


@dataclass(frozen=True)
class OperatorMade:
    """The public half, and what must be written down; its text form does not show it."""

    key: str
    passphrase: str = field(repr=False)


@dataclass(frozen=True)
class Cosigned:
    """Whose key signed, and how many events of the log lie under the checkpoint."""

    operator: str
    size: int


def make_operator(name: str, out: Path) -> OperatorMade:
    """Write a new operator's key; raises BadOperatorKey for its name, OutputExists, NoRoom, StorageFault."""
    if out.exists() or out.is_symlink():
        raise OutputExists
    signer, passphrase = new_operator(name), generate_passphrase()
    durable.replace(out, operator_file(signer, passphrase))
    return OperatorMade(signer.vkey, passphrase)


def cosign(vault: Vault, passphrase: str, file: Path, operator_passphrase: str) -> Cosigned:
    """Log that an operator looked, and have both keys sign the checkpoint after it.

    Raises WrongPassphrase, BadOperatorKey, also for a key under the name of the log itself.
    """
    layout.demand(vault, VaultKind.DESK)
    data = durable.read(file, OPERATOR_FILE_MAX)
    if data is None:
        raise FileUnreadable
    operator = open_operator(data, operator_passphrase)
    with open_for_saving(vault, passphrase) as session:
        if operator.origin == session.journal.origin:
            raise BadOperatorKey("it bears the name of the log itself")
        number = log_check(session, Looked(OPERATOR, ok=1, who=operator.vkey), (operator,))
    return Cosigned(operator.vkey, number + 1)
