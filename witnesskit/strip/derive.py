"""A derivative: what is shown and heard of a file, coded anew, then stripped as any other copy.

Half the width and height, coarse coding and notches against hum stand against simple matching of a film with its
camera or with the power grid. None of this is a promise; what the picture shows and the voice says stays.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from witnesskit.errors.derive import Undecodable
from witnesskit.limits import READ_BLOCK
from witnesskit.media_model import StripResult
from witnesskit.model import Json, SeekableReader, Sink
from witnesskit.strip import recode_film, recode_picture
from witnesskit.strip.derivation import Derivation
from witnesskit.strip.recode_heif import recode_heif
from witnesskit.strip.recode_sound import HUM_MAX, HUMS, NOTCH
from witnesskit.strip.recode_source import FFMPEG_ERROR, Made, engine
from witnesskit.strip.recode_still import recode_still
from witnesskit.strip.registry import strip

_PICTURES_OF_FILMS: Final = ("image/heic", "image/heif")
HIDDEN_LEFT_OUT: Final = "what an edit list hides, and every further track, is not in it"


@dataclass(frozen=True)
class Derived:
    """What was written to the sink, and all that custody records of how."""

    result: StripResult
    parent_sha256: str
    parameters: Json  # Derivation.json
    recipe: Mapping[str, str]  # what no person chooses
    engine: Mapping[str, str]
    facts: Mapping[str, int]  # width, height, pictures, ms
    remarks: tuple[str, ...]

    def json(self) -> dict[str, Json]:
        """For the record, the event and ``--json``; the names do not change."""
        return {
            "media_type": self.result.media_type,
            "size": self.result.size,
            "sha256": self.result.sha256,
            "essence": [vars(part) for part in self.result.essence],
            "presentation_sha256": self.result.presentation_sha256,
            "parent_sha256": self.parent_sha256,
            "parameters": self.parameters,
            "recipe": dict(self.recipe),
            "engine": dict(self.engine),
            "facts": dict(self.facts),
            "remarks": list(self.remarks),
        }


def derive(reader: SeekableReader, media_type: str, sink: Sink, derivation: Derivation) -> Derived:
    """Write the derivative of ``reader``, a file of ``media_type`` (of the probe; may be empty), to ``sink``.

    It is made in memory and only its stripped form reaches the sink. Raises the leaves of errors/derive.py,
    errors/media.py and errors/strip.py; what the sink took before is worth nothing.
    """
    derivation.check()
    recoded = recode(reader, media_type, derivation)
    result = strip(recoded.made, recoded.media_type, sink)
    return Derived(
        result=result,
        parent_sha256=_sha256(reader),
        parameters=derivation.json(),
        recipe=_recipe(recoded),
        engine=engine(*recoded.encoders),
        facts=recoded.facts,
        remarks=tuple(dict.fromkeys((*recoded.remarks, *result.kept))),
    )


def recode(reader: SeekableReader, media_type: str, derivation: Derivation) -> recode_film.Recoded:
    """The derivative before it is stripped, in memory; raises as ``derive`` does."""
    try:
        return _recode(reader, media_type, derivation)
    except FFMPEG_ERROR:
        raise Undecodable from None


def _recode(reader: SeekableReader, media_type: str, derivation: Derivation) -> recode_film.Recoded:
    if media_type in _PICTURES_OF_FILMS:
        return _picture(*recode_heif(reader, derivation))
    if media_type.startswith("image/"):
        return _picture(*recode_picture.recode_picture(reader, derivation))
    if derivation.stills:
        return _picture(*recode_still(reader, derivation))
    recoded = recode_film.recode_film(reader, derivation)
    recoded.remarks = (HIDDEN_LEFT_OUT, *recoded.remarks)
    return recoded


def _picture(made: Made, facts: dict[str, int], remarks: tuple[str, ...]) -> recode_film.Recoded:
    return recode_film.Recoded(recode_picture.MEDIA_TYPE, made, facts, remarks, ("libjpeg",))


def _recipe(recoded: recode_film.Recoded) -> dict[str, str]:
    if recoded.media_type == recode_picture.MEDIA_TYPE:
        return {"coding": f"JPEG quality {recode_picture.QUALITY}, 4:2:0, sRGB"}
    notches = f"{NOTCH} Hz at the multiples of {' and '.join(map(str, HUMS))} Hz up to {HUM_MAX} Hz"
    sound = {"sound": "Opus", "notches": notches} if "libopus" in recoded.encoders else {}
    if recoded.media_type == recode_film.SOUND:
        return sound
    return {"picture": "VP9 " + " ".join(f"{key}={value}" for key, value in recode_film.VP9.items()), **sound}


def _sha256(reader: SeekableReader) -> str:
    digest = hashlib.sha256()
    for start in range(0, reader.size, READ_BLOCK):
        digest.update(reader.read_at(start, min(READ_BLOCK, reader.size - start)))
    return digest.hexdigest()
