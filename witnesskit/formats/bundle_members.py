"""``members.jsonl``: one line for each payload file, bytes <-> objects (docs/spec/bundle.md).

A line has one form only, RFC 8785 JSON with the keys below: unknown keys, other orders, spaces and escapes are
refused at once, and no general parser meets them.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from witnesskit.errors.bundle import BadManifest, BundleTooBig
from witnesskit.errors.formats import BadJson
from witnesskit.formats.bag import manifest_bytes
from witnesskit.formats.strict_json import canonical, loads
from witnesskit.limits import BUNDLE_MEMBERS_MAX, BUNDLE_NAME_MAX, BUNDLE_TAG_FILE_MAX, VOLUME_MAX, WHOLE_FILE_MAX

MEMBERS_NAME = "members.jsonl"
CHAIN_KINDS: Final = frozenset({"chain", "checkpoint", "anchor"})
ROSTER_KIND: Final = "roster"
KINDS: Final = CHAIN_KINDS | {"capsule", "openings", "record", "media", "copy", "report", "spec", ROSTER_KIND}
NEVER_CUT: Final = CHAIN_KINDS | {"openings", ROSTER_KIND}

_LINE_MAX: Final = 8 * BUNDLE_NAME_MAX  # characters; a name may be written in escapes of six
_LINE = re.compile(
    r'\{(?:"capsule":"([0-9a-f]{32})",)?(?:"item":"([0-9a-f]{32})",)?"kind":"([a-z]{1,16})",'
    r'(?:"name":("(?:[^"\\\x00-\x1f]++|\\.)*+"),)?(?:"offset":(0|[1-9][0-9]{0,15}),)?"ordinal":([1-9][0-9]{0,7}),'
    r'(?:"origin":"([a-z0-9/._-]{1,64})",)?(?:"part":([1-9][0-9]{0,7}),)?(?:"role":"(original|record)",)?'
    r'"sha256":"([0-9a-f]{64})","size":(0|[1-9][0-9]{0,15})'
    r'(?:,"whole_sha256":"([0-9a-f]{64})","whole_size":([1-9][0-9]{0,15}))?\}',
    re.ASCII,
)


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
    offset: int = 0  # bytes; where a segment begins in its whole file
    whole_sha256: str = ""  # of the whole file, for a segment only
    whole_size: int = 0  # bytes of the whole file, for a segment only

    @property
    def is_segment(self) -> bool:
        """Whether other volumes hold the rest of this file."""
        return bool(self.whole_sha256)


def member_line(member: Member) -> str:
    """The canonical line, with its line feed. Keys are written in sorted order, absent ones left out."""
    return (
        "{"
        + (f'"capsule":"{member.capsule}",' if member.capsule else "")
        + (f'"item":"{member.item}",' if member.item else "")
        + f'"kind":"{member.kind}",'
        + (f'"name":{canonical(member.name).decode()},' if member.name else "")
        + (f'"offset":{member.offset},' if member.is_segment else "")
        + f'"ordinal":{member.ordinal},'
        + (f'"origin":"{member.origin}",' if member.origin else "")
        + (f'"part":{member.part},' if member.part else "")
        + (f'"role":"{member.role}",' if member.role else "")
        + f'"sha256":"{member.sha256}","size":{member.size}'
        + (f',"whole_sha256":"{member.whole_sha256}","whole_size":{member.whole_size}' if member.is_segment else "")
        + "}\n"
    )


def members_bytes(members: Iterable[Member]) -> bytes:
    """The whole file; raises BadManifest for a member that would not be read again."""
    lines = [member_line(member) for member in members]
    for ordinal, line in enumerate(lines, 1):
        if not _LINE.fullmatch(line, 0, len(line) - 1):
            raise BadManifest(f"{MEMBERS_NAME}, line {ordinal}: a value it cannot hold")
    return "".join(lines).encode()


def parse_members(untrusted_data: bytes) -> tuple[Member, ...]:
    """Read the file; raises BadManifest with the line that breaks a rule, or BundleTooBig."""
    if len(untrusted_data) > BUNDLE_TAG_FILE_MAX:
        raise BundleTooBig(f"{MEMBERS_NAME}: {len(untrusted_data)} bytes, at most {BUNDLE_TAG_FILE_MAX} are read")
    try:
        lines = untrusted_data.decode("utf-8").split("\n")
    except UnicodeDecodeError:
        raise BadManifest(f"{MEMBERS_NAME}: not UTF-8") from None
    if lines.pop() != "":
        raise BadManifest(f"{MEMBERS_NAME}: no line feed at its end")
    if len(lines) > BUNDLE_MEMBERS_MAX:
        raise BundleTooBig(f"{len(lines)} members, at most {BUNDLE_MEMBERS_MAX} are read")
    members = tuple(map(_member, lines, range(1, len(lines) + 1)))
    check_members(members)
    return members


def check_members(members: Sequence[Member]) -> None:
    """What a line cannot tell alone; raises BadManifest with the line that breaks a rule."""
    for ordinal, member in enumerate(members, 1):
        if problem := _problem(member, ordinal):
            raise BadManifest(f"{MEMBERS_NAME}, line {ordinal}: {problem}")
    check_together(members)


def payload_manifest_sha256(members: Sequence[Member]) -> str:
    """SHA-256 over the manifest lines of every member that is no part of the chain (``transfer.manifest_sha256``).

    Of a set: of all its volumes one after the other; the roster, which is known last, is left out too.
    """
    hasher = hashlib.sha256()
    for member in members:
        if member.kind not in CHAIN_KINDS and member.kind != ROSTER_KIND:
            hasher.update(manifest_bytes((member.sha256,), member.ordinal))
    return hasher.hexdigest()


def _member(line: str, ordinal: int) -> Member:
    match = _LINE.fullmatch(line) if len(line) <= _LINE_MAX else None
    if not match:
        raise BadManifest(f"{MEMBERS_NAME}, line {ordinal}: not in its one canonical form")
    capsule, item, kind, name, offset, number, origin, part, role, sha256, size, whole, whole_size = match.groups("")
    if bool(offset) != bool(whole):
        raise BadManifest(f"{MEMBERS_NAME}, line {ordinal}: a segment has offset, whole_sha256 and whole_size")
    text = _name(name, ordinal) if name else ""
    segment = (int(offset or 0), whole, int(whole_size or 0))
    return Member(int(number), int(size), sha256, kind, item, capsule, role, int(part or 0), origin, text, *segment)


def _name(quoted: str, ordinal: int) -> str:
    try:
        name = loads(quoted.encode(), max_size=_LINE_MAX)
        if canonical(name).decode() == quoted and name:
            return str(name)
    except BadJson:
        pass
    raise BadManifest(f"{MEMBERS_NAME}, line {ordinal}: name")


def _problem(member: Member, ordinal: int) -> str:
    """The key of a member that breaks a rule, or ""."""
    if member.ordinal != ordinal:
        return "ordinal"
    if not 0 <= member.size <= VOLUME_MAX:
        return "size"
    if len(member.name) > BUNDLE_NAME_MAX:
        return "name"
    if (member.kind == "capsule") != bool(member.item and member.capsule and member.role and member.part):
        return "a capsule has item, capsule, role and part"
    if member.kind not in KINDS:
        return "kind"
    if member.is_segment and not _is_proper_segment(member):
        return "a segment lies within its whole file, and is not all of it"
    return "origin" if member.kind in CHAIN_KINDS and not member.origin else ""


def _is_proper_segment(member: Member) -> bool:
    end = member.offset + member.size
    proper = 0 < member.size < member.whole_size and end <= member.whole_size <= WHOLE_FILE_MAX
    return proper and member.kind not in NEVER_CUT


def check_together(members: Sequence[Member]) -> None:
    """The chain stands first, and no capsule is listed twice; of a set too. Raises BadManifest."""
    chain_over = False
    for member in members:
        if chain_over and member.kind in CHAIN_KINDS:
            raise BadManifest(f"{MEMBERS_NAME}, line {member.ordinal}: the chain stands first")
        chain_over = chain_over or member.kind not in CHAIN_KINDS
    capsules = [member.capsule for member in members if member.kind == "capsule"]
    if len(set(capsules)) != len(capsules):
        raise BadManifest(f"{MEMBERS_NAME}: a capsule is listed twice")
