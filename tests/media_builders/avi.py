"""AVI films built by hand: motion JPEG or other pictures, sound, and a token in every place that is neither."""

import struct

from tests.media_builders.jpeg import Plan, build, segment
from tests.media_builders.wave import FORMAT, chunk

AVI1 = segment(0xE0, b"AVI1\x01\0" + bytes(8))
SOUND = bytes((11 * number * number) % 251 for number in range(1600))


def frame(**more):
    return build(Plan(head=[AVI1], **more))


def lists(kind, *inner):
    return chunk(b"LIST", kind + b"".join(inner))


def avih(streams=2, flags=0x10, reserved=bytes(16), waste=0):
    return chunk(b"avih", struct.pack("<10I", 100000, waste, 0, flags, 4, 0, streams, 0, 40, 24) + reserved)


def strh(kind, handler=b"MJPG", rate=10, sample=0, priority=bytes(4), frame_box=b"\0\0\0\0\x28\0\x18\0"):
    numbers = struct.pack("<7I", 1, rate, 0, 4, 0, 0xFFFFFFFF, sample)
    return chunk(b"strh", kind + handler + bytes(4) + priority + bytes(4) + numbers + frame_box)


def pictures(name=b"MJPG", extra=b"", meters=(0, 0), bits=24):
    body = struct.pack("<IiiHH4sIiiII", 40 + len(extra), 40, 24, 1, bits, name, 2880, *meters, 0, 0) + extra
    return chunk(b"strf", body)


VIDEO = lists(b"strl", strh(b"vids"), pictures())
AUDIO = lists(b"strl", strh(b"auds", bytes(4), 8000, 2), chunk(b"strf", FORMAT))


def film(chunks, streams=(VIDEO, AUDIO), headers=(), between=(), behind=(), tail=b"", index=True, head=None):
    """A film of (name, data) chunks; ``between`` stands before the film, ``behind`` after the index."""
    hdrl = lists(b"hdrl", head or avih(len(streams)), *streams, *headers)
    movi, entries, place = b"movi", b"", 4
    for name, data in chunks:
        whole = chunk(name, data)
        entries += struct.pack("<4sIII", name, 0x10, place, len(data))
        place += len(whole)
        movi += whole
    body = b"AVI " + hdrl + b"".join(between) + chunk(b"LIST", movi)
    body += chunk(b"idx1", entries) if index else b""
    return chunk(b"RIFF", body + b"".join(behind)) + tail


def plain(count=4, picture=None):
    picture = picture or [frame()] * count
    row = []
    for number in range(count):
        row += [(b"00dc", picture[number]), (b"01wb", SOUND)]
    return row


def hiding():
    """(file, tokens by place)."""
    tokens = {}

    def token(place):
        tokens[place] = b"TOK%03dxQz" % len(tokens) + place.encode()
        return tokens[place]

    def info(*names):
        return lists(b"INFO", *(chunk(name.encode(), token(f"INFO{name}") + b"\0") for name in names))

    first = build(
        Plan(head=[segment(0xE0, b"AVI1\x01" + token("AVI1").ljust(30, b"\0")), segment(0xFE, token("COM"))])
    )
    second = build(Plan(head=[AVI1, segment(0xE1, b"Exif\0\0" + token("APP1")), segment(0xEA, token("APP10"))]))
    third = build(
        Plan(head=[AVI1], tail=token("behind the picture"), before_end=segment(0xFE, token("before the end")))
    )
    fourth = build(Plan(head=[AVI1], extra_tables=segment(0xDB, b"\x03" + (token("table") * 8)[:64])))
    row = plain(4, [first, second, third, fourth])
    row[2:2] = [(b"JUNK", token("JUNK in the film")), (b"00xx", token("unknown chunk")), (b"02tx", token("subtitle"))]
    row[5:5] = [(b"05dc", token("no stream")), (b"ix00", token("index of no form")), (b"00wb", token("wrong kind"))]
    handler = strh(b"vids", token("handler")[:4].lower(), priority=token("priority")[:4], frame_box=token("box")[:8])
    video = lists(
        b"strl",
        handler + b"",
        pictures(extra=token("extra") + b"\0", meters=struct.unpack("<ii", token("meters")[:8])),
        chunk(b"strd", token("strd")),
        chunk(b"strn", token("strn")),
        chunk(b"JUNK", token("strl JUNK")),
        chunk(b"indx", token("indx")),
    )
    text = lists(b"strl", strh(b"txts"), chunk(b"strf", token("text format")), chunk(b"strn", token("text name")))
    sound = lists(b"strl", strh(b"auds", bytes(4), 8000, 2), chunk(b"strf", FORMAT + b"\x10\0" + token("cbSize")))
    headers = [
        lists(b"odml", chunk(b"dmlh", token("dmlh"))),
        chunk(b"IDIT", token("IDIT") + b"\n"),
        chunk(b"JUNK", token("hdrl JUNK")),
        chunk(b"ISMP", token("ISMP")),
        info("ISFT", "ICRD"),
    ]
    between = [
        info("IART", "INAM", "ICMT", "ICOP", "ILOC", "IMAK", "IMOD", "IXYZ"),
        chunk(b"JUNK", b"\0" + token("JUNK") + b"\0" + token("JUNK wide").decode().encode("utf-16-le")),
        lists(b"ncdt", chunk(b"nctg", token("nctg"))),
        lists(b"exif", chunk(b"ecor", token("ecor"))),
        chunk(b"_PMX", b'<rdf:Description dc:creator="' + token("_PMX") + b'"/>'),
        chunk(b"strd", token("outer strd")),
    ]
    behind = [chunk(b"id3 ", b"ID3\3\0\0\0\0\0\x40TPE1\0\0\0\x30\0\0\0" + token("id3").ljust(60, b"\0"))]
    head = avih(3, reserved=token("reserved")[:16].ljust(16, b"\0"), waste=0x6B4F54)
    data = film(row, (video, sound, text), headers, between, behind, token("tail"), head=head)
    hidden_in_numbers = {"handler", "priority", "box", "meters", "extra", "cbSize", "reserved", "table"}
    return data, {place: text for place, text in tokens.items() if place not in hidden_in_numbers}, tokens
