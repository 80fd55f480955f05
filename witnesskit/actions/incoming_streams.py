"""Streams as they arrive: sealed at once, told in pieces, and what a later attempt needs to go on from here."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Final

from witnesskit.actions.decrypted import decrypt
from witnesskit.actions.plain_json import plain
from witnesskit.capture import messages as told
from witnesskit.capture.assignment import Resume
from witnesskit.capture.plan import FILE
from witnesskit.formats import strict_json
from witnesskit.formats.media_record import MediaFact
from witnesskit.limits import OVERLAP, PIECES_DOCUMENT, RANGES_MAX, SYNC_EVERY
from witnesskit.media.probe import HEAD_SIZE, media_type
from witnesskit.model import Json
from witnesskit.sealing.capsule import CapsuleWriter, StreamWriter

DECRYPTED_FROM: Final = 10_000  # number of the stream that is the opened form of stream 0
MAIN: Final = frozenset({"original", "encrypted", "container", "reports"})  # roles that are the item itself


@dataclass
class _Open:
    """The stream that is arriving."""

    media: told.Media
    writer: StreamWriter
    head: bytes = b""
    tail: bytes = b""
    unsynced: int = 0
    pieces: list[told.Piece] = field(default_factory=list)
    lines: list[bytes] = field(default_factory=list)  # told of pieces, not sealed yet
    documents: int = 0
    declared: int = 0


class Streams:
    """The streams of one capture, and the original that they go into, opened with the first of them."""

    def __init__(self, original: Callable[[], CapsuleWriter], progress: Callable[[int, int | None], None]) -> None:
        self._make = original
        self._progress = progress
        self.original: CapsuleWriter | None = None
        self.facts: list[MediaFact] = []
        self.served: list[Json] = []
        self.resume: list[Resume] = []
        self.faults: list[str] = []  # why streams that are the item itself are not whole
        self._open: _Open | None = None

    def begin(self, media: told.Media) -> None:
        """Head of a stream."""
        if self.original is None:
            self.original = self._make()
        self._open = _Open(media, self.original.stream(f"media/{media.stream}"))
        served = plain(asdict(media))
        self.served.append({name: value for name, value in served.items() if name != "entry"})

    def take(self, data: bytes) -> None:
        """The next bytes: sealed before anything else; now and then the disk is asked to have them."""
        if (found := self._open) is None or self.original is None:
            return
        found.writer.write(data)
        if len(found.head) < HEAD_SIZE:
            found.head += data[:HEAD_SIZE]
        found.tail = data[-OVERLAP:] if len(data) >= OVERLAP else (found.tail + data)[-OVERLAP:]
        found.unsynced += len(data)
        if found.unsynced >= SYNC_EVERY:
            self.original.flush(sync=True)
            found.unsynced = 0
        self._progress(found.writer.size, found.media.declared_size)

    def piece(self, piece: told.Piece) -> None:
        """What is told of one piece; its links and keys are for the custodian ring."""
        if (found := self._open) is None:
            return
        found.pieces.append(_without_headers(piece))
        found.declared += piece.declared or 0
        found.lines.append(strict_json.canonical(plain(asdict(piece))) + b"\n")
        if sum(map(len, found.lines)) >= PIECES_DOCUMENT:
            self._seal_pieces(found)

    def end(self, end: told.MediaEnd) -> None:
        """The end of a stream, also of one that was broken off."""
        if (found := self._open) is None:
            return
        found.writer.close()
        self._seal_pieces(found)
        self._open = None
        self.served[-1] |= _counted(found, end)
        if not end.complete and found.media.role in MAIN:
            self.faults.append(end.reason or "incomplete")
        if not found.writer.size:
            return
        fact = _fact(found, end)
        self.facts.append(fact)
        if fact.role == "encrypted":
            self._decrypt(found, fact)
        elif resume := _resume(found, end, fact):
            self.resume.append(resume)

    def cut_off(self, reason: str) -> None:
        """The worker is gone: close what is open with what arrived."""
        if self._open:
            media = self._open.media
            self.end(told.MediaEnd(media.stream, complete=False, reason=reason, size=self._open.writer.size))

    def _seal_pieces(self, found: _Open) -> None:
        if found.lines and self.original is not None:
            found.documents += 1
            self.original.add(f"pieces-{found.media.stream}-{found.documents}.jsonl", b"".join(found.lines))
            found.lines.clear()

    def _decrypt(self, found: _Open, fact: MediaFact) -> None:
        """The opened form beside what was served, so that it can be examined and played."""
        if self.original is None or not all(piece.key.get("key") or not piece.key for piece in found.pieces):
            return
        number = DECRYPTED_FROM + fact.stream
        source = self.original.reader(f"media/{fact.stream}")
        out = self.original.stream(f"media/{number}")
        head, whole = decrypt(source, found.pieces, out)
        out.close()
        if out.size:
            complete = whole and fact.complete
            reason = "" if complete else fact.reason or "not-decrypted"
            kind = media_type(head)
            self.facts.append(
                MediaFact(number, out.sha256, out.size, kind, complete, fact.format_id, reason, "decrypted")
            )


def _fact(found: _Open, end: told.MediaEnd) -> MediaFact:
    media = found.media
    encrypted = any(piece.key for piece in found.pieces)
    return MediaFact(
        media.stream, found.writer.sha256, found.writer.size, media_type(found.head) or media.media_type,
        end.complete, media.format_id, end.reason, "encrypted" if encrypted else media.role, media.language,
        media.version, media.start,
    )  # fmt: skip


def _counted(found: _Open, end: told.MediaEnd) -> dict[str, Json]:
    told_ = {"requests": end.requests, "gaps": end.gaps, "ranges": end.ranges[:RANGES_MAX], "received": end.size}
    if end.ranges_dropped:
        told_ |= {"ranges_dropped": end.ranges_dropped}
    if found.pieces:
        told_ |= {"pieces": len(found.pieces), "pieces_missing": len(end.gaps), "declared": found.declared}
    counted: dict[str, Json] = plain(told_)
    return counted


def _resume(found: _Open, end: told.MediaEnd, fact: MediaFact) -> Resume | None:
    """What a later attempt needs; streams in pieces are fetched anew."""
    media = found.media
    if fact.complete or fact.role != "original" or media.kind != FILE or end.reason in ("changed", "not-media"):
        return None
    headers = {name.lower(): value for name, value in media.headers}
    return Resume(
        media.format_id, media.start + fact.size, len(found.tail), hashlib.sha256(found.tail).hexdigest(),
        headers.get("etag", ""), headers.get("last-modified", ""), media.declared_size or 0,
    )  # fmt: skip


def _without_headers(piece: told.Piece) -> told.Piece:
    """What is kept in memory of it: place and key."""
    return told.Piece(
        piece.stream, piece.number, "", piece.offset, piece.size, piece.sha256, piece.status, (), piece.declared,
        piece.reason, piece.key,
    )  # fmt: skip
