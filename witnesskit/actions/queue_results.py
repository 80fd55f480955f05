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
from witnesskit.actions.queue import is_open
from witnesskit.actions.session import Session
from witnesskit.errors.cli import FileUnreadable, NoFolder, OutputExists
from witnesskit.formats.queue_record import GAVE_UP, Job
from witnesskit.formats.short_id import short_id
from witnesskit.model import IN_PART, Json, Outcome
from witnesskit.vault.keyring import desk_identities

FIELD_COLUMNS: Final = ("row", "outcome", "item")
DESK_COLUMNS: Final = (
    "link", "archive status", "destination folder", "archive location", "archive date", "thumbnail",
    "upload timestamp", "upload title", "text content", "screenshot", "hash", "perceptual hashes", "wacz",
    "replaywebpage", "row", "outcome", "item",
)  # fmt: skip
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")  # what makes an office program reckon a cell


def demand_new(path: Path) -> None:
    """Raises OutputExists, NoFolder before anything is fetched."""
    if path.exists() or path.is_symlink():
        raise OutputExists
    if not path.parent.is_dir():
        raise NoFolder


def write_results(session: Session, jobs: Sequence[Job], path: Path) -> int:
    """Write one row for each job; returns how many. Raises OutputExists, FileUnreadable."""
    text = results(session, jobs)
    try:
        with path.open(
            "x", encoding="utf-8-sig", newline=""
        ) as stream:  # the mark tells office programs the encoding
            stream.write(text)
    except FileExistsError:
        raise OutputExists from None
    except OSError:
        raise FileUnreadable("the results could not be written") from None
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
        writer.writerow([escaped(cells.get(name, "")) for name in columns])
    return out.getvalue()


def escaped(untrusted_text: str) -> str:
    """A cell that stays text: an apostrophe goes before what would begin a formula."""
    return f"'{untrusted_text}" if untrusted_text.lstrip(" ").startswith(_FORMULA) else untrusted_text


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
