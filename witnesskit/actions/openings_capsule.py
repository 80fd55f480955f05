"""Openings of events that belong to no item (genesis, transfer, receipt): a record capsule of their own."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from witnesskit.formats import strict_json
from witnesskit.formats.capsule import CapsuleHeader
from witnesskit.model import Json, RecipientSet, Ring, Role
from witnesskit.sealing.capsule import CapsuleWriter
from witnesskit.vault import items, state
from witnesskit.vault.layout import Vault
from witnesskit.vault.state import State


def seal_openings(vault: Vault, present: State, recipients: RecipientSet, lines: Sequence[Json]) -> State:
    """Seal opening lines to the desk ring and keep them; call before the events are logged.

    Returns the state that lists the capsule; it is saved.
    """
    paper = secrets.token_hex(
        16
    )  # its number is that of its capsule: so a crash leaves no paper that looks like an item
    header = CapsuleHeader(paper, paper, Role.RECORD, 1)
    path = items.work_path(vault, header.item, header.id, header.role, header.part)
    writer = CapsuleWriter(path, header, recipients.of(Ring.DESK))
    writer.add("openings.jsonl", b"".join(strict_json.canonical(line) + b"\n" for line in lines))
    capsule = writer.close()
    items.flush(vault, header.item)
    listed = state.with_paper(present, capsule, *(line["event"] for line in lines))
    state.save_state(vault, listed)
    items.adopt(vault, capsule)
    return listed
