"""Seal one brought file: its bytes as a stream, what is known of it for desk and custodian apart."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from witnesskit.actions.clock import now
from witnesskit.actions.finishing import Gathered, finish
from witnesskit.actions.saving import SavedItem, Saving
from witnesskit.actions.sources import Given, Sources
from witnesskit.capture.localfile import LocalFile
from witnesskit.errors.capture import BadArchive
from witnesskit.formats import strict_json
from witnesskit.formats.media_record import MediaFact
from witnesskit.media.probe import HEAD_SIZE, media_type
from witnesskit.model import Json, Outcome, Role
from witnesskit.sealing.capsule import CapsuleWriter

if TYPE_CHECKING:
    from witnesskit.actions.add import Watch


def sealed_file(saving: Saving, source: LocalFile, sources: Sources, given: Given, watch: Watch) -> SavedItem:
    """One file as one item."""
    gathered, original = begin(saving, source, sources, given)
    fact = seal_stream(original, 1, source.blocks(), watch, source.size)
    end(gathered, source, [fact])
    return finish(saving, gathered, original)


def begin(saving: Saving, source: LocalFile, sources: Sources, given: Given) -> tuple[Gathered, CapsuleWriter]:
    """Seal the stub, open the original, and gather what is known before a byte is read."""
    gathered = Gathered("file", now(), place=sources.place)
    seal_stub(saving, gathered)
    gathered.hidden["name"] = given.name or source.name
    gathered.source["kind"] = "file"
    if len(sources.files) > 1:
        gathered.source["batch"] = sources.batch
    if given.exported:
        gathered.source["export"] = given.exported.for_desk(sources.pseudonyms)
        gathered.source["message"] = given.exported.for_custodian()
    gathered.times["file"] = source.times()
    return gathered, saving.capsule(Role.ORIGINAL)


def seal_stub(saving: Saving, gathered: Gathered) -> None:
    """What is known before a byte is read: all that a desk reads of it after a kill."""
    told: dict[str, Json] = {"kind": gathered.kind, "started_at": gathered.started_at}
    told |= {"place": gathered.said_place} if gathered.place else {}
    stub = saving.capsule(Role.RECORD)
    stub.add("stub.json", strict_json.canonical(told))
    saving.close(stub)


def seal_stream(
    original: CapsuleWriter, number: int, blocks: Iterable[bytes], watch: Watch, size: int, role: str = "original"
) -> MediaFact:
    """Write one stream, as far as it can be read; its kind is told by its first bytes."""
    stream = original.stream(f"media/{number}")
    head, reason = b"", ""
    try:
        for block in blocks:
            stream.write(block)
            head = head or bytes(block[:HEAD_SIZE])
            watch.progress(stream.size, size)
    except BadArchive:
        reason = "damaged"
    stream.close()
    return MediaFact(number, stream.sha256, stream.size, media_type(head), not reason, reason=reason, role=role)


def end(gathered: Gathered, source: LocalFile, facts: list[MediaFact]) -> None:
    """A file that was written to while it was read is kept in part; what an archive holds is kept with it whole."""
    whole = source.unchanged(facts[0].size)
    if not whole:
        first = facts[0]
        facts[0] = MediaFact(1, first.sha256, first.size, first.media_type, False, reason="changed", role=first.role)
    gathered.media += facts
    gathered.outcome = Outcome.SAVED if whole else Outcome.PARTIAL
    brought = dict.fromkeys(("url", "html", "screenshot", "context"), "never: brought as a file")
    missing = (
        "missing: the file changed while it was read" if not whole else "missing: a file inside it cannot be read"
    )
    gathered.completeness |= {"media": "ok" if gathered.outcome is Outcome.SAVED else missing, **brought}
