"""What the worker does when a link's answers are in: the control of what seems gone, a false server's chain.

By the parent's own rules, over the same messages: it keeps a Tally of what it tells.
"""

from __future__ import annotations

from witnesskit.capture import control, presented, verdict
from witnesskit.capture.assignment import Assignment
from witnesskit.capture.messages import Message
from witnesskit.capture.requestlog import RequestLog
from witnesskit.capture.tally import Tally
from witnesskit.capture.telling import Output
from witnesskit.capture.transport import Transport
from witnesskit.limits import STALL_SECONDS


def counted(tally: Tally, output: Output) -> Output:
    """The same output, with everything counted as the parent will count it."""

    def message(one: Message) -> None:
        tally.see(one)
        output.message(one)

    def page(data: bytes) -> None:
        tally.see_page_bytes(data)
        output.page(data)

    def media(stream: int, data: bytes) -> None:
        tally.see_media_bytes(stream, data)
        output.media(stream, data)

    return Output(message, page, media)


def after(wanted: Assignment, tally: Tally, output: Output, network: tuple[Transport, RequestLog]) -> None:
    """Ask what only now is known to be needed; through the same egress, and once."""
    transport, log = network
    if tally.untrusted:
        presented.note(tally.egress, log, tally.untrusted, STALL_SECONDS)
    gone = verdict.gone_at(tally) if wanted.control else ""
    found = control.ask(transport, log, gone) if gone else None
    if found is not None:
        output.message(found)
