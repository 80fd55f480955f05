"""Free data in MPEG-4 pictures: user data behind a start code of their own (ISO/IEC 14496-2 clause 6.2.1)."""

from __future__ import annotations

import re
from typing import Final

from witnesskit.errors.media import BadMedia

_CODE: Final = re.compile(rb"\x00\x00\x01(.)", re.DOTALL)
_USER_DATA: Final = 0xB2
_KNOWN: Final = frozenset({*range(0x30), 0xB0, 0xB1, _USER_DATA, 0xB3, 0xB5, 0xB6})
# versions of widespread encoders: decoders work around their faults, so these stay; they name no one
CODER: Final = re.compile(rb"(Lavc\d[\d.]{3,14}|XviD\d{4}[A-Z]?|DivX\d{3,4}(?:b|Build)\d{3,4}p?)\x00*")


def without_user_data(data: bytes) -> bytes:
    """``data`` with user data turned to ones, the bare version of a widespread encoder excepted.

    The same object where there is nothing to turn. Raises ``BadMedia`` for a start code that no decoder knows.
    """
    codes = list(_CODE.finditer(data))
    if not codes:
        return data
    if any(code.group(1)[0] not in _KNOWN for code in codes):
        raise BadMedia("MPEG-4 pictures with a start code of no known kind")
    ends = [code.start() for code in codes[1:]] + [len(data)]
    fresh: bytearray | None = None
    for code, end in zip(codes, ends, strict=True):
        text = data[code.end() : end]
        if code.group(1)[0] == _USER_DATA and text.strip(b"\xff") and not CODER.fullmatch(text):
            fresh = bytearray(data) if fresh is None else fresh
            fresh[code.end() : end] = b"\xff" * len(text)
    return data if fresh is None else bytes(fresh)


def coder_named(data: bytes) -> str:
    """The version that stays in ``data``, or empty."""
    found = CODER.search(data, max(0, data.find(b"\x00\x00\x01\xb2"))) if b"\x00\x00\x01\xb2" in data else None
    return found.group(1).decode() if found else ""
