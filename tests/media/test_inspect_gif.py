"""What a GIF gives away is told; clean is said only of what is wholly understood. The writer takes no part here."""

import pytest

from tests.media_builders.gif import (
    COLOURS,
    LOOP,
    animated,
    application,
    blocks,
    comment,
    control,
    gif,
    hiding,
    image,
    lzw,
)
from tests.media_builders.jpeg_hiding import icc
from tests.media_builders.readers import Bytes
from witnesskit.media.inspect import inspect
from witnesskit.media_model import Finding

PIXELS = bytes([1, 2, 1, 2] * 3)


def test_what_is_written_in_it_is_told():
    revelations = inspect(Bytes(hiding()[0])).revelations
    assert {"where", "device", "inside", "other", "software"} <= {one.group for one in revelations}
    values = " ".join(one.value for one in revelations)
    for word in (
        "comment",
        "Жаңаөзен",
        "plain text",
        "XMP attribute",
        "application data",
        "profile desc",
        "unknown extension",
    ):
        assert word in values, word


ALONE = {
    "comment": gif(comment(b"x"), image()), "empty comment": gif(image(), comment(b"")), "plain text": gif(b"\x21\x01" + blocks(bytes(12)), image()),
    "XMP": gif(application(b"XMP DataXMP", blocks(b"x")[:-1]), image()), "unknown application": gif(application(b"Saule Phone", b""), image()),
    "application without a name": gif(b"\x21\xff" + blocks(b"x"), image()), "unknown extension": gif(b"\x21\x55" + blocks(b"x"), image()),
    "profile": gif(application(b"ICCRGBG1012", blocks(icc())[:-1]), image()), "loops of a still": gif(LOOP, image()), "two loops": animated(LOOP, LOOP),
    "other loops": animated(application(b"ANIMEXTS1.0", b"\3\1\0\0")), "behind the loops": animated(application(b"NETSCAPE2.0", b"\3\1\0\0\1x")),
    "long loops": animated(application(b"NETSCAPE2.0", b"\4\1\0\0x")), "buffering": animated(application(b"NETSCAPE2.0", b"\5\2\0\0\0\0")),
    "behind the trailer": gif(tail=b"\0"), "no trailer": gif(end=b""), "zeros": gif(b"\0", image()), "square aspect": gif(aspect=49),
    "background without a colour": gif(ground=9), "control of nothing": gif(image(), control()), "two controls": gif(control(), control(), image()),
    "reserved bits": gif(control(reserved=1), image()), "key": gif(control(key=1), image()), "index of no transparency": gif(b"\x21\xf9\x04\0\0\0\7\0", image()),
    "long control": gif(control(tail=b"x"), image()), "behind the control": gif(b"\x21\xf9\x04\0\0\0\0\1x\0", image()),
    "reserved bits of a picture": gif(image(flags=8)), "size without colours": gif(image(flags=3)), "sorted": gif(image(flags=0x20)),
    "unused global colour": gif(colours=COLOURS[:-1] + b"x"), "unused own colour": gif(image(colours=b"x" + COLOURS[1:])),
    "behind the end code": gif(image(coded=lzw(PIXELS, 2) + b"x")), "clear code at the end": gif(image(coded=lzw(PIXELS, 2, clear_at_end=True))),
    "no end code": gif(image(coded=lzw(PIXELS, 2, end=False))), "codes behind the pixels": gif(image(coded=lzw(PIXELS, 2, more=[1, 2]))),
    "bits behind the end code": gif(image(coded=lzw(PIXELS, 2)[:-1] + bytes([lzw(PIXELS, 2)[-1] | 0x80]))), "cut in small blocks": gif(image(size=1)),
}  # fmt: skip


@pytest.mark.parametrize("name", ALONE)
def test_each_thing_alone_keeps_a_picture_from_being_clean(name):
    seen = inspect(Bytes(ALONE[name]))
    assert seen.finding is Finding.FOUND, seen


@pytest.mark.parametrize("data", [
    gif(), gif(head=b"GIF87a"), animated(), animated(LOOP), gif(aspect=30), gif(image(flags=0x40)), gif(control(clear=0), image()),
    gif(image(colours=COLOURS), colours=b""), gif(image(coded=lzw(PIXELS[:5], 2))), gif(image(place=(2, 0, 4, 3))),
])  # fmt: skip
def test_a_plain_picture_is_clean(data):
    seen = inspect(Bytes(data))
    assert (seen.finding, seen.revelations, seen.reason) == (Finding.CLEAN, (), "")
    assert (seen.facts["width"], seen.facts["height"]) == (4, 3)


@pytest.mark.parametrize("data", [
    gif()[:10], gif()[:20], gif()[:-3], gif(comment(b"x")), gif(b"\x77", image()), gif(image(), colours=b""),
    gif(image(minimum=1, coded=b"\0")), gif(image(place=(0, 0, 0, 3))), gif(image(coded=b"\xff\xff\xff")), gif(image(coded=b"\x7c\xff")),
])  # fmt: skip
def test_what_is_not_understood_is_unknown_with_its_reason(data):
    seen = inspect(Bytes(data))
    assert seen.finding is Finding.UNKNOWN
    assert seen.reason


def test_endless_restarts_and_blocks_are_unknown(monkeypatch):
    monkeypatch.setattr("witnesskit.media.codes_gif.GIF_CLEARS_MAX", 1000)
    monkeypatch.setattr("witnesskit.media.walk_gif.GIF_CLEARS_MAX", 1000)
    monkeypatch.setattr("witnesskit.media.walk_gif.GIF_BLOCKS_MAX", 1000)
    restarts = image(coded=bytes([0x24, 0x49, 0x92] * 500), place=(0, 0, 65_535, 65_535))
    for data in (gif(restarts), gif(*[image()] * 999 + [image()] * 3), gif(comment(b"") * 1001, image())):
        assert "too many" in inspect(Bytes(data)).reason
