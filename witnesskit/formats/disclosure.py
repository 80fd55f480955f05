"""Salted commitments in the manner of RFC 9901: text, digest, decoy (docs/spec/disclosure.md).

Disclosure = base64url without padding of the canonical JSON array [salt, name, value]; its digest =
base64url without padding of SHA-256 over the ASCII of that text. A line's ``sd`` holds digests and decoys.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from witnesskit.custody_limits import DISCLOSURE_MAX
from witnesskit.custody_model import Json, Opening
from witnesskit.errors.formats import BadJson
from witnesskit.errors.verify import BadDisclosure
from witnesskit.formats.strict_json import canonical, loads_canonical

SALT_BYTES = 16
NAME = re.compile(r"[a-z0-9_]{1,32}", re.ASCII)
_SALT = re.compile(r"[A-Za-z0-9_-]{21}[AQgw]", re.ASCII)
_BASE64URL = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)


@dataclass(frozen=True)
class Disclosure:
    """An opened commitment: 22 characters of salt, the field's name, its value."""

    salt: str
    name: str
    value: Json


def new_salt() -> str:
    """A fresh salt: 128 random bits as 22 base64url characters."""
    return _encode(secrets.token_bytes(SALT_BYTES))


def make(name: str, value: Json, salt: str | None = None) -> str:
    """The disclosure text of one field, under a fresh salt or the one kept for it; raises BadJson."""
    return _encode(canonical([salt or new_salt(), name, value]))


def digest(text: str) -> str:
    """The 43 characters that a line's ``sd`` holds for the disclosure ``text``."""
    return _encode(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest())


def decoy() -> str:
    """43 characters that no disclosure leads to and nobody can tell from a digest."""
    return _encode(secrets.token_bytes(32))


def parse(untrusted_text: str) -> Disclosure:
    """Read a disclosure; raises BadDisclosure."""
    if len(untrusted_text) > DISCLOSURE_MAX or not _BASE64URL.fullmatch(untrusted_text):
        raise BadDisclosure("not base64url")
    try:
        raw = base64.urlsafe_b64decode(untrusted_text + "=" * (-len(untrusted_text) % 4))
        value = loads_canonical(raw, max_size=DISCLOSURE_MAX)
    except (binascii.Error, BadJson):
        raise BadDisclosure("not canonical JSON") from None
    if _encode(raw) != untrusted_text:
        raise BadDisclosure("not base64url")
    return _check(value)


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


def _check(value: Json) -> Disclosure:
    if not isinstance(value, list) or len(value) != 3:
        raise BadDisclosure("not an array of three")
    salt, name, content = value
    if not isinstance(salt, str) or not _SALT.fullmatch(salt):
        raise BadDisclosure("its salt")
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise BadDisclosure("its name")
    return Disclosure(salt, name, content)


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
