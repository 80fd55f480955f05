"""Signed notes and checkpoints: forms refused, and other programs' word on ours."""

from __future__ import annotations

import base64
import subprocess

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.oracles import require
from witnesskit.custody import Signer
from witnesskit.errors.formats import BadNote
from witnesskit.formats.checkpoint import Checkpoint, SignatureState, parse_checkpoint, parse_note
from witnesskit.keys import VerifierKey, parse_verifier_key

SIGNER = Signer("wk1/example000000", b"\x07" * 32)
CHECKPOINT = Checkpoint(SIGNER.origin, 5, bytes(range(32)))
NOTE = SIGNER.note(CHECKPOINT.text)


def test_the_note_of_another_implementation_verifies():
    name, encoded = "PeterNeumann", "ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    key = VerifierKey(name, base64.b64decode(encoded)[1:])
    note = parse_note(
        b"If you think cryptography is the answer to your problem,\n"
        b"then you don't know what your problem is.\n\n"
        b"\xe2\x80\x94 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
    )
    assert key.key_hash.hex() == "c74f20a3"
    assert note.signed_by(key) is SignatureState.GOOD


def test_what_was_signed_comes_back():
    note = parse_note(NOTE)
    assert parse_checkpoint(note.text) == CHECKPOINT
    assert note.signed_by(parse_verifier_key(SIGNER.vkey)) is SignatureState.GOOD


def test_another_key_of_the_same_name_did_not_sign():
    other = Signer(SIGNER.origin, b"\x08" * 32)
    assert parse_note(NOTE).signed_by(other.key) is SignatureState.ABSENT


def test_one_bad_line_of_a_key_outweighs_its_good_one():
    bad = SIGNER.sign_note("another text\n").encode()
    assert parse_note(NOTE + bad).signed_by(SIGNER.key) is SignatureState.BAD


def test_signatures_of_unknown_keys_are_ignored():
    other = Signer("wk1/witness", b"\x09" * 32).sign_note("whatever\n").encode()
    assert parse_note(NOTE + other).signed_by(SIGNER.key) is SignatureState.GOOD


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n\n",
        NOTE[:-1],
        NOTE.partition(b"\n\n")[0] + b"\n",
        NOTE.partition(b"\n\n")[0] + b"\n\n",
        NOTE.replace(b"\n", b"\r\n"),
        NOTE.replace(b"5", b"5\x00", 1),
        NOTE + b"\xff\n",
        NOTE + b"no dash\n",
        NOTE.replace("— ".encode(), b"- "),
        NOTE.replace("— ".encode(), "—  ".encode()),
        NOTE[:-2] + b"\n",
        NOTE[:-3] + b"F=\n",
        NOTE + NOTE.splitlines(keepends=True)[-1] * 100,
        NOTE + b"x" * 70_000,
    ],
)
def test_a_note_in_another_form_is_refused(data):
    with pytest.raises(BadNote):
        parse_note(data)


ROOT = base64.b64encode(bytes(32)).decode()


@pytest.mark.parametrize(
    "text",
    [
        f"wk1/a\n05\n{ROOT}\n",
        f"wk1/a\n-5\n{ROOT}\n",
        f"wk1/a\n5 \n{ROOT}\n",
        f"wk1/a\n٥\n{ROOT}\n",
        f"wk1/a\n{10**15}\n{ROOT}\n",
        f"\n5\n{ROOT}\n",
        f"wk1 a\n5\n{ROOT}\n",
        f"wk1/a\n5\n{ROOT}\nextension\n",
        f"wk1/a\n5\n{ROOT}",
        f"wk1/a\n5\n{ROOT[:-4]}\n",
        f"wk1/a\n5\n{ROOT[:-2]}B=\n",
        f"wk1/a\n5\n{bytes(32).hex()}\n",
    ],
)
def test_a_checkpoint_in_another_form_is_refused(text):
    with pytest.raises(BadNote):
        parse_checkpoint(text)


@settings(max_examples=300, deadline=None)
@given(st.integers(0, len(NOTE) - 1), st.integers(0, 255))
def test_no_changed_byte_passes(place, value):
    changed = NOTE[:place] + bytes([value]) + NOTE[place + 1 :]
    try:
        note = parse_note(changed)
        good = note.signed_by(SIGNER.key) is SignatureState.GOOD
    except BadNote:
        return
    assert good == (changed == NOTE)


@pytest.mark.parametrize("text", ["", "a+b+c", SIGNER.vkey[:-1], SIGNER.vkey.replace("wk1", "wk2"), "\ud800"])
def test_a_damaged_key_text_is_refused(text):
    from witnesskit.errors.formats import BadKey

    with pytest.raises(BadKey):
        parse_verifier_key(text)


@pytest.mark.parametrize(("text", "good"), [(CHECKPOINT.text, True), (CHECKPOINT.text.replace("5", "6", 1), False)])
def test_stock_openssl_says_the_same(tmp_path, text, good):
    """The commands of docs/spec/checkpoint.md, "Verification with stock tools"."""
    openssl = require("openssl")
    signature = base64.b64decode(NOTE.split(b" ")[-1])[4:]
    public = Ed25519PublicKey.from_public_bytes(parse_verifier_key(SIGNER.vkey).public)
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    for name, data in (("text", text.encode()), ("sig", signature), ("log.pem", pem)):
        (tmp_path / name).write_bytes(data)
    command = [
        openssl,
        "pkeyutl",
        "-verify",
        "-pubin",
        "-inkey",
        "log.pem",
        "-rawin",
        "-in",
        "text",
        "-sigfile",
        "sig",
    ]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
    assert (done.returncode == 0) == good
