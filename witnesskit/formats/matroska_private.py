"""Codings of Matroska and WebM, and each decoder's configuration (CodecPrivate) in one canonical form.

RFC 9559 clause 5.1.4.1.22 and the codec mappings of the Matroska specification; what is not here is refused.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from witnesskit.errors.media import BadMedia
from witnesskit.errors.strip import TextInPictures, UnknownCoding
from witnesskit.formats.audio_config import canonical_audio_config
from witnesskit.formats.audio_frames import check_frames
from witnesskit.formats.codec_config import canonical_av1, canonical_avc, canonical_hevc
from witnesskit.formats.mpeg4_units import clean_pictures
from witnesskit.formats.ogg_streams import Coding, Opus, Theora, Vorbis

_USER_DATA: Final = b"\0\0\1\xb2"
_MPEG4_TAGS: Final = frozenset({b"XVID", b"xvid", b"DIVX", b"divx", b"DX50", b"FMP4", b"MP4V", b"mp4v"})
_MPEG4_HEADERS: Final = frozenset({*range(0x30), 0xB0, 0xB1, 0xB2, 0xB5})  # ISO/IEC 14496-2 table 6-3
_MPEG2_HEADERS: Final = frozenset({0xB3, 0xB5})  # ISO/IEC 13818-2 table 6-1
_HEADERS_MAX: Final = 256  # bytes of all headers of one track; real ones stay under 160
_VP9_FEATURES: Final = {1: 3, 2: 62, 3: 12, 4: 3}  # profile, level, bits, chroma: the largest value of each

Rule = Callable[[bytes], bytes]


@dataclass(frozen=True)
class Decoding:
    """How one track is coded; ``length``: bytes of the length in front of each unit (H.264, HEVC)."""

    codec: str
    coding: str
    private: bytes
    length: int = 0


def read_decoding(codec: str, private: bytes) -> Decoding:
    """Canonical form of CodecID and CodecPrivate; raises ``UnknownCoding``, ``BadMedia`` or ``TextInPictures``."""
    known = _CODECS.get(codec)
    if known is None:
        raise UnknownCoding("".join(char for char in codec[:40] if char.isascii() and char.isprintable()))
    coding, rule = known
    if codec == "V_MS/VFW/FOURCC":
        coding = _coding_of_windows(private)
    canonical = rule(private)
    length = 0
    if coding in ("h264", "hevc"):
        length = (canonical[4 if coding == "h264" else 21] & 3) + 1
    if coding == "aac" and private and private[0] >> 3 in (17, 19, 20, 23, 31):
        coding = "aac-er"  # its packets have no elements to look into (ISO/IEC 14496-3 table 1.17)
    return Decoding(codec, coding, canonical, length)


def _none(_: bytes) -> bytes:
    """Nothing is needed: whatever stands there goes."""
    return b""


def _needed(rule: Rule) -> Rule:
    def checked(private: bytes) -> bytes:
        if not private:
            raise UnknownCoding("a track without its decoder's configuration")
        return rule(private)

    return checked


def _sound(private: bytes) -> bytes:
    return canonical_audio_config(private) if private else b""


def _vp9(private: bytes) -> bytes:
    """Features of one byte each (WebM "VP9 Codec Feature Metadata"); others go."""
    kept, place = b"", 0
    while place + 3 <= len(private):
        feature, size, value = private[place : place + 3]
        if size == 1 and value <= _VP9_FEATURES.get(feature, -1) and feature > (kept[-3] if kept else 0):
            kept += private[place : place + 3]
        place += 2 + size
    return kept


def _opus(private: bytes) -> bytes:
    """OpusHead (RFC 7845 clause 5.1) up to its channel mapping."""
    return Opus().canonical([private, b"OpusTags"])[0]


def unlaced(private: bytes) -> list[bytes]:
    """The three headers of Vorbis or Theora, laced as Xiph does; raises ``BadMedia``."""
    if private[:1] != b"\x02":
        raise BadMedia("the headers of the coding")
    sizes, place = [], 1
    for _ in range(2):
        size = 0
        while private[place : place + 1] == b"\xff":
            size, place = size + 255, place + 1
        if place >= len(private):
            raise BadMedia("the headers of the coding")
        sizes.append(size + private[place])
        place += 1
    first, second = place + sizes[0], place + sum(sizes)
    return [private[place:first], private[first:second], private[second:]]


def _laced(heads: list[bytes]) -> bytes:
    sizes = [b"\xff" * (len(head) // 255) + bytes([len(head) % 255]) for head in heads[:-1]]
    return b"".join([b"\x02", *sizes, *heads])


def _vorbis(private: bytes) -> bytes:
    """The comment header becomes an empty one, the setup ends at its last bit (Vorbis I clause 4.2)."""
    return _laced(Vorbis().canonical(unlaced(private)))


def _theora(private: bytes) -> bytes:
    """The same (Theora clause 6)."""
    return _laced(Theora().canonical(unlaced(private)))


def _flac(private: bytes) -> bytes:
    """STREAMINFO alone, marked as the last block (RFC 9639 clause 8); sizes of frames and digest become unknown."""
    if len(private) < 42 or private[:4] != b"fLaC" or private[4] & 0x7F or private[5:8] != b"\0\0\x22":
        raise BadMedia("FLAC")
    return b"fLaC\x80\0\0\x22" + private[8:12] + bytes(6) + private[18:26] + bytes(16)


def _alac(private: bytes) -> bytes:
    """The decoder's 24 bytes, size and bit rate unknown; shells of QuickTime around them go."""
    if private[4:8] == b"alac" and len(private) >= 36:
        private = private[12:]
    if len(private) < 24 or private[4]:
        raise BadMedia("ALAC")
    return private[:12] + bytes(8) + private[20:24]


def _mpeg4(private: bytes) -> bytes:
    """Headers of MPEG-4 pictures; user data but the bare version of a widespread encoder become ones."""
    _only_headers(private, _MPEG4_HEADERS)
    return clean_pictures(private, {})


def _mpeg2(private: bytes) -> bytes:
    """Sequence headers without user data (ISO/IEC 13818-2 clause 6.2.2.2.2)."""
    _only_headers(private, _MPEG2_HEADERS)
    return private


def _only_headers(private: bytes, kinds: frozenset[int]) -> None:
    """Raise ``TextInPictures`` unless ``private`` is headers of ``kinds``, of no more bytes than they need."""
    parts = private.split(b"\0\0\1")
    if parts[0] or len(private) > _HEADERS_MAX or any(part[:1] and part[0] not in kinds for part in parts):
        raise TextInPictures("in the headers of the pictures")


def check_mpeg2(data: bytes | memoryview) -> None:
    """Refuse MPEG-1 and MPEG-2 pictures with user data, captions among them; raises ``TextInPictures``."""
    if _USER_DATA in bytes(data):
        raise TextInPictures("user data in MPEG-2 pictures")


def _windows(private: bytes) -> bytes:
    """BITMAPINFOHEADER with size and coding, and the decoder's own bytes of MPEG-4."""
    if any(private[6:8] + private[10:12]):
        raise BadMedia("pictures of more than 65,535 lines or columns")
    own = _mpeg4(private[40:]) if private[16:20] in _MPEG4_TAGS else b""
    return b"\x28\0\0\0" + private[4:12] + b"\x01\0\x18\0" + private[16:20] + bytes(20) + own


def _coding_of_windows(private: bytes) -> str:
    if len(private) >= 40 and private[16:20] in _MPEG4_TAGS:
        return "mpeg4"
    if len(private) >= 40 and private[16:20] in (b"MJPG", b"mjpg"):
        return "mjpeg"
    raise UnknownCoding("pictures described as Windows does")


def packet_check(decoding: Decoding) -> Callable[[bytes], None] | None:
    """What refuses a packet that holds more than coded data; ``None`` where nothing is known of the coding's packets.

    The check raises ``BadMedia`` or ``TextInPictures``.
    """
    coding = decoding.coding
    if coding == "mpeg2":
        return check_mpeg2
    if coding in ("mp3", "ac3", "eac3", "dts"):
        return lambda packet: check_frames(coding, packet)
    if coding not in _XIPH:
        return None
    xiph = _XIPH[coding]()
    xiph.canonical([decoding.private, b"OpusTags"] if coding == "opus" else unlaced(decoding.private))

    def check(packet: bytes) -> None:
        if any(any(packet[first:last]) for first, last in xiph.free(packet)):
            raise TextInPictures("padding of the sound that is none")

    return check


_XIPH: Final[dict[str, type[Coding]]] = {"opus": Opus, "vorbis": Vorbis, "theora": Theora}
_CODECS: Final[dict[str, tuple[str, Rule]]] = {
    "V_MPEG4/ISO/AVC": ("h264", _needed(canonical_avc)),
    "V_MPEGH/ISO/HEVC": ("hevc", _needed(canonical_hevc)),
    "V_AV1": ("av1", _needed(canonical_av1)),
    "V_VP8": ("vp8", _none),
    "V_VP9": ("vp9", _vp9),
    "V_MPEG4/ISO/SP": ("mpeg4", _mpeg4),
    "V_MPEG4/ISO/ASP": ("mpeg4", _mpeg4),
    "V_MPEG4/ISO/AP": ("mpeg4", _mpeg4),
    "V_MS/VFW/FOURCC": ("mpeg4", _windows),
    "V_MJPEG": ("mjpeg", _none),
    "V_THEORA": ("theora", _needed(_theora)),
    "V_MPEG1": ("mpeg2", _mpeg2),
    "V_MPEG2": ("mpeg2", _mpeg2),
    "A_AAC": ("aac", _needed(_sound)),
    **{
        f"A_AAC/{version}/{kind}": ("aac", _sound)
        for version in ("MPEG2", "MPEG4")
        for kind in ("MAIN", "LC", "LC/SBR", "SSR", "LTP")
    },
    "A_OPUS": ("opus", _needed(_opus)),
    "A_VORBIS": ("vorbis", _needed(_vorbis)),
    "A_FLAC": ("flac", _needed(_flac)),
    "A_ALAC": ("alac", _needed(_alac)),
    **dict.fromkeys(("A_PCM/INT/LIT", "A_PCM/INT/BIG", "A_PCM/FLOAT/IEEE"), ("pcm", _none)),
    **dict.fromkeys(("A_MPEG/L1", "A_MPEG/L2", "A_MPEG/L3"), ("mp3", _none)),
    **dict.fromkeys(("A_AC3", "A_AC3/BSID9", "A_AC3/BSID10"), ("ac3", _none)),
    "A_EAC3": ("eac3", _none),
    **dict.fromkeys(("A_DTS", "A_DTS/EXPRESS", "A_DTS/LOSSLESS"), ("dts", _none)),
}
