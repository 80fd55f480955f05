"""Small TIFF and DNG files made in code: both byte orders, BigTIFF, strips and tiles, directories below directories."""

import struct
from dataclasses import dataclass, field

from tests.media_builders.jpeg import Plan, build, segment

SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 10: 8, 11: 4, 12: 8, 16: 8}
FORMS = {1: "B", 3: "H", 4: "I", 5: "I", 10: "i", 11: "f", 12: "d", 16: "Q"}


@dataclass
class Page:
    """Tags as {tag: (kind, numbers or bytes)}, strips; ``below`` are {tag: pages}."""

    tags: dict = field(default_factory=dict)
    strips: list = field(default_factory=list)
    below: dict = field(default_factory=dict)
    tiles: bool = False


def rgb(width=20, height=12, rows=5, tags=(), strips=None, below=None):
    """A plain picture of three samples, some rows in a strip."""
    lines = [bytes((x * 7 + y * 13 + c * 50) % 256 for x in range(width) for c in range(3)) for y in range(height)]
    made = [b"".join(lines[at : at + rows]) for at in range(0, height, rows)]
    base = {256: (4, [width]), 257: (4, [height]), 258: (3, [8, 8, 8]), 259: (3, [1]), 262: (3, [2]), 277: (3, [3]),
            278: (4, [rows]), 284: (3, [1])}  # fmt: skip
    return Page(base | dict(tags), made if strips is None else strips, below or {})


def grey(width=20, height=12, bits=8, tags=(), strips=None):
    page = rgb(width, height, height, {258: (3, [bits]), 262: (3, [1]), 277: (3, [1])} | dict(tags), strips)
    if strips is None:
        page.strips = [bytes((at * 5) % 256 for at in range(-(-width * bits // 8) * height))]
    return page


class Writer:
    def __init__(self, order, big, gap):
        self.order, self.big, self.gap = order, big, gap
        self.word = "Q" if big else "I"
        head = (b"II" if order == "<" else b"MM") + struct.pack(order + "H", 43 if big else 42)
        self.out = bytearray(head + (struct.pack(order + "HHQ", 8, 0, 0) if big else bytes(4)))
        self.patch = 8 if big else 4

    def put(self, data):
        self.out += b"\0" * (len(self.out) % 2)
        place = len(self.out)
        self.out += data + self.gap
        return place

    def pack(self, value):
        kind, content = value
        if isinstance(content, bytes):
            return kind, len(content) // SIZES.get(kind, 1), content
        raw = struct.pack(f"{self.order}{len(content)}{FORMS[kind]}", *content)
        return kind, len(raw) // SIZES[kind], raw

    def directory(self, page):
        """Writes a page; gives (place, place of its pointer to the next)."""
        tags = {tag: self.pack(value) for tag, value in page.tags.items()}
        if page.strips:
            places = [self.put(strip) for strip in page.strips]
            pair = (324, 325) if page.tiles else (273, 279)
            kind = 16 if self.big else 4
            tags.setdefault(pair[0], self.pack((kind, places)))
            tags.setdefault(pair[1], self.pack((kind, [len(strip) for strip in page.strips])))
        for tag, children in page.below.items():
            tags[tag] = self.pack((4, [self.directory(child)[0] for child in children]))
        size = struct.calcsize("=" + self.word)
        body = b""
        for tag, (kind, count, raw) in sorted(tags.items()):
            value = raw.ljust(size, b"\0") if len(raw) <= size else struct.pack(self.order + self.word, self.put(raw))
            body += struct.pack(self.order + "HH" + self.word, tag, kind, count) + value
        head = struct.pack(self.order + ("Q" if self.big else "H"), len(tags))
        self.out += b"\0" * (len(self.out) % 2)
        place = len(self.out)
        self.out += head + body + bytes(size) + self.gap
        return place, place + len(head) + len(body)


def make(pages, order="<", big=False, gap=b"", tail=b""):
    """The bytes of a TIFF of these pages; ``gap`` stands behind every block, ``tail`` at the end."""
    writer = Writer(order, big, gap)
    for page in pages:
        place, pointer = writer.directory(page)
        struct.pack_into(writer.order + writer.word, writer.out, writer.patch, place)
        writer.patch = pointer
    return bytes(writer.out) + tail


def jpeg_page(width=40, height=24, tables=False, heads=(), tail=b"", tags=()):
    """A page of one JPEG stream, its tables shared or inside."""
    stream = build(Plan(width=width, height=height, head=list(heads), tail=tail))
    more = {259: (3, [7]), 262: (3, [6]), 530: (3, [1, 1])} | dict(tags)
    if tables:
        place, found, rest = 2, b"", b"\xff\xd8"
        while stream[place + 1] != 0xDA:
            end = place + 2 + int.from_bytes(stream[place + 2 : place + 4], "big")
            if stream[place + 1] in (0xDB, 0xC4):
                found += stream[place:end]
            else:
                rest += stream[place:end]
            place = end
        more[347] = (7, b"\xff\xd8" + found + b"\xff\xd9")
        stream = rest + stream[place:]
    return rgb(width, height, height, more, [stream])


class Packed:
    def __init__(self):
        self.bits = ""

    def put(self, value, count):
        self.bits += f"{value:0{count}b}" if count else ""

    def done(self):
        text = self.bits + "1" * (-len(self.bits) % 8)
        return bytes(int(text[at : at + 8], 2) for at in range(0, len(text), 8)).replace(b"\xff", b"\xff\0")


def lossless(rows, bits=12, heads=(), interval=0):
    """A lossless JPEG (SOF3, one component, predictor 1) of rows of samples; codes of equal length for 0 to 15."""
    height, width = len(rows), len(rows[0])
    table = segment(0xC4, b"\0" + bytes([0, 0, 0, 0, 16]) + bytes(11) + bytes(range(16)))
    frame = segment(0xC3, struct.pack(">BHHB", bits, height, width, 1) + b"\x01\x11\x00")
    scan = segment(0xDA, b"\x01\x01\x00\x01\x00\x00")
    packed, above = Packed(), 1 << bits - 1
    for row in rows:
        before = above
        for value in row:
            step = value - before
            size = abs(step).bit_length()
            packed.put(size, 5)
            packed.put(step if step > 0 else step + (1 << size) - 1, size)
            before = value
        above = row[0]
    return b"\xff\xd8" + b"".join(heads) + table + frame + scan + packed.done() + b"\xff\xd9"


def sensor(width=64, height=48):
    return [[(x * 37 + y * 91 + (x % 2) * 400) % 3000 + 200 for x in range(width)] for y in range(height)]


CAMERA = {
    50706: (1, [1, 4, 0, 0]), 50707: (1, [1, 1, 0, 0]), 50708: (2, b"Witness Nine\0"), 274: (3, [6]),
    50721: (10, [7000, 10000, -2000, 10000, -500, 10000, -4000, 10000, 12000, 10000, 2200, 10000, -800, 10000, 1800,
                 10000, 6000, 10000]), 50728: (5, [1, 2, 1, 1, 2, 3]), 50778: (3, [21]), 50730: (10, [1, 4]),
}  # fmt: skip


def raw_page(width=64, height=48, coding="plain", tags=(), heads=()):
    """The picture of a sensor: plain 16-bit or lossless JPEG."""
    rows = sensor(width, height)
    plain = b"".join(struct.pack(f"<{width}H", *row) for row in rows)
    strip = plain if coding == "plain" else lossless(rows, heads=heads)
    base = {254: (4, [0]), 258: (3, [16]), 259: (3, [1 if coding == "plain" else 7]), 262: (3, [32803]), 277: (3, [1]),
            33421: (3, [2, 2]), 33422: (1, bytes([0, 1, 1, 2])), 50714: (4, [64]), 50717: (4, [4095])}  # fmt: skip
    return rgb(width, height, height, base | dict(tags), [strip])


def dng(coding="plain", camera=(), picture=(), preview=True, heads=()):
    """A DNG: a preview in IFD0 with the raw picture below it, or the raw picture alone."""
    main = raw_page(coding=coding, tags=picture, heads=heads)
    if not preview:
        main.tags |= CAMERA | dict(camera)
        return make([main])
    top = rgb(tags={254: (4, [1])} | CAMERA | dict(camera), below={330: [main]})
    return make([top])
