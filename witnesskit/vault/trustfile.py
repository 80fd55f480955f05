"""Whom a desk trusts: invites given out, the devices that used them, and their human names, all in the keyring."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from hmac import compare_digest

from witnesskit.errors.invite import DeviceAmbiguous, DeviceUnknown, EnrolmentUnknown, EnrolmentUsed
from witnesskit.formats import crockford
from witnesskit.formats.invite import Invite, encode_invite
from witnesskit.sealing import rings
from witnesskit.vault.keyring import IssuedInvite, Keyring, Loss, take_number
from witnesskit.vault.sheet_test import demand_confirmed

_ENROL = 20  # characters of 5 bits


@dataclass(frozen=True)
class InviteTerms:
    """What a person decides about one invite."""

    name: str  # human name of the device's user; stays in the keyring
    valid_until: str  # YYYY-MM-DD
    policy: str = ""  # TOML
    checkpoint: str = ""  # signed note


def issue_invite(keyring: Keyring, terms: InviteTerms) -> tuple[bytes, Keyring]:
    """Bytes of a new invite file, and the keyring that must be saved BEFORE they are written anywhere.

    So that no number is ever given out twice. Raises SheetNotConfirmed, PoolEmpty, BadInvite.
    """
    demand_confirmed(keyring)
    halves, rest = take_number(keyring)
    number, desk = halves.number, keyring.desk_seed
    invite = Invite(
        id=secrets.token_hex(16),
        desk=(keyring.desk_identity(number).recipient,),
        custodian=(halves.custodian,),
        recovery=(halves.recovery,),
        witness=rings.witness_key(desk, number).text,
        next=rings.next_digest(desk, number),
        enrol="".join(secrets.choice(crockford.ALPHABET) for _ in range(_ENROL)),
        valid_until=terms.valid_until,
        policy=terms.policy,
        checkpoint=terms.checkpoint,
    )
    issued = IssuedInvite(invite.id, number, invite.enrol, terms.valid_until, terms.name)
    return encode_invite(invite), replace(rest, issued=(*rest.issued, issued))


def invite_of(keyring: Keyring, sender: str) -> IssuedInvite | None:
    """The invite under which ``sender`` (verifier key text) is enrolled."""
    return next((invite for invite in keyring.issued if sender in invite.senders), None)


def enrol(keyring: Keyring, code: str, sender: str) -> Keyring:
    """The keyring after the first bundle of ``sender`` showed a one-time ``code``; the same twice is nothing.

    Raises EnrolmentUnknown, EnrolmentUsed. ``valid_until`` bounds accepting the invite on the device; a first
    bundle may travel for months.
    """
    if invite_of(keyring, sender) is not None:
        return keyring
    invite = next((each for each in keyring.issued if compare_digest(each.enrol.encode(), code.encode())), None)
    if invite is None:
        raise EnrolmentUnknown
    if invite.senders:
        raise EnrolmentUsed
    return _with_sender(keyring, invite, sender)


def succeed(keyring: Keyring, old_sender: str, new_sender: str) -> Keyring:
    """The keyring after an enrolled device linked a new log to its old one; raises EnrolmentUnknown."""
    invite = invite_of(keyring, old_sender)
    if invite is None:
        raise EnrolmentUnknown
    return keyring if new_sender in invite.senders else _with_sender(keyring, invite, new_sender)


def known_keys(keyring: Keyring) -> tuple[str, ...]:
    """Verifier key texts of every enrolled device, lost ones too: nobody else may sign under their names."""
    return tuple(sender for invite in keyring.issued for sender in invite.senders)


def taken_keys(keyring: Keyring) -> tuple[str, ...]:
    """Verifier key texts of every device, and of the logs of other desks: no third one may be under their names."""
    return (*known_keys(keyring), *(peer.key for peer in keyring.peers))


def trusted_keys(keyring: Keyring) -> tuple[str, ...]:
    """Verifier key texts whose word counts by itself; for what a lost device signed only the desk's receipts do."""
    return tuple(sender for invite in keyring.issued if invite.lost is None for sender in invite.senders)


def find_device(keyring: Keyring, name: str) -> IssuedInvite:
    """The invite of a device by its user's name or by the origin of one of its logs.

    Of two of the same name the one that is not lost. Raises DeviceUnknown, DeviceAmbiguous.
    """
    found = [invite for invite in keyring.issued if name in (invite.name, *origins_of(invite))]
    if len(found) > 1:
        found = [invite for invite in found if invite.lost is None] or found
    if not name or not found:
        raise DeviceUnknown
    if len(found) > 1:
        raise DeviceAmbiguous(", ".join(origin for invite in found for origin in origins_of(invite)))
    return found[0]


def origins_of(invite: IssuedInvite) -> tuple[str, ...]:
    """Names under which the device of an invite has signed."""
    return tuple(sender.partition("+")[0] for sender in invite.senders)


def mark_lost(keyring: Keyring, invite: IssuedInvite, loss: Loss) -> Keyring:
    """The keyring that knows of a loss."""
    changed = replace(invite, lost=loss)
    return replace(keyring, issued=tuple(changed if each.id == invite.id else each for each in keyring.issued))


def device_name(keyring: Keyring, sender: str) -> str:
    """Human name of an enrolled device's user, or empty; for the desk's own screen only."""
    invite = invite_of(keyring, sender)
    return invite.name if invite else ""


def _with_sender(keyring: Keyring, invite: IssuedInvite, sender: str) -> Keyring:
    changed = replace(invite, senders=(*invite.senders, sender))
    return replace(keyring, issued=tuple(changed if each is invite else each for each in keyring.issued))
