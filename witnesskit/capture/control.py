"""The control behind every ``removed``: the front page of the site that said gone, at once, through the same egress.

Without it a site that is down as a whole, a wall before it or a network that answers for everybody reads like a
removal. The worker asks; what the answer is worth is judged by the parent (gone.py).
"""

from __future__ import annotations

import time
from typing import Final

from witnesskit.capture import phrases
from witnesskit.capture.gone import front_page
from witnesskit.capture.messages import Control
from witnesskit.capture.reading import read_page
from witnesskit.capture.requestlog import RequestLog
from witnesskit.capture.signs import host_of, login_redirect
from witnesskit.capture.times import utc_now
from witnesskit.capture.transport import Answer, Cut, NoAnswer, Transport
from witnesskit.digest import sha256_hex
from witnesskit.limits import CONTROL_READ_MAX, CONTROL_SECONDS
from witnesskit.model import Outcome

_NO_SITE: Final = frozenset({Outcome.REMOVED, Outcome.BLOCKED, Outcome.LOGIN, Outcome.LEGAL, Outcome.GEO})


def ask(transport: Transport, log: RequestLog, gone_url: str) -> Control | None:
    """One GET for the front page; None when there is none to ask for. Never raises for what a site does."""
    url = front_page(gone_url)
    if not url:
        return None
    started_at = utc_now()
    try:
        answer = transport.open(url, {"Accept-Encoding": "identity"}, "control", 0)
    except NoAnswer as error:
        return Control(url, started_at, error_kind=error.kind)
    try:
        return _heard(url, started_at, answer, log)
    finally:
        answer.close()


def _heard(url: str, started_at: str, answer: Answer, log: RequestLog) -> Control:
    data = _some(answer)
    attempt = log.newest
    page = read_page(data, answer.header("Content-Type"))
    sign = phrases.in_page(host_of(answer.final_url), page)
    redirected = login_redirect(url, answer.final_url)
    return Control(
        url=url,
        started_at=started_at,
        status=answer.status,
        final_url=answer.final_url,
        headers_sha256=attempt.headers_sha256 if attempt else "",
        body_sha256=sha256_hex(data),
        size=len(data),
        phrase=sign.phrase if sign and (sign.outcome in _NO_SITE) else "",
        login="redirect" if redirected else "form" if page.password and page.notice else "",
    )


def _some(answer: Answer) -> bytes:
    """The first CONTROL_READ_MAX bytes, or what came of them in CONTROL_SECONDS."""
    data, end = b"", time.monotonic() + CONTROL_SECONDS
    try:
        while len(data) < CONTROL_READ_MAX and time.monotonic() < end:
            block = answer.read1(CONTROL_READ_MAX - len(data))
            if not block:
                break
            data += block
    except Cut:
        return data
    return data
