"""Two thousand damaged files of every kind: a copy that is judged, or a refusal by name, and soon."""

import random
import signal
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.media_builders.readers import Bytes, Kept
from tests.media_builders.samples import SAMPLES
from witnesskit.errors import WitnesskitError
from witnesskit.media.essence import essence
from witnesskit.media.inspect import inspect
from witnesskit.media.presentation import presentation_sha256
from witnesskit.media.probe import kind_of
from witnesskit.media.residue import inspect_again
from witnesskit.media_model import Finding
from witnesskit.strip.registry import strip

DEMO = sorted((Path(__file__).resolve().parents[2] / "demo").glob("p*.*"))
REAL = [path for path in sorted(SAMPLES.rglob("*")) if path.suffix != ".md" and path.is_file()]
SMALL = [path for path in (*DEMO, *REAL) if path.stat().st_size < 400_000]
SECONDS = 60  # a hang, not a measure of speed
MUTANTS = 2000


@contextmanager
def not_for_ever():
    """SIGALRM ends what hangs; only where there is one."""

    def ring(*_):
        pytest.fail(f"no answer in {SECONDS} seconds")

    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def mutant(data, chance):
    """``data`` with a few bits, bytes, sizes, holes or a cut; more of them where the structure is."""
    data, kind = bytearray(data), chance.randrange(6)
    for _ in range(chance.randrange(1, 6)):
        place = chance.randrange(min(len(data), 4096) if chance.random() < 0.6 else len(data))
        if kind == 0:
            data[place] ^= 1 << chance.randrange(8)
        elif kind == 1:
            data[place] = chance.choice((0, 127, 128, 255))
        elif kind == 2:
            value = chance.choice((0, 1, 0x7FFFFFFF, 0xFFFFFFFF, chance.getrandbits(32)))
            data[place : place + 4] = value.to_bytes(4, "big")
        elif kind == 3:
            del data[place : place + chance.randrange(1, 64)]
        elif kind == 4:
            data[place:place] = chance.randbytes(chance.randrange(1, 32))
        else:
            del data[chance.randrange(len(data) // 8, len(data)) :]
        data = data or bytearray(b"x")
    return bytes(data)


def judged(data):
    """What becomes of ``data``; anything but a typed refusal passes through."""
    reader, kept = Bytes(data), Kept()
    inspect(reader)
    for read in (essence, presentation_sha256):
        with suppress(WitnesskitError):
            read(reader)
    try:
        strip(reader, kind_of(reader), kept)
    except WitnesskitError as refusal:
        return refusal.code
    return inspect_again(reader, Bytes(kept.data)).finding


@pytest.mark.parametrize("path", SMALL, ids=lambda path: path.name)
def test_some_mutants_of_every_real_file_end_well(path):
    chance = random.Random(path.name)
    with not_for_ever():
        assert all(judged(mutant(path.read_bytes(), chance)) for _ in range(3))


@pytest.mark.long
def test_two_thousand_mutants_end_well():
    chance, seen = random.Random(20111216), []
    for number in range(MUTANTS):
        data = mutant(SMALL[number % len(SMALL)].read_bytes(), chance)
        with not_for_ever():
            seen.append(judged(data))
    assert len(seen) == MUTANTS
    assert Finding.UNKNOWN not in seen, "a writer made what the inspector does not understand"
