"""``export``: the custody of items in a form that others read, as the policy of a court allows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from witnesskit.actions.audience_policy import audience_policy
from witnesskit.actions.court_view import CourtView, court_view
from witnesskit.actions.item_files import chosen
from witnesskit.actions.leaving_file import check_place, leaving_file
from witnesskit.actions.may_leave import Leaving, demand_may_leave
from witnesskit.actions.opening import open_for_saving
from witnesskit.actions.report import read_items
from witnesskit.model import Audience, VaultKind
from witnesskit.report import case_uco, court_sheet, fre_902, premis
from witnesskit.vault import layout
from witnesskit.vault.layout import Vault

FORMATS: Final[Mapping[str, Callable[[CourtView], bytes]]] = {
    "premis-xml": lambda view: premis.as_xml(view.story),
    "premis-json": lambda view: premis.as_json(view.story),
    "case-uco": lambda view: case_uco.render(view.story),
    "fre-902": lambda view: fre_902.render(view.story),
    "berkeley": lambda view: court_sheet.berkeley_text(view.tables),
}


@dataclass(frozen=True)
class ExportWish:
    """What the person asked for; ``items`` are short ids, none means all."""

    format: str
    items: tuple[str, ...]
    out: Path
    recipient: str = ""  # as consents name them
    secret: bool = False


@dataclass(frozen=True)
class ExportDone:
    """What was written. ``unopened``: events of the same logs that tell nothing here."""

    state: str
    items: int
    events: int
    unopened: int
    policy: str


def export(vault: Vault, passphrase: str, wish: ExportWish) -> ExportDone:
    """Write one file; raises NoSuchItem, WrongVaultKind, and what ``check_place``, ``leaving_file`` and
    ``demand_may_leave`` raise.
    """
    layout.demand(vault, VaultKind.DESK)
    policy = audience_policy(vault, Audience.COURT)
    check_place(wish.out, Audience.COURT)
    with open_for_saving(vault, passphrase) as session:
        leaving = Leaving(frozenset({"record"}), wish.recipient, wish.secret)
        demand_may_leave(session, policy, chosen(session.state, wish.items), leaving)
        view = court_view(session, policy, read_items(session, wish.items))
    with leaving_file(wish.out) as stream:
        stream.write(FORMATS[wish.format](view))
    story = view.story
    return ExportDone(str(view.verdict.state), len(view.items), len(story.happenings), story.unopened, policy.id)
