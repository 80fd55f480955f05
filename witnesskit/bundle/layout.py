"""Where everything lies in a volume: it follows from the sizes alone (docs/spec/bundle.md, "Places")."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from witnesskit.formats.age_keys import is_hybrid
from witnesskit.formats.bag import BAGIT_NAME, BAGIT_TEXT, MANIFEST_NAME
from witnesskit.formats.bundle_manifest import META_NAME, SIGNATURE_NAME
from witnesskit.formats.bundle_members import MEMBERS_NAME
from witnesskit.limits import AGE_CHUNK, BUNDLE_JSON_MAX, BUNDLE_SIGNATURE_MAX, BUNDLE_TAG_FILE_MAX, STANZAS_SHOWN

BLOCK: Final = 512  # bytes; ustar's unit
END_BLOCKS: Final = 2 * BLOCK

__all__ = ["BLOCK", "END_BLOCKS", "TAG_FILES", "content_size", "room", "sealed_size", "shown", "slack"]

# name -> most bytes that are read, in the one order
TAG_FILES: Final = {
    BAGIT_NAME: len(BAGIT_TEXT),
    META_NAME: BUNDLE_JSON_MAX,
    MANIFEST_NAME: BUNDLE_TAG_FILE_MAX,
    MEMBERS_NAME: BUNDLE_TAG_FILE_MAX,
    SIGNATURE_NAME: BUNDLE_SIGNATURE_MAX,
}

_AGE_FIRST_LINE = len("age-encryption.org/v1\n")
_AGE_STANZA = len("-> X25519 ") + 43 + 1 + 43 + 1
_AGE_HYBRID_STANZA = len("-> mlkem768x25519 ") + 1494 + 1 + 43 + 1
_AGE_LAST_LINE = len("--- ") + 43 + 1
_AGE_NONCE = _AGE_TAG = 16


def slack(size: int) -> int:
    """Zero bytes that fill a member of ``size`` bytes up to a whole block."""
    return -size % BLOCK


def room(size: int) -> int:
    """Bytes a member takes: its header, content and slack."""
    return BLOCK + size + slack(size)


def content_size(sizes: Iterable[int]) -> int:
    """Bytes from the first header to the end blocks, both included."""
    return sum(map(room, sizes)) + END_BLOCKS


def shown(recipients: Sequence[str]) -> list[str]:
    """A recipient of the right kind for each stanza of the header: the real ones, and one in place of each decoy."""
    return [*recipients, *[recipients[0]] * max(0, STANZAS_SHOWN - len(recipients))]


def sealed_size(plaintext: int, recipients: Iterable[str]) -> int:
    """Bytes of the age file for ``recipients`` over ``plaintext`` bytes."""
    stanzas = sum(_AGE_HYBRID_STANZA if is_hybrid(recipient) else _AGE_STANZA for recipient in recipients)
    header = _AGE_FIRST_LINE + stanzas + _AGE_LAST_LINE
    return header + _AGE_NONCE + plaintext + max(1, -(-plaintext // AGE_CHUNK)) * _AGE_TAG
