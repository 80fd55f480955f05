"""An operator's own key: one person's or role's, apart from the vault, wrapped with a generated passphrase."""

from __future__ import annotations

import re
from typing import Any, Final

from witnesskit.custody.signer import SEED_BYTES, Signer
from witnesskit.errors.formats import BadJson, NewerFormat
from witnesskit.errors.vault import BadOperatorKey
from witnesskit.formats import strict_json
from witnesskit.keys import LOG_NAME, NAME
from witnesskit.limits import OPERATOR_FILE_MAX
from witnesskit.sealing.open import open_with_passphrase
from witnesskit.sealing.seal import seal_with_passphrase
from witnesskit.vault.passphrase import typed_passphrase

FORMAT: Final = "witnesskit.operator/1"
_FAMILY = re.compile(r"witnesskit\.operator/[0-9]{1,4}", re.ASCII)


def new_operator(name: str) -> Signer:
    """A fresh key under ``name``, which every checkpoint it signs will show; raises BadOperatorKey."""
    if not NAME.fullmatch(name):
        raise BadOperatorKey("its name has 1 to 64 of the characters a-z 0-9 / . _ -")
    if LOG_NAME.fullmatch(name):
        raise BadOperatorKey("it bears a name that only a log may have")
    return Signer.generate(name)


def operator_file(signer: Signer, passphrase: str) -> bytes:
    """Bytes of the file: an age file under the printed ``passphrase``."""
    document = {"format": FORMAT, "name": signer.origin, "seed": signer.to_bytes().hex()}
    return seal_with_passphrase(strict_json.canonical(document) + b"\n", passphrase)


def open_operator(data: bytes, untrusted_passphrase: str) -> Signer:
    """The key in a file; raises WrongPassphrase, BadOperatorKey, NewerFormat."""
    plain = open_with_passphrase(data, typed_passphrase(untrusted_passphrase))
    try:
        return _signer(strict_json.loads(plain, max_size=OPERATOR_FILE_MAX))
    except (BadJson, KeyError, TypeError, ValueError, AttributeError):
        raise BadOperatorKey("it is not in the form the specification demands") from None


def _signer(document: Any) -> Signer:
    found = document["format"]
    if found != FORMAT and isinstance(found, str) and _FAMILY.fullmatch(found):
        raise NewerFormat("operator's key")
    name, seed = document["name"], bytes.fromhex(document["seed"])
    if found != FORMAT or set(document) != {"format", "name", "seed"} or len(seed) != SEED_BYTES:
        raise ValueError
    if not NAME.fullmatch(name):
        raise ValueError
    return Signer(name, seed)
