"""From what was counted to the outcome and its evidence: which answer decides, what it says, what vouches for it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

from witnesskit.capture import phrases, signs
from witnesskit.capture.egress import comes_from_the_server
from witnesskit.capture.gone import Gone, digest, worth
from witnesskit.capture.outcome import GONE, Evidence, Seen, Sign
from witnesskit.capture.reading import PageText, read_page
from witnesskit.capture.rules import claim, decide
from witnesskit.limits import EXTRACTOR_TEXT_MAX
from witnesskit.model import Outcome

if TYPE_CHECKING:
    from witnesskit.capture.messages import Attempt, Page
    from witnesskit.capture.tally import Tally


@dataclass(frozen=True)
class Deciding:
    """The answer that decides; ``capped_sha256`` is of its first bytes, as a control reads them."""

    answer: Attempt | Page | None
    body_sha256: str = ""
    capped_sha256: str = ""

    @property
    def url(self) -> str:
        """Where it came from; empty when there is none."""
        return (self.answer.final_url or self.answer.url) if self.answer else ""


def of(tally: Tally, finished_at: str) -> tuple[Outcome, Evidence]:
    """The outcome of an attempt and the evidence it stands on."""
    deciding, seen = _seen(tally)
    outcome, rule = decide(seen)
    return outcome, replace(_evidence(tally, deciding, seen, rule), finished_at=finished_at)


def gone_at(tally: Tally) -> str:
    """Where the answer came from that says gone, if its word would count beside a control; else empty."""
    deciding, seen = _seen(tally)
    return (deciding.url or tally.url) if seen.vouched and claim(seen)[0] is Outcome.REMOVED else ""


def _seen(tally: Tally) -> tuple[Deciding, Seen]:
    deciding = _deciding(tally)
    sign, login = _said(tally)
    headers = deciding.answer.headers if deciding.answer else ()
    status = deciding.answer.status if deciding.answer else 0
    url = deciding.url or tally.url
    gone = Gone(url, deciding.capped_sha256)
    seen = Seen(
        page_status=tally.page.status if tally.page else 0,
        answered=tally.answered,
        streams=tuple(tally.streams),
        failure=tally.failure,
        vouched=_vouched(tally, deciding),
        sign=sign,
        login=login,
        retry_after=signs.retry_after(headers) if status >= 400 else 0,
        proxy_said=signs.said_by_proxy(status, headers, url, tally.egress),
        control=worth(tally.control, gone),
    )
    return deciding, seen


def _vouched(tally: Tally, deciding: Deciding) -> bool:
    """Whether nobody on the way can have made the answer, nor the way to it.

    A page that anybody may have written can name media that are gone, a redirect a place that is. A link over plain
    HTTP still counts where the site led to the very same place over TLS, as most do.
    """
    ways: list[tuple[str, Attempt | Page]] = [(tally.url, tally.page)] if tally.page and tally.page.status else []
    if deciding.answer is not None and deciding.answer is not tally.page:
        ways.append((deciding.answer.url, deciding.answer))
    if not ways:
        return comes_from_the_server(tally.url, tally.egress)
    return all(_is_safe(tally, asked, answer) for asked, answer in ways)


def _is_safe(tally: Tally, asked: str, answer: Attempt | Page) -> bool:
    final = answer.final_url or answer.url
    hops = (asked, *(url for _status, url in answer.redirects))
    if not comes_from_the_server(final, tally.egress):
        return False
    return all(comes_from_the_server(hop, tally.egress) for hop in hops) or signs.same_place(asked, final)


def _deciding(tally: Tally) -> Deciding:
    """Of media the last refusal, or the page that came in their place; else what the extractor or the page got."""
    refusal, page, last = tally.last_refusal, tally.page, tally.last
    if _all_pages(tally) and tally.instead is not None:
        return Deciding(tally.instead, tally.instead_sha256, digest(bytes(tally.instead_head)))
    if refusal and any(not end.complete for end in tally.streams):
        return _refused(refusal)
    extract = tally.last_extract
    page_is_good = page is None or page.status < 400
    if extract and page_is_good and not tally.streams and tally.failure == f"extractor-http-{extract.status}":
        return _refused(extract)
    if page and page.status:
        return Deciding(page, tally.page_sha256, digest(bytes(tally.head)))
    if last and last.status and (tally.streams or last.status in GONE):
        return _refused(last)
    return Deciding(None)


def _refused(attempt: Attempt) -> Deciding:
    return Deciding(attempt, attempt.body_sha256, attempt.body_sha256)


def _all_pages(tally: Tally) -> bool:
    return bool(tally.streams) and all(end.reason == "not-media" for end in tally.streams)


def _said(tally: Tally) -> tuple[Sign | None, str]:
    """(the words that count, the shape of a login page) of the page or of what came in place of media."""
    if any(end.there for end in tally.streams) and not _all_pages(tally):
        return None, ""  # media came: no words count
    message = phrases.in_message(signs.host_of(tally.url), tally.text) if tally.text else None
    if tally.instead is not None and _all_pages(tally):
        final = tally.instead.final_url or tally.instead.url
        found = read_page(bytes(tally.instead_head), signs.header(tally.instead.headers, "content-type"))
        login = _login(tally.instead.url, final, found) or ("form" if found.password else "")
        return phrases.in_page(signs.host_of(final), found) or message, login
    page = tally.page
    if page is None or not page.status:
        return message, ""
    found = read_page(bytes(tally.head), signs.header(page.headers, "content-type"))
    final = page.final_url or page.url
    return message or phrases.in_page(signs.host_of(final), found), _login(tally.url, final, found)


def _login(asked: str, final: str, page: PageText) -> str:
    if signs.login_redirect(asked, final):
        return "redirect"
    return "form" if page.password and page.notice else ""


def _evidence(tally: Tally, deciding: Deciding, seen: Seen, rule: str) -> Evidence:
    found = Evidence(
        rule,
        tally.url,
        tally.started_at,
        "",
        retry_after=seen.retry_after,
        text=tally.text[:EXTRACTOR_TEXT_MAX],
        presented=tuple(tally.presented or ()) if tally.untrusted else (),
    )
    if seen.sign and seen.sign.outcome is claim(seen)[0]:
        found = replace(found, phrase=seen.sign.phrase, phrase_in=seen.sign.where, removed_by=seen.sign.by)
    if tally.control is not None:
        found = replace(found, control={**asdict(tally.control), "worth": seen.control or "counts"})
    answer = deciding.answer
    if answer is None:
        return replace(found, error_kind=tally.last.error_kind if tally.last else "")
    return replace(
        found,
        status=answer.status,
        final_url=answer.final_url,
        headers=answer.headers,
        headers_sha256=answer.headers_sha256,
        body_sha256=deciding.body_sha256,
        peer=answer.peer,
        tls=answer.tls,
    )
