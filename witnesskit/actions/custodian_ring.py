"""The public key of a ring of custodians, as people tell it: every key that came from paper is compared with it."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from witnesskit.errors import WitnesskitError
from witnesskit.errors.shares import BadRing, RingDiffers
from witnesskit.formats.age_keys import encode_recipient, parse_recipient
from witnesskit.formats.digits import digit_groups
from witnesskit.model import VaultKind
from witnesskit.sealing import rings
from witnesskit.vault import layout
from witnesskit.vault.layout import Vault

_DIGITS = 30
_TYPED_MAX = 4096  # characters


@dataclass(frozen=True)
class Ring:
    """What the person knows of the ring: its ``age1...``, or the thirty digits of it."""

    told: str

    def check(self, custodian_seed: bytes, what: str) -> str:
        """The ring's ``age1...`` if it is the seed's; raises RingDiffers naming ``what`` gave the seed."""
        for hybrid in (False, True):
            recipient = rings.custodian_identity(custodian_seed, rings.OWN, hybrid=hybrid).recipient
            if self.told in (recipient, plain_digits(recipient)):
                return recipient
        raise RingDiffers(what)


def ring_of_desk(vault: Vault) -> Ring:
    """The ring that a desk's vault.toml names; raises WrongVaultKind for a device's vault."""
    layout.demand(vault, VaultKind.DESK)
    return Ring(vault.config.recipients.custodian[0])


def typed_ring(untrusted_typed: str) -> Ring:
    """``age1...`` or thirty digits, in groups or not; raises BadRing."""
    typed = untrusted_typed.strip().lower()[:_TYPED_MAX]
    if typed.startswith("age1"):
        try:
            return Ring(encode_recipient(parse_recipient(typed)))
        except WitnesskitError:
            raise BadRing from None
    digits = [unicodedata.decimal(character, None) for character in typed if not _separates(character)]
    if len(digits) != _DIGITS or None in digits:
        raise BadRing
    return Ring("".join(map(str, digits)))


def ring_digits(recipient: str) -> str:
    """Six groups of five digits of the ``age1...``, to be printed and read aloud."""
    return digit_groups(recipient.encode())


def plain_digits(recipient: str) -> str:
    """The same thirty digits in a row."""
    return ring_digits(recipient).replace(" ", "")


def _separates(character: str) -> bool:
    return character.isspace() or unicodedata.category(character) in ("Pd", "Po")
