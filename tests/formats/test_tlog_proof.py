"""Proof files: what was written comes back byte for byte, and every other form is refused."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from witnesskit.errors.verify import BadTlogProof
from witnesskit.formats.strict_json import canonical
from witnesskit.formats.tlog_proof import PROOF_MAX, TlogProof, parse_proof, proof_bytes

NOTE = b"wk1/example000000\n6\n" + base64.b64encode(bytes(32)) + "\n\n— wk1/example000000 AAAAAAA=\n".encode()
LINE = '{"n":2,"x":"Қала"}'.encode()
PROOF = TlogProof(2, (bytes(range(32)), b"\x07" * 32), NOTE, LINE, ("WyJhIl0", "WyJiIl0"))
DATA = proof_bytes(PROOF)


def extra(value: object) -> bytes:
    return base64.b64encode(canonical(value))


EXTRA = DATA.split(b"\n")[1].removeprefix(b"extra ")
HASH = base64.b64encode(bytes(range(32)))


def test_what_was_written_comes_back():
    assert parse_proof(DATA) == PROOF


def test_the_lines_are_those_of_the_specification():
    """c2sp.org/tlog-proof, "Format"."""
    assert DATA.split(b"\n")[:6] == [
        b"c2sp.org/tlog-proof@v1",
        b"extra " + extra({"disclosures": ["WyJhIl0", "WyJiIl0"], "line": LINE.decode()}),
        b"index 2",
        HASH,
        base64.b64encode(b"\x07" * 32),
        b"",
    ]
    assert DATA.endswith(b"\n\n" + NOTE)


def test_a_log_of_one_line_has_no_hashes_and_a_line_may_stay_closed():
    alone = TlogProof(0, (), NOTE, LINE)
    assert parse_proof(proof_bytes(alone)) == alone


@pytest.mark.parametrize(
    "proof",
    [
        TlogProof(-1, (), NOTE, LINE),
        TlogProof(10**15, (), NOTE, LINE),
        TlogProof(0, (b"short",), NOTE, LINE),
        TlogProof(0, (bytes(32),) * 65, NOTE, LINE),
        TlogProof(0, (), NOTE, b"\xff"),
        TlogProof(0, (), NOTE, LINE, ("\ud800",)),
        TlogProof(0, (), bytes(PROOF_MAX), LINE),
    ],
)
def test_what_no_reader_would_take_is_not_written(proof):
    with pytest.raises(BadTlogProof):
        proof_bytes(proof)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n\n",
        DATA.partition(b"\n\n")[0],
        DATA.replace(b"@v1", b"@v2"),
        DATA.replace(b"c2sp", b"C2SP"),
        b"\n" + DATA,
        b"\xef\xbb\xbf" + DATA,
        DATA.replace(b"\n", b"\r\n"),
        DATA.replace(b"extra " + EXTRA + b"\n", b""),
        DATA.replace(b"extra ", b"extra  "),
        DATA.replace(b"extra ", b"Extra "),
        DATA.replace(EXTRA, EXTRA[:-1]),
        DATA.replace(EXTRA, b""),
        DATA.replace(b"index 2", b"index 02"),
        DATA.replace(b"index 2", b"index +2"),
        DATA.replace(b"index 2", b"index -2"),
        DATA.replace(b"index 2", b"index  2"),
        DATA.replace(b"index 2", b"index 2 "),
        DATA.replace(b"index 2", b"index 1000000000000000"),
        DATA.replace(b"index 2", "index ٢".encode()),
        DATA.replace(b"index 2\n", b""),
        DATA.replace(HASH, HASH[:-1]),
        DATA.replace(HASH, HASH[:-2] + b"9="),
        DATA.replace(HASH, base64.b64encode(bytes(31))),
        DATA.replace(HASH, base64.urlsafe_b64encode(b"\xff" * 32)),
        DATA.replace(HASH, b" " + HASH),
        DATA.replace(HASH + b"\n", (HASH + b"\n") * 64),
        DATA + bytes(PROOF_MAX),
    ],
)
def test_a_file_in_another_form_is_refused(data):
    with pytest.raises(BadTlogProof):
        parse_proof(data)


@pytest.mark.parametrize(
    "raw",
    [
        b"[]",
        b"{}",
        b'{"line":"x"}',
        b'{"disclosures":[]}',
        b'{"disclosures":[],"line":"x","more":1}',
        b'{"disclosures":"x","line":"x"}',
        b'{"disclosures":[1],"line":"x"}',
        b'{"disclosures":[],"line":1}',
        b'{"disclosures":[],"line":["x"]}',
        b'{"line":"x","disclosures":[]}',
        b'{"disclosures":[], "line":"x"}',
        b'{"disclosures":[],"line":"x","line":"y"}',
        b'{"disclosures":[],"line":"\\ud800"}',
        b'{"disclosures":[],"line":"\xff"}',
        b'{"disclosures":[],"line":"\\u0078"}',
    ],
)
def test_what_it_brings_along_in_another_form_is_refused(raw):
    with pytest.raises(BadTlogProof):
        parse_proof(DATA.replace(EXTRA, base64.b64encode(raw)))


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@given(
    st.integers(0, 10**15 - 1), st.lists(st.binary(min_size=32, max_size=32), max_size=5), st.binary(max_size=80), TEXTS,
    st.lists(TEXTS, max_size=4),
)  # fmt: skip
def test_every_proof_comes_back(index, hashes, note, line, disclosures):
    proof = TlogProof(index, tuple(hashes), note, line.encode(), tuple(disclosures))
    assert parse_proof(proof_bytes(proof)) == proof


@settings(max_examples=500, deadline=None)
@given(st.integers(0, len(DATA) - 1), st.integers(0, 255))
def test_a_file_that_is_read_is_the_one_that_would_be_written(place, value):
    changed = DATA[:place] + bytes([value]) + DATA[place + 1 :]
    try:
        proof = parse_proof(changed)
    except BadTlogProof:
        return
    assert proof_bytes(proof) == changed
