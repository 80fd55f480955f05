"""WAVE files built by hand, with a token in every place that is not sound."""

import struct

FORMAT = struct.pack("<HHIIHH", 1, 1, 8000, 16000, 2, 16)
EXTENSIBLE = struct.pack("<HHIIHHHHI", 0xFFFE, 2, 48000, 192000, 4, 16, 22, 16, 3) + bytes.fromhex(
    "0100000000001000800000aa00389b71"
)
TABLES = struct.pack("<H14h", 7, 256, 0, 512, -256, 0, 0, 192, 64, 240, 0, 460, -208, 392, -232)
SOUND = bytes((7 * number * number) % 251 for number in range(4000))


def chunk(name, body, pad=b"\0"):
    return name + struct.pack("<I", len(body)) + body + (pad if len(body) % 2 else b"")


def riff(*chunks, head=b"RIFF", kind=b"WAVE", told=None, tail=b""):
    body = kind + b"".join(chunks)
    return head + struct.pack("<I", len(body) if told is None else told) + body + tail


def wave(before=(), behind=(), form=FORMAT, sound=SOUND, tail=b"", **more):
    return riff(chunk(b"fmt ", form), *before, chunk(b"data", sound), *behind, tail=tail, **more)


def id3(frames):
    body = b"".join(name + struct.pack(">I", len(data)) + b"\0\0" + data for name, data in frames)
    size = len(body) + 20
    raw = bytes([size >> 21 & 127, size >> 14 & 127, size >> 7 & 127, size & 127])
    return b"ID3\3\0\0" + raw + body + bytes(20)


def bext(token):
    texts = [token(f"bext{n}") for n in range(6)]
    body = texts[0].ljust(256, b"\0") + texts[1].ljust(32, b"\0") + texts[2].ljust(32, b"\0")
    body += b"2011-02-0312:34:56" + struct.pack("<QH", 123456789, 1) + texts[3].ljust(64, b"\0")
    return body + texts[4].ljust(190, b"\0") + texts[5]


def hiding():
    """(file, tokens by place): one token in every hiding place of a WAVE file."""
    tokens = {}

    def token(place):
        tokens[place] = b"TOK%03dxQz" % len(tokens) + place.encode()
        return tokens[place]

    def info(*names):
        return b"INFO" + b"".join(chunk(name.encode(), token(f"INFO{name}") + b"\0") for name in names)

    adtl = b"adtl" + chunk(b"labl", bytes(4) + token("labl")) + chunk(b"note", bytes(4) + token("note"))
    adtl += chunk(b"ltxt", bytes(20) + token("ltxt")) + chunk(b"file", bytes(8) + token("file"))
    before = [
        chunk(b"bext", bext(token)),
        chunk(b"JUNK", token("JUNK")),
        chunk(b"LIST", info("IART", "ICMT", "ICRD", "ISFT", "INAM", "IENG", "ITCH", "ISRC", "IGPS", "IXYZ")),
        chunk(b"cart", b"0101" + token("cart").ljust(2048, b"\0")),
        chunk(b"fact", struct.pack("<I", 2000) + token("fact")),
        chunk(b"PAD ", token("PAD")),
        chunk(b"FLLR", token("FLLR")),
        chunk(b"zzzz", token("unknown")),
        chunk(b"wide", token("wide").decode().encode("utf-16-le")),
    ]
    behind = [
        chunk(b"LIST", adtl),
        chunk(b"LIST", b"exif" + chunk(b"ecor", token("ecor"))),
        chunk(b"LIST", b"qwer" + token("unknown list")),
        chunk(
            b"iXML", b"<BWFXML><PROJECT>" + token("iXML") + b'</PROJECT><NOTE a="' + token("attr") + b'"/></BWFXML>'
        ),
        chunk(b"axml", b"<a><b>" + token("axml") + b"</b></a>"),
        chunk(b"chna", token("chna")),
        chunk(b"_PMX", b'<rdf:Description dc:creator="' + token("_PMX") + b'"/>'),
        chunk(
            b"id3 ", id3([(b"TPE1", b"\0" + token("TPE1")), (b"PRIV", b"a\0" + token("PRIV"))]) + token("id3 tail")
        ),
        chunk(b"cue ", struct.pack("<I", 1) + token("cue").ljust(24, b"\0")),
        chunk(b"smpl", token("smpl").ljust(36, b"\0")),
        chunk(b"inst", token("inst")),
        chunk(b"odd ", token("odd") + b"x", pad=b"P"),
        chunk(b"levl", token("levl")),
        chunk(b"umid", token("umid")),
        chunk(b"DISP", bytes(4) + token("DISP")),
    ]
    form = FORMAT + struct.pack("<H", 40) + token("cbSize").ljust(40, b"\0")
    data = wave(before, behind, form, sound=SOUND + b"\x7f", tail=token("tail"))
    return data, tokens
