"""``key drill``: the rehearsal of the day on which the recovery sheet is needed."""

from __future__ import annotations

from dataclasses import dataclass

from witnesskit.actions import own_key
from witnesskit.actions.opening import open_for_saving
from witnesskit.actions.own_checks import DRILL, Looked, log_check
from witnesskit.formats.sheet import SheetKind, parse_sheet
from witnesskit.model import VaultKind
from witnesskit.vault import layout
from witnesskit.vault.layout import Vault
from witnesskit.vault.sheet_test import opens_test


@dataclass(frozen=True)
class Drilled:
    """What the typed sheet can do."""

    opens: bool  # the test capsule, as it would open every original
    authorises: bool  # it holds the key that may replace the log's

    @property
    def problems(self) -> tuple[str, ...]:
        """What it cannot do, by names that the log keeps."""
        return tuple(name for name, good in (("opens", self.opens), ("authorises", self.authorises)) if not good)


def drill(vault: Vault, passphrase: str, untrusted_sheet: str) -> Drilled:
    """Try the sheet and log the day; raises SheetTypo, SheetWrong (another kind of sheet), BadKeyring."""
    layout.demand(vault, VaultKind.DESK)
    seed = parse_sheet(untrusted_sheet, SheetKind.RECOVERY)
    with open_for_saving(vault, passphrase) as session:
        found = Drilled(opens_test(session.vault, seed), own_key.authorises(session.journal, seed))
        bad = len(found.problems)
        log_check(session, Looked(DRILL, ok=2 - bad, bad=bad, problems=found.problems))
    return found
