"""The worker's work on one link: extract, page, facts, then each stream, told as it comes."""

from __future__ import annotations

from witnesskit.capture import segments
from witnesskit.capture.assignment import MEDIA
from witnesskit.capture.fetch import fetch
from witnesskit.capture.messages import Facts, Failed, Media, MediaEnd, Page
from witnesskit.capture.page import PageWatch, Telling, request_page, tell_kept
from witnesskit.capture.plan import FILE, NOT_ASKED, UNSUPPORTED, Extraction, StreamPlan
from witnesskit.capture.telling import Head, Job
from witnesskit.capture.transport import Transport, Wanted


def run(job: Job, transport: Transport, found: tuple[Extraction, PageWatch]) -> None:
    """Hand over page, facts and streams of an extraction."""
    extraction, watch = found
    _page(job, transport, watch)
    for number, values in enumerate(extraction.facts, 1):
        job.output.message(Facts(number, values))
    wanted = MEDIA in job.wanted.parts
    for number, plan in enumerate(extraction.streams if wanted else (), 1):
        _stream(job, transport, number, plan)
    if extraction.failure:
        job.output.message(Failed(extraction.failure))
    if extraction.streams and not wanted:
        job.output.message(Failed(NOT_ASKED))


def _page(job: Job, transport: Transport, watch: PageWatch) -> None:
    telling = Telling(job.output.message, job.output.page)
    kept = watch.best()
    if kept is not None:
        tell_kept(job.url, kept, telling)
    elif watch.direct_media:
        job.output.message(Page(job.url, reason="direct-media"))
    elif not job.log.answered and job.log.last_error:
        job.output.message(Page(job.url, reason=f"no-answer-{job.log.last_error}"))
    else:
        request_page(job.url, transport, lambda: job.log.newest, telling)


def _stream(job: Job, transport: Transport, number: int, plan: StreamPlan) -> None:
    if plan.kind == UNSUPPORTED:
        job.output.message(Media(number, plan.entry, plan.format_id, plan.url, "", plan.declared_size, plan.kind))
        job.output.message(MediaEnd(number, complete=False, reason=plan.reason, size=0, requests=0))
    elif plan.kind == FILE:
        _file(job, transport, number, plan)
    else:
        segments.stream(job, transport, number, plan)


def _file(job: Job, transport: Transport, number: int, plan: StreamPlan) -> None:
    head = Head(job, number, plan)
    wanted = Wanted(plan.url, plan.headers, "media", number, piece=plan.piece)
    fetched = fetch(transport, wanted, lambda data: job.output.media(number, data), head, job.patience)
    head.tell_missing()
    complete, reason = fetched.complete, fetched.reason
    if complete and head.is_page:
        complete, reason = False, "not-media"
    ranges = fetched.ranges, fetched.ranges_dropped
    job.output.message(MediaEnd(number, complete, reason, fetched.size, fetched.requests, (), *ranges))
