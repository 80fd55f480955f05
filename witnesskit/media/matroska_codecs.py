"""Codings of Matroska as the inspector knows them, and decoder configurations to their last byte."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

from witnesskit.media.film_configs import spare_bytes
from witnesskit.media.walk_asc import spare_of_asc
from witnesskit.media.walk_vorbis import vorbis_setup_size

# how samples are looked into, as film_samples names it
CODINGS: Final = {
    "V_MPEG4/ISO/AVC": "h264", "V_MPEGH/ISO/HEVC": "hevc", "V_AV1": "av1", "V_VP8": "vpx", "V_VP9": "vpx",
    "V_MPEG4/ISO/SP": "mpeg4", "V_MPEG4/ISO/ASP": "mpeg4", "V_MPEG4/ISO/AP": "mpeg4", "V_MS/VFW/FOURCC": "mpeg4",
    "V_MPEG1": "mpeg4", "V_MPEG2": "mpeg4", "A_AAC": "mp4a", "A_OPUS": "coded", "A_VORBIS": "coded",
    "A_FLAC": "coded", "A_ALAC": "coded", "A_PCM/INT/LIT": "pcm", "A_PCM/INT/BIG": "pcm", "A_PCM/FLOAT/IEEE": "pcm",
    "A_MPEG/L1": "coded", "A_MPEG/L2": "coded", "A_MPEG/L3": "coded", "A_AC3": "coded", "A_AC3/BSID9": "coded",
    "A_AC3/BSID10": "coded", "A_EAC3": "coded", "A_DTS": "coded", "A_DTS/EXPRESS": "coded", "A_DTS/LOSSLESS": "coded",
}  # fmt: skip
_OLD_AAC: Final = re.compile(r"A_AAC/MPEG[24]/(MAIN|LC|LC/SBR|SSR|LTP)")
_TEXT: Final = re.compile(rb"[\x20-\x7e]{6,}")
_TOOLS: Final = re.compile(
    rb"\x00\x00\x01\xb2(?:Lavc\d{1,3}(?:\.\d{1,4}){2}|XviD\d{4}|DivX\d{3,4}(?:b|Build)\d{1,4}p?)\x00?(?=\x00\x00\x01|\Z)"
)
_EMPTY_COMMENT: Final = b"\x03vorbis" + bytes(8) + b"\x01"
_VP9: Final = {1: 3, 2: 62, 3: 12, 4: 3}


def coding_of(codec: str) -> str:
    """Name of the coding, empty if it is not known."""
    return "mp4a" if _OLD_AAC.fullmatch(codec) else CODINGS.get(codec, "")


def resilient_sound(private: bytes) -> bool:
    """True for kinds of AAC whose packets have no elements to look into (ISO/IEC 14496-3 table 1.17)."""
    return bool(private) and private[0] >> 3 in (17, 19, 20, 23, 31)


def spare_private(codec: str, private: bytes) -> Iterator[bytes]:
    """Bytes of a CodecPrivate that decoding does not need."""
    reader = _READERS.get("A_AAC" if codec.startswith("A_AAC") else codec)
    yield from (part for part in (reader(private) if reader else [private]) if part)


def _box(kind: str) -> Callable[[bytes], Iterator[bytes]]:
    return lambda private: spare_bytes(kind, private)


def _vp9(private: bytes) -> Iterator[bytes]:
    last = 0
    for place in range(0, len(private), 3):
        feature, size, value = (private[place : place + 3] + bytes(3))[:3]
        if size != 1 or feature <= last or value > _VP9.get(feature, -1):
            yield private[place:]
            return
        last = feature


def _opus(private: bytes) -> Iterator[bytes]:
    family = private[18] if len(private) > 18 else 0
    size = 21 + private[9] if family and len(private) > 9 else 19
    if private[:9] != b"OpusHead\x01" or family not in (0, 1, 2, 255) or len(private) < size:
        yield private
    rate = int.from_bytes(private[12:16], "little")
    if rate not in (0, 8000, 12000, 16000, 24000, 32000, 44100, 48000, 96000, 192000):
        yield private[12:16]
    yield private[size:]


def _vorbis(private: bytes) -> Iterator[bytes]:
    if private[:3] != bytes([2, 30, len(_EMPTY_COMMENT)]) or private[33:49] != _EMPTY_COMMENT:
        yield private
        return
    head, setup = private[3:33], private[49:]
    if head[:11] != b"\x01vorbis" + bytes(4) or head[29] != 1:
        yield head
    yield setup[vorbis_setup_size(setup, head[11]) :]


def _flac(private: bytes) -> Iterator[bytes]:
    yield b"" if private[:8] == b"fLaC\x80\0\0\x22" else private
    yield private[42:]


def _alac(private: bytes) -> Iterator[bytes]:
    yield private if len(private) < 24 or private[4] else private[24:]


def _headers(private: bytes) -> Iterator[bytes]:
    """Headers of MPEG pictures: free bytes, readable text, headers of other kinds than the format's."""
    rest = _TOOLS.sub(b"", private)
    parts = rest.split(b"\0\0\1")
    yield parts[0]
    yield from (
        part for part in parts[1:] if part[:1] > b"\x2f" and part[:1] not in (b"\xb0", b"\xb1", b"\xb3", b"\xb5")
    )
    yield private[256:]
    yield from _TEXT.findall(rest)


def _windows(private: bytes) -> Iterator[bytes]:
    fixed = private[:4] + private[12:16] + private[20:40]
    yield b"" if fixed == b"\x28\0\0\0\x01\0\x18\0" + bytes(20) else private[:40]
    yield from _headers(private[40:])


_READERS: Final[dict[str, Callable[[bytes], Iterator[bytes]]]] = {
    "V_MPEG4/ISO/AVC": _box("avcC"),
    "V_MPEGH/ISO/HEVC": _box("hvcC"),
    "V_AV1": _box("av1C"),
    "V_VP9": _vp9,
    **dict.fromkeys(("V_MPEG4/ISO/SP", "V_MPEG4/ISO/ASP", "V_MPEG4/ISO/AP", "V_MPEG1", "V_MPEG2"), _headers),
    "V_MS/VFW/FOURCC": _windows,
    "A_AAC": spare_of_asc,
    "A_OPUS": _opus,
    "A_VORBIS": _vorbis,
    "A_FLAC": _flac,
    "A_ALAC": _alac,
}
