"""How a JPEG is shown: frame, tables, orientation, pixel aspect, colours (docs/spec/essence-jpeg.md)."""

from __future__ import annotations

import hashlib
from math import gcd

from witnesskit.digest import sha256_hex
from witnesskit.errors.media import BadMedia
from witnesskit.formats.strict_json import canonical
from witnesskit.media.coded_jpeg import CodedFacts, coded_facts
from witnesskit.media.essence_jpeg import read_picture
from witnesskit.media.pieces_jpeg import bodies, orientation, profile
from witnesskit.media.walk_icc import walk_icc
from witnesskit.media.walk_jpeg import Walk
from witnesskit.model import SeekableReader


def presentation_jpeg(reader: SeekableReader) -> str:
    """SHA-256 of the presentation in canonical JSON; raises ``BadMedia`` or ``MediaTooLarge``."""
    data, walk = read_picture(reader)
    facts = coded_facts(data, walk)
    if facts.doubts:
        raise BadMedia("; ".join(facts.doubts))
    document = {
        "definition": "jpeg-presentation",
        "frame": facts.frame.hex(),
        "tables": _tables(facts),
        "orientation": orientation(walk),
        "aspect": _aspect(walk),
        "jfif": bool(_jfif(walk)),
        "adobe": _adobe(walk),
        "icc": _colours(walk),
    }
    return sha256_hex(canonical(document))


def _tables(facts: CodedFacts) -> str:
    hasher = hashlib.sha256()
    for _, table in sorted(facts.quantisation.items()):
        hasher.update(table)
    for scan in facts.scans:
        hasher.update(scan.piece.body)
        hasher.update(scan.interval.to_bytes(2, "big"))
        for table in scan.tables:
            hasher.update(table)
    return hasher.hexdigest()


def _jfif(walk: Walk) -> list[bytes]:
    return [body for body in bodies(walk, "APP0 JFIF") if len(body) >= 9]


def _aspect(walk: Walk) -> list[int]:
    for body in _jfif(walk)[:1]:
        across, down = int.from_bytes(body[3:5], "big"), int.from_bytes(body[5:7], "big")
        if across and down:
            sides = [across // gcd(across, down), down // gcd(across, down)]
            return sides if max(sides) < 1_000 else [1, 1]
    return [1, 1]


def _adobe(walk: Walk) -> int:
    transforms = [body[6] for body in bodies(walk, "APP14 Adobe") if len(body) >= 7]
    return transforms[-1] if transforms else -1


def _colours(walk: Walk) -> str:
    data = profile(walk)
    return walk_icc(data).colour_sha256 if data else ""
