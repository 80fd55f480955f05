"""What decides how the coded pictures of a PNG are shown (docs/spec/essence-raster.md)."""

from __future__ import annotations

from dataclasses import dataclass, field

from witnesskit.digest import sha256_hex
from witnesskit.formats.png import Header
from witnesskit.formats.png_frames import Pictures
from witnesskit.formats.strict_json import canonical


@dataclass(frozen=True)
class Shown:
    """Orientation 1 to 8, pixel aspect, colour chunks by name in normal form, colour digest of a profile."""

    orientation: int = 1
    aspect: tuple[int, int] = (1, 1)
    colours: dict[str, str] = field(default_factory=dict)
    icc: str = ""
    palette: bytes = b""
    transparency: bytes = b""
    background: bytes = b""


def presentation_sha256(header: Header, pictures: Pictures, shown: Shown) -> str:
    """SHA-256 of the canonical JSON form of the presentation."""
    document = {
        "definition": "png-presentation",
        "header": header.body.hex(),
        "orientation": shown.orientation,
        "aspect": list(shown.aspect),
        "colours": shown.colours,
        "icc": shown.icc,
        "palette": shown.palette.hex(),
        "transparency": shown.transparency.hex(),
        "background": shown.background.hex(),
        "plays": pictures.plays,
        "frames": sha256_hex(b"".join(picture.control for picture in pictures.all)),
        "first": bool(pictures.first.control),
    }
    return sha256_hex(canonical(document))
