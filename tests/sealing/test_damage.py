"""Whatever happens to a sealed file, a typed refusal says what; whole chunks before it stay readable."""

import contextlib
import io
import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from witnesskit.errors import WitnesskitError
from witnesskit.errors.sealing import (
    Armoured,
    ChunkDamaged,
    DataAfterEnd,
    FileCut,
    HeaderChanged,
    HeaderCut,
    HeaderFailure,
    HeaderMalformed,
    NewerAge,
    NotAge,
    PayloadFailure,
    TailDamaged,
    WrongKey,
)
from witnesskit.formats.age import Header, Stanza, encode64, parse_header, serialise_header
from witnesskit.sealing.chunks import SEALED_CHUNK
from witnesskit.sealing.identity import Identity
from witnesskit.sealing.open import open_bytes, open_sealed, open_unfinished, open_with_file_key
from witnesskit.sealing.seal import SealedWriter, seal_bytes

ME = Identity.generate()
CHUNK = 65536


def sealed_of(size):
    data = os.urandom(size)
    return data, seal_bytes(data, [ME.recipient, Identity.generate().recipient])


DATA, SEALED = sealed_of(3 * CHUNK + 1000)
HEADER = parse_header(SEALED)
PAYLOAD = HEADER.size + 16
FULL, FULL_SEALED = sealed_of(2 * CHUNK)


def outcome(sealed):
    """(what was released by reading in order, the refusal)."""
    released = bytearray()
    try:
        reader = open_sealed(io.BytesIO(bytes(sealed)), [ME])
        while piece := reader.read(50_000):
            released += piece
    except WitnesskitError as error:
        return bytes(released), error
    return bytes(released), None


def flipped(sealed, place):
    changed = bytearray(sealed)
    changed[place] ^= 1
    return bytes(changed)


def test_a_cut_at_the_end_of_a_chunk_is_a_cut():
    for kept in (1, 2, 3):
        released, error = outcome(SEALED[: PAYLOAD + kept * SEALED_CHUNK])
        assert (type(error), error.chunks, released) == (FileCut, kept, DATA[: kept * CHUNK])


@pytest.mark.parametrize("extra", [1, 15, 16])
def test_a_cut_just_behind_a_chunk_is_a_cut(extra):
    released, error = outcome(SEALED[: PAYLOAD + 2 * SEALED_CHUNK + extra])
    assert (type(error), error.chunks, released) == (FileCut, 2, DATA[: 2 * CHUNK])


@pytest.mark.parametrize("cut", [1, 17, 900])
def test_a_cut_inside_the_last_chunk_says_cut_or_damaged(cut):
    released, error = outcome(SEALED[:-cut])
    assert (type(error), error.chunks, released) == (TailDamaged, 3, DATA[: 3 * CHUNK])


def test_a_file_without_any_chunk_is_cut():
    assert outcome(SEALED[:PAYLOAD])[0] == b""
    assert isinstance(outcome(SEALED[:PAYLOAD])[1], FileCut)
    assert isinstance(outcome(SEALED[: PAYLOAD - 1])[1], HeaderCut)


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_damaged_chunk_is_named_and_the_others_are_read(number):
    damaged = flipped(SEALED, PAYLOAD + number * SEALED_CHUNK + 77)
    released, error = outcome(damaged)
    assert (type(error), error.chunks, released) == (ChunkDamaged, number, DATA[: number * CHUNK])
    assert f"chunk {number + 1}" in str(error)
    reader = open_sealed(io.BytesIO(damaged), [ME])
    assert reader.size == len(DATA)
    for other in {0, 1, 2, 3} - {number}:
        assert reader.read_at(other * CHUNK, CHUNK) == DATA[other * CHUNK : (other + 1) * CHUNK]
    with pytest.raises(ChunkDamaged):
        reader.read_at(number * CHUNK + 5, 1)
    with pytest.raises(ChunkDamaged):
        reader.readall()


@pytest.mark.parametrize(("sealed", "data"), [(SEALED, DATA), (FULL_SEALED, FULL)])
@pytest.mark.parametrize("tail", [b"x", bytes(16), bytes(512), os.urandom(70_000), FULL_SEALED])
def test_added_data_is_told_from_damage(sealed, data, tail):
    released, error = outcome(sealed + tail)
    assert isinstance(error, DataAfterEnd)
    assert data.startswith(released) and len(released) >= len(data) // CHUNK * CHUNK


def test_chunks_swapped_repeated_or_left_out_are_damage():
    chunks = [SEALED[PAYLOAD + n * SEALED_CHUNK : PAYLOAD + (n + 1) * SEALED_CHUNK] for n in range(4)]
    for order in ((1, 0, 2, 3), (0, 0, 1, 2, 3), (0, 2, 3), (0, 1, 2, 2, 3)):
        assert isinstance(outcome(SEALED[:PAYLOAD] + b"".join(chunks[n] for n in order))[1], PayloadFailure)


def test_a_changed_header_is_told_from_a_wrong_key():
    other = next(stanza for stanza in HEADER.stanzas if not opens(stanza))
    with pytest.raises(WrongKey):
        open_bytes(SEALED, [Identity.generate()])
    changed = SEALED.replace(encode64(other.body), encode64(bytes(32)))
    with pytest.raises(HeaderChanged):
        open_bytes(changed, [ME])
    with pytest.raises(HeaderChanged):
        open_bytes(SEALED.replace(encode64(HEADER.mac), encode64(bytes(32))), [ME])


def opens(stanza):
    from witnesskit.sealing.stanzas import unwrap

    try:
        return bool(unwrap([stanza], [ME]))
    except WrongKey:
        return False


X25519 = Stanza("X25519", (encode64(ME.public).decode(),), bytes(32))
HEADERS = {
    "nothing": (b"", NotAge),
    "zip": (b"PK\3\4", NotAge),
    "armour": (b"-----BEGIN AGE ENCRYPTED FILE-----\n", Armoured),
    "a later version": (b"age-encryption.org/v2\n", NewerAge),
    "cut in the first line": (b"age-encryption.org", HeaderCut),
    "cut after the first line": (b"age-encryption.org/v1\n", HeaderCut),
    "cut in a stanza": (SEALED[:60], HeaderCut),
    "no recipient": (serialise_header([], bytes(16)), HeaderMalformed),
    "a long line": (b"age-encryption.org/v1\n-> X25519 " + b"a" * 5000 + b"\n", HeaderMalformed),
    "a line without end": (b"age-encryption.org/v1\n-> " + b"a" * 20_000_000, HeaderMalformed),
    "300 recipients": (serialise_header([X25519] * 300, bytes(16)), HeaderMalformed),
    "too long for us": (serialise_header([Stanza("x", (), bytes(30_000))] * 4, bytes(16)), HeaderMalformed),
    "a share of low order": (
        serialise_header([Stanza("X25519", (encode64(bytes(32)).decode(),), bytes(32))], bytes(16)),
        HeaderMalformed,
    ),
    "only strangers": (serialise_header([Stanza("piv-p256", ("a",), b"")], bytes(16)), WrongKey),
}


@pytest.mark.parametrize("name", HEADERS)
def test_a_hostile_header_is_refused_by_its_name(name):
    data, expected = HEADERS[name]
    with pytest.raises(expected):
        open_sealed(io.BytesIO(data), [ME])


def test_headers_survive_being_read_and_written():
    stanzas = tuple(Stanza("t" * n, ("a",) * n, os.urandom(n * 16)) for n in range(1, 10))
    data = serialise_header(stanzas, bytes(16))
    assert parse_header(data + b"payload") == Header(stanzas, data[:-45], parse_header(data).mac, len(data))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_change_is_refused_with_a_leaf_of_the_tree(data):
    place = data.draw(st.integers(0, len(SEALED) - 1) | st.integers(0, PAYLOAD))
    kind = data.draw(st.sampled_from(("flip", "cut", "drop", "insert", "zeros")))
    rest = SEALED[place:]
    changed = {
        "flip": flipped(SEALED, place),
        "cut": SEALED[:place],
        "drop": SEALED[:place] + rest[1:],
        "insert": SEALED[:place] + b"\n" + rest,
        "zeros": SEALED[:place] + bytes(min(512, len(rest))) + rest[512:],
    }[kind]
    released, error = outcome(changed)
    assert DATA.startswith(released)
    if changed != SEALED:
        assert error is not None and error.code
    for reopened in (lambda: open_bytes(changed, [ME]), lambda: open_unfinished(io.BytesIO(changed), [ME]).readall()):
        with contextlib.suppress(WitnesskitError):
            assert DATA.startswith(reopened())


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_behind_the_first_line_are_refused(data):
    for start in (b"", b"age-encryption.org/v1\n", b"age-encryption.org/v1\n-> X25519 "):
        with pytest.raises((HeaderFailure, NotAge, WrongKey, NewerAge)):
            open_sealed(io.BytesIO(start + data), [ME])


def test_a_cut_file_gives_what_verifies():
    writer_key = open_sealed(io.BytesIO(SEALED), [ME]).file_key
    for length in range(PAYLOAD, len(SEALED), 9973):
        reader = open_with_file_key(io.BytesIO(SEALED[:length]), writer_key, unfinished=True)
        whole = (length - PAYLOAD) // SEALED_CHUNK
        assert (reader.size, reader.complete) == (whole * CHUNK, False)
        assert reader.readall() == DATA[: whole * CHUNK]
    assert open_unfinished(io.BytesIO(SEALED), [ME]).complete
    zeros = io.BytesIO(SEALED[: PAYLOAD + SEALED_CHUNK] + bytes(3 * SEALED_CHUNK + 99))
    assert open_unfinished(zeros, [ME]).readall() == DATA[:CHUNK]
    glued = open_unfinished(io.BytesIO(FULL_SEALED + bytes(100_000)), [ME])
    assert (glued.readall(), glued.complete) == (FULL, True)


def test_a_foreign_file_key_opens_nothing():
    with pytest.raises(HeaderChanged):
        open_with_file_key(io.BytesIO(SEALED), bytes(16))


def test_the_writer_key_is_the_readers_key():
    out = io.BytesIO()
    writer = SealedWriter(out, [ME.recipient])
    writer.write(b"data")
    writer.close()
    assert open_sealed(out, [ME]).file_key == writer.file_key
