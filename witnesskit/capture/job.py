"""The worker's work on one link: extract, page, facts, then each stream, told as it comes."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from witnesskit.capture import control, phrases, segments
from witnesskit.capture.assignment import MEDIA, Resume
from witnesskit.capture.fetch import fetch
from witnesskit.capture.messages import Facts, Failed, MediaEnd, Page
from witnesskit.capture.page import PageWatch, Telling, request_page, tell_kept
from witnesskit.capture.page_signs import signs_of
from witnesskit.capture.plan import FILE, NOT_ASKED, UNSUPPORTED, Extraction, StreamPlan
from witnesskit.capture.telling import Head, Job, Output
from witnesskit.capture.transport import Transport, Wanted
from witnesskit.limits import SIGNS_MAX, VERSIONS_MAX
from witnesskit.model import Outcome

_PURPOSES: Final = {"subtitle": "subtitle", "thumbnail": "thumbnail"}


def run(job: Job, transport: Transport, found: tuple[Extraction, PageWatch]) -> None:
    """Hand over page, facts and streams of an extraction; where the link seems gone, a control of its site."""
    extraction, watch = found
    told = _Told(job.output)
    job = replace(job, output=replace(job.output, page=told.page, media=told.media))
    _page(job, transport, watch)
    for number, values in enumerate(extraction.facts, 1):
        job.output.message(Facts(number, values))
    for document in watch.documents:
        job.document(document)
    number, stopped = 1, _stopped(job, extraction)
    for plan in () if stopped else extraction.streams:
        number += _stream(job, transport, number, plan)
    if stopped and extraction.streams:
        extraction = replace(extraction, failure=stopped)
    if extraction.failure:
        job.output.message(Failed(extraction.failure, extraction.text))
    if job.wanted.control and not told.received and (gone := told.gone_at(job, extraction.text)):
        job.output.message(control.ask(gone, transport))


def _stopped(job: Job, extraction: Extraction) -> str:
    """Why no media is asked for: only the page is wanted, or an unlisted film would show who holds its link."""
    if MEDIA not in job.wanted.parts:
        return NOT_ASKED
    unlisted = any(values.get("availability") == "unlisted" for values in extraction.facts)
    return "unlisted-over-direct" if unlisted and not job.wanted.unlisted and not job.log.proxied else ""


class _Told:
    """What has gone out: whether any media came, and the head of the page."""

    def __init__(self, output: Output) -> None:
        self._output = output
        self._head = bytearray()
        self.received = 0

    def page(self, data: bytes) -> None:
        self._head += data[: max(0, SIGNS_MAX - len(self._head))]
        self._output.page(data)

    def media(self, stream: int, data: bytes) -> None:
        self.received += len(data)
        self._output.media(stream, data)

    def gone_at(self, job: Job, text: str) -> str:
        """Where the site said that it is gone, by a status or in words; empty where it did not."""
        said = phrases.in_message(job.url, text) or phrases.in_page(job.url, signs_of(bytes(self._head)))
        return job.log.gone or (job.url if said and said.outcome is Outcome.REMOVED else "")


def _page(job: Job, transport: Transport, watch: PageWatch) -> None:
    telling = Telling(job.output.message, job.output.page, job.output.wire)
    kept = watch.best()
    if kept is not None:
        tell_kept(job.url, kept, telling)
    elif watch.direct_media:
        job.output.message(Page(job.url, reason="direct-media"))
    elif not job.log.answered and job.log.last_error:
        job.output.message(Page(job.url, reason=f"no-answer-{job.log.last_error}"))
    else:
        request_page(job.url, transport, lambda: job.log.newest, telling, job.budget)


def _stream(job: Job, transport: Transport, number: int, plan: StreamPlan) -> int:
    """Tell one stream, and further ones where the file became another; returns how many."""
    if plan.kind == UNSUPPORTED:
        Head(job, number, plan).tell_missing()
        job.output.message(MediaEnd(number, complete=False, reason=plan.reason, size=0, requests=0))
    elif plan.kind == FILE:
        return _file(job, transport, number, plan)
    else:
        segments.stream(job, transport, number, plan)
    return 1


def _file(job: Job, transport: Transport, number: int, plan: StreamPlan) -> int:
    """One file; where it changed meanwhile, the new one whole beside the first."""
    held = next(
        (one for one in job.wanted.resume if one.format_id == plan.format_id and plan.role == "original"), None
    )
    for version in range(1, VERSIONS_MAX + 1):
        reason = _version(job, transport, (number, version), plan, held if version == 1 else None)
        number += 1
        if reason != "changed" or job.budget.spent:
            return version
    return VERSIONS_MAX


def _version(job: Job, transport: Transport, place: tuple[int, int], plan: StreamPlan, held: Resume | None) -> str:
    """Fetch one version of a file; returns why it is not whole. ``place``: number of the stream, of the version."""
    number, version = place
    head = Head(job, number, plan, version=version)
    head.start = held.received if held else 0
    wanted = Wanted(plan.url, plan.headers, _PURPOSES.get(plan.role, "media"), number, piece=plan.piece, held=held)

    def send(data: bytes) -> None:
        head.see(data)
        job.output.media(number, data)

    fetched = fetch(transport, wanted, send, head, job.patience, job.budget)
    head.tell_missing()
    complete, reason = fetched.complete, fetched.reason
    if complete and head.is_page:
        complete, reason = False, "not-media"
    ranges = fetched.ranges, fetched.ranges_dropped
    size = fetched.size - head.start
    job.output.message(MediaEnd(number, complete, reason, size, fetched.requests, (), *ranges))
    return reason
