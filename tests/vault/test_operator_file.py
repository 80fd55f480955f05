"""An operator's key: a name, a seed, a passphrase, and nothing else."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from witnesskit.errors import WitnesskitError
from witnesskit.errors.formats import NewerFormat
from witnesskit.errors.sealing import WrongPassphrase
from witnesskit.errors.vault import BadOperatorKey
from witnesskit.formats import strict_json
from witnesskit.sealing.seal import seal_with_passphrase
from witnesskit.vault import operator_file
from witnesskit.vault.operator_file import new_operator, open_operator
from witnesskit.vault.passphrase import generate_passphrase

PASSPHRASE = generate_passphrase()
GOOD = {"format": "witnesskit.operator/1", "name": "archive/operator-1", "seed": "07" * 32}


def sealed(document) -> bytes:
    return seal_with_passphrase(strict_json.canonical(document), PASSPHRASE)


def test_a_key_comes_back_under_its_name_and_only_with_its_passphrase():
    signer = new_operator("archive/operator-1")
    data = operator_file.operator_file(signer, PASSPHRASE)
    assert open_operator(data, PASSPHRASE.lower()).vkey == signer.vkey
    assert signer.to_bytes() not in data
    with pytest.raises(WrongPassphrase):
        open_operator(data, generate_passphrase())


@pytest.mark.parametrize(
    "change",
    [
        {"name": "Aisha B."},
        {"name": 1},
        {"seed": "07" * 31},
        {"seed": "zz"},
        {"format": "witnesskit.keyring/1"},
        {"format": 1},
        {"more": "members"},
    ],
)
def test_a_file_of_another_form_is_refused(change):
    assert open_operator(sealed(GOOD), PASSPHRASE).origin == "archive/operator-1"
    with pytest.raises(BadOperatorKey):
        open_operator(sealed({**GOOD, **change}), PASSPHRASE)
    for name in GOOD:
        with pytest.raises(BadOperatorKey):
            open_operator(sealed({key: value for key, value in GOOD.items() if key != name}), PASSPHRASE)


def test_a_newer_form_is_named():
    with pytest.raises(NewerFormat):
        open_operator(sealed({**GOOD, "format": "witnesskit.operator/2"}), PASSPHRASE)


@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=200))
def test_whatever_was_sealed_leaks_no_other_error(data):
    with contextlib.suppress(WitnesskitError):
        open_operator(seal_with_passphrase(data, PASSPHRASE), PASSPHRASE)
