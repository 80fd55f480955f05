"""The custody of items, read from the logs through the openings that a policy lets out: never a device's word."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from witnesskit import __version__
from witnesskit.actions.chain_members import LogCopy
from witnesskit.actions.log_events import events_of
from witnesskit.actions.log_keys import key_at
from witnesskit.actions.tool_identity import TOOL
from witnesskit.digest import sha256_hex
from witnesskit.formats import custody_event, disclosure
from witnesskit.formats.custody_event import FIELD_TIME, Event
from witnesskit.formats.short_id import short_id
from witnesskit.model import Json, Opening
from witnesskit.report import custody
from witnesskit.report.custody import Agent, Happening, Story, Thing
from witnesskit.verify.verdict import Bound, Interval, Verdict

OF_ITEMS: Final = frozenset({"observe", "ingest", "derive", "note", "access", "delete", "link"})
# names whose values are lists or objects of their own, or are told elsewhere
_NOT_TOLD: Final = frozenset(
    {"at", "day", "media", "sealed", "essence", "recipients", "enrol", "clock", "previous", "auth"}
)
_NOT_IN_BOUNDS: Final = "no time is proven for this event"


@dataclass(frozen=True)
class OpenedEvent:
    """One event of a log, with what is opened of it."""

    log: LogCopy
    event: Event
    fields: Mapping[str, Json]

    @property
    def about(self) -> frozenset[str]:
        """Items that it concerns: its own, the one it is a part of, the one it was made of."""
        named = (self.event.item, self.fields.get("item"), self.fields.get("parent"))
        return frozenset(name for name in named if isinstance(name, str) and name)


@dataclass
class _Found:
    """What is brought together, in order and each once."""

    things: dict[str, Thing] = field(default_factory=dict)
    agents: dict[str, Agent] = field(default_factory=dict)
    happenings: list[Happening] = field(default_factory=list)
    item_of: dict[str, str] = field(default_factory=dict)  # a copy's id -> the item it was made of


def opened_events(logs: Sequence[LogCopy], openings: Sequence[Opening]) -> tuple[OpenedEvent, ...]:
    """Every event of ``logs``; an opening that its event does not commit is passed over."""
    told: dict[tuple[str, int], dict[str, Json]] = {}
    texts: dict[tuple[str, int], list[str]] = {}
    for opening in openings:
        texts.setdefault((opening.log, opening.n), []).append(opening.disclosure)
    found = []
    for log in logs:
        for event in events_of(log.lines):
            fields = told.setdefault((log.log, event.n), {})
            for text in texts.get((log.log, event.n), ()):
                if disclosure.digest(text) in event.sd:
                    one = disclosure.parse(text)
                    fields.setdefault(one.name, one.value)
            found.append(OpenedEvent(log, event, fields))
    return tuple(found)


def story_of(events: Sequence[OpenedEvent], items: Sequence[str], verdict: Verdict, policy: str) -> Story:
    """The story of ``items`` (hex ids); ``policy``: the id of the policy that let the openings out."""
    found, asked = _Found(), set(items)
    for item in items:
        found.things[f"item:{item}"] = Thing(f"item:{item}", custody.ITEM, f"item {short_id(item)}", short_id(item))
    _copies(events, asked, found)
    logs = _logs(events, asked | set(found.item_of))
    bounds = {(result.log, result.n): result.interval for result in verdict.items}
    unopened = 0
    for one in events:
        if one.log.origin not in logs:
            continue
        of_item = one.event.type in OF_ITEMS
        if of_item and not one.fields:
            unopened += 1
        elif not of_item or one.about & (asked | set(found.item_of)):
            _add(one, found, logs, _bounds(bounds.get((one.log.log, one.event.n), Interval())))
    made = datetime.now(UTC).strftime("%Y-%m-%d")
    things, agents = tuple(found.things.values()), tuple(found.agents.values())
    return Story(policy, TOOL, made, verdict.sentence, things, agents, tuple(found.happenings), unopened)


def _copies(events: Sequence[OpenedEvent], asked: set[str], found: _Found) -> None:
    for one in events:
        parent = one.fields.get("parent")
        if one.event.type == "derive" and isinstance(parent, str):
            root = found.item_of.get(parent, parent)
            if root in asked:
                found.item_of[one.event.item] = root


def _logs(events: Sequence[OpenedEvent], items: set[str]) -> frozenset[str]:
    """Logs that hold an event of the items, and those that hold a receipt for one of these."""
    held = {one.log.origin for one in events if one.event.type in OF_ITEMS and one.about & items}
    received = {one.log.origin for one in events if one.event.type == "receipt" and one.fields.get("origin") in held}
    return frozenset(held | received)


def _add(one: OpenedEvent, found: _Found, logs: frozenset[str], bounds: str) -> None:
    if one.event.type == "receipt" and one.fields.get("origin") not in logs:
        return  # of another device's log
    log = _log_thing(one.log)
    found.things.setdefault(log.id, log)
    things = [(log.id, "source")] if one.event.type not in OF_ITEMS else []
    things += [(f"item:{item}", "source") for item in sorted(one.about) if f"item:{item}" in found.things]
    for thing in _made(one, found):
        found.things.setdefault(thing.id, thing)
        things.append((thing.id, "outcome"))
    agents = _agents(one)
    for agent in agents:
        found.agents.setdefault(agent.id, agent)
    public = {name: value for name, value in one.event.x.items() if name not in one.fields}
    facts = {name: text for name, value in {**one.fields, **public}.items() if (text := _text(name, value))}
    ids = tuple(agent.id for agent in agents)
    found.happenings.append(
        Happening(
            one.log.origin, one.event.n, one.event.type, _when(one), ids, _outcome(one), facts, tuple(things), bounds
        )
    )


def _log_thing(log: LogCopy) -> Thing:
    name = f"log of {log.origin}, {log.size} events"
    return Thing(
        f"log:{log.origin}", custody.LOG, name, "", sha256_hex(log.lines), len(log.lines), "application/jsonl"
    )


def _made(one: OpenedEvent, found: _Found) -> Iterator[Thing]:
    """Files that the event commits: what was taken in, what was made of it, and the sealed files they lie in."""
    if one.event.type not in ("ingest", "derive"):
        return
    own = str(one.fields.get("item", "")) if one.event.type == "ingest" else ""
    short = short_id(found.item_of.get(one.event.item, own or one.event.item))
    copy = one.event.type == "derive" and "finding" in one.fields
    kind = custody.COPY if copy else custody.ORIGINAL
    media = one.fields.get("media") or [one.fields]
    for stream in media if isinstance(media, list) else ():
        if isinstance(stream, dict) and _is_digest(stream.get("sha256")):
            yield _thing(kind, short, stream)
    for sealed in one.fields.get("sealed") or ():
        if isinstance(sealed, dict) and _is_digest(sealed.get("sha256")):
            yield _thing(custody.SEALED, short, sealed)


def _thing(kind: str, short: str, told: Mapping[str, Json]) -> Thing:
    sha256, size = str(told["sha256"]), told.get("size")
    return Thing(
        f"{kind}:{sha256}", kind, f"{kind} of item {short}", short, sha256,
        size if isinstance(size, int) else 0, str(told.get("media_type", "")),
    )  # fmt: skip


def _is_digest(value: Json) -> bool:
    return isinstance(value, str) and bool(custody_event.HEX64.fullmatch(value))


def _agents(one: OpenedEvent) -> tuple[Agent, ...]:
    """The log's signer; and the program, where the event tells it."""
    role = {"field": "a field device", "desk": "a desk"}.get(one.event.by, one.event.by)
    note = f"signing key of {role}; which person held it is not recorded"
    signer = Agent(key_at(one.log.lines, one.event.n + 1), one.log.origin, note)
    tool = one.fields.get("tool")
    if not isinstance(tool, str) or not tool:
        return (signer,)
    name, _space, version = tool.rpartition(" ")
    return signer, Agent(tool, name or tool, version=version if name else __version__)


def _when(one: OpenedEvent) -> str:
    for told in (one.fields.get("at"), one.fields.get("day"), one.event.t):
        if isinstance(told, str) and told and told != FIELD_TIME:
            return told
    return ""


def _outcome(one: OpenedEvent) -> str:
    for name in ("outcome", "result", "finding"):
        if isinstance(value := one.fields.get(name), str) and value:
            return value
    if isinstance(one.fields.get("bad"), int):
        return "failure" if one.fields["bad"] else "success"
    return ""


def _text(name: str, value: Json) -> str:
    """A value for people; empty for what is told elsewhere or has no short form."""
    if name in _NOT_TOLD or isinstance(value, dict) or value == "":
        return ""
    if isinstance(value, list):
        return ", ".join(map(str, value)) if all(isinstance(one, str | int) for one in value) else ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _bounds(interval: Interval) -> str:
    told = [_bound("existed before", interval.not_after), _bound("came into being after", interval.not_before)]
    return "; ".join(one for one in told if one) or _NOT_IN_BOUNDS


def _bound(words: str, bound: Bound) -> str:
    if not bound.time:
        return ""
    time = datetime.fromtimestamp(bound.time, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    how = "proven" if bound.proven else "not proven: the word of one alone"
    return f"{words} {time} on the word of {', '.join(bound.word_of)} ({how})"
