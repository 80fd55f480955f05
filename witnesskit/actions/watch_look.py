"""One look at a watched link: the page, never the media; a signed ``observe`` event, and what the site answered."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Final

from witnesskit.actions.archive import Tap
from witnesskit.actions.clock import now
from witnesskit.actions.connected import Connected, egress_kind
from witnesskit.actions.plain_json import plain
from witnesskit.actions.saving import Saving
from witnesskit.actions.session import Session
from witnesskit.actions.tool_identity import TOOL
from witnesskit.actions.watch import facts_of
from witnesskit.capture import messages as told
from witnesskit.capture.assignment import PAGE, Assignment
from witnesskit.capture.egress import parse_egress
from witnesskit.capture.outcome import AttemptResult
from witnesskit.capture.watching import Look, asks_for_a_password, state_of
from witnesskit.capture.worker import Worker
from witnesskit.custody.prepare import Prepared, prepare
from witnesskit.formats import strict_json
from witnesskit.formats.watch_list import Watched
from witnesskit.model import Json, Outcome, Role

FORMAT: Final = "witnesskit.look/1"
DOCUMENT, PAGE_FILE, SOURCE = "look.json", "look/1", "watch"
_HEAD: Final = 1024 * 1024  # bytes of a page that are kept in memory for its signs


@dataclass
class Heard(Tap):
    """What the worker told of one look."""

    connected: Connected
    attempts: list[Json] = field(default_factory=list)
    page: dict[str, Json] = field(default_factory=dict)
    body: bytearray = field(default_factory=bytearray, repr=False)
    facts: dict[str, str] = field(default_factory=dict, repr=False)
    found: bool = False
    result: AttemptResult | None = None

    def told(self, message: told.Message) -> None:
        """One message."""
        match message:
            case told.Attempt():
                self.connected.see(message)
                self.attempts.append(self._desk(asdict(message)))
            case told.Page():
                self.page = self._desk(asdict(message))
            case told.PageBytes():
                self.body += message.data
            case told.PageEnd():
                self.page |= {"sha256": message.sha256, "bytes": message.size, "complete": message.complete}
            case told.Facts():
                self.found = True
                self.facts = self.facts or facts_of(message.values)
            case told.Done():
                self.result = message.result

    def look(self) -> Look:
        """What came, for the rules (capture/watching.py)."""
        if self.result is None:
            return Look(Outcome.UNKNOWN, "interrupted")
        outcome, evidence = self.result.outcome, self.result.evidence
        sha256 = str(self.page.get("sha256", "")) if self.page.get("complete") else ""
        found = self.found and evidence.rule == "media-not-asked"
        return Look(
            outcome, evidence.rule, evidence.status, found, self.facts, sha256,
            asks_for_a_password(bytes(self.body[:_HEAD])), evidence.removed_by,
        )  # fmt: skip

    def _desk(self, facts: Json) -> dict[str, Json]:
        found: dict[str, Json] = plain(self.connected.without_proxy(facts))
        return found


def take_a_look(session: Session, watched: Watched, running: Worker) -> Look:
    """Ask for the page and log what the site said; raises NoWorker, and what the disk raises.

    The page itself is kept where it says something new: with the first look and with every change of state.
    """
    started_at = now()
    heard = Heard(Connected(parse_egress(session.vault.config.egress), watched.url))
    for message in running.run(Assignment(watched.url, (PAGE,))):
        heard.told(message)
    look = heard.look()
    _seal(session, watched, look, heard, started_at)
    return look


def _seal(session: Session, watched: Watched, look: Look, heard: Heard, started_at: str) -> None:
    """Sealed, then logged, then listed: as with every capsule; a kill between is mended by the next command."""
    saving = Saving(session, watched.item, parts={Role.RECORD: _parts(session, watched.item)})
    said = str(state_of(look, watched))
    event = _event(saving, watched, look, heard, said)
    writer = saving.capsule(Role.RECORD)
    if heard.body and said != watched.state:
        page = writer.stream(PAGE_FILE)
        page.write(bytes(heard.body))
        page.close()
    writer.add(DOCUMENT, _document(watched, look, heard, (said, started_at)))
    writer.add("openings.jsonl", strict_json.canonical(event.opening_line()) + b"\n")
    saving.log([event], saving.close(writer))


def _parts(session: Session, item: str) -> int:
    known = session.state.items.get(item)
    return max((one.part for one in known.capsules if one.role is Role.RECORD), default=0) if known else 0


def _event(saving: Saving, watched: Watched, look: Look, heard: Heard, said: str) -> Prepared:
    at = now()
    evidence = heard.result.evidence if heard.result else None
    committed: dict[str, Json] = {
        "at": at, "day": at[:10], "tool": TOOL, "policy": saving.session.policy.id, "item": watched.item,
        "source": SOURCE, "outcome": said, "rule": look.rule, "status": look.status, "url": watched.url,
        "egress": egress_kind(heard.connected.egress), "sealed": [],
    }  # fmt: skip
    if evidence:
        named = {name: getattr(evidence, name) for name in ("final_url", "headers_sha256", "body_sha256")}
        committed |= {name: value for name, value in named.items() if value}
    return prepare("observe", committed, deferred=("record_sha256",))


def _document(watched: Watched, look: Look, heard: Heard, said: tuple[str, str]) -> bytes:
    evidence = heard.result.evidence if heard.result else None
    value: dict[str, Json] = {
        "format": FORMAT, "kind": "url", "url": watched.url, "state": said[0], "before": watched.state,
        "outcome": str(look.outcome), "rule": look.rule, "status": look.status, "started_at": said[1],
        "finished_at": now(), "removed_by": look.by, "found": look.found, "facts": dict(look.facts),
        "page": heard.page, "attempts": heard.attempts, "clock": heard.connected.clock(),
        "evidence": heard.connected.without_proxy(asdict(evidence)) if evidence else {},
    }  # fmt: skip
    return strict_json.canonical(plain(value))
