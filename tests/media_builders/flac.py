"""A FLAC file made by hand: every kind of channel coding, every block, a token in every hiding place."""

from tests.media_builders.jpeg import Plan, build, segment

RATE, CHANNELS, DEPTH = 44100, 2, 16


def check(data, width, polynomial):
    rest = 0
    for byte in data:
        rest ^= byte << (width - 8)
        for _ in range(8):
            rest = (rest << 1) ^ (polynomial if rest >> (width - 1) else 0)
            rest &= (1 << width) - 1
    return rest


class Bits:
    def __init__(self):
        self.text = ""

    def put(self, value, width):
        self.text += f"{value & ((1 << width) - 1):0{width}b}" if width else ""
        return self

    def rice(self, value, parameter):
        folded = value * 2 if value >= 0 else -value * 2 - 1
        self.text += "0" * (folded >> parameter) + "1"
        return self.put(folded, parameter)

    def bytes(self):
        text = self.text + "0" * (-len(self.text) % 8)
        return bytes(int(text[place : place + 8], 2) for place in range(0, len(text), 8))


def channel(bits, kind, samples, depth):
    """Silence-like sound (a small saw) coded as ``kind`` says."""
    saw = [place % 5 - 2 for place in range(samples)]
    if kind == "constant":
        bits.put(0, 8).put(7, depth)
    elif kind == "verbatim":
        bits.put(0b00000010, 8)
        for value in saw:
            bits.put(value, depth)
    elif kind == "wasted":
        bits.put(0b00000001, 8).put(0b01, 2).put(3, depth - 2)
    elif kind == "fixed":
        bits.put(0b00010010, 8)
        bits.put(saw[0], depth)
        bits.put(0, 2).put(1, 4)
        for part in range(2):
            bits.put(2, 4)
            for place in range(samples // 2 * part or 1, samples // 2 * (part + 1)):
                bits.rice(saw[place] - saw[place - 1], 2)
    elif kind == "escaped":
        bits.put(0b00010000, 8).put(1, 2).put(0, 4).put(31, 5).put(4, 5)
        for value in saw:
            bits.put(value, 4)
    else:
        bits.put((32 + 1) << 1, 8).put(saw[0], depth).put(saw[1], depth)
        bits.put(3, 4).put(0, 5).put(1, 4).put(0, 4)
        bits.put(0, 2).put(0, 4).put(1, 4)
        for place in range(2, samples):
            bits.rice(saw[place] - saw[place - 1], 1)


def frame(number, kinds=("fixed", "lpc"), samples=192, coupling=1, padding=""):
    coded = bytes([number]) if number < 0x80 else bytes([0xC0 | number >> 6, 0x80 | number & 63])
    size = b"" if samples == 192 else (samples - 1).to_bytes(2, "big")
    head = bytes([0xFF, 0xF8, 0x19 if samples == 192 else 0x79, coupling << 4 | 8]) + coded + size
    bits = Bits()
    for place, kind in enumerate(kinds):
        channel(bits, kind, samples, DEPTH + (place == {8: 1, 9: 0, 10: 1}.get(coupling)))
    bits.text += padding
    body = head + bytes([check(head, 8, 7)]) + bits.bytes()
    return body + check(body, 16, 0x8005).to_bytes(2, "big")


KINDS = [("fixed", "lpc"), ("verbatim", "constant"), ("escaped", "wasted"), ("lpc", "fixed")]


def frames(count=5):
    made = [frame(place, KINDS[place % 4], coupling=(1, 8, 9, 10)[place % 4]) for place in range(count - 1)]
    return [*made, frame(count - 1, ("fixed", "lpc"), samples=100)]


def block(kind, body, last=False):
    return bytes([kind | 0x80 * last]) + len(body).to_bytes(3, "big") + body


def info(sound, samples, md5=bytes(range(16)), **other):
    sizes = [len(one) for one in sound]
    packed = RATE << 44 | (CHANNELS - 1) << 41 | (DEPTH - 1) << 36 | samples
    blocks = other.get("blocks", (192, 192))
    return (
        b"".join(size.to_bytes(2, "big") for size in blocks)
        + b"".join(size.to_bytes(3, "big") for size in other.get("sizes", (min(sizes), max(sizes))))
        + packed.to_bytes(8, "big")
        + md5
    )


def point(number, offset, samples):
    return number.to_bytes(8, "big") + offset.to_bytes(8, "big") + samples.to_bytes(2, "big")


def comment(fields, vendor=b""):
    out = len(vendor).to_bytes(4, "little") + vendor + len(fields).to_bytes(4, "little")
    return out + b"".join(len(one).to_bytes(4, "little") + one for one in fields)


def picture(data, mime=b"image/jpeg", text=b""):
    sized = b"".join(len(one).to_bytes(4, "big") + one for one in (mime, text))
    return (3).to_bytes(4, "big") + sized + bytes(16) + len(data).to_bytes(4, "big") + data


def file(blocks=(), sound=None, head=b"", tail=b"", first=None):
    sound = frames() if sound is None else sound
    first = info(sound, 192 * (len(sound) - 1) + 100) if first is None else first
    every = [(0, first), *blocks]
    metadata = b"".join(block(kind, body, place == len(every)) for place, (kind, body) in enumerate(every, 1))
    return head + b"fLaC" + metadata + b"".join(sound) + tail


def id3(text):
    body = b"TIT2" + (len(text) + 1).to_bytes(4, "big") + b"\0\0\0" + text
    return b"ID3\x03\0\0" + bytes([0, 0, len(body) >> 7, len(body) & 127]) + body


PLACES = {
    "id3v2": {"head": id3(b"TOKENidthreevtwo")},
    "comment": {"blocks": [(4, comment([b"LOCATION=TOKENplacezhanaozen"]))]},
    "vendor": {"blocks": [(4, comment([], b"TOKENvendorname"))]},
    "behind the comment": {"blocks": [(4, comment([]) + b"TOKENbehindcomment")]},
    "picture": {"blocks": [(6, picture(build(Plan(head=[segment(0xFE, b"TOKENinthecover")]))))]},
    "picture text": {"blocks": [(6, picture(b"", text=b"TOKENpicturetext"))]},
    "picture mime": {"blocks": [(6, picture(b"", mime=b"TOKENmimetype"))]},
    "application": {"blocks": [(2, b"riffTOKENapplication")]},
    "padding": {"blocks": [(1, bytes(20) + b"TOKENpadding" + bytes(9))]},
    "empty padding": {"blocks": [(1, bytes(200))]},
    "cue sheet": {"blocks": [(5, b"TOKENcataloguenumber".ljust(396, b"\0"))]},
    "reserved": {"blocks": [(77, b"TOKENreservedblock")]},
    "seek points": {"blocks": [(3, b"TOKENseekpointxxxx")]},
    "seek table rest": {"blocks": [(3, point(0, 0, 192) + b"TOKENrest")]},
    "behind": {"tail": b"TOKENafterthesound"},
    "id3v1": {"tail": b"TAG" + b"TOKENidthreevone".ljust(125, b"\0")},
    "ape": {"tail": b"APETAGEX" + bytes(24) + b"TOKENapetagvalue"},
    "md5": {"first": info(frames(), 868, md5=b"TOKENmd5oftextxx")},
}
TOKENS = [b"TOKEN" + rest for rest in (
    b"idthreevtwo", b"placezhanaozen", b"vendorname", b"behindcomment", b"inthecover", b"picturetext", b"mimetype",
    b"application", b"padding", b"cataloguenumber", b"reservedblock", b"seekpointxxxx", b"afterthesound",
    b"idthreevone", b"apetagvalue", b"md5oftextxx", b"rest",
)]  # fmt: skip


def canary():
    blocks = [one for place in PLACES.values() for one in place.get("blocks", ())]
    tail = b"".join(PLACES[name]["tail"] for name in ("behind", "ape", "id3v1"))
    return file(blocks, head=PLACES["id3v2"]["head"], tail=tail, first=PLACES["md5"]["first"])
