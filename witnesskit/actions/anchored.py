"""Since when a desk's log is anchored, asked of what lies in the vault: no passphrase, no network."""

from __future__ import annotations

from dataclasses import dataclass

from witnesskit.actions.anchor_files import anchor_events, logged_files, stored_anchors
from witnesskit.custody.journal import Journal
from witnesskit.digest import sha256_hex
from witnesskit.errors.verify import BadToken
from witnesskit.formats.anchor import AnchorName
from witnesskit.formats.timestamp_token import checked
from witnesskit.vault.authorities import Authority, load_authorities
from witnesskit.vault.layout import Vault

ENOUGH = 2  # authorities: with one alone no time is proven (docs/spec/custody-log.md, "Times")


@dataclass(frozen=True)
class Anchored:
    """``note``: the newest anchored checkpoint, or ""; ``day``: that of the newest ``anchor`` event, or ""."""

    note: str = ""
    day: str = ""


def anchored(vault: Vault) -> Anchored:
    """What a desk may hand on as its not-before, and when it last anchored; raises what opening a log raises."""
    journal = Journal.open(vault.custody, by="desk")
    events = anchor_events(journal.lines())
    if not events:
        return Anchored()
    note = journal.notes()[-1]
    return Anchored(note.decode() if _is_anchored(vault, journal) else "", events[-1].t[:10])


def _is_anchored(vault: Vault, journal: Journal) -> bool:
    """Whether the newest checkpoint holds events of two authorities that are still believed here."""
    notes = dict(zip(journal.sizes(), journal.notes(), strict=True))
    newest = max(notes)
    events = logged_files(journal.lines())
    authorities = {authority.name: authority for authority in load_authorities(vault)}
    found: set[str] = set()
    for name, data in reversed(stored_anchors(vault)):
        event = events.get(sha256_hex(data))
        authority = authorities.get(name.provider)
        if event and authority and event.n < newest and name.size in notes and _is_of(authority, name, data, notes):
            found.add(authority.name)
            if len(found) == ENOUGH:
                return True
    return False


def _is_of(authority: Authority, name: AnchorName, data: bytes, notes: dict[int, bytes]) -> bool:
    try:
        checked(data, notes[name.size], authority.root, authority.intermediates)
    except BadToken:
        return False
    return name.ending == "tsr"
