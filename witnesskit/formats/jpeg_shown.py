"""What decides how a coded JPEG picture is shown beside its coded bytes (docs/spec/essence-jpeg.md)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from math import gcd

from witnesskit.digest import sha256_hex
from witnesskit.formats.jpeg_coding import Coding
from witnesskit.formats.strict_json import canonical

_ASPECT_MAX = 999  # a ratio of larger numbers is none that pixels have


@dataclass(frozen=True)
class Shown:
    """Orientation 1 to 8, pixel aspect, JFIF or not, Adobe transform or -1, colour digest or empty."""

    orientation: int = 1
    aspect: tuple[int, int] = (1, 1)
    jfif: bool = False
    adobe: int = -1
    icc: str = ""


def aspect_of(jfif_body: bytes) -> tuple[int, int]:
    """Pixel aspect of a JFIF body as a reduced ratio; print resolution is not kept (JFIF 1.02)."""
    across, down = int.from_bytes(jfif_body[8:10], "big"), int.from_bytes(jfif_body[10:12], "big")
    if not across or not down:
        return 1, 1
    common = gcd(across, down)
    sides = across // common, down // common
    return sides if max(sides) <= _ASPECT_MAX else (1, 1)


def presentation_sha256(coding: Coding, shown: Shown) -> str:
    """SHA-256 of the canonical JSON form of the presentation."""
    document = {
        "definition": "jpeg-presentation",
        "frame": bytes([coding.frame.marker]).hex() + coding.frame_body.hex(),
        "tables": _tables_sha256(coding),
        "orientation": shown.orientation,
        "aspect": list(shown.aspect),
        "jfif": shown.jfif,
        "adobe": shown.adobe,
        "icc": shown.icc,
    }
    return sha256_hex(canonical(document))


def _tables_sha256(coding: Coding) -> str:
    hasher = hashlib.sha256(b"".join(coding.quantisation))
    for scan in coding.scans:
        hasher.update(scan.header + scan.interval.to_bytes(2, "big") + b"".join(scan.tables))
    return hasher.hexdigest()
