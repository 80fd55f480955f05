"""Check this program against its own vectors, say it, and keep it in the log of the desk that is here."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from witnesskit.actions.opening import open_for_saving
from witnesskit.actions.tool_identity import TOOL
from witnesskit.actions.validation import log_validation
from witnesskit.actions.vectors import Validation, validate
from witnesskit.custody.journal import utc_day
from witnesskit.errors.actions import NotTheProgram
from witnesskit.errors.vault import NoVault
from witnesskit.model import VaultKind
from witnesskit.vault import layout
from witnesskit.vault.layout import Vault


@dataclass(frozen=True)
class Validated(Validation):
    """The result of one run; ``logged``: in the log of a desk."""

    day: str = ""
    logged: bool = False

    @property
    def sentence(self) -> str:
        """One line for the person."""
        return f"{TOOL} passed {self.passed} of {self.total} vectors on {self.day}"

    @property
    def not_run(self) -> str:
        """One line more, if some were left out; empty otherwise."""
        told = "about OpenTimestamps were not run: this installation cannot read it (pip install 'witnesskit[ots]')"
        return f"{len(self.left_out)} {told}" if self.left_out else ""

    def require(self) -> None:
        """Raise NotTheProgram if one vector did not end as it says."""
        if not self.trusted:
            raise NotTheProgram(f"{len(self.problems)} of {self.total}")


def desk_here(path: Path | None) -> Vault | None:
    """The desk vault that is named or here; None for none, and for a field vault, whose log says nothing of it."""
    try:
        vault = layout.find(Path.cwd(), os.environ, path)
    except NoVault:
        if path is not None:
            raise
        return None
    return vault if vault.config.kind is VaultKind.DESK else None


def validate_and_log(desk: Vault | None, passphrase: str) -> Validated:
    """Run every vector; the desk, if there is one, is opened first, and logs a good and a bad result."""
    if desk is None:
        return _validated(logged=False)
    with open_for_saving(desk, passphrase) as session:
        done = _validated(logged=True)
        log_validation(session, done)
    return done


def _validated(*, logged: bool) -> Validated:
    done = validate()
    return Validated(done.total, done.problems, done.left_out, utc_day(), logged)
