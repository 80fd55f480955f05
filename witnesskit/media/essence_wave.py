"""Essence and presentation of a WAVE file, by the inspector's own reader (docs/spec/essence-riff.md)."""

from __future__ import annotations

import hashlib

from witnesskit.digest import sha256_hex
from witnesskit.formats.strict_json import canonical
from witnesskit.limits import READ_BLOCK
from witnesskit.media.wave_facts import wave_facts
from witnesskit.media_model import EssenceHash
from witnesskit.model import SeekableReader


def essence_wave(reader: SeekableReader) -> tuple[EssenceHash, ...]:
    """One hash, ``audio:0``: the bytes of the sound in whole blocks; raises ``BadMedia`` or ``UnsupportedMedia``."""
    facts, hasher = wave_facts(reader), hashlib.sha256()
    for place in range(facts.first, facts.last, READ_BLOCK):
        hasher.update(reader.read_at(place, min(READ_BLOCK, facts.last - place)))
    return (EssenceHash("audio:0", "raw-packets", hasher.hexdigest()),)


def presentation_wave(reader: SeekableReader) -> str:
    """SHA-256 of the presentation in canonical JSON; raises ``BadMedia`` or ``UnsupportedMedia``."""
    facts = wave_facts(reader)
    one = facts.described
    document = {
        "definition": "witnesskit.wave/1",
        "coding": one.coding,
        "channels": one.channels,
        "rate": one.rate,
        "block": one.block,
        "bits": one.bits,
        "valid": one.valid,
        "speakers": one.speakers,
        "ambisonic": one.ambisonic,
        "extensible": one.extensible,
        "samples": facts.samples,
    }
    return sha256_hex(canonical(document))
