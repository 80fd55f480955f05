"""vault.toml: what a vault is, in clear; no name, no place, no time (docs/spec/vault.md)."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from typing import Any

from witnesskit.errors.formats import NewerFormat
from witnesskit.errors.vault import BadVault, NotTrusted
from witnesskit.formats.age_keys import is_hybrid
from witnesskit.limits import VAULT_CONFIG_MAX
from witnesskit.model import RecipientSet, VaultKind

FORMAT = "witnesskit.vault/1"
_FAMILY = re.compile(r"witnesskit\.vault/[0-9]{1,4}", re.ASCII)
_TEXT = re.compile(r"[\x20\x21\x23-\x5b\x5d-\x7e]{0,1024}", re.ASCII)  # no quote, backslash or control character
_TOP = {"format", "kind", "origin", "key", "policy", "egress"}
_RINGS = {"custodian", "desk"}
_INVITE = {"id", "witness", "next", "enrol"}


@dataclass(frozen=True)
class AcceptedInvite:
    """What a field vault keeps of its invite; the file itself is not kept."""

    id: str  # 32 hex digits
    witness: str  # verifier key text
    next: str  # 64 hex digits
    enrol: str  # one-time code, or empty once a receipt came


@dataclass(frozen=True)
class Config:
    """A vault's public facts. ``rings`` is missing in a field vault before ``trust add``."""

    kind: VaultKind
    origin: str  # random, wk1/...
    key: str  # verifier key text of the vault's own signer
    policy: str  # name of a policy, or of a file in the vault's folder "policies"
    egress: str
    rings: RecipientSet | None = None
    invite: AcceptedInvite | None = None

    @property
    def recipients(self) -> RecipientSet:
        """The rings; raises NotTrusted if there are none yet."""
        if self.rings is None:
            raise NotTrusted
        return self.rings


def dump_config(config: Config) -> bytes:
    """The bytes of vault.toml; raises BadVault for a value that it cannot hold."""
    lines = [_line("format", FORMAT), _line("kind", config.kind.value), _line("origin", config.origin)]
    lines += [_line(name, getattr(config, name)) for name in ("key", "policy", "egress")]
    if config.rings is not None:
        lines += ["", "[rings]", _line("custodian", config.rings.custodian), _line("desk", config.rings.desk)]
    if config.invite is not None:
        lines += ["", "[invite]", *(_line(name, getattr(config.invite, name)) for name in sorted(_INVITE))]
    data = ("\n".join(lines) + "\n").encode()
    if load_config(data) != config:
        raise BadVault("a value of another type")
    return data


def load_config(data: bytes) -> Config:
    """Read vault.toml; raises BadVault naming the table, or NewerFormat."""
    top = _parsed(data)
    found = top.get("format")
    if found != FORMAT:
        if isinstance(found, str) and _FAMILY.fullmatch(found):
            raise NewerFormat("vault")
        raise BadVault("format")
    rings, invite = top.pop("rings", None), top.pop("invite", None)
    texts = _texts(top, _TOP, "top")
    if texts["kind"] not in list(VaultKind):
        raise BadVault("kind")
    return Config(
        VaultKind(texts["kind"]), texts["origin"], texts["key"], texts["policy"], texts["egress"],
        _loaded_rings(rings), _loaded_invite(invite),
    )  # fmt: skip


def _line(name: str, value: str | tuple[str, ...]) -> str:
    values = (value,) if isinstance(value, str) else value
    if not all(_TEXT.fullmatch(text) if isinstance(value, str) else _is_recipient(text) for text in values):
        raise BadVault(name)
    quoted = ", ".join(f'"{text}"' for text in values)
    return f"{name} = {quoted}" if isinstance(value, str) else f"{name} = [{quoted}]"


def _parsed(data: bytes) -> dict[str, Any]:
    if len(data) > VAULT_CONFIG_MAX:
        raise BadVault(f"more than {VAULT_CONFIG_MAX} bytes")
    try:
        return tomllib.loads(data.decode())
    except (ValueError, RecursionError):  # UnicodeDecodeError and TOMLDecodeError are ValueErrors
        raise BadVault("not TOML") from None


def _texts(table: Any, names: set[str], where: str) -> dict[str, str]:
    if not isinstance(table, dict) or set(table) != names:
        raise BadVault(where)
    for name, value in table.items():
        if not isinstance(value, str) or not _TEXT.fullmatch(value):
            raise BadVault(name)
    return table


def _loaded_rings(table: Any) -> RecipientSet | None:
    if table is None:
        return None
    if not isinstance(table, dict) or set(table) != _RINGS:
        raise BadVault("rings")
    for ring in table.values():
        if not isinstance(ring, list) or len(ring) < 2 or not all(_is_recipient(member) for member in ring):
            raise BadVault("rings")
    if len({is_hybrid(member) for ring in table.values() for member in ring}) > 1:
        raise BadVault("rings, classical and post-quantum keys beside each other")
    return RecipientSet(tuple(table["custodian"]), tuple(table["desk"]))


def _is_recipient(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch(r"age1[0-9a-z]{1,2000}", value, re.ASCII) is not None


def _loaded_invite(table: Any) -> AcceptedInvite | None:
    return None if table is None else AcceptedInvite(**_texts(table, _INVITE, "invite"))
