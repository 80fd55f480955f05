"""A disk that fills up while something is saved: the end of an item still fits, and what arrived is logged."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from witnesskit.actions.recover import recover
from witnesskit.actions.saving import Saving
from witnesskit.errors.sealing import DiskFull
from witnesskit.errors.vault import NoRoom, StorageFault
from witnesskit.vault import room


@contextlib.contextmanager
def room_for_the_end(saving: Saving) -> Iterator[None]:
    """Hold back room for record, log and checkpoint of one item, where the file system can.

    When the disk is full all the same, what arrived is sealed and logged as partial before DiskFull or NoRoom goes
    on: a device without a free byte can still pack a bundle.
    """
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(StorageFault):
            saving.reserve = stack.enter_context(room.held(saving.session.vault))
        try:
            yield
        except (DiskFull, NoRoom):
            if saving.reserve:  # else the record itself was being written: the next command mends that
                saving.reserve.release()
                saving.abandon()
                recover(saving.session)
            raise
