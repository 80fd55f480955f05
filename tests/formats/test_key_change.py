"""Events that replace a log's key: what is signed, who may sign it, and every form that is refused."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from witnesskit.custody import Signer
from witnesskit.errors.verify import BadLine
from witnesskit.formats.custody_event import Event
from witnesskit.formats.key_change import REVOKE, ROTATE, KeyChange, public_members, read, signed_text
from witnesskit.keys import COSIGNATURE, VerifierKey

ORIGIN, LOG, N = "wk1/example000000", "ab" * 32, 7
NEW = Signer(ORIGIN, b"\x02" * 32)
RECOVERY_SEED = b"\x03" * 32
RECOVERY = Signer("wk1/recovery", RECOVERY_SEED)
NEXT = "cd" * 32
COMMITTED = hashlib.sha256(RECOVERY.vkey.encode()).hexdigest()


def change(op: str = ROTATE, since: str = "", seed: bytes = RECOVERY_SEED) -> KeyChange:
    text = signed_text(LOG, N, op, NEW.vkey, NEXT, since)
    signature = Ed25519PrivateKey.from_private_bytes(seed).sign(text.encode())
    return KeyChange(N, op, NEW.key, NEXT, since, RECOVERY.key, signature)


def event(**changes: object) -> Event:
    members = {**public_members(change()), **changes}
    return Event(
        N, "key", "2026-11-26", "desk", (), LOG, x={name: one for name, one in members.items() if one is not ...}
    )


@pytest.mark.parametrize("made", [change(), change(REVOKE, "2026-11-20")])
def test_what_was_written_comes_back_and_is_authorised(made):
    found = read(event(**public_members(made)), ORIGIN)
    assert found == made
    assert found.authorised(LOG, COMMITTED)


def test_the_seven_lines_are_those_of_the_page():
    assert change(REVOKE, "2026-11-20").text(LOG) == (
        f"witnesskit key v1\n{LOG}\n7\nrevoke\n{NEW.vkey}\n{NEXT}\n2026-11-20\n"
    )
    assert change().text(LOG).endswith(f"{NEXT}\n\n")


def test_only_the_committed_recovery_key_authorises():
    assert not change().authorised(LOG, NEXT)
    assert not change(seed=b"\x04" * 32).authorised(LOG, COMMITTED)
    thief = Signer("wk1/recovery", b"\x04" * 32)
    assert not replace(change(seed=b"\x04" * 32), auth_key=thief.key).authorised(LOG, COMMITTED)


@pytest.mark.parametrize(
    "changed",
    [
        {"n": 8},
        {"op": REVOKE},
        {"key": Signer(ORIGIN, b"\x05" * 32).key},
        {"next": "ef" * 32},
        {"since": "2026-11-20"},
    ],
)
def test_a_signature_covers_every_member(changed):
    assert not replace(change(), **changed).authorised(LOG, COMMITTED)


def test_a_change_of_one_log_does_not_fit_another():
    assert not change().authorised("00" * 32, COMMITTED)


@pytest.mark.parametrize("name", ["op", "key", "next", "since", "auth_key", "auth"])
@pytest.mark.parametrize("value", [..., 5, None, ["x"], {}])
def test_a_member_that_is_missing_or_no_text_is_refused(name, value):
    with pytest.raises(BadLine):
        read(event(**{name: value}), ORIGIN)


AUTH = base64.b64encode(change().auth).decode()


@pytest.mark.parametrize(
    "changed",
    [
        {"op": ""},
        {"op": "Rotate"},
        {"op": "replace"},
        {"op": REVOKE},
        {"op": REVOKE, "since": "20 November"},
        {"op": REVOKE, "since": "2026-11-20T00:00:00Z"},
        {"op": REVOKE, "since": "2026-11-20\n"},
        {"op": REVOKE, "since": "٢٠٢٦-11-20"},
        {"since": "2026-11-20"},
        {"key": ""},
        {"key": NEW.vkey[:-2]},
        {"key": NEW.vkey + "\n"},
        {"key": " " + NEW.vkey},
        {"key": Signer("wk1/example000001", b"\x02" * 32).vkey},
        {"key": VerifierKey(ORIGIN, NEW.key.public, COSIGNATURE).text},
        {"auth_key": "x"},
        {"auth_key": RECOVERY.vkey + " "},
        {"auth_key": VerifierKey("wk1/recovery", RECOVERY.key.public, COSIGNATURE).text},
        {"next": NEXT[:-1]},
        {"next": NEXT.upper()},
        {"next": NEXT + "\n"},
        {"auth": AUTH[:-1]},
        {"auth": AUTH + "\n"},
        {"auth": AUTH[:-3] + "/=="},
        {"auth": "ä"},
    ],
)
def test_a_member_in_another_form_is_refused(changed):
    with pytest.raises(BadLine):
        read(event(**changed), ORIGIN)


@given(st.sampled_from(["op", "key", "next", "since", "auth_key", "auth"]), st.text(max_size=100))
def test_no_text_fails_in_another_way(name, text):
    try:
        found = read(event(**{name: text}), ORIGIN)
    except BadLine:
        return
    assert public_members(found)[name] == text
