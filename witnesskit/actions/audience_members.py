"""Files of a bundle for an audience, as members of the bag."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable
from dataclasses import dataclass, field

from witnesskit.actions.chain_members import LogCopy
from witnesskit.actions.item_files import OpenedFile
from witnesskit.actions.openings import OpeningLine
from witnesskit.bundle.plan import PlannedMember
from witnesskit.digest import sha256_hex
from witnesskit.formats import strict_json
from witnesskit.limits import READ_BLOCK
from witnesskit.model import Json


@dataclass
class Contents:
    """Members of the bundle, and the logs they stand on."""

    logs: list[LogCopy]
    members: list[PlannedMember] = field(default_factory=list)
    items: int = 0
    held_back: tuple[str, ...] = ()  # for each file that the recipient does not get, why


def openings_member(lines: Iterable[OpeningLine]) -> PlannedMember:
    """``openings.jsonl``: what the verifier compares with the logs."""
    values: list[Json] = [
        {"event": "", "disclosures": list(line.disclosures), "deferred": dict(line.deferred)} for line in lines
    ]
    return data_member("openings", b"".join(strict_json.canonical(value) + b"\n" for value in values))


def data_member(kind: str, data: bytes, *, name: str = "") -> PlannedMember:
    """A member made here."""
    return PlannedMember(kind, len(data), sha256_hex(data), lambda: io.BytesIO(data), name=name)


def file_member(kind: str, file: OpenedFile, *, item: str = "", name: str = "") -> PlannedMember:
    """A file out of a capsule, as it is: what a record says of it is for the verifier to compare."""
    hasher = hashlib.sha256()
    with file.open() as stream:
        while block := stream.read(READ_BLOCK):
            hasher.update(block)
    return PlannedMember(kind, file.size, hasher.hexdigest(), file.open, item=item, name=name)
