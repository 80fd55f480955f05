"""What the streams in Ogg are coded with: their headers in one canonical form, and checks of their packets.

Opus: RFC 7845. Vorbis: Vorbis I clause 4.2. Theora: clause 6. Speex: manual, "Ogg file format". FLAC: RFC 9639 10.1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

from witnesskit.errors.media import BadMedia, UnsupportedMedia
from witnesskit.formats.flac import channel_mask, mask_comment, stream_info
from witnesskit.formats.flac_frame import FrameCut, frame_size, read_head
from witnesskit.formats.opus_packet import padding
from witnesskit.formats.xiph_setup import theora_setup_size, vorbis_setup_size

NO_COMMENT: Final = bytes(8)  # no vendor, no fields
_RATES: Final = frozenset({8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000, 88200, 96000, 192000})
Spans = list[tuple[int, int]]


class Coding(Protocol):
    """One way of coding a stream."""

    name: str
    kind: str  # audio or video
    bits: int  # low bits of a position that count pictures behind a key picture

    def wanted(self, heads: list[bytes]) -> bool:
        """Whether a further header packet follows those in ``heads``."""
        ...

    def canonical(self, heads: list[bytes]) -> list[bytes]:
        """The header packets of a copy; raises ``BadMedia``."""
        ...

    def free(self, packet: bytes) -> Spans:
        """Places in a packet that must be zero; raises ``BadMedia`` for what is no packet of coded data."""
        ...


@dataclass
class Opus:
    """RFC 7845."""

    name: str = "opus"
    kind: str = "audio"
    bits: int = 0
    streams: int = 1

    def wanted(self, heads: list[bytes]) -> bool:
        """OpusHead, OpusTags."""
        return len(heads) < 2

    def canonical(self, heads: list[bytes]) -> list[bytes]:
        """OpusHead cut to what its mapping needs, OpusTags that say nothing."""
        head, tags = heads
        if len(head) < 19 or head[8] & 0xF0 or not head[9] or tags[:8] != b"OpusTags":
            raise BadMedia("headers of an Opus stream")
        rate = int.from_bytes(head[12:16], "little")
        fixed = b"OpusHead\x01" + head[9:12] + (rate if rate in _RATES else 48000).to_bytes(4, "little") + head[16:19]
        return [fixed + self._mapping(head), b"OpusTags" + NO_COMMENT]

    def _mapping(self, head: bytes) -> bytes:
        channels, family = head[9], head[18]
        if family == 0:
            if channels > 2:
                raise BadMedia("an Opus stream of more than two channels without a mapping")
            return b""
        if family not in (1, 2, 3, 255):
            raise UnsupportedMedia(f"Opus channel mapping family {family}")
        self.streams, coupled = (head[19], head[20]) if len(head) > 20 else (0, 0)
        size = 21 + (2 * channels * (self.streams + coupled) if family == 3 else channels)
        if len(head) < size or not self.streams or coupled > self.streams:
            raise BadMedia("the channel mapping of an Opus stream")
        if family != 3 and any(one != 255 and one >= self.streams + coupled for one in head[21:size]):
            raise BadMedia("the channel mapping of an Opus stream")
        return head[19:size]

    def free(self, packet: bytes) -> Spans:
        """Padding."""
        return padding(packet, self.streams) if packet else []


@dataclass
class Vorbis:
    """Vorbis I."""

    name: str = "vorbis"
    kind: str = "audio"
    bits: int = 0

    def wanted(self, heads: list[bytes]) -> bool:
        """Identification, comment, setup."""
        return len(heads) < 3

    def canonical(self, heads: list[bytes]) -> list[bytes]:
        """Bit rates, which decoders do not need, are zeroed; the setup is cut to its last bit."""
        first, second, third = heads
        if len(first) < 30 or any(first[7:11]) or not first[11] or not first[29] & 1 or second[:7] != b"\x03vorbis":
            raise BadMedia("headers of a Vorbis stream")
        setup = third[: vorbis_setup_size(third, first[11])]
        return [first[:16] + bytes(12) + first[28:29] + b"\1", b"\x03vorbis" + NO_COMMENT + b"\1", setup]

    def free(self, packet: bytes) -> Spans:
        """Nothing; a packet that is not sound is refused."""
        if packet and packet[0] & 1:
            raise BadMedia("a Vorbis packet that is no sound")
        return []


@dataclass
class Theora:
    """Theora I."""

    name: str = "theora"
    kind: str = "video"
    bits: int = 0

    def wanted(self, heads: list[bytes]) -> bool:
        """Identification, comment, setup."""
        return len(heads) < 3

    def canonical(self, heads: list[bytes]) -> list[bytes]:
        """Bit rate and quality, which decoders do not need, are zeroed; the setup is cut to its last bit."""
        first, second, third = heads
        if len(first) < 42 or first[7] != 3 or second[:7] != b"\x81theora" or first[41] & 7:
            raise BadMedia("headers of a Theora stream")
        self.bits = (first[40] & 3) << 3 | first[41] >> 5
        setup = third[: theora_setup_size(third)]
        return [first[:37] + bytes(3) + bytes([first[40] & 3, first[41]]), b"\x81theora" + NO_COMMENT, setup]

    def free(self, packet: bytes) -> Spans:
        """Nothing; a packet that is no picture is refused."""
        if packet and packet[0] & 0x80:
            raise BadMedia("a Theora packet that is no picture")
        return []


@dataclass
class Speex:
    """Speex."""

    name: str = "speex"
    kind: str = "audio"
    bits: int = 0

    def wanted(self, heads: list[bytes]) -> bool:
        """The header, the comment, and as many more as the header says."""
        more = int.from_bytes(heads[0][68:72], "little") if len(heads[0]) >= 80 else 0
        return len(heads) < 2 + min(more, 16)

    def canonical(self, heads: list[bytes]) -> list[bytes]:
        """The version's name and the bit rate go; extra headers are dropped."""
        head = heads[0]
        if len(head) < 80 or int.from_bytes(head[32:36], "little") != 80:
            raise BadMedia("headers of a Speex stream")
        one, size = (1).to_bytes(4, "little"), (80).to_bytes(4, "little")
        return [head[:8] + bytes(20) + one + size + head[36:52] + b"\xff" * 4 + head[56:68] + bytes(12), NO_COMMENT]

    def free(self, packet: bytes) -> Spans:  # noqa: ARG002
        """Nothing that can be known without decoding."""
        return []


@dataclass
class Flac:
    """FLAC in Ogg; every packet is one frame."""

    name: str = "flac"
    kind: str = "audio"
    bits: int = 0

    def wanted(self, heads: list[bytes]) -> bool:
        """Metadata blocks up to the one that is marked as the last."""
        return not (heads[-1][:1] >= b"\x80" if len(heads) > 1 else heads[0][13:14] >= b"\x80")

    def canonical(self, heads: list[bytes]) -> list[bytes]:
        """STREAMINFO, and the comment that the mapping demands: empty, or which speakers the channels are for."""
        first = heads[0]
        if len(first) < 51 or first[5] != 1 or first[9:13] != b"fLaC" or first[13] & 0x7F:
            raise BadMedia("headers of a FLAC stream")
        info = stream_info(first[17:51])
        self.sound = info.sound
        if any(len(head) < 4 or int.from_bytes(head[1:4], "big") + 4 != len(head) for head in heads[1:]):
            raise BadMedia("headers of a FLAC stream")
        tags = [head[4:] for head in heads[1:] if head[0] & 0x7F == 4]
        masks = [channel_mask(body, info.sound.channels) for body in tags]
        mask = next((one for one in masks if one), 0)
        body = mask_comment(mask) if mask else NO_COMMENT
        md5 = bytes(16) if all(0x20 <= byte < 0x7F for byte in info.md5) else info.md5
        fixed = b"\x7fFLAC\x01\x00\x00\x01fLaC\x00\x00\x00\x22" + first[17:21] + bytes(6) + first[27:35] + md5
        return [fixed, b"\x84" + len(body).to_bytes(3, "big") + body]

    def free(self, packet: bytes) -> Spans:
        """Nothing; a packet that is not exactly one frame is refused."""
        if not packet:
            return []
        head = read_head(packet, self.sound)
        try:
            if head is None or frame_size(packet, head, self.sound) != len(packet):
                raise BadMedia("a FLAC packet that is not one frame")
        except FrameCut:
            raise BadMedia("a FLAC packet that is not one frame") from None
        return []


_CODINGS: Final[tuple[tuple[bytes, type[Coding]], ...]] = (
    (b"OpusHead", Opus),
    (b"\x01vorbis", Vorbis),
    (b"\x80theora", Theora),
    (b"Speex   ", Speex),
    (b"\x7fFLAC", Flac),
)
# streams of sound or pictures that are not known well enough; everything else is dropped and said
_OTHER_MEDIA: Final = (b"BBCD", b"OVP8", b"PCM ", b"CELT", b"fLaC", b"\x01video", b"\x01audio", b"\x80daala", b"YUV4")


def coding_of(first: bytes) -> Coding | None:
    """How a stream that begins with the packet ``first`` is coded; ``None`` for texts, indexes and unknown things.

    Raises ``UnsupportedMedia`` for sound or pictures that are not known well enough.
    """
    for mark, coding in _CODINGS:
        if first.startswith(mark):
            return coding()
    if first.startswith(_OTHER_MEDIA):
        raise UnsupportedMedia("a stream in Ogg of another coding")
    return None
