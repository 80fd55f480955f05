import pytest

from tests.vault.cells import config
from witnesskit.custody.signer import Signer, new_origin
from witnesskit.errors.sealing import WrongPassphrase
from witnesskit.errors.vault import BadKeyring, VaultLocked
from witnesskit.vault import layout
from witnesskit.vault.passphrase import generate_passphrase
from witnesskit.vault.signing import SIGNING_KEY, is_locked, load_signer, signing_file


def made(folder, passphrase=""):
    signer = Signer.generate(new_origin())
    facts = config(origin=signer.origin, key=signer.vkey)
    return layout.create(folder / "vault", facts, {SIGNING_KEY: signing_file(signer, passphrase)}), signer


def test_an_open_key_signs_without_a_passphrase(tmp_path):
    vault, signer = made(tmp_path)
    assert not is_locked(vault)
    assert load_signer(vault).sign_note("x\n") == signer.sign_note("x\n")
    assert load_signer(vault, "anything at all").vkey == signer.vkey


def test_a_locked_key_needs_its_passphrase_and_nothing_changes_without_it(tmp_path):
    passphrase = generate_passphrase()
    vault, signer = made(tmp_path, passphrase)
    before = (vault.path / SIGNING_KEY).read_bytes()
    assert is_locked(vault)
    assert signer.to_bytes() not in before
    with pytest.raises(VaultLocked):
        load_signer(vault)
    for wrong in ("x", generate_passphrase()):
        with pytest.raises(WrongPassphrase):
            load_signer(vault, wrong)
    assert load_signer(vault, passphrase.lower()).vkey == signer.vkey
    assert (vault.path / SIGNING_KEY).read_bytes() == before


@pytest.mark.parametrize("data", [b"", b"x" * 31, b"x" * 33, b"x" * 32])
def test_a_damaged_or_foreign_key_is_told(tmp_path, data):
    vault, _signer = made(tmp_path)
    (vault.path / SIGNING_KEY).write_bytes(data)
    with pytest.raises(BadKeyring):
        load_signer(vault)
