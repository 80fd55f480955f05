"""``link``: two items whose originals are equal, said by a ``link`` event; what is not equal is not linked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from witnesskit.actions.file_essence import Pictures, compare_essence
from witnesskit.actions.item_files import chosen, read_item
from witnesskit.actions.logged import log_events
from witnesskit.actions.opening import open_for_saving
from witnesskit.actions.openings import resolve
from witnesskit.actions.own_events import OpenedLine, opened_events
from witnesskit.actions.seen import seen_logs
from witnesskit.actions.session import Session
from witnesskit.custody.journal import utc_day
from witnesskit.custody.prepare import prepare
from witnesskit.errors.actions import NotTheSame
from witnesskit.formats.short_id import short_id
from witnesskit.model import Json, VaultKind
from witnesskit.vault import layout
from witnesskit.vault.keyring import desk_identities
from witnesskit.vault.layout import Vault


@dataclass(frozen=True)
class Linked:
    """Two items by their short ids; ``how``: sha256 or essence."""

    item: str
    other: str
    how: str


def link(vault: Vault, passphrase: str, short: str, other: str) -> Linked:
    """Log that two items are the same; raises NotTheSame, WrongVaultKind and the leaves of short ids."""
    layout.demand(vault, VaultKind.DESK)
    with open_for_saving(vault, passphrase) as session:
        (item,), (second,) = chosen(session.state, [short]), chosen(session.state, [other])
        if item == second:
            raise NotTheSame("it is one item")
        pairs = [(one, two) for one in _ingests(session, item) for two in _ingests(session, second)]
        equal = [(how, two) for one, two in pairs if (how := _equal(one.fields, two.fields))]
        if not equal:
            raise NotTheSame
        how, two = max(equal, key=lambda found: found[0] == "sha256")
        committed = {
            "item": item,
            "day": utc_day(),
            "other_log": two.log,
            "other_item": second,
            "other_n": two.n,
            "how": how,
            "policy": session.policy.id,
        }
        log_events(session, [prepare("link", committed)])
    return Linked(short_id(item), short_id(second), how)


def _ingests(session: Session, item: str) -> tuple[OpenedLine, ...]:
    """What the logs say of the item's originals."""
    identities = desk_identities(session.keyring) if session.keyring else ()
    files = read_item(session.vault, session.state, item, identities)
    logs = [session.journal.log_bytes(), *(log.lines for log in seen_logs(session.vault))]
    events = opened_events(resolve(files.lines, logs), logs)
    return tuple(event for event in events if event.type == "ingest" and event.about == item)


def _equal(one: Mapping[str, Json], two: Mapping[str, Json]) -> str:
    """By what two originals are equal: "sha256", "essence" or nothing."""
    digests = _digests(one), _digests(two)
    if digests[0] and digests[0] == digests[1]:
        return "sha256"
    essences = one.get("essence"), two.get("essence")
    if not all(essences) or len(digests[0]) != len(digests[1]):
        return ""
    if essences[0] == essences[1] or compare_essence(*essences) is Pictures.EQUAL:  # type: ignore[arg-type]
        return "essence"
    return ""


def _digests(fields: Mapping[str, Json]) -> tuple[str, ...]:
    media = fields.get("media")
    parts = [part.get("sha256") for part in media if isinstance(part, dict)] if isinstance(media, list) else []
    return tuple(sorted(digest for digest in (parts or [fields.get("sha256")]) if isinstance(digest, str)))
