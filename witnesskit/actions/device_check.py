"""Whether a computer may hold what it is given: asked before anything is saved, and once when a vault is made."""

from __future__ import annotations

from pathlib import Path

from witnesskit.actions.device_traces import Computer, traces
from witnesskit.actions.finding import OK, Finding
from witnesskit.errors.policy import DeviceKeepsTraces
from witnesskit.policy.decide import device_may_keep
from witnesskit.policy.schema import REFUSE, Policy


def demand_quiet(policy: Policy, vault: Path | None) -> None:
    """Under a policy that says so, refuse a computer that keeps memory or names: raises DeviceKeepsTraces."""
    if policy.rules.device_traces != REFUSE:
        return
    decision = device_may_keep(policy, [one.name for one in kept(vault)])
    if not decision.allowed:
        raise DeviceKeepsTraces(decision.sentence)


def kept(vault: Path | None) -> tuple[Finding, ...]:
    """What this computer may keep; empty is good."""
    return tuple(one for one in traces(Computer(), vault) if one.state != OK)
