"""Whom a verifier trusts: a C2SP trust policy, text -> object (c2sp.org/tlog-policy; docs/spec/trust.md)."""

from __future__ import annotations

import re

from witnesskit.errors.formats import BadKey
from witnesskit.errors.verify import BadTrustPolicy
from witnesskit.formats.quorum import Group, TrustPolicy
from witnesskit.keys import COSIGNATURE, ED25519, ML_DSA_44, VerifierKey, parse_verifier_key
from witnesskit.limits import TRUST_POLICY_LINES_MAX

_ALLOWED = re.compile(rb"[\t\n\x20-\x7e\x80-\xff]*")
_COUNT = re.compile(r"[1-9][0-9]{0,3}", re.ASCII)
NONE = "none"


def parse_trust_policy(data: bytes) -> TrustPolicy:
    """Read a policy; raises BadTrustPolicy, which names the line."""
    if not _ALLOWED.fullmatch(data):
        raise BadTrustPolicy("a control character")
    lines = data.decode("utf-8", "surrogateescape").split("\n")
    if len(lines) > TRUST_POLICY_LINES_MAX:
        raise BadTrustPolicy(f"more than {TRUST_POLICY_LINES_MAX} lines")
    reading = _Reading()
    for number, line in enumerate(lines, 1):
        words = re.split(r"[ \t]+", line.strip(" \t"))
        if words[0] and not words[0].startswith("#"):
            try:
                reading.take(words)
            except (BadKey, ValueError) as error:
                raise BadTrustPolicy(f"line {number}: {error}") from None
    if reading.quorum is None:
        raise BadTrustPolicy("there is no quorum line")
    return TrustPolicy(tuple(reading.logs), reading.witnesses, reading.groups, reading.quorum)


class _Reading:
    """The lines read so far; raises ValueError with a sentence, BadKey."""

    def __init__(self) -> None:
        self.logs: list[VerifierKey] = []
        self.witnesses: dict[str, VerifierKey] = {}
        self.groups: dict[str, Group] = {}
        self.quorum: str | None = None
        self._members: set[str] = set()

    def take(self, words: list[str]) -> None:
        match words:
            case ["log", key] | ["log", key, _]:
                self.logs.append(self._fresh(parse_verifier_key(key, (ED25519, ML_DSA_44)), self.logs))
            case ["witness", name, key] | ["witness", name, key, _]:
                known = list(self.witnesses.values())
                parsed = parse_verifier_key(key, (COSIGNATURE, ML_DSA_44))
                self.witnesses[self._free(name)] = self._fresh(parsed, known)
            case ["group", name, count, *members] if members:
                self.groups[self._free(name)] = self._group(count, members)
            case ["quorum", name] if self.quorum is None:
                self.quorum = name if name == NONE else self._known(name)
            case _:
                raise ValueError("not a line of a policy")

    def _group(self, count: str, members: list[str]) -> Group:
        for member in members:
            if member in self._members:
                raise ValueError("a name is a member twice")
            self._members.add(self._known(member))
        needed = {"all": len(members), "any": 1}.get(count) or (int(count) if _COUNT.fullmatch(count) else 0)
        if not 1 <= needed <= len(members):
            raise ValueError("how many members are needed")
        return Group(needed, tuple(members))

    def _known(self, name: str) -> str:
        if name not in self.witnesses and name not in self.groups:
            raise ValueError("a name that no line before defines")
        return name

    def _free(self, name: str) -> str:
        if name == NONE or name in self.witnesses or name in self.groups:
            raise ValueError("a name is taken")
        return name

    @staticmethod
    def _fresh(key: VerifierKey, known: list[VerifierKey]) -> VerifierKey:
        if any(one.public == key.public for one in known):
            raise ValueError("a key stands there twice")
        return key
