"""The rules for an audience: the shipped policy, and where a desk has one of its own the stricter of both."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from witnesskit.model import Audience, VaultKind
from witnesskit.policy import decide, load
from witnesskit.policy.meet import stricter
from witnesskit.policy.schema import Policy
from witnesskit.vault import durable, layout
from witnesskit.vault.layout import Vault

POLICIES: Final[Mapping[Audience, str]] = {
    Audience.DESK: "protect-filmer",
    Audience.COURT: "court",
    Audience.PUBLIC: "public",
}


def audience_policy(vault: Vault, audience: Audience) -> Policy:
    """What may leave for ``audience``; raises BadPolicy, PolicyConflict for a file that cannot be followed."""
    shipped = load.shipped(POLICIES[audience])
    decide.check_audience(shipped, audience)
    own = _place(vault, audience)
    return stricter(shipped, load.load(own)) if own.exists() else shipped


def tighten_audience(vault: Vault, file: Path) -> Policy:
    """Put ``file`` beside the shipped policy of its audience; returns the rules then in force.

    Raises BadPolicy, WrongVaultKind, the disk's leaves; one that is there already is replaced.
    """
    layout.demand(vault, VaultKind.DESK)
    data = load.read(file)
    audience = load.parse(data).rules.policy_audience
    durable.make_folder(vault.policies)
    durable.replace(_place(vault, audience), data)
    return audience_policy(vault, audience)


def _place(vault: Vault, audience: Audience) -> Path:
    return vault.policies / f"audience-{audience}.toml"
