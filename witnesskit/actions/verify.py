"""``verify``: open what was named, hand its custody files to the verifier, say one of three words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from witnesskit.actions import case_bundle, case_vault
from witnesskit.actions.case import Case, container_check
from witnesskit.actions.counted import counted
from witnesskit.actions.trust_folder import outside_trust
from witnesskit.errors import ExitStatus
from witnesskit.errors.actions import NothingToVerify
from witnesskit.formats.short_id import short_id
from witnesskit.model import Json
from witnesskit.verify import State, Trust, Verdict, examine
from witnesskit.verify.verdict import Bound, CheckResult, CheckState, Interval, ItemResult, ItemState, time_text

Report = Callable[[int, int | None], None]
_ID = re.compile(r"[0-9a-f]{32}", re.ASCII)
_SAID_ELSEWHERE = ("container", "case", "openings", "trust", "time")
_WORST_FIRST = (ItemState.ALTERED, ItemState.MISSING, ItemState.PRESENT, ItemState.DELETED, ItemState.WITHHELD)
STATUS = {
    State.UNCHANGED: ExitStatus.DONE,
    State.CHANGED: ExitStatus.CHANGED,
    State.CANNOT_TELL: ExitStatus.CANNOT_TELL,
}


def shown_id(untrusted_item: str) -> str:
    """The short id of an item; a dash for what a signer committed in the place of one."""
    return short_id(untrusted_item) if _ID.fullmatch(untrusted_item) else "-"


@dataclass(frozen=True)
class VerifyWish:
    """What the person named, and whom they trust."""

    path: Path
    signers: tuple[str, ...] = ()
    key: Path | None = None
    passphrase: str = field(default="", repr=False)
    trust: Path | None = None
    tsa_roots: tuple[Path, ...] = ()
    volumes: tuple[Path, ...] = ()  # the other files of a bundle that is a set

    def outside(self) -> Trust:
        """What was given from outside; raises the leaves of ``outside_trust``."""
        return outside_trust(self.signers, self.trust, self.tsa_roots)


@dataclass(frozen=True)
class ShownCheck:
    """One finding as it is printed."""

    number: int
    code: str
    mark: str
    subject: str
    sentence: str

    @property
    def about(self) -> str:
        """The subject for people: items by their short id, and nothing where the sentence says it already."""
        if _ID.fullmatch(self.subject):
            return f"item {shown_id(self.subject)}"
        return "" if self.subject in _SAID_ELSEWHERE else self.subject


@dataclass(frozen=True)
class Verified:
    """The answer."""

    verdict: Verdict
    checks: tuple[ShownCheck, ...]

    @property
    def state(self) -> str:
        """UNCHANGED, CHANGED or CANNOT TELL."""
        return str(self.verdict.state)

    @property
    def exit_status(self) -> int:
        """0, 7 or 8."""
        return int(STATUS[self.verdict.state])

    @property
    def sentence(self) -> str:
        """The verdict as it is printed."""
        return self.verdict.sentence

    @property
    def counts(self) -> Mapping[str, int]:
        """Items and copies, by what became of them; one that several events tell of counts once, as the worst."""
        worst: dict[str, ItemState] = {}
        for item in self.verdict.items:
            worst[item.item] = min(item.state, worst.get(item.item, item.state), key=_WORST_FIRST.index)
        return {"items": len(worst), **Counter(map(str, worst.values()))}

    @property
    def items(self) -> tuple[Mapping[str, Json], ...]:
        """For ``--json``."""
        return tuple(map(_item_json, self.verdict.items))


def verify(wish: VerifyWish, report: Report) -> Verified:
    """Check a vault, a bundle or a bag; raises only for what cannot be opened at all."""
    return verified(judged(opened_case(wish, report)))


def verified(verdict: Verdict) -> Verified:
    """A verdict with its findings as they are printed."""
    return Verified(verdict, tuple(_shown(check) for check in verdict.checks))


def opened_case(wish: VerifyWish, report: Report) -> Case:
    """The custody files of what was named; raises NothingToVerify, and what its container raises."""
    trust = wish.outside()
    if (wish.path / "vault.toml").is_file():
        return case_vault.open_case(wish.path, wish.passphrase, trust, report)
    if (wish.path / "bagit.txt").is_file():
        return case_bundle.open_bag(wish.path, wish.key, trust, report)
    files = _files_of(wish)
    if not files:
        raise NothingToVerify
    if len(files) > 1:
        return case_bundle.open_files(files, wish.key, trust, report)
    return case_bundle.open_file(files[0], wish.key, trust, report)


def _files_of(wish: VerifyWish) -> tuple[Path, ...]:
    """The files that were named, and what lies in folders under the name of a bundle."""
    found: list[Path] = []
    for path in (wish.path, *wish.volumes):
        found += sorted(path.glob("*.age")) if path.is_dir() else [path]
    return tuple(dict.fromkeys(path for path in found if path.is_file()))


def judged(case: Case) -> Verdict:
    """The verifier's verdict, with what the container said in front of it."""
    verdict = examine(case.files, case.trust)
    state, said = verdict.state, case.container
    if case.whole and verdict.tally.unopened > 0:
        # whoever has the disk can strike an item from the list with its files: the logs alone still tell of it
        sentence = (
            f"{counted(verdict.tally.unopened, 'item')} that the logs tell of: not in the vault, no deletion says why"
        )
        said = (*said, container_check("NOT-HELD", sentence, CheckState.UNKNOWN))
    if any(check.state is CheckState.FAIL for check in said):
        state = State.CHANGED
    elif state is State.UNCHANGED and any(check.state is CheckState.UNKNOWN for check in said):
        state = State.CANNOT_TELL
    return replace(verdict, state=state, checks=(*said, *verdict.checks))


def interval_json(interval: Interval) -> Json:
    """Both bounds for ``--json``; an absent one is null."""
    return {"not_before": _bound_json(interval.not_before), "not_after": _bound_json(interval.not_after)}


def _bound_json(bound: Bound) -> Json:
    if not bound.time:
        return None
    return {"time": time_text(bound.time), "word_of": list(bound.word_of), "proven": bound.proven}


def _item_json(item: ItemResult) -> Mapping[str, Json]:
    return {
        "id": shown_id(item.item),
        "type": item.type,
        "day": item.day,
        "state": str(item.state),
        "interval": interval_json(item.interval),
    }


def _shown(check: CheckResult) -> ShownCheck:
    return ShownCheck(check.number, check.code, str(check.state), check.subject, check.sentence)
