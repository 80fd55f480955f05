"""Salted commitments in the manner of RFC 9901, read: text, digest (docs/spec/disclosure.md)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass

from witnesskit.custody_limits import DISCLOSURE_MAX
from witnesskit.custody_model import Json
from witnesskit.errors.formats import BadJson
from witnesskit.errors.verify import BadDisclosure
from witnesskit.formats.strict_json_read import loads_canonical

NAME = re.compile(r"[a-z0-9_]{1,32}", re.ASCII)
_SALT = re.compile(r"[A-Za-z0-9_-]{21}[AQgw]", re.ASCII)
_BASE64URL = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)


@dataclass(frozen=True)
class Disclosure:
    """An opened commitment: 22 characters of salt, the field's name, its value."""

    salt: str
    name: str
    value: Json


def digest(text: str) -> str:
    """The 43 characters that a line's ``sd`` holds for the disclosure ``text``."""
    return encode(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest())


def parse(untrusted_text: str) -> Disclosure:
    """Read a disclosure; raises BadDisclosure."""
    if len(untrusted_text) > DISCLOSURE_MAX or not _BASE64URL.fullmatch(untrusted_text):
        raise BadDisclosure("not base64url")
    try:
        raw = base64.urlsafe_b64decode(untrusted_text + "=" * (-len(untrusted_text) % 4))
        value = loads_canonical(raw, max_size=DISCLOSURE_MAX)
    except (binascii.Error, BadJson):
        raise BadDisclosure("not canonical JSON") from None
    if encode(raw) != untrusted_text:
        raise BadDisclosure("not base64url")
    return _check(value)


def _check(value: Json) -> Disclosure:
    if not isinstance(value, list) or len(value) != 3:
        raise BadDisclosure("not an array of three")
    salt, name, content = value
    if not isinstance(salt, str) or not _SALT.fullmatch(salt):
        raise BadDisclosure("its salt")
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise BadDisclosure("its name")
    return Disclosure(salt, name, content)


def encode(data: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
