"""``members.jsonl``: one line for each payload file, bytes <-> objects (docs/spec/bundle.md).

A line is read as strict JSON, and must then be byte for byte the one line that its member is written as. So
unknown keys, other orders, spaces and escapes are refused at once.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from witnesskit.errors.bundle import BadManifest, BundleTooBig
from witnesskit.errors.formats import BadJson
from witnesskit.formats.bag import manifest_bytes
from witnesskit.formats.strict_json import loads
from witnesskit.limits import BUNDLE_MEMBERS_MAX, BUNDLE_NAME_MAX, BUNDLE_TAG_FILE_MAX, VOLUME_MAX
from witnesskit.model import Role

MEMBERS_NAME = "members.jsonl"
CHAIN_KINDS: Final = frozenset({"chain", "checkpoint"})
KINDS: Final = CHAIN_KINDS | {"capsule", "openings", "record", "media", "copy", "report", "spec"}

_BATCH = 256  # lines parsed in one call; the interpreter's overhead is the cost
_HEX = re.compile(r"(?:[0-9a-f]{32})?", re.ASCII)
_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)
_ORIGIN = re.compile(r"[a-z0-9/._-]{0,64}", re.ASCII)
_ROLES = frozenset({"", *(role.value for role in Role)})


@dataclass(frozen=True, slots=True)
class Member:
    """One payload file. Empty text and part 0 mean: the key is absent."""

    ordinal: int  # from 1
    size: int  # bytes
    sha256: str
    kind: str
    item: str = ""
    capsule: str = ""
    role: str = ""
    part: int = 0
    origin: str = ""
    name: str = ""  # untrusted text of somebody else, data and never a path


def member_line(member: Member) -> str:
    """The canonical line, with its line feed. Keys are written in sorted order, absent ones left out."""
    return (
        "{"
        + (f'"capsule":"{member.capsule}",' if member.capsule else "")
        + (f'"item":"{member.item}",' if member.item else "")
        + f'"kind":"{member.kind}",'
        + (f'"name":{json.dumps(member.name, ensure_ascii=False)},' if member.name else "")
        + f'"ordinal":{member.ordinal},'
        + (f'"origin":"{member.origin}",' if member.origin else "")
        + (f'"part":{member.part},' if member.part else "")
        + (f'"role":"{member.role}",' if member.role else "")
        + f'"sha256":"{member.sha256}","size":{member.size}}}\n'
    )


def members_bytes(members: Iterable[Member]) -> bytes:
    """The whole file."""
    return "".join(map(member_line, members)).encode()


def parse_members(untrusted_data: bytes) -> tuple[Member, ...]:
    """Read the file; raises BadManifest with the line that breaks a rule, or BundleTooBig."""
    if len(untrusted_data) > BUNDLE_TAG_FILE_MAX:
        raise BundleTooBig(f"{MEMBERS_NAME}: {len(untrusted_data)} bytes, at most {BUNDLE_TAG_FILE_MAX} are read")
    lines = untrusted_data.split(b"\n")
    if lines.pop() != b"":
        raise BadManifest(f"{MEMBERS_NAME}: no line feed at its end")
    if len(lines) > BUNDLE_MEMBERS_MAX:
        raise BundleTooBig(f"{len(lines)} members, at most {BUNDLE_MEMBERS_MAX} are read")
    members: list[Member] = []
    for start in range(0, len(lines), _BATCH):
        members += _parse_batch(lines[start : start + _BATCH], start + 1)
    _check_together(members)
    return tuple(members)


def payload_manifest_sha256(members: Sequence[Member]) -> str:
    """SHA-256 over the manifest lines of every member that is no part of the chain (``transfer.manifest_sha256``)."""
    hasher = hashlib.sha256()
    for member in members:
        if member.kind not in CHAIN_KINDS:
            hasher.update(manifest_bytes((member.sha256,), member.ordinal))
    return hasher.hexdigest()


def _parse_batch(lines: Sequence[bytes], first: int) -> list[Member]:
    """Parse the lines in one call; each must be the line its member is written as, so none borrows from another."""
    try:
        values = loads(b"[" + b",".join(lines) + b"]", max_size=BUNDLE_TAG_FILE_MAX, max_depth=2)
    except BadJson as error:
        raise BadManifest(f"{MEMBERS_NAME}, lines {first} to {first + len(lines) - 1}: {error.code}") from None
    if len(values) != len(lines):
        raise BadManifest(f"{MEMBERS_NAME}, lines {first} to {first + len(lines) - 1}: not one object on each line")
    return [_member(value, line, first + at) for at, (value, line) in enumerate(zip(values, lines, strict=True))]


def _member(value: Any, line: bytes, ordinal: int) -> Member:
    try:
        member = Member(**value)
        valid = member_line(member).encode() == line + b"\n"
    except (TypeError, UnicodeEncodeError):  # not an object, unknown or absent key, a surrogate
        raise BadManifest(f"{MEMBERS_NAME}, line {ordinal}: its keys") from None
    if not valid:
        raise BadManifest(f"{MEMBERS_NAME}, line {ordinal}: not in its one canonical form")
    if member.ordinal != ordinal:
        raise BadManifest(f"{MEMBERS_NAME}, line {ordinal}: ordinal")
    if problem := _problem(member):
        raise BadManifest(f"{MEMBERS_NAME}, line {ordinal}: {problem}")
    return member


def _problem(member: Member) -> str:
    """The key of a member that breaks a rule, or ""."""
    if member.kind not in KINDS:
        return "kind"
    if not 0 <= member.size <= VOLUME_MAX:
        return "size"
    if not _DIGEST.fullmatch(member.sha256):
        return "sha256"
    if not (_HEX.fullmatch(member.item) and _HEX.fullmatch(member.capsule) and member.role in _ROLES):
        return "item, capsule or role"
    if (member.kind == "capsule") != bool(member.item and member.capsule and member.role and member.part > 0):
        return "a capsule has item, capsule, role and part"
    if not _ORIGIN.fullmatch(member.origin) or (member.kind in CHAIN_KINDS and not member.origin):
        return "origin"
    return "" if isinstance(member.name, str) and len(member.name) <= BUNDLE_NAME_MAX else "name"


def _check_together(members: Sequence[Member]) -> None:
    """The chain stands first, and no capsule is listed twice."""
    chain_over = False
    for member in members:
        if chain_over and member.kind in CHAIN_KINDS:
            raise BadManifest(f"{MEMBERS_NAME}, line {member.ordinal}: the chain stands first")
        chain_over = chain_over or member.kind not in CHAIN_KINDS
    capsules = [member.capsule for member in members if member.kind == "capsule"]
    if len(set(capsules)) != len(capsules):
        raise BadManifest(f"{MEMBERS_NAME}: a capsule is listed twice")
