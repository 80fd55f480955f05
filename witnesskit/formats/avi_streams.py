"""Streams of an AVI file (Microsoft ``vfw.h``): what of their headers a player needs, in its one form."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from math import gcd
from typing import Final

from witnesskit.errors.media import BadMedia, UnsupportedMedia
from witnesskit.errors.strip import UnknownCoding
from witnesskit.formats.annexb import units
from witnesskit.formats.mpeg4_units import clean_pictures
from witnesskit.formats.wave_format import parse_format

VIDEO, SOUND = b"vids", b"auds"
_PICTURES: Final = {
    "mjpeg": b"MJPG mjpg AVRn AVDJ JPEG jpeg dmb1".split(),
    "mpeg4": b"XVID xvid DIVX divx DX50 dx50 FMP4 fmp4 MP4V mp4v 3IV2 M4S2 RMP4 BLZ0 UMP4".split(),
    "h264": b"H264 h264 X264 x264 avc1 AVC1 DAVC VSSH".split(),
    "huffyuv": b"HFYU FFVH".split(),
    "cinepak": b"cvid CVID".split(),
    "video1": b"CRAM cram MSVC msvc WHAM wham".split(),
    "msmpeg4": b"DIV3 div3 DIV4 div4 MP43 mp43 MP42 mp42 MPG4 mpg4 COL1".split(),
    "yuv": [*b"YUY2 UYVY YV12 I420 IYUV Y800 YVYU YUYV NV12 yuy2 uyvy GREY".split(), b"Y8  "],
}
CODINGS: Final = {word: name for name, words in _PICTURES.items() for word in words}
LOOKED_INTO: Final = frozenset({"mjpeg", "mpeg4", "h264", "mp3", "pcm"})
_SOUNDS: Final = {0x55: "mp3", 0x2000: "ac3"}
_HALVES: Final = {b"YV12": 3, b"I420": 3, b"IYUV": 3, b"NV12": 3, b"Y800": 2, b"Y8  ": 2, b"GREY": 2}  # of a pixel
_SIDE_MAX: Final = 32_768


@dataclass(frozen=True)
class Stream:
    """One stream: ``kind`` of its header, ``coding``, its time base, ``sample`` bytes (0: one chunk, one picture).

    ``form`` is the canonical ``strf``; ``aspect`` height and width of the picture's shape (``vprp``), 0 if not told.
    """

    kind: bytes
    coding: str
    rate: int
    scale: int
    start: int
    sample: int
    form: bytes
    name: bytes = b""
    aspect: tuple[int, int] = (0, 0)
    size: tuple[int, int] = (0, 0)
    from_mp4: bool = False  # H.264 described as in MP4: its units may stand behind lengths

    @property
    def plain(self) -> int:
        """Bytes of a picture that is not compressed, 0 for others: what stands behind them is shown by nobody."""
        wide, high = -(-self.size[0] // 4) * 4, -(-self.size[1] // 2) * 2
        if self.coding == "rgb":
            return -(-wide * int.from_bytes(self.form[14:16], "little") // 32) * 4 * high
        return wide * high * _HALVES.get(self.name.upper(), 4) // 2 if self.coding == "yuv" else 0

    def header(self, length: int, largest: int) -> bytes:
        """The ``strh`` body of a stream of ``length`` units whose largest chunk has ``largest`` bytes."""
        handler = (self.name if self.name.strip(b"\0") else b"DIB ") if self.kind == VIDEO else bytes(4)
        times = struct.pack("<IIIIIiI", self.scale, self.rate, self.start, length, largest, -1, self.sample)
        wide, high = (min(side, 0x7FFF) for side in self.size)
        return self.kind + handler + bytes(12) + times + struct.pack("<hhhh", 0, 0, wide, high)

    def shape(self) -> bytes:
        """The ``vprp`` body, empty where no shape is told."""
        if not all(self.aspect):
            return b""
        wide, high = self.size
        field = struct.pack("<IIIIIIII", high, wide, high, wide, 0, 0, 0, 0)
        return bytes(20) + struct.pack("<HHIII", *self.aspect, wide, high, 1) + field


def parse_stream(header: bytes, form: bytes, shape: bytes, period: int) -> Stream | None:
    """The stream of ``strh``, ``strf`` and ``vprp`` bodies; ``None`` for one of neither pictures nor sound.

    ``period`` is the file's microseconds for each picture. Raises ``BadMedia``, ``UnsupportedMedia`` or
    ``UnknownCoding``.
    """
    if len(header) < 48:
        raise BadMedia("stream header length")
    kind = header[:4]
    if kind == b"iavs":
        raise UnknownCoding("DV, which holds the time of recording in every picture")
    if kind not in (VIDEO, SOUND):
        return None
    scale, rate, start, _, _, _, sample = struct.unpack_from("<IIIIIiI", header, 20)
    if not scale or not rate:
        rate, scale = (1_000_000, period) if period else (25, 1)
    common = gcd(rate, scale)
    rate, scale = rate // common, scale // common
    start = start if start * scale <= 3600 * rate else 0
    if kind == SOUND:
        coding, canonical = _sound(form)
        if sample > 0xFFFF:
            raise BadMedia("bytes of a sample")
        return Stream(kind, coding, rate, scale, start, sample, canonical)
    coding, name, size, canonical = _pictures(form)
    aspect = struct.unpack_from("<HH", shape, 20) if len(shape) >= 36 and any(shape[24:28]) else (0, 0)
    from_mp4 = coding == "h264" and form[40:41] == b"\1"
    return Stream(kind, coding, rate, scale, start, 0, canonical, name, aspect, size, from_mp4)


def _sound(form: bytes) -> tuple[str, bytes]:
    if len(form) < 14:
        raise BadMedia("sound format length")
    tag = int.from_bytes(form[:2], "little")
    if tag not in _SOUNDS:
        return "pcm", parse_format(form).body()
    _, channels, rate, speed, block = struct.unpack_from("<HHIIH", form)
    if not 1 <= channels <= 8 or not 1 <= rate <= 192_000:
        raise BadMedia("channels or rate of the sound")
    first = struct.pack("<HHIIHH", tag, channels, rate, speed, block, 0)
    if tag != 0x55:
        return _SOUNDS[tag], first + bytes(2)
    frame = min(144 * 8 * speed // rate, 0xFFFF)
    return "mp3", first + struct.pack("<HHIHHH", 12, 1, 2, frame, 1, 0)


def _pictures(form: bytes) -> tuple[str, bytes, tuple[int, int], bytes]:
    if len(form) < 40:
        raise BadMedia("picture format length")
    _, wide, high, _, bits, name, _, _, _, colours, _ = struct.unpack_from("<IiiHH4sIiiII", form)
    if not 0 < wide <= _SIDE_MAX or not 0 < abs(high) <= _SIDE_MAX or bits not in (0, 1, 4, 8, 12, 16, 24, 32):
        raise BadMedia("dimensions of the picture")
    coding = "rgb" if name == bytes(4) else CODINGS.get(name, "")
    if name.lower() in (b"dvsd", b"dvhd", b"dvsl", b"dv25", b"dv50", b"cdvc"):
        raise UnknownCoding("DV, which holds the time of recording in every picture")
    if not coding:
        raise UnknownCoding(f"pictures {name!r}")
    extra = _extra(coding, form[40:], bits, colours)
    used = len(extra) // 4 if bits <= 8 and coding in ("rgb", "video1", "cinepak") else 0
    image = wide * abs(high) * ((bits + 7) // 8) & 0xFFFFFFFF
    first = struct.pack("<IiiHH4sIiiII", 40 + len(extra), wide, high, 1, bits, name, image, 0, 0, used, 0)
    return coding, name, (wide, abs(high)), first + extra


def _extra(coding: str, extra: bytes, bits: int, colours: int) -> bytes:
    """What stands behind the fields: palette or tables, where the coding has them."""
    if coding in ("rgb", "video1", "cinepak") and 1 <= bits <= 8:
        count = min(colours or 1 << bits, 1 << bits, len(extra) // 4)
        return b"".join(extra[4 * at : 4 * at + 3] + b"\0" for at in range(count))
    if coding == "huffyuv":
        return _huffyuv(extra)
    if coding == "mpeg4" and extra.startswith(b"\0\0\1"):
        return clean_pictures(extra, {})
    if coding == "h264" and extra.startswith((b"\0\0\1", b"\0\0\0\1")):
        sets = [extra[start:end] for start, end in units(extra) if extra[start] & 31 in (7, 8)]
        return b"".join(b"\0\0\0\1" + unit for unit in sets)
    if coding == "h264" and extra[:1] == b"\1":
        return b"".join(b"\0\0\0\1" + unit for unit in _listed(extra))
    if coding in ("h264", "mpeg4") and any(extra):
        raise UnsupportedMedia("pictures described outside of themselves")
    return b""


def _listed(avcc: bytes) -> list[bytes]:
    """Parameter sets of an avcC (ISO/IEC 14496-15 clause 5.3.3.1), as films that were moved from MP4 carry them."""
    found, place = [], 5
    for mask in (0x1F, 0xFF):
        count = avcc[place] & mask if place < len(avcc) else 0
        place += 1
        for _ in range(count):
            end = place + 2 + int.from_bytes(avcc[place : place + 2], "big")
            unit = avcc[place + 2 : end].rstrip(b"\0")
            if end > len(avcc) or not unit or unit[0] & 31 not in (7, 8) or b"\0\0\1" in unit:
                raise BadMedia("parameter sets of the pictures")
            found.append(unit)
            place = end
    return found


def _huffyuv(extra: bytes) -> bytes:
    """Four bytes and three tables of code lengths in runs; what follows them goes."""
    if len(extra) < 4:
        return b""
    place = 4
    for _ in range(3):
        count = 0
        while count < 256:
            if place >= len(extra):
                raise BadMedia("tables of the picture's codes")
            run = extra[place] >> 5
            place += 1
            if not run:
                run = extra[place] if place < len(extra) else 0
                place += 1
            count += max(run, 1)
    return extra[:3] + b"\0" + extra[4:place]
