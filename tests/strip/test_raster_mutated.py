"""Whatever the bytes of a PNG, WebP or GIF: a typed refusal, or a copy that inspects clean; never anything else, never a hang."""

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.media_builders import gif, png, webp
from tests.media_builders.readers import Bytes, Kept
from witnesskit.errors import WitnesskitError
from witnesskit.media.essence import essence
from witnesskit.media.inspect import inspect
from witnesskit.media.presentation import presentation_sha256
from witnesskit.media.residue import inspect_again
from witnesskit.media_model import Finding
from witnesskit.strip.registry import strip

INDEXED = {"colour": 3, "depth": 4, "value": 0x33, "palette": bytes(range(48))}
SEEDS = {
    "image/png": [
        png.hiding()[0], png.hiding(True)[0], png.build(), png.animated(), png.animated(True, slack=b"Saule"),
        png.build(interlace=1, filters=(0, 1, 2, 3, 4), **INDEXED), png.build(colour=6, depth=16, interlace=1),
        png.build(depth=16, frame=png.chunk(b"tRNS", b"Saule!"), filters=(4, 3)),
    ],
    "image/webp": [webp.hiding()[0], webp.hiding(True)[0], webp.riff(webp.PICTURE), webp.riff(webp.PLAIN), webp.animated()],
    "image/gif": [
        gif.hiding()[0], gif.gif(), gif.animated(gif.LOOP), gif.gif(gif.image(bytes(range(4)) * 600, (0, 0, 60, 40)), width=60, height=40),
    ],
}  # fmt: skip
KINDS = list(SEEDS)
BOUNDED = settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


def judge(kind, data):
    """Strip and look again; the copy must be clean, and every reader must agree about it."""
    inspect(Bytes(data))
    kept = Kept()
    try:
        result = strip(Bytes(data), kind, kept)
    except WitnesskitError:
        assert kept.parts == []
        return False
    again = inspect_again(Bytes(data), Bytes(kept.data))
    places = {one.place for one in again.revelations}
    assert again.finding is Finding.CLEAN or places <= {"coded picture", "byte search", "WebP VP8", "WebP VP8L"}, (
        again,
        data,
    )
    assert result.essence == essence(Bytes(kept.data))
    assert result.presentation_sha256 == presentation_sha256(Bytes(kept.data))
    second = Kept()
    assert strip(Bytes(kept.data), kind, second).removed == () and second.data == kept.data
    return True


def mutate(data, chance):
    out = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        if not out:
            break
        place, kind = chance.randrange(len(out)), chance.randrange(5)
        if kind == 0:
            out[place] = chance.randrange(256)
        elif kind == 1:
            out[place] ^= 1 << chance.randrange(8)
        elif kind == 2:
            del out[place : place + chance.randint(1, 40)]
        elif kind == 3:
            out[place:place] = out[chance.randrange(len(out)) :][: chance.randint(1, 60)]
        else:
            out[place : place + 4] = chance.choice([b"\xff\xff\xff\xff", bytes(4), b"\x7f\xff\xff\xff"])
    return bytes(out)


def mended(data):
    """The same PNG with right checksums, so that changes reach what stands behind them."""
    out, place = bytearray(data), 8
    while place + 12 <= len(out):
        size = int.from_bytes(out[place : place + 4], "big")
        if place + 12 + size > len(out):
            break
        content = out[place + 4 : place + 8 + size]
        out[place + 8 + size : place + 12 + size] = png.zlib.crc32(content).to_bytes(4, "big")
        place += 12 + size
    return bytes(out)


def run(kind, count, seed):
    chance, copies = random.Random(seed), 0
    for number in range(count):
        data = mutate(chance.choice(SEEDS[kind]), chance)
        copies += judge(kind, mended(data) if kind == "image/png" and number % 2 else data)
    return copies


@pytest.mark.parametrize("kind", KINDS)
def test_mutated_pictures_are_refused_by_type_or_come_out_clean(kind):
    assert run(kind, 500, 7) > 20


@pytest.mark.long
@pytest.mark.parametrize("kind", KINDS)
def test_many_mutated_pictures(kind):
    run(kind, 20_000, 8)


@pytest.mark.parametrize("kind", KINDS)
def test_cut_pictures_are_refused_by_type_or_come_out_clean(kind):
    for data in SEEDS[kind]:
        for size in range(0, len(data), 23):
            judge(kind, data[:size])


@BOUNDED
@given(st.binary(max_size=300), st.sampled_from(KINDS))
def test_any_bytes(data, kind):
    judge(kind, data)
    judge(kind, SEEDS[kind][0][:12] + data)


@BOUNDED
@given(st.lists(st.tuples(st.sampled_from([b"tEXt", b"PLTE", b"tRNS", b"gAMA", b"cHRM", b"eXIf", b"bKGD", b"pHYs", b"acTL",
                                           b"fcTL", b"fdAT", b"IDAT", b"iCCP", b"prVt", b"cICP"]), st.binary(max_size=40)), max_size=5),
       st.sampled_from([0, 2, 3, 4, 6]))  # fmt: skip
def test_any_chunks_before_and_behind_a_picture(chunks, colour):
    extra = b"".join(png.chunk(kind, body) for kind, body in chunks)
    palette = bytes(range(24)) if colour == 3 else b""
    judge("image/png", png.build(extra, colour=colour, palette=palette))
    judge("image/png", png.build(behind=extra, colour=colour, palette=palette))


@BOUNDED
@given(st.integers(1, 40), st.integers(1, 20), st.sampled_from([1, 2, 4, 8]), st.integers(0, 1),
       st.lists(st.integers(0, 4), min_size=1, max_size=5), st.randoms(use_true_random=False))  # fmt: skip
def test_both_counts_of_used_entries_agree_on_any_indexed_picture(width, height, depth, interlace, filters, chance):
    plain = bytearray(png.rows(width, height, depth=depth, colour=3, interlace=interlace, filters=filters))
    if depth == 8:
        for place in range(1, len(plain)):
            plain[place] = plain[place] if plain[place] <= 4 and chance.random() < 0.5 else chance.randrange(5)
    palette = bytes(range(3, 3 + 3 * min(16, 2**depth)))
    data = png.build(
        width=width,
        height=height,
        depth=depth,
        colour=3,
        interlace=interlace,
        palette=palette,
        data=png.zlib.compress(bytes(plain)),
    )
    judge("image/png", data)
