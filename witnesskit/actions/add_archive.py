"""A zip archive that was brought: sealed whole, its films as further streams, and what proofs in it say of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from witnesskit.actions.finishing import Gathered, finish
from witnesskit.actions.saving import SavedItem, Saving
from witnesskit.actions.sealing_file import begin, end, seal_stream
from witnesskit.actions.sources import Exported, Given, Sources, exported
from witnesskit.capture import proof_zip
from witnesskit.capture.archive_file import Archive, Member
from witnesskit.capture.localfile import LocalFile
from witnesskit.errors.brought import BadChat
from witnesskit.errors.capture import BadArchive
from witnesskit.formats import chat_export
from witnesskit.formats.media_record import MediaFact
from witnesskit.limits import ARCHIVE_STREAMS_MAX, CHAT_EXPORT_MAX
from witnesskit.media.probe import HEAD_SIZE, media_type
from witnesskit.model import Json
from witnesskit.sealing.capsule import CapsuleWriter

if TYPE_CHECKING:
    from witnesskit.actions.add import Watch


def sealed_archive(saving: Saving, source: LocalFile, sources: Sources, given: Given, watch: Watch) -> SavedItem:
    """The archive is the original; nothing of it is ever unpacked to a disk."""
    gathered, original = begin(saving, source, sources, given)
    facts = [seal_stream(original, 1, source.blocks(), watch, source.size, "container")]
    facts[0] = replace(facts[0], media_type="application/zip")
    try:
        archive = Archive(source)
    except BadArchive as error:
        gathered.source["archive"] = {"kind": "zip", "unread": error.detail}
    else:
        facts += _films(_Opened(archive, gathered, sources, original, watch))
    end(gathered, source, facts)
    return finish(saving, gathered, original)


class _Opened:
    """One archive on its way into an item."""

    def __init__(
        self, archive: Archive, gathered: Gathered, sources: Sources, original: CapsuleWriter, watch: Watch
    ) -> None:
        self.archive = archive
        self.gathered = gathered
        self.sources = sources
        self.original = original
        self.watch = watch
        self.proof = proof_zip.is_proof(archive.members)
        self.messages = self._messages()

    def _messages(self) -> dict[str, Exported]:
        found: dict[str, Exported] = {}
        names = [member.name for member in self.archive.members]
        for member in self.archive.members:
            if kind := chat_export.kind_of(member.base):
                try:
                    found.update(exported(kind, self.archive.read(member, CHAT_EXPORT_MAX), member.name, names))
                except (BadChat, BadArchive) as error:
                    self.sources.faults.append(error)
        return found


def _films(opened: _Opened) -> list[MediaFact]:
    """Every member whose bytes are media, as a stream of its own; the names are for the custodian ring."""
    facts: list[MediaFact] = []
    said: list[Json] = []
    hidden: list[Json] = []
    counts = {"members": len(opened.archive.members), "media": 0, "unread": 0}
    for member in opened.archive.members:
        try:
            if not _is_media(opened.archive, member):
                continue
            if len(facts) >= ARCHIVE_STREAMS_MAX:
                raise BadArchive("too many films; add the unpacked folder")
            number = len(facts) + 2
            fact = seal_stream(opened.original, number, opened.archive.blocks(member), opened.watch, member.size)
        except BadArchive:
            counts["unread"] += 1
            continue
        counts["media" if fact.complete else "unread"] += 1
        facts.append(fact)
        desk, custodian = _told(opened, member, fact)
        said += [desk] if len(desk) > 1 else []
        hidden.append(custodian)
    kind = "proof" if opened.proof else next(iter({one.kind for one in opened.messages.values()}), "zip")
    opened.gathered.source["archive"] = {"kind": kind, **counts, "films": said}
    opened.gathered.source["members"] = hidden
    return facts


def _is_media(archive: Archive, member: Member) -> bool:
    if member.reason:
        raise BadArchive(member.reason)
    first = next(iter(archive.blocks(member)), b"")
    return bool(media_type(first[:HEAD_SIZE]))


def _told(opened: _Opened, member: Member, fact: MediaFact) -> tuple[dict[str, Json], dict[str, Json]]:
    """(for the desk, for the custodian ring) of one film."""
    desk: dict[str, Json] = {"stream": fact.stream}
    custodian: dict[str, Json] = {"stream": fact.stream, "name": member.name}
    if opened.proof and not proof_zip.is_proof_file(member.base):
        found = proof_zip.check(opened.archive, member, fact.sha256)
        desk["proof"] = dict(found.facts)
        custodian |= found.identity
    if message := opened.messages.get(member.name):
        desk["export"] = message.for_desk(opened.sources.pseudonyms)
        custodian["message"] = message.for_custodian()
    return desk, custodian
