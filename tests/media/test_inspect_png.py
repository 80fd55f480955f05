"""What a PNG gives away is told; clean is said only of what is wholly understood. The writer takes no part here."""

import struct
import zlib

import pytest

from tests.media_builders import png
from tests.media_builders.png import (
    animated,
    build,
    chunk,
    control,
    hiding,
    packed,
    profile_chunk,
    raw_profile,
    rows,
    tiff_block,
)
from tests.media_builders.readers import Bytes
from witnesskit.media.inspect import inspect
from witnesskit.media_model import Finding

INDEXED = {"colour": 3, "depth": 4, "value": 0x33}
USED = bytes(9) + b"abc" + bytes(36)
FULL = {"colour": 3, "depth": 8, "value": 3}


def test_every_group_a_person_asks_for_is_told():
    revelations = inspect(Bytes(hiding()[0])).revelations
    assert {"where", "when", "device", "who", "inside", "other", "software"} <= {one.group for one in revelations}
    told = {(one.place, one.name) for one in revelations}
    assert {("PNG eXIf/GPS", "GPS position"), ("PNG tIME", "time of change"), ("PNG tEXt", "Author")} <= told
    values = " ".join(one.value for one in revelations)
    for word in ("zTXt", "packed iTXt", "XMP attribute", "IPTC city", "profile desc", "private", "behind the zlib"):
        assert word in values, word


def damaged(data, kind):
    place = data.index(kind) + 4
    size = struct.unpack(">I", data[place - 8 : place - 4])[0]
    return data[: place + size] + bytes(4) + data[place + size + 4 :]


ALONE = {
    "text": build(chunk(b"tEXt", b"a\0b")), "empty text": build(chunk(b"tEXt")), "packed text": build(packed(b"zTXt", b"a", b"b")),
    "text behind": build(behind=chunk(b"iTXt", b"a\0\0\0\0\0b")), "time": build(chunk(b"tIME", bytes(7))),
    "XMP": build(chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0<x/>")), "Exif": build(chunk(b"eXIf", tiff_block())),
    "empty Exif": build(chunk(b"eXIf")), "text of Exif": build(packed(b"zTXt", b"Raw profile type exif", raw_profile("exif", tiff_block()))),
    "suggested palette": build(chunk(b"sPLT", b"a\0\x08")), "histogram": build(chunk(b"hIST", bytes(2))),
    "significant bits": build(chunk(b"sBIT", bytes(3))), "private": build(chunk(b"prVt")), "iDOT": build(chunk(b"iDOT", bytes(28))),
    "credentials": build(chunk(b"caBX", b"jumb")), "profile with texts": build(profile_chunk()),
    "gamma": build(chunk(b"gAMA", b"Saul")), "gamma behind": build(behind=chunk(b"gAMA", struct.pack(">I", 45455))),
    "chromaticities": build(chunk(b"cHRM", b"Saule lives in flat 12, Zhanaozen")), "long sRGB": build(chunk(b"sRGB", b"\0a")),
    "code points": build(chunk(b"cICP", b"\1\1\1\1")), "mastering": build(chunk(b"mDCV", bytes(24))),
    "light": build(chunk(b"cLLI", b"Saule 12")), "resolution": build(chunk(b"pHYs", struct.pack(">IIB", 2834, 2834, 1))),
    "aspect not in lowest terms": build(chunk(b"pHYs", struct.pack(">IIB", 2, 4, 0))),
    "background of an opaque picture": build(frame=chunk(b"bKGD", bytes(6))), "palette nobody needs": build(palette=b"abc"),
    "wide background": build(colour=6, depth=16, frame=chunk(b"bKGD", b"Saule!")),
    "unused entry": build(palette=USED[:-1] + b"x", **INDEXED), "transparency of an unused entry": build(palette=USED, frame=chunk(b"tRNS", b"a\xff\xff\0"), **INDEXED),
    "long transparency": build(palette=USED, frame=chunk(b"tRNS", bytes(17)), **INDEXED),
    "entries beyond the depth": build(palette=USED + b"xyz", **INDEXED),
    "unused wide transparent colour": build(depth=16, frame=chunk(b"tRNS", b"Saule!")),
    "behind the zlib stream": build(data=zlib.compress(rows()) + b"x"), "more than pixels": build(data=zlib.compress(rows() + b"x")),
    "bits behind a row": build(colour=0, depth=1, width=5, data=zlib.compress(b"\0\1" * 6)),
    "behind the end": build(tail=b"\0"), "in IEND": build(end=chunk(b"IEND", b"x")), "second IDAT": build(behind=chunk(b"tEXt") + chunk(b"IDAT", b"x")),
    "frame without animation": build(behind=chunk(b"fdAT", b"\0\0\0\0x")), "wrong checksum": damaged(build(chunk(b"sRGB", b"\0")), b"sRGB"),
    "two gammas": build(chunk(b"gAMA", struct.pack(">I", 45455)) * 2), "behind a frame": animated(slack=b"x", delay=(1, 10)),
    "delay not in lowest terms": animated(), "endless plays with a number": animated(delay=(1, 10), plays=70_000),
    "late acTL": build(behind=chunk(b"acTL", bytes(8))),
}  # fmt: skip


@pytest.mark.parametrize("name", ALONE)
def test_each_thing_alone_keeps_a_picture_from_being_clean(name):
    seen = inspect(Bytes(ALONE[name]))
    assert seen.finding is Finding.FOUND, seen


PLAIN = [
    build(), build(colour=6, depth=16), build(palette=USED, **INDEXED), build(interlace=1), animated(delay=(1, 10)),
    animated(True, delay=(1, 10)), build(filters=(0, 1, 2, 3, 4)), build(chunk(b"sRGB", b"\0")),
    build(palette=bytes(9) + b"abc", filters=(0, 2), **FULL),
    build(chunk(b"pHYs", struct.pack(">IIB", 1, 2, 0))),
]  # fmt: skip


@pytest.mark.parametrize("data", PLAIN)
def test_a_plain_picture_is_clean(data):
    seen = inspect(Bytes(data))
    assert (seen.finding, seen.revelations, seen.reason) == (Finding.CLEAN, (), "")
    assert (seen.facts["width"], seen.facts["height"]) == (8, 6)


GOOD, ACTL = build(), chunk(b"acTL", b"\0\0\0\1" + bytes(4))


@pytest.mark.parametrize("data", [
    png.SIGNATURE, GOOD[:-1], GOOD[:40], GOOD.replace(b"IHDR", b"CgBI", 1), GOOD.replace(b"IDAT", b"IDOT", 1),
    png.SIGNATURE + chunk(b"IEND"), build(colour=5, data=b"", depth=8), build(colour=3), build(width=0, data=b""),
    png.SIGNATURE + png.header() + GOOD[8:], damaged(GOOD, b"IDAT"), damaged(GOOD, b"IHDR"),
    build(data=b"\x78\xbb" + bytes(20)), build(data=zlib.compress(rows())[:-4]), build(data=zlib.compress(rows())[:-4] + b"abcd"),
    build(data=zlib.compress(rows(height=2))), build(data=zlib.compress(rows(filters=(5,)))), build(data=b"not zlib"),
    build(frame=ACTL), build(frame=ACTL + control(1)), build(frame=ACTL + control(0, width=9)),
    build(frame=chunk(b"acTL", bytes(8))), build(frame=ACTL, behind=chunk(b"fdAT", bytes(9))),
])  # fmt: skip
def test_what_is_not_understood_is_unknown_with_its_reason(data):
    seen = inspect(Bytes(data))
    assert seen.finding is Finding.UNKNOWN
    assert seen.reason


def test_a_broken_file_still_tells():
    values = {one.value for one in inspect(Bytes(build(chunk(b"tEXt", b"Author\0Saule"))[:-20])).revelations}
    assert "Saule" in values
