"""Short films, sounds and pictures, coded at test time by PyAV and Pillow."""

from __future__ import annotations

import io
import math
import struct
from fractions import Fraction

import av
from PIL import Image, ImageDraw

WIDTH, HEIGHT, RATE = 320, 240, 25
QUARTERS = ((200, 40, 40), (40, 180, 40), (40, 40, 200), (200, 190, 40))  # upper left, upper right, lower left, right
TURNS = {  # a, b, c, d of the display matrix
    "none": (1, 0, 0, 1), "half": (-1, 0, 0, -1), "clock": (0, 1, -1, 0), "counter": (0, -1, 1, 0),
    "mirror": (-1, 0, 0, 1), "upside": (1, 0, 0, -1), "transposed": (0, 1, 1, 0), "other": (0, -1, -1, 0),
}  # fmt: skip


class Memory:
    """A SeekableReader and a Sink over bytes."""

    def __init__(self, data: bytes = b"") -> None:
        self.data = bytearray(data)

    @property
    def size(self) -> int:
        return len(self.data)

    def read_at(self, offset: int, length: int, /) -> bytes:
        return bytes(self.data[offset : offset + length])

    def write(self, data: bytes, /) -> int:
        self.data += data
        return len(data)


def quartered(width: int = WIDTH, height: int = HEIGHT, mode: str = "RGB") -> Image.Image:
    picture = Image.new("RGB", (width, height))
    draw = ImageDraw.Draw(picture)
    for number, colour in enumerate(QUARTERS):
        left, top = number % 2 * width // 2, number // 2 * height // 2
        draw.rectangle((left, top, left + width // 2 - 1, top + height // 2 - 1), fill=colour)
    return picture.convert(mode)


def film(seconds: float = 2, *, sound: bool = True, turn: str = "none", container: str = "mp4", codec: str = "libx264",
         metadata: dict[str, str] | None = None, tone: float = 440) -> bytes:  # fmt: skip
    """Four coloured quarters; the lower right one is bright in odd seconds."""
    out = io.BytesIO()
    with av.open(out, "w", format=container) as made:
        made.metadata.update(metadata or {})
        video = made.add_stream(codec, rate=RATE, options={"crf": "18", "preset": "ultrafast"})
        video.width, video.height, video.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        heard = made.add_stream("aac" if codec == "libx264" else "libopus", rate=48_000) if sound else None
        if heard is not None:
            heard.layout = "stereo"
        for number in range(int(seconds * RATE)):
            picture = quartered()
            if number // RATE % 2:
                ImageDraw.Draw(picture).rectangle((WIDTH // 2, HEIGHT // 2, WIDTH, HEIGHT), fill=(250, 250, 250))
            frame = av.VideoFrame.from_image(picture)
            frame.pts, frame.time_base = number, Fraction(1, RATE)
            made.mux(video.encode(frame))
        made.mux(video.encode(None))
        if heard is not None:
            _hear(made, heard, seconds, tone)
    data = out.getvalue()
    return _turned(data, TURNS[turn]) if turn != "none" else data


def changing() -> bytes:
    """A transport stream in which the picture's size changes from 320x240 to 160x120."""
    parts = []
    for width, start in ((WIDTH, 0), (WIDTH // 2, 10)):
        out = io.BytesIO()
        with av.open(out, "w", format="mpegts") as made:
            video = made.add_stream("libx264", rate=RATE, options={"crf": "18", "preset": "ultrafast", "bf": "0"})
            video.width, video.height, video.pix_fmt = width, width * 3 // 4, "yuv420p"
            for number in range(start, start + 10):
                frame = av.VideoFrame.from_image(quartered(width, width * 3 // 4))
                frame.pts, frame.time_base = number, Fraction(1, RATE)
                made.mux(video.encode(frame))
            made.mux(video.encode(None))
        parts.append(out.getvalue())
    return b"".join(parts)


def sound_only(
    seconds: float = 2, container: str = "wav", codec: str = "pcm_s16le", tone: float = 440, rate: int = 48_000
) -> bytes:
    out = io.BytesIO()
    with av.open(out, "w", format=container) as made:
        heard = made.add_stream(codec, rate=rate)
        heard.layout = "mono"
        _hear(made, heard, seconds, tone)
    return out.getvalue()


def _hear(made, stream, seconds, tone):
    rate, place = stream.codec_context.sample_rate, 0
    channels = stream.codec_context.layout.nb_channels
    while place < seconds * rate:
        values = [0.4 * math.sin(2 * math.pi * tone * (place + n) / rate) for n in range(1024)]
        frame = av.AudioFrame(format="flt", layout=stream.codec_context.layout.name, samples=1024)
        frame.planes[0].update(struct.pack(f"<{1024 * channels}f", *(v for v in values for _ in range(channels))))
        frame.sample_rate, frame.pts, frame.time_base = rate, place, Fraction(1, rate)
        made.mux(stream.encode(frame))
        place += 1024
    made.mux(stream.encode(None))


def _turned(data: bytes, turn: tuple[int, int, int, int]) -> bytes:
    place = data.index(b"tkhd") + 4 + 40
    a, b, c, d = turn
    matrix = struct.pack(">9i", a << 16, b << 16, 0, c << 16, d << 16, 0, 0, 0, 1 << 30)
    return data[:place] + matrix + data[place + 36 :]


def pictures_of(data: bytes) -> list[tuple[float, Image.Image]]:
    """(second, picture) of every picture of a film."""
    with av.open(io.BytesIO(data)) as container:
        return [(float(frame.time), frame.to_image()) for frame in container.decode(video=0)]


def kinds_of(data: bytes) -> list[str]:
    with av.open(io.BytesIO(data)) as container:
        return [f"{stream.type} {stream.codec_context.name}" for stream in container.streams]


def seconds_of_sound(data: bytes) -> float:
    with av.open(io.BytesIO(data)) as container:
        return sum(frame.samples / frame.sample_rate for frame in container.decode(audio=0))


def samples_of(data: bytes) -> list[float]:
    found: list[float] = []
    with av.open(io.BytesIO(data)) as container:
        for frame in container.decode(audio=0):
            plane = bytes(frame.planes[0])[: frame.samples * 4]
            found += struct.unpack(f"<{frame.samples}f", plane)
    return found


def level(samples: list[float], tone: float, rate: int = 48_000) -> float:
    """How strong ``tone`` is, by Goertzel's sum."""
    real = sum(value * math.cos(2 * math.pi * tone * n / rate) for n, value in enumerate(samples))
    imaginary = sum(value * math.sin(2 * math.pi * tone * n / rate) for n, value in enumerate(samples))
    return 2 * math.hypot(real, imaginary) / max(1, len(samples))


def like(found: tuple[int, ...], wanted: tuple[int, ...], tolerance: int = 22) -> bool:
    return all(abs(one - other) <= tolerance for one, other in zip(found, wanted, strict=True))
