"""Since when a desk's log is anchored, asked of what lies in the vault: no passphrase, no network."""

from __future__ import annotations

from witnesskit.actions.anchor_files import anchor_events, logged_files, stored_anchors
from witnesskit.custody.journal import Journal
from witnesskit.digest import sha256_hex
from witnesskit.errors.verify import BadToken
from witnesskit.formats.anchor import AnchorName
from witnesskit.formats.checkpoint import note_bytes, parse_checkpoint, parse_note
from witnesskit.formats.timestamp_token import checked
from witnesskit.vault.authorities import Authority, load_authorities
from witnesskit.vault.layout import Vault

ENOUGH = 2  # authorities: with one alone no time is proven (docs/spec/custody-log.md, "Times")


def anchored(vault: Vault) -> str:
    """The newest checkpoint if it is anchored, which a desk hands on as its not-before; or "".

    Raises what opening a log raises.
    """
    if not (vault.custody / "anchors").is_dir():
        return ""
    journal = Journal.open(vault.custody, by="desk")
    return own_word(journal) if is_anchored(vault, journal) else ""


def last_anchored(vault: Vault) -> str:
    """Day of the newest ``anchor`` event as the desk's clock told it, or ""; no token is checked.

    Raises what opening a log raises.
    """
    if not (vault.custody / "anchors").is_dir():
        return ""
    events = anchor_events(Journal.open(vault.custody, by="desk").lines())
    return events[-1].t[:10] if events else ""


def own_word(journal: Journal) -> str:
    """Its newest checkpoint with its own signature alone: who else signed it is nobody's business on the way."""
    note = journal.newest_note()
    parsed = parse_note(note)
    origin = parse_checkpoint(parsed.text).origin
    lines = note.decode().removeprefix(parsed.text + "\n").splitlines(keepends=True)
    return note_bytes(parsed.text, next(line for line in lines if line.split(" ")[1] == origin)).decode()


def is_anchored(vault: Vault, journal: Journal) -> bool:
    """Whether the newest checkpoint holds events of two authorities that are still believed here; so does each later.

    Raises what reading a log raises.
    """
    if not (vault.custody / "anchors").is_dir():
        return False
    newest = parse_checkpoint(parse_note(journal.newest_note()).text).size
    events = logged_files(journal.lines())
    authorities = {authority.name: authority for authority in load_authorities(vault)}
    found: set[str] = set()
    for name, data in reversed(stored_anchors(vault)):
        event = events.get(sha256_hex(data))
        authority = authorities.get(name.provider)
        note = journal.note_of(name.size) if event and authority and event.n < newest else None
        if authority and note and _is_of(authority, name, data, note):
            found.add(authority.name)
            if len(found) == ENOUGH:
                return True
    return False


def _is_of(authority: Authority, name: AnchorName, data: bytes, note: bytes) -> bool:
    try:
        checked(data, note, authority.root, authority.intermediates)
    except BadToken:
        return False
    return name.ending == "tsr"
