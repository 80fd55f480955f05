"""The history of one link: what this desk saved and saw, in the order of the log, read from signed events only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from witnesskit.actions.case_vault import vault_logs
from witnesskit.actions.counted import counted
from witnesskit.actions.item_files import read_item
from witnesskit.actions.openings import resolve
from witnesskit.actions.own_events import OpenedLine, opened_events
from witnesskit.actions.session import Session
from witnesskit.actions.watch import open_watch
from witnesskit.actions.watch_look import SOURCE
from witnesskit.errors.watch import NotWatched
from witnesskit.formats import short_id
from witnesskit.formats.watch_list import Watched
from witnesskit.model import Json, Outcome
from witnesskit.vault.keyring import desk_identities
from witnesskit.vault.layout import Vault

_THERE: Final = ("live", "changed", "returned")


@dataclass(frozen=True)
class Seen:
    """One observation, as its event says it."""

    at: str
    state: str  # of a look (docs/spec/watch.md); of a capture its outcome (docs/spec/outcome.md)
    looked: bool  # a look at the page; else a capture
    rule: str = ""
    status: int = 0
    url: str = field(default="", repr=False)
    log: str = ""
    n: int = 0

    @property
    def there(self) -> bool:
        """Whether the media was seen there."""
        return self.state in _THERE if self.looked else self.state == Outcome.SAVED

    def facts(self) -> Mapping[str, Json]:
        """For ``--json``."""
        kind = "look" if self.looked else "capture"
        told = {"at": self.at, "kind": kind, "state": self.state, "rule": self.rule, "status": self.status}
        return {**told, "log": self.log, "event": self.n}


@dataclass(frozen=True)
class History:
    """All that was seen of one item."""

    item: str
    watched: Watched | None
    seen: tuple[Seen, ...]

    @property
    def sentence(self) -> str:
        """What it comes to, in one line."""
        live = next((one for one in reversed(self.seen) if one.there), None)
        gone = [one for one in _tail(self.seen) if one.looked and one.state == "removed"]
        if not live:
            return f"never seen live in {len(self.seen)} observations" if self.seen else "not looked at yet"
        if not gone:
            return f"seen live at {live.at}; no removal is on record since"
        answer = f"{gone[0].rule}" + (f", HTTP {gone[0].status}" if gone[0].status else "")
        by = self.watched.removed_by if self.watched else ""
        who = f", by the {by} on the site's word" if by else ""
        again = f"; said again {counted(len(gone) - 1, 'time')}, last at {gone[-1].at}" if len(gone) > 1 else ""
        return f"seen live at {live.at}, gone at {gone[0].at}: {answer}{who}{again}"


def _tail(seen: Sequence[Seen]) -> tuple[Seen, ...]:
    """What came after it was last there."""
    last = max((number for number, one in enumerate(seen) if one.there), default=-1)
    return tuple(seen[last + 1 :])


def histories(vault: Vault, passphrase: str, shorts: Sequence[str]) -> tuple[History, ...]:
    """Of the items named, or of everything that is watched; raises NotWatched, the leaves of short ids."""
    with open_watch(vault, passphrase) as (session, watched):
        known = {*watched.every, *(item for item, one in session.state.items.items() if not one.paper)}
        chosen = [short_id.resolve(short, known) for short in shorts] or list(watched.every)
        if not chosen:
            raise NotWatched
        logs = [log.log for log in vault_logs(vault)]
        return tuple(History(item, watched.every.get(item), tuple(_seen(session, item, logs))) for item in chosen)


def _seen(session: Session, item: str, logs: Sequence[bytes]) -> Iterator[Seen]:
    if item not in session.state.items:
        return
    identities = desk_identities(session.keyring) if session.keyring else ()
    lines = read_item(session.vault, session.state, item, identities).lines
    events = [event for event in opened_events(resolve(lines, logs), logs) if event.type == "observe"]
    for event in sorted(events, key=lambda one: str(one.fields.get("at", ""))):
        if event.about == item:
            yield _one(event)


def _one(event: OpenedLine) -> Seen:
    fields = event.fields
    status = fields.get("status")
    return Seen(
        str(fields.get("at", "")), str(fields.get("outcome", "")), fields.get("source") == SOURCE,
        str(fields.get("rule", ""))[:80], status if type(status) is int else 0, str(fields.get("url", "")),
        event.log, event.n,
    )  # fmt: skip
