"""The line of digits that commits to this vault's log as it is now; it tells nothing else."""

from __future__ import annotations

from witnesskit.custody import checkpointer
from witnesskit.custody.journal import utc_day
from witnesskit.errors.custody import JournalDamaged
from witnesskit.formats import commitment
from witnesskit.formats.checkpoint import parse_checkpoint, parse_note
from witnesskit.vault.layout import Vault


def commitment_line(vault: Vault) -> str:
    """Of the newest checkpoint; raises NotTrusted before the invite, JournalDamaged."""
    _ = vault.config.recipients
    found = checkpointer.sizes(vault.custody)
    if not found:
        raise JournalDamaged("it has no checkpoint")
    checkpoint = parse_checkpoint(parse_note(checkpointer.read_note(vault.custody, found[-1])).text)
    return commitment.line(utc_day(), checkpoint.size, checkpoint.root)
