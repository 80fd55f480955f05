"""A bundle of another desk, of one file or of several: judged, then remembered, answered and listed."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from witnesskit.actions import case_bundle, heads, peer_answer, received, seen
from witnesskit.actions.arrivals import Came
from witnesskit.actions.case_vault import own_trust
from witnesskit.actions.history import History
from witnesskit.actions.imported import PeerImportDone
from witnesskit.actions.peer_answer import Taken
from witnesskit.actions.second_copy import CopiedAgain
from witnesskit.actions.seen import SeenLog
from witnesskit.actions.session import Session
from witnesskit.actions.verify import judged
from witnesskit.bundle.joined import JoinedSet
from witnesskit.bundle.result import Unpacked
from witnesskit.bundle.sequence import Verdict
from witnesskit.bundle.unpack import OpenVolume, open_volume
from witnesskit.errors.actions import ChainRefused
from witnesskit.errors.bundle import BundleDamaged
from witnesskit.errors.peers import BundleUnproven
from witnesskit.formats.bundle_manifest import BundleMeta
from witnesskit.sealing.identity import Identity
from witnesskit.vault import state
from witnesskit.vault.keyring import Keyring, Peer
from witnesskit.vault.state import BundleState
from witnesskit.vault.trustfile import taken_keys
from witnesskit.verify import LogFiles, Trust
from witnesskit.verify.verdict import CheckState, State

Report = Callable[[int, int | None], None]
_HISTORY = {"FORK", "ROLLBACK"}


@dataclass(frozen=True)
class Arrival:
    """A bundle file, the desk it says it is from, the person's own identities, and where answer and copy go."""

    path: Path
    meta: BundleMeta
    brought: tuple[Identity, ...]
    receipts: Path
    second_copy: Path | None
    again: CopiedAgain


Whose = tuple[Arrival, Peer, tuple[Identity, ...]]  # a bundle, the desk that it is of, and what opens it


def is_late(place: Verdict) -> bool:
    """Whether its logs may be shorter than those that are known."""
    return place in (Verdict.LATE, Verdict.REPLAY)


def names_of(present: state.State, meta: BundleMeta) -> list[str]:
    """The keys under which this desk's bundles were taken in before: it may have replaced one."""
    name = meta.sender.partition("+")[0]
    return [meta.sender, *{one.sender for one in present.bundles.values() if one.sender.partition("+")[0] == name}]


def reopened(stream: BinaryIO, whose: Whose) -> OpenVolume:
    """The copy inside the vault, if it is what was looked at outside."""
    arrival, _peer, identities = whose
    volume = open_volume(stream, identities)
    if volume.meta != arrival.meta:
        raise BundleDamaged("it changed while it was read")
    return volume


def judge(
    session: Session, keyring: Keyring, volume: OpenVolume | JoinedSet, peer: Peer, *, late: bool, report: Report
) -> tuple[SeenLog, ...]:
    """The logs of a bundle that is unchanged on its sender's word, and continues all that is known of them."""
    trust = own_trust(session.vault, (peer.key,), None, Trust(now=int(time.time())))  # no other desk's word counts
    case = case_bundle.read_volume(volume, (), trust, report)
    logs = paired(case.files.logs)
    histories = [History(log.lines) for log in logs]
    _refuse_borrowed_names(session, keyring, logs)
    held = tuple(seen.logs_like(session.vault, keyring, logs))
    old = seen.old_logs(held, logs) if late else frozenset()
    remembered = {**seen.remembered(held, logs, old), **_own_head(session)}
    verdict = judged(replace(case, trust=replace(case.trust, remembered=remembered)))
    if verdict.state is not State.UNCHANGED:
        failed, unknown = verdict.codes(CheckState.FAIL), verdict.codes(CheckState.UNKNOWN)
        codes = ", ".join(dict.fromkeys((*failed, *unknown)))
        raise ChainRefused(codes) if failed or _HISTORY.intersection(unknown) else BundleUnproven(codes)
    seen.check_heads(volume.meta, logs)
    heads.demand(session.vault, histories, [log.note for log in logs], old)
    return logs


def paired(files: Sequence[LogFiles]) -> tuple[SeenLog, ...]:
    """Every log with its checkpoint; raises ChainRefused where one has none."""
    logs = tuple(_seen(log) for log in files if log.notes)
    if len(logs) != len(files) or not logs:
        raise ChainRefused("its logs and checkpoints do not pair")
    return logs


def conclude(
    session: Session, keyring: Keyring, whose: Whose, taken: Taken, *, logged_before: bool
) -> PeerImportDone:
    """What was verified and lies here is remembered, answered and listed."""
    arrival, peer, _identities = whose
    seen.remember(session.vault, keyring, taken.logs, from_a_desk=True)
    answers = peer_answer.answer(session, keyring, taken, arrival.receipts, logged_before=logged_before)
    _list(session, taken)
    whole = Unpacked(taken.meta.members, tuple(range(1, taken.meta.members + 1)), (), ())
    papers = tuple(map(str, answers))
    return PeerImportDone(taken.meta.set, Came(whole, None), papers[0], taken.copies, peer=peer.name, answers=papers)


def _seen(log: LogFiles) -> SeenLog:
    """A log with its newest checkpoint, and one of each key that was replaced."""
    signed = History(log.log).signers(log.notes)
    earlier = tuple(note for note in signed.values() if note != log.notes[0])
    return SeenLog(log.log, log.notes[0], earlier).signed_part()


def _own_head(session: Session) -> dict[str, tuple[int, str]]:
    """Of this desk's own log: another desk may show what it saw of us."""
    return {session.journal.origin: (session.journal.size, session.journal.root)}


def _refuse_borrowed_names(session: Session, keyring: Keyring, logs: Sequence[SeenLog]) -> None:
    """No log may be under the name that another key has here: this desk, a device, a desk that is trusted.

    Of a log under such a name a checkpoint is here that this key signed; that a line names it shows nothing.
    """
    own = {key.text for key in session.journal.keys.keys}
    taken: dict[str, set[str]] = {session.journal.origin: own}
    for text in taken_keys(keyring):
        taken.setdefault(text.partition("+")[0], set()).add(text)
    for log in logs:
        history = History(log.lines)
        owners = taken.get(history.origin)
        signers = {key.text for key in history.signers((log.note, *log.earlier))}
        if not history.origin or (owners and not owners & signers):
            raise ChainRefused("a log under the name of another")


def _list(session: Session, taken: Taken) -> None:
    """Remember its number and what it is, and none of its items."""
    meta, found = taken.meta, taken.seen
    sealed = received.listed_digest(session.vault, meta.set)
    facts = BundleState(
        found.counter, found.previous, sealed, found.meta_sha256, sender=meta.sender, volumes=found.volumes
    )
    session.state = state.delivered(session.state, meta.set, facts)
    state.save_state(session.vault, session.state)
