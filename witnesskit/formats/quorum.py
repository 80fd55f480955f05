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
        return self.quorum == "none" or self._met(self.quorum, frozenset(cosigners))

    def _met(self, name: str, cosigners: frozenset[str]) -> bool:
        group = self.groups.get(name)
        if group is None:
            return name in self.witnesses and name in cosigners
        return sum(self._met(member, cosigners) for member in group.members) >= group.needed
