"""``verify``: open what was named, hand its custody files to the verifier, say one of three words."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from witnesskit.actions import case_bundle, case_vault
from witnesskit.actions.case import Case
from witnesskit.actions.given_file import given_text
from witnesskit.errors import ExitStatus
from witnesskit.errors.actions import NothingToVerify
from witnesskit.errors.formats import BadKey
from witnesskit.formats.short_id import short_id
from witnesskit.keys import ED25519, ML_DSA_44, parse_verifier_key
from witnesskit.limits import KEY_FILE_MAX
from witnesskit.model import Json
from witnesskit.verify import State, Verdict, examine
from witnesskit.verify.verdict import CheckResult, CheckState, ItemState

Report = Callable[[int, int | None], None]
_PATH_MAX = 4096  # characters
_KINDS = (ED25519, ML_DSA_44)
_ID = re.compile(r"[0-9a-f]{32}", re.ASCII)
_SAID_ELSEWHERE = ("container", "case", "openings", "trust", "time")
_WORST_FIRST = (ItemState.ALTERED, ItemState.MISSING, ItemState.PRESENT, ItemState.WITHHELD)
_STATUS = {
    State.UNCHANGED: ExitStatus.DONE,
    State.CHANGED: ExitStatus.CHANGED,
    State.CANNOT_TELL: ExitStatus.CANNOT_TELL,
}


@dataclass(frozen=True)
class VerifyWish:
    """What the person named, and whom they trust."""

    path: Path
    signers: tuple[str, ...] = ()
    key: Path | None = None
    passphrase: str = field(default="", repr=False)


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
            return f"item {short_id(self.subject)}"
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
        return int(_STATUS[self.verdict.state])

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
        return tuple(
            {"id": short_id(item.item), "type": item.type, "day": item.day, "state": str(item.state)}
            for item in self.verdict.items
        )


def verify(wish: VerifyWish, report: Report) -> Verified:
    """Check a vault, a bundle or a bag; raises only for what cannot be opened at all."""
    signers = tuple(_signer(text) for text in wish.signers)
    if (wish.path / "vault.toml").is_file():
        case = case_vault.open_case(wish.path, wish.passphrase, signers, report)
    elif (wish.path / "bagit.txt").is_file():
        case = case_bundle.open_bag(wish.path, wish.key, signers, report)
    elif wish.path.is_file():
        case = case_bundle.open_file(wish.path, wish.key, signers, report)
    else:
        raise NothingToVerify
    verdict = judged(case)
    return Verified(verdict, tuple(_shown(check) for check in verdict.checks))


def judged(case: Case) -> Verdict:
    """The verifier's verdict, with what the container said in front of it."""
    verdict = examine(case.files, case.trust)
    checks = (*case.container, *verdict.checks)
    state = verdict.state
    if any(check.state is CheckState.FAIL for check in case.container):
        state = State.CHANGED
    elif state is State.UNCHANGED and any(check.state is CheckState.UNKNOWN for check in case.container):
        state = State.CANNOT_TELL
    return replace(verdict, state=state, checks=checks)


def _signer(text: str) -> str:
    """A verifier key, or the first line of the file of that name; raises BadKey, FileUnreadable."""
    try:
        return parse_verifier_key(text, _KINDS).text
    except BadKey:
        if len(text) > _PATH_MAX or not os.path.isfile(text):  # noqa: PTH113 - a key that was cut is no name of a file
            raise
    return parse_verifier_key(given_text(Path(text), KEY_FILE_MAX).partition("\n")[0], _KINDS).text


def _shown(check: CheckResult) -> ShownCheck:
    return ShownCheck(check.number, check.code, str(check.state), check.subject, check.sentence)
