"""The shareable copy of a WAVE file: format, count of samples where the coding needs one, and the sound itself."""

from __future__ import annotations

import hashlib

from witnesskit.errors.strip import CredentialsKept
from witnesskit.formats.wave import head_of, read_wave, wave_presentation
from witnesskit.limits import READ_BLOCK
from witnesskit.media_model import DEFAULT_CHOICES, EssenceHash, StripChoices, StripResult
from witnesskit.model import SeekableReader, Sink
from witnesskit.strip.copying import Copying, refuse_if
from witnesskit.strip.remarks import CREDENTIALS_DROPPED, RECORDING_CUT

MEDIA_TYPE = "audio/wav"


def strip_wave(reader: SeekableReader, sink: Sink, choices: StripChoices = DEFAULT_CHOICES) -> StripResult:
    """Write a copy of the WAVE file in ``reader`` to ``sink``: RIFF, ``fmt``, ``fact``, ``data``, nothing else.

    Nothing is written before the structure is understood. Raises ``BadMedia``, ``MediaTooLarge``,
    ``UnsupportedMedia`` or ``UnknownCoding``, ``CredentialsKept`` where the policy asks for it;
    what the sink raises passes through.
    """
    wave = read_wave(reader)
    remarks: tuple[str, ...] = (RECORDING_CUT,) if wave.cut else ()
    if any(removal.place == "C2PA" for removal in wave.removed):
        refuse_if(choices.credentials, "keep", CredentialsKept)
        remarks += (CREDENTIALS_DROPPED,)
    copy, sound = Copying(sink), hashlib.sha256()
    copy.put(head_of(wave))
    for place in range(wave.start, wave.end, READ_BLOCK):
        block = reader.read_at(place, min(READ_BLOCK, wave.end - place))
        sound.update(block)
        copy.put(block)
    if (wave.end - wave.start) % 2:
        copy.put(b"\0")
    return StripResult(
        media_type=MEDIA_TYPE,
        size=copy.size,
        sha256=copy.sha256,
        removed=wave.removed,
        essence=(EssenceHash("audio:0", "raw-packets", sound.hexdigest()),),
        presentation_sha256=wave_presentation(wave),
        kept=remarks,
    )
