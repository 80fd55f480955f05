"""TIFF and DNG files with one token in every place that can hold one."""

import struct
import zlib

from tests.media_builders.jpeg import segment
from tests.media_builders.jpeg_hiding import icc, iptc
from tests.media_builders.tiff import CAMERA, Page, dng, grey, jpeg_page, make, raw_page, rgb

PLACES = []


def token(place):
    PLACES.append(place)
    return f"Qz{len(PLACES):02d}{place}Xw".encode()


def text(place):
    return 2, token(place) + b"\0"


def wide(place, encoding="utf-16-le"):
    return token(place).decode().encode(encoding)


def xmp(place):
    return b'<x:xmpmeta><rdf:Description photoshop:City="' + token(place) + b'"/></x:xmpmeta>'


def exif():
    position = struct.pack("<6I", 43, 1, 20, 1, 123456, 10000)
    gps = {1: (2, b"N\0"), 2: (5, position), 3: (2, b"E\0"), 4: (5, position), 28: (7, token("GPSArea"))}
    return {
        34665: [Page({36867: text("DateTimeOriginal"), 42033: text("SerialNumber"), 37500: (7, token("maker note")),
                      37510: (7, b"ASCII\0\0\0" + token("UserComment"))}, below={40965: [Page({4096: text("Interop")})]})],
        34853: [Page(gps)],
    }  # fmt: skip


def names():
    numbers = {269: "DocumentName", 270: "Description", 271: "Make", 272: "Model", 285: "PageName", 305: "Software",
               306: "DateTime", 315: "Artist", 316: "HostComputer", 333: "InkNames", 337: "Printer", 32781: "ImageID",
               33432: "Copyright", 34737: "GeoAscii", 42112: "GDAL", 50839: "ImageJ", 65111: "private"}  # fmt: skip
    found = {number: text(place) for number, place in numbers.items()}
    found |= {40091: (1, wide("XPTitle") + b"\0\0"), 700: (1, xmp("XMP")), 33723: (7, b"\x1c\x02\x5a\0\x14" + token("IPTCcity00123")[:20]),
              34377: (7, b"8BIM\x04\x25\0\0" + struct.pack(">I", 40) + token("Photoshop").ljust(40, b"z")), 37724: (7, token("layers")),
              321: (3, token("halftone!")[:12]), 52545: (7, b"jumbc2pa" + token("C2PA")), 33550: (12, token("geo scale").ljust(24, b"-")),
              34675: (7, icc()), 282: (5, struct.pack("<II", 300, 1)), 283: (5, struct.pack("<II", 300, 1))}  # fmt: skip
    return found


def pages():
    first = rgb(tags=names(), below=exif() | {330: [rgb(tags={254: (4, [1]), 270: text("SubIFD text")})]})
    first.strips = [strip + token(f"strip slack {number}") for number, strip in enumerate(first.strips)]
    packed = zlib.compress(b"".join(grey().strips))
    second = grey(tags={259: (3, [8]), 270: text("second page")}, strips=[packed + token("behind deflate")])
    palette = [(at * 257) & 0xFFFF for at in range(768)]
    third = grey(tags={262: (3, [3]), 320: (3, palette), 285: text("third page")})
    third.strips = [bytes(at % 7 for at in range(240))]
    hidden = token("unused colours").ljust(60, b"~")
    third.tags[320] = (3, struct.pack("<768H", *palette)[:40] + hidden + struct.pack("<768H", *palette)[100:])
    heads = [segment(0xE1, b"Exif\0\0" + token("JPEG APP1")), segment(0xFE, token("JPEG COM")), segment(0xED, iptc()),
             segment(0xEE, b"Adobe\0\x64\0\0\0\0\x01" + token("behind Adobe")), segment(0xE0, b"JFIF\0\1\1\0\0\x48\0\x48\0\0" + token("JFIF"))]  # fmt: skip
    fourth = jpeg_page(heads=heads, tail=token("behind the stream"))
    fifth = jpeg_page(tables=True)
    fifth.tags[347] = (
        7,
        fifth.tags[347][1][:-2] + segment(0xFE, token("JPEGTables COM")) + b"\xff\xd9" + token("behind tables"),
    )
    lzw = grey(tags={259: (3, [32773])}, strips=[packbits(grey().strips[0]) + token("behind packbits")])
    small = rgb(tags={254: (4, [1]), 270: text("thumbnail in the chain")})
    return [first, second, third, fourth, fifth, lzw, small]


def packbits(data):
    return b"".join(
        bytes([len(part) - 1]) + part for part in (data[at : at + 100] for at in range(0, len(data), 100))
    )


def hiding():
    """(TIFF bytes, tokens that must not be in its copy)."""
    PLACES.clear()
    made = pages()
    data = make(made, gap=token("gap"), tail=token("tail"))
    return data, tokens()


def hiding_dng():
    """(DNG bytes, tokens): names, serial numbers, previews, private data, and segments inside a lossless stream."""
    PLACES.clear()
    camera = {50708: text("UniqueCameraModel"), 50709: (1, token("Localized")), 50735: text("Serial"), 50740: (1, token("DNGPrivate")),
              50781: (1, b"0123456789abcdef"), 50827: text("OriginalName"), 50828: (7, token("OriginalRaw")), 50936: text("ProfileName"),
              50931: text("signature"), 50942: text("ProfileCopyright"), 271: text("Make"), 272: text("Model"), 700: (1, xmp("XMP")),
              52545: (7, b"c2pa" + token("C2PA")), 51105: text("CameraLabel")}  # fmt: skip
    heads = [segment(0xFE, token("COM in the raw stream")), segment(0xE1, token("APP1 in the raw stream"))]
    main = raw_page(coding="lossless", heads=heads, tags={270: text("text of the raw")})
    main.strips[0] += token("behind the raw stream")
    preview = jpeg_page(
        heads=[segment(0xFE, token("COM of the preview"))], tags={254: (4, [1]), 50971: text("PreviewDate")}
    )
    top = rgb(tags={254: (4, [1])} | CAMERA | camera, below=exif() | {330: [main, preview]})
    return make([top], gap=token("gap"), tail=token("tail")), tokens()


def tokens():
    return [f"Qz{number:02d}{place}Xw".encode() for number, place in enumerate(PLACES, 1)]


__all__ = ["dng", "hiding", "hiding_dng"]
