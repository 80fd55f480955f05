"""PNG and APNG made here, and one with a token in every place that can hold one."""

import struct
import zlib

from tests.media_builders.jpeg_hiding import PLACES, exif, icc, iptc, token, wide

SIGNATURE = b"\x89PNG\r\n\x1a\n"
CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}


def chunk(kind, body=b""):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def header(width=8, height=6, depth=8, colour=2, interlace=0, **_):
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlace))


PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))


def rows(width=8, height=6, interlace=0, **shape):
    """Filtered rows of a plain picture, in seven passes if interlaced."""
    if interlace != 1:
        return _rows(width, height, **shape)
    sizes = [((width - x + dx - 1) // dx, (height - y + dy - 1) // dy) for x, y, dx, dy in PASSES]
    return b"".join(_rows(across, down, **shape) for across, down in sizes if across > 0 and down > 0)


def _rows(width, height, depth=8, colour=2, value=3, filters=(0,)):
    size = (width * depth * CHANNELS[colour] + 7) // 8
    spare = -width * depth * CHANNELS[colour] % 8
    row = bytearray([value] * size)
    row[-1] = row[-1] >> spare << spare
    return b"".join(bytes([filters[n % len(filters)]]) + bytes(row) for n in range(height))


def build(head=b"", behind=b"", tail=b"", palette=b"", data=None, frame=b"", split=40, end=None, **shape):
    """A PNG: ``head`` in front of the palette and ``frame`` in front of the picture, ``behind`` after it."""
    stream = zlib.compress(rows(**shape)) if data is None else data
    pieces = b"".join(chunk(b"IDAT", stream[at : at + split]) for at in range(0, len(stream), split))
    table = chunk(b"PLTE", palette) if palette else b""
    finish = chunk(b"IEND") if end is None else end
    return SIGNATURE + header(**shape) + head + table + frame + pieces + behind + finish + tail


def control(number, width=8, height=6, left=0, top=0, wait=1, unit=10, dispose=0, blend=0):
    return chunk(b"fcTL", struct.pack(">5I2H2B", number, width, height, left, top, wait, unit, dispose, blend))


def animated(hidden_first=False, delay=(2, 20), slack=b"", plays=0, **shape):
    """An APNG of two frames, or of one frame behind a still picture."""
    second = zlib.compress(rows(width=4, height=3, **shape)) + slack
    number = 0 if hidden_first else 1
    first = b"" if hidden_first else control(0, wait=delay[0], unit=delay[1])
    frame = chunk(b"acTL", struct.pack(">II", 1 if hidden_first else 2, plays)) + first
    behind = control(number, 4, 3, 2, 1, *delay, 1, 1)
    for count, at in enumerate(range(0, len(second), 30), number + 1):
        behind += chunk(b"fdAT", struct.pack(">I", count) + second[at : at + 30])
    return build(frame=frame, behind=behind, **shape)


def profile_chunk(name=b"sRGB", data=None):
    return chunk(b"iCCP", name + b"\0\0" + zlib.compress(icc() if data is None else data))


def tiff_block(orientation=6):
    return exif(orientation)[10:]


def raw_profile(kind, block):
    digits = block.hex()
    lines = "\n".join(digits[at : at + 72] for at in range(0, len(digits), 72))
    return f"\n{kind}\n{len(block):8}\n{lines}\n".encode()


def packed(kind, keyword, text):
    return chunk(kind, keyword + b"\0\0" + zlib.compress(text))


def hiding(indexed=False):
    """(PNG bytes, places): a token in every hiding place; ``indexed`` adds those of a palette."""
    PLACES.clear()
    xmp = b'<x:xmpmeta><rdf:Description photoshop:City="' + token("XMP attribute") + b'"/></x:xmpmeta>'
    head = b"".join([
        chunk(b"tEXt", b"Author\0" + token("tEXt")), chunk(b"tEXt", token("keyword")[:60] + b"\0x"),
        packed(b"zTXt", b"Comment", token("zTXt")), chunk(b"iTXt", b"Title\0\0\0en\0t\0" + token("iTXt")),
        chunk(b"iTXt", b"Software\0\1\0" + token("iTXt language")[:20] + b"\0\0" + zlib.compress(token("packed iTXt"))),
        chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + xmp),
        packed(b"zTXt", b"Raw profile type iptc", raw_profile("iptc", iptc()[14:])),
        packed(b"zTXt", b"Raw profile type exif", raw_profile("exif", b"Exif\0\0" + tiff_block())),
        chunk(b"eXIf", tiff_block()), profile_chunk(token("profile name")),
        chunk(b"sPLT", token("sPLT name") + b"\0\x08" + token("sPLT")[:18]), chunk(b"tIME", b"\x07\xe8\2\3\4\5\6"),
        chunk(b"caBX", b"\0\0\0\x40jumbc2pa" + token("caBX")), chunk(b"prVt", token("private")),
        chunk(b"iDOT", token("iDOT")), chunk(b"gAMA", token("gAMA")[:4]), chunk(b"cHRM", token("chromaticities of")[:32].ljust(32, b"Q")),
        chunk(b"sRGB", b"\0" + token("sRGB")), chunk(b"cICP", token("cICP")[:4]),
        chunk(b"mDCV", token("mDCV is 24 bytes long")[:24]), chunk(b"cLLI", token("cLLI")[:8]),
        chunk(b"pHYs", token("pHYs")[:9]), chunk(b"sBIT", b"\x05\x05\x05"), chunk(b"tEXt", "Ұлан\0Жаңаөзен".encode()),
        chunk(b"tEXt", b"Wide\0" + wide("UTF-16")), chunk(b"acTl", token("nearly acTL")),
    ])  # fmt: skip
    behind = b"".join([
        chunk(b"IDAT", token("second run of IDAT")), chunk(b"tEXt", b"Late\0" + token("tEXt behind")),
        chunk(b"fdAT", token("fdAT without animation")), chunk(b"fcTL", token("fcTL without animation")),
        chunk(b"bKGD", token("bKGD")[:6]), chunk(b"gAMA", token("gAMA behind")[:4]),
    ])  # fmt: skip
    broken = bytearray(chunk(b"eXIf", token("eXIf of a wrong checksum")))
    broken[-1] ^= 1
    frame, shape, palette = chunk(b"hIST", token("hIST")), {}, b""
    if indexed:
        shape, palette = {"depth": 4, "colour": 3, "value": 0x33}, token("unused palette entries").ljust(48, b"!")
        frame += chunk(b"tRNS", token("tRNS")[:16]) + chunk(b"bKGD", b"\5")
    else:
        frame += chunk(b"PLTE", token("suggested palette").ljust(48, b"!")) + chunk(b"bKGD", token("bKGD")[:6])
    data = zlib.compress(rows(**shape)) + token("behind the zlib stream")
    tail = token("behind the end") + b"\xff\xd8\xff" + token("second picture")
    end = chunk(b"IEND", token("in IEND"))
    return build(head + bytes(broken), behind, tail, palette, data, frame, end=end, **shape), tuple(PLACES)
