"""What stands in a capsule: its first member, and how its names are read (docs/spec/capsule.md). LOCK."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from witnesskit.errors.capsule import BadCapsule
from witnesskit.errors.formats import NewerFormat
from witnesskit.formats import strict_json
from witnesskit.limits import CAPSULE_HEADER_MAX
from witnesskit.model import Json, Role

FORMAT: Final = "witnesskit.capsule/1"
HEADER_NAME: Final = "capsule.json"  # always the first member
FILLER: Final = "fill"  # stream of zeros that pushes earlier members out of memory; holds nothing
_FAMILY = re.compile(r"witnesskit\.capsule/[0-9]{1,4}", re.ASCII)
_HEX32 = re.compile(r"[0-9a-f]{32}", re.ASCII)
_PIECE = re.compile(r"(.+)/([0-9]{6}|[1-9][0-9]{6})", re.ASCII)
_KEYS: Final = {"format", "id", "item", "role", "part"}


@dataclass(frozen=True)
class CapsuleHeader:
    """Which capsule this is: random ids of 32 hex digits, and which part of the item's role, from 1."""

    id: str
    item: str
    role: Role
    part: int


def header_bytes(header: CapsuleHeader) -> bytes:
    """Content of ``capsule.json``: canonical JSON and a line feed."""
    value = {"format": FORMAT, "id": header.id, "item": header.item, "role": str(header.role), "part": header.part}
    return strict_json.canonical(value) + b"\n"


def parse_header(untrusted_data: bytes) -> CapsuleHeader:
    """Read ``capsule.json``; raises BadJson, BadCapsule, NewerFormat."""
    value = strict_json.loads(untrusted_data, max_size=CAPSULE_HEADER_MAX, max_depth=1)
    if not isinstance(value, dict):
        raise BadCapsule("its first file is no object")
    _check_format(value.get("format"))
    if set(value) != _KEYS:
        raise BadCapsule("its first file holds other keys")
    return CapsuleHeader(_hex32(value["id"]), _hex32(value["item"]), _role(value["role"]), _part(value["part"]))


def piece_name(prefix: str, number: int) -> str:
    """Name of piece ``number`` (from 1) of a stream."""
    return f"{prefix}/{number:06d}"


def split_name(name: str) -> tuple[str, int]:
    """(stream, piece number) of a member's name; (name, 0) for one that is no piece."""
    match = _PIECE.fullmatch(name)
    return (match[1], int(match[2])) if match else (name, 0)


def _check_format(found: Json) -> None:
    if found == FORMAT:
        return
    if isinstance(found, str) and _FAMILY.fullmatch(found):
        raise NewerFormat
    raise BadCapsule("its first file names another format")


def _hex32(found: Json) -> str:
    if not isinstance(found, str) or not _HEX32.fullmatch(found):
        raise BadCapsule("an id is not 32 hex digits")
    return found


def _role(found: Json) -> Role:
    if found not in tuple(Role):
        raise BadCapsule("the role is none that we know")
    return Role(found)


def _part(found: Json) -> int:
    if not isinstance(found, int) or isinstance(found, bool) or found < 1:
        raise BadCapsule("the part is not a number from 1")
    return found
