"""A table of reports: sealed whole for custodians; the desk reads its rows without whoever sent them.

A row is somebody's word. It is told as a report beside footage, never as evidence by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from witnesskit.actions.clock import now
from witnesskit.actions.finishing import Gathered, finish
from witnesskit.actions.full_disk import room_for_the_end
from witnesskit.actions.given_file import given_bytes
from witnesskit.actions.saving import SavedItem, Saving
from witnesskit.actions.sealing_file import seal_stub
from witnesskit.actions.seen import known_logs
from witnesskit.actions.session import Session
from witnesskit.actions.sources import Sources
from witnesskit.errors.brought import BadTable
from witnesskit.formats import strict_json
from witnesskit.formats.commitment import Commitment
from witnesskit.formats.media_record import MediaFact
from witnesskit.formats.merkle_read import leaf_hash
from witnesskit.formats.merkle_tree import Tree
from witnesskit.formats.report_rows import Report, reports
from witnesskit.formats.table import read_table
from witnesskit.limits import REPORTS_BYTES_MAX, TABLE_MAX
from witnesskit.model import Json, Outcome, Role

_NEVER: Final = ("url", "html", "screenshot", "context")


def add_reports(session: Session, path: Path, sources: Sources) -> SavedItem:
    """Seal one table as one item; raises FileUnreadable, BadTable before anything is sealed."""
    data = given_bytes(path, TABLE_MAX + 1)
    rows = reports(read_table(data), sources.pseudonyms.of)
    said = list(_told(rows, _logs(session)))
    if sum(len(strict_json.canonical(row)) for row in said) > REPORTS_BYTES_MAX:
        raise BadTable("its rows are too many for one item; divide it")
    saving = Saving(session)
    with room_for_the_end(saving):
        return _sealed(saving, path.name, data, said, sources.place)


def _sealed(saving: Saving, name: str, data: bytes, said: Sequence[Json], place: str) -> SavedItem:
    gathered = Gathered("file", now(), place=place)
    seal_stub(saving, gathered)
    original = saving.capsule(Role.ORIGINAL)
    stream = original.stream("media/1")
    stream.write(data)
    stream.close()
    gathered.media.append(MediaFact(1, stream.sha256, stream.size, "text/csv", complete=True, role="reports"))
    gathered.outcome = Outcome.SAVED
    gathered.hidden["name"] = name
    senders = {row["sender"] for row in said if "sender" in row}
    gathered.source |= {"kind": "file", "reports": {"rows": len(said), "senders": len(senders)}}
    gathered.capture["reports"] = list(said)
    gathered.completeness |= {"media": "ok", **dict.fromkeys(_NEVER, "never: brought as a file")}
    return finish(saving, gathered, original)


def _told(rows: Sequence[Report], logs: Mapping[str, Tree]) -> Iterator[dict[str, Json]]:
    """As the record holds a row."""
    for row in rows:
        value: dict[str, Json] = {"row": row.row, **row.facts}
        if row.sender:
            value["sender"] = row.sender
        if row.refused:
            value["commitment_refused"] = row.refused
        if row.commitment:
            value["commitment"] = _commitment(row.commitment, logs)
        yield value


def _commitment(found: Commitment, logs: Mapping[str, Tree]) -> Json:
    """With the log that it fits, of those that are here."""
    value = {"day": found.day, "size": found.size, "digits": found.digits}
    for log, tree in logs.items():
        if found.size <= tree.size and found.fits(tree.root(found.size)):
            return {**value, "log": log}
    return value


def _logs(session: Session) -> Mapping[str, Tree]:
    """The tree of every log that is held here, by the log's id."""
    found = {session.journal.log: Tree(map(leaf_hash, session.journal.lines()))}
    for log in known_logs(session.vault):
        found[log.log] = Tree(map(leaf_hash, log.lines.split(b"\n")[:-1]))
    return found
