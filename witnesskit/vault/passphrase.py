"""Generated passphrases: 80 bits on paper, typed back with forgiveness."""

from __future__ import annotations

import secrets
from typing import Final

from witnesskit.errors.sealing import WrongPassphrase
from witnesskit.formats import crockford

_CHARACTERS: Final = 16  # of 5 bits


def generate_passphrase() -> str:
    """Four groups of four characters; these very bytes, with dashes, are the passphrase of the age file."""
    return crockford.in_fours(crockford.encode(secrets.token_bytes(_CHARACTERS * 5 // 8)), "-")


def typed_passphrase(untrusted_text: str) -> str:
    """What was typed, in the printed form; raises WrongPassphrase where it can be no passphrase of ours."""
    characters = crockford.tidy(untrusted_text)
    if len(characters) != _CHARACTERS or not crockford.is_canonical(characters):
        raise WrongPassphrase(f"it has four groups of four characters, {len(characters)} were typed")
    return crockford.in_fours(characters, "-")
