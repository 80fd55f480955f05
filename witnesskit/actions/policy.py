"""``policy show`` and ``policy lint``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from witnesskit.actions.opening import find_vault, policy_of
from witnesskit.errors.policy import BadPolicy
from witnesskit.model import Json
from witnesskit.policy import load
from witnesskit.policy.schema import Policy


@dataclass(frozen=True)
class ShownPolicy:
    """A policy as it is printed."""

    id: str
    text: str
    rules: Mapping[str, Json]


def show_policy(name: str | None, vault_path: Path | None) -> ShownPolicy:
    """The shipped policy or file ``name``, else the rules in force in the vault."""
    if name is None:
        policy = policy_of(find_vault(vault_path))
        return ShownPolicy(policy.id, _rules_text(policy), _rules(policy))
    policy = load.find(name)
    data = load.shipped_bytes(name) if name in load.shipped_names() else load.read(Path(name))
    return ShownPolicy(policy.id, data.decode(), _rules(policy))


def lint_policy(untrusted_data: bytes) -> str:
    """The id of a sound policy; raises BadPolicy naming every fault."""
    if faults := load.lint(untrusted_data):
        raise BadPolicy("; ".join(f"{fault.key} {fault.sentence}" for fault in faults))
    return load.parse(untrusted_data).id


def _rules(policy: Policy) -> Mapping[str, Json]:
    return {
        name.replace("_", ".", 1): sorted(value) if isinstance(value, frozenset) else value
        for name, value in asdict(policy.rules).items()
    }


def _rules_text(policy: Policy) -> str:
    lines = [f"{name} = {value}" for name, value in _rules(policy).items()]
    return "\n".join(lines)
