"""Codings of Matroska as the inspector knows them, and decoder configurations to their last byte."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

from witnesskit.media.film_configs import spare_bytes
from witnesskit.media.ogg_codings import OggCoding
from witnesskit.media.walk_asc import spare_of_asc

# how samples are looked into, as film_samples names it
CODINGS: Final = {
    "V_MPEG4/ISO/AVC": "h264", "V_MPEGH/ISO/HEVC": "hevc", "V_AV1": "av1", "V_VP8": "vpx", "V_VP9": "vpx",
    "V_MPEG4/ISO/SP": "mpeg4", "V_MPEG4/ISO/ASP": "mpeg4", "V_MPEG4/ISO/AP": "mpeg4", "V_MS/VFW/FOURCC": "mpeg4",
    "V_MPEG1": "mpeg2", "V_MPEG2": "mpeg2",
    "V_MJPEG": "mjpeg", "V_THEORA": "coded", "A_AAC": "mp4a", "A_OPUS": "coded", "A_VORBIS": "coded",
    "A_FLAC": "coded", "A_ALAC": "coded", "A_PCM/INT/LIT": "pcm", "A_PCM/INT/BIG": "pcm", "A_PCM/FLOAT/IEEE": "pcm",
    "A_MPEG/L1": "coded", "A_MPEG/L2": "coded", "A_MPEG/L3": "coded", "A_AC3": "coded", "A_AC3/BSID9": "coded",
    "A_AC3/BSID10": "coded", "A_EAC3": "coded", "A_DTS": "coded", "A_DTS/EXPRESS": "coded", "A_DTS/LOSSLESS": "coded",
}  # fmt: skip
_OLD_AAC: Final = re.compile(r"A_AAC/MPEG[24]/(MAIN|LC|LC/SBR|SSR|LTP)")
_TEXT: Final = re.compile(rb"[\x20-\x7e]{6,}")
_OGG: Final = {"A_OPUS": "opus", "A_VORBIS": "vorbis", "V_THEORA": "theora"}
_VP9: Final = {1: 3, 2: 62, 3: 12, 4: 3}


def coding_of(codec: str, private: bytes = bytes(40)) -> str:
    """Name of the coding, empty if it is not known; pictures described as Windows does are told by ``private``."""
    if codec == "V_MS/VFW/FOURCC" and private[16:20] in (b"MJPG", b"mjpg"):
        return "mjpeg"
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


def ogg_coding(codec: str, private: bytes) -> tuple[OggCoding, list[bytes]] | None:
    """The coding as Ogg knows it, and its headers; ``None`` if it is another or the headers cannot be told apart."""
    name = _OGG.get(codec)
    if name is None:
        return None
    return OggCoding(name), [private, b"OpusTags"] if name == "opus" else _three(private)


def _three(private: bytes) -> list[bytes]:
    sizes: list[int] = []
    place = 1
    while len(sizes) < 2 and place < len(private):
        size = 0
        while place < len(private) and private[place] == 255:
            size, place = size + 255, place + 1
        sizes.append(size + (private[place] if place < len(private) else 0))
        place += 1
    if private[:1] != b"\x02" or len(sizes) < 2:
        return [private, b"", b""]
    behind = place + sizes[0]
    return [private[place:behind], private[behind : behind + sizes[1]], private[behind + sizes[1] :]]


def _ogg(codec: str) -> Callable[[bytes], Iterator[bytes]]:
    """Headers of Opus, Vorbis and Theora must be bare ones, laced in the fewest bytes."""

    def reader(private: bytes) -> Iterator[bytes]:
        found = ogg_coding(codec, private)
        bare = found[0].bare(found[1]) if found else []
        heads = bare[:1] if codec == "A_OPUS" else bare
        laced = [b"\xff" * (len(head) // 255) + bytes([len(head) % 255]) for head in heads[:-1]]
        if not heads or private != b"".join([b"\x02"] * (len(heads) > 1) + laced + heads):
            yield b" ".join(_TEXT.findall(private)) or private

    return reader


def _flac(private: bytes) -> Iterator[bytes]:
    yield b"" if private[:8] == b"fLaC\x80\0\0\x22" else private
    yield private[12:18].strip(b"\0") + private[26:].strip(b"\0")


def _alac(private: bytes) -> Iterator[bytes]:
    yield private if len(private) < 24 or private[4] else private[12:20].strip(b"\0") + private[24:]


def _headers(private: bytes) -> Iterator[bytes]:
    """Headers of MPEG pictures: free bytes, text, headers of other kinds; user data are looked at as frames are."""
    parts = private.split(b"\0\0\1")
    yield parts[0]
    for part in parts[1:]:
        if part[:1] != b"\xb2":
            yield from (
                [part] if part[:1] > b"\x2f" and part[0] not in (0xB0, 0xB1, 0xB3, 0xB5) else _TEXT.findall(part)
            )
    yield private[256:]


def _windows(private: bytes) -> Iterator[bytes]:
    fixed = private[:4] + private[6:8] + private[10:16] + private[20:40]
    yield b"" if fixed == b"\x28\0\0\0\0\0\0\0\x01\0\x18\0" + bytes(20) else private[:40]
    yield from [private[40:]] if private[16:20] in (b"MJPG", b"mjpg") else _headers(private[40:])


_MPEG4_TAGS: Final = ("XVID", "DIVX", "DX50", "FMP4", "MP4V")


def pictures_head(codec: str, private: bytes) -> bytes:
    """Headers of MPEG-4 or MPEG-2 pictures in a CodecPrivate, to be looked into as a frame is."""
    if codec == "V_MS/VFW/FOURCC":
        return private[40:]
    return private if codec.startswith("V_MPEG") and "/AVC" not in codec and "HEVC" not in codec else b""


def known_by_windows(private: bytes) -> bool:
    """Whether a description as Windows has it names a coding that is known."""
    return private[16:20].decode("latin-1").upper() in (*_MPEG4_TAGS, "MJPG")


_READERS: Final[dict[str, Callable[[bytes], Iterator[bytes]]]] = {
    "V_MPEG4/ISO/AVC": _box("avcC"),
    "V_MPEGH/ISO/HEVC": _box("hvcC"),
    "V_AV1": _box("av1C"),
    "V_VP9": _vp9,
    **dict.fromkeys(("V_MPEG4/ISO/SP", "V_MPEG4/ISO/ASP", "V_MPEG4/ISO/AP", "V_MPEG1", "V_MPEG2"), _headers),
    "V_MS/VFW/FOURCC": _windows,
    "A_AAC": spare_of_asc,
    **{codec: _ogg(codec) for codec in _OGG},
    "A_FLAC": _flac,
    "A_ALAC": _alac,
}
