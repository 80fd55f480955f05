"""``arriving/ID``: the journal of a bundle that is not complete here, and the segments that wait for the others.

It is made before the first member is stored and goes when nothing is missing, so what was broken off is seen. A
segment lies under the SHA-256 of its bytes, which are ciphertext.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from witnesskit.errors.formats import BadJson, NewerFormat
from witnesskit.errors.vault import BadState, StorageFault
from witnesskit.formats.bundle_manifest import BundleMeta
from witnesskit.formats.bundle_members import Member
from witnesskit.formats.strict_json import canonical, loads
from witnesskit.limits import READ_BLOCK, STATE_DEPTH_MAX, STATE_MAX, VOLUMES_MAX
from witnesskit.vault import durable
from witnesskit.vault.checked_json import BUNDLE_FILE, HEX32, HEX64, number, text
from witnesskit.vault.layout import Vault, checked_id

FOLDER: Final = "arriving"
_JOURNAL: Final = "journal"
_FORMAT: Final = "witnesskit.arriving/1"
_NEWER: Final = re.compile(r"witnesskit\.arriving/[0-9]{1,9}", re.ASCII)


@dataclass(frozen=True)
class Arrived:
    """One volume: how many members it lists, and the ordinals of which nothing whole is here."""

    meta_sha256: str
    members: int
    missing: tuple[int, ...] = ()
    copies: int = 1  # verified ones that were made of it


@dataclass(frozen=True)
class Cut:
    """A capsule of which segments are here: (start, size, SHA-256) of each."""

    item: str
    role: str
    part: int
    size: int
    sha256: str
    here: tuple[tuple[int, int, str], ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether the segments cover all of it."""
        place = 0
        for start, size, _digest in sorted(self.here):
            place = max(place, start + size) if start <= place else place
        return place == self.size

    def with_segment(self, member: Member) -> Cut:
        """With one more."""
        return replace(self, here=tuple(sorted({*self.here, (member.offset, member.size, member.sha256)})))


@dataclass(frozen=True)
class Arriving:
    """What is here of one bundle: its volumes by number, and the capsules that are not whole."""

    id: str
    sender: str
    counter: int
    volumes: int
    arrived: Mapping[int, Arrived] = field(default_factory=dict)
    cut: Mapping[str, Cut] = field(default_factory=dict)
    files: tuple[str, ...] = ()  # file names of all volumes but the last, as its roster tells

    @property
    def lacking(self) -> tuple[int, ...]:
        """Numbers of the volumes that were not seen."""
        return tuple(number for number in range(1, self.volumes + 1) if number not in self.arrived)

    def named(self, volume: int) -> str:
        """A volume's number, and its file where the roster told it."""
        return f"{volume} ({self.files[volume - 1]})" if volume <= len(self.files) else str(volume)

    @property
    def is_complete(self) -> bool:
        """Whether every volume is here, and all of it."""
        return not self.lacking and not self.cut and not any(one.missing for one in self.arrived.values())


def of_bundle(vault: Vault, meta: BundleMeta) -> Arriving:
    """The journal of this bundle, or a new one not written yet; raises BadState, NewerFormat, StorageFault."""
    return load(vault, meta.set) or Arriving(meta.set, meta.sender, meta.counter, meta.volumes)


def load(vault: Vault, bundle: str) -> Arriving | None:
    """The journal of a bundle, None where nothing of it is under way."""
    data = durable.read(_folder(vault, bundle) / _JOURNAL, STATE_MAX)
    if data is None:
        return None
    try:
        return _parse(loads(data, max_size=STATE_MAX, max_depth=STATE_DEPTH_MAX))
    except (BadJson, KeyError, TypeError, ValueError, AttributeError):
        raise BadState(FOLDER) from None


def every(vault: Vault) -> Iterator[Arriving]:
    """All bundles that are not complete."""
    with durable.faults():
        folder = vault.path / FOLDER
        names = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
    for name in names:
        found = load(vault, name) if HEX32.fullmatch(name) else None
        if found is not None:
            yield found


def save(vault: Vault, arriving: Arriving) -> None:
    """Write the journal in one step; raises BadState for one that would not be read again, NoRoom, StorageFault."""
    for folder in (vault.path / FOLDER, _folder(vault, arriving.id)):
        if folder.is_symlink():
            raise StorageFault("a folder of the vault is a link")
        durable.make_folder(folder)
    data = canonical(json.loads(json.dumps({"format": _FORMAT, **asdict(arriving)}))) + b"\n"
    if len(data) > STATE_MAX:
        raise BadState(FOLDER)
    durable.replace(_folder(vault, arriving.id) / _JOURNAL, data)


def finish(vault: Vault, bundle: str) -> None:
    """Everything is in its place: leave nothing here."""
    folder = _folder(vault, bundle)
    if not folder.is_dir():
        return
    with durable.faults():
        for path in sorted(folder.iterdir(), key=lambda one: one.name == _JOURNAL):
            path.unlink()
        folder.rmdir()
    durable.flush_folder(folder.parent)


def segment(vault: Vault, bundle: str, sha256: str) -> Path:
    """Where a segment lies or will lie."""
    if not HEX64.fullmatch(sha256):
        raise BadState(FOLDER)
    return _folder(vault, bundle) / sha256


def blocks(vault: Vault, bundle: str, cut: Cut) -> Iterator[bytes]:
    """The bytes of a capsule whose segments are all here, in order; links are not followed. Raises StorageFault."""
    place = 0
    for start, size, digest in sorted(cut.here):
        if start > place or start + size <= place:
            continue
        with durable.faults():
            descriptor = os.open(segment(vault, bundle, digest), os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb", buffering=0) as stream, durable.faults():
            stream.seek(place - start)
            while block := stream.read(READ_BLOCK):
                place += len(block)
                yield block


def _folder(vault: Vault, bundle: str) -> Path:
    return vault.path / FOLDER / checked_id(bundle)


def _parse(document: Any) -> Arriving:
    if document["format"] != _FORMAT:
        raise NewerFormat(FOLDER) if _NEWER.fullmatch(document["format"]) else ValueError
    found = {name: value for name, value in document.items() if name != "format"}
    found["arrived"] = {number(int(volume), 1): _arrived(one) for volume, one in found["arrived"].items()}
    found["files"] = tuple(text(name, BUNDLE_FILE) for name in found["files"])
    found["cut"] = {text(name, HEX32): _cut(one) for name, one in found["cut"].items()}
    arriving = Arriving(**found)
    text(arriving.id, HEX32)
    if max(arriving.arrived, default=1) > number(arriving.volumes, 1) or arriving.volumes > VOLUMES_MAX:
        raise ValueError
    return arriving


def _arrived(found: Any) -> Arrived:
    one = Arrived(**{**found, "missing": tuple(number(each, 1) for each in found["missing"])})
    text(one.meta_sha256, HEX64)
    return one


def _cut(found: Any) -> Cut:
    here = tuple((number(at, 0), number(size, 1), text(digest, HEX64)) for at, size, digest in found["here"])
    one = Cut(**{**found, "here": here})
    text(one.item, HEX32)
    text(one.sha256, HEX64)
    return one
