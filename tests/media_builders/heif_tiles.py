"""HEIC pictures around tiles that PyAV codes: alone, in a grid, turned, mirrored, cut."""

from __future__ import annotations

import io
import struct
from fractions import Fraction

import av
from PIL import Image

SIDE = 128


def coded(picture: Image.Image) -> tuple[bytes, bytes]:
    """(hvcC, one sample) of a picture."""
    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as made:
        stream = made.add_stream("libx265", rate=1, options={"x265-params": "log-level=none:crf=8:keyint=1"})
        stream.width, stream.height, stream.pix_fmt = picture.width, picture.height, "yuv420p"
        frame = av.VideoFrame.from_image(picture)
        frame.pts, frame.time_base = 0, Fraction(1, 1)
        made.mux(stream.encode(frame))
        made.mux(stream.encode(None))
    with av.open(io.BytesIO(out.getvalue())) as read:
        stream = read.streams.video[0]
        return bytes(stream.codec_context.extradata), bytes(next(read.demux(stream)))


def box(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body) + 8) + kind + body


def heic(picture: Image.Image, columns: int = 1, rows: int = 1, turns: tuple[tuple[bytes, bytes], ...] = (),
         size: tuple[int, int] | None = None, kind: bytes = b"grid") -> bytes:  # fmt: skip
    """``picture`` in tiles of SIDE; a single tile is the primary item itself."""
    tiles = [
        picture.crop((x * SIDE, y * SIDE, x * SIDE + SIDE, y * SIDE + SIDE))
        for y in range(rows)
        for x in range(columns)
    ]
    samples = [coded(tile) for tile in tiles]
    width, height = size or picture.size
    layout = bytes([0, 0, rows - 1, columns - 1]) + struct.pack(">HH", width, height)
    grid = len(tiles) > 1
    datas = [sample for _, sample in samples] + ([layout] if grid else [])
    primary = len(tiles) + 1 if grid else 1
    properties = [box(b"hvcC", samples[0][0]), box(b"ispe", bytes(4) + struct.pack(">II", SIDE, SIDE))]
    properties += [box(name, body) for name, body in turns]
    turned = bytes(0x80 | (3 + n) for n in range(len(turns)))
    owned = [(n + 1, b"\x81\x02" + (b"" if grid else turned)) for n in range(len(tiles))]
    owned += [(primary, b"\x02" + turned)] if grid else []
    infos = b"".join(
        box(b"infe", b"\2\0\0\0" + struct.pack(">HH", n, 0) + (b"hvc1" if n <= len(tiles) else kind) + b"\0")
        for n in range(1, len(datas) + 1)
    )
    ftyp = box(b"ftyp", b"heic\0\0\0\0mif1heic")

    def meta(start: int) -> bytes:
        places, offset = b"", start
        for n, data in enumerate(datas, 1):
            places += struct.pack(">HHHII", n, 0, 1, offset, len(data))
            offset += len(data)
        parts = [
            box(b"hdlr", bytes(8) + b"pict" + bytes(13)),
            box(b"pitm", bytes(4) + struct.pack(">H", primary)),
            box(b"iinf", bytes(4) + struct.pack(">H", len(datas)) + infos),
            box(b"iloc", bytes(4) + b"\x44\0" + struct.pack(">H", len(datas)) + places),
            box(b"iprp", box(b"ipco", b"".join(properties)) + box(
                b"ipma", bytes(4) + struct.pack(">I", len(owned))
                + b"".join(struct.pack(">HB", n, len(own)) + own for n, own in owned))),
        ]  # fmt: skip
        if grid:
            inputs = struct.pack(f">HH{len(tiles)}H", primary, len(tiles), *range(1, len(tiles) + 1))
            parts.append(box(b"iref", bytes(4) + box(b"dimg", inputs)))
        return box(b"meta", bytes(4) + b"".join(parts))

    head = len(ftyp) + len(meta(0)) + 8
    return ftyp + meta(head) + box(b"mdat", b"".join(datas))
