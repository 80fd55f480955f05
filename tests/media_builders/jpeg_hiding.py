"""A JPEG with one token in every place that can hold one."""

import struct

from tests.media_builders.jpeg import AC_TABLE, DC_TABLE, Plan, build, segment

PLACES = []


def token(place):
    PLACES.append(place)
    return f"Tk{len(PLACES):02d}{place}Zq".encode()


def wide(place, encoding="utf-16-le"):
    return token(place).decode().encode(encoding)


def tiff(directories, order="<"):
    """TIFF block of {directory: [(tag, kind, count, raw)]}; IFD1 follows IFD0, Exif and GPS hang below it."""
    names = [name for name in ("IFD0", "Exif", "GPS", "IFD1") if name in directories]
    if "IFD0" in names:
        below = [(0x8769, 4, 1, b"Exif"), (0x8825, 4, 1, b"GPS")]
        directories["IFD0"] += [entry for entry in below if entry[3].decode() in names]
    sizes = {name: 6 + 12 * len(directories[name]) for name in names}
    starts, place = {}, 8
    for name in names:
        starts[name] = place
        place += sizes[name]
    heap, out = b"", b""
    for name in names:
        entries = b""
        for tag, kind, count, raw in sorted(directories[name]):
            raw = struct.pack(order + "I", starts[raw.decode()]) if tag in (0x8769, 0x8825) else raw
            field = raw.ljust(4, b"\0") if len(raw) <= 4 else struct.pack(order + "I", place + len(heap))
            heap += raw if len(raw) > 4 else b""
            entries += struct.pack(order + "HHI", tag, kind, count) + field
        following = starts.get("IFD1", 0) if name == "IFD0" else 0
        out += struct.pack(order + "H", len(directories[name])) + entries + struct.pack(order + "I", following)
    return (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "I", 8) + out + heap


def text(tag, place):
    raw = token(place) + b"\0"
    return tag, 2, len(raw), raw


def short(tag, value, order="<"):
    return tag, 3, 1, struct.pack(order + "H", value)


def orientation_exif(value, order="<"):
    return segment(0xE1, b"Exif\0\0" + tiff({"IFD0": [short(0x0112, value, order)]}, order))


def exif(orientation):
    thumbnail = build(Plan(width=8, height=8, head=[segment(0xFE, token("thumbnail COM"))]))
    maker, title = token("maker note"), wide("XPTitle")
    position = struct.pack("<6I", 43, 1, 20, 1, 123456, 10000)
    return segment(0xE1, b"Exif\0\0" + tiff({
        "IFD0": [short(0x0112, orientation), text(0x010F, "Make"), text(0x0110, "Model"), text(0x013B, "Artist"),
                 text(0x8298, "Copyright"), (0x9C9B, 1, len(title), title), text(0xC4A5, "private tag")],
        "Exif": [text(0x9003, "DateTimeOriginal"), text(0xA431, "SerialNumber"), (0x927C, 7, len(maker), maker)],
        "GPS": [(1, 2, 2, b"N\0"), (2, 5, 3, position), (3, 2, 2, b"E\0"), (4, 5, 3, position), text(0x1C, "GPSArea")],
        "IFD1": [text(0x010F, "IFD1 Make"), (0x0201, 4, 1, struct.pack("<I", 0)), (0x0202, 4, 1, struct.pack("<I", 9))],
    }) + thumbnail)  # fmt: skip


def profile(tags):
    """A display profile with sRGB-like colours and what ``tags`` adds."""
    xyz = {name: b"XYZ \0\0\0\0" + struct.pack(">3i", *values) for name, values in {
        b"rXYZ": (28573, 14581, 911), b"gXYZ": (25240, 46982, 6364), b"bXYZ": (9376, 3972, 46790),
        b"wtpt": (63190, 65536, 54061)}.items()}  # fmt: skip
    curve = b"curv\0\0\0\0\0\0\0\x01\x02\x33" + token("behind a curve")
    everything = {**xyz, b"rTRC": curve, b"gTRC": curve, b"bTRC": curve, **tags}
    table, body = struct.pack(">I", len(everything)), b""
    start = 132 + 12 * len(everything)
    for name, data in everything.items():
        table += name + struct.pack(">II", start + len(body), len(data))
        body += data + token("gap of the profile")
    head = (
        struct.pack(">I", start + len(body))
        + b"Abcd"
        + b"\x02\x40\0\0"
        + b"mntrRGB XYZ "
        + b"\x07\xe8\0\x02\0\x03"
        + bytes(6)
    )
    head += (
        b"acsp" + b"Plat" + bytes(4) + b"MakeModl" + bytes(12) + bytes.fromhex("0000f6d6000100000000d32d") + b"Crea"
    )
    return head.ljust(128, b"\0") + table + body


def icc_segments(data, size=300):
    parts = [data[at : at + size] for at in range(0, len(data), size)]
    return [segment(0xE2, b"ICC_PROFILE\0" + bytes([n, len(parts)]) + part) for n, part in enumerate(parts, 1)]


def icc():
    words = token("profile desc")
    return profile({
        b"desc": b"desc\0\0\0\0" + struct.pack(">I", len(words) + 1) + words + b"\0" + bytes(78),
        b"cprt": b"text\0\0\0\0" + token("profile cprt") + b"\0",
        b"mmod": b"mmod\0\0\0\0" + token("profile mmod"),
        b"dmnd": b"mluc\0\0\0\0\0\0\0\1\0\0\0\x0cenUS" + wide("profile dmnd", "utf-16-be"),
    })  # fmt: skip


def iptc():
    city = token("IPTC city")
    data = b"\x1c\x02\x5a" + struct.pack(">H", len(city)) + city
    data += b"\0" * (len(data) % 2)
    other = token("8BIM other")
    blocks = b"8BIM\x04\x04\0\0" + struct.pack(">I", len(data)) + data
    return b"Photoshop 3.0\0" + blocks + b"8BIM\x04\x25\0\0" + struct.pack(">I", len(other)) + other


def heads(orientation):
    xmp = b'<x:xmpmeta><rdf:Description photoshop:City="' + token("XMP attribute") + b'"><dc:creator><rdf:li>'
    xmp += token("XMP element") + b"</rdf:li></dc:creator></rdf:Description></x:xmpmeta>"
    extended = b"http://ns.adobe.com/xmp/extension/\0" + b"0" * 32 + struct.pack(">II", 40, 0) + token("extended XMP")
    numbered = [segment(0xE0 + n, token(f"APP{n}")) for n in (3, 4, 5, 6, 7, 8, 9, 10, 12, 15)]
    return [
        segment(0xE0, b"JFIF\0\x01\x02\x01\x00\x48\x00\x48\x02\x02" + token("JFIF thumbnail")[:12]),
        segment(0xE0, b"JFXX\0\x13" + token("JFXX")),
        exif(orientation),
        segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + xmp),
        segment(0xE1, extended),
        segment(0xE1, token("APP1 unknown")),
        segment(0xE2, b"MPF\0II*\0\x08\0\0\0" + token("MPF")),
        segment(0xE2, b"FPXR\0" + token("FlashPix")),
        segment(0xE2, b"urn:iso:std:iso:ts:21496:-1\0" + token("gain map")),
        *icc_segments(icc()),
        *numbered,
        segment(0xEB, b"JP\0\x01\0\0\0\x01\0\0\0\x40jumb" + b"c2pa" + token("JUMBF")),
        segment(0xED, iptc()),
        segment(0xED, b"Adobe_CM" + token("Adobe_CM")),
        segment(0xEE, b"Adobe\0\x64\0\0\0\0\x01" + token("behind Adobe")),
        segment(0xFE, token("COM")),
        segment(0xFE, wide("COM in UTF-16", "utf-16-be")),
        segment(0xFE, "Жаңаөзен".encode()),
        token("between segments"),
    ]


def hiding(progressive=True, orientation=6):
    """(JPEG bytes, names of its places); the tokens are those of ``tokens(places)``."""
    PLACES.clear()
    unused = segment(0xDB, b"\x03" + token("unused DQT").ljust(64, b"\1"))
    unused += segment(0xDB, b"\x00" + token("overwritten DQT").ljust(64, b"\1"))
    symbols = bytes(dict.fromkeys(token("unDHT")))
    unused += segment(0xC4, b"\x13" + bytes(7) + bytes([len(symbols)]) + bytes(8) + symbols) + segment(
        0xC4, DC_TABLE + AC_TABLE
    )
    second = build(Plan(width=8, height=8, head=[segment(0xFE, token("second picture"))]))
    film = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + token("film")
    plan = Plan(
        progressive=progressive,
        head=heads(orientation),
        extra_tables=unused,
        after_frame=[segment(0xFE, token("COM after the frame")), segment(0xE1, b"Exif\0\0" + token("late Exif"))],
        between=segment(0xFE, token("COM between scans")) + segment(0xE7, token("APP7 between scans")),
        before_end=segment(0xFE, token("COM before the end")) + segment(0xE1, token("APP1 before the end")),
        tail=second + film + token("after everything"),
    )
    data = build(plan)
    return data, tuple(PLACES)


def tokens(places):
    return [f"Tk{number:02d}{place}Zq".encode() for number, place in enumerate(places, 1)]
