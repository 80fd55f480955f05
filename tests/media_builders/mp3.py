"""MP3 files built by hand: frames whose sound is noise, free bytes, an index frame, and tags of every kind."""

import random
import struct

from tests.media_builders.wave import id3

HEAD = bytes.fromhex("fffb9004")  # MPEG 1, layer III, 128 kbit/s, 44.1 kHz, stereo, original
CHECKED = bytes.fromhex("fffa9004")
SIZE = 417


def bits(*fields):
    value, size = 0, 0
    for number, width in fields:
        value, size = value << width | number, size + width
    return (value << -size % 8).to_bytes((size + 7) // 8, "big")


def side(begin, lengths, private=0):
    rest = [(0, 47)]
    units = [field for length in lengths for field in ((length, 12), *rest)]
    return bits((begin, 9), (private, 3), (0, 8), *units)


def frame(lengths=(600, 500, 610, 505), begin=0, free=b"", head=HEAD, seed=1, private=0, check=b"\xab\xcd"):
    """One frame; ``free`` stands behind its sound, from the next whole byte on."""
    sound = (sum(lengths) + 7) // 8
    chance = random.Random(seed)
    body = bytes(chance.randrange(256) for _ in range(sound - 1)) + b"\0"
    front = head + (check if not head[1] & 1 else b"") + side(begin, lengths, private)
    return (front + body[begin:] + free).ljust(SIZE, b"\0")[:SIZE]


def index(encoder=b"LAME3.100", frames=20, mark=b"Info", delays=b"\x24\x05\x07", rest=b"", flags=15):
    table = bytes(range(100))
    tag = mark + struct.pack(">III", flags, frames, 9000) + table + struct.pack(">I", 57)
    tag += encoder.ljust(9, b"\0") + b"\x24\xaa" + b"RGAIN123" + b"\x51\x80" + delays + b"MISCxxxxCRCCRC"
    return (HEAD + bytes(32) + tag + rest).ljust(SIZE, b"\0")[:SIZE]


def vbri(frames=20):
    body = b"VBRI" + struct.pack(">HHHIIHHHH", 1, 1234, 75, 9000, frames, 5, 1, 2, 4) + bytes(10)
    return (HEAD + bytes(32) + body).ljust(SIZE, b"\0")


def sound(count=20, **more):
    return b"".join(frame(seed=number, **more) for number in range(count))


def apev2(token, head=True, foot=True):
    body = struct.pack("<II", len(token), 0) + b"Artist\0" + token
    size, flags = len(body) + 32, 0x80000000 if head else 0

    def end(more):
        return b"APETAGEX" + struct.pack("<IIII", 2000, size, 1, flags | more) + bytes(8)

    return (end(0x20000000) if head else b"") + body + (end(0) if foot else b"")


def id3v1(*texts):
    fields = [text[:size].ljust(size, b"\0") for text, size in zip(texts, (30, 30, 30, 4, 30), strict=True)]
    return b"TAG" + b"".join(fields) + b"\x05"


def lyrics3(token):
    body = b"LYRICSBEGINLYR%05d" % len(token) + token
    return body + b"%06d" % len(body) + b"LYRICS200"


def hiding():
    """(file, tokens by place)."""
    tokens = {}

    def token(place):
        tokens[place] = b"TOK%03dxQz" % len(tokens) + place.encode()
        return tokens[place]

    jpeg = b"\xff\xd8\xff\xfe" + struct.pack(">H", 2 + len(token("cover"))) + tokens["cover"] + b"\xff\xd9"
    frames = [(b"TPE1", b"\0" + token("TPE1")), (b"TIT2", b"\1\xff\xfe" + token("TIT2").decode().encode("utf-16-le"))]
    frames += [(b"COMM", b"\0engd\0" + token("COMM")), (b"PRIV", b"own\0" + token("PRIV"))]
    frames += [(b"GEOB", b"\0\0\0\0" + token("GEOB")), (b"UFID", b"u\0" + token("UFID"))]
    frames += [(b"APIC", b"\0image/jpeg\0\3" + token("APIC") + b"\0" + jpeg), (b"TDRC", b"\x002011-02-03")]
    frames += [
        (b"WXXX", b"\0\0" + token("WXXX")),
        (b"TXXX", b"\0a\0" + token("TXXX")),
        (b"USLT", b"\0engx\0" + token("USLT")),
    ]
    front = id3(frames)[:-20] + token("ID3 padding").ljust(20, b"\0")[:20]
    tokens["ID3 padding"] = tokens["ID3 padding"][:20]
    unaligned = int.from_bytes(token("free bits"), "big") << 3
    parts = [
        front,
        apev2(token("APEv2 in front")),
        token("in front"),
        index(rest=token("index rest")),
        sound(5),
        frame(free=token("free bytes"), seed=50),
        frame(lengths=(600, 500, 610, 500), seed=51, free=unaligned.to_bytes(20, "big")),
        frame((0, 0, 0, 0), free=token("silent frame"), seed=52),
        index(encoder=token("late index")[:9], rest=token("late rest")),
        sound(3, private=5),
        token("between") + b"\xff\xfb",
        id3([(b"TPE2", b"\0" + token("late ID3"))]),
        sound(10, head=CHECKED),
        token("behind"),
        frame(seed=60)[:200] + token("cut frame"),
        lyrics3(token("Lyrics3")),
        b"LYRICSBEGIN" + token("Lyrics3v1") + b"LYRICSEND",
        b"TAG+" + token("TAG+").ljust(223, b"\0"),
        id3v1(token("title")[:30], token("artist")[:30], token("album")[:30], b"2012", token("comment")[:30]),
        apev2(token("APEv2")),
    ]
    return b"".join(parts), {place: text for place, text in tokens.items() if place != "late index"}
