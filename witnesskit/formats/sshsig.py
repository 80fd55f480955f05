"""OpenSSH file signatures (SSHSIG) of checkpoint files, for machines that have OpenSSH and nothing else.

Source: OpenSSH, PROTOCOL.sshsig; RFC 4251 §5 (strings), RFC 8709 (ssh-ed25519). One page: docs/spec/sshsig.md.
"""

from __future__ import annotations

import base64
import hashlib
from typing import Final

from witnesskit.keys import VerifierKey

NAMESPACE: Final = "checkpoint@witnesskit"
_MAGIC: Final = b"SSHSIG"
_KIND: Final = b"ssh-ed25519"
_HASH: Final = "sha512"  # the one that ssh-keygen itself writes
_LINE: Final = 70  # characters of base64 in a line, as ssh-keygen breaks them


def signed_data(message: bytes, namespace: str = NAMESPACE) -> bytes:
    """What the key signs: no text of a note begins like it, so no signature of one kind serves as the other."""
    digest = hashlib.sha512(message).digest()
    return _MAGIC + _string(namespace.encode()) + _string(b"") + _string(_HASH.encode()) + _string(digest)


def armored(key: VerifierKey, signature: bytes, namespace: str = NAMESPACE) -> bytes:
    """The file for ``ssh-keygen -Y verify -s``; ``signature``: the 64 bytes of ``key`` over ``signed_data``."""
    blob = (
        _MAGIC + (1).to_bytes(4) + _string(_public(key)) + _string(namespace.encode()) + _string(b"")
        + _string(_HASH.encode()) + _string(_string(_KIND) + _string(signature))
    )  # fmt: skip
    text = base64.b64encode(blob).decode()
    lines = [text[start : start + _LINE] for start in range(0, len(text), _LINE)]
    return "\n".join(("-----BEGIN SSH SIGNATURE-----", *lines, "-----END SSH SIGNATURE-----", "")).encode()


def allowed_signers_line(key: VerifierKey, namespace: str = NAMESPACE) -> str:
    """The line for ``allowed_signers`` (ssh-keygen(1)): the key's name may sign in this namespace and no other."""
    public = base64.b64encode(_public(key)).decode()
    return f'{key.name} namespaces="{namespace}" {_KIND.decode()} {public}'


def _public(key: VerifierKey) -> bytes:
    return _string(_KIND) + _string(key.public)


def _string(data: bytes) -> bytes:
    return len(data).to_bytes(4) + data
