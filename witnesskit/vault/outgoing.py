"""``outgoing``: a set of volumes that was begun and is not finished; opaque ids, sizes and file names, nothing else.

It is removed with the last volume: kept longer, it would tie a seized stick to its device.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from witnesskit.errors.formats import BadJson, NewerFormat
from witnesskit.errors.vault import BadState
from witnesskit.formats.strict_json import canonical, loads
from witnesskit.limits import STATE_DEPTH_MAX, STATE_MAX
from witnesskit.vault import durable
from witnesskit.vault.checked_json import BUNDLE_FILE, HEX32, HEX64, number, text
from witnesskit.vault.layout import Vault

NAME: Final = "outgoing"
_FORMAT: Final = "witnesskit.outgoing/1"
_NEWER: Final = re.compile(r"witnesskit\.outgoing/[0-9]{1,9}", re.ASCII)


@dataclass(frozen=True)
class Slice:
    """Bytes ``start`` to before ``start + size`` of a capsule."""

    capsule: str
    start: int
    size: int


@dataclass(frozen=True)
class Finished:
    """A volume that is whole on its stick."""

    header_sha256: str
    size: int
    meta_sha256: str


@dataclass(frozen=True)
class Outgoing:
    """The set: its id and number, bytes of content of each volume, the log it tells of, and what goes where."""

    id: str
    counter: int
    previous: str
    content: int
    log: str  # id of the open log, 64 hex digits
    lines: int  # of it
    note: str  # the checkpoint over these lines
    names: tuple[str, ...]  # file names of the volumes
    volumes: tuple[tuple[Slice, ...], ...]
    done: tuple[Finished, ...] = ()


def load(vault: Vault) -> Outgoing | None:
    """The set that was begun, None if there is none; raises BadState, NewerFormat, StorageFault."""
    data = durable.read(_path(vault), STATE_MAX)
    if data is None:
        return None
    try:
        return _parse(loads(data, max_size=STATE_MAX, max_depth=STATE_DEPTH_MAX))
    except (BadJson, KeyError, TypeError, ValueError):
        raise BadState("outgoing") from None


def save(vault: Vault, outgoing: Outgoing) -> None:
    """Replace it in one step; raises NoRoom, StorageFault."""
    durable.replace(_path(vault), canonical({"format": _FORMAT, **json.loads(json.dumps(asdict(outgoing)))}) + b"\n")


def clear(vault: Vault) -> None:
    """The set is finished, or given up."""
    if _path(vault).exists():
        durable.remove(_path(vault))


def _path(vault: Vault) -> Path:
    return vault.path / NAME


def _parse(document: Any) -> Outgoing:
    if document["format"] != _FORMAT:
        raise NewerFormat("outgoing") if _NEWER.fullmatch(document["format"]) else ValueError
    found = {name: value for name, value in document.items() if name != "format"}
    found["names"] = tuple(text(name, BUNDLE_FILE) for name in found["names"])
    found["volumes"] = tuple(tuple(_slice(one) for one in volume) for volume in found["volumes"])
    found["done"] = tuple(Finished(**one) for one in found["done"])
    outgoing = Outgoing(**found)
    text(outgoing.id, HEX32)
    text(outgoing.log, HEX64)
    if len(outgoing.names) != len(outgoing.volumes) or not 0 < len(outgoing.done) < len(outgoing.volumes):
        raise ValueError
    return outgoing


def _slice(found: Any) -> Slice:
    one = Slice(**found)
    text(one.capsule, HEX32)
    number(one.start, 0)
    number(one.size, 0)
    return one
