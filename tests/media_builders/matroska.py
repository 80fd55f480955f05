"""Matroska films built element by element, with a token in every place where something can hide."""

import struct
from itertools import pairwise

from tests.media_builders.mp4 import APPLE_SEI, PICTURE, Canary, avcc, hvcc, sei, units

EBML, SEGMENT, INFO, TRACKS, ENTRY, VIDEO, AUDIO = 0x1A45DFA3, 0x18538067, 0x1549A966, 0x1654AE6B, 0xAE, 0xE0, 0xE1
CLUSTER, GROUP, CUES, VOID, CRC, PRIVATE, ADDITIONS = 0x1F43B675, 0xA0, 0x1C53BB6B, 0xEC, 0xBF, 0x63A2, 0x75A1
MASTERS = {
    EBML, SEGMENT, INFO, TRACKS, ENTRY, VIDEO, AUDIO, CLUSTER, GROUP, CUES, 0xBB, 0xB7, ADDITIONS, 0xA6, 0x55B0,
    0x55D0, 0x7670, 0x41E4, 0x1254C367, 0x7373, 0x63C0, 0x67C8, 0x1043A770, 0x45B9, 0xB6, 0x80, 0x1941A469, 0x61A7,
}  # fmt: skip
UNKNOWN_SIZE = b"\x01" + b"\xff" * 7
OPUS_HEAD = b"OpusHead\x01\x02\x38\x01\x80\xbb\0\0\0\0\0"


def identifier(number):
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def vint(size, width=0):
    while not width or size >= (1 << 7 * width) - 1:
        width += 1
    return (size | 1 << 7 * width).to_bytes(width, "big")


def el(number, *parts, width=0):
    body = b"".join(part if isinstance(part, bytes) else uint(part) for part in parts)
    return identifier(number) + vint(len(body), width) + body


def uint(value):
    return value.to_bytes(max(1, (value.bit_length() + 7) // 8), "big")


def real(value):
    return struct.pack(">d", value)


def open_el(number, *parts):
    """An element that does not tell its size."""
    return identifier(number) + UNKNOWN_SIZE + b"".join(parts)


def block(track, time, *frames, flags=0, lacing=0):
    head = vint(track) + struct.pack(">hB", time, flags | lacing << 1)
    sizes = [len(frame) for frame in frames]
    if lacing:
        head += bytes([len(frames) - 1])
    if lacing == 1:
        head += b"".join(b"\xff" * (size // 255) + bytes([size % 255]) for size in sizes[:-1])
    if lacing == 3:
        head += vint(sizes[0])
        for before, size in pairwise(sizes[:-1]):
            head += (size - before + 8191 | 1 << 14).to_bytes(2, "big")
    return head + b"".join(frames)


def header(doc_type=b"matroska", *extra):
    return el(
        EBML, el(0x4286, 1), el(0x42F7, 1), el(0x42F2, 4), el(0x42F3, 8), el(0x4282, doc_type), el(0x4287, 4),
        el(0x4285, 2), *extra,
    )  # fmt: skip


def info(canary, *extra):
    return el(
        INFO, el(0x2AD7B1, 1_000_000), el(0x4489, struct.pack(">f", 4000.5)), el(0x4D80, canary("MuxingApp")),
        el(0x5741, canary("WritingApp")), el(0x7BA9, canary("Title")), el(0x73A4, canary("SegmentUUID", 16)),
        el(0x7384, canary("SegmentFilename")), el(0x3CB923, canary("PrevUUID", 16)), el(0x3C83AB, canary("PrevName")),
        el(0x3EB923, canary("NextUUID", 16)), el(0x3E83BB, canary("NextName")), el(0x4444, canary("Family", 16)),
        el(0x4461, b"\x09\x40\x34\x12\x56\x78\x9a\xbc"), el(0x6924, el(0x69A5, canary("Translate"))),
        el(VOID, canary("InfoVoid")), el(CRC, b"Kcrc"), el(0x4FFF, canary("InfoUnknown")), *extra,
    )  # fmt: skip


def video(canary, number=1, hevc=False, extra=b""):
    config = (hvcc if hevc else avcc)(canary)[8:]
    return el(
        ENTRY, el(0xD7, number), el(0x73C5, canary("TrackUID", 8)), el(0x83, 1), el(0x9C, 0), el(0x536E, canary("Name")),
        el(0x22B59C, b"kaz"), el(0x22B59D, canary("Language")), el(0x258688, canary("CodecName")),
        el(0x3A9697, canary("CodecSettings")), el(0x3B4040, canary("CodecURL")), el(0x7446, canary("AttachLink", 8)),
        el(0x23E383, 40_000_000), el(0x86, b"V_MPEGH/ISO/HEVC" if hevc else b"V_MPEG4/ISO/AVC"), el(PRIVATE, config),
        el(VIDEO, el(0xB0, 64), el(0xBA, 48), el(0x54B0, 64), el(0x54BA, 48), el(0x4FFE, canary("VideoUnknown")),
           el(VOID, canary("VideoVoid")),
           el(0x55B0, el(0x55BA, 16), el(0x55BB, 9), el(0x55BC, 1000), el(0x4FFD, canary("ColourUnkn")),
              el(0x55D0, el(0x55D1, real(0.708)), el(0x55D9, real(1000.0)), el(0x55DA, real(0.0001))))),
        el(0x41E4, el(0x41A4, canary("AddIDName")), el(0x41E7, b"mvcC"), el(0x41ED, canary("AddIDExtra"))),
        el(0x6624, el(0x66A5, canary("TrackTransl"))), el(VOID, canary("EntryVoid")), extra,
    )  # fmt: skip


def sound(canary, number=2, extra=b""):
    return el(
        ENTRY, el(0xD7, number), el(0x73C5, canary("SoundUID", 8)), el(0x83, 2), el(0x536E, canary("SoundName")),
        el(0x86, b"A_OPUS"), el(PRIVATE, OPUS_HEAD + canary("OpusTail")), el(0x56AA, 6_500_000), el(0x56BB, 80_000_000),
        el(AUDIO, el(0xB5, struct.pack(">f", 48000)), el(0x9F, 2), el(0x7D7B, canary("Positions"))), extra,
    )  # fmt: skip


def other(canary, number, kind, codec):
    return el(
        ENTRY, el(0xD7, number), el(0x73C5, number), el(0x83, kind), el(0x86, codec), el(PRIVATE, canary("OtherPriv"))
    )


def tags(canary):
    inner = el(0x67C8, el(0x45A3, b"GPS_LOCATION"), el(0x4487, canary("NestedTag")))
    tag = el(0x67C8, el(0x45A3, b"ARTIST"), el(0x447A, b"kaz"), el(0x4487, canary("TagString")), inner)
    return el(0x1254C367, el(0x7373, el(0x63C0, el(0x63CA, canary("TargetType"))), tag,
              el(0x67C8, el(0x45A3, canary("TagName")), el(0x4485, canary("TagBinary")))))  # fmt: skip


def attachments(canary):
    return el(0x1941A469, el(0x61A7, el(0x467E, canary("FileDescr")), el(0x466E, canary("FileName")),
              el(0x4660, b"text/plain"), el(0x465C, canary("FileData")), el(0x46AE, 5)))  # fmt: skip


def chapters(canary, ordered=0):
    display = el(0x80, el(0x85, canary("ChapString")), el(0x437C, b"kaz"), el(0x437E, b"kz"))
    atom = el(0xB6, el(0x73C4, 77), el(0x5654, canary("ChapUID")), el(0x91, 0), display,
              el(0x6944, el(0x450D, canary("ChapProcess"))))  # fmt: skip
    return el(0x1043A770, el(0x45B9, el(0x45DD, ordered), el(0x4520, el(0x4521, canary("Edition"))), atom))


def pictures(canary, index, hevc=False):
    nal = b"\x02\x01" if hevc else b"\x65" if index == 0 else b"\x41"
    message = sei(5, APPLE_SEI + canary(f"sei {index}"), b"\x4e\x01" if hevc else b"\x06")
    return units(message, nal + PICTURE + bytes([0x80 | index]))


def cluster(named, first, number, hevc=False, opener=el):
    def canary(place, width=0):
        return named(f"{number}{place}", width)

    pic = [pictures(canary, 4 * (number > 0) + index, hevc) for index in range(4)]
    packets = [b"\xfc" + bytes([index]) * (40 + 5 * index) for index in range(3)]
    group = el(
        GROUP, el(0xA1, block(1, 80, pic[2])), el(0x9B, 40), el(0xFB, b"\xd8"), el(0xFA, 3), el(0xA2, canary("Virtual")),
        el(0x8E, el(0xE8, el(0xCC, 1), el(0x4FFC, canary("Slice")))), el(VOID, canary("GroupVoid")),
        el(ADDITIONS, el(0xA6, el(0xA5, canary("Additional")), el(0xEE, 77))),
    )  # fmt: skip
    return opener(
        CLUSTER, el(0xE7, first), el(0xA7, 500), el(0xAB, 700), el(VOID, canary("ClusterVoid")),
        el(0x5854, el(0x58D7, 3)), el(0xA3, block(1, 0, pic[0], flags=0x80)),
        el(0xA3, block(2, 5, *packets, flags=0x80, lacing=3)), el(0xA3, block(3, 7, canary("subtitle"), flags=0x80)),
        el(0xA3, block(9, 7, canary("no track"), flags=0x80)), el(0xAF, canary("Encrypted")),
        el(0xA3, block(1, 40, pic[1], flags=1)), group, el(0xA3, block(1, 120, pic[3])),
        el(GROUP, el(0xA1, block(2, 65, packets[0])), el(0x75A2, b"\x01\x00")), el(0x4FFB, canary("ClusterUnkn")),
    )  # fmt: skip


def film(
    canary=None, *, hevc=False, doc_type=b"matroska", opener=el, ordered=0, tail=True, start=0, middle=b"", entry=b""
):
    """A whole film; ``opener`` is ``open_el`` for sizes that are not given, ``entry`` goes into the first track."""
    canary = canary or Canary(quiet=True)
    body = [
        el(0x114D9B74, el(0x4DBB, el(0x53AB, canary("SeekID", 8)), el(0x53AC, 99))), el(VOID, canary("Void"), bytes(50)),
        info(canary), el(TRACKS, video(canary, 1, hevc, entry), sound(canary), other(canary, 3, 17, b"S_TEXT/UTF8"),
                         other(canary, 4, 33, b"D_WEBVTT/METADATA")),
        tags(canary), chapters(canary, ordered), attachments(canary), middle,
        *(cluster(canary, start + 1000 * number, number, hevc, opener) for number in range(3)),
        el(CUES, el(0xBB, el(0xB3, 0), el(0xB7, el(0xF7, 1), el(0xF1, 5), el(0x4FFA, canary("CueUnkn"))))),
        el(0x4FF9, canary("TopUnknown")),
    ]  # fmt: skip
    data = header(doc_type, el(0x4281, el(0x4283, canary("DocExt")))) + opener(SEGMENT, *body)
    return data + (canary("behind") if tail and opener is el else b"")


def tree(data):
    """Elements as ``[number, list or bytes]``, to change and write again."""
    found, place = [], 0
    while place < len(data):
        width = 9 - data[place].bit_length()
        number, at = int.from_bytes(data[place : place + width], "big"), place + width
        long = 9 - data[at].bit_length()
        size = int.from_bytes(data[at : at + long], "big") & (1 << 7 * long) - 1
        body = data[at + long : at + long + size]
        found.append([number, tree(body) if number in MASTERS else body])
        place = at + long + size
    return found


def written(nodes):
    """The bytes of a tree in least lengths, but eight bytes for the size of the segment, as copies have it."""
    return b"".join(
        el(number, written(body) if isinstance(body, list) else body, width=8 * (number == SEGMENT))
        for number, body in nodes
    )


def at(nodes, *path):
    """The first node under ``path``, numbers of elements."""
    found = None
    for number in path:
        found = next(node for node in (nodes if found is None else found[1]) if node[0] == number)
    return found
