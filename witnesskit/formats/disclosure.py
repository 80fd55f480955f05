"""Salted commitments in the manner of RFC 9901: a writer makes them; a reader's half is in disclosure_read.py."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Iterable

from witnesskit.formats.disclosure_read import NAME, Disclosure, digest, encode, parse
from witnesskit.formats.strict_json import canonical
from witnesskit.model import Json, Opening

__all__ = ["NAME", "SALT_BYTES", "Disclosure", "decoys", "digest", "make", "new_salt", "parse", "place"]

SALT_BYTES = 16


def new_salt() -> str:
    """A fresh salt: 128 random bits as 22 base64url characters."""
    return encode(secrets.token_bytes(SALT_BYTES))


def make(name: str, value: Json, salt: str | None = None) -> str:
    """The disclosure text of one field, under a fresh salt or the one kept for it; raises BadJson."""
    return encode(canonical([salt or new_salt(), name, value]))


def decoys(count: int) -> list[str]:
    """Texts of 43 characters that no disclosure leads to and nobody can tell from digests, of one draw."""
    drawn = secrets.token_bytes(32 * count)
    spaced = b"".join(drawn[at : at + 32] + b"\0" for at in range(0, len(drawn), 32))  # 33 bytes are 44 characters
    text = base64.urlsafe_b64encode(spaced).decode()
    return [text[at : at + 43] for at in range(0, len(text), 44)]


def place(
    log: str, lines: Iterable[bytes], disclosures: Iterable[str]
) -> tuple[tuple[Opening, ...], tuple[str, ...]]:
    """Find the line of ``log`` (64 hex digits) that commits each disclosure; second: those without one."""
    wanted = {digest(text).encode(): text for text in disclosures}
    found: list[Opening] = []
    for number, line in enumerate(lines):
        tokens = wanted.keys() & set(line.split(b'"'))
        found += [Opening(log, number, wanted.pop(token)) for token in tokens]
        if not wanted:
            break
    return tuple(found), tuple(wanted.values())
