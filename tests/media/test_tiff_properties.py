"""Whatever the bytes: a typed refusal, or a copy that inspects clean and holds no token; never a hang."""

import io
import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.media_builders.readers import Bytes, Kept
from tests.media_builders.tiff import dng, grey, jpeg_page, make, rgb
from tests.media_builders.tiff_hiding import hiding, hiding_dng
from witnesskit.errors import WitnesskitError
from witnesskit.errors.media import BadMedia
from witnesskit.formats.dng_opcodes import clean_opcodes
from witnesskit.formats.jpeg_lossless import parse_lossless
from witnesskit.formats.tiff_codings import Decoded, coded_length
from witnesskit.formats.tiff_fax import fax_length
from witnesskit.media.coded_tiff import Geometry, coding_end, geometry
from witnesskit.media.essence_tiff import essence_tiff
from witnesskit.media.fax_tiff import fax_end
from witnesskit.media.inspect import inspect
from witnesskit.media.opcodes_dng import strange_opcodes
from witnesskit.media.presentation import presentation_sha256
from witnesskit.media.residue import inspect_again
from witnesskit.media.walk_tiff_file import walk_tiff_file
from witnesskit.media_model import Finding
from witnesskit.strip.tiff import strip_tiff

CANARIES = [hiding(), hiding_dng()]
TOKENS = dict(CANARIES)
SEEDS = [
    *TOKENS, make([rgb(), grey()], order=">"), make([grey()], big=True), make([jpeg_page(tables=True)]), dng("lossless"), dng(preview=False),
]  # fmt: skip
BOUNDED = settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
WORDS = (b"\xff\xff\xff\xff", bytes(4), b"\x7f\xff\xff\xff", b"\0\0\0\x80", b"\1\0\0\0", b"\x08\0\0\0")


def judge(data, tokens=()):
    """Strip and look again; the writer and the inspector agree, or the copy is not released."""
    inspect(Bytes(data))
    kept = Kept()
    try:
        result = strip_tiff(Bytes(data), kept)
    except WitnesskitError:
        assert kept.parts == []
        return False
    again = inspect_again(Bytes(data), Bytes(kept.data))
    if again.finding is not Finding.CLEAN:
        places = {one.place for one in again.revelations}
        assert places <= {"byte search"} or any("picture" in place for place in places), again
    else:
        shown = picture(kept.data)
        assert not [token for token in tokens if token in kept.data and token not in shown]
    assert result.essence == essence_tiff(Bytes(kept.data))
    assert result.presentation_sha256 == presentation_sha256(Bytes(kept.data))
    return again.finding is Finding.CLEAN


def picture(copy):
    """The strips of a copy: a mutant may name any bytes its picture, and viewers show them."""
    walk = walk_tiff_file(Bytes(copy))
    parts = [part for page in walk.pages for part in geometry(walk, page).parts]
    return b"|".join(copy[part.start : part.start + part.size] for part in parts)


def mutate(data, chance):
    out = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        out = out or bytearray(1)
        place, kind = chance.randrange(len(out)), chance.randrange(6)
        if kind == 0:
            out[place] = chance.randrange(256)
        elif kind == 1:
            out[place] ^= 1 << chance.randrange(8)
        elif kind == 2:
            del out[place : place + chance.randint(1, 40)]
        elif kind == 3:
            out[place:place] = out[chance.randrange(len(out)) :][: chance.randint(1, 60)]
        elif kind == 4:
            out[place : place + 4] = chance.choice(WORDS)
        else:
            del out[place:]
            out += b"\0" * chance.randrange(2)
    return bytes(out) or b"\0"


def fuzz(seed, rounds):
    chance, copies = random.Random(seed), 0
    for _ in range(rounds):
        data = chance.choice(SEEDS)
        copies += judge(mutate(data, chance), TOKENS.get(data, ()))
    return copies


def test_mutated_files_are_refused_by_type_or_come_out_clean():
    assert fuzz(11, 500) > 60


@pytest.mark.long
def test_many_mutated_files():
    for seed in range(40):
        fuzz(seed, 500)


def test_cut_files_are_refused_by_type_or_come_out_clean():
    for data in SEEDS[2:]:
        for size in range(0, len(data), 41):
            judge(data[:size])


@BOUNDED
@given(
    st.binary(max_size=400),
    st.sampled_from([b"II*\0\x08\0\0\0", b"MM\0*\0\0\0\x08", b"II+\0\x08\0\0\0\x10\0\0\0\0\0\0\0"]),
)
def test_any_bytes(data, head):
    judge(head + data)


@BOUNDED
@given(st.dictionaries(st.sampled_from([254, 256, 257, 258, 259, 262, 266, 273, 277, 278, 279, 284, 317, 320, 322, 323, 330, 338, 339, 347, 530, 34665, 50706, 50712, 51022]), st.tuples(st.sampled_from([1, 2, 3, 4, 5, 7, 11]), st.binary(min_size=1, max_size=40)), max_size=4))  # fmt: skip
def test_any_values_of_the_tags_that_matter(tags):
    judge(make([rgb(tags=tags)]))
    judge(make([jpeg_page(tags=tags)]))


@BOUNDED
@given(st.binary(max_size=300), st.sampled_from([5, 8, 32773]), st.integers(1, 400))
def test_both_readers_find_the_same_end_of_any_coding(data, coding, needed):
    outline = Geometry(coding, 1, 1, 8, 1, 1, 1, False, (), (1, 1), False)
    ends = []
    for read in (lambda: coded_length(coding, data, Decoded(needed)), lambda: coding_end(outline, data, needed)):
        try:
            ends.append(read())
        except WitnesskitError:
            ends.append(-1)
    assert ends[0] == ends[1]


@BOUNDED
@given(st.binary(max_size=120), st.sampled_from([2, 3, 4]), st.integers(1, 90), st.integers(1, 5), st.booleans())
def test_both_readers_find_the_same_end_of_any_fax_rows(data, coding, wide, high, flat):
    ends = []
    for read in (fax_length, fax_end):
        try:
            ends.append(read(coding, data, wide, high, flat))
        except WitnesskitError:
            ends.append(-1)
    assert ends[0] == ends[1]


@BOUNDED
@given(st.integers(0, 2**32), st.integers(1, 3000), st.integers(1, 6))
def test_both_readers_find_the_end_of_fax_rows_that_another_program_wrote(seed, wide, high):
    image = pytest.importorskip("PIL.Image")
    chance, row, pixels = random.Random(seed), bytes(-(-wide // 8)), b""
    for _ in range(high):
        row = bytes(byte if chance.random() < 0.9 else chance.choice((0, 255, chance.randrange(256))) for byte in row)
        pixels += row
    for name, coding in (("tiff_ccitt", 2), ("group3", 3), ("group4", 4)):
        out = io.BytesIO()
        image.frombytes("1", (wide, high), pixels).save(out, "TIFF", compression=name)
        with image.open(io.BytesIO(out.getvalue())) as opened:
            ((place,), (count,)) = opened.tag_v2[273], opened.tag_v2[279]
        data = out.getvalue()[place : place + count] + b"\xa7slack!"
        assert fax_length(coding, data, wide, high, False) == count == fax_end(coding, data, wide, high, False)


@BOUNDED
@given(st.integers(0, 2**32), st.integers(1, 9000))
def test_both_readers_find_the_end_that_another_program_wrote(seed, size):
    image = pytest.importorskip("PIL.Image")
    chance = random.Random(seed)
    pixels = bytes(chance.choice((0, 0, 0, 7, chance.randrange(256))) for _ in range(size))
    for name, coding in (("tiff_lzw", 5), ("tiff_adobe_deflate", 8), ("packbits", 32773)):
        out = io.BytesIO()
        image.frombytes("L", (size, 1), pixels).save(out, "TIFF", compression=name)
        with image.open(io.BytesIO(out.getvalue())) as opened:
            place, count = opened.tag_v2[273][0], opened.tag_v2[279][0]
        data = out.getvalue()[place : place + count] + b"slack!"
        outline = Geometry(coding, size, 1, 8, 1, 1, 1, False, (), (size, 1), False)
        seen = []
        assert coded_length(coding, data, Decoded(size, seen.append)) == count == coding_end(outline, data, size)
        assert b"".join(seen) == pixels


@BOUNDED
@given(st.binary(max_size=200), st.integers(0, 3), st.integers(0, 15))
def test_both_readers_agree_about_opcodes(data, count, number):
    for words in (data, bytes([0, 0, 0, count, 0, 0, 0, number, 1, 3, 0, 0, 0, 0, 0, 1]) + data):
        try:
            kept = clean_opcodes(words)
        except WitnesskitError:
            kept = None
        assert (kept == words) == (not strange_opcodes(words))


@BOUNDED
@given(st.binary(max_size=200))
def test_any_lossless_stream(data):
    for words in (data, b"\xff\xd8" + data, b"\xff\xd8\xff\xc3\0\x0b\x08\0\1\0\1\1\1\x11\0" + data):
        try:
            parse_lossless(words)
        except WitnesskitError as refusal:
            assert refusal.code.startswith("MEDIA")
        else:
            assert words.startswith(b"\xff\xd8")


def test_a_file_of_nothing_is_refused():
    with pytest.raises(BadMedia):
        strip_tiff(Bytes(b""), Kept())
