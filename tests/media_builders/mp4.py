"""Films built box by box, with a token in every place where something can hide."""

import struct
from dataclasses import dataclass, field

APPLE_SEI = bytes.fromhex("47564adc5c4c433f94ef c5113cd143a8".replace(" ", ""))
TIME = 0xE07FE38E
PICTURE = bytes(range(0x80, 0x100)) * 3


def box(kind, *parts):
    body = b"".join(parts)
    return struct.pack(">I4s", len(body) + 8, kind) + body


def full(kind, *parts, version=0, flags=0):
    return box(kind, struct.pack(">B3s", version, flags.to_bytes(3, "big")), *parts)


def u32(*values):
    return struct.pack(f">{len(values)}I", *values)


def escaped(raw):
    out, zeros = bytearray(), 0
    for byte in raw:
        if zeros >= 2 and byte <= 3:
            out.append(3)
            zeros = 0
        out.append(byte)
        zeros = zeros + 1 if byte == 0 else 0
    return bytes(out)


def sei(kind, payload, header=b"\x06"):
    head = b"\xff" * (kind // 255) + bytes([kind % 255])
    size = b"\xff" * (len(payload) // 255) + bytes([len(payload) % 255])
    return header + escaped(head + size + payload + b"\x80")


def units(*nals):
    return b"".join(u32(len(nal)) + nal for nal in nals)


@dataclass
class Canary:
    """Hands out a token for each place and remembers them all; ``quiet`` hands out nothing."""

    quiet: bool = False
    places: dict = field(default_factory=dict)

    def __call__(self, place, width=0):
        token = f"Kn{len(self.places):03d}{place.replace('/', '')[:10]}Zq".encode()
        place = f"{place} {len(self.places)}" if place in self.places else place
        if self.quiet:
            return bytes(width)
        self.places[place] = token[:width] if width else token
        return token.ljust(width, b"\0")[:width] if width else token


def avcc(canary):
    sps, pps = b"\x67\x42\x00\x1e\xab\x40\xf0\x28\xd0\x80", b"\x68\xce\x38\x80"
    sets = b"\xe1" + struct.pack(">H", len(sps)) + sps + b"\x01" + struct.pack(">H", len(pps)) + pps
    return box(b"avcC", b"\x01\x42\x00\x1e\xff" + sets + canary("avcC tail"))


def hvcc(canary):
    arrays = b""
    listed = ((32, b"\x40\x01\x0c\x01"), (33, b"\x42\x01\x01\x60"), (34, b"\x44\x01\xc0\x72"))
    for kind, unit in (*listed, (39, sei(5, bytes(16) + canary("hvcC sei"), b"\x4e\x01"))):
        arrays += bytes([0xA0 | kind]) + struct.pack(">HH", 1, len(unit)) + unit
    return box(b"hvcC", b"\x01" + bytes(20) + b"\x0f\x04" + arrays)


def esds(canary):
    specific = b"\x05\x02\x12\x10"
    decoder = b"\x40\x15" + bytes(11) + specific
    inner = bytes(3) + b"\x04" + bytes([len(decoder)]) + decoder + b"\x06\x01\x02"
    inner += b"\x7f" + bytes([len(canary("esds tail"))]) + canary("esds descriptor")
    return full(b"esds", b"\x03" + bytes([len(inner)]) + inner)


def icc(canary):
    text = b"desc" + bytes(4) + u32(24) + canary("icc text", 23) + b"\0" + bytes(78)
    xyz = b"XYZ " + bytes(4) + u32(1, 1, 1)
    start = 132 + 24
    tags = u32(2) + b"desc" + u32(start, len(text)) + b"wtpt" + u32(start + len(text), len(xyz))
    head = bytes(4) + b"lcms" + b"\x02\x10\0\0" + b"mntrRGB XYZ " + bytes(12) + b"acsp" + bytes(88)
    body = head[:128] + tags + text + xyz
    return u32(len(body)) + body[4:]


def visual(canary, hevc=False):
    name = canary("compressor", 31)
    entry = bytes(6) + b"\0\1" + bytes(4) + canary("video vendor", 4) + bytes(8) + struct.pack(">HH", 64, 48)
    entry += u32(0x480000, 0x480000, 0) + b"\0\1" + bytes([31]) + name + b"\0\x18\xff\xff"
    extra = box(b"colr", b"prof" + icc(canary)) + box(b"pasp", u32(1, 1)) + box(b"zzzz", canary("entry box"))
    config = hvcc(canary) if hevc else avcc(canary)
    return box(b"hvc1" if hevc else b"avc1", entry, config, extra)


def sound(canary):
    entry = (
        bytes(6) + b"\0\1" + bytes(4) + canary("audio vendor", 4) + struct.pack(">HHHHI", 2, 16, 0, 0, 44100 << 16)
    )
    return box(b"mp4a", entry, esds(canary), box(b"yyyy", canary("sound entry box")))


def other(kind, canary):
    return box(kind, bytes(6) + b"\0\1" + canary(f"{kind.decode()} entry"))


@dataclass
class Spec:
    """One track: handler, sample entry, samples."""

    handler: bytes
    entry: bytes
    samples: list
    scale: int = 1000
    edits: bytes = b""
    matrix: bytes = u32(65536, 0, 0, 0, 65536, 0, 0, 0, 1 << 30)


def track(number, spec, offset, canary):
    name = canary(f"handler {number}")
    tkhd = full(b"tkhd", u32(TIME, TIME, number, 0, 4000), bytes(16), spec.matrix, u32(64 << 16, 48 << 16), flags=7)
    mdhd = full(b"mdhd", u32(TIME, TIME, spec.scale, 40 * len(spec.samples)), b"\x15\xc7\0\0")
    hdlr = full(b"hdlr", bytes(4), spec.handler, canary(f"handler vendor {number}", 12), name + b"\0")
    head = {b"vide": full(b"vmhd", bytes(8), flags=1), b"soun": full(b"smhd", bytes(4))}.get(
        spec.handler, box(b"nmhd", bytes(4))
    )
    dinf = box(b"dinf", full(b"dref", u32(1), full(b"url ", canary(f"url {number}"), flags=1)))
    count = len(spec.samples)
    stbl = box(
        b"stbl",
        full(b"stsd", u32(1), spec.entry),
        full(b"stts", u32(1, count, 40) if count else u32(0), canary(f"stts tail {number}")),
        full(b"stss", u32(1, 1) if count else u32(0), canary(f"stss tail {number}")),
        full(b"stsc", u32(1, 1, count, 1) if count else u32(0), canary(f"stsc tail {number}")),
        full(b"stsz", u32(0, count, *map(len, spec.samples)), canary(f"stsz tail {number}")),
        full(b"stco", u32(1, offset) if count else u32(0), canary(f"stco tail {number}")),
        full(b"sdtp", canary(f"sdtp {number}")),
        full(b"sgpd", b"priv", u32(16, 1), canary(f"sgpd {number}", 16), version=1),
        box(b"xxxx", canary(f"stbl box {number}")),
    )
    minf = box(b"minf", head, full(b"hdlr", b"dhlralis", bytes(12), canary(f"data handler {number}")), dinf, stbl)
    udta = box(b"udta", box(b"\xa9nam", canary(f"track udta {number}")))
    meta = full(b"meta", box(b"free", canary(f"track meta {number}")))
    tref = box(b"tref", box(b"cdsc", u32(1)))
    edts = box(b"edts", spec.edits) if spec.edits else b""
    return box(
        b"trak", tkhd, edts, tref, udta, meta, box(b"mdia", mdhd, hdlr, minf, box(b"elng", canary(f"elng {number}")))
    )


def aac(canary):
    """A packet whose fill element holds a text, then coded sound."""
    text = canary("aac fill", 13)
    bits = (0b110 << 12 | 15 << 8 | len(text) + 2 - 14).to_bytes(2, "big")
    value = int.from_bytes(bits, "big") & 0x7FFF
    return (value << 1).to_bytes(2, "big") + b"\0" + text + b"\0\x21\x10\x05"


def video_samples(canary, hevc=False):
    if hevc:
        picture, later, message = b"\x26\x01" + PICTURE, b"\x02\x01" + PICTURE, b"\x4e\x01"
    else:
        picture, later, message = b"\x65" + PICTURE, b"\x41" + PICTURE, b"\x06"
    secret = sei(5, APPLE_SEI + b"\0\0\1" + canary("sei user data"), message)
    caption = sei(4, b"\xb5\0\x31GA94" + canary("caption"), message)
    private = (b"\x60\x01" if hevc else b"\x18") + canary("private unit")
    filler = (b"\x4c\x01" if hevc else b"\x0c") + canary("filler unit") + b"\x80"
    level = sei(144, struct.pack(">HH", 1000, 400), message)
    return [units(level, secret, picture), units(caption, later, later), units(private, filler, later)]


def mvhd(canary):
    return full(
        b"mvhd", u32(TIME, TIME, 1000, 4000, 65536), b"\1\0", bytes(10),
        u32(65536, 0, 0, 0, 65536, 0, 0, 0, 1 << 30), canary("mvhd spare", 24), u32(9), canary("mvhd tail"),
    )  # fmt: skip


def film(
    canary=None,
    *,
    hevc=False,
    brand=b"isom",
    extra_tracks=(b"gpmd", b"mebx", b"tmcd", b"text"),
    edits=b"",
    matrix=None,
):
    """A film with pictures, sound and other tracks, and a token from ``canary`` in every place."""
    canary = canary or Canary(quiet=True)
    specs = [
        Spec(b"vide", visual(canary, hevc), video_samples(canary, hevc), edits=edits),
        Spec(b"soun", sound(canary), [aac(canary), b"\x21\x10\x04\x60", b"\x21\x10\x04\x61"]),
    ]
    if matrix:
        specs[0].matrix = matrix
    specs += [
        Spec(b"meta", other(kind, canary), [canary(f"{kind.decode()} sample") + b"\0" * 8]) for kind in extra_tracks
    ]
    ftyp = box(b"ftyp", brand, u32(512), brand + canary("brand", 4))
    free = box(b"free", canary("free"))
    start = len(ftyp) + len(free) + 8
    places, media = [], b""
    for spec in specs:
        media += canary("mdat slack") if spec.handler == b"soun" else b""
        places.append(start + len(media))
        media += b"".join(spec.samples)
    moov = box(
        b"moov", mvhd(canary), *(track(n, s, p, canary) for n, (s, p) in enumerate(zip(specs, places, strict=True), 1)),
        udta(canary), keys(canary), box(b"uuid", bytes(16), canary("moov uuid")), box(b"wwww", canary("moov box")),
    )  # fmt: skip
    tail = box(b"uuid", bytes.fromhex("be7acfcb97a942e89c71999491e3afac"), b"<x>" + canary("xmp") + b"</x>")
    tail += full(b"meta", full(b"hdlr", bytes(4), b"mdir", canary("meta hdlr", 12))) + box(b"skip", canary("skip"))
    return ftyp + free + box(b"mdat", media) + moov + tail + box(b"vvvv", canary("top box")) + canary("trailing")


def udta(canary):
    text = canary("xyz")
    loci = bytes(4) + b"\x15\xc7" + canary("loci") + b"\0" + b"\0" + bytes(12) + b"earth\0\0"
    return box(
        b"udta", box(b"\xa9xyz", struct.pack(">HH", len(text), 0x15C7), text), box(b"loci", loci),
        box(b"\xa9swr", canary("swr").decode().encode("utf-16-be")), box(b"CAME", canary("CAME")), bytes(4),
    )  # fmt: skip


def keys(canary):
    name = b"com.apple.quicktime.location.ISO6709"
    ilst = box(b"ilst", box(u32(1), box(b"data", u32(1, 0), canary("ilst"))))
    key = full(b"keys", u32(1), box(b"mdta", name))
    return box(b"meta", full(b"hdlr", bytes(4), b"mdta", bytes(12)), key, ilst)


def survivors(canary, data):
    """Places whose token is in ``data`` as bytes or as UTF-16."""
    found = []
    for place, token in canary.places.items():
        text = token.rstrip(b"\0").decode()
        if any(text.encode(code) in data for code in ("utf-8", "utf-16-le", "utf-16-be")):
            found.append(place)
    return found


def entry(kind, *children, sound_bits=0):
    """A sample entry without anything to hide: of pictures, or of two channels of sound with ``sound_bits`` each."""
    if sound_bits:
        head = bytes(6) + b"\0\1" + bytes(8) + struct.pack(">HHHHI", 2, sound_bits, 0, 0, 8000 << 16)
    else:
        head = bytes(6) + b"\0\1" + bytes(16) + struct.pack(">HH", 40, 24) + u32(0x480000, 0x480000, 0) + b"\0\1"
        head += bytes(32) + b"\0\x18\xff\xff"
    return box(kind, head, *children)


def small(specs, *, brand=b"qt  ", in_moov=b"", behind=b""):
    """A film of ``specs`` and nothing to hide but what they bring."""
    quiet = Canary(quiet=True)
    ftyp, places, media = box(b"ftyp", brand, u32(512), brand), [], b""
    for spec in specs:
        places.append(len(ftyp) + 8 + len(media))
        media += b"".join(spec.samples)
    traks = [
        track(number, spec, place, quiet) for number, (spec, place) in enumerate(zip(specs, places, strict=True), 1)
    ]
    return ftyp + box(b"mdat", media) + box(b"moov", mvhd(quiet), *traks, in_moov) + behind
