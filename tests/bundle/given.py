"""What the tests of the parcel share: sources, plans, sinks."""

import hashlib
import io
from dataclasses import dataclass, field
from pathlib import Path

from tests.vectors.bundle.parts import DESK, RECOVERY, SENDER, hex32, noise
from witnesskit.bundle.plan import BundlePlan, PlannedMember
from witnesskit.formats.bundle_members import Member

RECIPIENTS = (DESK.recipient, RECOVERY.recipient)


def capsule(data: bytes, label: str = "", **changes) -> PlannedMember:
    facts = {"item": hex32("i" + label), "capsule": hex32("c" + label), "role": "record", "part": 1}
    return member("capsule", data, **{**facts, **changes})


def member(kind: str, data: bytes, **changes) -> PlannedMember:
    content = changes.pop("content", data)
    return PlannedMember(kind, len(data), hashlib.sha256(data).hexdigest(), lambda: io.BytesIO(content), **changes)


def plan(*members: PlannedMember, **changes) -> BundlePlan:
    facts = {"sender": SENDER.vkey, "counter": 1, "previous": "", "audience": "desk", "members": members}
    return BundlePlan(**{**facts, **changes})


def three_capsules():
    return [capsule(noise(label, size), label) for label, size in (("a", 700), ("b", 70_000), ("c", 0))]


def on_disk(folder: Path, *sizes: int) -> list[PlannedMember]:
    made = []
    for number, size in enumerate(sizes):
        data = noise(str(number), size)
        path = folder / f"source-{number}"
        path.write_bytes(data)
        facts = (hex32(f"item {number}"), hex32(f"capsule {number}"), "original", 1)
        opener = lambda path=path: path.open("rb", buffering=0)  # noqa: E731
        made.append(PlannedMember("capsule", size, hashlib.sha256(data).hexdigest(), opener, *facts))
    return made


@dataclass
class Shelf:
    """A store in memory: what was kept, and what was dropped."""

    kept: dict[int, bytes] = field(default_factory=dict)
    dropped: list[int] = field(default_factory=list)
    here: frozenset[int] = frozenset()

    def __call__(self, member: Member) -> "Place | None":
        return None if member.ordinal in self.here else Place(self, member)


class Place:
    def __init__(self, shelf: Shelf, member: Member) -> None:
        self.shelf, self.member, self.data = shelf, member, b""

    def write(self, data: memoryview) -> None:
        self.data += data

    def keep(self) -> None:
        self.shelf.kept[self.member.ordinal] = self.data

    def drop(self) -> None:
        self.shelf.dropped.append(self.member.ordinal)
