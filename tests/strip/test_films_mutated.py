"""Damaged and hostile films: every one ends in a typed refusal or in a copy that inspects clean."""

import random

import pytest

from tests.media_builders.mp4 import Canary, film
from tests.media_builders.readers import Bytes, Kept
from witnesskit.errors import WitnesskitError
from witnesskit.media.essence import essence
from witnesskit.media.inspect_isobmff import inspect_isobmff
from witnesskit.media.presentation import presentation_sha256
from witnesskit.media_model import Finding
from witnesskit.strip.registry import strip

TYPES = b"stsz stsc stco stts elst avcC hvcC esds trak mdia stsd colr hdlr dref".split()
WORDS = (b"\xff\xff\xff\xff", bytes(4), b"\0\0\0\1", b"\x7f\xff\xff\xff", b"\0\0\0\x08")


def mutated(data, chance):
    changed = bytearray(data)
    index = changed.find(b"moov")
    for _ in range(chance.randint(1, 4)):
        place = chance.randrange(index if chance.random() < 0.8 else 0, len(changed))
        kind = chance.randrange(6)
        if kind == 0:
            changed[place] ^= 1 << chance.randrange(8)
        elif kind == 1:
            changed[place : place + 4] = chance.choice(WORDS)
        elif kind == 2:
            del changed[place : place + chance.randint(1, 64)]
        elif kind == 3:
            changed[place:place] = changed[place : place + chance.randint(1, 200)]
        elif kind == 4:
            found = changed.find(chance.choice(TYPES))
            if found > 0:
                changed[found + chance.randint(-4, 24)] = chance.randrange(256)
        elif chance.random() < 0.2:
            del changed[place:]
        index = min(index, len(changed) - 1)
        if len(changed) < 32:
            break
    return bytes(changed)


@pytest.mark.parametrize("seed", range(8))
def test_every_damaged_film_is_refused_by_name_or_gives_a_clean_copy(seed):
    chance = random.Random(seed)
    original = film(Canary(), hevc=bool(seed % 2), brand=b"qt  " if seed % 3 else b"isom")
    for _ in range(60):
        data = mutated(original, chance)
        inspect_isobmff(Bytes(data))
        kept = Kept()
        try:
            result = strip(Bytes(data), "video/mp4", kept)
        except WitnesskitError:
            continue
        copy = Bytes(kept.data)
        assert inspect_isobmff(copy).finding is Finding.CLEAN
        assert essence(copy) == result.essence == essence(Bytes(data))
        assert presentation_sha256(copy) == result.presentation_sha256 == presentation_sha256(Bytes(data))


@pytest.mark.parametrize("length", [0, 1, 7, 8, 15, 16, 40, 200, 1000])
def test_a_cut_film_is_refused_by_name(length):
    data = film(Canary(quiet=True))[:length]
    assert inspect_isobmff(Bytes(data)).finding is Finding.UNKNOWN
    for look in (essence, presentation_sha256):
        with pytest.raises(WitnesskitError):
            look(Bytes(data))
    with pytest.raises(WitnesskitError):
        strip(Bytes(data), "video/mp4", Kept())
