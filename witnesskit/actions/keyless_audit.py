"""``audit --no-key``: hash every sealed file again without a passphrase, a slice at a time.

What is compared with is the vault's own list, which nobody signs; ``verify`` compares with the log. What was found
lies in the vault's file ``audit`` until a command opens the desk and logs it (docs/spec/vault.md, "audit").
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from witnesskit.actions import quarantine, received
from witnesskit.actions.audit_file import AuditState, load_audit, save_audit
from witnesskit.custody.journal import utc_day
from witnesskit.limits import GIB, MIB
from witnesskit.model import VaultKind
from witnesskit.vault import layout, store
from witnesskit.vault.fixity import Checker, Target, checker, small_ones
from witnesskit.vault.layout import Vault
from witnesskit.vault.state import load_sealed_files, look_at

Report = Callable[[int, int | None], None]
_BATCH: Final = 1 * GIB  # bytes between two moments at which what was found is kept
_TIMED: Final = 128 * MIB  # the same where the time is limited


@dataclass(frozen=True)
class Slice:
    """How much to look at: seconds, or one part in ``share`` of all bytes; neither: to the end of the round."""

    seconds: float = 0
    share: int = 0


@dataclass(frozen=True)
class KeylessAudit:
    """``problems``: opaque id -> missing, changed or unreadable. ``left``: files of this round not looked at yet."""

    ok: int
    problems: Mapping[str, str]
    left: int
    unlogged: int  # files looked at since the desk was last opened


def keyless_audit(vault: Vault, wish: Slice, report: Report) -> KeylessAudit:
    """Go on where the last slice ended; raises WrongVaultKind, BadState, StorageFault."""
    layout.demand(vault, VaultKind.DESK)
    known = load_audit(vault)
    due = [one for one in targets(vault) if one.id >= known.next]
    most = _most(due, wish)
    going = due[: _count(due, most)]
    whole, ok, done = sum(one.size for one in going), 0, 0
    problems: dict[str, str] = {}
    ends = time.monotonic() + wish.seconds if wish.seconds else 0.0

    def tick(size: int) -> None:
        nonlocal done
        done += size
        report(done, whole)

    with checker(small_ones(going)) as workers:
        looked = 0
        for batch in _batches(going, _TIMED if ends else _BATCH):
            wrong = _still_listed(vault, workers.check(batch, tick))
            looked += len(batch)
            ok, problems = ok + len(batch) - len(wrong), problems | wrong
            following = due[looked].id if looked < len(due) else ""
            known = _kept(vault, known, following, len(batch), wrong)
            if ends and time.monotonic() >= ends:
                break
    return KeylessAudit(ok, problems, len(due) - looked, known.ok + len(known.bad))


def targets(vault: Vault) -> list[Target]:
    """Everything sealed with a digest on record, by opaque id: capsules, bundles of others, what was set aside."""
    place = str(vault.capsules)
    found = [
        Target(name, f"{place}/{name[:2]}/{name}", sha256, size) for name, sha256, size in load_sealed_files(vault)
    ]
    if (vault.path / received.FOLDER).is_dir():
        with look_at(vault) as state:
            due = [(name, one.sha256) for name, one in state.bundles.items() if one.sender and one.sha256]
        for name, sha256 in due:
            files = received.due_files(vault, name, sha256)
            found += [_file(one if files[1:] else name, path, one) for path, one in files]
    found += [_file(path.stem, path, path.stem) for path in quarantine.set_aside(vault)]
    return sorted(found)


def _file(name: str, path: Path, sha256: str) -> Target:
    """A file whose size no list has."""
    return Target(name, str(path), sha256, path.stat().st_size if path.is_file() else 0)


def _most(due: Sequence[Target], wish: Slice) -> int:
    whole = sum(one.size for one in due)
    return -(-whole // wish.share) if wish.share else whole


def _count(due: Sequence[Target], most: int) -> int:
    """How many from the first have at least ``most`` bytes."""
    done = 0
    for number, one in enumerate(due, 1):
        done += one.size
        if done >= most:
            return number
    return len(due)


def _batches(going: Sequence[Target], most: int) -> Iterator[Sequence[Target]]:
    rest = going
    while rest:
        count = _count(rest, most)
        yield rest[:count]
        rest = rest[count:]


def _still_listed(vault: Vault, wrong: Mapping[str, str]) -> dict[str, str]:
    """Without what another command moved or deleted meanwhile, or a kill left in ``work/``."""
    if not wrong:
        return {}
    now = {one.id: one for one in targets(vault)}
    with look_at(vault) as state:
        listed = {name: one for name in wrong if (one := state.capsules().get(name))}
    waiting = {name: str(store.find(vault, one) or "") for name, one in listed.items()}
    again = [now[name]._replace(path=waiting.get(name) or now[name].path) for name in wrong if name in now]
    return Checker(None).check(again, lambda _size: None)


def _kept(vault: Vault, known: AuditState, following: str, looked: int, wrong: Mapping[str, str]) -> AuditState:
    day = utc_day()
    kept = replace(
        known,
        next=following,
        since=known.since or day,
        until=day,
        ok=known.ok + looked - len(wrong),
        bad={**known.bad, **wrong},
        rounds=known.rounds + (not following),
    )
    save_audit(vault, kept)
    return kept
