"""Streams of an AVI file as the inspector understands them, and the one form their headers have in a clean file."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from math import gcd
from typing import Final

from witnesskit.errors import WitnesskitError
from witnesskit.errors.media import BadMedia, UnsupportedMedia
from witnesskit.media.annexb_units import units_of
from witnesskit.media.mpeg4_pictures import clean_mpeg4
from witnesskit.media.wave_facts import Described, describe

_CODINGS: Final = {
    "mjpeg": "MJPG mjpg AVRn AVDJ JPEG jpeg dmb1",
    "mpeg4": "XVID xvid DIVX divx DX50 dx50 FMP4 fmp4 MP4V mp4v 3IV2 M4S2 RMP4 BLZ0 UMP4",
    "h264": "H264 h264 X264 x264 avc1 AVC1 DAVC VSSH",
    "huffyuv": "HFYU FFVH",
    "cinepak": "cvid CVID",
    "video1": "CRAM cram MSVC msvc WHAM wham",
    "msmpeg4": "DIV3 div3 DIV4 div4 MP43 mp43 MP42 mp42 MPG4 mpg4 COL1",
    "yuv": "YUY2 UYVY YV12 I420 IYUV Y800 YVYU YUYV NV12 yuy2 uyvy GREY",
}
_BY_NAME: Final = {word: coding for coding, words in _CODINGS.items() for word in words.split()} | {"Y8  ": "yuv"}
_WITH_COLOURS: Final = ("rgb", "video1", "cinepak")
_TAGS: Final = {"pcm": 1, "adpcm-ms": 2, "pcm-float": 3, "a-law": 6, "mu-law": 7, "adpcm-ima": 0x11, "gsm": 0x31}
_COMPRESSED_SOUND: Final = {0x0055: "mp3", 0x2000: "ac3"}


@dataclass(frozen=True)
class AviStream:
    """What decides how a stream is played; ``form`` is its format as a clean file has it."""

    pictures: bool
    coding: str
    name: str
    rate: int
    scale: int
    start: int
    sample: int
    form: bytes
    width: int = 0
    height: int = 0
    aspect: tuple[int, int] = (0, 0)
    listed: bool = False  # H.264 described as MP4 does it

    def shown_bytes(self) -> int:
        """How many bytes of a chunk hold the picture, where it is not compressed; 0: all."""
        across, down = (self.width + 3) & ~3, (self.height + 1) & ~1
        if self.coding == "rgb":
            return (across * int.from_bytes(self.form[14:16], "little") + 31) // 32 * 4 * down
        if self.coding != "yuv":
            return 0
        if self.name.upper() in ("YV12", "I420", "IYUV", "NV12"):
            return across * down * 3 // 2
        return across * down * (1 if self.name.upper() in ("Y800", "Y8  ", "GREY") else 2)

    def parts(self, length: int, largest: int) -> list[tuple[bytes, bytes]]:
        """The chunks of its list in a clean file."""
        name = self.name.encode("latin-1") if self.pictures else bytes(4)
        head = bytearray(56)
        head[:8] = (b"vids" if self.pictures else b"auds") + (
            name if name != bytes(4) or not self.pictures else b"DIB "
        )
        numbers = (self.scale, self.rate, self.start, length, largest, 0xFFFFFFFF, self.sample)
        struct.pack_into("<7I", head, 20, *numbers)
        struct.pack_into("<2h", head, 52, min(self.width, 32767), min(self.height, 32767))
        parts = [(b"strh", bytes(head)), (b"strf", self.form)]
        if self.aspect[0] and self.aspect[1]:
            body = bytearray(68)
            struct.pack_into("<2H3I", body, 20, *self.aspect, self.width, self.height, 1)
            struct.pack_into("<4I", body, 36, self.height, self.width, self.height, self.width)
            parts.append((b"vprp", bytes(body)))
        return parts


def read_stream(head: bytes, form: bytes, shape: bytes, period: int) -> AviStream | None:
    """One stream; ``None`` if it is neither pictures nor sound. Raises ``BadMedia`` or ``UnsupportedMedia``."""
    if len(head) < 48:
        raise BadMedia("the header of a stream is cut")
    kind = head[:4]
    if kind == b"iavs":
        raise UnsupportedMedia("DV, which tells the time of recording in every picture")
    if kind not in (b"vids", b"auds"):
        return None
    scale, rate, start = struct.unpack_from("<3I", head, 20)
    sample = int.from_bytes(head[44:48], "little")
    if scale == 0 or rate == 0:
        rate, scale = (1000000, period) if period else (25, 1)
    divisor = gcd(scale, rate)
    scale, rate = scale // divisor, rate // divisor
    if start * scale > 3600 * rate:
        start = 0
    if kind == b"auds":
        if sample > 65535:
            raise BadMedia("a sample of the sound is too long")
        coding, plain = _sound(form)
        return AviStream(False, coding, "", rate, scale, start, sample, plain)
    return _pictures(form, shape, (rate, scale, start))


def _sound(form: bytes) -> tuple[str, bytes]:
    tag = int.from_bytes(form[:2], "little")
    if len(form) >= 14 and tag in _COMPRESSED_SOUND:
        channels, rate, speed = struct.unpack_from("<HII", form, 2)
        if not 0 < channels < 9 or not 0 < rate <= 192000:
            raise BadMedia("the sound has no channels or no rate")
        plain = form[:14] + bytes(2)
        if tag != 0x55:
            return _COMPRESSED_SOUND[tag], plain + bytes(2)
        block = min(1152 * speed // rate, 65535)
        return "mp3", plain + struct.pack("<HHIHHH", 12, 1, 2, block, 1, 0)
    return "pcm", canonical_sound(describe(form), form)


def canonical_sound(one: Described, form: bytes) -> bytes:
    """A sound format without what no decoder needs."""
    tag = _TAGS[one.coding]
    speed = min(one.rate * one.block // one.per_block, 0xFFFFFFFF)
    first = struct.pack("<HIIHH", one.channels, one.rate, speed, one.block, one.bits)
    if one.extensible:
        more = struct.pack("<HHI", 22, one.valid, one.speakers) + form[24:40]
        return b"\xfe\xff" + first + more
    if one.coding == "pcm":
        more = b""
    elif one.coding in ("adpcm-ima", "gsm"):
        more = b"\2\0" + one.per_block.to_bytes(2, "little")
    elif one.coding == "adpcm-ms":
        more = b"\x20\0" + one.per_block.to_bytes(2, "little") + form[20:50]
    else:
        more = b"\0\0"
    return tag.to_bytes(2, "little") + first + more


def _pictures(form: bytes, shape: bytes, times: tuple[int, int, int]) -> AviStream:
    if len(form) < 40:
        raise BadMedia("the format of the pictures is cut")
    wide, high = struct.unpack_from("<ii", form, 4)
    bits, name = int.from_bytes(form[14:16], "little"), form[16:20].decode("latin-1")
    if not 0 < wide <= 32768 or not 0 < abs(high) <= 32768 or bits not in (0, 1, 4, 8, 12, 16, 24, 32):
        raise BadMedia("the pictures have no dimensions")
    coding = "rgb" if name == "\0\0\0\0" else _BY_NAME.get(name, "")
    if not coding:
        raise UnsupportedMedia(f"pictures coded as {name!r}")
    extra = _behind(coding, form, bits)
    plain = bytearray(40)
    struct.pack_into("<IiiHH", plain, 0, 40 + len(extra), wide, high, 1, bits)
    plain[16:20] = form[16:20]
    plain[20:24] = (wide * abs(high) * -(-bits // 8) % 2**32).to_bytes(4, "little")
    if coding in _WITH_COLOURS and bits <= 8:
        plain[32:36] = (len(extra) // 4).to_bytes(4, "little")
    listed = coding == "h264" and form[40:41] == b"\1"
    aspect = struct.unpack_from("<2H", shape, 20) if len(shape) >= 36 and shape[24:28] != bytes(4) else (0, 0)
    return AviStream(True, coding, name, *times, 0, bytes(plain) + extra, wide, abs(high), aspect, listed)


def _behind(coding: str, form: bytes, bits: int) -> bytes:
    """The palette or the tables a decoder needs."""
    rest = form[40:]
    if coding in _WITH_COLOURS and 0 < bits <= 8:
        told = int.from_bytes(form[32:36], "little")
        count = min(told or 2**bits, 2**bits, len(rest) // 4)
        colours = bytearray(rest[: 4 * count])
        colours[3::4] = bytes(count)
        return bytes(colours)
    if coding == "huffyuv" and len(rest) >= 4:
        return rest[:3] + b"\0" + rest[4 : _tables_end(rest)]
    if coding == "mpeg4" and rest[:3] == b"\0\0\1":
        try:
            return clean_mpeg4(rest).fresh
        except WitnesskitError as reason:
            raise UnsupportedMedia(reason.detail) from None
    if coding == "h264" and rest[:4].strip(b"\0")[:1] == b"\1" and rest[:2] == b"\0\0":
        return b"".join(b"\0\0\0\1" + unit for unit in units_of(rest) if unit[0] & 31 in (7, 8))
    if coding == "h264" and rest.startswith(b"\1"):
        return b"".join(b"\0\0\0\1" + unit for unit in _sets(rest))
    if coding in ("mpeg4", "h264") and rest.strip(b"\0"):
        raise UnsupportedMedia("pictures described outside of themselves")
    return b""


def _sets(config: bytes) -> list[bytes]:
    """Parameter sets of a decoder configuration as MP4 has it."""
    sets: list[bytes] = []
    at = 6
    left = config[5] & 31 if len(config) > 5 else 0
    for kind in (7, 8):
        while left:
            size = int.from_bytes(config[at : at + 2], "big")
            unit = config[at + 2 : at + 2 + size]
            at += 2 + size
            if len(unit) < size or unit.rstrip(b"\0")[:1] == b"" or unit[0] & 31 not in (7, 8) or b"\0\0\1" in unit:
                raise BadMedia("the parameter sets of the pictures are broken")
            sets.append(unit.rstrip(b"\0"))
            left -= 1
        left = config[at] if kind == 7 and at < len(config) else 0
        at += 1
    return sets


def _tables_end(rest: bytes) -> int:
    """Where the third of three tables of 256 code lengths in runs ends."""
    at, left = 4, 3
    while left:
        lengths = 256
        while lengths > 0:
            run = int.from_bytes(rest[at : at + 1], "big") >> 5
            if at >= len(rest):
                raise BadMedia("the tables of the pictures are cut")
            at += 1
            if run == 0:
                run, at = int.from_bytes(rest[at : at + 1], "big"), at + 1
            lengths -= run or 1
        left -= 1
    return min(at, len(rest))
