"""What a worker told of one link, sorted for the tests."""

from __future__ import annotations

from dataclasses import dataclass, field

from witnesskit.capture.assignment import Assignment
from witnesskit.capture.messages import (
    Attempt,
    Connection,
    Control,
    Document,
    Done,
    Facts,
    Media,
    MediaBytes,
    MediaEnd,
    Page,
    PageBytes,
    PageEnd,
    Piece,
    Started,
    WireBytes,
    WireEnd,
)


@dataclass
class Seen:
    started: Started | None = None
    attempts: list[Attempt] = field(default_factory=list)
    connections: list[Connection] = field(default_factory=list)
    page: Page | None = None
    page_bytes: bytes = b""
    page_end: PageEnd | None = None
    wire: bytes = b""
    wire_end: WireEnd | None = None
    facts: list[Facts] = field(default_factory=list)
    media: list[Media] = field(default_factory=list)
    bytes: dict[int, bytes] = field(default_factory=dict)
    ends: list[MediaEnd] = field(default_factory=list)
    pieces: list[Piece] = field(default_factory=list)
    documents: list[Document] = field(default_factory=list)
    controls: list[Control] = field(default_factory=list)
    done: Done | None = None

    @property
    def outcome(self):
        return self.done.result.outcome

    @property
    def rule(self):
        return self.done.result.evidence.rule

    @property
    def evidence(self):
        return self.done.result.evidence


def capture(worker, url, **wanted):
    seen = Seen()
    for message in worker.run(Assignment(url, **wanted)):
        take(seen, message)
    return seen


def take(seen, message):
    assert seen.done is None, "nothing comes after Done"
    match message:
        case Started():
            seen.started = message
        case Attempt():
            seen.attempts.append(message)
        case Connection():
            seen.connections.append(message)
        case Page():
            seen.page = message
        case PageBytes():
            seen.page_bytes += message.data
        case WireBytes():
            seen.wire += message.data
        case WireEnd():
            seen.wire_end = message
        case PageEnd():
            seen.page_end = message
        case Facts():
            seen.facts.append(message)
        case Media():
            seen.media.append(message)
            seen.bytes[message.stream] = b""
        case MediaBytes():
            seen.bytes[message.stream] += message.data
        case Piece():
            seen.pieces.append(message)
        case Document():
            seen.documents.append(message)
        case Control():
            seen.controls.append(message)
        case MediaEnd():
            seen.ends.append(message)
        case Done():
            seen.done = message
