"""BagIt 1.0 (RFC 8493): the constant declaration and the SHA-256 manifest over ordinal names.

Every payload file is ``data/%08d`` in manifest order, so both files follow from the list of digests alone and
are compared byte for byte. No ``bag-info.txt``: it is optional, and would say when and by whom.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

BAGIT_NAME = "bagit.txt"
MANIFEST_NAME = "manifest-sha256.txt"
BAGIT_TEXT = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
MANIFEST_LINE_BYTES = 64 + 2 + len("data/00000001") + 1

_PAYLOAD_NAME = re.compile(r"data/([0-9]{8})", re.ASCII)


def payload_name(ordinal: int) -> str:
    """Path of payload file ``ordinal`` (from 1)."""
    return f"data/{ordinal:08d}"


def payload_ordinal(untrusted_name: str) -> int:
    """The ordinal a payload path stands for, 0 for any other name."""
    match = _PAYLOAD_NAME.fullmatch(untrusted_name)
    return int(match[1]) if match else 0


def manifest_bytes(digests: Iterable[str], first: int = 1) -> bytes:
    """Manifest lines of consecutive payload files from ordinal ``first``; digests are 64 hex digits."""
    return "".join(f"{digest}  data/{ordinal:08d}\n" for ordinal, digest in enumerate(digests, first)).encode()
