"""What a transport stream gives away; CLEAN only if every packet is in the form our copies have."""

from __future__ import annotations

from collections.abc import Iterator

from witnesskit.digest import sha256_hex
from witnesskit.errors.media import BadMedia
from witnesskit.formats.strict_json import canonical
from witnesskit.media.needles_words import words
from witnesskit.media.scan_ts import TsScan, scan_ts
from witnesskit.media.ts_pictures import PictureWalk
from witnesskit.media_model import EssenceHash, Finding, Inspection
from witnesskit.model import Json, SeekableReader


def inspect_ts(reader: SeekableReader) -> Inspection:
    """Inspect the transport stream in ``reader``; never raises, what is not understood is UNKNOWN with its reason."""
    scan = scan_ts(reader)
    found = Finding.FOUND if scan.told else Finding.CLEAN
    facts: dict[str, Json] = {
        "programs": len(scan.programs),
        "streams": {stream.place: stream.entry.coding for stream in scan.streams.values()},
    }
    return Inspection(
        finding=Finding.UNKNOWN if scan.doubts else found,
        media_type="video/mp2t",
        revelations=tuple(scan.told),
        reason="; ".join(scan.doubts),
        facts=facts,
    )


def essence_ts(reader: SeekableReader) -> tuple[EssenceHash, ...]:
    """One hash for each stream of sound or pictures (docs/spec/essence-ts.md); raises ``BadMedia``."""
    found = []
    for stream in _understood(reader).streams.values():
        coding = stream.entry.coding
        definition = f"{coding}-vcl" if coding in ("h264", "hevc") else "raw-packets"
        found.append(EssenceHash(stream.place, definition, stream.walk.coded.hexdigest()))
    return tuple(found)


def presentation_ts(reader: SeekableReader) -> str:
    """SHA-256 of the presentation in canonical JSON; raises ``BadMedia``."""
    streams: list[Json] = []
    for stream in _understood(reader).streams.values():
        shown = stream.walk.parameters.hexdigest() if isinstance(stream.walk, PictureWalk) else ""
        streams.append(
            {
                "stream": stream.place,
                "coding": stream.entry.coding,
                "descriptors": stream.entry.bare.hex(),
                "parameters": shown,
                "packets": stream.packets,
                "stamps": stream.stamps.hexdigest(),
            }
        )
    return sha256_hex(canonical({"definition": "ts-presentation", "streams": streams}))


def _understood(reader: SeekableReader) -> TsScan:
    scan = scan_ts(reader)
    if scan.doubts:
        raise BadMedia("; ".join(scan.doubts))
    return scan


def needles_ts(reader: SeekableReader) -> Iterator[bytes]:
    """Words of everything that is neither sound nor pictures, to look for in a copy."""
    scan = scan_ts(reader)
    yield from words(bytes(scan.scraps))
    for data in scan.heard.values():
        yield from words(bytes(data), least=8)
