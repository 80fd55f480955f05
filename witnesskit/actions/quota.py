"""How much one device may have at a desk, and whether there is room for what it sends now."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from witnesskit.actions.session import Session
from witnesskit.bundle.unpack import OpenVolume
from witnesskit.errors.bundle import QuotaReached
from witnesskit.errors.vault import NoRoom
from witnesskit.limits import ROOM_RESERVE
from witnesskit.vault import arriving, room, store
from witnesskit.vault.layout import Vault

_BLOCK: Final = 4096  # bytes of a file system's block; every file takes whole ones


def demand_room(session: Session, senders: Collection[str], volume: OpenVolume, most: int) -> None:
    """Refuse before a byte is stored; raises QuotaReached, NoRoom with both numbers, StorageFault.

    Only what is not here yet counts, and a capsule that is put together from segments needs its room twice. Segments
    that wait are here: else a device could leave any number of sets unfinished.
    """
    vault, state = session.vault, session.state
    coming = [one for one in volume.members if one.kind == "capsule" and not store.has(vault, one.capsule)]
    whole = {one.capsule: one.whole_size for one in coming if one.is_segment}
    size = sum(one.size for one in coming if not one.is_segment) + sum(whole.values())
    here = state.bytes_of(senders) + _waiting(vault, senders, whole.keys())
    if coming and here + size > most:
        raise QuotaReached(f"{here} bytes are here, {size} would come, {most} are allowed")
    needed = size + sum(one.size for one in coming if one.is_segment) + len(coming) * _BLOCK + ROOM_RESERVE
    free = room.free(vault.path)
    if coming and needed > free:
        raise NoRoom(f"{needed} bytes are needed, {free} bytes are free")


def _waiting(vault: Vault, senders: Collection[str], going_on: Collection[str]) -> int:
    """Bytes of a device's segments that wait; not of capsules that are ``going_on``, which count whole already."""
    sizes = {
        (bundle.id, digest): size
        for bundle in arriving.every(vault)
        if bundle.sender in senders
        for capsule, cut in bundle.cut.items()
        if capsule not in going_on
        for _start, size, digest in cut.here
    }
    return sum(sizes.values())
