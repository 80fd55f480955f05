"""Whatever the bytes: a typed refusal, or a copy that inspects clean; never anything else, never a hang."""

import random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.media_builders.jpeg import Plan, build, segment
from tests.media_builders.jpeg_hiding import exif, hiding, icc, icc_segments
from tests.media_builders.readers import Bytes, Kept
from witnesskit.errors import WitnesskitError
from witnesskit.media.essence_jpeg import essence_jpeg
from witnesskit.media.inspect import inspect
from witnesskit.media.presentation_jpeg import presentation_jpeg
from witnesskit.media.residue import inspect_again
from witnesskit.media.walk_icc import walk_icc
from witnesskit.media.walk_tiff import walk_tiff
from witnesskit.media_model import Finding
from witnesskit.strip.jpeg import strip_jpeg

SEEDS = [hiding(False)[0], hiding(True)[0], build(Plan(restart=3)), build(Plan(progressive=True))]
BOUNDED = settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


def judge(data):
    """Strip and look again; a copy must be clean unless the coded picture itself holds text."""
    inspect(Bytes(data))
    kept = Kept()
    try:
        result = strip_jpeg(Bytes(data), kept)
    except WitnesskitError:
        assert kept.parts == []
        return False
    again = inspect_again(Bytes(data), Bytes(kept.data))
    places = {one.place for one in again.revelations}
    assert again.finding is Finding.CLEAN or places <= {"coded picture", "byte search"}, again
    assert result.essence == essence_jpeg(Bytes(kept.data))
    assert result.presentation_sha256 == presentation_jpeg(Bytes(kept.data))
    return True


def mutate(data, chance):
    out = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        place, kind = chance.randrange(len(out)), chance.randrange(5)
        if kind == 0:
            out[place] = chance.randrange(256)
        elif kind == 1:
            out[place : place + 2] = bytes([0xFF, chance.randrange(256)])
        elif kind == 2:
            del out[place : place + chance.randint(1, 40)]
        elif kind == 3:
            out[place:place] = out[chance.randrange(len(out)) :][: chance.randint(1, 60)]
        else:
            out[place : place + 4] = chance.choice([b"\xff\xff\xff\xff", bytes(4), b"\x7f\xff\xff\xff"])
    return bytes(out)


def test_mutated_pictures_are_refused_by_type_or_come_out_clean():
    chance, copies = random.Random(7), 0
    for _ in range(700):
        copies += judge(mutate(chance.choice(SEEDS), chance))
    assert copies > 100


def test_cut_pictures_are_refused_by_type_or_come_out_clean():
    for data in SEEDS[1:3]:
        for size in range(0, len(data), 17):
            judge(data[:size])


@BOUNDED
@given(st.binary(max_size=600))
def test_any_bytes(data):
    judge(data)
    judge(b"\xff\xd8" + data)


@BOUNDED
@given(st.lists(st.tuples(st.integers(0xC0, 0xFE), st.binary(max_size=60)), max_size=6))
def test_any_segments_before_a_picture(segments):
    head = [segment(marker, body) for marker, body in segments if not 0xD0 <= marker <= 0xD9]
    judge(build(Plan(head=head)))


@BOUNDED
@given(st.integers(0, 2**32))
def test_any_exif_and_any_profile(seed):
    chance = random.Random(seed)
    block = mutate(exif(6)[10:], chance)
    list(walk_tiff(block))
    data = mutate(icc(), chance)
    walk_icc(data)
    judge(build(Plan(head=[segment(0xE1, b"Exif\0\0" + block), *icc_segments(data)])))


@BOUNDED
@given(st.integers(1, 70), st.integers(1, 70), st.booleans(), st.integers(0, 9))
def test_every_size_and_restart_interval_is_copied(width, height, progressive, restart):
    data = build(Plan(width=width, height=height, progressive=progressive, restart=restart))
    assert judge(data)
    kept = Kept()
    assert strip_jpeg(Bytes(data), kept).essence == essence_jpeg(Bytes(data))
