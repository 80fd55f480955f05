"""What headers and packets in Ogg give away, and the bare headers a copy has: the inspector's own knowledge.

Opus: RFC 7845 and 6716. Vorbis I clause 4.2. Theora clause 6. Speex manual. FLAC: RFC 9639 clause 10.1.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from typing import Final

from witnesskit.media.ogg_setups import theora_setup, vorbis_setup
from witnesskit.media.tags_sound import MASK, vendor_and_fields
from witnesskit.media.walk_flac import FlacInfo, read_frame, read_info

MARKS: Final = {b"OpusHea": "opus", b"\x01vorbis": "vorbis", b"\x80theora": "theora", b"Speex  ": "speex"}
_USUAL: Final = (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000, 88200, 96000, 192000)
_EMPTY: Final = bytes(8)
_TEXT: Final = re.compile(rb"[\x20-\x7e]{16}")


@dataclass
class OggCoding:
    """One stream's coding as its headers tell it."""

    name: str
    parts: int = 1  # Opus streams in one packet
    info: FlacInfo | None = None

    @property
    def kind(self) -> str:
        """Sound or pictures."""
        return "video" if self.name == "theora" else "audio"

    def complete(self, heads: list[bytes]) -> bool:
        """Whether all header packets are there."""
        if self.name == "flac":
            flag = heads[-1][:1] if len(heads) > 1 else heads[0][13:14]
            return flag > b"\x7f"
        further = struct.unpack_from("<I", heads[0], 68)[0] if self.name == "speex" and len(heads[0]) > 79 else 0
        wanted = 3 if self.name in ("vorbis", "theora") else 2
        return len(heads) >= wanted + min(further, 16)

    def comment(self, heads: list[bytes]) -> bytes:
        """The comment among the headers, behind its mark."""
        skipped = {"opus": 8, "speex": 0, "flac": 4}.get(self.name, 7)
        return heads[1][skipped:] if len(heads) > 1 else b""

    def bare(self, heads: list[bytes]) -> list[bytes]:
        """The headers a copy has; empty if they cannot be read."""
        return _BARE[self.name](self, heads)

    def stray(self, packet: bytes) -> tuple[int, int, str]:
        """(first, last) of bytes that no decoder reads, and why the packet is none at all, if it is none."""
        if self.name == "vorbis" and packet[:1] and packet[0] & 1:
            return 0, 0, "a Vorbis packet that is no sound"
        if self.name == "theora" and packet[:1] >= b"\x80":
            return 0, 0, "a Theora packet that is no picture"
        if self.name == "flac" and packet and self.info:
            try:
                found = read_frame(packet, self.info)
            except IndexError:
                return 0, 0, "a cut FLAC frame"
            return 0, 0, "" if not isinstance(found, str) and found[0] == len(packet) else "no FLAC frame"
        return 0, 0, ""

    def paddings(self, packet: bytes) -> list[tuple[int, int]] | None:
        """Places of Opus padding; ``None`` if the packet cannot be followed."""
        if self.name != "opus" or not packet:
            return []
        found, at = [], 0
        try:
            for number in range(1, self.parts + 1):
                first, at = _opus(packet, at, self.parts == number)
                found += [(first, at)] if first < at else []
        except IndexError:
            return None
        return found if at == len(packet) else None


def coding_named(first: bytes) -> OggCoding | None:
    """The coding of the stream that begins with the packet ``first``."""
    if first[:5] == b"\x7fFLAC":
        return OggCoding("flac")
    name = MARKS.get(first[:7])
    return OggCoding(name) if name and (name not in ("opus", "speex") or first[7:8] in (b"d", b" ")) else None


def _opus_bare(coding: OggCoding, heads: list[bytes]) -> list[bytes]:
    head = heads[0]
    if len(head) < 19 or head[8] > 15 or not head[9] or heads[1][:8] != b"OpusTags":
        return []
    rate = struct.unpack_from("<I", head, 12)[0]
    more = b""
    if head[18]:
        more = head[19 : 21 + head[9]]
        if head[18] == 3 and len(head) > 20:
            more = head[19 : 21 + 2 * head[9] * (head[19] + head[20])]
        if len(more) < 3 or not more[0] or more[1] > more[0] or head[18] not in (1, 2, 3, 255):
            return []
        if head[18] != 3 and max(0, *(one for one in more[2:] if one != 255)) >= more[0] + more[1]:
            return []
        coding.parts = more[0]
    elif head[9] > 2:
        return []
    rate = rate if rate in _USUAL else 48000
    return [head[:8] + b"\1" + head[9:12] + struct.pack("<I", rate) + head[16:19] + more, b"OpusTags" + _EMPTY]


def _vorbis_bare(_: OggCoding, heads: list[bytes]) -> list[bytes]:
    first = heads[0]
    if len(first) < 30 or first[7:11] != bytes(4) or not first[11] or heads[1][:7] != b"\x03vorbis":
        return []
    size = vorbis_setup(heads[2], first[11])
    bare = first[:16] + bytes(12) + first[28:29] + b"\1"
    return [bare, b"\x03vorbis" + _EMPTY + b"\1", heads[2][:size]] if size > 0 else []


def _theora_bare(_: OggCoding, heads: list[bytes]) -> list[bytes]:
    first, size = heads[0], theora_setup(heads[2])
    if len(first) < 42 or size < 0 or heads[1][:7] != b"\x81theora":
        return []
    return [first[:37] + bytes([0, 0, 0, first[40] & 3, first[41]]), b"\x81theora" + _EMPTY, heads[2][:size]]


def _speex_bare(_: OggCoding, heads: list[bytes]) -> list[bytes]:
    head = heads[0]
    if len(head) < 80:
        return []
    fields = list(struct.unpack_from("<13I", head, 28))
    fields[0], fields[1], fields[6], fields[10:] = 1, 80, 0xFFFFFFFF, [0, 0, 0]
    return [head[:8] + bytes(20) + struct.pack("<13I", *fields), _EMPTY]


def _flac_bare(coding: OggCoding, heads: list[bytes]) -> list[bytes]:
    first = heads[0]
    sizes = [struct.unpack(">I", b"\0" + one[1:4])[0] + 4 if len(one) > 3 else -1 for one in heads[1:]]
    if len(first) < 51 or first[9:13] != b"fLaC" or first[13] & 127 or sizes != [len(one) for one in heads[1:]]:
        return []
    coding.info = read_info(first[17:51])
    head = b"\x7fFLAC\1\0\0\1fLaC\0\0\0\x22" + first[17:21] + bytes(6) + first[27:35]
    md5, body = first[35:51], _EMPTY
    mask = _speakers(coding.info, heads)
    if mask:
        words = b"%s=0x%X" % (MASK.encode(), mask)
        body = struct.pack("<III", 0, 1, len(words)) + words
    return [head + (bytes(16) if _TEXT.fullmatch(md5) else md5), b"\x84" + struct.pack(">I", len(body))[1:] + body]


def _speakers(info: FlacInfo, heads: list[bytes]) -> int:
    for one in heads[1:]:
        if one[:1] in (b"\x04", b"\x84"):
            for field in reversed(vendor_and_fields(one[4:])[1]):
                name, _, value = field.partition(b"=")
                if name.upper() == MASK.encode() and re.fullmatch(rb"0[xX][0-9a-fA-F]{1,8}", value):
                    mask = int(value, 16)
                    if mask.bit_count() == info.channels and mask < 1 << 18:
                        return mask
    return 0


_BARE: Final = {
    "opus": _opus_bare,
    "vorbis": _vorbis_bare,
    "theora": _theora_bare,
    "speex": _speex_bare,
    "flac": _flac_bare,
}


def _opus(packet: bytes, at: int, last: bool) -> tuple[int, int]:
    """Where one stream's padding begins and where its part of the packet ends; ``IndexError`` if it is none."""
    code = packet[at] & 3
    at += 1
    if code < 3:
        count, several, gap = (1, 2, 2)[code], code == 2, 0
    else:
        count, several, padded = packet[at] & 63, packet[at] > 127, packet[at] & 64
        at, gap, more = at + 1, 0, 255 if padded else 0
        while more == 255:
            more = packet[at]
            gap, at = gap + (254 if more == 255 else more), at + 1
    total = 0
    for _ in range(count - 1 if several else 0):
        size, at = _frame(packet, at)
        total += size
    if last:
        first = len(packet) - gap
        rest = first - at - total
        if rest < 0 or not count or (not several and rest % count):
            raise IndexError
        return first, len(packet)
    size, at = _frame(packet, at)
    first = at + total + (size if several else size * count)
    if first + gap > len(packet) or not count:
        raise IndexError
    return first, first + gap


def _frame(packet: bytes, at: int) -> tuple[int, int]:
    size = packet[at]
    return (size, at + 1) if size < 252 else (size + 4 * packet[at + 1], at + 2)
