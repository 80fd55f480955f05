"""Messages beside pictures: those that stay are read to their last bit, stand once in a picture, and are no room."""

from itertools import product

import pytest

from tests.media_builders.mp4 import sei
from tests.strip.test_film_codings import PLUS
from witnesskit.formats.nal import H264, HEVC
from witnesskit.formats.sei import Seen, messages, neutral
from witnesskit.formats.sei_payloads import fits
from witnesskit.media.film_entries import EntryFacts
from witnesskit.media.film_messages import is_needed
from witnesskit.media.film_samples import SampleScan, look_at_unit

TOKEN = b"QZTOKENWITNESSXJQZTOKENWITNESSXJ"
REAL = [  # HEVC or not, kind, payload
    (True, 137, bytes.fromhex("33c286c41d4c0b8684d03e803d1340420098968000000001")),
    (True, 144, bytes.fromhex("03e80190")),
    (True, 147, b"\x12"),
    (True, 148, bytes.fromhex("002fe9a03d134042")),
    (True, 4, b"\xb5\0\x3c\0\1\4" + PLUS),
    (True, 6, b"\xd0"),
    (True, 1, b"\x02"),
    (True, 47, bytes.fromhex("080018")),  # turned by 90 degrees, in force from here on
    (False, 6, b"\x84"),
    (False, 0, bytes.fromhex("c0000af00000")),
]


@pytest.mark.parametrize(("hevc", "kind", "payload"), REAL)
def test_a_real_message_stays_and_its_longer_form_goes(hevc, kind, payload):
    name = "hevc" if hevc else "h264"
    assert fits(name, kind, payload)
    assert is_needed(hevc, kind, payload)
    if kind not in (0, 1):  # their lengths depend on other units
        assert not fits(name, kind, payload + b"\x41")
        assert not is_needed(hevc, kind, payload + b"\x41")


@pytest.mark.parametrize("size", [*range(1, 33), 64, 120])
def test_no_message_of_any_kind_holds_a_text(size):
    for kind, token in product(range(256), (TOKEN * 4, ("QZTOKEN" * 16).encode("utf-16-le"))):
        payload = token[:size]
        for hevc in (True, False):
            name = "hevc" if hevc else "h264"
            assert fits(name, kind, payload) == is_needed(hevc, kind, payload)
            if size >= 8:
                assert not fits(name, kind, payload)


@pytest.mark.parametrize("kind", [0, 128, 130, 131, 132, 134])
def test_messages_of_hevc_that_show_nothing_go(kind):
    for size in range(1, 64):
        assert not fits("hevc", kind, bytes(range(160, 160 + size)))
        assert not is_needed(True, kind, bytes(range(160, 160 + size)))


def test_a_message_stays_once_in_a_picture_and_in_four_values_in_a_film():
    seen, scan = Seen(), SampleScan(EntryFacts(coding="hevc"), "x")
    for number in range(8):
        unit = sei(144, bytes([3, number, 1, 144]), b"\x4e\x01")
        kept = 144 in {message.kind for message in messages(neutral(HEVC, unit, None, seen), 2) or ()}
        assert kept == (number < 4)
        again = neutral(HEVC, unit, None, seen)
        assert 144 not in {message.kind for message in messages(again, 2) or ()}
        look_at_unit(scan, unit)
        assert bool(scan.revelations) == (number >= 4)
        seen.here.clear()
        scan.seen.here.clear()
    look_at_unit(scan, sei(147, b"\x12", b"\x4e\x01"))
    before = len(scan.revelations)
    look_at_unit(scan, sei(147, b"\x12", b"\x4e\x01"))
    assert len(scan.revelations) == before + 1


@pytest.mark.parametrize("coding", [H264, HEVC])
def test_a_message_repeated_in_one_unit_goes(coding):
    head = b"\x06" if coding is H264 else b"\x4e\x01"
    unit = head + b"\x93\x01\x12" * 9 + b"\x80"
    fresh = neutral(coding, unit, None)
    assert [message.kind for message in messages(fresh, coding.header)] == [147, *[3] * 8]
