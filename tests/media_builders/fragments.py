"""Films in fragments built box by box, with a token in every place where something can hide."""

import struct

from tests.media_builders.mp4 import (
    Spec,
    aac,
    box,
    full,
    keys,
    mvhd,
    other,
    sound,
    track,
    u32,
    udta,
    video_samples,
    visual,
)

NOT_SYNC = 0x00010000


def wide(value):
    return struct.pack(">Q", value)


def specs(canary, hevc=False):
    return [
        Spec(b"vide", visual(canary, hevc), video_samples(canary, hevc)),
        Spec(b"soun", sound(canary), [aac(canary), b"\x21\x10\x04\x60", b"\x21\x10\x04\x61"]),
        Spec(b"meta", other(b"gpmd", canary), [canary("gpmd sample") + bytes(8)]),
    ]


def emptied(spec):
    return Spec(spec.handler, spec.entry, [], spec.scale, spec.edits, spec.matrix)


def init(canary, made, brand=b"iso5"):
    tracks = [track(number, emptied(spec), 0, canary) for number, spec in enumerate(made, 1)]
    trex = [
        full(b"trex", u32(number, 1, 40, 0, NOT_SYNC if number == 1 else 0)) for number in range(1, len(made) + 1)
    ]
    mvex = box(b"mvex", full(b"mehd", u32(4000)), *trex, box(b"mvxx", canary("mvex box")))
    ftyp = box(b"ftyp", brand, u32(512), brand + canary("brand", 4))
    return ftyp + box(b"moov", mvhd(canary), *tracks, mvex, udta(canary), keys(canary))


def traf(canary, number, spec, clock, place, *, base=None):
    first = u32(0x02000000) if number == 1 else b""
    sizes = u32(*map(len, spec.samples))
    run = 0x201 | (0x4 if first else 0)
    head = full(b"tfhd", u32(number), canary(f"tfhd tail {number}"), flags=0x020000)
    if base is not None:
        head = full(b"tfhd", u32(number), wide(base), flags=0x1)
    trun = full(
        b"trun", u32(len(spec.samples)), struct.pack(">i", place), first, sizes, canary(f"trun tail {number}"),
        flags=run,
    )  # fmt: skip
    tfdt = full(b"tfdt", wide(clock), canary(f"tfdt tail {number}"), version=1)
    private = box(b"uuid", bytes(16), canary(f"traf uuid {number}")) + box(b"trxx", canary(f"traf box {number}"))
    return box(b"traf", head, tfdt, trun, private)


def fragment(canary, made, sequence, clocks, start, *, absolute=False):
    """styp, prft, emsg, moof and mdat at ``start``; ``clocks`` are the times of each track's first sample."""
    before = box(b"styp", b"msdh", bytes(4), b"msdh" + canary(f"styp {sequence}", 4))
    before += full(b"emsg", canary(f"emsg scheme {sequence}") + b"\0\0", u32(1, 0, 0, 0), canary(f"emsg {sequence}"))
    before += full(b"prft", u32(1), u32(0xE07FE38E, 0), u32(0))
    before += full(b"sidx", u32(1, 1000, 0, 0, 1), u32(100, 40, 0), canary(f"sidx {sequence}"))

    def moof(places, base):
        trafs = [
            traf(canary, number, spec, clock, place, base=base)
            for number, (spec, clock, place) in enumerate(zip(made, clocks, places, strict=True), 1)
        ]
        return box(
            b"moof",
            full(b"mfhd", u32(sequence), canary(f"mfhd tail {sequence}")),
            *trafs,
            box(b"moxx", canary(f"moof box {sequence}")),
        )

    base = start + len(before) if absolute else None
    size = len(moof([0] * len(made), base))
    media, places = canary(f"mdat slack {sequence}"), []
    for spec in made:
        places.append(size + 8 + len(media))
        media += b"".join(spec.samples)
    return before + moof(places, base) + box(b"mdat", media)


def fragmented(canary, *, hevc=False, brand=b"iso5", count=2, clock=0, absolute=False, step=120):
    """A film of ``count`` fragments with pictures, sound and a dropped track in each."""
    made = specs(canary, hevc)
    data = init(canary, made, brand)
    for number in range(count):
        parts = made if not number else specs(canary, hevc)
        data += fragment(canary, parts, number + 1, [clock + step * number] * 3, len(data), absolute=absolute)
    mfra = box(b"mfra", box(b"tfra", canary("tfra")), full(b"mfro", u32(16)))
    return data + mfra + box(b"free", canary("free")) + canary("trailing")
