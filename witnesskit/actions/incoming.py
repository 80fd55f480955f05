"""Take what the worker tells, in order: page into the stub, media into the original, the rest into the record."""

from __future__ import annotations

from dataclasses import asdict
from typing import Final

from witnesskit.actions.add import Watch
from witnesskit.actions.asked_from import PageAddresses
from witnesskit.actions.connected import Connected, egress_kind
from witnesskit.actions.finishing import Gathered
from witnesskit.actions.incoming_streams import Streams
from witnesskit.actions.lookout import look_out
from witnesskit.actions.media_links import MediaLinks
from witnesskit.actions.offered import formats_of
from witnesskit.actions.plain_json import plain
from witnesskit.actions.saving import Saving
from witnesskit.capture import messages as told
from witnesskit.capture.egress import DIRECT, parse_egress
from witnesskit.capture.outcome import AttemptResult, Evidence
from witnesskit.formats import strict_json
from witnesskit.model import Json, Outcome, Role
from witnesskit.sealing.capsule import CapsuleWriter, StreamWriter

# what the desk may read of the extractor's facts; the rest is for the custodian ring
DESK_FACTS: Final = ("title", "upload_date", "timestamp", "duration", "webpage_url", "extractor", "availability")
# outcomes that say that the page is not the one that was asked for, whatever its status
_ANOTHER_PAGE: Final = frozenset(
    {
        Outcome.REMOVED,
        Outcome.LEGAL,
        Outcome.PRIVATE,
        Outcome.LOGIN,
        Outcome.GEO,
        Outcome.BLOCKED,
        Outcome.RATE_LIMITED,
    }
)
_NAMES_COLLECTOR: Final = "the site wrote the address you asked from into its page: only your desk gets that page"
_OF_RULES: Final = {
    "unlisted-over-direct": "it is unlisted: its media was not asked for over a direct connection; see --unlisted",
    "all-streams-complete-unverified-length": "the site never said how long it is: whether it is whole is not known",
    "all-streams-complete-assembled-unverified": "put together after breaks; nothing shows that it is one file",
}


class Incoming:
    """State of one capture: which capsule is open, which stream is being written."""

    def __init__(self, saving: Saving, gathered: Gathered, url: str, watch: Watch) -> None:
        self._saving = saving
        self._gathered = gathered
        self._url = url
        self._connected = Connected(parse_egress(saving.session.vault.config.egress), url)
        self._attempts: list[Json] = []
        self._links = MediaLinks(url)
        self._seen = PageAddresses()
        self._formats: list[Json] = []
        self._documents: list[bytes] = []
        self._selector = ""
        self._facts: list[Json] = []
        self._streams = Streams(lambda: saving.capsule(Role.ORIGINAL), watch.progress)
        self._stub: CapsuleWriter | None = saving.capsule(Role.RECORD)
        self._page: StreamWriter | None = None
        self._wire: StreamWriter | None = None
        stub: dict[str, Json] = {"kind": "url", "url": url, "started_at": gathered.started_at}
        stub["egress"] = egress_kind(self._connected.egress)  # of a capture that is killed, nothing else tells it
        stub |= {"place": gathered.said_place} if gathered.place else {}
        self._stub.add("stub.json", strict_json.canonical(stub))
        gathered.source |= {"kind": "url", "url": url}
        gathered.observed["url"] = url
        gathered.completeness |= {
            "url": "ok",
            "html": "missing: the site gave no page",
            "screenshot": "missing: no picture was taken",
            "context": "missing: nothing around the media was collected",
            "media": "missing: none was received",
        }

    def take(self, message: told.Message) -> None:  # noqa: C901 - one line for each kind of message
        """One message of the worker."""
        match message:
            case told.MediaBytes():
                self._streams.take(message.data)
            case told.PageBytes():
                self._take_page(message.data)
            case told.WireBytes():
                self._take_wire(message.data)
            case told.Page():
                self._begin_page(message)
            case told.WireEnd():
                self._end_wire(whole=True)
            case told.PageEnd():
                self._end_page(message)
            case told.Media():
                self._begin_media(message)
            case told.Piece():
                self._streams.piece(message)
            case told.MediaEnd():
                self._streams.end(message)
            case told.Document():
                self._documents.append(strict_json.canonical(plain(asdict(message))) + b"\n")
            case told.Facts():
                self._take_facts(message)
            case told.Attempt():
                self._connected.see(message)
                self._attempts.append(self._desk(asdict(message)))
            case told.Connection():
                self._connected.see(message)
            case told.Started():
                self._start(message)
            case told.Done():
                self._conclude(message.result)

    def cut_off(self, reason: str) -> None:
        """The worker is gone: close what is open with what arrived."""
        if self._page:
            self._page.close()
            self._page = None
        self._streams.cut_off(reason)
        self._gathered.outcome = Outcome.PARTIAL if self._streams.facts else Outcome.UNKNOWN
        self._gathered.observed["rule"] = reason

    def end(self) -> CapsuleWriter | None:
        """Everything has been told: the original, still open, if there was media."""
        self._seal_stub()
        streams, gathered = self._streams, self._gathered
        gathered.media += streams.facts
        gathered.resume += streams.resume
        if gathered.resume:
            gathered.capture["resume"] = [asdict(one) for one in gathered.resume]
        gathered.capture |= {"attempts": self._told_attempts(), "served": self._told_streams()}
        gathered.capture["formats"] = self._formats
        gathered.capture["connections"] = plain(self._connected.connections)
        gathered.collection["resolver"] = self._connected.resolver()
        gathered.clock = self._connected.clock()
        if streams.served:
            gathered.completeness["media"] = f"missing: {streams.faults[-1]}" if streams.faults else "ok"
        if streams.original is not None:
            beside_it = {"documents.jsonl": self._documents, "links.jsonl": self._links.lines}
            for name, lines in beside_it.items():
                if lines:
                    streams.original.add(name, b"".join(lines))
        self._look_for_the_collector()
        if self._facts:
            beside = streams.beside
            gathered.completeness["context"] = f"missing: {beside[0]} ({len(beside)} around it)" if beside else "ok"
            gathered.source["extractor_facts"] = self._facts
            gathered.source |= {name: self._facts[0][name] for name in DESK_FACTS if name in self._facts[0]}
            if "webpage_url" in gathered.source:
                named = str(gathered.source["webpage_url"]), str(gathered.source.get("extractor", ""))
                gathered.source["webpage_url"] = self._links.seen_at(*named)
        return streams.original

    def _start(self, started: told.Started) -> None:
        """What takes part; the address of a proxy is for the custodian ring only."""
        kind = egress_kind(self._connected.egress)
        self._gathered.observed["egress"] = kind
        self._gathered.collection |= {"egress": kind, "user_agent": started.user_agent, "extractor": started.tool}
        self._gathered.collection |= {
            "extractor_options": plain(started.options),
            "libraries": plain(started.libraries),
        }
        self._gathered.sealed_collection["egress_address"] = started.egress
        self._selector = str(started.options.get("format", ""))

    def _desk(self, facts: Json) -> Json:
        return plain(self._connected.without_proxy(facts))

    def _begin_page(self, page: told.Page) -> None:
        facts = self._desk(asdict(page))
        self._gathered.capture["html"] = facts
        self._links.page(facts)
        if page.status and self._stub:
            self._stub.add("headers.json", strict_json.canonical(facts))
            self._page = self._stub.stream("page/1")
        elif not page.status:
            self._gathered.completeness["html"] = f"missing: {page.reason or 'no answer'}"

    def _end_page(self, end: told.PageEnd) -> None:
        if self._page:
            self._page.close()
            self._page = None
        self._gathered.capture["html"] |= {"sha256": end.sha256, "bytes": end.size, "complete": end.complete}
        status = self._gathered.capture["html"].get("status", 0)
        state = "ok" if end.complete else f"missing: {end.reason}"
        self._gathered.completeness["html"] = f"missing: the site answered {status}" if status >= 400 else state

    def _take_page(self, data: bytes) -> None:
        if self._page:
            self._page.write(data)
            self._seen.see(data)

    def _told_attempts(self) -> list[Json]:
        return [self._links.desk(one, number=one["number"]) for one in self._attempts]

    def _told_streams(self) -> list[Json]:
        return [self._links.desk(one, stream=one["stream"]) for one in self._streams.served]

    def _look_for_the_collector(self) -> None:
        """A page can hold what its media links do: the address of whoever asked, with no proxy their own."""
        named = self._seen.named or self._links.addresses & self._seen.found
        if named and self._connected.egress.kind == DIRECT:
            self._gathered.capture["html"]["names_collector"] = True
            self._gathered.note = self._gathered.note or _NAMES_COLLECTOR

    def _take_wire(self, data: bytes) -> None:
        """The page as it came, beside its decoded form."""
        if self._stub is not None:
            self._wire = self._wire or self._stub.stream("wire/1")
            self._wire.write(data)

    def _end_wire(self, *, whole: bool) -> None:
        """What is not known to be whole gets no digest: nothing may take it for the page as it came."""
        if self._wire is not None:
            self._wire.close()
            ended = {"wire_sha256": self._wire.sha256, "wire_bytes": self._wire.size} if whole else {"wire": "cut"}
            self._gathered.capture["html"] |= ended
            self._wire = None

    def _begin_media(self, media: told.Media) -> None:
        """The stub is sealed before the first byte of media; a page that comes later is only counted."""
        self._seal_stub()
        self._streams.begin(media)
        if not self._saving.lookouts and self._streams.original:  # one child waits; others are looked at in turn
            self._saving.lookouts[media.stream] = look_out(self._streams.original, media.stream, self._saving.spare)

    def _take_facts(self, message: told.Facts) -> None:
        self._facts.append(plain(dict(message.values)))
        self._formats.append(formats_of(message.entry, self._facts[-1], self._selector))
        if "extractor_key" in message.values:
            self._gathered.collection["extractor_key"] = str(message.values["extractor_key"])
        if "timestamp" in message.values or "upload_date" in message.values:
            published = message.values.get("timestamp", message.values.get("upload_date"))
            self._gathered.times["published"] = str(published)

    def _conclude(self, result: AttemptResult) -> None:
        evidence = result.evidence
        self._gathered.outcome = result.outcome
        self._gathered.capture |= {
            "rule": evidence.rule,
            "status": evidence.status,
            "evidence": self._links.evidence(self._desk(asdict(evidence))),
        }
        self._gathered.observed |= {"rule": evidence.rule, "status": evidence.status}
        named = (
            ("final_url", evidence.final_url if self._links.is_told(evidence.final_url) else ""),
            ("headers_sha256", evidence.headers_sha256),
            ("body_sha256", evidence.body_sha256),
        )
        self._gathered.observed |= {name: value for name, value in named if value}
        self._gathered.note = _note(evidence)
        if result.outcome in _ANOTHER_PAGE and self._gathered.completeness["html"] == "ok":
            self._gathered.completeness["html"] = f"missing: another page came ({result.outcome})"
        if "final_url" in self._gathered.observed:
            self._gathered.source["url_final"] = evidence.final_url

    def _seal_stub(self) -> None:
        if self._stub is not None:
            if self._page:
                self._page.close()
                self._page = None
            self._end_wire(whole=False)
            self._saving.close(self._stub)
            self._stub = None


def _note(evidence: Evidence) -> str:
    """What the one word of the outcome leaves out."""
    if evidence.retry_after:
        return f"the site asks to wait {evidence.retry_after} seconds"
    if "-control-" in evidence.rule:
        return "the site says it is gone; that its front page lives could not be shown in the same run"
    if evidence.rule.endswith("-unprotected"):
        return "it is said to be gone over a line that anybody on the way could answer"
    if evidence.removed_by:
        return f"removed by: {evidence.removed_by}, on the site's word"
    return _OF_RULES.get(evidence.rule, "")
