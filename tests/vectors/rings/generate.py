"""Makes rings.json and rings-hybrid.json: the keys of fixed seeds. A change here locks people out of what they have sealed."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from witnesskit.sealing import rings

FILE = Path(__file__).parent / "rings.json"
HYBRID = Path(__file__).parent / "rings-hybrid.json"
DESK, CUSTODIAN, RECOVERY = bytes([1]) * 32, bytes([2]) * 32, bytes([3]) * 32
NUMBERS = (0, 1, 2, 64, 256, 2**32 - 1)


def keys(number):
    found = {"number": number}
    for label, identity in {
        "desk": rings.desk_identity(DESK, number),
        "custodian": rings.custodian_identity(CUSTODIAN, number),
        "recovery": rings.recovery_identity(RECOVERY, number),
    }.items():
        found[label] = {"secret": identity.secret.hex(), "identity": identity.text, "recipient": identity.recipient}
    for label, seed, key in (
        ("witness", rings.witness_seed(DESK, number), rings.witness_key(DESK, number)),
        ("next", rings.next_seed(DESK, number), rings.next_key(DESK, number)),
        ("change", rings.change_seed(RECOVERY, number), rings.change_key(RECOVERY, number)),
    ):
        found[label] = {"seed": seed.hex(), "verifier_key": key.text}
    found["next"]["digest"] = rings.next_digest(DESK, number)
    found["change"]["digest"] = rings.change_digest(RECOVERY, number)
    return found


def document():
    seeds = {"desk": DESK.hex(), "custodian": CUSTODIAN.hex(), "recovery": RECOVERY.hex()}
    return json.dumps({"seeds": seeds, "keys": [keys(number) for number in NUMBERS]}, indent=1) + "\n"


def hybrid_keys(number):
    found = {"number": number}
    for label, identity in {
        "desk": rings.desk_identity(DESK, number, hybrid=True),
        "custodian": rings.custodian_identity(CUSTODIAN, number, hybrid=True),
        "recovery": rings.recovery_identity(RECOVERY, number, hybrid=True),
    }.items():
        digest = hashlib.sha256(identity.recipient.encode()).hexdigest()
        found[label] = {"secret": identity.secret.hex(), "identity": identity.text, "recipient_sha256": digest}
    return found


def hybrid_document():
    return json.dumps({"keys": [hybrid_keys(number) for number in NUMBERS]}, indent=1) + "\n"


if __name__ == "__main__":
    FILE.write_text(document(), encoding="utf-8")
    HYBRID.write_text(hybrid_document(), encoding="utf-8")
