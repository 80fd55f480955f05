"""Damaged and hostile Matroska films: every one ends in a typed refusal or in a copy that inspects clean."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.media_builders import matroska as mkv
from tests.media_builders.matroska import el, film, open_el
from tests.media_builders.mp4 import Canary, survivors
from tests.media_builders.readers import Bytes, Kept
from witnesskit.errors import WitnesskitError
from witnesskit.errors.media import BadMedia, MediaCut
from witnesskit.formats.ebml import children
from witnesskit.formats.matroska_blocks import read_block
from witnesskit.media.essence import essence
from witnesskit.media.inspect import inspect
from witnesskit.media.matroska_blocks import seen_block
from witnesskit.media.presentation import presentation_sha256
from witnesskit.media.residue import inspect_again
from witnesskit.media_model import Finding
from witnesskit.strip.registry import strip

WORDS = (b"\xff" * 8, bytes(4), b"\x01\xff\xff\xff\xff\xff\xff\xff", b"\x80", b"\x1f\x43\xb6\x75", b"\xa3\x81\x01")


def mutated(data, chance):
    changed = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        place = chance.randrange(len(changed))
        kind = chance.randrange(6)
        if kind == 0:
            changed[place] ^= 1 << chance.randrange(8)
        elif kind == 1:
            word = chance.choice(WORDS)
            changed[place : place + len(word)] = word
        elif kind == 2:
            changed[place] = chance.randrange(256)
        elif kind == 3:
            del changed[place : place + chance.randint(1, 64)]
        elif kind == 4:
            changed[place:place] = changed[place : place + chance.randint(1, 200)]
        elif chance.random() < 0.2:
            del changed[place:]
        if len(changed) < 32:
            break
    return bytes(changed)


def without_sound(data):
    nodes = mkv.tree(data)
    for number, body in mkv.at(nodes, mkv.SEGMENT)[1]:
        if number == mkv.CLUSTER:
            body[:] = [node for node in body if node[0] == 0xE7 or not is_sound(node)]
    return mkv.written(nodes)


def is_sound(node):
    return (node[1][0][1] if node[0] == mkv.GROUP else node[1])[0] == 0x82


def judge(data, canary):
    """True if there is a copy; it must be clean, hold the same film, and none of what was planted."""
    before = inspect(Bytes(data))
    kept = Kept()
    try:
        result = strip(Bytes(data), "video/x-matroska", kept)
    except WitnesskitError:
        return False
    copy = Bytes(kept.data)
    seen = inspect(copy)
    assert (seen.finding, seen.revelations, seen.reason) == (Finding.CLEAN, (), "")
    if before.finding is not Finding.UNKNOWN:  # a broken size makes a picture or sound of anything
        left = survivors(canary, without_sound(kept.data))
        assert [place for place in left if "sei" not in place] == []  # a bit makes another message of one
    assert essence(copy) == result.essence
    try:
        assert essence(Bytes(data)) == result.essence
    except BadMedia:
        assert before.finding is Finding.UNKNOWN
    assert presentation_sha256(copy) == result.presentation_sha256
    assert inspect_again(Bytes(data), copy).finding is Finding.CLEAN
    again = Kept()
    strip(copy, "video/x-matroska", again)
    assert again.data == kept.data
    return True


def run(seed, count):
    chance, canary = random.Random(seed), Canary()
    original = film(canary, hevc=bool(seed % 2), opener=open_el if seed % 3 else el)
    return sum(judge(mutated(original, chance), canary) for _ in range(count))


@pytest.mark.parametrize("seed", range(5))
def test_every_damaged_film_is_refused_by_name_or_gives_a_clean_copy(seed):
    assert 0 < run(seed, 40) < 40


@pytest.mark.long
@pytest.mark.parametrize("seed", range(100, 140))
def test_thousands_of_damaged_films(seed):
    run(seed, 150)


def test_elements_nested_a_thousand_deep_cost_nothing():
    nest = b""
    for _ in range(1000):
        nest = el(0x67C8, nest)
    data = film(middle=el(0x1254C367, el(0x7373, nest)))
    assert strip(Bytes(data), "video/webm", Kept()).sha256 == strip(Bytes(film()), "video/webm", Kept()).sha256
    assert inspect(Bytes(data)).finding is Finding.UNKNOWN


def test_a_cluster_for_every_block_is_written_as_a_few():
    packets = [
        el(mkv.CLUSTER, el(0xE7, time), el(0xA3, mkv.block(2, 0, b"\xfc", flags=0x80))) for time in range(5000)
    ]
    kept = Kept()
    strip(Bytes(film(middle=b"".join(packets))), "video/webm", kept)
    assert kept.data.count(mkv.identifier(mkv.CLUSTER)) < 20


@settings(max_examples=60)
@given(st.binary(max_size=64), st.integers(0, 80))
def test_two_readers_read_a_block_alike(body, more):
    body = body + bytes(more)
    seen = seen_block(body)
    try:
        head = read_block(body, len(body))
    except WitnesskitError:
        assert seen is None or max(seen.sizes) < 0 or seen.track > 1 << 32 or len(body) < 4
        return
    assert seen is not None
    assert (head.time, head.flags, head.sizes, head.start) == (seen.time, seen.flags, seen.sizes, seen.frames)


@settings(max_examples=60)
@given(st.binary(max_size=200))
def test_any_bytes_as_a_segment_are_refused_by_name(body):
    for opener in (el, open_el):
        with pytest.raises(WitnesskitError):
            strip(Bytes(mkv.header() + opener(mkv.SEGMENT, body)), "video/webm", Kept())


@settings(max_examples=60)
@given(st.binary(max_size=100))
def test_children_are_read_or_refused(body):
    try:
        found = children(body)
    except (BadMedia, MediaCut):
        return
    assert sum(len(inner) for _, inner in found) <= len(body)
