"""Keep one item: its capsules in ``work/``, then events, checkpoint and state, in the order that survives a kill.

Write order: stub, media, copies, record, events, checkpoint, state, capsules into the store. Whatever a kill leaves
in ``work/`` is logged as partial by the next command (actions/recover.py).
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from witnesskit.actions.lookout import Lookout, Spare
from witnesskit.actions.session import Session
from witnesskit.custody.prepare import Prepared
from witnesskit.formats import disclosure, strict_json
from witnesskit.formats.capsule import CapsuleHeader
from witnesskit.formats.media_record import Record, dump
from witnesskit.formats.short_id import short_id
from witnesskit.model import Json, Outcome, Ring, Role, SealedCapsule
from witnesskit.sealing.capsule import CapsuleWriter
from witnesskit.vault import items, state
from witnesskit.vault.room import Held

IDENTITY = frozenset({"name"})  # fields whose openings only the custodian ring reads
_RING = {Role.ORIGINAL: Ring.CUSTODIAN, Role.RECORD: Ring.DESK}


@dataclass(frozen=True)
class SavedItem:
    """What became of one link or file; holds nothing that a field device must not show."""

    item: str
    outcome: Outcome
    received: int = 0  # bytes of media
    missing: tuple[str, ...] = ()  # parts the policy wants and that are not there
    copy: str = ""  # "clean", or why there is none
    berkeley_minimum: bool = False
    interrupted: bool = False
    kind: str = "file"  # or "url"
    note: str = ""  # one more sentence for the person; names nobody and no place

    @property
    def short(self) -> str:
        """The id for people."""
        return short_id(self.item)

    def facts(self) -> Mapping[str, Json]:
        """For ``--json``."""
        return {
            "id": self.short,
            "outcome": str(self.outcome),
            "received": self.received,
            "missing": list(self.missing),
            "copy": self.copy,
            "berkeley_minimum": self.berkeley_minimum,
        }


@dataclass
class Saving:
    """One item on its way into the vault."""

    session: Session
    item: str = field(default_factory=lambda: secrets.token_hex(16))
    sealed: list[SealedCapsule] = field(default_factory=list)
    parts: dict[Role, int] = field(default_factory=dict)
    lookouts: dict[int, Lookout] = field(default_factory=dict)  # by stream; each is ended by who takes it out
    unfinished: list[CapsuleWriter] = field(default_factory=list)
    spare: Spare | None = None  # a child that waits for the original
    reserve: Held | None = None  # room held back for record, log and checkpoint

    def capsule(self, role: Role) -> CapsuleWriter:
        """Open the next capsule of ``role``; its bytes are ciphertext from the first one."""
        part = self.parts[role] = self.parts.get(role, 0) + 1
        header = CapsuleHeader(secrets.token_hex(16), self.item, role, part)
        path = items.work_path(self.session.vault, self.item, header.id, role, part)
        ready = role is Role.ORIGINAL and self.spare is not None and not self.spare.used
        if ready and self.spare:
            self.spare.move(path)
        writer = CapsuleWriter(path, header, self.session.recipients.of(_RING[role]), empty=ready)
        self.unfinished.append(writer)
        return writer

    def close(self, writer: CapsuleWriter) -> SealedCapsule:
        """Finish a capsule and remember what the events will commit of it."""
        capsule = writer.close()
        self.unfinished.remove(writer)
        self.sealed.append(capsule)
        return capsule

    def abandon(self) -> None:
        """Leave every unfinished capsule as it is, with all that the disk takes of it."""
        while self.unfinished:
            writer = self.unfinished.pop()
            if writer.path.exists():
                writer.abandon()

    def end_lookouts(self) -> None:
        """End the children that nobody asked."""
        while self.lookouts:
            self.lookouts.popitem()[1].end()

    def sealed_json(self, capsules: Sequence[SealedCapsule] | None = None) -> Json:
        """The ``sealed`` value of an event."""
        return [
            {
                "capsule": capsule.id,
                "role": str(capsule.role),
                "part": capsule.part,
                "sha256": capsule.sha256,
                "size": capsule.size,
            }
            for capsule in (self.sealed if capsules is None else capsules)
        ]

    def sign(self, record: Record, events: Sequence[Prepared]) -> None:
        """Seal the record with the openings of ``events``, log them all, sign, store.

        Openings of identity fields are not in it: they lie in the original, for the custodian ring.
        """
        if self.reserve:
            self.reserve.release()
            self.reserve = None
        writer = self.capsule(Role.RECORD)
        writer.add("record.json", dump(record))
        lines = [strict_json.canonical(opening_line(event)) for event in events]
        writer.add("openings.jsonl", b"".join(line + b"\n" for line in lines))
        self.log(events, self.close(writer))

    def log(self, events: Sequence[Prepared], record: SealedCapsule) -> None:
        """Log events whose openings lie in ``record``, sign, list every sealed capsule in the state, then store it.

        A crash before the log is told as cut by the next command, one after it is mended by ``settle``.
        """
        session = self.session
        items.flush(session.vault, self.item)
        late = {"record_sha256": record.sha256}
        session.journal.append_all([(event, late if event.deferred_salts else {}) for event in events])
        session.journal.checkpoint(session.signer)
        session.state = state.with_capsules(session.state, self.item, *self.sealed)
        state.save_state(session.vault, session.state)
        for capsule in self.sealed:
            items.adopt(session.vault, capsule)


def opening_line(event: Prepared, *, identity: bool = False) -> Json:
    """Openings of one event for one ring: all but the identity fields, or those alone."""
    line = event.opening_line()
    chosen = [text for text in line["disclosures"] if (disclosure.parse(text).name in IDENTITY) is identity]
    return {**line, "disclosures": chosen, "deferred": {} if identity else line["deferred"]}
