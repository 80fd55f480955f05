"""Words where decoders do not look: behind scans, partitions, slices, tiles, in tables no sample uses.

Each is put into a clean copy by hand: the writer refuses it by name, the inspector does not call it clean.
"""

from __future__ import annotations

import io
import re
import struct
import zlib

import pytest
from PIL import Image

from tests.media_builders import heif
from tests.media_builders.readers import Bytes, Kept
from tests.media_builders.tiff import dng, make, rgb
from witnesskit.errors.media import BadMedia, MediaTooLarge
from witnesskit.errors.strip import HiddenInPicture, SurplusInPicture, TextInPictures
from witnesskit.formats.coded_text import reads_near_end
from witnesskit.media.inspect import inspect
from witnesskit.media.probe import media_type
from witnesskit.media.readable import words_near_end
from witnesskit.media_model import Finding
from witnesskit.strip.registry import strip

_TOKEN = "TKN0042QXZJVKPA"
_FORMS = {
    "plain": _TOKEN.encode(),
    "wide": _TOKEN.encode("utf-16-le"),
    "wide, big end first": _TOKEN.encode("utf-16-be"),
    "zeros behind": _TOKEN.encode() + bytes(2),
    "other bytes behind": _TOKEN.encode() + b"\x91\x03\xfe\x80",
}


def _picture() -> Image.Image:
    image = Image.new("RGB", (64, 48))
    image.putdata([((x * 5 + y * 3) % 256, x * y % 256, (x * 2 + y) % 256) for y in range(48) for x in range(64)])
    return image


def _copy(data: bytes) -> bytes:
    kept = Kept()
    strip(Bytes(data), media_type(data[:4096]), kept)
    return bytes(kept.data)


def _coded(form: str, **how: object) -> bytes:
    stream = io.BytesIO()
    _picture().save(stream, form, **how)
    return _copy(stream.getvalue())


def _is_refused(data: bytes, reason: type[Exception]) -> None:
    assert inspect(Bytes(data)).finding is not Finding.CLEAN
    with pytest.raises(reason):
        _copy(data)


@pytest.mark.parametrize("words", _FORMS.values(), ids=_FORMS)
def test_words_behind_a_jpeg_scan(words: bytes) -> None:
    clean = _coded("JPEG", quality=80)
    _is_refused(clean[:-2] + words + clean[-2:], HiddenInPicture)


def test_words_behind_an_earlier_scan_and_before_a_restart() -> None:
    clean = _coded("JPEG", quality=80, progressive=True)
    end = re.compile(rb"\xff[\xc4\xda]").search(clean, clean.find(b"\xff\xda") + 2)
    assert end is not None
    _is_refused(clean[: end.start()] + _FORMS["plain"] + clean[end.start() :], HiddenInPicture)
    clean = _coded("JPEG", quality=80, restart_marker_blocks=2)
    at = clean.find(b"\xff\xd0", clean.find(b"\xff\xda"))
    for words in (_FORMS["plain"], _FORMS["wide"]):
        _is_refused(clean[:at] + words + clean[at:], HiddenInPicture)


@pytest.mark.parametrize(
    "head, place, size", [(b"JFIF\0", 5, 7), (b"JFIF\0", 8, 4), (b"Adobe", 5, 6), (b"Adobe", 11, 1)]
)
def test_words_in_the_numbers_of_short_heads(head: bytes, place: int, size: int) -> None:
    clean = _coded("JPEG", quality=80)
    adobe = b"\xff\xee\0\x0eAdobe\0\x64\0\0\0\0\1"
    clean = clean[:20] + adobe + clean[20:]
    assert _copy(clean) == clean and inspect(Bytes(clean)).finding is Finding.CLEAN
    at = clean.index(head) + place
    planted = clean[:at] + _FORMS["plain"][:size] + clean[at + size :]
    assert inspect(Bytes(planted)).finding is Finding.FOUND


@pytest.mark.parametrize("tag", [278, 279])
def test_numbers_of_a_single_strip_that_readers_pass_over(tag: int) -> None:
    clean = bytearray(_coded("TIFF"))
    at = clean.index(struct.pack("<HHI", tag, 4, 1)) + 8
    assert inspect(Bytes(bytes(clean))).finding is Finding.CLEAN
    clean[at : at + 4] = _FORMS["plain"][:4]
    assert inspect(Bytes(bytes(clean))).finding is not Finding.CLEAN


@pytest.mark.parametrize("words", _FORMS.values(), ids=_FORMS)
@pytest.mark.parametrize("lossless", [False, True])
def test_words_behind_a_webp_picture(words: bytes, lossless: bool) -> None:
    clean = _coded("WEBP", quality=80, lossless=lossless)
    body = clean[20 : 20 + int.from_bytes(clean[16:20], "little")] + words
    chunk = clean[12:16] + len(body).to_bytes(4, "little") + body + bytes(len(body) % 2)
    _is_refused(b"RIFF" + (4 + len(chunk)).to_bytes(4, "little") + b"WEBP" + chunk, HiddenInPicture)


def test_words_behind_the_first_partition_of_a_webp_picture() -> None:
    clean = _coded("WEBP", quality=80)
    body = clean[20 : 20 + int.from_bytes(clean[16:20], "little")]
    tag, words = int.from_bytes(body[:3], "little"), _FORMS["plain"]
    size = tag >> 5
    body = (
        ((tag & 31) | (size + len(words)) << 5).to_bytes(3, "little")
        + body[3 : 10 + size]
        + words
        + body[10 + size :]
    )
    chunk = clean[12:16] + len(body).to_bytes(4, "little") + body + bytes(len(body) % 2)
    _is_refused(b"RIFF" + (4 + len(chunk)).to_bytes(4, "little") + b"WEBP" + chunk, HiddenInPicture)


@pytest.mark.parametrize("words", _FORMS.values(), ids=_FORMS)
@pytest.mark.parametrize("coding", ["hevc", "av1"])
def test_words_behind_the_slices_and_tiles_of_a_heif_picture(coding: str, words: bytes) -> None:
    thing = heif.coded(coding)
    assert inspect(Bytes(_copy(_heif(coding, bytes(thing.data))))).finding is Finding.CLEAN
    data = bytes(thing.data)
    if coding == "hevc":
        place = last = 0
        while place < len(data):
            last, place = place, place + 4 + int.from_bytes(data[place : place + 4], "big")
        unit = data[last + 4 :] + words
        data = data[:last] + len(unit).to_bytes(4, "big") + unit
    else:
        data = _longer_obu(data, words)
    _is_refused(_heif(coding, data), TextInPictures)


def _heif(coding: str, data: bytes) -> bytes:
    file = heif.plain(coding)
    file.items[1].data = data
    return bytes(heif.heif(file))


def _longer_obu(data: bytes, words: bytes) -> bytes:
    """The last unit with ``words`` behind it."""
    place = last = 0
    while place < len(data):
        last, at, size, shift = place, place + 1 + (data[place] >> 2 & 1), 0, 0
        while True:
            size, shift, at = size | (data[at] & 127) << shift, shift + 7, at + 1
            if data[at - 1] < 128:
                break
        place = at + size
        body = data[at:place]
    body += words
    head, rest = data[last : last + 1 + (data[last] >> 2 & 1)], len(body)
    number = b""
    while rest > 127:
        number, rest = number + bytes([rest & 127 | 128]), rest >> 7
    return data[:last] + head + number + bytes([rest]) + body


@pytest.mark.parametrize("kind", [b"\2", b"\3"])
def test_words_in_av1_metadata_go(kind: bytes) -> None:
    words = kind + (_TOKEN * 2).encode()[:24] + b"\x80"
    data = bytes(heif.coded("av1").data) + bytes([0x2A, len(words)]) + words
    planted = _heif("av1", data)
    assert inspect(Bytes(planted)).finding is Finding.FOUND
    assert _TOKEN[:8].encode() not in _copy(planted)


@pytest.mark.parametrize("coding", [1, 8])
def test_words_in_a_tile_outside_the_picture(coding: int) -> None:
    words, row = (_TOKEN * 8).encode(), bytes(range(100, 116))
    for hidden, clean in ((words, False), (row * 8, True)):
        tile = b"".join(row + hidden[:16] for _ in range(16)) + (hidden * 9)[: 32 * 16]
        part = zlib.compress(tile) if coding == 8 else tile
        data = _tiled(coding, part)
        if clean:
            assert inspect(Bytes(_copy(data))).finding is Finding.CLEAN
        else:
            _is_refused(data, SurplusInPicture)


def test_an_lzw_tile_at_the_edge_that_takes_too_long_to_look_at_is_refused() -> None:
    planted = bytearray(_tiled(5, b"\x80\0\0" * 3_000_000))
    assert len(planted) > 8 << 20
    _is_refused(bytes(planted), MediaTooLarge)


def test_lzw_that_starts_anew_all_the_time_is_not_followed_for_minutes() -> None:
    seen = inspect(Bytes(_tiled(5, b"\x80\0\0" * 300_000, side=1_024)))
    assert seen.finding is Finding.UNKNOWN and "anew" in seen.reason


def _tiled(coding: int, part: bytes, side: int = 32) -> bytes:
    tags = [(256, 4, 16), (257, 4, 16), (258, 3, 8), (259, 3, coding), (262, 3, 1), (277, 3, 1), (284, 3, 1),
            (322, 4, side), (323, 4, side), (324, 4, 8), (325, 4, len(part))]  # fmt: skip
    part += bytes(len(part) % 2)
    entries = b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in tags)
    return b"II*\0" + struct.pack("<I", 8 + len(part)) + part + struct.pack("<H", len(tags)) + entries + bytes(4)


@pytest.mark.parametrize(
    "tag, kind, count",
    [(50830, 1, 64), (50829, 4, 4), (50829, 3, 4), (50938, 1, 600), (50714, 1, 60), (50714, 3, 100), (50723, 4, 9)],
)
def test_words_in_the_numbers_of_a_raw_picture(tag: int, kind: int, count: int) -> None:
    size = {1: 1, 3: 2, 4: 4}[kind]
    raw = (_TOKEN * 100).encode()[: size * count]
    numbers = struct.unpack(f"<{count}{ {1: 'B', 3: 'H', 4: 'I'}[kind] }", raw)
    planted = dng(camera={tag: (kind, numbers)}, picture={tag: (kind, numbers)})
    assert inspect(Bytes(planted)).finding is not Finding.CLEAN
    try:
        copy = _copy(planted)
    except SurplusInPicture:
        return
    assert raw[:8] not in copy


def test_words_in_the_fractions_of_a_page() -> None:
    lab = {262: (3, [8]), 318: (5, [int.from_bytes(b"TKN0", "little"), 1, int.from_bytes(b"042Q", "little"), 1])}
    planted = make([rgb(tags=lab)])
    assert inspect(Bytes(planted)).finding is Finding.FOUND
    with pytest.raises(BadMedia):
        _copy(planted)


def test_letters_as_chromaticities_go() -> None:
    plain = _coded("PNG")
    body = b"".join(ord(letter).to_bytes(4, "big") for letter in _TOKEN[:8])
    chunk = b"\0\0\0\x20cHRM" + body + zlib.crc32(b"cHRM" + body).to_bytes(4, "big")
    planted = plain[:33] + chunk + plain[33:]
    assert inspect(Bytes(planted)).finding is Finding.FOUND
    assert body not in _copy(planted)


@pytest.mark.parametrize("flat", [b"ffffffgk333333;Y", b"DDDDDtfffffffxgT", b"-nyAKIKAAKIKHaKIK", b"ZZCAKIKAHZJZJE"])
def test_flat_areas_of_real_photographs_are_no_words(flat):
    assert not reads_near_end(b"\x93\xf1" * 40 + flat + b"\xf5\x8a")
    assert words_near_end(b"\x93\xf1" * 40 + flat + b"\xf5\x8a") == b""
