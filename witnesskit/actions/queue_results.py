"""The results of a queue as CSV: the archiver sheet's columns at a desk, row numbers alone on a field device."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from witnesskit.actions.incoming_streams import MAIN
from witnesskit.actions.item_files import read_item
from witnesskit.actions.leaving_file import check_place, leaving_file
from witnesskit.actions.queue import is_open
from witnesskit.actions.session import Session
from witnesskit.formats.csv_out import safe_cell
from witnesskit.formats.queue_record import GAVE_UP, Job
from witnesskit.formats.short_id import short_id
from witnesskit.model import IN_PART, Audience, Json, Outcome
from witnesskit.vault.keyring import desk_identities

FIELD_COLUMNS: Final = ("row", "outcome", "item")
DESK_COLUMNS: Final = (
    "link", "archive status", "destination folder", "archive location", "archive date", "thumbnail",
    "upload timestamp", "upload title", "text content", "screenshot", "hash", "perceptual hashes", "wacz",
    "replaywebpage", "row", "outcome", "item",
)  # fmt: skip


def demand_new(path: Path) -> None:
    """Before anything is fetched: raises as ``check_place``."""
    check_place(path, Audience.DESK)


def write_results(session: Session, jobs: Sequence[Job], path: Path) -> int:
    """Write one row for each job; returns how many. Raises as ``leaving_file``."""
    with leaving_file(path) as stream:
        stream.write(results(session, jobs).encode("utf-8-sig"))  # the mark tells office programs the encoding
    return len(jobs)


def results(session: Session, jobs: Sequence[Job]) -> str:
    """The text of the table; no cell of it is ever taken for a formula."""
    out = io.StringIO()
    writer = csv.writer(out)
    desk = session.keyring is not None
    columns = DESK_COLUMNS if desk else FIELD_COLUMNS
    writer.writerow(columns)
    for job in jobs:
        cells = {"row": str(job.row or ""), "outcome": _outcome(job), "item": short_id(job.item) if job.item else ""}
        if desk:
            cells |= _of_desk(session, job)
        writer.writerow([safe_cell(cells.get(name, "")) for name in columns])
    return out.getvalue()


def _outcome(job: Job) -> str:
    return "waiting" if is_open(job) else job.outcome


def _of_desk(session: Session, job: Job) -> dict[str, str]:
    record = _record(session, job)
    capture, source, times = (record.get(name, {}) for name in ("capture", "source", "times"))
    main = [fact for fact in capture.get("media", ()) if fact.get("role") in MAIN]
    tried = job.attempts[-1].at if job.attempts else 0
    return {
        "link": job.url,
        "archive status": _status(job),
        "archive location": f"witnesskit item {short_id(job.item)}" if main else "",
        "archive date": str(times.get("collected", "")) or _time(tried),
        "upload timestamp": str(times.get("published", "")),
        "upload title": str(source.get("title", "")),
        "hash": _digests(main),
        "thumbnail": _digests(fact for fact in capture.get("media", ()) if fact.get("role") == "thumbnail"),
        "screenshot": _digests([capture["screenshot"]] if "sha256" in capture.get("screenshot", {}) else ()),
        "wacz": f"witnesskit export --format wacz {short_id(job.item)}" if "html" in capture else "",
    }


def _digests(facts: Iterable[Mapping[str, Json]]) -> str:
    return "; ".join(f"SHA-256:{fact['sha256']}" for fact in facts)


def _record(session: Session, job: Job) -> Mapping[str, Json]:
    """The record of the newest attempt; empty where there is none any more."""
    if session.keyring is None or job.item not in session.state.items:
        return {}
    return read_item(session.vault, session.state, job.item, desk_identities(session.keyring)).record


def _status(job: Job) -> str:
    if is_open(job):
        return "waiting"
    if job.outcome == Outcome.SAVED:
        return "saved"
    said = "saved in part" if job.outcome in IN_PART else "nothing saved"
    return f"{said}: {job.outcome}" + (f", given up after {job.tries} attempts" if job.state == GAVE_UP else "")


def _time(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if seconds else ""
