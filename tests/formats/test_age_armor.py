"""Armour: what another program writes we read, what we write it reads, and nothing but strict PEM passes."""

import contextlib

import pyrage
import pytest
from hypothesis import given
from hypothesis import strategies as st

from witnesskit.errors.sealing import ArmourMalformed
from witnesskit.formats.age_armor import armoured, is_armoured, unarmoured
from witnesskit.limits import AGE_ARMOUR_SPACE_MAX
from witnesskit.sealing.identity import Identity
from witnesskit.sealing.open import open_bytes
from witnesskit.sealing.seal import seal_bytes

BEGIN, END = b"-----BEGIN AGE ENCRYPTED FILE-----", b"-----END AGE ENCRYPTED FILE-----"
ME = Identity.generate()


def text_of(data, step=1 << 20):
    return b"".join(armoured(cut(data, step)))


def bytes_of(text, step=1 << 20):
    return b"".join(unarmoured(cut(text, step)))


def cut(data, step):
    return [data[start : start + step] for start in range(0, len(data), step)]


@given(st.binary(max_size=400), st.integers(1, 70), st.integers(1, 70))
def test_what_is_armoured_comes_back_in_pieces_of_any_size(data, given_in, read_in):
    text = text_of(data, given_in)
    assert text == text_of(data)
    assert bytes_of(text, read_in) == data
    assert bytes_of(text.replace(b"\n", b"\r\n"), read_in) == data
    assert is_armoured(text)
    assert max(map(len, text.split(b"\n"))) <= 64


@given(st.binary(max_size=300), st.integers(1, 50))
def test_arbitrary_bytes_are_refused_by_name(junk, step):
    for text in (junk, BEGIN + b"\n" + junk, BEGIN + b"\n" + junk + b"\n" + END):
        try:
            found = bytes_of(text, step)
        except ArmourMalformed:
            continue
        assert text_of(found).strip() == text.replace(b"\r\n", b"\n").strip()


@given(st.binary(min_size=1, max_size=200), st.data())
def test_one_changed_byte_gives_a_refusal_or_other_bytes_never_the_same(data, draw):
    text = bytearray(text_of(data).rstrip())
    place = draw.draw(st.integers(0, len(text) - 1))
    text[place] ^= draw.draw(st.integers(1, 255))
    with contextlib.suppress(ArmourMalformed):
        assert bytes_of(bytes(text)) != data


@pytest.mark.parametrize("size", (0, 1, 47, 48, 49, 70_000))
def test_another_program_reads_ours_and_we_read_its(size):
    data = bytes(range(256)) * 280
    mine = text_of(seal_bytes(data[:size], [ME.recipient]))
    assert pyrage.decrypt(mine, [pyrage.x25519.Identity.from_str(ME.text)]) == data[:size]
    theirs = pyrage.encrypt(data[:size], [pyrage.x25519.Recipient.from_str(ME.recipient)], armored=True)
    assert open_bytes(bytes_of(theirs), [ME]) == data[:size]


@pytest.mark.parametrize(
    "text",
    (
        b"",
        b" \n" * AGE_ARMOUR_SPACE_MAX,
        BEGIN,
        BEGIN + b"\n",
        BEGIN + END,
        b"x" + BEGIN + b"\n" + END,
        BEGIN + b"\n" + b"A" * 10_000,
        BEGIN + b"\n" + END + b"\nx",
        BEGIN + b"\n" + END + b"\n" + BEGIN + b"\n" + END,
        BEGIN + b"\n" + END + b" " * (AGE_ARMOUR_SPACE_MAX + 1),
        BEGIN + b"\nQUJD\nQUJD\n" + END,
        BEGIN + b"\nQUJD QUJD\n" + END,
        BEGIN + b"\nQUI\n" + END,
        BEGIN + b"\nQUJ=\n" + END,
        BEGIN + b"\n" + b"QUJD" * 16 + b"QUJD\n" + END,
        BEGIN + b"\n\n" + END,
        BEGIN.replace(b"AGE", b"age") + b"\n" + END,
    ),
    ids=lambda text: repr(text[:12]) + str(len(text)),
)
def test_each_defect_is_refused(text):
    for step in (1, 7, 1 << 20):
        with pytest.raises(ArmourMalformed):
            bytes_of(text, step)


def test_no_more_is_held_than_a_piece_and_a_line():
    given_out = 0

    def endless():
        nonlocal given_out
        yield BEGIN + b"\n"
        while True:
            given_out += 1
            yield b"A" * 40

    with pytest.raises(ArmourMalformed):
        list(unarmoured(endless()))
    assert given_out < 4
