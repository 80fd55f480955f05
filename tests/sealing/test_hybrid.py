"""The post-quantum hybrid: the specification's own keys, another program both ways, no mixing, no untyped error."""

import contextlib
import hashlib
import os
import random

import pytest

from tests.oracles import typage
from witnesskit.errors import WitnesskitError
from witnesskit.errors.formats import BadKey
from witnesskit.errors.sealing import HeaderMalformed, MixedRecipients, WrongKey
from witnesskit.formats.age import Stanza, encode64, parse_header, serialise_header
from witnesskit.formats.age_armor import armoured, unarmoured
from witnesskit.formats.age_keys import encode_recipient, is_hybrid, parse_identity, parse_recipient
from witnesskit.formats.age_usable import is_usable
from witnesskit.limits import AGE_HEADER_MAX
from witnesskit.sealing.identity import Identity
from witnesskit.sealing.open import open_bytes
from witnesskit.sealing.seal import seal_bytes

ME, OTHER = Identity.generate(hybrid=True), Identity.generate(hybrid=True)
CLASSICAL = Identity.generate()
SIZES = (0, 1, 65535, 65536, 65537, 200_000)
# the identity that C2SP age.md shows, and SHA-256 of the recipient that it shows beside it
SHOWN = "AGE-SECRET-KEY-PQ-1XX76JRALNLXDMEW0CRK45QMCCH4X06SE84UN3VPM33W6HWDX0H3SK3ZQFR"
SHOWN_RECIPIENT = "a091dd7e0ee9d62b75173dcc98441a0424baa941e66a8776e570a4ae60ff61ea"


def test_the_key_of_the_specification():
    identity = Identity.from_text(SHOWN)
    assert identity.hybrid
    assert identity.text == SHOWN
    assert identity.recipient.startswith(
        "age1pq1x34nzsvr0rxjsgdn8zgyhfe8j7ceq5r9rdelkjuh3y235jzxshfg87pzf5zrqtzdxz95paef6c"
    )
    assert hashlib.sha256(identity.recipient.encode()).hexdigest() == SHOWN_RECIPIENT
    assert parse_recipient(identity.recipient) == identity.public


@pytest.mark.parametrize("size", SIZES)
def test_either_recipient_opens_what_was_sealed_to_both(size):
    data = os.urandom(size)
    sealed = seal_bytes(data, [ME.recipient, OTHER.recipient])
    assert open_bytes(sealed, [ME]) == open_bytes(sealed, [CLASSICAL, OTHER]) == data
    assert [stanza.type for stanza in parse_header(sealed).stanzas] == ["mlkem768x25519"] * 2
    with pytest.raises(WrongKey):
        open_bytes(sealed, [CLASSICAL, Identity(ME.secret), Identity.generate(hybrid=True)])


_OPEN = """import {Decrypter, armor} from "age-encryption"; import {readFileSync} from "node:fs";
const d = new Decrypter(); d.addIdentity(process.argv[1]); const given = readFileSync(0);
const file = given.subarray(0, 5).toString() === "-----" ? armor.decode(given.toString()) : given;
process.stdout.write(await d.decrypt(file));"""
_SEAL = """import {Encrypter, armor} from "age-encryption"; import {readFileSync} from "node:fs";
const e = new Encrypter(); e.addRecipient(process.argv[1]);
process.stdout.write(armor.encode(await e.encrypt(readFileSync(0))));"""
_MAKE = """import {generateHybridIdentity, identityToRecipient} from "age-encryption";
const i = await generateHybridIdentity(); console.log(i); console.log(await identityToRecipient(i));"""


@pytest.mark.parametrize("size", SIZES)
def test_another_program_opens_ours_and_we_open_its(size):
    data = os.urandom(size)
    sealed = seal_bytes(data, [OTHER.recipient, ME.recipient])
    assert typage(_OPEN, ME.text, given=sealed) == data
    assert typage(_OPEN, ME.text, given=b"".join(armoured([sealed]))) == data
    assert open_bytes(b"".join(unarmoured([typage(_SEAL, ME.recipient, given=data)])), [ME]) == data


def test_key_texts_are_those_of_another_program():
    text, recipient = typage(_MAKE).decode().split()
    assert Identity.from_text(text).recipient == recipient


@pytest.mark.parametrize(
    "recipients",
    ([ME.recipient, CLASSICAL.recipient], [CLASSICAL.recipient, CLASSICAL.recipient, ME.recipient]),
)
def test_classical_and_hybrid_are_never_mixed_in_one_file(recipients):
    with pytest.raises(MixedRecipients):
        seal_bytes(b"data", recipients)


def test_a_header_that_no_reader_of_ours_would_take_is_not_written():
    most = (AGE_HEADER_MAX - 22 - 48) // 1557
    assert open_bytes(seal_bytes(b"data", [ME.recipient] * most), [ME]) == b"data"
    with pytest.raises(BadKey):
        seal_bytes(b"data", [ME.recipient] * (most + 1))


BAD_POINT = ME.public[:1184] + bytes(32)
BAD_MODULUS = b"\xff" * 1184 + ME.public[1184:]
ABOVE_THE_PRIME = ME.public[:1184] + b"\xff" * 31 + b"\x7f"


@pytest.mark.parametrize("public", (BAD_POINT, BAD_MODULUS), ids=("low order", "above the modulus"))
def test_nothing_is_sealed_to_a_key_that_gives_no_secret(public):
    with pytest.raises(BadKey):
        seal_bytes(b"data", [encode_recipient(public)])
    assert not is_usable(encode_recipient(public))


@pytest.mark.parametrize(
    "text",
    (
        "age1pq1",
        ME.recipient[:-1],
        ME.recipient + "q",
        ME.recipient.upper(),
        ME.recipient.replace("age1pq1", "age1", 1),
        CLASSICAL.recipient.replace("age1", "age1pq1", 1),
        encode_recipient(ABOVE_THE_PRIME),
        ME.text,
    ),
    ids=("nothing", "shorter", "longer", "upper", "as-classical", "classical-as-hybrid", "above", "identity"),
)
def test_what_is_no_recipient_is_not_usable(text):
    assert not is_usable(text)
    assert is_usable(ME.recipient)
    assert is_usable(CLASSICAL.recipient)


def test_identities_of_both_kinds_are_told_apart_and_never_shown():
    assert parse_identity(ME.text) == (ME.secret, True)
    assert parse_identity(CLASSICAL.text) == (CLASSICAL.secret, False)
    assert is_hybrid(ME.recipient) and not is_hybrid(CLASSICAL.recipient)
    assert ME.secret.hex() not in repr(ME)
    for text in (ME.text.lower(), ME.text[:-1], ME.recipient, ME.text.replace("-PQ-", "-")):
        with pytest.raises(BadKey) as refused:
            parse_identity(text)
        assert ME.text[25:] not in str(refused.value)


def test_a_share_of_low_order_is_named():
    sealed = seal_bytes(b"data", [ME.recipient])
    header = parse_header(sealed)
    enc = bytes(1088) + b"\1" + bytes(31)
    stanza = Stanza("mlkem768x25519", (encode64(enc).decode(),), header.stanzas[0].body)
    with pytest.raises(HeaderMalformed):
        open_bytes(serialise_header([stanza], bytes(16)) + sealed[header.size :], [ME])


def test_mutated_headers_give_typed_errors_only():
    random_source = random.Random(20)
    sealed = seal_bytes(b"data", [ME.recipient, OTHER.recipient])
    size = parse_header(sealed).size
    opened = 0
    for _ in range(3000):
        changed = bytearray(sealed)
        for _ in range(random_source.choice((1, 1, 1, 2, 8))):
            _mutate(random_source, changed, size)
        with contextlib.suppress(WitnesskitError):
            assert open_bytes(bytes(changed), [ME]) == b"data"
            assert bytes(changed[: size - 1]) == sealed[: size - 1]
            opened += 1
    assert opened < 100


def _mutate(source, changed, size):
    place = source.randrange(min(size, len(changed)))
    kind = source.randrange(5)
    if kind == 0:
        changed[place] = source.randrange(256)
    elif kind == 1:
        del changed[place : place + source.choice((1, 2, 64, 1500))]
    elif kind == 2:
        changed[place:place] = changed[place : place + source.choice((1, 65, 1557))]
    elif kind == 3:
        changed[place:place] = source.choice(
            (b"\n", b" ", b"=", b"-> X25519 \n", b"-> mlkem768x25519\n", b"\xff" * 9)
        )
    else:
        changed[place] ^= 1 << source.randrange(8)
