"""``audit``: hash every capsule again, and log how it was."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from witnesskit.actions import quarantine, received
from witnesskit.actions.logged import log_events
from witnesskit.actions.opening import open_for_saving
from witnesskit.actions.session import Session
from witnesskit.actions.tool_identity import TOOL
from witnesskit.custody.journal import utc_day
from witnesskit.custody.prepare import prepare
from witnesskit.formats.short_id import short_id
from witnesskit.model import SealedCapsule, VaultKind
from witnesskit.vault import layout
from witnesskit.vault.fixity import Target, checker, small_ones
from witnesskit.vault.layout import Vault

Report = Callable[[int, int | None], None]
KIND = "fixity"
OF_OTHERS = "bundles of other desks"
SET_ASIDE = "bundles set aside"
OF_THE_CHAIN = "openings of the log"  # a paper is of no item


@dataclass(frozen=True)
class Audited:
    """Counts of sealed files; ``problems``: item (short id) -> what is wrong with how many of its capsules."""

    ok: int
    bad: int
    problems: Mapping[str, str]


def audit(vault: Vault, passphrase: str, report: Report) -> Audited:
    """Compare every sealed file with the vault's list, log a ``check``; raises WrongVaultKind, the disk's leaves."""
    layout.demand(vault, VaultKind.DESK)
    with open_for_saving(vault, passphrase) as session:
        found = _look(session, report)
        event = prepare(
            "check",
            {
                "day": utc_day(),
                "kind": KIND,
                "ok": found.ok,
                "bad": found.bad,
                "problems": sorted(found.problems),
                "who": "desk",
                "policy": session.policy.id,
                "tool": TOOL,
            },
        )
        log_events(session, [event])
    return found


def _look(session: Session, report: Report) -> Audited:
    capsules = session.state.capsules().values()
    whole, done = sum(capsule.size for capsule in capsules), 0
    wrong: dict[str, list[str]] = {}
    due = [Target(one.id, str(session.vault.capsule_path(one.id)), one.sha256, one.size) for one in capsules]

    def tick(size: int) -> None:
        nonlocal done
        done += size
        report(done, whole)

    with checker(small_ones(due)) as workers:
        found = workers.check(due, tick)
    for capsule in capsules:
        if capsule.id in found:
            wrong.setdefault(_name(session, capsule), []).append(found[capsule.id])
    bad = sum(map(len, wrong.values()))
    problems = {
        name: ", ".join(f"{kinds.count(kind)} {kind}" for kind in sorted(set(kinds))) for name, kinds in wrong.items()
    }
    bundles, altered = received.wrong(session.vault, session.state)
    if altered:
        problems[OF_OTHERS] = f"{altered} missing or changed"
    aside, touched = quarantine.wrong(session.vault)
    if touched:
        problems[SET_ASIDE] = f"{touched} changed"
    return Audited(len(capsules) + bundles + aside - bad - altered - touched, bad + altered + touched, problems)


def _name(session: Session, capsule: SealedCapsule) -> str:
    return OF_THE_CHAIN if session.state.items[capsule.item].paper else short_id(capsule.item)
