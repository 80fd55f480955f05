"""After a crash: whatever a killed command left in ``work/`` is logged as partial and kept."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from itertools import groupby

from witnesskit.actions.clock import clock_facts, now
from witnesskit.actions.delete_item import finish_deletion
from witnesskit.actions.openings import read_capsule_openings, resolve
from witnesskit.actions.queue_settle import settle_queue
from witnesskit.actions.saving import Saving
from witnesskit.actions.session import Session
from witnesskit.actions.tool_identity import TOOL, tool_facts
from witnesskit.custody.prepare import prepare
from witnesskit.formats.media_record import Record
from witnesskit.model import Outcome, Role, SealedCapsule
from witnesskit.vault import items, state
from witnesskit.vault.keyring import desk_identities

REASON = "an earlier command was interrupted; what had reached the disk is kept"


def recover(session: Session) -> int:
    """Log every orphan; returns how many items were recovered. The whole-file digest is not yet known.

    First a deletion that was cut off: it is told by the log's last line. Then the queue, before anything is logged.
    """
    finish_deletion(session)
    settle_queue(session)
    items.settle(session.vault, session.state)
    found = items.orphans(session.vault, session.state)
    whole = [capsule for capsule in found if capsule.size and capsule.id != capsule.item]
    if session.keyring:
        whole = [capsule for capsule in whole if capsule.item not in session.state.items or _logged(session, capsule)]
    kept = {capsule.id for capsule in whole}
    for file in items.work_files(session.vault):
        if file.id not in kept:  # empty, or a paper whose event was never logged
            items.discard(session.vault, file)
    count = 0
    for item, group in groupby(sorted(whole, key=lambda capsule: capsule.item), key=lambda capsule: capsule.item):
        _recover_item(session, item, list(group))
        count += 1
    for folder in session.vault.work.iterdir():
        with contextlib.suppress(OSError):
            folder.rmdir()  # killed before its first capsule: an empty folder
    return count


def _logged(session: Session, capsule: SealedCapsule) -> bool:
    """Whether what a desk added to an item it has was logged before the kill; if not, it is not worth keeping."""
    identities = desk_identities(session.keyring) if session.keyring else ()
    with items.open_orphan(session.vault, capsule) as stream:
        lines = read_capsule_openings(stream, identities, capsule.sha256)
    return bool(resolve(lines, [session.journal.log_bytes()]))


def _recover_item(session: Session, item: str, capsules: Sequence[SealedCapsule]) -> None:
    if session.journal.holds_item(item) or item in session.state.items:
        session.state = state.with_capsules(session.state, item, *capsules)
        state.save_state(session.vault, session.state)
        items.settle(session.vault, session.state)
        return
    saving = Saving(session, item, list(capsules))
    for capsule in capsules:
        saving.parts[capsule.role] = max(saving.parts.get(capsule.role, 0), capsule.part)
    at = now()
    common = {"at": at, "day": at[:10], "tool": TOOL, "policy": session.policy.id, "outcome": str(Outcome.PARTIAL)}
    common["sealed"] = saving.sealed_json()
    if any(capsule.role is Role.ORIGINAL for capsule in capsules):
        event = prepare("ingest", {**common, "clock": clock_facts()}, deferred=("record_sha256",), item=item)
    else:
        event = prepare("observe", {**common, "item": item}, deferred=("record_sha256",))
    record = Record(
        item=item,
        outcome=Outcome.PARTIAL,
        source={},
        times={},
        collection={"finished_at": at, "clock": clock_facts(), "tool": tool_facts()},
        completeness={"media": f"missing: {REASON}"},
        capture={"rule": "recovered"},
        policy=session.policy.id,
    )
    saving.sign(record, [event])
