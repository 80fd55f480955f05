"""Invites: bytes <-> objects, and the digits read aloud (docs/spec/invite.md). LOCK."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date

from witnesskit.errors import WitnesskitError
from witnesskit.errors.formats import BadNote, NewerFormat, NotCanonical
from witnesskit.errors.invite import BadInvite, DigitsDiffer, DigitsIncomplete, InviteExpired
from witnesskit.errors.sealing import MixedRecipients
from witnesskit.formats import checkpoint, strict_json
from witnesskit.formats.age_keys import demand_one_kind, parse_recipient
from witnesskit.formats.age_usable import is_usable
from witnesskit.formats.digits import digit_groups
from witnesskit.keys import parse_verifier_key
from witnesskit.limits import INVITE_MAX, INVITE_RING_MAX
from witnesskit.model import Json, RecipientSet

FORMAT = "witnesskit.invite/1"
_FAMILY = re.compile(r"witnesskit\.invite/[0-9]{1,4}", re.ASCII)
_HEX32 = re.compile(r"[0-9a-f]{32}", re.ASCII)
_HEX64 = re.compile(r"[0-9a-f]{64}", re.ASCII)
_ENROL = re.compile(r"[0-9A-HJKMNP-TV-Z]{20}", re.ASCII)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


@dataclass(frozen=True)
class Invite:
    """What a desk gives to one device; every key in it is for this device alone."""

    id: str  # 32 hex digits, random
    desk: tuple[str, ...]  # age1..., or age1pq1... in all three
    custodian: tuple[str, ...]
    recovery: tuple[str, ...]
    witness: str  # verifier key text: signs receipts for this device
    next: str  # SHA-256 of the recovery verifier key text, for genesis
    enrol: str  # 20 characters of Crockford's base32: one-time code of the first bundle
    valid_until: str  # YYYY-MM-DD, the last day
    policy: str = ""  # TOML, may only tighten
    checkpoint: str = ""  # signed note: the desk's newest anchored checkpoint

    @property
    def rings(self) -> RecipientSet:
        """Recipients of capsules: each ring's own keys, then the recovery keys."""
        return RecipientSet(self.custodian + self.recovery, self.desk + self.recovery)


def encode_invite(invite: Invite) -> bytes:
    """The file's bytes; raises BadInvite for values that ``parse_invite`` would refuse."""
    data = strict_json.canonical({"format": FORMAT, **asdict(invite)}) + b"\n"
    if parse_invite(data) != invite:
        raise BadInvite("a value of another type")
    return data


def parse_invite(untrusted_data: bytes) -> Invite:
    """Read an invite; raises BadInvite, BadJson, NewerFormat. The numbers are those of the specification."""
    if not untrusted_data.endswith(b"\n"):  # 1
        raise BadInvite("no line feed at the end")
    members = strict_json.loads(untrusted_data[:-1], max_size=INVITE_MAX - 1, max_depth=2)
    _check_format(members)  # 2
    if strict_json.canonical(members) + b"\n" != untrusted_data:  # 3
        raise NotCanonical
    names = {field.name for field in fields(Invite)}
    if set(members) != names | {"format"}:  # 4
        raise BadInvite("a member too many or too few")
    _check_texts(members)  # 5
    rings = {name: _ring(name, members[name]) for name in ("desk", "custodian", "recovery")}  # 6
    _check_together([recipient for ring in rings.values() for recipient in ring])  # 7
    _check_witness(members["witness"])  # 8
    _check_checkpoint(members["checkpoint"])  # 9
    return Invite(**{**{name: members[name] for name in names}, **rings})


def invite_digits(data: bytes) -> str:
    """Six groups of five digits of the whole file, its line feed too, to be read aloud."""
    return digit_groups(data)


def check_digits(data: bytes, untrusted_typed: str) -> None:
    """Refuse a file whose digits are not all thirty typed ones: raises DigitsIncomplete or DigitsDiffer."""
    typed = "".join(_digit(character) for character in untrusted_typed if not _separates(character))
    if len(typed) != 30 or not typed.isascii() or not typed.isdecimal():
        raise DigitsIncomplete
    groups = [typed[start : start + 5] for start in range(0, 30, 5)]
    right = invite_digits(data).split()
    wrong = [number for number in range(6) if groups[number] != right[number]]
    if wrong:
        raise DigitsDiffer(f"only group {wrong[0] + 1} differs" if len(wrong) == 1 else "")


def check_valid(invite: Invite, today: date) -> None:
    """Refuse an invite after its last day (UTC): raises InviteExpired."""
    if today > date.fromisoformat(invite.valid_until):
        raise InviteExpired(f"it was until {invite.valid_until}")


def _separates(character: str) -> bool:
    return character.isspace() or character in "-‐‑–—.,;/"


def _digit(character: str) -> str:
    """Digits of every script as ours: keyboards differ."""
    value = unicodedata.decimal(character, None)
    return character if value is None else str(value)


def _check_format(members: Json) -> None:
    found = members.get("format") if isinstance(members, dict) else None
    if found == FORMAT:
        return
    if isinstance(found, str) and _FAMILY.fullmatch(found):
        raise NewerFormat("invite")
    raise BadInvite("format")


def _check_texts(members: Json) -> None:
    rules = {"id": _HEX32, "next": _HEX64, "enrol": _ENROL, "valid_until": _DAY, "witness": None}
    for name, rule in {**rules, "policy": None, "checkpoint": None}.items():
        if not isinstance(members[name], str) or (rule and not rule.fullmatch(members[name])):
            raise BadInvite(name)
    try:
        date.fromisoformat(members["valid_until"])
    except ValueError:
        raise BadInvite("valid_until") from None


def _ring(name: str, recipients: Json) -> tuple[str, ...]:
    if not isinstance(recipients, list) or not 1 <= len(recipients) <= INVITE_RING_MAX:
        raise BadInvite(f"{name}: 1 to {INVITE_RING_MAX} recipients are needed")
    for recipient in recipients:
        if not isinstance(recipient, str) or not is_usable(recipient):
            raise BadInvite(name)
    return tuple(recipients)


def _check_together(recipients: Sequence[str]) -> None:
    if len({parse_recipient(recipient) for recipient in recipients}) != len(recipients):
        raise BadInvite("one recipient twice")
    try:
        demand_one_kind(recipients)
    except MixedRecipients:
        raise BadInvite("classical and post-quantum recipients beside each other") from None


def _check_witness(text: str) -> None:
    try:
        if parse_verifier_key(text).text == text:
            return
    except WitnesskitError:
        pass
    raise BadInvite("witness")


def _check_checkpoint(text: str) -> None:
    if not text:
        return
    try:
        checkpoint.parse_checkpoint(checkpoint.parse_note(text.encode()).text)
    except BadNote:
        raise BadInvite("checkpoint") from None
