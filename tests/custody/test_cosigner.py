"""The key with which a desk cosigns: its seed, its name and its signatures are what the pages say."""

from __future__ import annotations

import base64
import hmac
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from witnesskit.custody.cosigner import Cosigner
from witnesskit.formats.checkpoint import Checkpoint, SignatureState, parse_note
from witnesskit.formats.cosignature import cosigned_by
from witnesskit.keys import COSIGNATURE, parse_verifier_key
from witnesskit.sealing import rings

PAGE = Path(__file__).resolve().parents[2] / "docs" / "spec" / "rings.md"
SEED = rings.cosigner_seed(bytes([1]) * 32)
COSIGNER = Cosigner("wk1/deska00000000/witness", SEED)
LOG = Checkpoint("wk1/deskb00000000", 7, bytes(range(32)))


def test_the_seed_never_changes():
    extracted = hmac.digest(b"witnesskit/invite/v1", bytes([1]) * 32, "sha256")
    assert hmac.digest(extracted, b"cosigner/" + bytes(4) + b"\x01", "sha256") == SEED
    assert SEED.hex() == "60d90e701f50517fc08cad0c968c1c770a18f0ceca22d2845f50941e1bd7827b"
    assert f"    cosigner   {COSIGNER.key.text}\n" in PAGE.read_text(encoding="utf-8")


def test_no_other_key_of_the_desk_is_the_same():
    others = [rings.witness_seed(bytes([1]) * 32, number) for number in range(3)]
    assert SEED not in (*others, *(rings.next_seed(bytes([1]) * 32, number) for number in range(3)))


def test_a_cosignature_is_over_the_time_and_the_three_lines():
    data = COSIGNER.cosigned(LOG, 1_764_115_200)
    note = parse_note(data)
    assert note.text == LOG.text
    assert cosigned_by(note, LOG, COSIGNER.key) == (SignatureState.GOOD, 1_764_115_200)
    raw = base64.b64decode(data.decode().strip().rpartition(" ")[2])
    assert raw[:4] == parse_verifier_key(COSIGNER.key.text, (COSIGNATURE,)).key_hash
    assert int.from_bytes(raw[4:12]) == 1_764_115_200
    message = f"cosignature/v1\ntime 1764115200\n{LOG.text}".encode()
    Ed25519PublicKey.from_public_bytes(COSIGNER.key.public).verify(raw[12:], message)


def test_its_text_forms_do_not_hold_the_key():
    assert SEED.hex() not in repr(COSIGNER)
