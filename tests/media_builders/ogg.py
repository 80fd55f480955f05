"""Ogg files made by hand, and a token in every hiding place of theirs."""

from tests.media_builders.flac import block, comment, frames, info, picture

NONE = b"\xff" * 8


def crc(data):
    rest = 0
    for byte in data:
        rest ^= byte << 24
        for _ in range(8):
            rest = (rest << 1 ^ 0x04C11DB7 if rest >> 31 else rest << 1) & 0xFFFFFFFF
    return rest


def lacing(packets, open_end=False):
    out = b"".join(b"\xff" * (len(one) // 255) + bytes([len(one) % 255]) for one in packets)
    return out[:-1] if open_end else out


def page(packets, serial=1, number=0, position=0, flags=0, open_end=False):
    """One page; ``open_end`` leaves the last packet (a multiple of 255 bytes) open."""
    sizes = lacing(packets, open_end)
    position = position if isinstance(position, bytes) else position.to_bytes(8, "little", signed=True)
    front = b"OggS\0" + bytes([flags]) + position + serial.to_bytes(4, "little") + number.to_bytes(4, "little")
    back = bytes([len(sizes)]) + sizes + b"".join(packets)
    return front + crc(front + bytes(4) + back).to_bytes(4, "little") + back


def opus_head(channels=1, rate=48000, tail=b"", family=b"\0"):
    return (
        b"OpusHead\1"
        + bytes([channels])
        + (312).to_bytes(2, "little")
        + rate.to_bytes(4, "little")
        + b"\0\0"
        + family
        + tail
    )


def opus_tags(fields=(), vendor=b"", tail=b""):
    return b"OpusTags" + comment(list(fields), vendor) + tail


def opus_packet(number, pad=b""):
    """A packet of 20 ms: one frame, or code 3 with padding."""
    sound = bytes(0x80 | (number * 37 + place * 11) % 128 for place in range(40))
    if not pad:
        return b"\x08" + sound
    return b"\x0b\x41" + bytes([len(pad)]) + sound + pad


def opus(serial=1, head=None, tags=None, packets=None, late=0, first=b"", number=0, last=4, between=b""):
    """One link of Opus; data in pages of four packets."""
    packets = [opus_packet(one) for one in range(12)] if packets is None else packets
    pages = [page([opus_head() if head is None else head, *([first] if first else [])], serial, number, 0, 2)]
    pages.append(page([opus_tags() if tags is None else tags], serial, number + 1))
    for start in range(0, len(packets), 4):
        part = packets[start : start + 4]
        flags = last if start + 4 >= len(packets) else 0
        pages.append(page(part, serial, len(pages) + number, late + 960 * (start + len(part)), flags))
    return pages[0] + between + b"".join(pages[1:])


def speex_head(version=bytes(20), bitrate=0xFFFFFFFF, extra=0, reserved=bytes(8)):
    fields = (1, 80, 16000, 1, 4, 1, bitrate, 320, 0, 1, extra)
    return b"Speex   " + version + b"".join(one.to_bytes(4, "little") for one in fields) + reserved


def speex(serial=1, head=None, more=(), tags=None):
    data = [bytes(0x80 | (place * 7 + one) % 128 for place in range(30)) for one in range(6)]
    heads = [
        page([speex_head() if head is None else head], serial, 0, 0, 2),
        page([comment([]) if tags is None else tags], serial, 1),
    ]
    heads += [page([one], serial, 2 + place) for place, one in enumerate(more)]
    return b"".join(heads) + page(data, serial, len(heads), 320 * 6, 4)


def flac(serial=1, blocks=None, md5=bytes(range(16)), sizes=(0, 0), packets=None):
    sound = frames() if packets is None else packets
    body = info(frames(), 868, md5, sizes=sizes)
    blocks = [block(4, comment([]), last=True)] if blocks is None else blocks
    head = b"\x7fFLAC\1\0" + len(blocks).to_bytes(2, "big") + b"fLaC" + block(0, body)
    pages = [page([head], serial, 0, 0, 2)] + [page([one], serial, 1 + place) for place, one in enumerate(blocks)]
    return b"".join(pages) + page(sound, serial, len(pages), 868, 4)


def skeleton(text=b"TOKENskeletonstream"):
    bos = page([b"fishead\0" + bytes(56)], 9, 0, 0, 2)
    return bos, page([b"fisbone\0" + bytes(44) + text], 9, 1) + page([b""], 9, 2, 0, 4)


def with_skeleton():
    bos, rest = skeleton()
    data = opus()
    cut = 28 + 19
    return data[:cut] + bos + data[cut:cut] + rest + data[cut:]


BIG = opus_packet(0) + bytes(255 * 2 - 41)
PLACES = {
    "opus comment": opus(tags=opus_tags([b"LOCATION=TOKENopuscomment"])),
    "opus vendor": opus(tags=opus_tags(vendor=b"TOKENopusvendor")),
    "opus tags padding": opus(tags=opus_tags(tail=b"\0TOKENtagspadding")),
    "opus head tail": opus(head=opus_head(tail=b"TOKENheadtail")),
    "opus rate": opus(head=opus_head(rate=0x4E45)),
    "opus padding": opus(packets=[opus_packet(one, b"TOKENopuspadding") for one in range(4)]),
    "serial": opus(serial=0x4B4F5454),
    "page numbers": opus(number=0x544F),
    "between pages": opus(between=b"TOKENbetweenpages"),
    "behind": opus() + b"TOKENbehindpages",
    "empty page": opus(between=page([], 1, 1, b"TOKENnil")),
    "page with a wrong checksum": opus(between=page([b"TOKENbadchecksum"]).replace(b"OggS\0\0", b"OggS\0\1")),
    "position of nothing": opus(between=page([b"OpusTags" + comment([]) + bytes(255 - 16)], 1, 1, b"TOKENpos", open_end=True)
        + page([b""], 1, 2, 0, 1)),
    "skeleton": with_skeleton(),
    "speex version": speex(head=speex_head(version=b"TOKENspeexversion\0\0\0")),
    "speex bit rate": speex(head=speex_head(bitrate=0x544F4B45)),
    "speex reserved": speex(head=speex_head(reserved=b"TOKENres")),
    "speex extra header": speex(head=speex_head(extra=1), more=[b"TOKENspeexextra"]),
    "speex comment": speex(tags=comment([b"author=TOKENspeexcomment"])),
    "flac comment": flac(blocks=[block(4, comment([b"ARTIST=TOKENflaccomment"]), last=True)]),
    "flac picture": flac(blocks=[block(4, comment([])), block(6, picture(b"", text=b"TOKENflacpicture"), last=True)]),
    "flac application": flac(blocks=[block(4, comment([])), block(2, b"appiTOKENflacapp", last=True)]),
    "flac padding": flac(blocks=[block(4, comment([])), block(1, b"TOKENflacpadding", last=True)]),
    "flac sizes": flac(sizes=(0x544F4B, 0x454E31)),
    "flac md5": flac(md5=b"TOKENflacmd5text"),
    "second link": opus() + opus(2, tags=opus_tags([b"TITLE=TOKENsecondlink"])),
}  # fmt: skip
TOKENS = sorted({b"TOKEN" + rest for rest in (
    b"opuscomment", b"opusvendor", b"tagspadding", b"headtail", b"opuspadding", b"betweenpages", b"behindpages",
    b"badchecksum", b"skeletonstream", b"speexversion", b"speexextra", b"speexcomment", b"flaccomment", b"flacpicture",
    b"flacapp", b"flacpadding", b"flacmd5text", b"secondlink", b"nil", b"pos", b"res",
)})  # fmt: skip
CLEAN = {"opus": opus(), "speex": speex(), "flac": flac(blocks=[block(4, comment([]), last=True)])}
