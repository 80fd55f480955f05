"""Which witnesses are enough: groups and a quorum (c2sp.org/tlog-policy; docs/spec/trust.md)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from witnesskit.keys import VerifierKey


@dataclass(frozen=True)
class Group:
    """``needed`` of ``members``, each a witness or a group defined before it."""

    needed: int
    members: tuple[str, ...]


@dataclass(frozen=True)
class TrustPolicy:
    """Logs and witnesses that a person trusts; ``quorum`` is a name, or "none"."""

    logs: tuple[VerifierKey, ...] = ()
    witnesses: Mapping[str, VerifierKey] = field(default_factory=dict)
    groups: Mapping[str, Group] = field(default_factory=dict)
    quorum: str = "none"

    def met_by(self, cosigners: Collection[str]) -> bool:
        """Whether these witnesses (names, each counted once) are the quorum; "none" needs nobody."""
        met = {"none", *(name for name in cosigners if name in self.witnesses)}
        for name, group in self.groups.items():  # members stand before their group, so no group waits for a later one
            if sum(member in met for member in group.members) >= group.needed:
                met.add(name)
        return self.quorum in met
