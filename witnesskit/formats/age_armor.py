"""Armour: an age file as text for mail and chat (C2SP age.md, "ASCII armor"; RFC 7468, strict), in a stream.

-----BEGIN AGE ENCRYPTED FILE-----
BASE64, 64 columns a line, the last one shorter or as long, with padding
-----END AGE ENCRYPTED FILE-----
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Iterator
from typing import Final

from witnesskit.errors.sealing import ArmourMalformed
from witnesskit.limits import AGE_ARMOUR_SPACE_MAX

_BEGIN: Final = b"-----BEGIN AGE ENCRYPTED FILE-----"
_END: Final = b"-----END AGE ENCRYPTED FILE-----"
_COLUMNS: Final = 64
_ROW: Final = 48  # bytes in a full line
_LINE_MAX: Final = _COLUMNS + 1  # before the line feed there may be a carriage return
_SPACE: Final = b" \t\r\n"


def is_armoured(untrusted_start: bytes) -> bool:
    """Whether a file that begins so is meant as armour, right or not."""
    return untrusted_start[: AGE_ARMOUR_SPACE_MAX + len(_BEGIN)].lstrip(_SPACE).startswith(_BEGIN[:14])


def armoured(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The text of a file that comes in pieces of any size; lines end with a line feed, the last one too."""
    yield _BEGIN + b"\n"
    left = b""
    for piece in pieces:
        left += piece
        whole = len(left) - len(left) % _ROW
        yield _lines(left[:whole])
        left = left[whole:]
    yield _lines(left)
    yield _END + b"\n"


def unarmoured(untrusted_pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The bytes under armour that comes in pieces of any size; no more is held than one piece and one line.

    Line ends are LF or CRLF; space before and after is passed over. Raises ArmourMalformed, at the latest at the end.
    """
    decoder = _Decoder()
    for piece in untrusted_pieces:
        yield decoder.feed(piece)
    decoder.finish()


class _Decoder:
    """Lines as they become whole."""

    def __init__(self) -> None:
        self._left = b""  # of a line that is not whole
        self._spaces = 0
        self._begun = self._last = self._ended = False

    def feed(self, piece: bytes) -> bytes:
        data, place = self._left + piece, 0
        decoded = bytearray()
        if not self._begun:
            place = self._after_space(data, 0)
        while not self._ended and (end := data.find(b"\n", place, place + _LINE_MAX + 1)) >= 0:
            decoded += self._line(data[place:end])
            place = end + 1
        if self._ended:
            place = self._after_space(data, place)
        self._left = data[place:]
        if len(self._left) > _LINE_MAX or (self._ended and self._left):
            raise ArmourMalformed("something follows its end" if self._ended else "a line is too long")
        return bytes(decoded)

    def finish(self) -> None:
        if self._left:
            self._line(self._left)
        if not self._ended:
            raise ArmourMalformed("it has no closing line" if self._begun else "it has no opening line")

    def _after_space(self, data: bytes, place: int) -> int:
        rest = len(data[place:].lstrip(_SPACE))
        self._spaces += len(data) - place - rest
        if self._spaces > AGE_ARMOUR_SPACE_MAX:
            raise ArmourMalformed(f"more than {AGE_ARMOUR_SPACE_MAX} bytes of space around it")
        return len(data) - rest

    def _line(self, line: bytes) -> bytes:
        line = line.removesuffix(b"\r")
        if not self._begun:
            if line != _BEGIN:
                raise ArmourMalformed("its opening line")
            self._begun = True
        elif line == _END:
            self._ended = True
        else:
            return self._row(line)
        return b""

    def _row(self, line: bytes) -> bytes:
        if self._last or len(line) > _COLUMNS:
            raise ArmourMalformed("a line is too long, or follows a shorter one")
        try:
            row = base64.b64decode(line, validate=True)
        except (binascii.Error, ValueError):
            raise ArmourMalformed("a line is not base64") from None
        if not row or base64.b64encode(row) != line:
            raise ArmourMalformed("a line is empty or not in its one form")
        self._last = len(row) < _ROW
        return row


def _lines(data: bytes) -> bytes:
    text = base64.b64encode(data)
    return b"".join(text[start : start + _COLUMNS] + b"\n" for start in range(0, len(text), _COLUMNS))
