import base64
import hashlib
import hmac
import json
import subprocess
from pathlib import Path

import pytest

from tests.oracles import require, typage
from tests.vectors.rings import generate
from witnesskit.formats.age_keys import is_hybrid
from witnesskit.keys import parse_verifier_key
from witnesskit.sealing import rings
from witnesskit.sealing.identity import Identity

VECTORS = json.loads(generate.FILE.read_text(encoding="utf-8"))
SEEDS = {name: bytes.fromhex(seed) for name, seed in VECTORS["seeds"].items()}
SPEC = Path(__file__).resolve().parents[2] / "docs" / "spec" / "rings.md"
KEYS = pytest.mark.parametrize("keys", VECTORS["keys"], ids=lambda keys: str(keys["number"]))
HYBRID = json.loads(generate.HYBRID.read_text(encoding="utf-8"))
HYBRID_DIGEST = "a5ecc84139766e5f1872544cbc20a8014aac0c8b06269d72df27975618a003b1"
DIGEST = "0a8b3b32892e17992a7dd095fd8029f28254cebda9c292e77becb94ad7400468"


def test_the_vectors_never_change():
    assert generate.document() == generate.FILE.read_text(encoding="utf-8")
    assert hashlib.sha256(generate.FILE.read_bytes()).hexdigest() == DIGEST
    assert generate.hybrid_document() == generate.HYBRID.read_text(encoding="utf-8")
    assert hashlib.sha256(generate.HYBRID.read_bytes()).hexdigest() == HYBRID_DIGEST


def hkdf(seed, label, number):
    """RFC 5869 by hand: one block."""
    extracted = hmac.digest(b"witnesskit/invite/v1", seed, "sha256")
    return hmac.digest(extracted, label.encode() + b"/" + number.to_bytes(4, "big") + b"\x01", "sha256")


@KEYS
def test_secrets_are_what_the_page_says(keys):
    number = keys["number"]
    for label in ("desk", "custodian", "recovery"):
        assert hkdf(SEEDS[label], label, number).hex() == keys[label]["secret"]
    for label in ("witness", "next"):
        assert hkdf(SEEDS["desk"], label, number).hex() == keys[label]["seed"]
    assert hkdf(SEEDS["recovery"], "change", number).hex() == keys["change"]["seed"]


@KEYS
def test_names_and_next_are_what_the_page_says(keys):
    for label in ("witness", "next", "change"):
        key = parse_verifier_key(keys[label]["verifier_key"])
        letters = base64.b32encode(hashlib.sha256(key.public).digest()).decode()[:13]
        ours = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "abcdefghijkmnpqrstuvwxyz23456789")
        assert key.name == "wk1/" + letters.translate(ours)
    for label in ("next", "change"):
        assert hashlib.sha256(keys[label]["verifier_key"].encode()).hexdigest() == keys[label]["digest"]


@KEYS
def test_another_age_program_reads_the_identities(keys):
    program = require("age-keygen")
    for label in ("desk", "custodian", "recovery"):
        answer = subprocess.run(
            [program, "-y"], input=keys[label]["identity"] + "\n", capture_output=True, text=True, check=True
        )
        assert answer.stdout.strip() == keys[label]["recipient"]


@pytest.mark.parametrize("keys", HYBRID["keys"], ids=lambda keys: str(keys["number"]))
def test_hybrid_secrets_are_what_the_page_says(keys):
    for label in ("desk", "custodian", "recovery"):
        secret = hkdf(SEEDS[label], label + "-hybrid", keys["number"])
        assert secret.hex() == keys[label]["secret"]
        identity = Identity.from_text(keys[label]["identity"])
        assert (identity.secret, identity.hybrid) == (secret, True)


def test_another_program_reads_the_hybrid_identities():
    script = """import {identityToRecipient} from "age-encryption";
    for (const text of process.argv.slice(1)) console.log(await identityToRecipient(text));"""
    every = [keys[label] for keys in HYBRID["keys"] for label in ("desk", "custodian", "recovery")]
    told = typage(script, *(one["identity"] for one in every)).decode().split()
    assert [hashlib.sha256(text.encode()).hexdigest() for text in told] == [one["recipient_sha256"] for one in every]


def test_hybrid_rings_are_of_one_kind():
    (halves,) = rings.offline_halves(SEEDS["custodian"], SEEDS["recovery"], [1], hybrid=True)
    found = rings.recipient_set(SEEDS["desk"], halves)
    assert halves.hybrid
    assert all(is_hybrid(recipient) for recipient in (*found.custodian, *found.desk))
    assert found.custodian[1] == found.desk[1] == halves.recovery


def test_no_two_keys_are_alike():
    secrets = [keys[label]["secret"] for keys in VECTORS["keys"] for label in ("desk", "custodian", "recovery")]
    secrets += [keys[label]["seed"] for keys in VECTORS["keys"] for label in ("witness", "next")]
    secrets += [keys[label]["secret"] for keys in HYBRID["keys"] for label in ("desk", "custodian", "recovery")]
    assert len(set(secrets)) == len(secrets)


def test_rings_have_their_own_key_first_and_recovery_second():
    (halves,) = rings.offline_halves(SEEDS["custodian"], SEEDS["recovery"], [1])
    found, keys = rings.recipient_set(SEEDS["desk"], halves), VECTORS["keys"][1]
    assert found.custodian == (keys["custodian"]["recipient"], keys["recovery"]["recipient"])
    assert found.desk == (keys["desk"]["recipient"], keys["recovery"]["recipient"])


def test_the_page_shows_the_second_vector():
    page, keys = SPEC.read_text(encoding="utf-8"), VECTORS["keys"][1]
    for label in ("desk", "custodian", "recovery"):
        assert keys[label]["recipient"] in page
    assert keys["witness"]["verifier_key"] in page
    assert keys["next"]["digest"] in page
    assert keys["change"]["verifier_key"] in page
    assert keys["change"]["digest"] in page
    assert HYBRID["keys"][1]["desk"]["identity"] in page


def test_text_forms_hold_no_secret():
    identity = rings.desk_identity(SEEDS["desk"], 1)
    assert identity.secret.hex() not in repr(identity)
    assert "SECRET" not in repr(identity)
