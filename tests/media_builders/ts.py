"""Transport streams made by hand, and a token in every hiding place of theirs."""

from dataclasses import dataclass, field

from tests.media_builders.mp3 import sound

VIDEO, SOUND, MAP, CLOCK, EXTRA = 0x100, 0x101, 0x1000, 0x1FFE, 0x102
SPS, PPS = b"\x67\x42\x00\x1e\xab\x40\xf0\x28\xd0\x80", b"\x68\xce\x38\x80"
MDPM = bytes.fromhex("17ee8c60f84d11d98cd60800200c9a66") + b"MDPM\x0a" + bytes.fromhex(
    "18 80 20 26 11" "19 25 22 44 04" "e0 01 08 00 00" "b1 4e 00 00 00" "b2 00 2b 00 01" "b3 00 14 00 01"
    "b4 00 00 00 01" "b5 45 00 00 00" "b6 00 34 00 01" "b7 00 33 00 01"
)  # fmt: skip


def crc(data):
    rest = 0xFFFFFFFF
    for byte in data:
        rest ^= byte << 24
        for _ in range(8):
            rest = (rest << 1 ^ 0x04C11DB7 if rest >> 31 else rest << 1) & 0xFFFFFFFF
    return rest


def section(table, number, body, version=0):
    head = bytes([table]) + (0xB000 | len(body) + 9).to_bytes(2, "big") + number.to_bytes(2, "big")
    data = head + bytes([0xC1 | version << 1, 0, 0]) + body
    return data + crc(data).to_bytes(4, "big")


def sei(kind, payload, escape=True):
    body = bytes([6, kind]) + b"\xff" * (len(payload) // 255) + bytes([len(payload) % 255]) + payload + b"\x80"
    return body.replace(b"\0\0\1", b"\0\0\3\1").replace(b"\0\0\0", b"\0\0\3\0") if escape else body


def picture(number, size=400):
    slice_ = bytes([0x65 if number % 4 == 0 else 0x41]) + bytes(
        0x80 | (number * 31 + place * 7) % 128 for place in range(size)
    )
    return b"\0\0\0\1\x09\xf0" + b"\0\0\1" + SPS + b"\0\0\1" + PPS + b"\0\0\1" + slice_


def adts(number, free=b"", private=0, cut=0):
    element = b""
    if free:
        bits = f"110{15:04b}{len(free) + 1 - 14:08b}0000" if len(free) >= 14 else f"110{len(free) + 1:04b}0000"
        bits += "0" * (4) + "".join(f"{byte:08b}" for byte in free)
        bits += "0" * (-len(bits) % 8)
        element = int(bits, 2).to_bytes(len(bits) // 8, "big")
    body = element + bytes(0x21 if not place else 0x80 | (number * 13 + place) % 128 for place in range(60))
    size = len(body) + 7
    head = bytes([0xFF, 0xF1, 0x50 | private, 0x80 | size >> 11, size >> 3 & 255, (size & 7) << 5 | 0x1F, 0xFC])
    return head + body[: len(body) - cut]


def stamps(pts, dts=None):
    def one(mark, value):
        return bytes(
            [
                mark << 4 | value >> 30 << 1 | 1,
                value >> 22 & 255,
                (value >> 14 | 1) & 255,
                value >> 7 & 255,
                (value << 1 | 1) & 255,
            ]
        )

    return (0x80, one(2, pts)) if dts is None else (0xC0, one(3, pts) + one(1, dts))


def pes(stream, es, pts, dts=None, extra=b"", flags=0, sized=True, first=0x84, more=None):
    mark, times = stamps(pts, dts)
    head = bytes([first, mark | flags, len(times) + len(extra)]) + times + extra
    size = len(head) + len(es) if sized else 0
    return b"\0\0\1" + bytes([stream]) + (size if more is None else size - more).to_bytes(2, "big") + head + es


@dataclass
class Mux:
    """Packets in order."""

    out: list = field(default_factory=list)
    counters: dict = field(default_factory=dict)

    def raw(self, pid, payload, begin=False, adaptation=None, flags=0, counter=None):
        """One packet; ``payload`` of at most 184 bytes, stuffing where it is shorter."""
        room = 184 - len(payload)
        control = 1 if payload else 2
        if adaptation is not None or room:
            body = b"" if adaptation is None else adaptation
            if room:
                body = bytes([room - 1]) + (body or b"\0").ljust(room - 1, b"\xff")[: room - 1]
            control = 3 if payload else 2
        else:
            body = b""
        number = self.counters.get(pid, 0) if counter is None else counter
        if control & 1:
            self.counters[pid] = number + 1 & 15
        self.out.append(
            bytes([0x47, (0x40 if begin else 0) | flags | pid >> 8, pid & 255, control << 4 | number])
            + body
            + payload
        )
        return self

    def table(self, pid, data, pad=b"\xff", version=0):
        payload = b"\0" + data
        while payload:
            part, payload = payload[:184], payload[184:]
            number = self.counters.get(pid, 0)
            self.counters[pid] = number + 1 & 15
            head = bytes(
                [0x47, (0x40 if part[:1] == b"\0" and len(part) else 0) | pid >> 8, pid & 255, 0x10 | number]
            )
            self.out.append(head + part + pad * (184 - len(part)))
        return self

    def feed(self, pid, data, clock=None, adaptation=None):
        begin = True
        while data:
            field_ = b""
            if begin and clock is not None:
                field_ = b"\x50" + ((clock << 15) | 0x7E00).to_bytes(6, "big")
            if begin and adaptation is not None:
                field_ = adaptation
            room = 184 - (1 + len(field_) if field_ else 0)
            part, data = data[:room], data[room:]
            self.raw(pid, part, begin, field_ or None)
            begin = False
        return self

    def data(self, prefix=None):
        if prefix is None:
            return b"".join(self.out)
        return b"".join(prefix(place) + one for place, one in enumerate(self.out))


def entry(kind, pid, descriptors=b""):
    return (
        bytes([kind])
        + (0xE000 | pid).to_bytes(2, "big")
        + (0xF000 | len(descriptors)).to_bytes(2, "big")
        + descriptors
    )


def program(entries=(), clock=VIDEO, common=b""):
    default = entry(0x1B, VIDEO) + entry(0x0F, SOUND)
    head = (0xE000 | clock).to_bytes(2, "big") + (0xF000 | len(common)).to_bytes(2, "big") + common
    return head + default + b"".join(entries)


def association(number=1, pid=MAP, more=b""):
    return more + number.to_bytes(2, "big") + (0xE000 | pid).to_bytes(2, "big")


def stream(**plan):
    """A film of eight pictures and sound; ``plan`` says what differs."""
    mux = Mux()
    pictures = plan.get("pictures", picture)
    sounds = plan.get("sounds", adts)
    mux.table(0, section(0, plan.get("network", 1), plan.get("association", association())), plan.get("pad", b"\xff"))
    mux.table(MAP, section(2, plan.get("number", 1), plan.get("program", program())), plan.get("pad", b"\xff"))
    for number in range(8):
        if plan.get("each"):
            plan["each"](mux, number)
        es = pictures(number)
        packet = pes(0xE0, es, 9000 + 3600 * number, 5400 + 3600 * number, **plan.get("pes", {}))
        if plan.get("tail"):
            packet += plan["tail"]
        mux.feed(VIDEO, packet, 300 * number + 7, plan.get("adaptation"))
        mux.feed(SOUND, pes(0xC0, sounds(number) + sounds(number + 1), 9000 + 3600 * number))
    return mux.data(plan.get("prefix"))


def once(make):
    """Called for each picture, makes something before the third one."""
    return lambda mux, number: make(mux) if number == 2 else None


def with_sei(unit):
    return lambda number: picture(number).replace(b"\0\0\1\x65", b"\0\0\1" + unit + b"\0\0\1\x65")


def tokened(text, length=184):
    return text + b"\xff" * (length - len(text))


DESCRIPTORS = b"\x05\x04TOKN" + b"\x48\x14\x01\x08TOKENprv\x09TOKENname"
LOCAL_SET = bytes.fromhex("060e2b34020b01010e01030101000000")
KLV = LOCAL_SET + bytes([2 + 8 + 2 + 13 + 2 + 4 + 2 + 4]) + b"\x02\x08" + (1_764_000_000 * 10**6).to_bytes(8, "big") + (
    b"\x04\x0dTOKENtailnumb" + b"\x0d\x04" + (1_035_000_000).to_bytes(4, "big") + b"\x0e\x04" + (631_000_000).to_bytes(4, "big")
)  # fmt: skip
TIME_OF_DAY = b"\x70\x70\x05\xee\xd1\x22\x44\x04"


def sdt(mux):
    mux.table(0x11, section(0x42, 1, b"\0\x01\xff\0\x01\xfc\x80\x14" + DESCRIPTORS[6:]))


def mpeg2(number, user=b"", clock=0, more=b"", copyright_=b"", slice_=b"\x10"):
    """One picture of MPEG-2 video: sequence header and extension, group, picture, two slices."""
    start = b"\0\0\1"
    units = [b"\xb3\x01\x00\x10\x13\xff\xff\xe0\x18" + more, b"\xb5\x14\x8a\x00\x01\x00\x00"]
    units += [b"\xb5" + copyright_] if copyright_ else []
    units += [b"\xb8" + (clock << 7 | 0x00080040).to_bytes(4, "big"), b"\xb2" + user] if user or clock else []
    units += [b"\x00" + (number << 22 | 1 << 19 | 0xFFFF << 3).to_bytes(4, "big"), b"\xb5\x8f\xff\xf3\x41\x80"]
    data = bytes(0x80 | (number * 5 + place) % 128 for place in range(90))
    units += [bytes([row]) + slice_ + data for row in (1, 2)]
    return b"".join(start + unit for unit in units)


def opus_unit(number, pad=b"", extension=b""):
    """An Opus packet behind its control header."""
    sound = bytes(0x80 | (number * 37 + place * 11) % 128 for place in range(40))
    packet = b"\x08" + sound if not pad else b"\x0b\x41" + bytes([len(pad)]) + sound + pad
    extra = bytes([len(extension)]) + extension if extension else b""
    return bytes([0x7F, 0xE4 if extension else 0xE0, len(packet)]) + extra + packet


def ac3(version=8, clock=0, further=b""):
    """An AC-3 frame of 128 bytes at 48 kHz, 32 kbit/s, stereo."""
    bits = f"{version:05b}000" + "010" + "00" + "0" + "11011" + "000" + "01"
    bits += f"1{clock:014b}0" if clock else "00"
    bits += f"1{len(further) - 1:06b}" + "".join(f"{byte:08b}" for byte in further) if further else "0"
    bits += "0" * (-len(bits) % 8)
    head = b"\x0b\x77\0\0\0" + int(bits, 2).to_bytes(len(bits) // 8, "big")
    return head + bytes(0x80 | place % 128 for place in range(128 - len(head)))


def mp2(number, behind=b"", layer=2):
    """A frame of MPEG audio with one subband of samples, and ``behind`` at its end."""
    head, size = (b"\xff\xfd\x80\xc0", 417) if layer == 2 else (b"\xff\xff\x40\xc0", 136)
    sound = "".join(f"{number * 53 + place * 29 & 15:04b}" for place in range(24))
    if layer == 2:
        bits = "0001" + "0" * 90 + "10" + "101010" + sound[:60]  # allocation, which factors, factor, samples
    else:
        bits = "0001" + "0" * 124 + "101010" + sound[:24]
    value = int(bits.ljust(8 * (size - 4), "0"), 2)
    return head + value.to_bytes(size - 4, "big")[: size - 4 - len(behind)] + behind


def mp3_frames(free=b""):
    return sound(3, free=free)


MP2 = program([entry(0x03, EXTRA)])
OPUS = program([entry(0x06, EXTRA, b"\x05\x04Opus\x7f\x02\x80\x02")])
MPEG2 = program([entry(0x02, EXTRA)])
AC3 = program([entry(0x81, EXTRA)])


def also(program_, make, kind=0xBD):
    """A stream of its own beside the others, one packet for each picture."""
    return stream(
        program=program_, each=lambda mux, number: mux.feed(EXTRA, pes(kind, make(number), 9000 + 3600 * number))
    )


PLACES = {
    "service names": stream(each=once(sdt)),
    "time of day": stream(each=once(lambda mux: mux.table(0x14, TIME_OF_DAY))),
    "network number": stream(network=0x4E45),
    "program number": stream(number=0x544F, association=association(0x544F)),
    "network table": stream(association=association(more=b"\0\0\xe0\x10")),
    "program descriptors": stream(program=program(common=DESCRIPTORS)),
    "stream descriptors": stream(program=program([entry(0x0F, 0x133, b"\x0a\x04kaz\0" + DESCRIPTORS)])),
    "behind a table": stream(pad=b"T"),
    "private section": stream(program=program([entry(0x05, EXTRA)]), each=once(lambda mux: mux.table(EXTRA, b"\x99\xb0\x20TOKENprivsection"))),
    "cue": stream(program=program([entry(0x86, EXTRA, b"\x05\x04CUEI")]), each=once(lambda mux: mux.table(EXTRA, b"\xfc\x30\x20TOKENcue35"))),
    "timed metadata": stream(program=program([entry(0x15, EXTRA)]), each=once(lambda mux: mux.feed(EXTRA, pes(0xFC, KLV, 9000)))),
    "private stream": stream(program=program([entry(0x06, EXTRA, b"\x05\x04KLVA")]), each=once(lambda mux: mux.feed(EXTRA, pes(0xBD, KLV, 9000)))),
    "identity tags": stream(program=program([entry(0x15, EXTRA)]), each=once(lambda mux: mux.feed(EXTRA, pes(0xBD, b"ID3TOKENtimedid3", 9000)))),
    "subtitles": stream(program=program([entry(0x06, EXTRA, b"\x59\x08kaz\x10\0\1\0\1")]), each=once(lambda mux: mux.feed(EXTRA, pes(0xBD, b"TOKENsubtitle", 9000)))),
    "unnamed PID": stream(each=once(lambda mux: mux.raw(0x777, tokened(b"TOKENunnamedpid")))),
    "empty packet": stream(each=once(lambda mux: mux.raw(0x1FFF, tokened(b"TOKENnullpacket")))),
    "padding packet": stream(each=once(lambda mux: mux.raw(0x1FFF, b"\xff" * 184))),
    "adaptation private": stream(adaptation=b"\x02\x14TOKENadaptprivate123"),
    "adaptation extension": stream(adaptation=b"\x01\x10TOKENextension12"),
    "adaptation splice": stream(adaptation=b"\x04T"),
    "adaptation stuffing": stream(adaptation=b"\x00TOKENstuffing"),
    "adaptation alone": stream(each=once(lambda mux: mux.out.append(bytes([0x47, 1, 0, 0x20 | (mux.counters[VIDEO] - 1) & 15, 183, 0]) + tokened(b"TOKENalone", 182)))),
    "pes private": stream(pes={"flags": 1, "extra": b"\x8e" + b"TOKENpesprivate!"}),
    "pes stuffing": stream(pes={"extra": b"TOKENpesstuffing"}),
    "pes clock": stream(pes={"flags": 0x20, "extra": b"\x04\0\x04\0\x04\x01"}),
    "pes copyright": stream(pes={"first": 0x8C}),
    "recording data": stream(pictures=with_sei(sei(5, MDPM))),
    "user data": stream(pictures=with_sei(sei(5, bytes(16) + b"TOKENseiuserdata" * 20))),
    "captions": stream(pictures=with_sei(sei(4, b"\xb5\0\x31GA94TOKENcaptions"))),
    "unknown unit": stream(pictures=with_sei(b"\x18TOKENunknownunit")),
    "filler unit": stream(pictures=with_sei(b"\x0cTOKENfillerunit\x80")),
    "second layer": stream(pictures=with_sei(b"\x14TOKENsecondlayer")),
    "before the pictures": stream(pictures=lambda number: (b"TOKENbeforefirst" if not number else b"") + picture(number)),
    "sound fill": stream(sounds=lambda number: adts(number, b"TOKENsoundfillelement")),
    "sound bits": stream(sounds=lambda number: adts(number, private=2 * (number % 2))),
    "between frames": stream(sounds=lambda number: b"TOKENbetweenframes" + adts(number)),
    "between packets": stream(each=once(lambda mux: mux.out.append(b"TOKENbetweenpackets"))),
    "behind": stream() + b"TOKENbehindeverything",
    "mpeg2 user data": also(MPEG2, lambda number: mpeg2(number, user=b"TOKENmpegtwouser"), 0xE1),
    "mpeg2 time code": also(MPEG2, lambda number: mpeg2(number, clock=0x123456), 0xE1),
    "mpeg2 copyright": also(MPEG2, lambda number: mpeg2(number, copyright_=b"\x44TOKENmpegcopy"), 0xE1),
    "mpeg2 behind a head": also(MPEG2, lambda number: mpeg2(number, more=b"TOKENbehindhead"), 0xE1),
    "opus padding": also(OPUS, lambda number: opus_unit(number, pad=b"TOKENopuspad")),
    "opus extension": also(OPUS, lambda number: opus_unit(number, extension=b"TOKENopusextra")),
    "registration": stream(program=program([entry(0x0F, 0x133, b"\x05\x10AAAATOKENregister"), entry(0x1B, 0x134, b"\x05\x11HDMVTOKENregcamera")])),
    "registration of the program": stream(program=program(common=b"\x05\x04HDMV\x05\x10HDMVTOKENprogramr")),
    "private descriptors": stream(program=program([entry(0x0F, 0x133, b"\xe9\x0cTOKENprivatee\x7f\x0eTOKENextension\x0a\x0bTOKENiso639")], common=b"\xe9\x0cTOKENcommonprv\x0a\x0cTOKENcommonlg")),
    "descriptors behind those of Opus": also(program([entry(0x06, EXTRA, b"\x05\x13OpusTOKENbehindopus\x7f\x02\x80\x02\x7f\x0fTOKENmoreofopus")]), opus_unit),
    "descriptors of AC-3": also(program([entry(0x06, EXTRA, b"\x6a\x10TOKENdescofac3xx\x05\x10AC-3TOKENregac3x")]), lambda number: ac3()),
    "behind layer II": also(MP2, lambda number: mp2(number, b"TOKENlayertwo"), 0xC1),
    "behind layer I": also(MP2, lambda number: mp2(number, b"TOKENlayerone\0", 1), 0xC1),
    "between frames of layer III": also(MP2, lambda number: mp3_frames() + b"TOKENbetweenthree" + mp3_frames(), 0xC1),
    "free in layer III": also(MP2, lambda number: mp3_frames(b"TOKENlayerthree"), 0xC1),
    "between AC-3 frames": also(AC3, lambda number: ac3() + b"TOKENbetweenac"),
    "counters": stream(each=lambda mux, number: mux.counters.update({VIDEO: 5}) if not number else None),
    "repeated packet": stream(each=once(lambda mux: mux.out.append(mux.out[-1]))),
    "priority": stream(each=once(lambda mux: mux.raw(SOUND, b"", flags=0x20))),
    "reserved control": stream(each=once(lambda mux: mux.out.append(bytes([0x47, 1, 0, 0x07]) + tokened(b"TOKENreserved")))),
    "copy permission": stream(prefix=lambda place: (0xC0000000 | place * 1000).to_bytes(4, "big")),
    "arrival times": stream(prefix=lambda place: (place * 0x12345678 & 0x3FFFFFFF).to_bytes(4, "big")),
}  # fmt: skip
TOKENS = sorted({b"TOKEN" + rest for rest in (
    b"prv", b"name", b"privsection", b"cue35", b"tailnumb", b"timedid3", b"subtitle", b"unnamedpid", b"nullpacket",
    b"adaptprivate", b"extension", b"stuffing", b"alone", b"pesprivate", b"pesstuffing", b"seiuserdata", b"captions",
    b"unknownunit", b"fillerunit", b"secondlayer", b"beforefirst", b"soundfillelement", b"betweenframes",
    b"betweenpackets", b"behindeverything", b"reserved", b"mpegtwouser", b"mpegcopy", b"behindhead", b"opuspad",
    b"opusextra", b"betweenac", b"layertwo", b"layerone", b"register", b"regcamera",
    b"programr", b"privatee", b"iso639", b"commonprv", b"commonlg", b"behindopus", b"moreofopus", b"descofac3",
    b"regac3", b"betweenthree", b"layerthree",
)})  # fmt: skip
CLEAN = {
    "188": stream(),
    "192": stream(prefix=lambda place: (place * 1000).to_bytes(4, "big")),
    "mpeg2": also(MPEG2, mpeg2, 0xE1),
    "opus": also(OPUS, opus_unit),
    "layer I": also(MP2, lambda number: mp2(number, layer=1) + mp2(number + 1, layer=1), 0xC1),
    "layer II": also(MP2, lambda number: mp2(number) + mp2(number + 1), 0xC1),
    "layer III": also(MP2, lambda number: mp3_frames(), 0xC1),
    "ac3": also(AC3, lambda number: ac3(6, 5) + ac3()),
    "clock alone": stream(
        program=program(clock=CLOCK),
        each=lambda mux, number: mux.out.append(
            bytes([0x47, CLOCK >> 8, CLOCK & 255, 0x20, 183, 0x10])
            + ((number << 15) | 0x7E00).to_bytes(6, "big")
            + b"\xff" * 176
        ),
    ),
}


def canary():
    """Many places in one file."""

    def each(mux, number):
        if number == 1:
            sdt(mux)
            mux.table(0x14, TIME_OF_DAY).raw(0x777, tokened(b"TOKENunnamedpid")).raw(
                0x1FFF, tokened(b"TOKENnullpacket")
            )
            mux.table(EXTRA + 2, b"\x99\xb0\x20TOKENprivsection")
        mux.feed(EXTRA, pes(0xBD, KLV + b"ID3TOKENtimedid3", 9000 + 3600 * number))
        mux.feed(
            EXTRA + 1,
            pes(0xE1, mpeg2(number, user=b"TOKENmpegtwouser", more=b"TOKENbehindhead"), 9000 + 3600 * number),
        )

    entries = [entry(0x06, EXTRA, b"\x05\x04KLVA"), entry(0x02, EXTRA + 1), entry(0x05, EXTRA + 2)]
    units = sei(5, MDPM) + b"\0\0\1" + sei(5, bytes(16) + b"TOKENseiuserdata" * 20) + b"\0\0\1\x18TOKENunknownunit"
    return (
        stream(
            each=each,
            program=program(entries, common=DESCRIPTORS),
            pictures=with_sei(units),
            sounds=lambda number: adts(number, b"TOKENsoundfillelement"),
            adaptation=b"\x02\x14TOKENadaptprivate123",
            pes={"flags": 1, "extra": b"\x8e" + b"TOKENpesprivate!"},
        )
        + b"TOKENbehindeverything"
    )
