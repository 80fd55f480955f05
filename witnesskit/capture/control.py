"""The control: when a link seems gone, does its site answer at all? Its front page is asked for, the same way out."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from urllib.parse import urlsplit, urlunsplit

from witnesskit.capture.messages import Control
from witnesskit.capture.outcome import CONTROLLED
from witnesskit.capture.page_signs import is_login_address, signs_of
from witnesskit.capture.phrases import in_page
from witnesskit.capture.transport import Cut, NoAnswer, Transport
from witnesskit.limits import CONTROL_MAX, CONTROL_SECONDS


def ask(url: str, transport: Transport) -> Control:
    """Ask for the front page of the site of ``url``; never raises."""
    parts = urlsplit(url)
    front = urlunsplit((parts.scheme, parts.netloc, "/", "", ""))
    try:
        answer = transport.open(front, {"Accept-Encoding": "identity"}, "control", 0)
    except NoAnswer as error:
        return Control(front, error_kind=error.kind)
    try:
        body = _head(answer.read1)
    except Cut as error:
        return Control(front, answer.status, answer.final_url, error_kind=error.kind)
    finally:
        answer.close()
    signs = signs_of(body, answer.header("Content-Type"))
    login = signs.has_password or is_login_address(answer.final_url, front)
    phrase = in_page(front, signs)
    digest = hashlib.sha256(body).hexdigest()
    return Control(front, answer.status, answer.final_url, digest, login, phrase.id if phrase else "")


def judge(control: Control | None, gone_url: str, gone_sha256: str) -> str:
    """CONTROLLED, or why it proves nothing about the link whose answer had the digest ``gone_sha256``.

    A front page that asks for a login is a living site's; one that says the same as the gone link, or leads to
    another host, may be anybody's.
    """
    if control is None:
        return ""
    if control.error_kind or not control.status:
        return control.error_kind or "no-answer"
    if not 200 <= control.status < 300:
        return f"http-{control.status}"
    if not same_site(control.final_url, control.url) or not same_site(control.url, gone_url):
        return "another-host"
    if control.phrase:
        return f"phrase-{control.phrase}"
    return "the-same-page" if control.body_sha256 == gone_sha256 else CONTROLLED


def _head(read1: Callable[[int], bytes]) -> bytes:
    body, end = b"", time.monotonic() + CONTROL_SECONDS
    while len(body) < CONTROL_MAX and time.monotonic() < end and (block := read1(CONTROL_MAX - len(body))):
        body += block
    return body


def same_site(one: str, other: str) -> bool:
    """The same host, with or without ``www`` or ``m`` before it."""
    hosts = [(urlsplit(url).hostname or "").lower() for url in (one, other)]
    bare = [host.removeprefix("www.").removeprefix("m.") for host in hosts]
    return bool(bare[0]) and bare[0] == bare[1]
