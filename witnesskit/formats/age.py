"""The header of an age v1 file (C2SP age.md). No key is tried here; the text of keys is in age_keys.py.

age-encryption.org/v1
-> X25519 SHARE
BODY, 64 columns a line, the last one shorter
--- MAC
"""

from __future__ import annotations

import base64
import binascii
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NoReturn

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from witnesskit.errors.sealing import Armoured, HeaderCut, HeaderMalformed, NewerAge, NotAge
from witnesskit.formats.age_armor import is_armoured
from witnesskit.limits import AGE_HEADER_MAX, AGE_LINE_MAX, AGE_STANZAS_MAX

FILE_KEY_SIZE: Final = 16  # bytes
_VERSION: Final = b"age-encryption.org/v1\n"
_OTHER_VERSION = re.compile(rb"age-encryption\.org/v[0-9]{1,9}\n")
_COLUMNS: Final = 64
_STANZA_LINE = re.compile(rb"->( [!-~]+)+")
_BODY_LINE = re.compile(rb"[A-Za-z0-9+/]{0,64}")
_MAC_LINE = re.compile(rb"--- [A-Za-z0-9+/]{43}")


@dataclass(frozen=True)
class Stanza:
    """One wrapped copy of the file key: its type, further arguments, and body bytes."""

    type: str
    arguments: tuple[str, ...]
    body: bytes


@dataclass(frozen=True)
class Header:
    """A parsed header; ``signed`` are the bytes under ``mac``, ``size`` the length of all of it."""

    stanzas: tuple[Stanza, ...]
    signed: bytes
    mac: bytes  # 32 bytes
    size: int


def parse_header(untrusted_start: bytes) -> Header:
    """Read a header from the first AGE_HEADER_MAX bytes of a file (all of it where it is shorter).

    Raises NotAge, NewerAge, HeaderMalformed, HeaderCut.
    """
    _check_version(untrusted_start)
    lines = _Lines(untrusted_start, len(_VERSION))
    stanzas: list[Stanza] = []
    line = lines.next()
    while line.startswith(b"->"):
        if len(stanzas) == AGE_STANZAS_MAX:
            raise HeaderMalformed(f"more than {AGE_STANZAS_MAX} recipients")
        stanzas.append(_stanza(line, lines))
        line = lines.next()
    if not stanzas or not _MAC_LINE.fullmatch(line):
        raise HeaderMalformed("a line is neither a recipient nor the closing one")
    signed = untrusted_start[: lines.position - len(line) - 1] + b"---"
    return Header(tuple(stanzas), signed, decode64(line[4:]), lines.position)


def serialise_header(stanzas: Sequence[Stanza], file_key: bytes) -> bytes:
    """Header bytes with the MAC under ``file_key`` (16 bytes)."""
    signed = _VERSION + b"".join(_stanza_bytes(stanza) for stanza in stanzas) + b"---"
    return signed + b" " + encode64(header_mac(file_key, signed)) + b"\n"


def header_mac(file_key: bytes, signed: bytes) -> bytes:
    """HMAC-SHA256 (32 bytes) of a header up to and with its ``---``."""
    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"header").derive(file_key)
    return hmac.digest(key, signed, "sha256")


def encode64(data: bytes) -> bytes:
    """Standard base64 without padding."""
    return base64.b64encode(data).rstrip(b"=")


def decode64(untrusted_text: bytes) -> bytes:
    """Bytes of canonical base64 without padding; raises HeaderMalformed."""
    try:
        data = base64.b64decode(untrusted_text + b"=" * (-len(untrusted_text) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise HeaderMalformed("base64") from None
    if encode64(data) != untrusted_text:
        raise HeaderMalformed("base64 is not canonical")
    return data


class _Lines:
    """Lines of a header, each bounded."""

    def __init__(self, data: bytes, position: int) -> None:
        self.data = data
        self.position = position

    def next(self) -> bytes:
        """The next line without its end."""
        end = self.data.find(b"\n", self.position, self.position + AGE_LINE_MAX + 1)
        if end < 0:
            self._refuse()
        line = self.data[self.position : end]
        self.position = end + 1
        return line

    def _refuse(self) -> NoReturn:
        if len(self.data) - self.position > AGE_LINE_MAX:
            raise HeaderMalformed(f"a line of more than {AGE_LINE_MAX} bytes")
        if len(self.data) >= AGE_HEADER_MAX:
            raise HeaderMalformed(f"more than {AGE_HEADER_MAX} bytes")
        raise HeaderCut


def _check_version(start: bytes) -> None:
    if start.startswith(_VERSION):
        return
    if _OTHER_VERSION.match(start):
        raise NewerAge
    if start and _VERSION.startswith(start):
        raise HeaderCut
    raise Armoured if is_armoured(start) else NotAge


def _stanza(first: bytes, lines: _Lines) -> Stanza:
    if not _STANZA_LINE.fullmatch(first):
        raise HeaderMalformed("a recipient's first line")
    kind, *arguments = first.decode("ascii").split(" ")[1:]
    body = [_body_line(lines)]
    while len(body[-1]) == _COLUMNS:
        body.append(_body_line(lines))
    return Stanza(kind, tuple(arguments), decode64(b"".join(body)))


def _body_line(lines: _Lines) -> bytes:
    line = lines.next()
    if not _BODY_LINE.fullmatch(line):
        raise HeaderMalformed("a recipient's body")
    return line


def _stanza_bytes(stanza: Stanza) -> bytes:
    first = " ".join(("->", stanza.type, *stanza.arguments)).encode("ascii")
    body = encode64(stanza.body)
    lines = [body[start : start + _COLUMNS] for start in range(0, len(body) + 1, _COLUMNS)]
    return b"\n".join([first, *lines]) + b"\n"
