"""A contact sheet of a film: key pictures spread over its time, turned as shown, on one JPEG."""

from __future__ import annotations

import io
import math
from typing import Any, Final

from av.container import InputContainer
from av.stream import Disposition
from PIL import Image, JpegImagePlugin

from witnesskit.media.open_av import AV_ERRORS, looked_at
from witnesskit.media_limits import SHEET_PICTURES
from witnesskit.model import SeekableReader

_TILE: Final = 240  # points of the longer side of one picture
_COLUMNS: Final = 6
_PACKETS_MAX: Final = 300  # read for one picture
_PLUGIN: Final = JpegImagePlugin  # loaded before the lock


def sheet_of(reader: SeekableReader) -> bytes:
    """The JPEG; empty where nothing can be decoded. Never raises on content."""
    tiles: list[Image.Image] = []
    try:
        with looked_at(reader) as container:
            _collect(container, tiles)
    except (*AV_ERRORS, OSError):
        pass  # what was found until then is shown
    return _sheet(tiles) if tiles else b""


def _collect(container: InputContainer, tiles: list[Image.Image]) -> None:
    video: Any = next((stream for stream in container.streams.video if _is_film(stream)), None)
    if video is None:
        return
    video.codec_context.skip_frame = "NONKEY"
    start, length = container.start_time or 0, container.duration or 0
    seen: set[int] = set()
    for number in range(SHEET_PICTURES if length else 1):
        if length:
            container.seek(start + length * (2 * number + 1) // (2 * SHEET_PICTURES))
        frame = _next_picture(container, video)
        if frame is not None and frame.pts not in seen:
            seen.add(frame.pts)
            tiles.append(_tile(frame))


def _is_film(stream: Any) -> bool:
    return stream.codec_context is not None and not stream.disposition & Disposition.attached_pic


def _next_picture(container: InputContainer, video: Any) -> Any:
    for number, packet in enumerate(container.demux(video)):
        if number > _PACKETS_MAX:
            break
        try:
            frames = packet.decode()
        except AV_ERRORS:
            continue
        if frames:
            return frames[0]
    return None


def _tile(frame: Any) -> Image.Image:
    share = _TILE / max(frame.width, frame.height)
    width, height = max(1, round(frame.width * share)), max(1, round(frame.height * share))
    picture: Image.Image = frame.reformat(width, height, "rgb24", interpolation="AREA").to_image()
    return picture.rotate(frame.rotation, expand=True) if frame.rotation else picture


def _sheet(tiles: list[Image.Image]) -> bytes:
    width, height = max(tile.width for tile in tiles), max(tile.height for tile in tiles)
    columns = min(_COLUMNS, len(tiles))
    sheet = Image.new("RGB", (columns * width, math.ceil(len(tiles) / columns) * height))
    for number, tile in enumerate(tiles):
        sheet.paste(tile, (number % columns * width, number // columns * height))
    out = io.BytesIO()
    sheet.save(out, "JPEG", quality=80)
    return out.getvalue()
