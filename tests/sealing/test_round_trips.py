"""What we seal others open, what others seal we open, at every size where a chunk begins or ends."""

import os
import subprocess

import pyrage
import pytest

from tests.oracles import require
from witnesskit import limits
from witnesskit.errors.formats import BadKey
from witnesskit.errors.sealing import HeaderMalformed, WrongKey, WrongPassphrase
from witnesskit.formats.age import parse_header
from witnesskit.formats.age_keys import encode_recipient, parse_identity, parse_recipient
from witnesskit.sealing.files import open_file, seal_file
from witnesskit.sealing.identity import Identity, Passphrase
from witnesskit.sealing.open import open_bytes, open_with_passphrase
from witnesskit.sealing.seal import seal_bytes, seal_with_passphrase

SIZES = (0, 1, 65535, 65536, 65537, 131072, 131073, (1 << 20) + 1)
ME, OTHER = Identity.generate(), Identity.generate()


@pytest.fixture
def quick_scrypt(monkeypatch):
    monkeypatch.setattr(limits, "SCRYPT_LOG_N", 10)


@pytest.mark.parametrize("size", SIZES)
def test_pyrage_opens_ours_and_we_open_its(size):
    data = os.urandom(size)
    sealed = seal_bytes(data, [OTHER.recipient, ME.recipient])
    assert open_bytes(sealed, [ME]) == data
    assert pyrage.decrypt(sealed, [pyrage.x25519.Identity.from_str(ME.text)]) == data
    theirs = pyrage.encrypt(data, [pyrage.x25519.Recipient.from_str(ME.recipient)])
    assert open_bytes(theirs, [OTHER, ME]) == data


@pytest.mark.parametrize("size", SIZES)
def test_the_age_program_opens_ours_and_we_open_its(size, tmp_path):
    age = require("age")
    plain, sealed, back, key = (tmp_path / name for name in ("plain", "sealed", "back", "key"))
    plain.write_bytes(os.urandom(size))
    key.write_text(ME.text + "\n")
    digest, length = seal_file(plain, sealed, [ME.recipient, OTHER.recipient])
    assert (length, len(digest)) == (sealed.stat().st_size, 64)
    assert (
        subprocess.run([age, "-d", "-i", key, sealed], check=True, capture_output=True).stdout == plain.read_bytes()
    )
    subprocess.run([age, "-r", ME.recipient, "-o", sealed, plain], check=True)
    assert open_file(sealed, back, [ME]) == size
    assert back.read_bytes() == plain.read_bytes()


def test_pyrage_opens_our_passphrase_files(quick_scrypt):
    sealed = seal_with_passphrase(b"seed", "köz ашық")
    assert pyrage.passphrase.decrypt(sealed, "köz ашық") == b"seed"
    assert open_with_passphrase(sealed, "köz ашық") == b"seed"


def test_a_passphrase_is_tried_only_where_one_was_used(quick_scrypt):
    sealed = seal_with_passphrase(b"seed", "right")
    for wrong in ("wrong", "", "Right", "\ud800"):
        with pytest.raises(WrongPassphrase):
            open_with_passphrase(sealed, wrong)
    with pytest.raises(WrongKey):
        open_bytes(sealed, [ME])
    with pytest.raises(WrongKey):
        open_with_passphrase(seal_bytes(b"", [ME.recipient]), "right")


def test_a_work_factor_above_the_cap_is_never_run(monkeypatch, quick_scrypt):
    sealed = seal_with_passphrase(b"seed", "right")
    monkeypatch.setattr(limits, "SCRYPT_LOG_N_MAX", 9)
    with pytest.raises(HeaderMalformed):
        open_with_passphrase(sealed, "right")


def test_a_key_that_is_no_recipient_opens_nothing():
    with pytest.raises(WrongKey):
        open_bytes(seal_bytes(b"data", [ME.recipient]), [OTHER])
    with pytest.raises(WrongKey):
        open_bytes(seal_bytes(b"data", [ME.recipient]), [])


def test_recipients_stand_in_random_order():
    def first(sealed):
        share = parse_header(sealed).stanzas[0]
        return pyrage_free_open(share)

    def pyrage_free_open(stanza):
        from witnesskit.sealing.stanzas import unwrap

        try:
            return bool(unwrap([stanza], [ME]))
        except WrongKey:
            return False

    seen = {first(seal_bytes(b"", [ME.recipient, OTHER.recipient])) for _ in range(60)}
    assert seen == {True, False}


@pytest.mark.parametrize(
    "recipients",
    [
        [],
        "age1",
        ["age1"],
        [ME.text],
        [ME.recipient.upper()],
        [ME.recipient[:-1]],
        [ME.recipient + "q"],
        [encode_recipient(bytes(32))],
        [encode_recipient(b"\1" + bytes(31))],
        [ME.recipient] * 257,
        ["age1é"],
    ],
)
def test_nothing_is_sealed_to_what_is_no_key(recipients):
    with pytest.raises(BadKey):
        seal_bytes(b"data", recipients)


def test_key_texts_are_those_of_the_age_programs():
    theirs = pyrage.x25519.Identity.generate()
    mine = Identity.from_text(f" {theirs}\n")
    assert (mine.text, mine.recipient) == (str(theirs), str(theirs.to_public()))
    for text in (
        mine.text.lower(),
        mine.text[:-1],
        mine.recipient,
        "",
        "1",
        "AGE-SECRET-KEY-1",
        mine.text + "Q",
        "x" * 5000,
    ):
        with pytest.raises(BadKey) as refused:
            parse_identity(text)
        assert mine.text[20:] not in str(refused.value)
    for text in (mine.text, mine.recipient.replace("1", "2", 1), "age1" + "q" * 10, mine.recipient[:-2] + "bb"):
        with pytest.raises(BadKey):
            parse_recipient(text)


def test_secrets_never_show():
    for shown in (repr(ME), str(ME), repr(Passphrase("open sesame")), f"{[ME]}"):
        assert ME.text not in shown and ME.secret.hex() not in shown and "sesame" not in shown
