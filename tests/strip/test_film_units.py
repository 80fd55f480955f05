"""Units beside the coded pictures: each kind is known to its last byte, blanked, or a reason to refuse."""

import zlib

import pytest

from tests.media_builders import mp4
from tests.media_builders.mp4 import film, units
from tests.media_builders.readers import Bytes, Kept
from witnesskit.errors.media import BadMedia
from witnesskit.formats.nal import HEVC, is_dolby, unescape
from witnesskit.media.inspect_isobmff import inspect_isobmff
from witnesskit.media.residue import inspect_again
from witnesskit.media_model import Finding
from witnesskit.strip.registry import strip

TOKEN = b"43.34N 51.87E"  # shorter than any run of text that is looked for in coded bytes
BOTH = [*((False, kind) for kind in range(24)), *((True, kind) for kind in range(64))]
SLICES = [(False, kind) for kind in range(1, 6)] + [(True, kind) for kind in (*range(10), *range(16, 22))]
SETS = [(False, 7), (False, 8), (True, 32), (True, 33), (True, 34)]
MARKS = [(False, 9), (False, 10), (False, 11), (True, 35), (True, 36), (True, 37)]


def head(hevc, kind):
    return bytes([kind << 1, 1]) if hevc else bytes([0x60 | kind])


def with_unit(monkeypatch, hevc, unit):
    """A film whose first sample holds one more unit before its picture."""
    made = mp4.video_samples(mp4.Canary(quiet=True), hevc)
    with monkeypatch.context() as patch:
        patch.setattr(mp4, "video_samples", lambda *_: [units(unit) + made[0], *made[1:]])
        return film(hevc=hevc)


def stripped(data):
    kept = Kept()
    return strip(Bytes(data), "video/mp4", kept), kept.data


@pytest.mark.parametrize(("hevc", "kind"), [one for one in BOTH if one not in SLICES and one not in SETS])
def test_a_token_in_a_unit_that_is_no_picture_is_gone_or_the_film_is_refused(monkeypatch, hevc, kind):
    data = with_unit(monkeypatch, hevc, head(hevc, kind) + TOKEN + b"\x80")
    assert inspect_isobmff(Bytes(data)).finding is not Finding.CLEAN
    try:
        _result, copy = stripped(data)
    except BadMedia:
        assert (hevc, kind) in MARKS or kind in HEVC.reserved
        return
    assert TOKEN not in copy
    assert inspect_again(Bytes(data), Bytes(copy)).finding is Finding.CLEAN


@pytest.mark.parametrize(("hevc", "kind"), MARKS)
def test_marks_between_pictures_stay(monkeypatch, hevc, kind):
    unit = head(hevc, kind) + (b"\x10" if kind in (9, 35) else b"")
    _result, copy = stripped(with_unit(monkeypatch, hevc, unit))
    assert units(unit) in copy
    assert inspect_isobmff(Bytes(copy)).finding is Finding.CLEAN


@pytest.mark.parametrize("kind", [13, 14, 15, 19, 20])
def test_a_second_layer_is_blanked_and_said(monkeypatch, kind):
    result, _copy = stripped(with_unit(monkeypatch, False, head(False, kind) + bytes(range(1, 30))))
    assert any("second layer" in remark for remark in result.kept)


def recipe(body):
    """Dolby Vision's data with their checksum."""
    mirror = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))
    value = int(f"{zlib.crc32(body.translate(mirror)) ^ 0xFFFFFFFF:032b}"[::-1], 2)
    return b"\x7c\x01\x19" + mp4.escaped(body + value.to_bytes(4, "big")) + b"\x80"


def test_the_recipe_of_dolby_vision_stays_and_nothing_can_ride_behind_it(monkeypatch):
    whole = recipe(bytes(range(128, 250)) + bytes(9))
    assert is_dolby(whole) and unescape(whole) != whole
    _result, copy = stripped(with_unit(monkeypatch, True, whole))
    assert units(whole) in copy
    assert inspect_isobmff(Bytes(copy)).finding is Finding.CLEAN
    longer = whole[:-1] + TOKEN + b"\x80"
    assert not is_dolby(longer)
    data = with_unit(monkeypatch, True, longer)
    assert inspect_isobmff(Bytes(data)).finding is Finding.FOUND
    assert TOKEN not in stripped(data)[1]
