"""The end of every save: examine, seal the original, build record and events, sign."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from witnesskit.actions.clock import clock_facts, now
from witnesskit.actions.incoming_streams import MAIN
from witnesskit.actions.jailed import inspection_json
from witnesskit.actions.record_copies import StreamCopy, copy_stream
from witnesskit.actions.saving import SavedItem, Saving, opening_line
from witnesskit.actions.tool_identity import TOOL, tool_facts
from witnesskit.capture.assignment import Resume
from witnesskit.custody.prepare import Prepared, prepare
from witnesskit.formats import strict_json
from witnesskit.formats.media_record import MediaFact, Record
from witnesskit.media_model import Finding
from witnesskit.model import Json, Outcome
from witnesskit.policy import decide
from witnesskit.sealing.capsule import CapsuleWriter

CUSTODIAN_ONLY: Final = frozenset(
    {"name", "account", "uploader", "uploader_id", "channel", "comments", "extractor_facts"}
    | {"message", "members", "proofs"}  # of a file that was brought: who sent it, names inside it, keys
)
# an archive's films and the opened form of encrypted pieces are streams of their own
NOT_EXAMINED: Final = frozenset({"container", "reports", "encrypted", "subtitle", "thumbnail"})


@dataclass
class Gathered:
    """What one attempt brought, before it is sealed for good."""

    kind: str  # "url" | "file"
    started_at: str
    outcome: Outcome = Outcome.UNKNOWN
    observed: dict[str, Json] = field(default_factory=dict)  # committed by the observe event
    hidden: dict[str, Json] = field(default_factory=dict)  # for the custodian ring only
    source: dict[str, Json] = field(default_factory=dict)
    capture: dict[str, Json] = field(default_factory=dict)
    times: dict[str, Json] = field(default_factory=dict)
    collection: dict[str, Json] = field(default_factory=dict)
    sealed_collection: dict[str, Json] = field(default_factory=dict)  # for the custodian ring only
    clock: Json = field(default_factory=clock_facts)
    media: list[MediaFact] = field(default_factory=list)
    completeness: dict[str, str] = field(default_factory=dict)
    note: str = ""  # for the person, beside the outcome
    place: str = field(default="", repr=False)  # town or district, as the person says
    resume: list[Resume] = field(default_factory=list)  # what a later attempt can go on from; telling

    @property
    def said_place(self) -> dict[str, Json]:
        """``place`` of a record and of a stub, empty where nothing was said."""
        return {"locality": self.place} if self.place else {}

    @property
    def received(self) -> int:
        """Bytes of media that came; their opened form is not counted again."""
        return sum(fact.size for fact in self.media if fact.role in MAIN)


def finish(
    saving: Saving, gathered: Gathered, original: CapsuleWriter | None, *, interrupted: bool = False
) -> SavedItem:
    """Seal, log and sign one item; what was received is safe whatever its examination says."""
    at = now()
    common = {"at": at, "day": at[:10], "tool": TOOL, "policy": saving.session.policy.id}
    if original is not None and not gathered.media:
        original.discard()  # a stream began and not one byte of it came
        original = None
    copies = _copies(saving, gathered, original, common) if original else []
    media = original is not None
    observe = _observe(saving, gathered, common, alone=not media)
    if original is not None:
        original.add("original.json", _original_json(gathered, copies, observe))
        saving.close(original)
    events = [observe]
    if media:
        events += [_ingest(saving, gathered, common, copies), *(copy.derive for copy in copies if copy.derive)]
    record = _record(saving, gathered, copies, at)
    saving.sign(record, events)
    return replace(
        _saved_item(saving, gathered, record, copies), interrupted=interrupted, kind=gathered.kind, note=gathered.note
    )


def _copies(
    saving: Saving, gathered: Gathered, original: CapsuleWriter, common: Mapping[str, Json]
) -> list[StreamCopy]:
    """Only whole streams are examined: a cut file would only show what it does not hold."""
    whole = [fact for fact in gathered.media if fact.complete and not fact.start and fact.role not in NOT_EXAMINED]
    return [copy_stream(saving, original, fact.stream, common) for fact in whole]


def _observe(saving: Saving, gathered: Gathered, common: Mapping[str, Json], *, alone: bool) -> Prepared:
    """One attempt. ``alone``: no ingest follows, so this event commits the capsules."""
    committed = {**common, **gathered.observed, **gathered.hidden, "item": saving.item}
    committed |= {"outcome": str(gathered.outcome), "source": gathered.kind}
    if not alone:
        return prepare("observe", committed)
    return prepare("observe", committed | {"sealed": saving.sealed_json()}, deferred=("record_sha256",))


def _ingest(saving: Saving, gathered: Gathered, common: Mapping[str, Json], copies: Sequence[StreamCopy]) -> Prepared:
    committed: dict[str, Json] = {
        **common,
        "outcome": str(gathered.outcome),
        "clock": gathered.clock,
        "received": gathered.received,
        "sealed": saving.sealed_json([capsule for capsule in saving.sealed if not _is_copy(capsule.id, copies)]),
        "media": [
            {"stream": fact.stream, "sha256": fact.sha256, "size": fact.size, "media_type": fact.media_type}
            for fact in gathered.media
        ],
    }
    if len(main := [fact for fact in gathered.media if fact.role in MAIN]) == 1:
        only = main[0]
        committed |= {"sha256": only.sha256, "size": only.size, "media_type": only.media_type}
    essence = [part for copy in copies if copy.derive for part in copy.facts["essence"]]
    if essence:
        committed["essence"] = essence
        first = next(copy for copy in copies if copy.derive)
        committed["presentation_sha256"] = first.facts["presentation_sha256"]
    return prepare("ingest", committed, deferred=("record_sha256",), item=saving.item)


def _is_copy(capsule_id: str, copies: Sequence[StreamCopy]) -> bool:
    return any(copy.facts.get("capsule") == capsule_id for copy in copies)


def _original_json(gathered: Gathered, copies: Sequence[StreamCopy], observe: Prepared) -> bytes:
    """What only the custodian ring reads: raw metadata, account, names."""
    embedded = [
        {"stream": copy.stream, **inspection_json(copy.examined.original), "jail": copy.examined.jail}
        for copy in copies
    ]
    value = {
        "format": "witnesskit.original/1",
        "media": [fact.to_json() for fact in gathered.media],
        "source": {**gathered.source, **gathered.hidden},
        "times": gathered.times,
        "collection": {**gathered.collection, **gathered.sealed_collection},
        "embedded_metadata": embedded,
        "openings": [opening_line(observe, identity=True)],
    }
    return strict_json.canonical(value)


def _record(saving: Saving, gathered: Gathered, copies: Sequence[StreamCopy], at: str) -> Record:
    return Record(
        item=saving.item,
        outcome=gathered.outcome,
        source={name: value for name, value in gathered.source.items() if name not in CUSTODIAN_ONLY},
        times={**gathered.times, "collected": gathered.started_at},
        collection={
            **gathered.collection,
            "started_at": gathered.started_at,
            "finished_at": at,
            "clock": gathered.clock,
            "tool": tool_facts(),
        },
        media=gathered.media,
        completeness={**gathered.completeness, "metadata": _metadata_part(copies)},
        copies=[copy.facts for copy in copies],
        capture=gathered.capture,
        policy=saving.session.policy.id,
        place=gathered.said_place,
    )


def _metadata_part(copies: Sequence[StreamCopy]) -> str:
    if not copies:
        return "missing: no whole media to look at"
    understood = all(copy.examined.original.finding is not Finding.UNKNOWN for copy in copies)
    return "ok" if understood else "missing: not understood by any parser"


def _saved_item(saving: Saving, gathered: Gathered, record: Record, copies: Sequence[StreamCopy]) -> SavedItem:
    held = [part for part, state in record.completeness.items() if state == "ok"]
    possible = [part for part, state in record.completeness.items() if not state.startswith("never")]
    parts = decide.completeness(saving.session.policy, held, possible)
    outcome = gathered.outcome
    if outcome is Outcome.SAVED and not parts.complete:
        outcome = Outcome.PARTIAL
    state = "clean" if copies and all(copy.derive for copy in copies) else ""
    refusals = [copy.examined.refusal for copy in copies if not copy.derive]
    state = state or (f"none ({', '.join(refusals)})" if refusals else "")
    return SavedItem(
        saving.item, outcome, gathered.received, (*parts.missing, *parts.wanted), state, record.berkeley_minimum
    )
