"""``queue add``: links are taken now, without any network, and fetched later."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit, urlunsplit

from witnesskit.actions.opening import needs_passphrase, open_for_saving
from witnesskit.actions.queue_store import Queue
from witnesskit.actions.sealed_store import sealed_store
from witnesskit.capture.egress import check_url
from witnesskit.errors.capture import BadUrl
from witnesskit.errors.queue import QueueFull
from witnesskit.errors.vault import NotWithoutPassphrase
from witnesskit.formats.link_list import Entry, LinkList
from witnesskit.formats.queue_record import GAVE_UP, WAITING, Job
from witnesskit.limits import QUEUE_JOBS_MAX
from witnesskit.vault.layout import Vault


@dataclass(frozen=True)
class Said:
    """What the person says of the whole list; what a row says itself comes first."""

    priority: str = "normal"
    country: str = ""
    flags: tuple[str, ...] = ()
    allow_local: bool = False
    unlisted: bool = False  # links that are keys may be asked for over a direct connection
    screenshot: bool | None = None  # of a list that is fetched at once; None: where the policy requires one


@dataclass
class Added:
    """What became of a list: every row is in one of these."""

    queued: list[int] = field(default_factory=list)  # numbers of new jobs, and of those that wait again
    waiting: list[int] = field(default_factory=list)  # numbers of jobs that waited already
    duplicate: int = 0  # inside the list, or fetched already
    refused: list[tuple[int, str]] = field(default_factory=list)  # (row, why)
    empty: tuple[int, ...] = ()  # rows without a link
    unread: tuple[tuple[int, str], ...] = ()  # (row, column): words that mean nothing

    def counts(self) -> dict[str, int]:
        """They add up: in = queued + duplicate + refused + empty."""
        found = {
            "queued": len(self.queued), "duplicate": self.duplicate + len(self.waiting),
            "refused": len(self.refused), "empty": len(self.empty),
        }  # fmt: skip
        return {"in": sum(found.values()), **found}


def queue_add(vault: Vault, passphrase: str, links: LinkList, said: Said) -> Added:
    """Keep the links of a list; raises NotWithoutPassphrase, QueueFull, and what opening a vault raises."""
    if not needs_passphrase(vault):
        raise NotWithoutPassphrase
    with open_for_saving(vault, passphrase) as session:
        return add_links(Queue(sealed_store(session)), links, said)


def add_links(queue: Queue, links: LinkList, said: Said) -> Added:
    """Make a job of every link that is new; raises QueueFull before any is made."""
    added = Added(empty=links.empty, unread=links.unread)
    held = {_sameness(job.url): job for job in queue.jobs.values()}
    fresh: dict[str, Job] = {}
    batch, now = secrets.token_hex(8), int(time.time())
    for entry in links.entries:
        try:
            url = check_url(entry.untrusted_url, allow_local=said.allow_local)
        except BadUrl as error:
            added.refused.append((entry.row, error.detail))
            continue
        same = _sameness(url)
        if same in fresh:
            added.duplicate += 1
        elif (job := held.get(same)) is None or job.state == GAVE_UP:
            number = job.number if job else queue.fresh_number()
            fresh[same] = replace(_job(entry, url, said, number), batch=batch, added_at=now)
        elif job.state == WAITING and job.number not in added.waiting:
            added.waiting.append(job.number)
        else:
            added.duplicate += 1
    if len(queue.jobs.keys() | {job.number for job in fresh.values()}) > QUEUE_JOBS_MAX:
        raise QueueFull
    queue.put(*fresh.values())
    added.queued += [job.number for job in fresh.values()]
    return added


def _job(entry: Entry, url: str, said: Said, number: int) -> Job:
    return Job(
        number, secrets.token_hex(16), url, entry.row, "", 0, entry.priority or said.priority,
        entry.country or said.country, tuple(dict.fromkeys((*entry.flags, *said.flags))), entry.deadline,
    )  # fmt: skip


def _sameness(url: str) -> str:
    """Two links are one where only scheme and host differ in case; all else may matter to a site."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme.lower(), parts.netloc.lower(), parts.path or "/", parts.query, parts.fragment))
