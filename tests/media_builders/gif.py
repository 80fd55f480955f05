"""GIF made here, and one with a token in every place that can hold one."""

from tests.media_builders.jpeg_hiding import PLACES, icc, token

LOOP = b"\x21\xff\x0bNETSCAPE2.0\x03\x01\x00\x00\x00"


def blocks(data, size=255):
    return (
        b"".join(bytes([len(data[at : at + size])]) + data[at : at + size] for at in range(0, len(data), size))
        + b"\0"
    )


def pack(codes):
    """(code, width) pairs as bytes, lowest bit first."""
    value = place = 0
    for code, width in codes:
        value |= code << place
        place += width
    return value.to_bytes(-(-place // 8), "little")


def lzw(pixels, minimum, end=True, clear_at_end=False, more=()):
    """Codes of ``pixels``, a clear code first; ``more``: codes behind the picture."""
    clear, table = 1 << minimum, {bytes([n]): n for n in range(1 << minimum)}
    width, out, text, known = minimum + 1, [(clear, minimum + 1)], b"", (1 << minimum) + 2
    for pixel in pixels:
        if text + bytes([pixel]) in table:
            text += bytes([pixel])
            continue
        out.append((table[text], width))
        if known < 4096:
            table[text + bytes([pixel])] = known
            known += 1
            width += known - 1 == 1 << width and width < 12
        text = bytes([pixel])
    out.append((table[text], width))
    if known == 1 << width and width < 12:
        width += 1
    out += [(code, width) for code in more]
    if clear_at_end:
        out.append((clear, width))
        width = minimum + 1
    return pack(out + ([(clear + 1, width)] if end else []))


def control(wait=7, disposal=1, clear=None, reserved=0, key=0, tail=b""):
    flags = reserved << 5 | disposal << 2 | key << 1 | (clear is not None)
    body = bytes([flags]) + wait.to_bytes(2, "little") + bytes([clear or 0]) + tail
    return b"\x21\xf9" + blocks(body)


def image(pixels=bytes([1, 2, 1, 2] * 3), place=(0, 0, 4, 3), colours=b"", flags=0, minimum=2, size=255, coded=None):
    table = 0x80 | (len(colours) // 3).bit_length() - 2 if colours else 0
    data = lzw(pixels, minimum) if coded is None else coded
    sides = b"".join(one.to_bytes(2, "little") for one in place)
    return b"\x2c" + sides + bytes([flags | table]) + colours + bytes([minimum]) + blocks(data, size)


COLOURS = bytes(3) + b"abcdef" + bytes(3)


def gif(*parts, colours=COLOURS, width=4, height=3, ground=0, aspect=0, head=b"GIF89a", end=b"\x3b", tail=b""):
    flags = 0xF0 | (len(colours) // 3).bit_length() - 2 if colours else 0x70
    screen = width.to_bytes(2, "little") + height.to_bytes(2, "little") + bytes([flags, ground, aspect])
    return head + screen + colours + b"".join(parts or (image(),)) + end + tail


def comment(text):
    return b"\x21\xfe" + blocks(text)


def application(name, data):
    return b"\x21\xff\x0b" + name + data + b"\0"


def animated(*head, wait=7):
    return gif(*head, control(wait), image(), control(wait, 2, clear=1), image(bytes([1, 2]), (1, 1, 2, 1)))


def hiding():
    """(GIF bytes, places): a token in every hiding place."""
    PLACES.clear()
    xmp = b'<x:xmpmeta><rdf:Description photoshop:City="' + token("XMP attribute") + b'"/></x:xmpmeta>'
    magic = b"\1" + bytes(range(255, -1, -1))
    head = [
        comment(token("comment")), comment("Жаңаөзен".encode()), comment(token("UTF-16").decode().encode("utf-16-le")),
        b"\x21\x01\x0c" + bytes(12) + blocks(token("plain text"))[:-1] + b"\0",
        application(b"XMP DataXMP", xmp + magic), application(token("app")[:11].ljust(11, b"!"), blocks(token("application data"))[:-1]),
        application(b"NETSCAPE2.0", b"\x03\x01\x05\x00" + blocks(token("behind the loops"))[:-1]),
        application(b"ANIMEXTS1.0", b"\x03\x01\x05\x00" + blocks(token("second loops"))[:-1]),
        application(b"ICCRGBG1012", blocks(icc(), 100)[:-1]), application(b"ICCRGBG1012", blocks(token("second profile"))[:-1]),
        application(b"C2PA_GIF\1\0\0", blocks(token("C2PA"))[:-1]), b"\x21\x55" + blocks(token("unknown extension")),
        control(tail=token("behind the control")), b"\0\0\0",
    ]  # fmt: skip
    own = bytes(6) + (token("unused colours of a picture") + b"!" * 60)[: 3 * 30]
    first = image(coded=lzw(bytes([1, 2, 1, 2] * 3), 2) + token("behind the end code"))
    second = image(bytes([0, 1] * 6), colours=own, minimum=5, flags=0x38, size=90)
    third = image(coded=lzw(bytes([1, 2, 1, 2] * 3), 2, more=[1, 2, 1, 2] * 9))
    screen = bytes(9) + (token("unused global colours") + b"!" * 60)[: 3 * 29]
    tail = token("behind the trailer") + b"\xff\xd8\xff" + token("second picture")
    between = comment(token("between pictures"))
    parts = [*head, first, between, control(reserved=7, key=1), second, third, comment(token("last"))]
    return gif(*parts, colours=screen, aspect=49, head=b"GIF89a", tail=tail), tuple(PLACES)
