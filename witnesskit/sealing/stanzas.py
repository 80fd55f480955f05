"""Wrap and unwrap the file key: X25519, mlkem768x25519 and scrypt stanzas (C2SP age.md, "Native recipient types")."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Sequence
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from witnesskit import limits
from witnesskit.errors.formats import BadKey
from witnesskit.errors.sealing import HeaderMalformed, PassphraseMemory, WrongKey, WrongPassphrase
from witnesskit.formats.age import Stanza, decode64, encode64
from witnesskit.formats.age_keys import is_hybrid, parse_recipient
from witnesskit.sealing import hybrid
from witnesskit.sealing.identity import Identity, Passphrase, Unlocking

_X25519: Final = "X25519"
_HYBRID: Final = "mlkem768x25519"
_SCRYPT: Final = "scrypt"
_X25519_INFO: Final = b"age-encryption.org/v1/X25519"
_SCRYPT_LABEL: Final = b"age-encryption.org/v1/scrypt"
_SHARE_SIZE: Final = 32
_SALT_SIZE: Final = 16
_BODY_SIZE: Final = 32  # file key and tag
_ZERO_NONCE: Final = bytes(12)
_WORK_FACTOR = re.compile(r"[1-9][0-9]?", re.ASCII)


def wrap_for(recipient: str, file_key: bytes) -> Stanza:
    """Stanza for ``age1...`` or ``age1pq1...``; raises BadKey for text that is no key, or a key of low order."""
    public = parse_recipient(recipient)
    if is_hybrid(recipient):
        enc, body = hybrid.sealed_to(public, file_key)
        return Stanza(_HYBRID, (encode64(enc).decode(),), body)
    ephemeral = X25519PrivateKey.generate()
    share = ephemeral.public_key().public_bytes_raw()
    try:
        shared = ephemeral.exchange(X25519PublicKey.from_public_bytes(public))
    except ValueError:
        raise BadKey("a point of low order") from None
    body = ChaCha20Poly1305(_x25519_key(shared, share, public)).encrypt(_ZERO_NONCE, file_key, None)
    return Stanza(_X25519, (encode64(share).decode(),), body)


def wrap_with_passphrase(passphrase: Passphrase, file_key: bytes) -> Stanza:
    """Scrypt stanza, which must stay alone in its header; raises PassphraseMemory, WrongPassphrase (not text)."""
    salt = os.urandom(_SALT_SIZE)
    body = ChaCha20Poly1305(_scrypt_key(passphrase, salt, limits.SCRYPT_LOG_N)).encrypt(_ZERO_NONCE, file_key, None)
    return Stanza(_SCRYPT, (encode64(salt).decode(), str(limits.SCRYPT_LOG_N)), body)


def check_shapes(stanzas: Sequence[Stanza]) -> None:
    """Refuse known stanzas of a wrong form, before any key is tried; raises HeaderMalformed."""
    if len(stanzas) > 1 and any(stanza.type == _SCRYPT for stanza in stanzas):
        raise HeaderMalformed("a passphrase beside other recipients")
    for stanza in stanzas:
        if stanza.type == _X25519:
            _one_of(stanza, arguments=1, size=_SHARE_SIZE)
        elif stanza.type == _HYBRID:
            _one_of(stanza, arguments=1, size=hybrid.ENC_SIZE)
        elif stanza.type == _SCRYPT:
            _one_of(stanza, arguments=2, size=_SALT_SIZE)
            if not _WORK_FACTOR.fullmatch(stanza.arguments[1]):
                raise HeaderMalformed("the work factor")


def unwrap(stanzas: Sequence[Stanza], keys: Sequence[Unlocking]) -> bytes:
    """The file key (16 bytes) by the first key that opens a stanza.

    Raises WrongKey, WrongPassphrase, PassphraseMemory, HeaderMalformed (a low-order share, a work factor above
    SCRYPT_LOG_N_MAX). No scrypt is run unless a passphrase is given.
    """
    check_shapes(stanzas)
    passphrases = [key for key in keys if isinstance(key, Passphrase)]
    if stanzas[0].type == _SCRYPT:
        return _by_passphrase(stanzas[0], passphrases)
    for identity in (key for key in keys if isinstance(key, Identity)):
        for stanza in stanzas:
            file_key = _by_identity(stanza, identity)
            if file_key:
                return file_key
    raise WrongKey("no passphrase opens it, only a key" if passphrases and len(passphrases) == len(keys) else "")


def _by_identity(stanza: Stanza, identity: Identity) -> bytes | None:
    if stanza.type != (_HYBRID if identity.hybrid else _X25519):
        return None
    share = decode64(stanza.arguments[0].encode())
    if identity.hybrid:
        return identity.pair.opened(share, stanza.body)
    try:
        shared = identity.private.exchange(X25519PublicKey.from_public_bytes(share))
    except ValueError:
        raise HeaderMalformed("a share of low order") from None
    return _opened(_x25519_key(shared, share, identity.public), stanza.body)


def _by_passphrase(stanza: Stanza, passphrases: Sequence[Passphrase]) -> bytes:
    if not passphrases:
        raise WrongKey("a passphrase opens it, no key")
    log_n = int(stanza.arguments[1])
    if log_n > limits.SCRYPT_LOG_N_MAX:
        raise HeaderMalformed(f"a work factor of {log_n}, at most {limits.SCRYPT_LOG_N_MAX} is tried")
    salt = decode64(stanza.arguments[0].encode())
    for passphrase in passphrases:
        file_key = _opened(_scrypt_key(passphrase, salt, log_n), stanza.body)
        if file_key:
            return file_key
    raise WrongPassphrase


def _opened(key: bytes, body: bytes) -> bytes | None:
    try:
        return ChaCha20Poly1305(key).decrypt(_ZERO_NONCE, body, None)
    except InvalidTag:
        return None


def _x25519_key(shared: bytes, share: bytes, public: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=share + public, info=_X25519_INFO).derive(shared)


def _scrypt_key(passphrase: Passphrase, salt: bytes, log_n: int) -> bytes:
    memory = 1024 * (2**log_n + 64)
    try:
        password = passphrase.text.encode("utf-8", "surrogateescape")
        return hashlib.scrypt(password, salt=_SCRYPT_LABEL + salt, n=2**log_n, r=8, p=1, maxmem=memory, dklen=32)
    except UnicodeEncodeError:
        raise WrongPassphrase("not text") from None
    except (ValueError, MemoryError):
        raise PassphraseMemory from None


def _one_of(stanza: Stanza, *, arguments: int, size: int) -> None:
    if len(stanza.arguments) != arguments or len(decode64(stanza.arguments[0].encode())) != size:
        raise HeaderMalformed(f"an argument of a recipient of type {stanza.type}")
    if len(stanza.body) != _BODY_SIZE:
        raise HeaderMalformed(f"the body of a recipient of type {stanza.type}")
