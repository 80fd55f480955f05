"""What ``doctor`` looks at in a vault: kind, lock, room, flush, rules; at a desk what was last done for proof too."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from witnesskit.actions.anchored import ENOUGH, last_anchored
from witnesskit.actions.device_traces import Computer, indexes
from witnesskit.actions.finding import BAD, LOOK, OK, Finding
from witnesskit.actions.opening import open_for_saving, policy_of
from witnesskit.actions.own_checks import DRILL, last_check
from witnesskit.actions.session import Session
from witnesskit.actions.validation import Validated, last_validation
from witnesskit.custody.journal import Journal, utc_day
from witnesskit.errors import WitnesskitError
from witnesskit.errors.vault import VaultBusy
from witnesskit.formats import custody_event
from witnesskit.limits import GIB, MIB, ROOM_RESERVE
from witnesskit.model import VaultKind
from witnesskit.vault import durable, lock, room
from witnesskit.vault.authorities import load_authorities
from witnesskit.vault.layout import Vault
from witnesskit.vault.signing import is_locked

_PROBE: Final = ".part-doctor"  # swept like any part, if a crash leaves it
_MEMORY: Final = frozenset({"tmpfs", "ramfs"})
_ELSEWHERE: Final = frozenset({"nfs", "nfs4", "cifs", "smb3", "9p", "fuse.sshfs", "ceph", "afs"})
_ANCHOR_DAYS: Final = 7
_DRILL_DAYS: Final = 365


def vault_findings(vault: Vault, passphrase: str) -> Iterator[Finding]:
    """Every finding of a vault; ``passphrase``, if given, opens a desk's own log."""
    desk = vault.config.kind is VaultKind.DESK
    yield _kind(vault, desk=desk)
    yield indexes(Computer(), vault.path)
    for name, look in (("disk", _flushes), ("room", _room), ("policy", _policy), ("log", _log)):
        yield _told(name, look, vault)
    if desk:
        yield _told("authorities", _authorities, vault)
        yield _told("last anchor", _anchor, vault)
        yield from _own_log(vault, passphrase)


def _told(name: str, look: Callable[[Vault], Finding], vault: Vault) -> Finding:
    try:
        return look(vault)
    except WitnesskitError as error:
        return Finding(name, BAD, str(error), error.hint)


def _kind(vault: Vault, *, desk: bool) -> Finding:
    if desk:
        return Finding("vault", OK, "desk vault: it opens what its devices sealed, with its passphrase")
    locked = "its signing key is under a passphrase" if is_locked(vault) else "its signing key is under no passphrase"
    if vault.config.rings is None:
        return Finding(
            "vault", LOOK, f"field vault, {locked}; no desk is trusted yet", "run `witnesskit trust add INVITE`"
        )
    return Finding("vault", OK, f"field vault: it can save and cannot open; {locked}")


def _flushes(vault: Vault) -> Finding:
    """Take the lock, write a file, flush it and its folder, and take it away: the way every save goes."""
    system = _file_system(vault.path)
    try:
        with lock.writing(vault):
            durable.replace(vault.work / _PROBE, bytes(4096))
            durable.remove(vault.work / _PROBE)
    except VaultBusy:
        return Finding(
            "disk", LOOK, "another command is writing in this vault", "wait until it ends, then look again"
        )
    if system in _MEMORY:
        return Finding("disk", BAD, "the vault lies in memory: it is gone when the power is", "move it to a disk")
    if system in _ELSEWHERE:
        return Finding(
            "disk", LOOK, f"the vault lies on another computer ({system})", "move it to a disk of this one"
        )
    return Finding(
        "disk", OK, f"the vault is free, and its file system takes a file and flushes it ({system or 'unknown kind'})"
    )


def _file_system(path: Path) -> str:
    """The kind of file system that ``path`` lies on, as Linux tells it; empty where it does not."""
    try:
        lines = Path("/proc/self/mountinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    here, found, longest = str(path.resolve()), "", -1
    for line in lines:
        first, _dash, rest = line.partition(" - ")
        place = first.split(" ")[4].encode().decode("unicode_escape") if first.count(" ") >= 4 else ""
        inside = place == "/" or here == place or here.startswith(f"{place}/")
        if inside and len(place) >= longest:
            found, longest = rest.split(" ")[0], len(place)
    return found


def _room(vault: Vault) -> Finding:
    free = room.free(vault.path)
    told = f"{free // MIB} MiB are free beside the vault"
    if free < ROOM_RESERVE:
        return Finding("room", BAD, told, "free some space: nothing more can be saved")
    return (
        Finding("room", OK, told)
        if free >= GIB
        else Finding("room", LOOK, told, "a long film may not fit: free some")
    )


def _policy(vault: Vault) -> Finding:
    return Finding("policy", OK, f"the rules in force can be followed: {policy_of(vault).id.partition('#')[0]}")


def _log(vault: Vault) -> Finding:
    """The log is what its newest checkpoint signs, and no day in it is later than this computer's."""
    lines = Journal.open(vault.custody, by=vault.config.kind.value).lines()
    days = [day for day in (custody_event.parse(line).t[:10] for line in lines) if day[:2] == "20"]
    if days and max(days) > utc_day():
        return Finding(
            "log", BAD, f"the log was last written on {max(days)}, later than this clock says", "set the clock"
        )
    return Finding("log", OK, f"{len(lines)} entries, the ones that the newest checkpoint signs")


def _authorities(vault: Vault) -> Finding:
    count = len(load_authorities(vault))
    told = f"{count} authorities of time are named"
    if count >= ENOUGH:
        return Finding("authorities", OK, told)
    step = "name at least two with `witnesskit trust authority NAME --url URL --root ROOT.pem`"
    return Finding("authorities", LOOK, f"{told}; with fewer than {ENOUGH} no time is proven", step)


def _anchor(vault: Vault) -> Finding:
    day = last_anchored(vault)
    if not day:
        return Finding(
            "last anchor",
            LOOK,
            "this log was never anchored: its times are one party's word",
            "run `witnesskit anchor`",
        )
    if _older(day, _ANCHOR_DAYS):
        return Finding(
            "last anchor", LOOK, f"last anchored on {day}", "run `witnesskit anchor`, and let it run on a schedule"
        )
    return Finding("last anchor", OK, f"last anchored on {day}")


def _own_log(vault: Vault, passphrase: str) -> Iterator[Finding]:
    """What only the opened log tells: when the recovery sheet was last tried, and this program last checked."""
    if not passphrase:
        step = "run `witnesskit doctor --passphrase-file FILE`"
        yield Finding("last drill", LOOK, "when the recovery sheet was last tried is sealed", step)
        yield Finding("last validation", LOOK, "when this program was last checked is sealed", step)
        return
    try:
        with open_for_saving(vault, passphrase) as session:
            yield from _checks(session)
    except WitnesskitError as error:
        yield Finding("own log", BAD, f"it cannot be opened: {error}", error.hint)


def _checks(session: Session) -> Iterator[Finding]:
    drill = last_check(session, DRILL)
    if drill is None or drill.looked.bad or _older(drill.day, _DRILL_DAYS):
        told = f"last tried on {drill.day}" if drill else "never tried since the vault was made"
        failed = ", and it did not fit" if drill and drill.looked.bad else ""
        yield Finding(
            "last drill",
            BAD if failed else LOOK,
            f"the recovery sheet: {told}{failed}",
            "run `witnesskit key drill` and type the sheet from paper",
        )
    else:
        yield Finding("last drill", OK, f"the recovery sheet was last tried on {drill.day}, and it fits")
    yield _validated(last_validation(session))


def _validated(done: Validated | None) -> Finding:
    step = "run `witnesskit doctor --validate`"
    if done is None:
        return Finding("last validation", LOOK, "this program was never checked against its own vectors", step)
    state = BAD if done.bad else OK
    return Finding("last validation", state, done.sentence, step if done.bad else "")


def _older(day: str, days: int) -> bool:
    try:
        return date.fromisoformat(utc_day()) - date.fromisoformat(day) > timedelta(days=days)
    except ValueError:
        return True
