"""What a WebP gives away is told; clean is said only of what is wholly understood. The writer takes no part here."""

import pytest

from tests.media_builders.jpeg_hiding import icc
from tests.media_builders.png import tiff_block
from tests.media_builders.readers import Bytes
from tests.media_builders.webp import (
    ALPHA,
    CLEAR,
    LOSSLESS,
    LOSSY,
    PICTURE,
    PLAIN,
    animated,
    chunk,
    frame,
    head,
    hiding,
    orientation,
    riff,
)
from witnesskit.media.inspect import inspect
from witnesskit.media_model import Finding

PLAY, ODD = chunk(b"ANIM", bytes(6)), chunk(b"VP8 ", LOSSY + b"\x81", pad=b"x")
SEEN_THROUGH = chunk(b"ALPH", ALPHA)


def test_every_group_a_person_asks_for_is_told():
    revelations = inspect(Bytes(hiding()[0])).revelations
    assert {"where", "when", "device", "who", "inside", "other"} <= {one.group for one in revelations}
    told = {(one.place, one.name) for one in revelations}
    assert {("WebP EXIF/GPS", "GPS position"), ("WebP C2PA", "content credentials (C2PA)")} <= told
    values = " ".join(one.value for one in revelations)
    for word in ("PSAI", "XMP attribute", "profile desc", "behind the alpha"):
        assert word in values, word
    assert "in a frame" in " ".join(one.value for one in inspect(Bytes(hiding(True)[0])).revelations)


ALONE = {
    "Exif": riff(head(8), PICTURE, chunk(b"EXIF", tiff_block())), "Exif with another head": riff(head(8), PICTURE, chunk(b"EXIF", b"Exif\0\0" + orientation(6))),
    "empty Exif": riff(head(8), PICTURE, chunk(b"EXIF")), "Exif not announced": riff(head(0), PICTURE, chunk(b"EXIF", orientation(6))),
    "Exif in the simple form": riff(PICTURE, chunk(b"EXIF", orientation(6))), "two turns": riff(head(8), PICTURE, chunk(b"EXIF", orientation(6)) * 2),
    "XMP": riff(head(4), PICTURE, chunk(b"XMP ", b"<x/>")), "XMP flag": riff(head(4), PICTURE), "profile": riff(head(0x20), chunk(b"ICCP", icc()), PICTURE),
    "unknown": riff(head(0), PICTURE, chunk(b"PSAI")), "no name": riff(head(0), PICTURE, chunk(b"    ")), "credentials": riff(head(0), PICTURE, chunk(b"C2PA")),
    "reserved bits": riff(head(0xC0), PICTURE), "reserved bytes": riff(head(0, reserved=b"abc"), PICTURE), "long head": riff(chunk(b"VP8X", head(0)[8:] + b"ab"), PICTURE),
    "padding": riff(ODD), "padding in a frame": riff(head(2), PLAY, frame(ODD)), "behind the file": riff(PICTURE, tail=b"\0"),
    "loose bytes": riff(PICTURE, b"abc"), "second picture": riff(head(0), PICTURE, PLAIN), "frame of a still": riff(head(0), PICTURE, frame(PICTURE)),
    "alpha behind": riff(head(0), PICTURE, SEEN_THROUGH), "alpha of a lossless picture": riff(head(0x10), SEEN_THROUGH, chunk(b"VP8L", CLEAR)),
    "two alphas": riff(head(0x10), SEEN_THROUGH, SEEN_THROUGH, PICTURE), "alpha flag": riff(head(0x10), PICTURE),
    "reserved bits of alpha": riff(head(0x10), chunk(b"ALPH", b"\x80" + ALPHA[1:]), PICTURE), "behind raw alpha": riff(head(0x10), chunk(b"ALPH", ALPHA + b"x"), PICTURE),
    "chunk in a frame": animated(inside=chunk(b"JUNK")), "loose bytes in a frame": animated(inside=b"abc"), "reserved bits of a frame": animated(flags=0x80),
    "long ANIM": riff(head(2), chunk(b"ANIM", bytes(8)), frame(PICTURE)), "two ANIM": riff(head(2), PLAY, PLAY, frame(PICTURE)),
    "order": riff(head(0x28), chunk(b"EXIF", orientation(6)), PICTURE), "text behind": riff(chunk(b"VP8 ", LOSSY + b"Saule lives in 12")),
    "wide text behind": riff(chunk(b"VP8L", LOSSLESS + "Saule, flat".encode("utf-16-be"))),
    "text inside": riff(chunk(b"VP8 ", LOSSY + b"Saule lives in the house with number 12" + bytes(range(128, 250)))),
}  # fmt: skip


@pytest.mark.parametrize("name", ALONE)
def test_each_thing_alone_keeps_a_picture_from_being_clean(name):
    seen = inspect(Bytes(ALONE[name]))
    assert seen.finding is Finding.FOUND, seen


@pytest.mark.parametrize("data", [
    riff(PICTURE), riff(PLAIN), riff(head(0x10), SEEN_THROUGH, PICTURE), animated(), riff(head(8), PICTURE, chunk(b"EXIF", orientation(8))),
    riff(head(0x10), chunk(b"VP8L", CLEAR)),
])  # fmt: skip
def test_a_plain_picture_is_clean(data):
    seen = inspect(Bytes(data))
    assert (seen.finding, seen.revelations, seen.reason) == (Finding.CLEAN, (), "")
    assert (seen.facts["width"], seen.facts["height"]) == (8, 6)


@pytest.mark.parametrize("data", [
    riff(), riff(chunk(b"JUNK"), PICTURE), riff(PICTURE)[:-1], riff(PICTURE, size=9999), riff(b"VP8 \xff\xff\xff\xff"), riff(head(0)),
    riff(chunk(b"VP8 ", LOSSY[:9])), riff(chunk(b"VP8 ", b"\x91" + LOSSY[1:])), riff(chunk(b"VP8L", b"\x2e" + LOSSLESS[1:])),
    riff(chunk(b"VP8 ", b"\xf0\xff" + LOSSY[2:])), riff(head(0, width=9), PICTURE), riff(chunk(b"VP8X", b"\0"), PICTURE),
    riff(head(0x10), chunk(b"ALPH", b"\0ab"), PICTURE), riff(head(2), frame(PICTURE)), riff(head(2), PLAY), riff(head(2), PLAY, frame(PICTURE), PICTURE),
    riff(head(2), PLAY, frame(PICTURE, left=2)), riff(head(2), PLAY, frame()), riff(head(2), PLAY, chunk(b"ANMF", b"ab")),
])  # fmt: skip
def test_what_is_not_understood_is_unknown_with_its_reason(data):
    seen = inspect(Bytes(data))
    assert seen.finding is Finding.UNKNOWN
    assert seen.reason
