"""``export --form bagit|folder|csv|uwazi|atlos``: items in forms that others take, as the audience's policy allows.

Order: the output's place is free; marks and consents; the log says what leaves, to whom; files; read back; the name.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from witnesskit.actions.access import log_handed_out
from witnesskit.actions.audience_policy import audience_policy
from witnesskit.actions.custodian import CustodianPaper
from witnesskit.actions.hand_out_contents import Chosen, Opened, opened_items, published_items
from witnesskit.actions.hand_out_write import check_free, write_archive, write_file, write_folder
from witnesskit.actions.item_files import chosen
from witnesskit.actions.may_leave import Leaving, demand_may_leave
from witnesskit.actions.opening import open_for_saving
from witnesskit.actions.session import Session
from witnesskit.errors.cli import Usage
from witnesskit.errors.leaving import NothingToHandOut
from witnesskit.media_model import Finding
from witnesskit.model import Audience, Role, VaultKind
from witnesskit.policy import decide
from witnesskit.policy.schema import Policy
from witnesskit.report.handed_forms import ARCHIVES, FILES, FOLDERS, FORMS, Handed
from witnesskit.vault import layout
from witnesskit.vault.layout import Vault

Report = Callable[[int, int | None], None]
_ZIP: Final = ".zip"  # Uwazi looks at the name


@dataclass(frozen=True)
class HandOutWish:
    """What the person asked for; ``items`` are short ids, none means all."""

    form: str
    items: tuple[str, ...]
    out: Path
    audience: str = Audience.PUBLIC.value
    recipient: str = ""  # as consents name them
    secret: bool = False
    originals: bool = False
    custodian: CustodianPaper | None = None
    why: str = ""


@dataclass(frozen=True)
class HandedOut:
    """What was written; ``held_back``: for each file that may not leave, why."""

    items: int
    files: int
    size: int
    policy: str
    held_back: tuple[str, ...] = field(default=())


def hand_out(vault: Vault, passphrase: str, wish: HandOutWish, report: Report) -> HandedOut:
    """Write it; raises Usage, RefusedByPolicy, CustodianKeyNeeded, NothingToHandOut, NotReadBack, NotWritten,
    DiskFull, and what ``check_free`` and ``demand_may_leave`` raise.

    Whatever is raised, nothing of the output stays.
    """
    layout.demand(vault, VaultKind.DESK)
    if wish.form in ARCHIVES and wish.out.suffix != _ZIP:
        raise Usage(f"the name of this form ends in {_ZIP}")
    check_free(wish.out, Audience(wish.audience))
    policy = audience_policy(vault, Audience(wish.audience))
    if wish.originals:
        decide.require(decide.media_may_leave(policy, Role.ORIGINAL, Finding.UNKNOWN))
    with open_for_saving(vault, passphrase) as session:
        items = chosen(session.state, wish.items)
        demand_may_leave(session, policy, items, Leaving(_what(wish), wish.recipient, wish.secret))
        found = _found(session, policy, items, wish)
        log_handed_out(session, found.logged, why=_why(wish), policy=policy.id)
        entries = FORMS[wish.form](Handed(found.items, wish.audience, policy.id))
        _WRITERS[wish.form](wish.out, entries, report)
    files = sum(len(item.files) for item in found.items)
    return HandedOut(len(found.items), files, sum(one.size for one in entries), policy.id, tuple(found.held_back))


_WRITERS: Final = {
    **dict.fromkeys(FOLDERS, write_folder),
    **dict.fromkeys(ARCHIVES, write_archive),
    **dict.fromkeys(FILES, write_file),
}


def _found(session: Session, policy: Policy, items: tuple[str, ...], wish: HandOutWish) -> Opened:
    with_files = wish.form not in FILES
    asked = Chosen(items, wish.recipient, with_files, wish.originals, wish.custodian, _why(wish))
    if policy.rules.policy_audience is Audience.PUBLIC:
        return published_items(session, policy, asked)
    found = opened_items(session, policy, asked)
    if with_files and not any(item.files for item in found.items):
        raise NothingToHandOut("; ".join(dict.fromkeys(found.held_back)))
    return found


def _what(wish: HandOutWish) -> frozenset[str]:
    """What leaves, as consents say it."""
    found = {"record"} if wish.audience != Audience.PUBLIC or wish.form in FILES else set()
    found |= {"copy"} if wish.form not in FILES else set()
    return frozenset(found | ({"original"} if wish.originals else set()))


def _why(wish: HandOutWish) -> str:
    to_whom = f", {wish.recipient}" if wish.recipient else ""
    return f"export as {wish.form} for {wish.audience}{to_whom}" + (f": {wish.why}" if wish.why else "")
