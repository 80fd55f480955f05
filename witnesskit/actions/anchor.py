"""``anchor``: a desk asks authorities of time about its newest checkpoint, and logs what they answer.

Evidence is on the disk before its event; what a crash leaves between the two is logged by the next run.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime

from witnesskit.actions.anchor_calendars import Promised, checked_calendars, promise
from witnesskit.actions.anchor_files import keep_anchor, log_anchors, unlogged
from witnesskit.actions.anchored import ENOUGH
from witnesskit.actions.opening import open_for_saving
from witnesskit.actions.session import Session
from witnesskit.capture.ask import Question, ask
from witnesskit.capture.egress import Egress, parse_egress
from witnesskit.custody import timestamper
from witnesskit.custody_limits import TOKEN_MAX
from witnesskit.errors import ExitStatus, WitnesskitError
from witnesskit.errors.actions import NoAuthority, WrongTime
from witnesskit.errors.capture import NoReply
from witnesskit.errors.verify import BadToken
from witnesskit.formats.anchor import AnchorName, parse_anchor_name
from witnesskit.formats.timestamp_token import checked
from witnesskit.limits import ANCHOR_TIMES_DIFFER_MAX
from witnesskit.model import VaultKind
from witnesskit.vault import layout
from witnesskit.vault.authorities import Authority, load_authorities
from witnesskit.vault.keyring_file import open_keyring
from witnesskit.vault.layout import Vault
from witnesskit.verify.case import AnchorFile


@dataclass(frozen=True)
class Answered:
    """What became of one question: a time in POSIX seconds and the bytes that prove it, or an error."""

    name: str
    time: int = 0
    data: bytes = field(default=b"", repr=False)
    error: WitnesskitError | None = None

    @property
    def said(self) -> str:
        """The time as it is printed."""
        return datetime.fromtimestamp(self.time, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True)
class AnchorDone:
    """``size``: lines of the checkpoint asked about; ``resumed``: files of an earlier run that were logged now."""

    size: int
    answers: tuple[Answered, ...]
    resumed: int = 0
    promises: tuple[Promised, ...] = ()

    @property
    def good(self) -> tuple[Answered, ...]:
        """Answers that were stored and logged."""
        return tuple(answer for answer in self.answers if answer.error is None)

    @property
    def alone(self) -> bool:
        """Whether one authority alone answered, which proves no time."""
        return 0 < len(self.good) < ENOUGH

    @property
    def status(self) -> ExitStatus:
        """Done, partial, or nothing: the network's fault, or somebody's whose answer was none."""
        told = [*(one.error for one in self.answers), *(one.error for one in self.promises)]
        errors = [error for error in told if error]
        if len(errors) < len(told):
            return ExitStatus.PARTIAL if errors else ExitStatus.DONE
        others = [error.status for error in errors if not isinstance(error, NoReply)]
        return others[0] if others else ExitStatus.NETWORK


def check_ready(vault: Vault, passphrase: str, calendars: Sequence[str] = ()) -> None:
    """Find out now what would fail hours later: raises NoAuthority, BadUrl, OtsMissing, WrongPassphrase."""
    layout.demand(vault, VaultKind.DESK)
    if not load_authorities(vault) and not calendars:
        raise NoAuthority
    if calendars:
        checked_calendars(calendars)
    open_keyring(vault, passphrase)


def anchor(vault: Vault, passphrase: str, calendars: Sequence[str] = ()) -> AnchorDone:
    """Ask every authority once; raises NoAuthority and the vault's leaves. The failure of one is in its answer."""
    layout.demand(vault, VaultKind.DESK)
    authorities, urls = load_authorities(vault), checked_calendars(calendars) if calendars else ()
    if not authorities and not urls:
        raise NoAuthority
    with open_for_saving(vault, passphrase) as session:
        resumed = resume(session, authorities)
        note, size = session.journal.checkpoint(session.signer), session.journal.size
        answers = plausible(ask_all(parse_egress(vault.config.egress), authorities, note), int(time.time()))
        kept = [
            keep_anchor(session, AnchorName(size, answer.name, "tsr"), answer.data)
            for answer in answers
            if answer.error is None
        ]
        proofs, promises = promise(session, urls, note, size) if urls else ([], [])
        log_anchors(session, [*kept, *proofs])
    return AnchorDone(size, answers, resumed, tuple(promises))


def resume(session: Session, authorities: Sequence[Authority]) -> int:
    """Log files that an earlier run stored and could not log; one that proves nothing is left alone."""
    notes = dict(zip(session.journal.sizes(), session.journal.notes(), strict=True))
    by_name = {authority.name: authority for authority in authorities}
    found = [file for file in unlogged(session) if _counts(file, notes, by_name)]
    log_anchors(session, found)
    return len(found)


def ask_all(egress: Egress, authorities: Sequence[Authority], note: bytes) -> tuple[Answered, ...]:
    """All at once, so that their times can be compared; in the order of the authorities."""
    with ThreadPoolExecutor(max_workers=max(len(authorities), 1)) as threads:
        return tuple(threads.map(lambda authority: ask_one(egress, authority, note), authorities))


def ask_one(egress: Egress, authority: Authority, note: bytes) -> Answered:
    """One authority's answer, checked against its one root and the request's nonce."""
    request, nonce = timestamper.request_bytes(note)
    question = Question(authority.url, TOKEN_MAX, request, timestamper.QUERY, timestamper.REPLY)
    try:
        data = ask(egress, question)
        told = timestamper.checked_response(data, note, nonce, authority.root, authority.intermediates)
    except WitnesskitError as error:
        return Answered(authority.name, error=error)
    return Answered(authority.name, told, data)


def plausible(answers: tuple[Answered, ...], now: int) -> tuple[Answered, ...]:
    """Refuse a time that is nobody else's: not this computer's and, if its clock is wrong, not another's.

    A time that is stored can never be taken back, and would put every later one in doubt (TIMEORDER, FUTURE).
    """
    told = [answer.time for answer in answers if answer.error is None]
    near = [one for one in told if abs(one - now) <= ANCHOR_TIMES_DIFFER_MAX]
    agreed = near or [one for one in told if sum(abs(one - two) <= ANCHOR_TIMES_DIFFER_MAX for two in told) >= ENOUGH]
    return tuple(
        Answered(answer.name, error=WrongTime(answer.said))
        if answer.error is None and not any(abs(answer.time - one) <= ANCHOR_TIMES_DIFFER_MAX for one in agreed)
        else answer
        for answer in answers
    )


def _counts(file: AnchorFile, notes: Mapping[int, bytes], authorities: Mapping[str, Authority]) -> bool:
    name = parse_anchor_name(file.name)
    if name is None or name.size not in notes:
        return False
    if name.ending != "tsr":
        return True
    authority = authorities.get(name.provider)
    try:
        return bool(authority and checked(file.data, notes[name.size], authority.root, authority.intermediates))
    except BadToken:
        return False
