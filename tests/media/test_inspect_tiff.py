"""What a TIFF or DNG gives away is told, and nothing that a clean copy does not hold passes as clean."""

import struct
import zlib

import pytest

from tests.media_builders.jpeg import AC_TABLE, segment
from tests.media_builders.jpeg_hiding import icc
from tests.media_builders.readers import Bytes
from tests.media_builders.tiff import CAMERA, Page, grey, jpeg_page, lossless, make, raw_page, rgb, sensor
from tests.media_builders.tiff_hiding import hiding, hiding_dng
from witnesskit.media.inspect import inspect
from witnesskit.media.residue import inspect_again
from witnesskit.media_model import Finding

NEUTRAL = {tag: value for tag, value in CAMERA.items() if tag not in (50708, 50721, 50728)} | {
    50708: (2, b"Raw Picture\0"), 50721: (10, [7, 10, -1, 5, -1, 20, -2, 5, 6, 5, 11, 50, -2, 25, 9, 50, 3, 5]),
    50728: (5, [1, 2, 1, 1, 2, 3]),
}  # fmt: skip
WARP = struct.pack(">IIBBHII", 1, 1, 1, 3, 0, 1, 68) + struct.pack(">I8d", 1, *[0.5] * 8)


def raw(coding="plain", **more):
    page = raw_page(coding=coding, heads=more.pop("heads", ()))
    page.tags |= NEUTRAL
    return Page(page.tags | more.pop("tags", {}), page.strips)


def palette(colours, strips=None, **tags):
    page = grey(tags={262: (3, [3]), 320: (3, colours)} | tags)
    page.strips = strips or [bytes(at % 3 for at in range(240))]
    return page


BLACK = [0] * 768
NAMED = [9, 8, 7] + [0] * 253 + [6, 5, 4] + [0] * 253 + [3, 2, 1] + [0] * 253
CLEAN = {
    "rgb": make([rgb()]), "big-endian": make([rgb()], order=">"), "BigTIFF": make([grey()], big=True),
    "pages": make([rgb(), grey()]), "jpeg": make([jpeg_page()]), "palette": make([palette(NAMED)]),
    "raw": make([raw()]), "lossless": make([raw("lossless")]), "opcodes": make([raw(tags={51022: (7, WARP)})]),
    "deflate": make([grey(tags={259: (3, [8])}, strips=[zlib.compress(grey().strips[0])])]),
    "turned": make([rgb(tags={274: (3, [6])})]), "aspect": make([rgb(tags={282: (5, [2, 1]), 283: (5, [1, 1]), 296: (3, [1])})]),
}  # fmt: skip


@pytest.mark.parametrize("name", CLEAN)
def test_a_plain_file_is_clean(name):
    seen = inspect(Bytes(CLEAN[name]))
    assert (seen.finding, seen.revelations, seen.reason) == (Finding.CLEAN, (), "")


def entry(data, tag):
    """The place of the entry of ``tag`` in the first directory of a little-endian classic TIFF."""
    (place,) = struct.unpack_from("<I", data, 4)
    (count,) = struct.unpack_from("<H", data, place)
    return next(
        at for at in range(place + 2, place + 2 + 12 * count, 12) if struct.unpack_from("<H", data, at) == (tag,)
    )


def changed(data, place, new):
    return data[:place] + new + data[place + len(new) :]


def tags_alone():
    numbers = [255, 263, 269, 270, 271, 272, 280, 281, 285, 286, 297, 301, 305, 306, 315, 316, 319, 321, 333, 336, 337, 343,
               700, 18246, 32781, 33432, 33550, 33723, 34377, 34737, 37724, 40091, 42112, 50341, 50708, 50735, 50839, 51111,
               52545, 65111]  # fmt: skip
    for number in numbers:
        yield f"tag {number}", make([rgb(tags={number: (2, b"words\0")})])
    for number in (50709, 50735, 50740, 50781, 50827, 50828, 50933, 50936, 50942, 50972, 52525, 271, 272):
        yield f"raw tag {number}", make([raw(tags={number: (7, b"words\0")})])


def values():
    yield "orientation 1", make([rgb(tags={274: (3, [1])})])
    yield "orientation in four bytes", make([rgb(tags={274: (4, [6])})])
    yield "two orientations", make([rgb(tags={274: (3, [6, 0x4141])})])
    yield "print resolution", make([rgb(tags={282: (5, [300, 1])})])
    yield "fraction not in its lowest terms", make([rgb(tags={282: (5, [600, 300])})])
    yield "fraction of chance", make([rgb(tags={282: (5, [1, 0x41414141])})])
    yield "page number bits", make([rgb(tags={254: (4, [0x41414140])})])
    yield "small version", make([rgb(), rgb(tags={254: (4, [1])})])
    yield "unnamed colours", make([palette([1] * 768)])
    yield "unnamed colour coded by differences", make([palette([*NAMED[:3], 1, *NAMED[4:]], None, **{})])
    yield "palette of a picture without one", make([grey(tags={320: (3, BLACK)})])
    yield "profile with texts", make([rgb(tags={34675: (7, icc())})])
    yield "model of a camera", make([raw(tags={50708: (2, b"Witness Nine\0")})])
    yield (
        "matrix of chance",
        make([raw(tags={50721: (10, b"Filmed by Saule from flat 12 ok! Filmed by Saule from flat 12 ok!12345678")})]),
    )
    yield "curve of words", make([raw(tags={50940: (11, b"Filmed by Saule from flat 12 ok!")})])
    yield "more values than a tag has", make([raw(tags={50730: (10, [1, 4, 1, 4])})])
    yield "linearisation that falls", make([raw(tags={50712: (3, b"Filmed by Saule!")})])
    yield "unknown opcode", make([raw(tags={51022: (7, changed(WARP, 4, b"\0\0\x12\x34"))})])
    yield "bytes behind the opcodes", make([raw(tags={51022: (7, WARP + b"words...")})])
    yield (
        "bytes inside an opcode",
        make([raw(tags={51022: (7, WARP[:16] + struct.pack(">I", 76) + WARP[20:] + b"words...")})]),
    )


def places():
    plain = CLEAN["rgb"]
    yield "one byte at the end", plain + b"\0"
    yield "tail", plain + b"serial 4711"
    yield "gap", make([rgb()], gap=b"loose!")
    odd = next(at for at in range(9, len(plain)) if plain[at] == 0 and make([grey(width=1, height=1)])[9] == 0)
    assert odd
    single = make([grey(width=1, height=1)])
    yield "filling byte", changed(single, 9, b"A")
    yield "spare bytes of an entry", changed(plain, entry(plain, 259) + 10, b"AB")
    yield (
        "spare bytes of BigTIFF",
        CLEAN["BigTIFF"].replace(struct.pack("<HHQQ", 259, 3, 1, 1), struct.pack("<HHQH", 259, 3, 1, 1) + b"secret"),
    )
    yield "strip slack", make([rgb(strips=[strip + b"!" for strip in rgb().strips])])
    yield "slack behind deflate", make([grey(tags={259: (3, [8])}, strips=[zlib.compress(grey().strips[0]) + b"!"])])
    yield (
        "rows behind the picture",
        make([grey(tags={259: (3, [8])}, strips=[zlib.compress(grey().strips[0] + b"hidden rows")])]),
    )
    yield (
        "slack behind packbits",
        make([grey(height=1, tags={259: (3, [32773])}, strips=[bytes([19]) + grey().strips[0][:20] + b"!"])]),
    )
    yield "too many strips", make([rgb(strips=[*rgb().strips, b"one more"])])
    yield "directory without a picture", make([rgb(), Page({50714: (4, [0x41414141])})])
    yield "raw and a page", make([raw(), Page({50714: (4, [0x41414141])})])
    yield "directory below", make([rgb(below={330: [grey()]})])
    yield "Exif", make([rgb(below={34665: [Page({36867: (2, b"2024:01:01 00:00:00\0")})]})])
    yield "GPS", make([rgb(below={34853: [Page({1: (2, b"N\0")})]})])
    shared = changed(plain, entry(plain, 273) + 8, plain[entry(plain, 279) + 8 :][:4])
    yield "values on each other", shared
    twice = changed(plain, entry(plain, 284), plain[entry(plain, 278) : entry(plain, 278) + 12])
    yield "tag twice", twice
    yield "tags out of order", changed(changed(plain, entry(plain, 277), plain[entry(plain, 278) :][:12]), entry(plain, 278), plain[entry(plain, 277) :][:12])  # fmt: skip
    yield "next directory far away", changed(plain, len(plain) - 4, b"AAAA")


def streams():
    yield "comment in a stream", make([jpeg_page(heads=[segment(0xFE, b"x")])])
    yield "Exif in a stream", make([jpeg_page(heads=[segment(0xE1, b"Exif\0\0x")])])
    yield "long JFIF in a stream", make([jpeg_page(heads=[segment(0xE0, b"JFIF\0\1\1\0\0\x48\0\x48\0\0")])])
    yield "long Adobe in a stream", make([jpeg_page(heads=[segment(0xEE, b"Adobe\0\x64\0\0\0\0\1x")])])
    yield "unused table in a stream", make([jpeg_page(heads=[segment(0xDB, b"\3" + bytes([1] * 64))])])
    yield "behind a stream", make([jpeg_page(tail=b"x")])
    yield "shared tables", make([jpeg_page(tables=True)])
    yield "comment in a lossless stream", make([raw("lossless", heads=[segment(0xFE, b"x")])])
    yield "unused table in a lossless stream", make([raw("lossless", heads=[segment(0xC4, b"\1" + AC_TABLE[1:])])])
    hidden = raw("lossless")
    hidden.strips[0] += b"x"
    yield "behind a lossless stream", make([hidden])
    other = raw("lossless")
    other.strips[0] = other.strips[0][:-2] + b"Filmed from the balcony of flat 12, by Saule\xff\xd9"
    yield "words in a lossless stream", make([other])
    restarts = raw("lossless")
    restarts.strips[0] = restarts.strips[0][:-2] + b"\xff\xd0words\xff\xd9"
    yield "restart markers in a lossless stream", make([restarts])


ALONE = [*tags_alone(), *values(), *places(), *streams()]


@pytest.mark.parametrize(("name", "data"), ALONE, ids=lambda value: value if isinstance(value, str) else "")
def test_each_thing_alone_keeps_a_file_from_being_clean(name, data):
    assert inspect(Bytes(data)).finding is not Finding.CLEAN


def test_a_canary_tells_where_when_who_and_with_what():
    data, tokens = hiding()
    seen = inspect(Bytes(data))
    values = " ".join(one.value for one in seen.revelations)
    told = [token.decode() for token in tokens if token.decode() in values]
    silent = {token.decode() for token in tokens} - set(told)
    assert {name[4:-2] for name in silent} <= {
        "halftone!", "IPTCcity00123", "JPEGTables COM", "behind tables", "Photoshop", "gap", "layers", "geo scale", "C2PA",
        "strip slack 0", "JFIF",
    } | {f"profile {tag}" for tag in ("desc", "cprt", "mmod", "dmnd")} | {"gap of the profile", "behind a curve", "IPTC city", "8BIM other"}  # fmt: skip
    assert ("where", "43.336") in {
        (one.group, one.value[:6]) for one in seen.revelations if one.name == "GPS position"
    }
    assert {"where", "when", "who", "device", "software", "inside"} <= {one.group for one in seen.revelations}


def test_a_raw_canary_tells_the_camera_and_its_owner():
    data, _ = hiding_dng()
    seen = inspect(Bytes(data))
    names = {one.name for one in seen.revelations}
    assert {
        "CameraSerialNumber",
        "OriginalRawFileName",
        "UniqueCameraModel",
        "GPS position",
        "content credentials (C2PA)",
    } <= names


@pytest.mark.parametrize("made", [hiding, hiding_dng])
def test_a_value_of_the_original_that_is_left_in_a_copy_is_found(made):
    original, tokens = made()
    told = [
        token for token in tokens if b"Artist" in token or b"Model" in token or b"XMP" in token or b"Serial" in token
    ]
    assert len(told) > 2
    for token in told:
        for hidden in (token, token.decode().encode("utf-16-le")):
            copy = make([grey(width=len(hidden), height=1, strips=[hidden])])
            assert inspect(Bytes(copy)).finding is Finding.CLEAN
            assert inspect_again(Bytes(original), Bytes(copy)).finding is Finding.FOUND, token


@pytest.mark.parametrize("data", [
    b"II*\0\x08\0\0\0", b"MM\0*", b"II+\0\x08\0\0\0", b"II*\0\xff\xff\xff\xff", CLEAN["rgb"][:-30], CLEAN["jpeg"][:300],
    make([rgb(tags={259: (3, [34712])})]), make([raw_page()]), make([rgb(tags={256: (4, [0])})]), b"IIRO" + CLEAN["rgb"][4:],
    b"IIU\0" + CLEAN["rgb"][4:], changed(CLEAN["rgb"], 8, b"CR\2\0"), changed(CLEAN["rgb"], 8, b"IIII"),
])  # fmt: skip
def test_what_is_not_understood_is_unknown_with_its_reason(data):
    seen = inspect(Bytes(data))
    assert seen.finding is Finding.UNKNOWN
    assert seen.reason


def test_a_lossless_stream_of_the_builder_is_as_long_as_its_samples():
    assert len(lossless(sensor())) > 48 * 64
