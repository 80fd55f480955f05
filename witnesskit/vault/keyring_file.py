"""``keys/keyring.age``: the keyring as canonical JSON inside an age file under the desk's passphrase."""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import Any, Final

from witnesskit.errors.formats import BadJson, NewerFormat
from witnesskit.errors.sealing import MixedRecipients
from witnesskit.errors.vault import BadKeyring
from witnesskit.formats import strict_json
from witnesskit.formats.age_keys import demand_one_kind
from witnesskit.formats.custody_event import HEX64
from witnesskit.limits import INVITE_NUMBER_MAX, KEYRING_MAX
from witnesskit.sealing.open import open_with_passphrase
from witnesskit.sealing.rings import OfflineHalves
from witnesskit.sealing.seal import seal_with_passphrase
from witnesskit.vault import durable
from witnesskit.vault.keyring import IssuedInvite, Keyring, Loss, Peer
from witnesskit.vault.layout import Vault
from witnesskit.vault.passphrase import typed_passphrase

FORMAT = "witnesskit.keyring/1"
KEYRING: Final = "keys/keyring.age"
_FAMILY = re.compile(r"witnesskit\.keyring/[0-9]{1,4}", re.ASCII)
_MEMBERS = {"format", "desk", "signing", "custodian", "own", "pool", "issued", "sheet_confirmed"}
_LATER = {"peers", "pending", "post_quantum"}  # written only where they say something: an older program reads on
_PEER = {"name", "key", "witness"}
_ISSUED = {"id", "number", "enrol", "valid_until", "name", "senders"}


def keyring_file(keyring: Keyring) -> bytes:
    """Bytes of ``keys/keyring.age`` under the keyring's passphrase; seconds of work and 1 GiB of memory."""
    return seal_with_passphrase(dump_keyring(keyring), keyring.passphrase)


def save_keyring(vault: Vault, keyring: Keyring) -> None:
    """Replace the keyring in one step, under the passphrase it was opened with; raises NoRoom, StorageFault."""
    durable.replace(vault.path / KEYRING, keyring_file(keyring))


def open_keyring(vault: Vault, untrusted_passphrase: str) -> Keyring:
    """The desk's keyring; raises WrongPassphrase, BadKeyring, NewerFormat, StorageFault."""
    data = durable.read(vault.path / KEYRING, KEYRING_MAX)
    if data is None:
        raise BadKeyring("there is no keyring")
    passphrase = typed_passphrase(untrusted_passphrase)
    keyring = parse_keyring(open_with_passphrase(data, passphrase))
    if vault.config.key not in {signer.vkey for signer in keyring.signers(vault.config.origin)}:
        raise BadKeyring("the keyring is not the one vault.toml names")
    return replace(keyring, passphrase=passphrase)


def dump_keyring(keyring: Keyring) -> bytes:
    """Canonical JSON and a line feed."""
    document = {
        "format": FORMAT,
        "desk": keyring.desk_seed.hex(),
        "signing": keyring.signing_seed.hex(),
        "custodian": (keyring.custodian_seed or b"").hex(),
        "own": _halves_json(keyring.own),
        "pool": [_halves_json(halves) for halves in keyring.pool],
        "issued": [_issued_json(invite) for invite in keyring.issued],
        "sheet_confirmed": keyring.sheet_confirmed,
        **({"peers": [vars(peer) for peer in keyring.peers]} if keyring.peers else {}),
    }
    if keyring.pending_seed is not None:
        document["pending"] = keyring.pending_seed.hex()
    if keyring.post_quantum:
        document["post_quantum"] = True
    return strict_json.canonical(document) + b"\n"


def parse_keyring(data: bytes) -> Keyring:
    """Read what ``dump_keyring`` wrote; raises BadKeyring, NewerFormat."""
    try:
        document = strict_json.loads(data, max_size=KEYRING_MAX)
    except BadJson as error:
        raise BadKeyring(error.code) from None
    found = document.get("format") if isinstance(document, dict) else None
    if isinstance(found, str) and found != FORMAT and _FAMILY.fullmatch(found):
        raise NewerFormat("keyring")
    try:
        return _keyring(document)
    except MixedRecipients:
        raise BadKeyring("classical and post-quantum keys beside each other") from None
    except (KeyError, TypeError, ValueError, AttributeError):
        raise BadKeyring("a member is missing, too many or of another type") from None


def _halves_json(halves: OfflineHalves) -> dict[str, Any]:
    return {"number": halves.number, "custodian": halves.custodian, "recovery": halves.recovery}


def _issued_json(invite: IssuedInvite) -> dict[str, Any]:
    found = {name: getattr(invite, name) for name in _ISSUED} | {"senders": list(invite.senders)}
    if invite.lost is not None:
        found["lost"] = {"receipt": invite.lost.receipt, "logs": dict(invite.lost.logs)}
    return found


def _keyring(document: Any) -> Keyring:
    _only(document, _MEMBERS, _LATER)
    own, pool = _halves(document["own"]), tuple(_halves(each) for each in document["pool"])
    demand_one_kind(text for halves in (own, *pool) for text in (halves.custodian, halves.recovery))
    flags = (document["sheet_confirmed"], document.get("post_quantum", False))
    if document["format"] != FORMAT or not all(isinstance(flag, bool) for flag in flags):
        raise ValueError
    return Keyring(
        desk_seed=_seed(document["desk"]),
        signing_seed=_seed(document["signing"]),
        own=own,
        pool=pool,
        issued=tuple(_invite(each) for each in document["issued"]),
        sheet_confirmed=document["sheet_confirmed"],
        custodian_seed=_seed(document["custodian"]) if document["custodian"] else None,
        peers=tuple(_peer(each) for each in document.get("peers", ())),
        pending_seed=_seed(document["pending"]) if "pending" in document else None,
        post_quantum=document.get("post_quantum", False),
    )


def _peer(found: Any) -> Peer:
    _only(found, _PEER)
    return Peer(_text(found["name"]), _text(found["key"]), _text(found["witness"]))


def _invite(found: Any) -> IssuedInvite:
    _only(found, _ISSUED, {"lost"})
    return IssuedInvite(
        id=_text(found["id"]),
        number=_number(found["number"]),
        enrol=_text(found["enrol"]),
        valid_until=_text(found["valid_until"]),
        name=_text(found["name"]),
        senders=tuple(_text(sender) for sender in found["senders"]),
        lost=_loss(found["lost"]) if "lost" in found else None,
    )


def _loss(found: Any) -> Loss:
    _only(found, {"receipt", "logs"})
    logs = tuple(sorted((_log(log), _number(size)) for log, size in found["logs"].items()))
    return Loss(_number(found["receipt"]), logs)


def _log(text: str) -> str:
    if not HEX64.fullmatch(text):
        raise ValueError
    return text


def _halves(found: Any) -> OfflineHalves:
    _only(found, {"number", "custodian", "recovery"})
    return OfflineHalves(_number(found["number"]), _text(found["custodian"]), _text(found["recovery"]))


def _only(found: Any, names: set[str], later: AbstractSet[str] = frozenset()) -> None:
    """``names`` are all there; of ``later``, which old keyrings do not have, any may be."""
    if set(found.keys()) - later != names:
        raise ValueError


def _seed(text: Any) -> bytes:
    seed = bytes.fromhex(text)
    if len(seed) != 32:
        raise ValueError
    return seed


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _number(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= INVITE_NUMBER_MAX:
        raise ValueError
    return value
