"""What an Ogg file gives away; CLEAN only if every byte is coded data or in the form our copies have."""

from __future__ import annotations

from collections.abc import Iterator

from witnesskit.digest import sha256_hex
from witnesskit.errors.media import BadMedia
from witnesskit.formats.strict_json import canonical
from witnesskit.media.needles_words import words
from witnesskit.media.scan_ogg import OggScan, OggStream, scan_ogg
from witnesskit.media.tags_sound import MARKS, MASK
from witnesskit.media_model import EssenceHash, Finding, Inspection
from witnesskit.model import Json, SeekableReader


def inspect_ogg(reader: SeekableReader) -> Inspection:
    """Inspect the Ogg file in ``reader``; never raises, what is not understood is UNKNOWN with its reason."""
    scan = scan_ogg(reader)
    found = Finding.FOUND if scan.told else Finding.CLEAN
    facts: dict[str, Json] = {
        "links": scan.links,
        "streams": [stream.coding.name if stream.coding else "unknown" for stream in scan.streams],
        "packets": [stream.packets for stream in scan.streams],
    }
    return Inspection(
        finding=Finding.UNKNOWN if scan.doubts else found,
        media_type="application/ogg",
        revelations=tuple(scan.told),
        reason="; ".join(scan.doubts),
        facts=facts,
    )


def essence_ogg(reader: SeekableReader) -> tuple[EssenceHash, ...]:
    """One hash for each stream of sound or pictures (docs/spec/essence-sound.md); raises ``BadMedia``."""
    found, seen = [], {"audio": 0, "video": 0}
    for stream in _understood(reader).kept:
        kind = stream.coding.kind if stream.coding else "audio"
        found.append(EssenceHash(f"{kind}:{seen[kind]}", "raw-packets", stream.coded.hexdigest()))
        seen[kind] += 1
    return tuple(found)


def presentation_ogg(reader: SeekableReader) -> str:
    """SHA-256 of the presentation in canonical JSON; raises ``BadMedia``."""
    links: dict[int, list[Json]] = {}
    for stream in _understood(reader).kept:
        links.setdefault(stream.link, []).append(_shown(stream))
    return sha256_hex(canonical({"definition": "ogg-presentation", "links": list(links.values())}))


def _shown(stream: OggStream) -> dict[str, Json]:
    return {
        "coding": stream.coding.name if stream.coding else "",
        "headers": sha256_hex(b"".join(stream.bare)),
        "packets": stream.packets,
        "positions": stream.positions.hexdigest(),
    }


def _understood(reader: SeekableReader) -> OggScan:
    scan = scan_ogg(reader)
    if scan.doubts:
        raise BadMedia("; ".join(scan.doubts))
    return scan


def needles_ogg(reader: SeekableReader) -> Iterator[bytes]:
    """Words of comments, of streams that go, of padding and of bytes between pages, to look for in a copy."""
    scan = scan_ogg(reader)
    for text in [*scan.words, *(text for stream in scan.streams for text in stream.words)]:
        yield from words(MARKS.sub(b" ", text).replace(MASK.encode(), b" "))
