"""How much one device may have at a desk, and whether there is room for what it sends now."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from witnesskit.actions.session import Session
from witnesskit.bundle.unpack import OpenVolume
from witnesskit.errors.bundle import QuotaReached
from witnesskit.errors.vault import NoRoom
from witnesskit.limits import ROOM_RESERVE
from witnesskit.vault import room, store

_BLOCK: Final = 4096  # bytes of a file system's block; every file takes whole ones


def demand_room(session: Session, senders: Collection[str], volume: OpenVolume, most: int) -> None:
    """Refuse before a byte is stored; raises QuotaReached, NoRoom with both numbers, StorageFault.

    Only what is not here yet counts, and a capsule that is put together from segments needs its room twice.
    """
    vault, state = session.vault, session.state
    coming = [one for one in volume.members if one.kind == "capsule" and not store.has(vault, one.capsule)]
    whole = {one.capsule: one.whole_size for one in coming if one.is_segment}
    size = sum(one.size for one in coming if not one.is_segment) + sum(whole.values())
    here = state.bytes_of(senders)
    if coming and here + size > most:
        raise QuotaReached(f"{here} bytes are here, {size} would come, {most} are allowed")
    needed = size + sum(one.size for one in coming if one.is_segment) + len(coming) * _BLOCK + ROOM_RESERVE
    free = room.free(vault.path)
    if coming and needed > free:
        raise NoRoom(f"{needed} bytes are needed, {free} bytes are free")
