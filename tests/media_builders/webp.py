"""WebP made here around pictures of some bytes, and one with a token in every place that can hold one."""

from tests.media_builders.jpeg_hiding import PLACES, icc, tiff, token
from tests.media_builders.png import tiff_block

LOSSY = bytes.fromhex("9001009d012a0800060004006825a40002e69bdb9000febc9f0816d261e300000000")
SMALL = bytes.fromhex("9001009d012a0400040005407c25a40002e759b60000cb4f903f40000000")
LOSSLESS = bytes.fromhex("2f074001002f20904d431639b40b64d390450eed02d934649143fbfc47f507003f03423692740aa7f00aaff00aefafd589e87f0cb63ab8d5ab3e00")  # fmt: skip
CLEAR = bytes.fromhex("2f07400110cd9521a2ff01836c2395e21d2ef3177c8a0847b66d9bd18b6dab95f98f282b2ddb4655152e92282dfe04b660b1cbe9022834aada6533000a0ed91fe20f0080804c248e023158dd0bbf80cbe902")  # fmt: skip
ALPHA = b"\0" + bytes(range(100, 148))
SMALL_ALPHA = bytes.fromhex("00bd8e8ebc8f44438d8e43428dbc8d8dbb")
ICC, CLEARNESS, EXIF, XMP, MOVES = 0x20, 0x10, 8, 4, 2


def chunk(name, body=b"", pad=b"\0"):
    return name + len(body).to_bytes(4, "little") + body + pad * (len(body) % 2)


def riff(*chunks, tail=b"", size=None):
    body = b"WEBP" + b"".join(chunks)
    return b"RIFF" + (len(body) if size is None else size).to_bytes(4, "little") + body + tail


def head(flags, width=8, height=6, reserved=b"\0\0\0"):
    return chunk(
        b"VP8X", bytes([flags]) + reserved + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    )


def frame(*chunks, left=0, top=0, width=8, height=6, wait=70, flags=0):
    numbers = (left // 2, top // 2, width - 1, height - 1, wait)
    return chunk(b"ANMF", b"".join(one.to_bytes(3, "little") for one in numbers) + bytes([flags]) + b"".join(chunks))


PICTURE = chunk(b"VP8 ", LOSSY)
PLAIN = chunk(b"VP8L", LOSSLESS)


def animated(*between, inside=b"", flags=0, extra=0):
    first = frame(chunk(b"ALPH", ALPHA), PICTURE, inside, flags=flags)
    second = frame(chunk(b"VP8 ", SMALL), inside, left=2, top=2, width=4, height=4, flags=3 | flags)
    return riff(head(CLEARNESS | MOVES | extra), chunk(b"ANIM", b"\xff\xff\xff\xff\3\0"), first, second, *between)


def orientation(value):
    return tiff({"IFD0": [(0x0112, 3, 1, value.to_bytes(2, "big"))]}, ">")


def hiding(moving=False):
    """(WebP bytes, places): a token in every hiding place; ``moving``: those of an animation."""
    PLACES.clear()
    xmp = b'<x:xmpmeta><rdf:Description photoshop:City="' + token("XMP attribute") + b'"/></x:xmpmeta>'
    beside = [
        chunk(b"ICCP", icc()), chunk(b"PSAI", token("PSAI")), chunk(b"EXIF", tiff_block()), chunk(b"XMP ", xmp),
        chunk(b"EXIF", b"Exif\0\0" + token("second EXIF")), chunk(b"XMP ", token("second XMP")),
        chunk(b"C2PA", b"jumbc2pa" + token("C2PA")), chunk(b"JUNK", token("JUNK in UTF-16").decode().encode("utf-16-le")),
        chunk(b"ICCP", token("second ICCP")), chunk(b"    ", token("no name")), chunk("ҚС".encode(), "Жаңаөзен".encode()),
    ]  # fmt: skip
    tail = token("behind the file") + b"\xff\xd8\xff" + token("second picture")
    alpha = chunk(b"ALPH", bytes([0xC0]) + ALPHA[1:] + token("behind the alpha"))
    if not moving:
        beside += [
            chunk(b"VP8L", LOSSLESS + token("second VP8L")),
            chunk(b"ANMF", token("frame of a still picture")),
            b"Zq12345",
        ]
        top = head(ICC | EXIF | XMP | CLEARNESS, reserved=b"Zq!")
        return riff(top, beside[0], alpha, chunk(b"VP8 ", SMALL and LOSSY), *beside[1:], tail=tail), tuple(PLACES)
    inside = (
        chunk(b"ICCP", token("in a frame")) + chunk(b"VP8 ", LOSSY + token("second picture of a frame")) + b"Zq12345"
    )
    first = frame(alpha, PICTURE, inside, flags=0xFC)
    animation = chunk(b"ANIM", b"\xff\xff\xff\xff\3\0" + token("behind ANIM"))
    top = head(ICC | EXIF | XMP | CLEARNESS | MOVES | 0xC1, reserved=b"Zq!")
    return riff(top, beside[0], animation, first, *beside[1:], tail=tail), tuple(PLACES)
